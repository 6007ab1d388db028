/* SPDX-License-Identifier: MIT */
/*
 * What a thread of the program owns: its record in the journal, its counters, its free block
 * records and its caches. Found through one initial-exec TLS pointer; lives in mapped pages that
 * outlive the thread and go, with the shard, to a later one.
 *
 * `busy` guards against signal handlers: a handler that allocates while its thread is inside
 * memscope gets plain memory. Only the owner reads or writes anything here.
 */
#ifndef MS_HOT_THREAD_H
#define MS_HOT_THREAD_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/atomics.h"
#include "hot/call_frame.h"
#include "hot/sampler.h"
#include "memscope/abi.h"
#include "store/blocks.h"
#include "store/counters.h"
#include "store/events.h"
#include "store/phases.h"
#include "store/sites.h"

#define MS_DIRECTORY_SIZE (MS_SITE_LIMIT / MS_COUNTERS_PER_CHUNK)
#define MS_CALLER_CACHE   1024u
#define MS_STACK_CACHE    2048u
#define MS_WALK_CACHE     64u
#define MS_WALK_FRAMES    40u
#define MS_WALK_STEP      4u
#define MS_DEFERRED_FREES 16u
#define MS_RULE_CACHE     1024u
#define MS_FREED_COUNT    512u
#define MS_INBOX_LIMIT    4096u
#define MS_STACK_SITES    256u

/* Live bytes that a thread may hold back: bounds the error of the process' peak. */
#define MS_HAND_IN_BYTES INT64_C(32768)

struct ms_caller_entry {
    uint64_t address;
    uint32_t site;
    uint32_t zero;
};
struct ms_stack_entry {
    uint64_t hash;
    uint32_t id;
    uint32_t zero;
};

/* A stack that was walked, as it lay in memory: frame i lay at at[i]. */
struct ms_walk {
    uintptr_t return_address; /* of the call; 0: not used */
    uint32_t stack;           /* its id */
    uint32_t count;           /* of frames, a multiple of MS_WALK_STEP: the last one is repeated */
    uint64_t zero[2];
    uintptr_t at[MS_WALK_FRAMES];
    struct ms_frame {
        uintptr_t next, return_address;
    } __attribute__((aligned(16))) frames[MS_WALK_FRAMES];
} __attribute__((aligned(1024)));
struct ms_rule_entry {
    uint64_t address;
    struct ms_frame_rule rule;
};

/* The id of a stack for blocks of a site, where that is another one: see ms_stacks_of_site. */
struct ms_stack_site {
    uint32_t stack; /* 0: not used */
    uint32_t site;
    uint32_t id;
    uint32_t zero;
};

/* An object on the stack of this thread. */
struct ms_object {
    uintptr_t frame; /* the address of a byte of the activation that has it */
    uint64_t bytes;
    uint32_t site;
    uint32_t count; /* 1; of one that grows: how often it has */
};

struct ms_thread {
    bool busy;
    uint32_t index; /* of its record */
    struct ms_thread_record *record;
    struct ms_histograms *histograms; /* of the shard */
    struct ms_block_list free_blocks;
    struct ms_block *pending_block; /* of record->pending, where that is set; NULL: not known */
    uint32_t pending_stack;         /* its own; in its record there may be another thing by now */
    /* The block that was claimed by a site that hands it on, as the number of the thread's blocks
     * when it was the newest; and the size of the type it has there. */
    uint64_t handed_on_block, handed_on_size;
    /* Limits of alloc_bytes - free_bytes: outside of low..high it is handed in to the process;
     * above `peak` there may be a new one. */
    int64_t low, high, peak;
    uintptr_t stack_low, stack_last; /* where a frame pointer may point */
    uint64_t random;                 /* state of the sampler's generator */
    int64_t until_sample;            /* bytes or blocks to the next sample: sampler.h */
    struct ms_sampler_rate sampling; /* for which that was drawn */
    uintptr_t newest_address;        /* sampled path: the newest block; 0: it is freed */
    struct ms_phases phases;
    uint32_t shard;
    bool objects_busy; /* the same as `busy`, for what follows and the counters of objects */
    uint32_t object_count;
    struct ms_object *objects; /* mapped with the first one */
    /* Frees by a signal handler that came while we were busy. */
    uint32_t deferred_count;
    uintptr_t deferred[MS_DEFERRED_FREES];

    /* Blocks that it freed lately, by address: address << 16 | site that had made it, in 20 bits.
     */
    uint64_t freed[MS_FREED_COUNT];

    struct ms_caller_entry callers[MS_CALLER_CACHE];
    struct ms_stack_entry stacks[MS_STACK_CACHE];
    struct ms_rule_entry rules[MS_RULE_CACHE];
    struct ms_walk walks[MS_WALK_CACHE]; /* begun by this thread, on its stack */
    struct ms_counter
        *directory[MS_DIRECTORY_SIZE]; /* by site / 64; only used pages are resident */
    uintptr_t former; /* sampled path: what the block was before realloc that is about to be
                         sampled, 0: nothing */
    struct ms_event_ring *events; /* of the shard; NULL: no events are written */
    /* Counters by stack: where those of stack / 64 are, as their distance from no_stacks; 0: there
     * are none yet. Only used pages are resident. */
    uintptr_t stack_chunks[MS_STACK_LIMIT / MS_STACKS_PER_CHUNK];
    struct ms_stack_site stack_sites[MS_STACK_SITES];
    struct ms_stack_counter no_stacks[MS_STACKS_PER_CHUNK];   /* never of a site */
    struct ms_stack_counter lost_stacks[MS_STACKS_PER_CHUNK]; /* of those without room */
};

/* Its state, NULL before the first allocation that is recorded. */
extern _Thread_local struct ms_thread *ms_thread_self
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* Makes the state of the calling thread. NULL: no memory, or recording is off. */
struct ms_thread *ms_thread_attach(void);

/* A chunk of counters for SITE; when there is no room, one that nobody reads. */
struct ms_counter *ms_thread_new_chunk(struct ms_thread *thread, uint32_t site);

/* Closes what threads that are gone have left. Any thread. */
void ms_thread_sweep(void);

/* In the child of a fork. */
void ms_thread_forked(void);

/* The bucket of VALUE, which is less than 2^63, in a histogram: bit numbers of 2 * VALUE + 1. */
static inline unsigned ms_thread_bucket(uint64_t value) {
    return 63 - (unsigned)__builtin_clzll(2 * value + 1);
}

/* The free of a block, at the site that made it. */
static inline void ms_thread_count_freed_at(struct ms_counter *counter, uint64_t size) {
    int64_t live = (int64_t)(counter->alloc_bytes - counter->free_bytes);
    if (MS_UNLIKELY(live > (int64_t)counter->peak_bytes))
        ms_store_relaxed(&counter->peak_bytes, (uint64_t)live);
    ms_own_add(&counter->frees, 1);
    ms_own_add(&counter->free_bytes, size);
}

/* Some thread's state, NULL: there are fewer. */
struct ms_thread *ms_thread_of_shard(uint32_t shard);

static inline uint64_t *ms_thread_freed(struct ms_thread *thread, uint64_t address_thread) {
    return &thread->freed[(address_thread >> 20) % MS_FREED_COUNT];
}

/* It has freed the block with that word of its record. Addresses are multiples of 16. */
static inline void ms_thread_note_freed(struct ms_thread *thread, uint64_t address_thread,
                                        uint32_t site) {
    static_assert(MS_SITE_LIMIT == UINT32_C(1) << 20, "a site fits below the address");
    ms_store_relaxed(ms_thread_freed(thread, address_thread),
                     (address_thread & ~UINT64_C(0xffff)) | site);
}

/* Record ID, whose block the calling thread has freed while it was the pending one of MAKER, a
 * thread record: MAKER counts it and takes the record back with its next allocation. */
void ms_thread_leave_to_maker(uint32_t maker, uint32_t id);

/* No inbox is that long: two threads that freed the same block at once have tied it into a knot
 * with the free records. What is in it is counted as dropped. */
void ms_thread_give_up_inbox(struct ms_thread *thread);

static inline struct ms_counter *ms_thread_counter(struct ms_thread *thread, uint32_t site) {
    struct ms_counter *chunk = thread->directory[site / MS_COUNTERS_PER_CHUNK];
    if (MS_UNLIKELY(chunk == NULL))
        chunk = ms_thread_new_chunk(thread, site);
    return &chunk[site % MS_COUNTERS_PER_CHUNK];
}

/* The same; NULL where it is not there yet. */
static inline struct ms_counter *ms_thread_known_counter(struct ms_thread *thread, uint32_t site) {
    struct ms_counter *chunk = thread->directory[site / MS_COUNTERS_PER_CHUNK];
    return MS_LIKELY(chunk != NULL) ? &chunk[site % MS_COUNTERS_PER_CHUNK] : NULL;
}

/* The pending block, which has a record, is counted at SITE, which has COUNTER, and where that is
 * so BY_STACK (a constant) for its stack. */
static inline void ms_thread_count_pending(struct ms_thread *thread, struct ms_counter *counter,
                                           uint32_t site, bool by_stack,
                                           struct ms_stack_counter *stack_counter) {
    struct ms_pending *pending = &thread->record->pending;
    uint64_t size = pending->size;
    ms_store_relaxed(&pending->frame_address, 0);
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* a handler that allocates finds none pending */
    ms_own_add(&counter->allocations, 1);
    ms_own_add(&counter->alloc_bytes, size);
    if (by_stack) {
        ms_own_add(&stack_counter->allocations, 1);
        ms_own_add(&stack_counter->alloc_bytes, size);
    }
    /* Who sees the site finds the block counted: pairs with s_free_foreign. */
    ms_store_release(&thread->pending_block->site, site);
}

/* Where the site of a return address is, if ENTRY->address is that address. */
static inline struct ms_caller_entry *ms_thread_caller_entry(struct ms_thread *thread,
                                                             uint64_t address) {
    return &thread->callers[(address ^ address >> 10) % MS_CALLER_CACHE];
}

/* The site of kind CALLER for a return address. */
static inline uint32_t ms_thread_caller(struct ms_thread *thread, uint64_t address) {
    struct ms_caller_entry *entry = ms_thread_caller_entry(thread, address);
    if (MS_UNLIKELY(entry->address != address)) {
        entry->site = ms_sites_caller(address);
        entry->address = address;
    }
    return entry->site;
}

#endif
