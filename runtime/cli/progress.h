/* SPDX-License-Identifier: MIT */
/* A bar on standard error while something takes more than a second, where that is a terminal. */
#ifndef MS_CLI_PROGRESS_H
#define MS_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* WHAT is done, "reading x.mscope": it is copied. */
void ms_progress_begin(const char *what);

/* DONE: 0 to 1. Draws the bar when it is time to. */
void ms_progress_show(double done);

/* Takes the bar away, for good. */
void ms_progress_end(void);

/* Takes the bar away before something else is written there; it is drawn again later. */
void ms_progress_clear(void);

/* The line for DONE in WIDTH columns, for the caller to free. */
char *ms_progress_line(const char *what, double done, size_t width, bool utf8);

/* When bars are drawn. Times are of CLOCK_MONOTONIC, in nanoseconds. */
struct ms_progress_clock {
    uint64_t begun;
    uint64_t drawn; /* 0: not yet */
};

/* Whether it is time to draw at NOW, and then takes it as drawn. */
bool ms_progress_is_due(struct ms_progress_clock *clock, uint64_t now);

#endif
