/* SPDX-License-Identifier: MIT */
#include "compare/merge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare/merge_stacks.h"
#include "compare/merge_table.h"
#include "compare/merge_timeline.h"
#include "compare/merge_total.h"
#include "model/array.h"

#define S_SECTION_LIMIT 32u

/* In front of what this file says: of a merged report that is merged again, it is said anew. */
#define S_OWN_NOTE "merged: "

struct s_note {
    const char *text;
    uint32_t count; /* of the reports that have it */
};

struct ms_merge {
    struct ms_arena arena;
    struct ms_keys keys;
    struct memscope_report report;
    struct ms_merge_table tables[S_SECTION_LIMIT];
    size_t table_count;
    struct ms_merge_stacks stacks;
    struct ms_merge_timeline timeline;
    struct ms_merge_total total;
    struct s_note *notes;
    uint32_t note_count, note_capacity;
    struct ms_index note_index; /* text -> note */
};

struct ms_merge *ms_merge_new(void) {
    struct ms_merge *merge = calloc(1, sizeof(*merge));
    if (merge == NULL)
        return NULL;
    merge->keys.names.arena = &merge->arena;
    merge->table_count = ms_merge_section_count();
    for (size_t i = 0; i < merge->table_count; i++)
        ms_merge_table_init(&merge->tables[i], i);
    return merge;
}

void ms_merge_destroy(struct ms_merge *merge) {
    if (merge == NULL)
        return;
    for (size_t i = 0; i < merge->table_count; i++)
        ms_merge_table_fini(&merge->tables[i]);
    ms_merge_stacks_fini(&merge->stacks);
    ms_merge_timeline_fini(&merge->timeline);
    ms_merge_total_fini(&merge->total);
    ms_index_fini(&merge->note_index);
    ms_keys_fini(&merge->keys);
    free(merge->notes);
    ms_arena_fini(&merge->arena);
    free(merge);
}

/* ---- notes ---- */

static void s_add_note(struct ms_merge *merge, const char *line) {
    bool added;
    uint32_t text = ms_keys_text(&merge->keys, line);
    const uint32_t *known = ms_index_put(&merge->note_index, text, merge->note_count, &added);
    void *notes = ms_array_grow(merge->notes, &merge->note_capacity, merge->note_count,
                                sizeof(*merge->notes));
    if (known == NULL || notes == NULL) {
        merge->keys.failed = true;
        return;
    }
    merge->notes = notes;
    if (added)
        merge->notes[merge->note_count++] =
            (struct s_note){ms_names_text(&merge->keys.names, text), 1};
    else
        merge->notes[*known].count++;
}

enum ms_status ms_merge_note(struct ms_merge *merge, const char *line) {
    s_add_note(merge, line);
    return merge->keys.failed ? MS_NO_MEMORY : MS_OK;
}

static void s_finish_notes(struct ms_merge *merge) {
    const char **notes = ms_arena_array(&merge->arena, merge->note_count, sizeof(*notes));
    if (notes == NULL) {
        merge->keys.failed = true;
        return;
    }
    for (uint32_t i = 0; i < merge->note_count; i++) {
        notes[i] = merge->notes[i].count == 1
                       ? merge->notes[i].text
                       : ms_arena_format(&merge->arena, "%s (%u times)", merge->notes[i].text,
                                         merge->notes[i].count);
        if (notes[i] == NULL)
            merge->keys.failed = true;
    }
    merge->report.notes = notes;
    merge->report.note_count = merge->note_count;
}

/* ---- one report ---- */

/* "server[7]", with the host where it is another than the first one's; NULL of a merged report: its
 * threads have that already. */
static const char *s_process_name(struct ms_merge *merge, const struct memscope_report *report) {
    const struct memscope_process *process = &report->process;
    const char *path = process->executable != NULL ? process->executable : "process";
    const char *slash = strrchr(path, '/'), *first = merge->total.first_host;
    bool elsewhere = first != NULL && process->host != NULL && strcmp(first, process->host) != 0;
    if (report->process_count != 0)
        return NULL;
    return ms_arena_format(&merge->arena, "%s[%llu%s%s]", slash != NULL ? slash + 1 : path,
                           (unsigned long long)process->pid, elsewhere ? "@" : "",
                           elsewhere ? process->host : "");
}

enum ms_status ms_merge_add(struct ms_merge *merge, const struct memscope_report *report) {
    struct memscope_report source = *report;
    ms_merge_total_add(&merge->total, &merge->keys, report);
    struct ms_merge_context context = {
        .keys = &merge->keys,
        .report = merge->total.report_count,
        .best_report = merge->total.best_report,
        .start_time = report->process.start_time,
        .process = s_process_name(merge, report),
    };
    ms_merge_table_add(&merge->tables[0], &context, &source); /* sites, which stacks are of */
    ms_merge_stacks_add(&merge->stacks, &context, &source);
    for (size_t i = 1; i < merge->table_count && !merge->keys.failed; i++)
        ms_merge_table_add(&merge->tables[i], &context, &source);
    if (!merge->keys.failed)
        ms_merge_timeline_add(&merge->timeline, &merge->keys, report);
    for (size_t i = 0; i < report->note_count && !merge->keys.failed; i++) {
        if (strncmp(report->notes[i], S_OWN_NOTE, sizeof(S_OWN_NOTE) - 1) != 0)
            s_add_note(merge, report->notes[i]);
    }
    ms_index_fini(&context.site_ids);
    ms_index_fini(&context.stack_ids);
    free((void *)context.modules);
    return merge->keys.failed ? MS_NO_MEMORY : MS_OK;
}

/* ---- the end ---- */

static void s_note_line(struct ms_merge *merge, const char *format, unsigned long long a,
                        unsigned long long b, unsigned long long c) {
    char line[512];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(line, sizeof(line), format, a, b, c);
#pragma GCC diagnostic pop
    s_add_note(merge, line);
}

/* What a reader of the merged numbers has to know about them. */
static void s_note_peaks(struct ms_merge *merge, const struct ms_merge_end *end, uint64_t peak) {
    const struct ms_merge_total *total = &merge->total;
    s_note_line(merge, S_OWN_NOTE "%llu processes, of which at most %llu ran at once",
                total->process_count, end->at_once, 0);
    if (total->process_count < 2)
        return;
    s_note_line(
        merge,
        S_OWN_NOTE
        "the peak of the heap (%llu B) is the most that they held together in one step of the "
        "timeline; the largest peak of one is %llu B, and all peaks together are %llu B",
        peak, total->largest_peak, total->peak_sum);
    if (end->at_once > 1)
        s_note_line(merge,
                    S_OWN_NOTE
                    "peaks of places, types and variables are bounds: their largest peak in one "
                    "process times the %llu that ran at once, or their sum if that is less",
                    end->at_once, 0, 0);
    s_note_line(
        merge,
        S_OWN_NOTE
        "the history of variables and what the system did is not merged: the report of each "
        "process has them",
        0, 0, 0);
}

static void s_note_rest(struct ms_merge *merge) {
    for (size_t i = 0; i < merge->table_count; i++) {
        if (merge->tables[i].left_out != 0)
            s_note_line(merge,
                        S_OWN_NOTE "%llu threads, marks or phases are left out: there are too many",
                        merge->tables[i].left_out, 0, 0);
    }
    if (merge->timeline.series_left_out != 0)
        s_note_line(merge,
                    S_OWN_NOTE "%llu types have no timeline of their own: there are too many",
                    merge->timeline.series_left_out, 0, 0);
}

enum ms_status ms_merge_finish(struct ms_merge *merge, const struct memscope_report **out) {
    struct ms_merge_end end = ms_merge_total_end(&merge->total);
    ms_merge_timeline_limit(&merge->timeline, end.most_together);
    uint64_t peak = ms_merge_timeline_peak(&merge->timeline);
    if (peak < merge->total.largest_peak)
        peak = merge->total.largest_peak; /* of one whose start is not known */
    s_note_peaks(merge, &end, peak);
    s_note_rest(merge);
    for (size_t i = 0; i < merge->table_count && !merge->keys.failed; i++) {
        if (!ms_merge_table_finish(&merge->tables[i], &end, &merge->report))
            merge->keys.failed = true;
    }
    ms_merge_stacks_finish(&merge->stacks, &end, &merge->report);
    ms_merge_timeline_finish(&merge->timeline, &merge->keys, end.start_time,
                             &merge->report.timeline);
    ms_merge_total_finish(&merge->total, peak, &merge->report);
    s_finish_notes(merge);
    if (merge->keys.failed)
        return MS_NO_MEMORY;
    *out = &merge->report;
    return MS_OK;
}
