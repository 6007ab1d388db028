/* SPDX-License-Identifier: MIT */
#include "model/reorder.h"

#include <stdlib.h>
#include <string.h>

#define S_MEMBER_LIMIT 4096u
#define S_MOVE_LIMIT   96u                 /* trying moves takes time with the third power */
#define S_SIZE_LIMIT   (UINT64_C(1) << 32) /* sums of bits do not overflow */

/* What moves as one: a member, or a run of bit-fields. */
struct s_item {
    uint32_t first; /* in `sorted` */
    uint32_t count;
    uint64_t alignment; /* what it is best placed at */
    uint64_t bytes;
};

struct s_work {
    const struct ms_reorder_input *input;
    uint32_t *sorted; /* indices of members, by place */
    struct s_item *items;
    uint32_t *order, *trial, *best; /* of items */
    uint32_t count;
    uint32_t head, tail; /* items that stay at the front, and at the end */
};

static bool s_is(const struct memscope_member *member, const char *kind) {
    return member->kind != NULL && strcmp(member->kind, kind) == 0;
}

static const struct memscope_member *s_member(const struct s_work *work, uint32_t sorted) {
    return &work->input->members[work->sorted[sorted]];
}

static uint64_t s_round_up(uint64_t value, uint64_t unit) {
    return unit > 1 ? (value + unit - 1) / unit * unit : value;
}

/* ---- the rules ---- */

/* Puts MEMBER at the next place from bit *AT on; returns the bit it begins at. */
static uint64_t s_place(const struct memscope_member *member, uint64_t *at) {
    uint64_t unit = member->alignment * 8, bits = member->size * 8;
    if (s_is(member, "bit_field")) {
        bits = member->bit_size;
        if (bits != 0 && unit != 0 && *at / unit != (*at + bits - 1) / unit)
            *at = s_round_up(*at, unit);
    } else {
        *at = s_round_up(*at, unit);
    }
    uint64_t start = *at;
    if (!s_is(member, "base") || (member->traits & MEMSCOPE_MEMBER_EMPTY) == 0)
        *at += bits;
    return start;
}

static uint64_t s_finish(const struct s_work *work, uint64_t at) {
    uint64_t size = s_round_up(at, work->input->alignment * 8);
    return size == 0 ? work->input->alignment : (size + 7) / 8;
}

static uint64_t s_size(const struct s_work *work, const uint32_t *order) {
    uint64_t at = 0;
    for (uint32_t i = 0; i < work->count; i++) {
        const struct s_item *item = &work->items[order[i]];
        for (uint32_t n = 0; n < item->count; n++)
            s_place(s_member(work, item->first + n), &at);
    }
    return s_finish(work, at);
}

/* Whether the rules lead to the layout that there is. */
static bool s_explains(const struct s_work *work) {
    uint64_t at = 0;
    for (uint32_t i = 0; i < work->input->count; i++) {
        const struct memscope_member *member = s_member(work, i);
        uint64_t start = s_place(member, &at);
        bool is_bits = s_is(member, "bit_field");
        if (start != (is_bits ? member->bit_offset : member->offset * 8))
            return false;
    }
    return s_finish(work, at) == work->input->size;
}

/* ---- what there is to move ---- */

static int s_by_place(const void *left, const void *right, void *data) {
    const struct memscope_member *members = data;
    const struct memscope_member *a = &members[*(const uint32_t *)left];
    const struct memscope_member *b = &members[*(const uint32_t *)right];
    uint64_t first = s_is(a, "bit_field") ? a->bit_offset : a->offset * 8;
    uint64_t second = s_is(b, "bit_field") ? b->bit_offset : b->offset * 8;
    if (first != second)
        return first < second ? -1 : 1;
    bool base = s_is(a, "base"),
         other = s_is(b, "base"); /* an empty one lies at the first member */
    if (base != other)
        return base ? -1 : 1;
    return a < b ? -1 : a > b;
}

/* A run of bit-fields fits wherever it crosses no unit: at a multiple of its length. */
static void s_measure_run(const struct s_work *work, struct s_item *item) {
    uint64_t at = 0, most = 1;
    for (uint32_t n = 0; n < item->count; n++) {
        const struct memscope_member *member = s_member(work, item->first + n);
        s_place(member, &at);
        if (member->alignment > most)
            most = member->alignment;
    }
    item->bytes = (at + 7) / 8;
    for (item->alignment = 1; item->alignment < item->bytes && item->alignment < most;)
        item->alignment *= 2;
}

static void s_make_items(struct s_work *work) {
    for (uint32_t i = 0; i < work->input->count;) {
        const struct memscope_member *member = s_member(work, i);
        struct s_item *item = &work->items[work->count];
        *item = (struct s_item){i, 1, member->alignment, member->size};
        if (s_is(member, "bit_field")) {
            while (i + item->count < work->input->count &&
                   s_is(s_member(work, i + item->count), "bit_field"))
                item->count++;
            s_measure_run(work, item);
        }
        i += item->count;
        work->order[work->count] = work->count;
        work->count++;
    }
}

/* "char[1]": what was written before C had flexible arrays. */
static bool s_is_open(const struct memscope_member *member) {
    const char *type = member->type_name;
    size_t length = type != NULL ? strlen(type) : 0;
    return s_is(member, "flexible_array") ||
           (length > 3 && (strcmp(type + length - 3, "[1]") == 0));
}

static void s_find_ends(struct s_work *work) {
    while (work->head < work->count) {
        const struct memscope_member *member = s_member(work, work->items[work->head].first);
        if (!s_is(member, "base") && !s_is(member, "vtable"))
            break;
        work->head++;
    }
    if (work->head == 0 && work->count != 0 &&
        (s_member(work, 0)->traits & MEMSCOPE_MEMBER_STRUCT) != 0)
        work->head = 1;
    uint32_t last = (uint32_t)work->input->count - 1;
    if (work->count > work->head && (work->input->open_end || s_is_open(s_member(work, last))))
        work->tail = 1;
}

static const char *s_find_reason(const struct ms_reorder_input *input) {
    if (input->count > S_MEMBER_LIMIT || input->size > S_SIZE_LIMIT)
        return "it is too large";
    for (size_t i = 0; i < input->count; i++) {
        const struct memscope_member *member = &input->members[i];
        if (s_is(member, "base") && (member->traits & MEMSCOPE_MEMBER_PADDED) != 0 &&
            (member->traits & MEMSCOPE_MEMBER_EMPTY) == 0)
            return "members may lie in the padding of its base class";
        if (member->size > S_SIZE_LIMIT || member->alignment == 0 ||
            member->alignment == MEMSCOPE_UNKNOWN)
            return "the alignment of a member is not known";
    }
    return NULL;
}

/* ---- better orders ---- */

/* Of the items from FROM on, the one to put at bit AT: the least padding, then the largest
 * alignment, then what leaves no odd end, then the order of the source. */
static uint32_t s_choose(const struct s_work *work, const uint32_t *order, uint32_t from,
                         uint32_t end, uint64_t at) {
    uint32_t chosen = from;
    uint64_t least = UINT64_MAX;
    for (uint32_t i = from; i < end; i++) {
        const struct s_item *item = &work->items[order[i]], *other = &work->items[order[chosen]];
        uint64_t padding = s_round_up(at, item->alignment * 8) - at;
        bool even = item->bytes % item->alignment == 0;
        bool other_even = other->bytes % other->alignment == 0;
        if (i != from &&
            (padding > least ||
             (padding == least && (item->alignment < other->alignment ||
                                   (item->alignment == other->alignment && even <= other_even)))))
            continue;
        chosen = i;
        least = padding;
    }
    return chosen;
}

static void s_fill(const struct s_work *work, uint32_t *order) {
    uint64_t at = 0;
    memcpy(order, work->order, work->count * sizeof(*order));
    for (uint32_t i = 0; i < work->count; i++) {
        if (i >= work->head && i < work->count - work->tail) {
            uint32_t from = s_choose(work, order, i, work->count - work->tail, at);
            uint32_t item = order[from];
            memmove(&order[i + 1], &order[i], (from - i) * sizeof(*order));
            order[i] = item;
        }
        const struct s_item *item = &work->items[order[i]];
        for (uint32_t n = 0; n < item->count; n++)
            s_place(s_member(work, item->first + n), &at);
    }
}

static void s_move(const uint32_t *from, uint32_t count, uint32_t what, uint32_t to,
                   uint32_t *out) {
    uint32_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i == what)
            continue;
        if (at == to)
            out[at++] = from[what];
        out[at++] = from[i];
    }
    if (at < count)
        out[at] = from[what];
}

/* The one move that saves most, into ORDER. False: none saves anything. */
static bool s_move_best(struct s_work *work, uint32_t *order, uint64_t *size, uint32_t *item,
                        uint32_t *to) {
    uint64_t least = *size;
    for (uint32_t what = work->head; what < work->count - work->tail; what++) {
        for (uint32_t place = work->head; place < work->count - work->tail; place++) {
            if (place == what)
                continue;
            s_move(order, work->count, what, place, work->trial);
            uint64_t reached = s_size(work, work->trial);
            if (reached >= least)
                continue;
            least = reached;
            *item = what;
            *to = place;
        }
    }
    if (least == *size)
        return false;
    s_move(order, work->count, *item, *to, work->trial);
    memcpy(order, work->trial, work->count * sizeof(*order));
    *size = least;
    return true;
}

/* The order of the source with as few moves as reach WANTED. */
static bool s_find_moves(struct s_work *work, uint32_t *order, uint64_t wanted,
                         struct ms_reorder *out) {
    uint64_t size = s_size(work, work->order);
    memcpy(order, work->order, work->count * sizeof(*order));
    while (size > wanted && out->move_count < MS_REORDER_MOVES && work->count <= S_MOVE_LIMIT) {
        uint32_t what = 0, to = 0;
        if (!s_move_best(work, order, &size, &what, &to))
            break;
        const struct s_item *moved = &work->items[order[to]];
        uint32_t behind = MS_REORDER_FRONT;
        if (to != 0) {
            const struct s_item *before = &work->items[order[to - 1]];
            behind = work->sorted[before->first + before->count - 1];
        }
        out->moves[out->move_count].member = work->sorted[moved->first];
        out->moves[out->move_count++].behind = behind;
    }
    if (size == wanted)
        return true;
    out->move_count = 0;
    return false;
}

static void s_find_best(struct s_work *work, struct ms_reorder *out) {
    uint32_t *filled = work->best, *order = filled + work->input->count;
    s_fill(work, filled);
    uint64_t size = s_size(work, filled);
    if (size >= work->input->size) {
        free(out->order);
        out->order = NULL;
        return;
    }
    const uint32_t *best = s_find_moves(work, order, size, out) ? order : filled;
    out->size = size;
    size_t at = 0;
    for (uint32_t i = 0; i < work->count; i++)
        for (uint32_t n = 0; n < work->items[best[i]].count; n++)
            out->order[at++] = work->sorted[work->items[best[i]].first + n];
}

enum ms_status ms_reorder_find(const struct ms_reorder_input *input, struct ms_reorder *out) {
    size_t count = input->count != 0 ? input->count : 1;
    *out = (struct ms_reorder){.size = input->size, .reason = s_find_reason(input)};
    if (out->reason != NULL)
        return MS_OK;
    struct s_work work = {
        .input = input,
        .sorted = calloc(count * 5, sizeof(uint32_t)),
        .items = calloc(count, sizeof(struct s_item)),
    };
    out->order = calloc(count, sizeof(*out->order));
    enum ms_status status = MS_NO_MEMORY;
    if (work.sorted != NULL && work.items != NULL && out->order != NULL) {
        status = MS_OK;
        work.order = work.sorted + count;
        work.trial = work.order + count;
        work.best = work.trial + count; /* two of them */
        for (uint32_t i = 0; i < input->count; i++)
            work.sorted[i] = i;
        qsort_r(work.sorted, input->count, sizeof(*work.sorted), s_by_place,
                (void *)(uintptr_t)input->members);
        s_make_items(&work);
        s_find_ends(&work);
        if (s_explains(&work))
            s_find_best(&work, out);
        else
            out->reason = "its layout is not the usual one of its members (packed, or aligned "
                          "otherwise)";
    }
    free(work.sorted);
    free(work.items);
    if (status != MS_OK || out->reason != NULL) {
        free(out->order);
        out->order = NULL;
    }
    return status;
}

void ms_reorder_fini(struct ms_reorder *reorder) {
    free(reorder->order);
    reorder->order = NULL;
}
