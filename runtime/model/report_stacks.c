/* SPDX-License-Identifier: MIT */
/* Return addresses as frames, and the stacks that the report has. */
#include "model/build.h"

#include <math.h>
#include <stdlib.h>

#include "model/array.h"
#include "model/utf8.h"

/* Frames of one address: a function and what is inlined there. */
#define INLINE_LIMIT 64
/* Of all stacks together: 192 MiB. Damaged journals can ask for more than there is memory. */
/* Addresses that are looked up ahead; others are looked up one by one. */
#define PREPARE_LIMIT (4u << 20)
#define FRAME_LIMIT   ((uint64_t)4 << 20)

static const char *s_module_path(const struct ms_build *build, uint64_t module) {
    if (module == 0 || module > build->report->module_count)
        return NULL;
    return build->report->modules[module - 1].path;
}

/* Strings of a resolver come out of files and may be any bytes. */
static enum ms_status s_clean(struct ms_build *build, const char **text) {
    if (*text == NULL)
        return MS_OK;
    *text = ms_utf8_clean(build->arena, *text);
    return *text != NULL ? MS_OK : MS_NO_MEMORY;
}

static enum ms_status s_resolve(struct ms_build *build, uint64_t word,
                                struct ms_build_frames *out) {
    struct memscope_frame found[INLINE_LIMIT];
    uint64_t module = word >> MS_FRAME_MODULE_SHIFT;
    uint64_t address = word & MS_FRAME_OFFSET_MASK;
    const struct memscope_resolver *resolver = build->resolver;
    size_t count = 0;
    if (resolver != NULL && resolver->find_frames != NULL && module != 0 &&
        module <= build->report->module_count)
        count = resolver->find_frames(resolver->context, (uint32_t)module, address, found,
                                      INLINE_LIMIT);
    if (count == 0 || count > INLINE_LIMIT) {
        found[0] = (struct memscope_frame){.line = MEMSCOPE_UNKNOWN, .column = MEMSCOPE_UNKNOWN};
        count = 1;
    }
    struct memscope_frame *frames = ms_arena_array(build->arena, count, sizeof(*frames));
    enum ms_status status = frames != NULL ? MS_OK : MS_NO_MEMORY;
    for (size_t i = 0; status == MS_OK && i < count; i++) {
        frames[i] = found[i];
        frames[i].module = s_module_path(build, module);
        frames[i].address = address;
        status = s_clean(build, &frames[i].function);
        if (status == MS_OK)
            status = s_clean(build, &frames[i].file);
    }
    *out = (struct ms_build_frames){frames, count};
    return status;
}

enum ms_status ms_build_frames(struct ms_build *build, uint64_t word, struct ms_build_frames *out) {
    bool added;
    const uint32_t *known = ms_index_put(&build->frame_index, word, build->frame_count, &added);
    if (known == NULL)
        return MS_NO_MEMORY;
    if (!added) {
        *out = build->frames[*known];
        return MS_OK;
    }
    struct ms_build_frames *frames =
        ms_array_grow(build->frames, &build->frame_capacity, build->frame_count, sizeof(*frames));
    if (frames == NULL)
        return MS_NO_MEMORY;
    build->frames = frames;
    enum ms_status status = s_resolve(build, word, out);
    frames[build->frame_count++] = *out;
    return status;
}

/* Adds WORD to PLACES once. */
static enum ms_status s_prepare(struct ms_build *build, struct ms_index *seen, uint64_t word,
                                struct memscope_address **places, uint32_t *count,
                                uint32_t *capacity) {
    uint64_t module = word >> MS_FRAME_MODULE_SHIFT;
    bool added;
    if (module == 0 || module > build->report->module_count || *count >= PREPARE_LIMIT)
        return MS_OK;
    if (ms_index_put(seen, word, 0, &added) == NULL)
        return MS_NO_MEMORY;
    if (!added)
        return MS_OK;
    struct memscope_address *more = ms_array_grow(*places, capacity, *count, sizeof(*more));
    if (more == NULL)
        return MS_NO_MEMORY;
    *places = more;
    more[(*count)++] = (struct memscope_address){(uint32_t)module, word & MS_FRAME_OFFSET_MASK};
    return MS_OK;
}

enum ms_status ms_build_prepare_frames(struct ms_build *build) {
    uint64_t words[MS_STACK_DEPTH_LIMIT];
    const struct memscope_resolver *resolver = build->resolver;
    struct memscope_address *places = NULL;
    struct ms_index seen = {0};
    uint32_t count = 0, capacity = 0;
    enum ms_status status = MS_OK;
    if (resolver == NULL || resolver->prepare_frames == NULL)
        return MS_OK;
    for (uint32_t i = 0; status == MS_OK && i < build->site_count; i++) {
        const struct ms_build_site *site = &build->sites[i];
        if (site->frame != 0 && (site->file == 0 || site->function == 0))
            status = s_prepare(build, &seen, site->frame, &places, &count, &capacity);
    }
    for (uint32_t i = 0; status == MS_OK && i < build->stack_count; i++) {
        if (!build->stacks[i].is_shown)
            continue;
        size_t depth =
            ms_journal_stack(build->journal, build->stacks[i].id, words, MS_STACK_DEPTH_LIMIT);
        for (size_t n = 0; status == MS_OK && n < depth; n++)
            status = s_prepare(build, &seen, words[n], &places, &count, &capacity);
    }
    if (status == MS_OK)
        resolver->prepare_frames(resolver->context, places, count);
    ms_index_fini(&seen);
    free(places);
    return status;
}

/* Those that are not shown last. */
static int s_by_bytes(const void *left, const void *right) {
    const struct ms_build_stack *a = left;
    const struct ms_build_stack *b = right;
    int order = ms_build_descending(a->is_shown, b->is_shown);
    if (order == 0)
        order = ms_build_descending(a->live_bytes, b->live_bytes);
    if (order == 0)
        order = ms_build_descending(a->alloc_bytes, b->alloc_bytes);
    return order != 0 ? order : ms_build_ascending(a->id, b->id);
}

static struct memscope_stack s_row(const struct ms_build *build,
                                   const struct ms_build_stack *from) {
    static const struct memscope_frame s_no_frames[1];
    bool is_known = build->has_stack_totals;
    return (struct memscope_stack){
        .id = from->id,
        .site_id = from->site != 0 ? from->site : MEMSCOPE_NO_ID,
        .frames = s_no_frames,
        .live_count = from->live_count,
        .live_bytes = from->live_bytes,
        .error_percent = ms_build_error(build, from->live_bytes, from->variance),
        .total_allocations = is_known ? from->allocations : MEMSCOPE_UNKNOWN,
        .total_bytes = is_known ? from->alloc_bytes : MEMSCOPE_UNKNOWN,
        .temporary_allocations = is_known ? from->temporary : MEMSCOPE_UNKNOWN,
        .bytes_at_peak = is_known ? from->bytes_at_peak : MEMSCOPE_UNKNOWN,
        .total_error_percent =
            is_known ? ms_build_error(build, from->alloc_bytes, from->total_variance) : NAN,
    };
}

/* WORDS, COUNT of them, as frames. */
static enum ms_status s_fill_frames(struct ms_build *build, const uint64_t *words, size_t count,
                                    struct memscope_stack *stack) {
    struct ms_build_frames found[MS_STACK_DEPTH_LIMIT];
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        enum ms_status status = ms_build_frames(build, words[i], &found[i]);
        if (status != MS_OK)
            return status;
        total += found[i].count;
    }
    struct memscope_frame *frames = ms_arena_array(build->arena, total, sizeof(*frames));
    if (frames == NULL)
        return MS_NO_MEMORY;
    stack->frames = frames;
    for (size_t i = 0; i < count; i++)
        for (size_t n = 0; n < found[i].count; n++)
            frames[stack->frame_count++] = found[i].frames[n];
    return MS_OK;
}

enum ms_status ms_build_stacks(struct ms_build *build) {
    uint64_t words[MS_STACK_DEPTH_LIMIT];
    uint64_t frame_total = 0;
    uint32_t left_out = 0;
    struct memscope_stack *stacks =
        ms_arena_array(build->arena, build->stack_count, sizeof(*stacks));
    if (stacks == NULL)
        return MS_NO_MEMORY;
    if (build->stack_count != 0) /* the largest first: they get their frames */
        qsort(build->stacks, build->stack_count, sizeof(*build->stacks), s_by_bytes);
    enum ms_status status = MS_OK;
    uint32_t count = 0;
    for (; status == MS_OK && count < build->stack_count && build->stacks[count].is_shown;
         count++) {
        const struct ms_build_stack *from = &build->stacks[count];
        ms_build_progress(build, count, build->stack_count);
        stacks[count] = s_row(build, from);
        size_t depth = ms_journal_stack(build->journal, from->id, words, MS_STACK_DEPTH_LIMIT);
        if (frame_total + depth > FRAME_LIMIT) {
            left_out++;
            continue;
        }
        status = s_fill_frames(build, words, depth, &stacks[count]);
        frame_total += stacks[count].frame_count;
    }
    build->report->stacks = stacks;
    build->report->stack_count = count;
    if (status == MS_OK && left_out != 0)
        status = ms_build_note(build,
                               "%u stacks with the fewest live bytes have no frames here: "
                               "there were too many to keep",
                               left_out);
    return status;
}
