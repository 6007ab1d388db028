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

static char *s_list_plugins(void) {
    char *folder = ms_tree_path(MS_TREE_PLUGINS);
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
    free(folder);
    return have;
}

char *ms_tree_plugin(unsigned major, char **have) {
    char *folder = ms_tree_path(MS_TREE_PLUGINS);
    char *path = ms_cli_format("%s/gcc-%u/memscope.so", folder, major);
    free(folder);
    if (access(path, R_OK) == 0)
        return path;
    free(path);
    *have = s_list_plugins();
    return NULL;
}
