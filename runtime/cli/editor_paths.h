/* SPDX-License-Identifier: MIT */
/* Where the files are that a report has relative names of, for an editor to open. */
#ifndef MS_CLI_EDITOR_PATHS_H
#define MS_CLI_EDITOR_PATHS_H

#include "export/editor_links.h"

struct ms_editor_paths;
struct ms_named_files;
struct ms_place_finder;

/* Those of NAMED, which must live as long, that PLACES finds elsewhere than their names say. CHOSEN
 * as in struct ms_editor_links. */
struct ms_editor_paths *ms_editor_paths_new(const struct ms_named_files *named,
                                            struct ms_place_finder *places, const char *chosen);
void ms_editor_paths_destroy(struct ms_editor_paths *paths);

/* They live as long as PATHS. */
const struct ms_editor_links *ms_editor_paths_links(const struct ms_editor_paths *paths);

#endif
