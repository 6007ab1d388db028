/* SPDX-License-Identifier: MIT */
#include "model/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/array.h"
#include "model/build.h"
#include "model/utf8.h"

/* What ms_report_new hands out is `report`, the first member. */
struct s_owned_report {
    struct memscope_report report;
    struct ms_arena arena;
};

typedef enum ms_status s_step_fn(struct ms_build *build);

/* How long they take beside each other where there is much to read: these have loops over blocks,
 * sites and stacks; the others take 1. */
static unsigned s_weight(s_step_fn *step) {
    return step == ms_build_blocks           ? 30
           : step == ms_build_prepare_frames ? 40
           : step == ms_build_hotspots       ? 15
           : step == ms_build_types          ? 10
           : step == ms_build_stacks         ? 30
                                             : 1;
}

/* Pending blocks are added to sites before anything is summed up; locations are made before
 * anything names them. */
static s_step_fn *const s_steps[] = {
    ms_build_process,  ms_build_stack_sums,     ms_build_sites,     ms_build_tracked,
    ms_build_objects,  ms_build_surplus,        ms_build_blocks,    ms_build_torn,
    ms_build_live,     ms_build_events,         ms_build_peak,      ms_build_stack_totals,
    ms_build_ticks,    ms_build_prepare_frames, ms_build_hotspots,  ms_build_growth,
    ms_build_types,    ms_build_layouts,        ms_build_variables, ms_build_live_blocks,
    ms_build_leaks,    ms_build_problems,       ms_build_threads,   ms_build_phases,
    ms_build_timeline, ms_build_growing,        ms_build_stacks,    ms_build_summary,
};

enum ms_status ms_build_name(struct ms_build *build, uint32_t offset, ms_name *name) {
    if (offset == 0) {
        *name = 0;
        return MS_OK;
    }
    const uint32_t *known = ms_index_find(&build->names.by_offset, offset);
    if (known != NULL) {
        *name = *known;
        return MS_OK;
    }
    const char *text = ms_journal_string(build->journal, offset);
    enum ms_status status = ms_names_add(&build->names, text, name);
    if (status == MS_OK && ms_index_put(&build->names.by_offset, offset, *name, NULL) == NULL)
        status = MS_NO_MEMORY;
    return status;
}

const char *ms_build_text(const struct ms_build *build, ms_name name) {
    return ms_names_text(&build->names, name);
}

bool ms_build_is_void(const char *type_name) {
    static const char *const s_void[] = {"void", "const void", "volatile void",
                                         "const volatile void"};
    for (size_t i = 0; i < sizeof(s_void) / sizeof(s_void[0]); i++)
        if (strcmp(type_name, s_void[i]) == 0)
            return true;
    return false;
}

enum ms_status ms_build_type_name(struct ms_build *build, uint32_t offset, ms_name *name) {
    enum ms_status status = ms_build_name(build, offset, name);
    const char *text = status == MS_OK ? ms_build_text(build, *name) : NULL;
    if (text != NULL && ms_build_is_void(text))
        *name = 0;
    return status;
}

enum ms_status ms_build_note(struct ms_build *build, const char *format, ...) {
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    struct ms_build_note *note = ms_arena_alloc(build->arena, sizeof(*note));
    const char *text = ms_arena_copy_text(build->arena, line, strlen(line));
    if (note == NULL || text == NULL)
        return MS_NO_MEMORY;
    note->text = ms_utf8_clean(build->arena, text);
    if (note->text == NULL)
        return MS_NO_MEMORY;
    *build->last_note = note;
    build->last_note = &note->next;
    build->report->note_count++;
    return MS_OK;
}

/* What the resolver has noticed while it was asked. */
static enum ms_status s_add_late_notes(struct ms_build *build) {
    const struct memscope_resolver *resolver = build->resolver;
    const char *note;
    enum ms_status status = MS_OK;
    while (resolver != NULL && resolver->next_note != NULL && status == MS_OK &&
           (note = resolver->next_note(resolver->context)) != NULL)
        status = ms_build_note(build, "%s", note);
    return status;
}

static enum ms_status s_finish_notes(struct ms_build *build) {
    const char **notes = ms_arena_array(build->arena, build->report->note_count, sizeof(*notes));
    if (notes == NULL)
        return MS_NO_MEMORY;
    size_t count = 0;
    for (const struct ms_build_note *note = build->first_note; note != NULL; note = note->next)
        notes[count++] = note->text;
    build->report->notes = notes;
    return MS_OK;
}

static void s_build_fini(struct ms_build *build) {
    ms_names_fini(&build->names);
    ms_index_fini(&build->frame_index);
    ms_index_fini(&build->stack_index);
    ms_index_fini(&build->stack_sites);
    free(build->sites);
    free(build->groups);
    free(build->live_parts);
    free(build->stacks);
    free(build->frames);
    free(build->ticks);
    free(build->surplus);
    free(build->threads);
}

enum ms_status ms_report_new(const struct ms_journal *journal,
                             const struct memscope_resolver *resolver, unsigned parts,
                             struct memscope_report **out) {
    struct s_owned_report *owned = calloc(1, sizeof(*owned));
    if (owned == NULL)
        return MS_NO_MEMORY;
    struct ms_build build = {
        .journal = journal,
        .header = ms_journal_header(journal),
        .resolver = resolver,
        .parts = parts,
        .report = &owned->report,
        .arena = &owned->arena,
        .names = {.arena = &owned->arena},
    };
    build.last_note = &build.first_note;
    enum ms_status status = MS_OK;
    const size_t count = sizeof(s_steps) / sizeof(s_steps[0]);
    double weights = 0;
    for (size_t i = 0; i < count; i++)
        weights += s_weight(s_steps[i]);
    for (size_t i = 0; status == MS_OK && i < count; i++) {
        build.progress_begin = build.progress_end;
        build.progress_end += s_weight(s_steps[i]) / weights;
        ms_build_progress(&build, 0, 1);
        status = s_steps[i](&build);
    }
    if (status == MS_OK)
        status = s_add_late_notes(&build);
    if (status == MS_OK)
        status = s_finish_notes(&build);
    s_build_fini(&build);
    if (status == MS_OK)
        *out = &owned->report;
    else
        ms_report_destroy(&owned->report);
    return status;
}

struct memscope_report *ms_report_new_blank(struct ms_arena **arena) {
    struct s_owned_report *owned = calloc(1, sizeof(*owned));
    if (owned == NULL)
        return NULL;
    *arena = &owned->arena;
    return &owned->report;
}

void ms_report_destroy(struct memscope_report *report) {
    struct s_owned_report *owned = (struct s_owned_report *)report;
    if (owned == NULL)
        return;
    ms_arena_fini(&owned->arena);
    free(owned);
}
