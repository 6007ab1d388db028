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
    free(stacks->variances);
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
    void *variances = ms_array_grow(stacks->variances, &stacks->variance_capacity, stacks->count,
                                    sizeof(*stacks->variances));
    if (variances != NULL)
        stacks->variances = variances;
    return list != NULL && variances != NULL;
}

static void s_add_stack(struct ms_merge_stacks *stacks, struct ms_merge_context *context,
                        const struct memscope_stack *stack, const struct ms_index *names) {
    bool added = false;
    struct ms_keys *keys = context->keys;
    const uint32_t *known =
        ms_index_put(&stacks->by_frames, s_key_of(keys, stack, names), stacks->count, &added);
    if (known == NULL || !s_grow(stacks)) {
        keys->failed = true;
        return;
    }
    uint32_t number = *known;
    struct memscope_stack *out = &stacks->stacks[number];
    if (added) {
        *out = (struct memscope_stack){.id = number + 1};
        stacks->variances[number] = 0;
        s_copy_frames(keys, stack, names, out);
        stacks->count++;
    }
    double error = (double)stack->live_bytes * stack->error_percent / 100;
    out->live_count += stack->live_count;
    out->live_bytes += stack->live_bytes;
    stacks->variances[number] += stack->error_percent == 0 ? 0 : error * error;
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

void ms_merge_stacks_finish(struct ms_merge_stacks *stacks, struct memscope_report *report) {
    for (uint32_t i = 0; i < stacks->count; i++) {
        struct memscope_stack *stack = &stacks->stacks[i];
        stack->error_percent = stacks->variances[i] == 0 ? 0
                               : stack->live_bytes == 0
                                   ? (double)NAN
                                   : 100 * sqrt(stacks->variances[i]) / (double)stack->live_bytes;
    }
    report->stacks = stacks->stacks;
    report->stack_count = stacks->count;
}
