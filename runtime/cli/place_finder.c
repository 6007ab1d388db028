/* SPDX-License-Identifier: MIT */
#include "cli/place_finder.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/source.h"

#define S_FOLDER_LIMIT 256u

struct ms_place_finder {
    const struct ms_source *source;
    const char *folders;
    bool has_compiled; /* `compiled` was asked for */
    const char *compiled[S_FOLDER_LIMIT];
    size_t compiled_count;
};

const char *ms_place_lack_words(enum ms_place_lack lack) {
    static const char *const s_words[] = {
#define X(name, words) words,
        MS_PLACE_LACKS(X)
#undef X
    };
    return s_words[lack];
}

struct ms_place_finder *ms_place_finder_new(const struct ms_source *source, const char *folders) {
    struct ms_place_finder *finder = ms_cli_alloc(sizeof(*finder));
    finder->source = source;
    finder->folders = folders != NULL ? folders : "";
    return finder;
}

void ms_place_finder_destroy(struct ms_place_finder *finder) {
    free(finder);
}

static bool s_is_file(const char *path, struct stat *info) {
    return stat(path, info) == 0 && S_ISREG(info->st_mode);
}

/* NAME below the first of the user's directories that has it; NULL: none has. */
static char *s_find_below(const struct ms_place_finder *finder, const char *name) {
    struct stat info;
    const char *folder = finder->folders;
    while (*folder != '\0') {
        size_t length = strcspn(folder, ":");
        char *path = ms_cli_format("%.*s/%s", (int)length, folder, name);
        if (length != 0 && s_is_file(path, &info))
            return path;
        free(path);
        folder += length + (folder[length] == ':');
    }
    return NULL;
}

/* NAME in the COUNT FOLDERS. NULL: it is in none or, *SEVERAL tells, different ones are in some. */
static char *s_find_in(const char *const *folders, size_t count, const char *name, bool *several) {
    struct stat first = {0}, info;
    char *found = NULL;
    *several = false;
    for (size_t i = 0; i < count && !*several; i++) {
        char *path = folders[i][0] == '/' ? ms_cli_format("%s/%s", folders[i], name) : NULL;
        bool is_file = path != NULL && s_is_file(path, &info);
        if (is_file && found == NULL) {
            found = path;
            first = info;
            continue;
        }
        *several = is_file && (info.st_dev != first.st_dev || info.st_ino != first.st_ino);
        free(path);
    }
    if (!*several)
        return found;
    free(found);
    return NULL;
}

/* In any directory of compilation, if only one file is; else in those of the units of that name. */
static char *s_find_compiled(struct ms_place_finder *finder, const char *name,
                             enum ms_place_lack *lack) {
    const char *folders[S_FOLDER_LIMIT];
    bool several;
    if (!finder->has_compiled) {
        finder->has_compiled = true;
        finder->compiled_count =
            ms_source_find_folders(finder->source, "", finder->compiled, S_FOLDER_LIMIT);
    }
    char *path = s_find_in(finder->compiled, finder->compiled_count, name, &several);
    if (several) {
        size_t count = ms_source_find_folders(finder->source, name, folders, S_FOLDER_LIMIT);
        path = s_find_in(folders, count, name, &several);
    }
    *lack = finder->compiled_count == 0 ? MS_PLACE_UNTOLD
            : several                   ? MS_PLACE_SEVERAL
                                        : MS_PLACE_MISSING;
    return path;
}

char *ms_place_finder_find(struct ms_place_finder *finder, const char *name,
                           enum ms_place_lack *lack) {
    struct stat info;
    *lack = MS_PLACE_MISSING;
    char *path = s_find_below(finder, name);
    if (path != NULL)
        return path;
    if (name[0] != '/')
        return s_find_compiled(finder, name, lack);
    return s_is_file(name, &info) ? ms_cli_copy(name) : NULL;
}
