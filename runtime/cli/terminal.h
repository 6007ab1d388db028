/* SPDX-License-Identifier: MIT */
/* What standard output can show. */
#ifndef MS_CLI_TERMINAL_H
#define MS_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

struct ms_terminal {
    size_t width; /* columns, 0: no limit (a file or a pipe, and COLUMNS is not set) */
    bool color;   /* a terminal, and NO_COLOR is not set. Source: https://no-color.org */
    bool utf8;    /* of the locale */
};

/* Before all else: asks for it, and sets the locale of characters. Numbers and times are written in
 * the same way everywhere. */
void ms_terminal_init(void);

const struct ms_terminal *ms_terminal_get(void);

#endif
