/* SPDX-License-Identifier: MIT */
/* types[]: sites of the same type together, and what of the type's memory is padding. */
#include "model/build.h"

#include <stdlib.h>

#include "base/checked.h"
#include "model/array.h"
#include "model/lifetime.h"
#include "model/type_layout.h"

/* Sites of a name whose objects have different layouts are types of their own. */
struct s_type {
    ms_name name;
    uint32_t next; /* another one of this name, 0: none; the first of a name is in the index */
    const struct memscope_type_layout *layout; /* NULL: not known */
    uint64_t size;                             /* 0: not known */
    uint64_t allocations;
    uint64_t alloc_bytes;
    uint64_t frees;
    uint64_t live_bytes;
    uint64_t pooled_bytes;
    uint64_t peak_bytes;
    uint64_t objects; /* in all allocations */
    uint64_t live_objects;
    uint64_t temporary;
    uint64_t moved;
    uint64_t slack_bytes;
    struct ms_lifetime lifetime;
    uint32_t last_seen;      /* the last tick that lists it, counted from 1 */
    bool has_unsized;        /* some blocks have no known number of objects */
    struct ms_estimate live; /* in a sampled journal */
    uint64_t bytes_at_peak;
};

struct s_types {
    struct ms_index index; /* name -> types */
    struct s_type *types;  /* owned */
    uint32_t count, capacity;
};

static enum ms_status s_add_type(struct s_types *types, ms_name name) {
    struct s_type *all = ms_array_grow(types->types, &types->capacity, types->count, sizeof(*all));
    if (all == NULL)
        return MS_NO_MEMORY;
    types->types = all;
    all[types->count++] = (struct s_type){.name = name};
    return MS_OK;
}

static bool s_may_be(const struct s_type *type, uint64_t size,
                     const struct memscope_type_layout *layout) {
    return (size == 0 || type->size == 0 || size == type->size) &&
           (layout == NULL || type->layout == NULL || ms_type_layout_is_same(layout, type->layout));
}

/* The type of a site with that name, size (0: not known) and layout (NULL: not known). */
static enum ms_status s_find(struct s_types *types, ms_name name, uint64_t size,
                             const struct memscope_type_layout *layout, struct s_type **out) {
    bool added;
    enum ms_status status = MS_OK;
    const uint32_t *first = ms_index_put(&types->index, name, types->count, &added);
    if (first == NULL)
        return MS_NO_MEMORY;
    uint32_t at = *first;
    if (added)
        status = s_add_type(types, name);
    while (status == MS_OK && !s_may_be(&types->types[at], size, layout)) {
        if (types->types[at].next == 0) {
            uint32_t last = at;
            status = s_add_type(types, name);
            if (status == MS_OK)
                types->types[last].next = types->count - 1;
        }
        if (status == MS_OK)
            at = types->types[at].next;
    }
    if (status != MS_OK)
        return status;
    struct s_type *type = &types->types[at];
    if (type->size == 0)
        type->size = size;
    if (type->layout == NULL)
        type->layout = layout;
    *out = type;
    return MS_OK;
}

/* The objects of TYPE in COUNT blocks of SITE with BYTES in all; unknown where its size is not
 * known. A block has at least one. */
static uint64_t s_count_objects(const struct s_type *type, const struct ms_build_site *site,
                                uint64_t count, uint64_t bytes) {
    if (type->size == 0)
        return MEMSCOPE_UNKNOWN;
    if (type->layout != NULL && ms_type_layout_is_open(type->layout))
        return count;
    if (site->element_name != 0 && site->header_size != 0)
        return count;
    return bytes % type->size == 0 ? ms_build_max(count, bytes / type->size) : count;
}

static void s_add_objects(struct s_type *type, const struct ms_build_site *site) {
    uint64_t all = s_count_objects(type, site, site->allocations, site->alloc_bytes);
    uint64_t live = s_count_objects(type, site, site->live_count, site->live_bytes);
    if (all == MEMSCOPE_UNKNOWN || live == MEMSCOPE_UNKNOWN) {
        type->has_unsized = true;
        return;
    }
    type->objects += all;
    type->live_objects += live;
}

static enum ms_status s_add_site(struct ms_build *build, struct s_types *types,
                                 const struct ms_build_site *site) {
    const struct memscope_type_layout *layout;
    struct s_type *type;
    enum ms_status status = ms_type_layout_find(build, site, &layout);
    uint64_t size = site->type_size != 0 || layout == NULL ? site->type_size : layout->size;
    if (site->type_name == 0) /* blocks of many types: no one size */
        size = 0;
    if (status == MS_OK)
        status = s_find(types, site->type_name, size, layout, &type);
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
    type->peak_bytes =
        ms_build_max(type->peak_bytes, ms_build_max(site->peak_bytes, type->bytes_at_peak));
    type->temporary += site->temporary;
    type->moved += site->moved;
    type->slack_bytes += site->slack_bytes;
    s_add_objects(type, site);
    return MS_OK;
}

/* The type that ticks mean by NAME; they do not tell types of one name apart. */
static struct s_type *s_of_name(const struct s_types *types, ms_name name) {
    const uint32_t *at = ms_index_find(&types->index, name);
    return at != NULL && types->types[*at].next == 0 ? &types->types[*at] : NULL;
}

/* What may be live of a type that a tick does not list is less than the least that it lists. */
static void s_add_missed(struct s_types *types, uint32_t tick, double ns, uint64_t least) {
    for (uint32_t i = 0; i < types->count; i++)
        if (types->types[i].last_seen != tick)
            ms_lifetime_miss(&types->types[i].lifetime, ns, least);
}

/* The peak of a type that several sites make is not known exactly. It was at least what one of its
 * sites had at once, and what all of them had at the peak of the process and at a tick. */
static enum ms_status s_add_tick(struct ms_build *build, struct s_types *types, uint32_t number,
                                 double ns) {
    struct ms_type_share shares[MS_SHARES_PER_TICK];
    size_t count;
    bool all;
    uint64_t least = UINT64_MAX;
    enum ms_status status =
        ms_build_type_shares(build, &build->ticks[number - 1], shares, &count, &all);
    for (size_t n = 0; status == MS_OK && n < count; n++) {
        struct s_type *type = s_of_name(types, shares[n].type_name);
        least = shares[n].live_bytes < least ? shares[n].live_bytes : least;
        if (type == NULL)
            continue;
        type->peak_bytes = ms_build_max(type->peak_bytes, shares[n].live_bytes);
        ms_lifetime_see(&type->lifetime, ns, shares[n].live_bytes);
        type->last_seen = number;
    }
    if (status == MS_OK && !all)
        s_add_missed(types, number, ns,
                     count != 0 ? least : build->ticks[number - 1].heap_live_bytes);
    return status;
}

static enum ms_status s_add_ticks(struct ms_build *build, struct s_types *types) {
    uint64_t last = 0, end = build->report->process.duration_ns;
    enum ms_status status = MS_OK;
    for (size_t i = 0; status == MS_OK && i < build->tick_count && i < UINT32_MAX - 1; i++) {
        uint64_t now = build->ticks[i].time_ns;
        status = s_add_tick(build, types, (uint32_t)i + 1, (double)ms_build_minus(now, last));
        last = ms_build_max(now, last);
    }
    for (uint32_t i = 0; i < types->count; i++)
        ms_lifetime_end(&types->types[i].lifetime, (double)ms_build_minus(end, last),
                        types->types[i].live_bytes);
    return status;
}

static void s_fill_layout(const struct s_type *type, struct memscope_type_report *out) {
    const struct memscope_type_layout *layout = type->layout;
    if (layout == NULL)
        return;
    out->alignment = layout->alignment;
    out->padding_bytes = layout->padding_bytes;
    out->struct_name = layout->struct_name;
    out->declared = layout->declared;
    out->is_struct = layout->is_struct;
    out->members = layout->members;
    out->member_count = layout->member_count;
    uint64_t waste;
    if (layout->padding_bytes != MEMSCOPE_UNKNOWN && out->peak_objects != MEMSCOPE_UNKNOWN &&
        ms_checked_mul(layout->padding_bytes, out->peak_objects, &waste))
        out->padding_waste_bytes = waste;
}

static void s_fill_objects(const struct s_type *type, struct memscope_type_report *out) {
    if (type->has_unsized || type->alloc_bytes == 0)
        return;
    unsigned __int128 peak = (unsigned __int128)out->peak_bytes * type->objects;
    peak /= type->alloc_bytes;
    if (peak >= MEMSCOPE_UNKNOWN)
        return;
    out->total_objects = type->objects;
    out->live_objects = type->live_objects;
    out->peak_objects = ms_build_max((uint64_t)peak, type->live_objects);
}

static void s_fill(const struct ms_build *build, const struct s_type *type,
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
        .live_objects = MEMSCOPE_UNKNOWN,
        .total_objects = MEMSCOPE_UNKNOWN,
        .peak_objects = MEMSCOPE_UNKNOWN,
        .average_bytes = type->allocations != 0
                             ? (type->alloc_bytes + type->allocations / 2) / type->allocations
                             : MEMSCOPE_UNKNOWN,
        .average_lifetime_ns = ms_lifetime_average(&type->lifetime, type->alloc_bytes),
        .temporary_count = type->temporary,
        .moved_bytes = build->sampled ? MEMSCOPE_UNKNOWN : type->moved,
        .slack_bytes = build->knows_slack ? type->slack_bytes : MEMSCOPE_UNKNOWN,
    };
    s_fill_objects(type, out);
    s_fill_layout(type, out);
}

/* "struct node has 2 layouts: 16 bytes (a.c:3), 24 bytes (b.c:7)". */
static enum ms_status s_note_layouts(struct ms_build *build, const struct s_types *types,
                                     uint32_t first) {
    unsigned count = 0;
    const char *list = "";
    for (uint32_t at = first, more = 1; more != 0; at = types->types[at].next) {
        const struct s_type *type = &types->types[at];
        const char *declared = type->layout != NULL ? type->layout->declared : NULL;
        list = ms_arena_format(build->arena, "%s%s%llu bytes (%s)", list, count++ != 0 ? ", " : "",
                               (unsigned long long)type->size,
                               declared != NULL ? declared : "declared where is not known");
        if (list == NULL)
            return MS_NO_MEMORY;
        more = type->next;
    }
    return ms_build_note(build, "%s has %u layouts: %s",
                         ms_build_text(build, types->types[first].name), count, list);
}

static enum ms_status s_note_all(struct ms_build *build, const struct s_types *types) {
    enum ms_status status = MS_OK;
    for (uint32_t i = 0; status == MS_OK && i < types->count; i++) {
        const uint32_t *first = ms_index_find(&types->index, types->types[i].name);
        if (first != NULL && *first == i && types->types[i].next != 0)
            status = s_note_layouts(build, types, i);
    }
    return status;
}

static int s_by_live(const void *left, const void *right) {
    const struct memscope_type_report *a = left;
    const struct memscope_type_report *b = right;
    int order = ms_build_descending(a->live_bytes, b->live_bytes);
    if (order == 0)
        order = ms_build_descending(a->total_bytes, b->total_bytes);
    if (order == 0)
        order = ms_build_compare_text(a->type_name, b->type_name);
    return order != 0 ? order : ms_build_compare_text(a->declared, b->declared);
}

static enum ms_status s_fill_all(struct ms_build *build, struct s_types *types) {
    struct memscope_type_report *out = ms_arena_array(build->arena, types->count, sizeof(*out));
    enum ms_status status = out != NULL ? s_add_ticks(build, types) : MS_NO_MEMORY;
    if (status == MS_OK)
        status = s_note_all(build, types);
    if (status != MS_OK)
        return status;
    for (uint32_t i = 0; i < types->count; i++)
        s_fill(build, &types->types[i], &out[i]);
    qsort(out, types->count, sizeof(*out), s_by_live);
    build->report->types = out;
    build->report->type_count = types->count;
    return MS_OK;
}

enum ms_status ms_build_types(struct ms_build *build) {
    struct s_types types = {0};
    enum ms_status status = MS_OK;
    for (uint32_t i = 0; status == MS_OK && i < build->site_count; i++) {
        ms_build_progress(build, i, build->site_count);
        if (build->sites[i].allocations != 0)
            status = s_add_site(build, &types, &build->sites[i]);
    }
    if (status == MS_OK)
        status = s_fill_all(build, &types);
    ms_index_fini(&types.index);
    free(types.types);
    return status;
}
