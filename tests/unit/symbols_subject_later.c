/* SPDX-License-Identifier: MIT */
/* The second source of symbols_subject.c's program: what the first only declares. */
#include "symbols_subject.h"

struct later {
    char c;
    long l;
};

static struct later s_later;
later_ptr g_later = &s_later;
