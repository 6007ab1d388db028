/* SPDX-License-Identifier: MIT */
/* Values as people read them. Results are strings for the caller to free. */
#ifndef MS_CLI_TEXT_H
#define MS_CLI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All of these write "-" for MEMSCOPE_UNKNOWN, NaN and NULL. */
char *ms_text_bytes(uint64_t bytes);              /* "999 B", "1.50 KiB", "12.3 MiB" */
char *ms_text_count(uint64_t count);              /* "1,234,567" */
char *ms_text_plain(uint64_t number);             /* "1234567" */
char *ms_text_change(int64_t change, bool bytes); /* "+1.50 KiB", "-12", "0" */
char *ms_text_percent(double percent);            /* "41.5 %" */
char *ms_text_real(double value);                 /* "1,234.5" */
char *ms_text_duration(uint64_t ns);              /* "12.3 s", "4 min 5 s" */
char *ms_text_time(uint64_t ns_since_epoch);      /* local time: "2025-01-31 12:34:56" */

/* A bar of WIDTH columns of which SHARE (0..1) is filled, of ASCII characters unless UTF8. */
char *ms_text_bar(double share, size_t width, bool utf8);

/* TEXT without what would move the cursor, change colors or turn the direction of writing: control
 * characters and marks of direction become '?'. */
char *ms_text_clean(const char *text);

/* Columns of TEXT on a terminal. */
size_t ms_text_width(const char *text);

/* TEXT cut to WIDTH columns, with an ellipsis where the rest was: at the end, or at the start. */
char *ms_text_cut(const char *text, size_t width, bool at_start);

#endif
