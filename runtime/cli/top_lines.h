/* SPDX-License-Identifier: MIT */
/* The lines that `memscope top` shows, as text of a given width. All are for the caller to free. */
#ifndef MS_CLI_TOP_LINES_H
#define MS_CLI_TOP_LINES_H

#include "cli/top_rows.h"

/* "redis-server (pid 7), running for 12.3 s", and the numbers of the whole process. */
char *ms_top_line_process(const struct memscope_report *report);
char *ms_top_line_heap(const struct memscope_report *report);

/* The titles of the columns, and ROW below them. In fewer than 80 columns some are left out; WIDTH
 * 0: as wide as it gets. */
char *ms_top_line_titles(enum ms_top_view view, size_t width);
char *ms_top_line_row(const struct ms_top_row *row, size_t width);

/* TEXT in exactly WIDTH columns. */
char *ms_top_line_fit(const char *text, size_t width);

#endif
