/* SPDX-License-Identifier: MIT */
#include "compare/merge_stacks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare/merge_copy.h"
#include "model/array.h"

#define S_STACKS_TAG UINT32_MAX /* where the numbers of sections are */

void ms_merge_stacks_fini(struct ms_merge_stacks *stacks) {
    ms_index_fini(&stacks->by_frames);
    ms_index_fini(&stacks->builds);
    free(stacks->stacks);
    free(stacks->extras);
}

/* ---- modules of other builds ---- */

/* The name of MODULE from now on. */
static const char *s_module_name(struct ms_merge_stacks *stacks, struct ms_keys *keys,
                                 const struct memscope_module_report *module) {
    uint32_t path = ms_keys_text(keys, module->path);
    uint32_t build = ms_keys_text(keys, module->build_id);
    const uint32_t *first = ms_index_put(&stacks->builds, path, build, NULL);
    if (first == NULL)
        keys->failed = true;
    if (first == NULL || *first == build || module->path == NULL)
        return ms_keys_keep(keys, module->path);
    const char *name = ms_arena_format(keys->names.arena, "%s (build %.8s)", module->path,
                                       module->build_id != NULL ? module->build_id : "not known");
    return ms_keys_keep(keys, name);
}

/* Renames what must be, and fills NAMES: number of a path -> number of its name. */
static void s_name_modules(struct ms_merge_stacks *stacks, struct ms_merge_context *context,
                           struct memscope_report *report, struct ms_index *names) {
    struct ms_keys *keys = context->keys;
    struct memscope_module_report *modules = malloc((report->module_count + 1) * sizeof(*modules));
    if (modules == NULL) {
        keys->failed = true;
        return;
    }
    context->modules = modules;
    for (size_t i = 0; i < report->module_count; i++) {
        modules[i] = report->modules[i];
        modules[i].path = s_module_name(stacks, keys, &report->modules[i]);
        if (ms_index_put(names, ms_keys_text(keys, report->modules[i].path),
                         ms_keys_text(keys, modules[i].path), NULL) == NULL)
            keys->failed = true;
    }
    report->modules = modules;
}

/* ---- stacks ---- */

/* The shape of frames, out of that of the report. */
static const struct ms_shape *s_frame_shape(void) {
    const struct ms_shape *report = ms_report_shape();
    for (size_t i = 0; i < report->field_count; i++) {
        if (report->fields[i].kind != MS_FIELD_STACKS)
            continue;
        const struct ms_shape *stack = report->fields[i].shape;
        for (size_t f = 0; f < stack->field_count; f++)
            if (strcmp(stack->fields[f].key, "frames") == 0)
                return stack->fields[f].shape;
    }
    return NULL;
}

static struct memscope_frame s_renamed(const struct memscope_frame *frame, struct ms_keys *keys,
                                       const struct ms_index *names) {
    struct memscope_frame renamed = *frame;
    const uint32_t *name = ms_index_find(names, ms_keys_text(keys, frame->module));
    if (name != NULL)
        renamed.module = ms_names_text(&keys->names, *name);
    return renamed;
}

/* From the outermost frame on, so that stacks share the beginnings of their lists. */
static uint32_t s_key_of(struct ms_keys *keys, const struct memscope_stack *stack,
                         const struct ms_index *names) {
    const struct ms_shape *shape = s_frame_shape();
    uint32_t list = ms_keys_append(keys, 0, S_STACKS_TAG);
    for (size_t i = stack->frame_count; i > 0; i--) {
        const struct memscope_frame frame = s_renamed(&stack->frames[i - 1], keys, names);
        uint32_t one = ms_keys_append(keys, 0, S_STACKS_TAG - 1);
        for (size_t f = 0; f < shape->field_count; f++)
            one = ms_merge_key(keys, one, &shape->fields[f], (const char *)&frame);
        list = ms_keys_append(keys, list, one);
    }
    return list;
}

static void s_copy_frames(struct ms_keys *keys, const struct memscope_stack *stack,
                          const struct ms_index *names, struct memscope_stack *out) {
    const struct ms_shape *shape = s_frame_shape();
    struct memscope_frame *frames =
        ms_arena_array(keys->names.arena, stack->frame_count, sizeof(*frames));
    if (frames == NULL) {
        keys->failed = true;
        return;
    }
    for (size_t i = 0; i < stack->frame_count; i++) {
        const struct memscope_frame frame = s_renamed(&stack->frames[i], keys, names);
        for (size_t f = 0; f < shape->field_count; f++)
            ms_merge_copy_field(keys, &shape->fields[f], (const char *)&frame, (char *)&frames[i]);
    }
    out->frames = frames;
    out->frame_count = stack->frame_count;
}

static bool s_grow(struct ms_merge_stacks *stacks) {
    void *list =
        ms_array_grow(stacks->stacks, &stacks->capacity, stacks->count, sizeof(*stacks->stacks));
    if (list != NULL)
        stacks->stacks = list;
    void *extras = ms_array_grow(stacks->extras, &stacks->extra_capacity, stacks->count,
                                 sizeof(*stacks->extras));
    if (extras != NULL)
        stacks->extras = extras;
    return list != NULL && extras != NULL;
}

static double s_variance(uint64_t bytes, double percent) {
    double error = (double)bytes * percent / 100;
    return percent == 0 ? 0 : error * error;
}

static void s_add(uint64_t *sum, uint64_t value) {
    if (*sum == MEMSCOPE_UNKNOWN || value == MEMSCOPE_UNKNOWN ||
        __builtin_add_overflow(*sum, value, sum))
        *sum = MEMSCOPE_UNKNOWN;
}

static void s_add_numbers(struct memscope_stack *out, struct ms_merge_extra *extra,
                          const struct ms_merge_context *context,
                          const struct memscope_stack *stack) {
    s_add(&out->live_count, stack->live_count);
    s_add(&out->live_bytes, stack->live_bytes);
    s_add(&out->total_allocations, stack->total_allocations);
    s_add(&out->total_bytes, stack->total_bytes);
    s_add(&out->temporary_allocations, stack->temporary_allocations);
    extra->live_variance += s_variance(stack->live_bytes, stack->error_percent);
    extra->total_variance += s_variance(stack->total_bytes, stack->total_error_percent);
    if (context->report != context->best_report)
        return;
    if (extra->report != context->report)
        extra->at_peak = 0;
    extra->report = context->report;
    s_add(&extra->at_peak, stack->bytes_at_peak);
}

static void s_add_stack(struct ms_merge_stacks *stacks, struct ms_merge_context *context,
                        const struct memscope_stack *stack, const struct ms_index *names) {
    bool added = false;
    struct ms_keys *keys = context->keys;
    const uint32_t *site = ms_index_find(&context->site_ids, stack->site_id);
    uint32_t site_id = site != NULL ? *site : MEMSCOPE_NO_ID;
    uint32_t key = ms_keys_append(keys, s_key_of(keys, stack, names), site_id);
    const uint32_t *known = ms_index_put(&stacks->by_frames, key, stacks->count, &added);
    if (known == NULL || !s_grow(stacks)) {
        keys->failed = true;
        return;
    }
    uint32_t number = *known;
    struct memscope_stack *out = &stacks->stacks[number];
    if (added) {
        *out = (struct memscope_stack){.id = number + 1, .site_id = site_id};
        stacks->extras[number] = (struct ms_merge_extra){0};
        s_copy_frames(keys, stack, names, out);
        stacks->count++;
    }
    s_add_numbers(out, &stacks->extras[number], context, stack);
    if (ms_index_put(&context->stack_ids, stack->id, out->id, NULL) == NULL)
        keys->failed = true;
}

void ms_merge_stacks_add(struct ms_merge_stacks *stacks, struct ms_merge_context *context,
                         struct memscope_report *report) {
    struct ms_index names = {0};
    s_name_modules(stacks, context, report, &names);
    for (size_t i = 0; i < report->stack_count && !context->keys->failed; i++)
        s_add_stack(stacks, context, &report->stacks[i], &names);
    ms_index_fini(&names);
}

static double s_percent(double variance, uint64_t bytes) {
    return variance == 0                             ? 0
           : bytes == 0 || bytes == MEMSCOPE_UNKNOWN ? (double)NAN
                                                     : 100 * sqrt(variance) / (double)bytes;
}

void ms_merge_stacks_finish(struct ms_merge_stacks *stacks, const struct ms_merge_end *end,
                            struct memscope_report *report) {
    for (uint32_t i = 0; i < stacks->count; i++) {
        struct memscope_stack *stack = &stacks->stacks[i];
        const struct ms_merge_extra *extra = &stacks->extras[i];
        stack->error_percent = s_percent(extra->live_variance, stack->live_bytes);
        stack->total_error_percent = s_percent(extra->total_variance, stack->total_bytes);
        stack->bytes_at_peak = !end->peak_is_known                 ? MEMSCOPE_UNKNOWN
                               : extra->report == end->best_report ? extra->at_peak
                                                                   : 0;
    }
    report->stacks = stacks->stacks;
    report->stack_count = stacks->count;
}
