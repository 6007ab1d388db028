/* SPDX-License-Identifier: MIT */
#include "model/event_list.h"

#include "base/atomics.h"

bool ms_event_list_copy(const struct ms_event *record, struct ms_event *event) {
    uint64_t number = ms_load_acquire(&record->number); /* pairs with the store behind all others */
    if (number == 0)
        return false;
    *event = (struct ms_event){
        .number = number,
        .time_ns = ms_load_relaxed(&record->time_ns),
        .address_thread = ms_load_relaxed(&record->address_thread),
        .size = ms_load_relaxed(&record->size),
        .former = ms_load_relaxed(&record->former),
        .site = ms_load_relaxed(&record->site),
        .stack = ms_load_relaxed(&record->stack),
        .kind = ms_load_relaxed(&record->kind),
    };
    ms_fence_acquire(); /* pairs with the fence behind the 0 */
    return ms_load_relaxed(&record->number) == number && event->kind >= MEMSCOPE_EVENT_ALLOC &&
           event->kind <= MEMSCOPE_EVENT_REALLOC && MS_BLOCK_ADDRESS(event) != 0;
}

void ms_event_list_fill(const struct ms_event *event, uint64_t thread_id,
                        struct memscope_event *out) {
    static const char *const s_spellings[] = {
#define X(number, name, spelling) [number] = spelling,
        MEMSCOPE_EVENT_KINDS(X)
#undef X
    };
    *out = (struct memscope_event){
        .timestamp = event->time_ns,
        .kind = s_spellings[event->kind],
        .address = MS_BLOCK_ADDRESS(event),
        .size = event->size,
        .site_id = event->site != 0 ? event->site : MEMSCOPE_NO_ID,
        .thread_id = thread_id,
        .stack_id = event->stack != 0 ? event->stack : MEMSCOPE_NO_ID,
        .former_address = event->kind == MEMSCOPE_EVENT_REALLOC ? event->former : MEMSCOPE_UNKNOWN,
    };
}

typedef bool s_before_fn(const struct ms_event *a, const struct ms_event *b);

static bool s_is_earlier(const struct ms_event *a, const struct ms_event *b) {
    if (a->time_ns != b->time_ns)
        return a->time_ns < b->time_ns;
    return a->number < b->number; /* of one thread; of two nobody knows */
}

static bool s_is_lower(const struct ms_event *a, const struct ms_event *b) {
    if (MS_BLOCK_ADDRESS(a) != MS_BLOCK_ADDRESS(b))
        return MS_BLOCK_ADDRESS(a) < MS_BLOCK_ADDRESS(b);
    return s_is_earlier(a, b);
}

static void s_sift(struct ms_event *events, size_t root, size_t count, s_before_fn *is_before) {
    struct ms_event moved = events[root];
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        child += child + 1 < count && is_before(&events[child], &events[child + 1]);
        if (!is_before(&moved, &events[child]))
            break;
        events[root] = events[child];
    }
    events[root] = moved;
}

/* Heapsort: qsort() may take memory from malloc. Williams, 1964. */
static void s_sort(struct ms_event *events, size_t count, s_before_fn *is_before) {
    for (size_t i = count / 2; i-- > 0;)
        s_sift(events, i, count, is_before);
    for (size_t end = count; end-- > 1;) {
        struct ms_event last = events[0];
        events[0] = events[end];
        events[end] = last;
        s_sift(events, 0, end, is_before);
    }
}

static void s_share(uint32_t *a, uint32_t *b) {
    if (*a == 0)
        *a = *b;
    else if (*b == 0)
        *b = *a;
}

void ms_event_list_finish(struct ms_event *events, size_t count) {
    s_sort(events, count, s_is_lower);
    for (size_t i = 1; i < count; i++) {
        struct ms_event *made = &events[i - 1], *freed = &events[i];
        if (MS_BLOCK_ADDRESS(made) != MS_BLOCK_ADDRESS(freed) ||
            made->kind == MEMSCOPE_EVENT_FREE || freed->kind != MEMSCOPE_EVENT_FREE)
            continue;
        s_share(&made->site, &freed->site);
        s_share(&made->stack, &freed->stack);
    }
    s_sort(events, count, s_is_earlier);
}
