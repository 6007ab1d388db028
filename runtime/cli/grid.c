/* SPDX-License-Identifier: MIT */
#include "cli/grid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/terminal.h"
#include "cli/text.h"

#define S_GAP       2  /* blanks between columns */
#define S_LEAST_CUT 14 /* columns a cut text keeps at least */

struct ms_grid {
    const struct ms_grid_column *columns;
    size_t column_count;
    char **cells; /* row after row */
    size_t row_count;
};

struct ms_grid *ms_grid_new(const struct ms_grid_column *columns, size_t count) {
    struct ms_grid *grid = ms_cli_alloc(sizeof(*grid));
    grid->columns = columns;
    grid->column_count = count;
    return grid;
}

void ms_grid_destroy(struct ms_grid *grid) {
    for (size_t i = 0; i < grid->row_count * grid->column_count; i++)
        free(grid->cells[i]);
    free(grid->cells);
    free(grid);
}

void ms_grid_add(struct ms_grid *grid, char *const *cells) {
    size_t used = grid->row_count * grid->column_count;
    grid->cells = ms_cli_resize(grid->cells, (used + grid->column_count) * sizeof(*grid->cells));
    memcpy(grid->cells + used, cells, grid->column_count * sizeof(*cells));
    grid->row_count++;
}

/* A column that is not shown has the width 0. */
static size_t s_total(const size_t *widths, size_t count) {
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        if (widths[i] != 0)
            total += widths[i] + (total != 0 ? S_GAP : 0);
    }
    return total;
}

static size_t *s_measure(const struct ms_grid *grid) {
    size_t *widths = ms_cli_alloc(grid->column_count * sizeof(*widths));
    for (size_t c = 0; c < grid->column_count; c++) {
        widths[c] = ms_text_width(grid->columns[c].title);
        for (size_t r = 0; r < grid->row_count; r++) {
            size_t width = ms_text_width(grid->cells[r * grid->column_count + c]);
            if (width > widths[c])
                widths[c] = width;
        }
    }
    return widths;
}

/* Takes from the widest text until it fits or all are at their least. */
static void s_squeeze(const struct ms_grid *grid, size_t *widths, size_t limit) {
    size_t total = s_total(widths, grid->column_count);
    while (total > limit) {
        size_t widest = grid->column_count;
        for (size_t c = 0; c < grid->column_count; c++) {
            if (grid->columns[c].elastic && widths[c] > S_LEAST_CUT &&
                (widest == grid->column_count || widths[c] > widths[widest]))
                widest = c;
        }
        if (widest == grid->column_count)
            return;
        widths[widest]--;
        total--;
    }
}

/* What the table would need with every text cut to its least. */
static size_t s_least(const struct ms_grid *grid, const size_t *widths) {
    size_t saved = 0;
    for (size_t c = 0; c < grid->column_count; c++) {
        if (grid->columns[c].elastic && widths[c] > S_LEAST_CUT * 2)
            saved += widths[c] - S_LEAST_CUT * 2;
    }
    return s_total(widths, grid->column_count) - saved;
}

static void s_leave_out(const struct ms_grid *grid, size_t *widths, size_t limit) {
    while (s_least(grid, widths) > limit) {
        size_t lightest = grid->column_count;
        for (size_t c = 0; c < grid->column_count; c++) {
            int weight = grid->columns[c].weight;
            if (widths[c] != 0 && weight != 0 &&
                (lightest == grid->column_count || weight < grid->columns[lightest].weight))
                lightest = c;
        }
        if (lightest == grid->column_count)
            return;
        widths[lightest] = 0;
    }
}

/* How TEXT is drawn, NULL: plainly. */
static const char *s_color(const struct ms_grid_column *column, bool is_title, const char *text) {
    if (!ms_terminal_get()->color)
        return NULL;
    if (is_title)
        return "\033[1m";
    if (column->change && (*text == '+' || *text == '-'))
        return *text == '+' ? "\033[31m" : "\033[32m";
    return column->bar ? "\033[36m" : NULL;
}

static void s_print_blanks(size_t count) {
    for (size_t i = 0; i < count; i++)
        putchar(' ');
}

static void s_print_row(const struct ms_grid *grid, const size_t *widths, char *const *cells,
                        size_t indent) {
    size_t blanks = indent; /* not printed before something follows: no blanks at line ends */
    for (size_t c = 0; c < grid->column_count; c++) {
        const struct ms_grid_column *column = &grid->columns[c];
        if (widths[c] == 0)
            continue;
        const char *source = cells != NULL ? cells[c] : column->title;
        char *text = ms_text_cut(source, widths[c], column->cut_start && cells != NULL);
        size_t length = strlen(text);
        while (length != 0 && text[length - 1] == ' ')
            text[--length] = '\0';
        size_t width = ms_text_width(text), pad = widths[c] - width;
        if (width != 0) {
            s_print_blanks(blanks + (column->right ? pad : 0));
            blanks = 0;
            const char *color = s_color(column, cells == NULL, text);
            printf("%s%s%s", color != NULL ? color : "", text, color != NULL ? "\033[0m" : "");
        }
        blanks += S_GAP + (width == 0 ? widths[c] : column->right ? 0 : pad);
        free(text);
    }
    putchar('\n');
}

void ms_grid_print(const struct ms_grid *grid, size_t indent) {
    size_t *widths = s_measure(grid);
    size_t limit = ms_terminal_get()->width;
    if (limit != 0) {
        limit = limit > indent ? limit - indent : 1;
        s_leave_out(grid, widths, limit);
        s_squeeze(grid, widths, limit);
    }
    s_print_row(grid, widths, NULL, indent);
    for (size_t r = 0; r < grid->row_count; r++)
        s_print_row(grid, widths, grid->cells + r * grid->column_count, indent);
    free(widths);
}
