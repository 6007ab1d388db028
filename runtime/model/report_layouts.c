/* SPDX-License-Identifier: MIT */
/* layouts[]: the structs of the heap, what their padding wastes, and a better order of members. */
#include "model/build.h"

#include <stdlib.h>

#include "base/checked.h"
#include "model/reorder.h"
#include "model/slack.h"
#include "model/type_layout.h"

struct s_layout {
    struct memscope_layout report;
    const struct memscope_type_report *type; /* the first */
    const char **names;
    uint64_t total_count; /* blocks */
    uint64_t total_objects;
    bool open_end;
};

struct s_layouts {
    struct s_layout *list; /* owned */
    size_t count;
};

static bool s_is_shown(const struct memscope_type_report *type) {
    return type->member_count != 0 && type->size != MEMSCOPE_UNKNOWN && type->size != 0;
}

static struct memscope_type_layout s_shape(const struct memscope_type_report *type) {
    return (struct memscope_type_layout){
        .size = type->size, .members = type->members, .member_count = type->member_count};
}

/* A struct and the typedefs of it. */
static bool s_is_same(const struct memscope_type_report *a, const struct memscope_type_report *b) {
    struct memscope_type_layout one = s_shape(a), other = s_shape(b);
    return ms_build_compare_text(a->struct_name, b->struct_name) == 0 &&
           ms_build_compare_text(a->declared, b->declared) == 0 &&
           (a->struct_name != NULL || a->declared != NULL) && ms_type_layout_is_same(&one, &other);
}

static uint64_t s_add(uint64_t a, uint64_t b) {
    uint64_t sum;
    return a == MEMSCOPE_UNKNOWN || b == MEMSCOPE_UNKNOWN || __builtin_add_overflow(a, b, &sum)
               ? MEMSCOPE_UNKNOWN
               : sum;
}

static uint64_t s_times(uint64_t a, uint64_t b) {
    uint64_t product;
    return a == MEMSCOPE_UNKNOWN || b == MEMSCOPE_UNKNOWN || !ms_checked_mul(a, b, &product)
               ? MEMSCOPE_UNKNOWN
               : product;
}

/* TYPES has room for all that may come. */
static enum ms_status s_add_type(struct ms_build *build, struct s_layouts *all,
                                 const struct memscope_type_report *type) {
    struct s_layout *layout = NULL;
    for (size_t i = 0; i < all->count && layout == NULL; i++)
        if (s_is_same(all->list[i].type, type))
            layout = &all->list[i];
    if (layout == NULL) {
        layout = &all->list[all->count++];
        layout->type = type;
        layout->report = (struct memscope_layout){
            .type_name = type->struct_name != NULL ? type->struct_name : type->type_name,
            .declared = type->declared,
            .size = type->size,
            .alignment = type->alignment,
            .padding_bytes = type->padding_bytes,
            .members = type->members,
            .member_count = type->member_count,
        };
    }
    size_t count = layout->report.name_count;
    const char **names = ms_arena_array(build->arena, count + 1, sizeof(*names));
    if (names == NULL)
        return MS_NO_MEMORY;
    if (count != 0)
        memcpy(names, layout->names, count * sizeof(*names));
    names[count] = type->type_name;
    layout->report.names = layout->names = names;
    layout->report.name_count = count + 1;
    layout->report.live_objects = s_add(layout->report.live_objects, type->live_objects);
    layout->report.peak_objects = s_add(layout->report.peak_objects, type->peak_objects);
    layout->total_count += type->total_count;
    layout->total_objects = s_add(layout->total_objects, type->total_objects);
    layout->open_end |= type->total_bytes != s_times(type->total_objects, type->size);
    return MS_OK;
}

/* ---- one layout ---- */

static void s_measure(struct memscope_layout *layout) {
    uint64_t line = MEMSCOPE_CACHE_LINE_BYTES, end = 0;
    layout->wasted_bytes = s_times(layout->padding_bytes, layout->live_objects);
    layout->wasted_at_peak_bytes = s_times(layout->padding_bytes, layout->peak_objects);
    layout->cache_lines = layout->size / line + (layout->size % line != 0);
    for (size_t i = 0; i < layout->member_count; i++) {
        const struct memscope_member *member = &layout->members[i];
        end = ms_build_max(end, member->offset + member->size);
        layout->crossing_members += member->crosses_line;
    }
    bool is_known = layout->padding_bytes != MEMSCOPE_UNKNOWN && end <= layout->size;
    layout->tail_padding_bytes = is_known ? layout->size - end : MEMSCOPE_UNKNOWN;
}

static const char *s_name(const struct memscope_member *member) {
    return member->name != NULL && member->name[0] != '\0' ? member->name : member->type_name;
}

static void s_fill_saving(const struct ms_build *build, struct s_layout *from, uint64_t best_size) {
    struct memscope_layout *layout = &from->report;
    if (build->knows_slack && from->total_objects == from->total_count && !from->open_end)
        layout->saved_malloc_bytes =
            s_times(ms_slack_chunk(layout->size) - ms_slack_chunk(best_size), layout->peak_objects);
    layout->best_size = best_size;
    layout->saved_bytes = s_times(layout->size - best_size, layout->live_objects);
    layout->saved_at_peak_bytes = s_times(layout->size - best_size, layout->peak_objects);
}

static enum ms_status s_fill_order(struct ms_build *build, struct s_layout *from,
                                   const struct ms_reorder *found) {
    struct memscope_layout *layout = &from->report;
    const char **order = ms_arena_array(build->arena, layout->member_count, sizeof(*order));
    struct memscope_move *moves = ms_arena_array(build->arena, found->move_count, sizeof(*moves));
    if (order == NULL || moves == NULL)
        return MS_NO_MEMORY;
    for (size_t i = 0; i < layout->member_count; i++)
        order[i] = s_name(&layout->members[found->order[i]]);
    for (size_t i = 0; i < found->move_count; i++) {
        moves[i].member = s_name(&layout->members[found->moves[i].member]);
        if (found->moves[i].behind != MS_REORDER_FRONT)
            moves[i].behind = s_name(&layout->members[found->moves[i].behind]);
    }
    s_fill_saving(build, from, found->size);
    layout->best_order = order;
    layout->best_order_count = layout->member_count;
    layout->moves = moves;
    layout->move_count = found->move_count;
    return MS_OK;
}

/* Of a library that others made. */
static bool s_is_of_system(const char *declared) {
    static const char *const s_folders[] = {"/usr/include/", "/usr/lib/", "/usr/local/include/"};
    for (size_t i = 0; declared != NULL && i < sizeof(s_folders) / sizeof(s_folders[0]); i++)
        if (strncmp(declared, s_folders[i], strlen(s_folders[i])) == 0)
            return true;
    return false;
}

static enum ms_status s_reorder(struct ms_build *build, struct s_layout *from) {
    struct memscope_layout *layout = &from->report;
    layout->best_size = layout->saved_bytes = layout->saved_at_peak_bytes = MEMSCOPE_UNKNOWN;
    layout->saved_malloc_bytes = MEMSCOPE_UNKNOWN;
    if (layout->padding_bytes == 0) {
        s_fill_saving(build, from, layout->size);
        return MS_OK;
    }
    if (s_is_of_system(layout->declared)) {
        layout->not_reordered = "it is declared in a header of the system";
        return MS_OK;
    }
    if (!from->type->is_struct) {
        layout->not_reordered = layout->padding_bytes == MEMSCOPE_UNKNOWN
                                    ? "where its members are is not known before the program runs"
                                    : "it is a union";
        return MS_OK;
    }
    struct ms_reorder_input input = {layout->members, layout->member_count, layout->size,
                                     layout->alignment, from->open_end};
    struct ms_reorder found;
    enum ms_status status = ms_reorder_find(&input, &found);
    layout->not_reordered = found.reason;
    if (status == MS_OK && found.order != NULL)
        status = s_fill_order(build, from, &found);
    else if (status == MS_OK && found.reason == NULL)
        s_fill_saving(build, from, layout->size);
    ms_reorder_fini(&found);
    return status;
}

static uint64_t s_known(uint64_t value) {
    return value != MEMSCOPE_UNKNOWN ? value : 0;
}

static int s_by_waste(const void *left, const void *right) {
    const struct memscope_layout *a = left;
    const struct memscope_layout *b = right;
    int order = ms_build_descending(s_known(a->wasted_bytes), s_known(b->wasted_bytes));
    if (order == 0)
        order =
            ms_build_descending(s_known(a->wasted_at_peak_bytes), s_known(b->wasted_at_peak_bytes));
    if (order == 0)
        order = ms_build_compare_text(a->type_name, b->type_name);
    return order != 0 ? order : ms_build_compare_text(a->declared, b->declared);
}

enum ms_status ms_build_layouts(struct ms_build *build) {
    struct memscope_report *report = build->report;
    struct s_layouts all = {.list = calloc(report->type_count + 1, sizeof(*all.list))};
    enum ms_status status = all.list != NULL ? MS_OK : MS_NO_MEMORY;
    for (size_t i = 0; status == MS_OK && i < report->type_count; i++)
        if (s_is_shown(&report->types[i]))
            status = s_add_type(build, &all, &report->types[i]);
    struct memscope_layout *out = ms_arena_array(build->arena, all.count, sizeof(*out));
    if (status == MS_OK && out == NULL)
        status = MS_NO_MEMORY;
    for (size_t i = 0; status == MS_OK && i < all.count; i++) {
        s_measure(&all.list[i].report);
        status = s_reorder(build, &all.list[i]);
        out[i] = all.list[i].report;
    }
    if (status == MS_OK) {
        qsort(out, all.count, sizeof(*out), s_by_waste);
        report->layouts = out;
        report->layout_count = all.count;
    }
    free(all.list);
    return status;
}
