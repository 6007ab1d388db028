/* SPDX-License-Identifier: MIT */
#include "cli/editor_paths.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/named_files.h"
#include "cli/place_finder.h"
#include "model/arena.h"
#include "model/utf8.h"

#define S_PATH_LIMIT 2048u /* of files with the most bytes */

struct ms_editor_paths {
    struct ms_editor_links links;
    struct ms_arena arena;
    struct ms_editor_path *list;
};

/* Takes PATH. */
static void s_add(struct ms_editor_paths *paths, const char *name, char *path) {
    char *whole = path[0] != '/' ? realpath(path, NULL) : NULL;
    const char *text = whole != NULL ? whole : path;
    const char *copy = ms_arena_copy_text(&paths->arena, text, strlen(text));
    const char *clean = copy != NULL ? ms_utf8_clean(&paths->arena, copy) : NULL;
    if (clean != NULL && clean[0] == '/' && strcmp(clean, name) != 0)
        paths->list[paths->links.path_count++] = (struct ms_editor_path){name, clean};
    free(whole);
    free(path);
}

struct ms_editor_paths *ms_editor_paths_new(const struct ms_named_files *named,
                                            struct ms_place_finder *places, const char *chosen) {
    size_t count;
    const struct ms_named_file *files = ms_named_files_list(named, &count);
    struct ms_editor_paths *paths = ms_cli_alloc(sizeof(*paths));
    paths->list = ms_cli_alloc(S_PATH_LIMIT * sizeof(*paths->list));
    paths->links = (struct ms_editor_links){.chosen = chosen, .paths = paths->list};
    for (size_t i = 0; i < count && i < S_PATH_LIMIT; i++) {
        enum ms_place_lack lack;
        if (files[i].name == NULL || !ms_named_file_is_source(files[i].name))
            continue;
        char *path = ms_place_finder_find(places, files[i].name, &lack);
        if (path != NULL)
            s_add(paths, files[i].name, path);
    }
    return paths;
}

void ms_editor_paths_destroy(struct ms_editor_paths *paths) {
    if (paths == NULL)
        return;
    ms_arena_fini(&paths->arena);
    free(paths->list);
    free(paths);
}

const struct ms_editor_links *ms_editor_paths_links(const struct ms_editor_paths *paths) {
    return &paths->links;
}
