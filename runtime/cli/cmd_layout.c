/* SPDX-License-Identifier: MIT */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/grid.h"
#include "cli/text.h"
#include "cli/view.h"

static const struct ms_view_column s_columns[] = {
    {"type_name", "TYPE", MS_VIEW_TYPE, 0},
    {"size", "SIZE", MS_VIEW_BYTES, 9},
    {"padding_bytes", "PADDING", MS_VIEW_BYTES, 8},
    {"live_objects", "LIVE", MS_VIEW_COUNT, 5},
    {"wasted_bytes", "WASTED NOW", MS_VIEW_BYTES, 0},
    {"peak_objects", "PEAK", MS_VIEW_COUNT, 3},
    {"wasted_at_peak_bytes", "WASTED PEAK", MS_VIEW_BYTES, 7},
    {"wasted_at_peak_bytes", "", MS_VIEW_BAR, 1},
    {"best_size", "BEST", MS_VIEW_BYTES, 6},
    {"saved_bytes", "SAVES NOW", MS_VIEW_BYTES, 4},
    {"saved_at_peak_bytes", "SAVES PEAK", MS_VIEW_BYTES, 6},
    {"crossing_members", "CROSSING", MS_VIEW_COUNT, 1},
    {"declared", "DECLARED", MS_VIEW_PLACE, 2},
};

/* ---- one layout, as pahole shows it ---- */

static void s_add_line(struct ms_grid *grid, char *offset, char *size, char *text) {
    char *cells[] = {offset, size, text};
    ms_grid_add(grid, cells);
}

static char *s_number(uint64_t number) {
    return ms_text_plain(number);
}

/* Where in the spelling TYPE the name of what has that type stands: "char", "void (*" and ")(int)".
 */
static size_t s_name_place(const char *type) {
    const char *at = strstr(type, "(*");
    if (at == NULL) {
        at = strchr(type, '[');
        return at != NULL ? (size_t)(at - type) : strlen(type);
    }
    while (strncmp(at, "(*", 2) == 0)
        at += 2;
    return (size_t)(at - type) + strcspn(at, ")[");
}

static char *s_declaration(const struct memscope_member *member) {
    char *type = ms_text_clean(member->type_name), *name = ms_text_clean(member->name);
    size_t place = s_name_place(type);
    bool joined = place == 0 || name[0] == '\0' || type[place - 1] == '*' || type[place - 1] == ' ';
    char *bits = member->bit_size != MEMSCOPE_UNKNOWN
                     ? ms_cli_format(" : %llu", (unsigned long long)member->bit_size)
                     : ms_cli_copy("");
    char *text =
        ms_cli_format("%.*s%s%s%s%s%s", (int)place, type, joined ? "" : " ", name, type + place,
                      bits, member->crosses_line ? "   <- in two cache lines" : "");
    free(bits);
    free(name);
    free(type);
    return text;
}

static char *s_offset(const struct memscope_member *member) {
    if (member->bit_offset == MEMSCOPE_UNKNOWN)
        return s_number(member->offset);
    return ms_cli_format("%llu:%llu", (unsigned long long)(member->bit_offset / 8),
                         (unsigned long long)(member->bit_offset % 8));
}

/* The lines that begin behind FROM and not behind TO. */
static void s_add_cache_lines(struct ms_grid *grid, uint64_t from, uint64_t to) {
    uint64_t line = MEMSCOPE_CACHE_LINE_BYTES;
    if (to / line != from / line)
        s_add_line(grid, ms_cli_copy(""), ms_cli_copy(""),
                   ms_cli_format("--- cache line %llu begins at %llu",
                                 (unsigned long long)(to / line),
                                 (unsigned long long)(to / line * line)));
}

static void s_print_members(const struct memscope_layout *layout) {
    static const struct ms_grid_column s_grid[] = {
        {.title = "OFFSET", .right = true},
        {.title = "SIZE", .right = true},
        {.title = "MEMBER", .elastic = true},
    };
    struct ms_grid *grid = ms_grid_new(s_grid, sizeof(s_grid) / sizeof(s_grid[0]));
    uint64_t reached = 0;
    for (size_t i = 0; i < layout->member_count; i++) {
        const struct memscope_member *member = &layout->members[i];
        uint64_t end = member->offset + member->size;
        if (member->offset >= reached)
            s_add_cache_lines(grid, reached, member->offset);
        s_add_line(grid, s_offset(member), s_number(member->size), s_declaration(member));
        if (member->offset > reached)
            reached = member->offset;
        if (member->hole_after != 0 && member->hole_after != MEMSCOPE_UNKNOWN)
            s_add_line(grid, s_number(end), s_number(member->hole_after),
                       ms_cli_copy(end + member->hole_after == layout->size
                                       ? "*** padding at the end"
                                       : "*** hole"));
    }
    ms_grid_print(grid, 2);
    ms_grid_destroy(grid);
}

static void s_print_list(const char *const *names, size_t count, const char *between) {
    for (size_t i = 0; i < count; i++) {
        char *name = ms_text_clean(names[i]);
        printf("%s%s", i != 0 ? between : "", name);
        free(name);
    }
}

static void s_print_better(const struct memscope_layout *layout) {
    if (layout->best_order_count == 0) {
        if (layout->not_reordered != NULL)
            printf("  no other order is proposed: %s\n", layout->not_reordered);
        else if (layout->padding_bytes != 0)
            printf("  no order of the members is smaller\n");
        return;
    }
    char *best = ms_text_bytes(layout->best_size), *now = ms_text_bytes(layout->saved_bytes);
    char *peak = ms_text_bytes(layout->saved_at_peak_bytes);
    printf("  in a better order %s: saves %s now, %s at the peak\n", best, now, peak);
    if (layout->saved_malloc_bytes != MEMSCOPE_UNKNOWN) {
        char *less = ms_text_bytes(layout->saved_malloc_bytes);
        printf("    of the heap %s at the peak: glibc's malloc rounds each block up\n", less);
        free(less);
    }
    for (size_t i = 0; i < layout->move_count; i++) {
        char *member = ms_text_clean(layout->moves[i].member);
        char *behind = ms_text_clean(layout->moves[i].behind);
        if (layout->moves[i].behind != NULL)
            printf("    move %s behind %s\n", member, behind);
        else
            printf("    move %s to the front\n", member);
        free(behind);
        free(member);
    }
    printf("    order: ");
    s_print_list(layout->best_order, layout->best_order_count, ", ");
    putchar('\n');
    free(peak);
    free(now);
    free(best);
}

static void s_print_sum(const char *title, uint64_t objects, uint64_t wasted) {
    char *count = ms_text_count(objects), *bytes = ms_text_bytes(wasted);
    printf("  %-9s%s objects, %s of padding\n", title, count, bytes);
    free(bytes);
    free(count);
}

static void s_print_layout(const struct memscope_layout *layout) {
    char *name = ms_text_clean(layout->type_name), *size = ms_text_bytes(layout->size);
    char *alignment = ms_text_plain(layout->alignment),
         *padding = ms_text_plain(layout->padding_bytes);
    char *tail = ms_text_plain(layout->tail_padding_bytes),
         *lines = ms_text_plain(layout->cache_lines);
    char *declared = ms_text_clean(layout->declared);
    printf("\n%s%s%s\n", name, layout->declared != NULL ? "  " : "",
           layout->declared != NULL ? declared : "");
    if (layout->name_count > 1 || (layout->name_count == 1 && layout->type_name != NULL &&
                                   strcmp(layout->names[0], layout->type_name) != 0)) {
        printf("  spelled  ");
        s_print_list(layout->names, layout->name_count, ", ");
        putchar('\n');
    }
    printf("  size     %s, alignment %s, padding %s (%s at the end), cache lines %s\n", size,
           alignment, padding, tail, lines);
    s_print_sum("live", layout->live_objects, layout->wasted_bytes);
    s_print_sum("at peak", layout->peak_objects, layout->wasted_at_peak_bytes);
    s_print_members(layout);
    s_print_better(layout);
    free(declared);
    free(lines);
    free(tail);
    free(padding);
    free(alignment);
    free(size);
    free(name);
}

static void s_print_rows(const struct ms_view_rows *rows) {
    const struct memscope_layout *layouts =
        (const struct memscope_layout *)(const void *)rows->bytes;
    for (size_t i = 0; i < rows->count; i++)
        s_print_layout(&layouts[i]);
}

/* ---- the command ---- */

static bool s_has_name(const void *row, const char *pattern) {
    const struct memscope_layout *layout = row;
    bool found = layout->type_name != NULL && fnmatch(pattern, layout->type_name, 0) == 0;
    for (size_t i = 0; i < layout->name_count && !found; i++)
        found = layout->names[i] != NULL && fnmatch(pattern, layout->names[i], 0) == 0;
    return found;
}

const struct ms_view ms_view_layouts = {
    .section = "layouts",
    .sort = "wasted_bytes",
    .columns = s_columns,
    .column_count = sizeof(s_columns) / sizeof(s_columns[0]),
    .empty = "no block of a struct has been recorded, or the program has no debug information (-g)",
    .can_fail = false,
    .has_name = s_has_name,
    .print_whole = s_print_rows,
};

static int s_run(int argc, char **argv) {
    return ms_view_run(&ms_command_layout, &ms_view_layouts, argc, argv);
}

const struct ms_command ms_command_layout = {
    .name = "layout",
    .arguments = "[OPTIONS] ['struct NAME'] [FILE]",
    .summary = "structs, their padding and a better order of members",
    .help =
        "The structs of heap blocks by the bytes that their padding wastes now and at the peak,\n"
        "and what the best order of their members would save. With 'struct NAME' or --type, one\n"
        "in full: members, holes, cache lines, and what to move where.\n\n"
        "  --type GLOB    show in full the types with a name that matches GLOB\n" MS_VIEW_HELP,
    .view = &ms_view_layouts,
    .run = s_run,
};
