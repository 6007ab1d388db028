/* SPDX-License-Identifier: MIT */
/* types[]: sites of the same type together, and what of the type's memory is padding. */
#include "model/build.h"

#include <stdlib.h>

#include "base/checked.h"
#include "model/array.h"
#include "model/utf8.h"

struct s_type {
    ms_name name;
    uint64_t size;       /* of the sites with this name, that with the most bytes; 0: not known */
    uint64_t size_bytes; /* total bytes of that site */
    uint64_t allocations;
    uint64_t alloc_bytes;
    uint64_t frees;
    uint64_t live_bytes;
    uint64_t pooled_bytes;
    uint64_t peak_bytes;
    struct ms_estimate live; /* in a sampled journal */
    uint64_t bytes_at_peak;
};

struct s_types {
    struct ms_index index; /* name -> types */
    struct s_type *types;  /* owned */
    uint32_t count, capacity;
};

static enum ms_status s_find(struct s_types *types, ms_name name, struct s_type **out) {
    bool added;
    const uint32_t *at = ms_index_put(&types->index, name, types->count, &added);
    if (at == NULL)
        return MS_NO_MEMORY;
    if (added) {
        struct s_type *all =
            ms_array_grow(types->types, &types->capacity, types->count, sizeof(*all));
        if (all == NULL)
            return MS_NO_MEMORY;
        types->types = all;
        all[types->count++] = (struct s_type){.name = name};
    }
    *out = &types->types[*at];
    return MS_OK;
}

static enum ms_status s_add_site(struct s_types *types, const struct ms_build_site *site) {
    struct s_type *type;
    enum ms_status status = s_find(types, site->type_name, &type);
    if (status != MS_OK)
        return status;
    type->allocations += site->allocations;
    type->alloc_bytes += site->alloc_bytes;
    type->frees += site->frees;
    type->live_bytes += site->live_bytes;
    if (site->is_pooled)
        type->pooled_bytes += site->live_bytes;
    if (site->bytes_at_peak != MEMSCOPE_UNKNOWN)
        type->bytes_at_peak += site->bytes_at_peak;
    type->live.count += site->live.count;
    type->live.bytes += site->live.bytes;
    type->live.variance += site->live.variance;
    type->peak_bytes = ms_build_max(type->peak_bytes, site->peak_bytes);
    if (site->type_size != 0 && (type->size == 0 || site->alloc_bytes > type->size_bytes)) {
        type->size = site->type_size;
        type->size_bytes = site->alloc_bytes;
    }
    return MS_OK;
}

/* The peak of a type that several sites make is not known exactly. It was at least what one of its
 * sites had at once, and what all of them had at a tick. */
static enum ms_status s_add_ticks(struct ms_build *build, struct s_types *types) {
    for (size_t i = 0; i < build->tick_count; i++) {
        struct ms_type_share shares[MS_SHARES_PER_TICK];
        size_t count;
        bool all;
        enum ms_status status = ms_build_type_shares(build, &build->ticks[i], shares, &count, &all);
        if (status != MS_OK)
            return status;
        for (size_t n = 0; n < count; n++) {
            const uint32_t *at = ms_index_find(&types->index, shares[n].type_name);
            if (at != NULL)
                types->types[*at].peak_bytes =
                    ms_build_max(types->types[*at].peak_bytes, shares[n].live_bytes);
        }
    }
    return MS_OK;
}

static enum ms_status s_copy_members(struct ms_build *build,
                                     const struct memscope_type_layout *layout,
                                     struct memscope_type_report *out) {
    struct memscope_member *members =
        ms_arena_array(build->arena, layout->member_count, sizeof(*members));
    if (members == NULL)
        return MS_NO_MEMORY;
    for (size_t i = 0; i < layout->member_count; i++) {
        const struct memscope_member *from = &layout->members[i];
        members[i] = *from;
        members[i].name = ms_utf8_clean(build->arena, from->name);
        members[i].type_name = ms_utf8_clean(build->arena, from->type_name);
        if ((from->name != NULL && members[i].name == NULL) ||
            (from->type_name != NULL && members[i].type_name == NULL))
            return MS_NO_MEMORY;
    }
    out->members = members;
    out->member_count = layout->member_count;
    return MS_OK;
}

/* Two types of a program may have one name. A layout of another size than the compiler saw at the
 * site is that of the other one. */
static enum ms_status s_fill_layout(struct ms_build *build, struct memscope_type_report *out) {
    const struct memscope_resolver *resolver = build->resolver;
    struct memscope_type_layout layout = {0};
    if (resolver == NULL || resolver->find_type == NULL || out->type_name == NULL ||
        !resolver->find_type(resolver->context, out->type_name, &layout))
        return MS_OK;
    if (out->size != MEMSCOPE_UNKNOWN && layout.size != out->size)
        return MS_OK;
    out->size = layout.size != 0 ? layout.size : MEMSCOPE_UNKNOWN;
    out->alignment = layout.alignment;
    out->padding_bytes = layout.padding_bytes;
    uint64_t waste;
    if (layout.size != 0 &&
        ms_checked_mul(layout.padding_bytes, out->peak_bytes / layout.size, &waste))
        out->padding_waste_bytes = waste;
    return s_copy_members(build, &layout, out);
}

static enum ms_status s_fill(struct ms_build *build, const struct s_type *type,
                             struct memscope_type_report *out) {
    uint64_t live_count = ms_build_minus(type->allocations, type->frees);
    uint64_t live_bytes = type->live_bytes;
    if (build->sampled) {
        live_count = ms_build_round(type->live.count);
        live_bytes = ms_build_round(type->live.bytes);
    }
    *out = (struct memscope_type_report){
        .type_name = ms_build_text(build, type->name),
        .size = type->size != 0 ? type->size : MEMSCOPE_UNKNOWN,
        .alignment = MEMSCOPE_UNKNOWN,
        .live_count = live_count,
        .live_bytes = live_bytes,
        .pooled_bytes = type->pooled_bytes,
        .total_count = type->allocations,
        .total_bytes = type->alloc_bytes,
        .peak_bytes = ms_build_max(type->peak_bytes, live_bytes),
        .bytes_at_peak = build->report->summary.peak_known_bytes != MEMSCOPE_UNKNOWN
                             ? type->bytes_at_peak
                             : MEMSCOPE_UNKNOWN,
        .padding_bytes = MEMSCOPE_UNKNOWN,
        .padding_waste_bytes = MEMSCOPE_UNKNOWN,
        .error_percent = ms_build_error(build, live_bytes, type->live.variance),
    };
    if (out->type_name == NULL) /* blocks of many types: no one size */
        out->size = MEMSCOPE_UNKNOWN;
    return s_fill_layout(build, out);
}

static int s_by_live(const void *left, const void *right) {
    const struct memscope_type_report *a = left;
    const struct memscope_type_report *b = right;
    int order = ms_build_descending(a->live_bytes, b->live_bytes);
    if (order == 0)
        order = ms_build_descending(a->total_bytes, b->total_bytes);
    return order != 0 ? order : ms_build_compare_text(a->type_name, b->type_name);
}

static enum ms_status s_fill_all(struct ms_build *build, struct s_types *types) {
    struct memscope_type_report *out = ms_arena_array(build->arena, types->count, sizeof(*out));
    enum ms_status status = out != NULL ? s_add_ticks(build, types) : MS_NO_MEMORY;
    for (uint32_t i = 0; status == MS_OK && i < types->count; i++)
        status = s_fill(build, &types->types[i], &out[i]);
    if (status != MS_OK)
        return status;
    qsort(out, types->count, sizeof(*out), s_by_live);
    build->report->types = out;
    build->report->type_count = types->count;
    return MS_OK;
}

enum ms_status ms_build_types(struct ms_build *build) {
    struct s_types types = {0};
    enum ms_status status = MS_OK;
    for (uint32_t i = 0; status == MS_OK && i < build->site_count; i++)
        if (build->sites[i].allocations != 0)
            status = s_add_site(&types, &build->sites[i]);
    if (status == MS_OK)
        status = s_fill_all(build, &types);
    ms_index_fini(&types.index);
    free(types.types);
    return status;
}
