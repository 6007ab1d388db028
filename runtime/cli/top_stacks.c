/* SPDX-License-Identifier: MIT */
/* Where the live blocks of a row of `memscope top` come from. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/text.h"
#include "cli/top_rows.h"

#define S_STACK_LIMIT 5u

struct s_lines {
    char **lines;
    size_t count;
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
                        const struct memscope_live_blocks *live) {
    const struct memscope_stack *stack = s_find_stack(report, live->stack_id);
    char *bytes = ms_text_bytes(live->bytes), *count = ms_text_count(live->count);
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

char **ms_top_stacks(const struct memscope_report *report, enum ms_top_view view,
                     const char *name) {
    struct s_lines lines = {0};
    size_t shown = 0;
    for (size_t i = 0; view != MS_TOP_THREADS && i < report->live_count && shown < S_STACK_LIMIT;
         i++) {
        char *row = s_row_name(report, view, &report->live[i]);
        if (strcmp(row, name) == 0) {
            s_add_stack(&lines, report, &report->live[i]);
            shown++;
        }
        free(row);
    }
    if (shown == 0)
        s_add(&lines, ms_cli_copy(view == MS_TOP_THREADS
                                      ? "The stacks of a thread's blocks are not told apart."
                                      : "No block of it is live now."));
    return lines.lines;
}

void ms_top_stacks_free(char **lines) {
    for (size_t i = 0; lines != NULL && lines[i] != NULL; i++)
        free(lines[i]);
    free(lines);
}
