/* SPDX-License-Identifier: MIT */
/* The terminal of `memscope top`: drawing and keys, over ncurses. One screen in the program; it is
 * taken down when the program exits, however it does. */
#ifndef MS_CLI_TOP_SCREEN_H
#define MS_CLI_TOP_SCREEN_H

#include <stdbool.h>

#include "cli/top_rows.h"

/* What is shown; the screen changes it by the keys that it gets. */
struct ms_top_state {
    enum ms_top_view view;
    enum ms_top_sort sort;
    char filter[64];
    bool types_filter; /* the line of the filter is open */
    size_t selected;   /* row */
    size_t first;      /* that is on the screen, of rows or of lines of stacks */
    char **stacks;     /* of the selected row; NULL: the table is shown */
    char *stacks_of;
    bool quit;
};

/* False after one line: it is no terminal, or one that is not known. Standard error is kept back
 * until the screen is closed. */
bool ms_top_screen_open(void);
void ms_top_screen_close(void);

void ms_top_screen_draw(struct ms_top_state *state, const struct memscope_report *report,
                        const struct ms_top_table *table);

/* Takes the keys that wait; true: something has changed. */
bool ms_top_screen_keys(struct ms_top_state *state, const struct memscope_report *report,
                        const struct ms_top_table *table);

#endif
