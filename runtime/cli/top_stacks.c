/* SPDX-License-Identifier: MIT */
/* Where the live blocks of a row of `memscope top` come from. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/text.h"
#include "cli/top_rows.h"
#include "model/index.h"

#define S_STACK_LIMIT 5u

struct s_lines {
    char **lines;
    size_t count;
};

/* What is live of one stack, whatever threads, owners and places its blocks have. */
struct s_stack {
    uint32_t id;
    uint64_t count, bytes;
};

/* Takes LINE. */
static void s_add(struct s_lines *lines, char *line) {
    lines->lines = ms_cli_resize(lines->lines, (lines->count + 2) * sizeof(*lines->lines));
    lines->lines[lines->count++] = ms_text_clean(line);
    lines->lines[lines->count] = NULL;
    free(line);
}

static const struct memscope_stack *s_find_stack(const struct memscope_report *report,
                                                 uint32_t id) {
    for (size_t i = 0; i < report->stack_count; i++) {
        if (report->stacks[i].id == id)
            return &report->stacks[i];
    }
    return NULL;
}

static const struct memscope_site_report *s_find_site(const struct memscope_report *report,
                                                      uint32_t id) {
    for (size_t i = 0; i < report->site_count; i++) {
        if (report->sites[i].id == id)
            return &report->sites[i];
    }
    return NULL;
}

/* The name that the row of these blocks has. */
static char *s_row_name(const struct memscope_report *report, enum ms_top_view view,
                        const struct memscope_live_blocks *live) {
    const struct memscope_site_report *site = s_find_site(report, live->site_id);
    if (view == MS_TOP_TYPES)
        return ms_top_type_name(live->type_name);
    if (view == MS_TOP_VARIABLES)
        return ms_top_variable_name(site != NULL ? site->var_name : NULL, live->type_name);
    if (site == NULL)
        return ms_cli_copy("");
    char *location = site->file != NULL && site->line != MEMSCOPE_UNKNOWN
                         ? ms_cli_format("%s:%llu", site->file, (unsigned long long)site->line)
                         : NULL;
    char *name = ms_top_site_name(location, site->function, site->var_name);
    free(location);
    return name;
}

static void s_add_stack(struct s_lines *lines, const struct memscope_report *report,
                        const struct s_stack *of) {
    const struct memscope_stack *stack = s_find_stack(report, of->id);
    char *bytes = ms_text_bytes(of->bytes), *count = ms_text_count(of->count);
    s_add(lines, ms_cli_format("%s in %s blocks", bytes, count));
    free(count);
    free(bytes);
    for (size_t i = 0; stack != NULL && i < stack->frame_count; i++) {
        const struct memscope_frame *frame = &stack->frames[i];
        const char *function = frame->function != NULL ? frame->function : "?";
        if (frame->file != NULL && frame->line != MEMSCOPE_UNKNOWN)
            s_add(lines, ms_cli_format("    %s  %s:%llu", function, frame->file,
                                       (unsigned long long)frame->line));
        else
            s_add(lines, ms_cli_format("    %s  %s", function,
                                       frame->module != NULL ? frame->module : ""));
    }
    if (stack == NULL || stack->frame_count == 0)
        s_add(lines, ms_cli_copy("    (no stack was recorded)"));
    s_add(lines, ms_cli_copy(""));
}

/* The thread of the row NAME; MEMSCOPE_UNKNOWN: it has gone. */
static uint64_t s_find_tid(const struct memscope_report *report, const char *name) {
    uint64_t tid = MEMSCOPE_UNKNOWN;
    for (size_t i = 0; tid == MEMSCOPE_UNKNOWN && i < report->thread_count; i++) {
        char *row = ms_top_thread_name(&report->threads[i]);
        if (strcmp(row, name) == 0)
            tid = report->threads[i].tid;
        free(row);
    }
    return tid;
}

static bool s_is_of_row(const struct memscope_report *report, enum ms_top_view view,
                        const char *name, uint64_t tid, const struct memscope_live_blocks *live) {
    if (view == MS_TOP_THREADS)
        return tid != MEMSCOPE_UNKNOWN && live->tid == tid;
    char *row = s_row_name(report, view, live);
    bool is_same = strcmp(row, name) == 0;
    free(row);
    return is_same;
}

static int s_by_bytes(const void *left, const void *right) {
    const struct s_stack *a = left, *b = right;
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

char **ms_top_stacks(const struct memscope_report *report, enum ms_top_view view,
                     const char *name) {
    struct s_lines lines = {0};
    struct s_stack *stacks = ms_cli_alloc((report->live_count + 1) * sizeof(*stacks));
    struct ms_index by_id = {0};
    uint32_t count = 0;
    uint64_t tid = view == MS_TOP_THREADS ? s_find_tid(report, name) : MEMSCOPE_UNKNOWN;
    for (size_t i = 0; i < report->live_count; i++) {
        const struct memscope_live_blocks *live = &report->live[i];
        bool is_new;
        const uint32_t *at = s_is_of_row(report, view, name, tid, live)
                                 ? ms_index_put(&by_id, live->stack_id, count, &is_new)
                                 : NULL;
        if (at == NULL)
            continue;
        if (is_new)
            stacks[count++] = (struct s_stack){.id = live->stack_id};
        stacks[*at].count += live->count;
        stacks[*at].bytes += live->bytes;
    }
    ms_index_fini(&by_id);
    qsort(stacks, count, sizeof(*stacks), s_by_bytes);
    for (uint32_t i = 0; i < count && i < S_STACK_LIMIT; i++)
        s_add_stack(&lines, report, &stacks[i]);
    free(stacks);
    if (count == 0)
        s_add(&lines, ms_cli_copy("No block of it is live now."));
    return lines.lines;
}

void ms_top_stacks_free(char **lines) {
    for (size_t i = 0; lines != NULL && lines[i] != NULL; i++)
        free(lines[i]);
    free(lines);
}
