/* SPDX-License-Identifier: MIT */
#include "hot/objects.h"

#include <stddef.h>

#include "hot/record.h"
#include "hot/thread.h"
#include "memscope/abi.h"
#include "platform/os.h"
#include "store/store.h"

#define CAPACITY 32768u /* of a list: deeper than recursion gets on a stack of 8 MiB */

/* One that is on a list is named by its index + 1, so that inner ones have larger names. One that
 * is on none has UNLISTED, its site, how many blocks it has (alloca), and its bytes. */
#define UNLISTED    (UINT64_C(1) << 63)
#define SITE_SHIFT  42
#define COUNT_SHIFT 32
#define COUNT_LIMIT ((UINT64_C(1) << (SITE_SHIFT - COUNT_SHIFT)) - 1)
#define BYTES_LIMIT ((UINT64_C(1) << COUNT_SHIFT) - 1)
_Static_assert(MEMSCOPE_OBJECT_JUMPED >> SITE_SHIFT >= MS_SITE_LIMIT, "a site fits in front");

#define HOT inline __attribute__((always_inline))

/* ---- entering and leaving this file ---- */

/* The state of this thread; NULL: a handler has come while the thread is in here, or recording is
 * off. */
static HOT struct ms_thread *s_begin(void) {
    struct ms_thread *thread = ms_thread_self;
    if (MS_UNLIKELY(thread == NULL)) {
        thread = ms_thread_attach();
        if (thread == NULL)
            return NULL;
    }
    if (MS_UNLIKELY(thread->objects_busy)) {
        ms_store_count_drop(MS_DROP_NESTED);
        return NULL;
    }
    thread->objects_busy = true;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return thread;
}

static HOT void s_end(struct ms_thread *thread) {
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    thread->objects_busy = false;
}

/* ---- counting ---- */

static HOT void s_count_made(struct ms_counter *counter, uint64_t bytes) {
    ms_own_add(&counter->allocations, 1);
    ms_own_add(&counter->alloc_bytes, bytes);
}

static HOT void s_count_gone(struct ms_counter *counter, uint64_t count, uint64_t bytes,
                             bool jumped) {
    int64_t live = (int64_t)(counter->alloc_bytes - counter->free_bytes);
    if (live > (int64_t)counter->peak_bytes)
        ms_store_relaxed(&counter->peak_bytes, (uint64_t)live);
    ms_own_add(&counter->frees, count);
    ms_own_add(&counter->free_bytes, bytes);
    if (MS_UNLIKELY(jumped))
        ms_own_add(&counter->jumped, count);
}

static void s_add_stack_bytes(struct ms_thread_record *record, uint64_t bytes) {
    uint64_t now = record->stack_bytes + bytes;
    ms_store_relaxed(&record->stack_bytes, now);
    if (now > record->stack_peak_bytes)
        ms_store_relaxed(&record->stack_peak_bytes, now);
}

/* ---- the list ---- */

static HOT void s_pop(struct ms_thread *thread, bool jumped) {
    const struct ms_object *last = &thread->objects[--thread->object_count];
    ms_own_add(&thread->record->stack_bytes, -last->bytes);
    s_count_gone(ms_thread_counter(thread, last->site), last->count, last->bytes, jumped);
}

static __attribute__((noinline, cold)) void s_pop_jumped(struct ms_thread *thread, uint32_t count) {
    while (thread->object_count > count)
        s_pop(thread, true);
}

/* Those behind the first COUNT have been left by a jump. */
static HOT void s_pop_to(struct ms_thread *thread, uint32_t count) {
    if (MS_UNLIKELY(thread->object_count > count))
        s_pop_jumped(thread, count);
}

/* Where the list ends without what earlier calls at the same place have left. Further out is only
 * what lies at higher addresses. */
static HOT uint32_t s_end_of_others(const struct ms_thread *thread, uintptr_t frame) {
    uint32_t end = thread->object_count;
    for (uint32_t i = end; i-- > 0 && MS_UNLIKELY(thread->objects[i].frame <= frame);)
        if (thread->objects[i].frame == frame)
            end = i;
    return end;
}

/* Before an object comes: takes out what cannot be live. */
static HOT void s_drop_dead(struct ms_thread *thread, const struct ms_activation *by) {
    if (by->outer - 1 < thread->object_count && thread->objects[by->outer - 1].frame == by->frame) {
        s_pop_to(thread, (uint32_t)by->outer);
        return;
    }
    uint32_t count = thread->object_count;
    while (count != 0 && MS_UNLIKELY(thread->objects[count - 1].frame < by->stack_pointer))
        count--;
    s_pop_to(thread, count);
    s_pop_to(thread, s_end_of_others(thread, by->frame));
}

static __attribute__((noinline, cold)) bool s_make_list(struct ms_thread *thread) {
    if (thread->objects == NULL)
        thread->objects = ms_os_map_pages(CAPACITY * sizeof(struct ms_object));
    if (thread->objects == NULL)
        ms_store_count_drop(MS_DROP_SPACE);
    return thread->objects != NULL;
}

/* Its name; 0: the list is full. */
static HOT uint64_t s_push(struct ms_thread *thread, uint32_t site, uint32_t count, uint64_t bytes,
                           const struct ms_activation *by) {
    if (MS_UNLIKELY(thread->objects == NULL) && !s_make_list(thread))
        return 0;
    s_drop_dead(thread, by);
    uint32_t at = thread->object_count;
    if (MS_UNLIKELY(at == CAPACITY)) {
        ms_store_count_drop(MS_DROP_LIMIT);
        return 0;
    }
    thread->objects[at] = (struct ms_object){by->frame, bytes, site, count};
    thread->object_count = at + 1;
    s_add_stack_bytes(thread->record, bytes);
    return at + 1;
}

/* ---- on other stacks ---- */

static bool s_is_own_stack(const struct ms_thread *thread, uintptr_t frame) {
    return frame >= thread->stack_low && frame <= thread->stack_last;
}

static uint64_t s_name_unlisted(uint64_t site, uint64_t count, uint64_t bytes) {
    if (count > COUNT_LIMIT || bytes > BYTES_LIMIT) {
        ms_store_count_drop(MS_DROP_LIMIT);
        return 0;
    }
    return UNLISTED | site << SITE_SHIFT | count << COUNT_SHIFT | bytes;
}

static uint32_t s_unlisted_site(uint64_t object) {
    return (uint32_t)(object >> SITE_SHIFT) & (MS_SITE_LIMIT - 1);
}

static uint64_t s_unlisted_count(uint64_t object) {
    return object >> COUNT_SHIFT & COUNT_LIMIT;
}

/* ---- what compiled code tells ---- */

static HOT uint64_t s_enter(struct ms_thread *thread, uint32_t site, uint32_t count, uint64_t bytes,
                            const struct ms_activation *by) {
    if (MS_LIKELY(s_is_own_stack(thread, by->frame)))
        return s_push(thread, site, count, bytes, by);
    return s_name_unlisted(site, count, bytes);
}

uint64_t ms_objects_enter(uint32_t site, uint64_t size, const struct ms_activation *by) {
    struct ms_thread *thread = s_begin();
    if (MS_UNLIKELY(thread == NULL))
        return 0;
    uint64_t object = s_enter(thread, site, 1, size, by);
    if (MS_LIKELY(object != 0))
        s_count_made(ms_thread_counter(thread, site), size);
    s_end(thread);
    return object;
}

uint64_t ms_objects_enter_growing(uint32_t site, const struct ms_activation *by) {
    struct ms_thread *thread = s_begin();
    if (thread == NULL)
        return 0;
    uint64_t object = s_enter(thread, site, 0, 0, by);
    s_end(thread);
    return object;
}

static uint64_t s_grow_unlisted(struct ms_thread *thread, uint64_t object, uint64_t size) {
    uint32_t site = s_unlisted_site(object);
    uint64_t bytes = object & BYTES_LIMIT, grown = 0;
    if (size <= BYTES_LIMIT)
        grown = s_name_unlisted(site, s_unlisted_count(object) + 1, bytes + size);
    if (grown == 0)
        return object; /* this block is not counted */
    s_count_made(ms_thread_counter(thread, site), size);
    return grown;
}

uint64_t ms_objects_grow(uint64_t object, uint64_t size) {
    struct ms_thread *thread = object != 0 ? s_begin() : NULL;
    if (thread == NULL)
        return object;
    if ((object & UNLISTED) != 0) {
        object = s_grow_unlisted(thread, object, size);
    } else if (object <= thread->object_count) {
        struct ms_object *grown = &thread->objects[object - 1];
        grown->count++;
        grown->bytes += size;
        s_add_stack_bytes(thread->record, size);
        s_count_made(ms_thread_counter(thread, grown->site), size);
    }
    s_end(thread);
    return object;
}

void ms_objects_leave(uint64_t object) {
    bool jumped = (object & MEMSCOPE_OBJECT_JUMPED) != 0;
    object &= ~MEMSCOPE_OBJECT_JUMPED;
    struct ms_thread *thread = object != 0 ? s_begin() : NULL;
    if (MS_UNLIKELY(thread == NULL))
        return;
    if (MS_UNLIKELY((object & UNLISTED) != 0)) {
        s_count_gone(ms_thread_counter(thread, s_unlisted_site(object)), s_unlisted_count(object),
                     object & BYTES_LIMIT, jumped);
    } else if (MS_LIKELY(object <= thread->object_count)) {
        s_pop_to(thread, (uint32_t)object);
        s_pop(thread, jumped);
    }
    s_end(thread);
}

void ms_objects_abandon(struct ms_thread *thread) {
    while (thread->object_count != 0) {
        uint32_t site = thread->objects[thread->object_count - 1].site;
        if (thread->directory[site / MS_COUNTERS_PER_CHUNK] == NULL) /* would take the lock */
            thread->object_count--;
        else
            s_pop(thread, true);
    }
}
