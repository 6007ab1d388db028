/* SPDX-License-Identifier: MIT */
/* A table of text with aligned columns that fits the terminal: first the columns that matter least
 * are left out, then long texts are cut. */
#ifndef MS_CLI_GRID_H
#define MS_CLI_GRID_H

#include <stdbool.h>
#include <stddef.h>

struct ms_grid_column {
    const char *title;
    bool right;     /* aligned: numbers */
    bool elastic;   /* text that may be cut; of the others every character counts */
    bool cut_start; /* its end says more than its start: a path */
    bool bar;       /* drawn in color where there is color; so is the next one */
    bool change;    /* red when it starts with '+', green when it starts with '-' */
    int weight;     /* columns of the lowest weight are left out first; 0: never */
};

struct ms_grid;

/* COLUMNS is borrowed until the table is destroyed. */
struct ms_grid *ms_grid_new(const struct ms_grid_column *columns, size_t count);
void ms_grid_destroy(struct ms_grid *grid);

/* Adds a row; CELLS has a string for each column and is taken over: the table frees them. */
void ms_grid_add(struct ms_grid *grid, char *const *cells);

/* Prints it to standard output, each line behind INDENT blanks. */
void ms_grid_print(const struct ms_grid *grid, size_t indent);

#endif
