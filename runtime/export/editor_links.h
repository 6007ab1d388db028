/* SPDX-License-Identifier: MIT */
/* What the page needs to know to open places in an editor. Plain data. */
#ifndef MS_EXPORT_EDITOR_LINKS_H
#define MS_EXPORT_EDITOR_LINKS_H

#include <stddef.h>

#include "export/writer.h"

/* A relative name of the report, and where that file is. Both valid UTF-8. */
struct ms_editor_path {
    const char *name;
    const char *path;
};

struct ms_editor_links {
    const char
        *chosen; /* a name of editors.def, or a template; NULL: none, unless the reader does */
    const struct ms_editor_path *paths;
    size_t path_count;
};

/* LINKS: NULL for those without a choice and without paths. */
void ms_editor_links_write(struct ms_writer *writer, const struct ms_editor_links *links);

/* Why TEXT is no editor: words that follow its name in a message; NULL: it is a name of
 * editors.def, "none", or a template of an address that the browser hands to another program. */
const char *ms_editor_refusal(const char *text);

#endif
