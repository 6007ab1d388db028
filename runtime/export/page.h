/* SPDX-License-Identifier: MIT */
/*
 * The page of runtime/dashboard with elements of JSON in it, which its script looks for by their
 * id: `report` with or without `sources` and `live` (export_html.c), `diff` (cli/diff_json.c), or
 * `processes` (serve/endpoints.c).
 */
#ifndef MS_EXPORT_PAGE_H
#define MS_EXPORT_PAGE_H

#include "export/writer.h"

/* One value of JSON, made by WRITE out of DATA; perhaps twice. */
struct ms_page_element {
    const char *id;
    void (*write)(struct ms_writer *writer, const void *data);
    const void *data;
};

/* Small elements stay readable in the page; one that would make it heavy is packed, to about a
 * tenth. A page that CONNECTS may ask the server that it came from, others nobody. */
enum ms_status ms_page_write(const struct ms_page_element *elements, size_t count, bool connects,
                             ms_sink_fn *sink, void *sink_data);

#endif
