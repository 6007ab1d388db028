/* SPDX-License-Identifier: MIT */
/* What the threads of the process have allocated, as rows of an analysis. Any thread, no lock. */
#ifndef MS_TRACKER_THREAD_ROWS_H
#define MS_TRACKER_THREAD_ROWS_H

#include <stddef.h>

#include "memscope/report_rows.h"
#include "store/layout.h"

/* The room that the name of one takes at most. */
#define MS_THREAD_ROW_TEXT (sizeof(((struct ms_thread_record *)0)->name) + 1)

/* Fills in ROWS for the first COUNT threads, which there are; TEXT has room for their names. */
void ms_thread_rows_fill(struct memscope_thread_report *rows, char *text, size_t count);

#endif
