/* SPDX-License-Identifier: MIT */
#include "cli/tree.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

/* ROOT/bin/memscope is this program. */
static const char *s_root(void) {
    static char s_path[PATH_MAX];
    if (s_path[0] != '\0')
        return s_path;
    ssize_t length = readlink("/proc/self/exe", s_path, sizeof(s_path) - 1);
    if (length <= 0) {
        ms_cli_fail("cannot read /proc/self/exe, so the parts of memscope cannot be found");
        exit(MS_CLI_USAGE);
    }
    s_path[length] = '\0';
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(s_path, '/');
        if (slash != NULL && slash != s_path)
            *slash = '\0';
    }
    return s_path;
}

char *ms_tree_path(const char *part) {
    return ms_cli_format("%s/%s", s_root(), part);
}

char *ms_tree_libraries(const char *target) {
    return target == NULL ? ms_tree_path(MS_TREE_LIB)
                          : ms_cli_format("%s/" MS_TREE_PLUGINS "/%s", s_root(), target);
}

static char *s_list_plugins(const char *folder) {
    char *have = ms_cli_copy("");
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, versionsort);
    for (int i = 0; i < count; i++) {
        if (strncmp(entries[i]->d_name, "gcc-", 4) == 0) {
            char *longer =
                ms_cli_format("%s%s%s", have, have[0] != '\0' ? ", " : "", entries[i]->d_name);
            free(have);
            have = longer;
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return have;
}

char *ms_tree_plugin(const char *target, unsigned major, char **have) {
    char *folder = target == NULL ? ms_tree_path(MS_TREE_PLUGINS) : ms_tree_libraries(target);
    char *path = ms_cli_format("%s/gcc-%u/memscope.so", folder, major);
    if (access(path, R_OK) != 0) {
        free(path);
        path = NULL;
        *have = s_list_plugins(folder);
    }
    free(folder);
    return path;
}
