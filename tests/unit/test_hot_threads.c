/* SPDX-License-Identifier: MIT */
/*
 * Threads that allocate, move and free for each other, and come and go, while another does what the
 * monitor does. What they count themselves is what is recorded; ThreadSanitizer watches.
 */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/atomics.h"
#include "memscope.h"
#include "stack_check.h"
#include "store/blocks.h"
#include "store/store.h"
#include "store/threads.h"
#include "store/timeline.h"

enum { THREADS = 4, ROUNDS = 50000, SLOTS = 32, BRIEF = 40 };
enum { IN_STEP = 256 }; /* rounds that a thread may be ahead of another */

struct s_truth {
    uint64_t made, made_bytes, freed, freed_bytes;
};
static struct s_truth s_truth;   /* Synchronization: atomic */
static uint64_t *s_slots[SLOTS]; /* a block's first word is its size. Synchronization: atomic */
static uint32_t s_stop;
static pthread_barrier_t s_step;

static uint64_t *s_new(struct s_truth *truth, size_t size) {
    uint64_t *block = truth->made % 3 == 0 ? calloc(1, size) : malloc(size);
    if (block == NULL)
        abort();
    block[0] = size;
    truth->made++;
    truth->made_bytes += size;
    return block;
}

static void s_drop(struct s_truth *truth, uint64_t *block) {
    if (block == NULL)
        return;
    truth->freed++;
    truth->freed_bytes += block[0];
    free(block);
}

static uint64_t *s_resize(struct s_truth *truth, uint64_t *block, size_t size) {
    if (block == NULL)
        return s_new(truth, size);
    truth->freed++;
    truth->freed_bytes += block[0];
    truth->made++;
    truth->made_bytes += size;
    block = realloc(block, size);
    if (block == NULL)
        abort();
    block[0] = size;
    return block;
}

static void s_add(const struct s_truth *truth) {
    ms_fetch_add_relaxed(&s_truth.made, truth->made);
    ms_fetch_add_relaxed(&s_truth.made_bytes, truth->made_bytes);
    ms_fetch_add_relaxed(&s_truth.freed, truth->freed);
    ms_fetch_add_relaxed(&s_truth.freed_bytes, truth->freed_bytes);
}

static void *s_exchange(void *argument) {
    struct s_truth truth = {0};
    unsigned seed = (unsigned)(uintptr_t)argument;
    memscope_phase_begin("exchange");
    for (int i = 0; i < ROUNDS; i++) {
        if (i % IN_STEP == 0)
            pthread_barrier_wait(&s_step); /* else each might have had its turn after the other */
        if (i % 100 == 0)
            memscope_phase_begin("part");
        unsigned at = (unsigned)rand_r(&seed) % SLOTS;
        size_t size = 8 + (size_t)rand_r(&seed) % (i % 64 == 0 ? 100000 : 500);
        uint64_t *mine = i % 4 == 3 ? NULL : s_new(&truth, size);
        uint64_t *theirs = __atomic_exchange_n(&s_slots[at], mine, __ATOMIC_ACQ_REL);
        if (i % 8 == 0)
            theirs = s_resize(&truth, theirs, size / 2 + 8);
        s_drop(&truth, theirs);
        if (i % 64 == 0)
            sched_yield(); /* the turn of another */
        if (i % 100 == 99)
            memscope_phase_end();
    }
    memscope_phase_end();
    s_add(&truth);
    return NULL;
}

static void *s_be_brief(void *argument) {
    struct s_truth truth = {0};
    s_drop(&truth, __atomic_exchange_n(&s_slots[0], s_new(&truth, 72), __ATOMIC_ACQ_REL));
    s_add(&truth);
    return argument;
}

static void *s_watch(void *argument) {
    struct ms_tick tick;
    while (ms_load_acquire(&s_stop) == 0) {
        memset(&tick, 0, sizeof(tick));
        ms_timeline_fill(&tick);
        sched_yield();
    }
    return argument;
}

/* Of all threads, with frees that wait in inboxes. */
static struct s_truth s_recorded(uint64_t *freed_elsewhere) {
    struct s_truth sum = {0};
    *freed_elsewhere = 0;
    for (uint64_t i = 0; i < ms_store.header->used[MS_TABLE_THREADS]; i++) {
        const struct ms_thread_record *record = ms_threads_record((uint32_t)i);
        sum.made += record->allocations;
        sum.made_bytes += record->alloc_bytes;
        sum.freed += record->frees;
        sum.freed_bytes += record->free_bytes;
        *freed_elsewhere += record->freed_elsewhere;
    }
    return sum;
}

/* What all phases of DEPTH have. */
static struct s_truth s_in_phases(uint32_t depth, uint64_t *count) {
    struct s_truth sum = {0};
    *count = 0;
    for (uint64_t i = 0; i < ms_store.header->used[MS_TABLE_PHASES]; i++) {
        const struct ms_phase *phase = ms_store_at(MS_TABLE_PHASES, i * sizeof(*phase));
        if (phase->depth != depth)
            continue;
        ++*count;
        sum.made += phase->end.allocations - phase->start.allocations;
        sum.made_bytes += phase->end.alloc_bytes - phase->start.alloc_bytes;
    }
    return sum;
}

static void s_count_live(uint64_t *blocks, uint64_t *bytes) {
    *blocks = *bytes = 0;
    for (uint64_t i = 1; i < ms_store.header->used[MS_TABLE_BLOCKS]; i++) {
        const struct ms_block *block = ms_block_at((uint32_t)i);
        if (block->address_thread == 0)
            continue;
        ++*blocks;
        *bytes += MS_BLOCK_SIZE(block);
    }
}

static void s_run(void) {
    pthread_t threads[THREADS], watcher, brief;
    pthread_barrier_init(&s_step, NULL, THREADS);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&watcher, NULL, s_watch, NULL), 0);
    for (uintptr_t i = 0; i < THREADS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, s_exchange, (void *)(i + 1)), 0);
    for (int i = 0; i < BRIEF; i++) {
        CU_ASSERT_EQUAL_FATAL(pthread_create(&brief, NULL, s_be_brief, NULL), 0);
        pthread_join(brief, NULL);
        ms_threads_sweep(); /* here: that a thread has ended is for the kernel to know, not for
                               ThreadSanitizer */
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    ms_store_release(&s_stop, 1);
    pthread_join(watcher, NULL);
}

static void test_together(void) {
    uint64_t elsewhere_before, elsewhere, blocks, bytes;
    free(malloc(1)); /* the main thread has its record */
    struct s_truth before = s_recorded(&elsewhere_before);
    s_run();
    struct s_truth after = s_recorded(&elsewhere);
    s_count_live(&blocks, &bytes); /* before CUnit allocates */
    /* libc allocates for the threads' stacks, and frees nothing of it: at most one block a thread.
     */
    uint64_t more = after.made - before.made - s_truth.made;
    CU_ASSERT_TRUE(more <= THREADS + BRIEF + 1);
    CU_ASSERT_TRUE(after.freed - before.freed - s_truth.freed <= more);
    if (more == 0) {
        CU_ASSERT_EQUAL(after.made_bytes - before.made_bytes, s_truth.made_bytes);
        CU_ASSERT_EQUAL(after.freed_bytes - before.freed_bytes, s_truth.freed_bytes);
    }
    for (uint32_t depth = 0; depth < 2; depth++) {
        uint64_t count;
        struct s_truth phases = s_in_phases(depth, &count);
        CU_ASSERT_EQUAL(count, depth == 0 ? THREADS : THREADS * ROUNDS / 100);
        CU_ASSERT_EQUAL(phases.made, s_truth.made - BRIEF);
        CU_ASSERT_EQUAL(phases.made_bytes, s_truth.made_bytes - BRIEF * UINT64_C(72));
    }
    CU_ASSERT_TRUE(elsewhere - elsewhere_before > ROUNDS / 8);
    CU_ASSERT_EQUAL(blocks, after.made - after.freed);
    CU_ASSERT_EQUAL(bytes, after.made_bytes - after.freed_bytes);
    if (ms_store.header->used[MS_TABLE_STACK_COUNTERS] != 0)
        CU_ASSERT_EQUAL(stack_check_differing() + stack_check_unbalanced(), 0);
    for (unsigned i = 0; i < MS_DROP_COUNT; i++)
        CU_ASSERT_EQUAL(ms_store.header->dropped[i], 0);
}

int main(void) {
    static CU_TestInfo s_tests[] = {{"test_together", test_together}, CU_TEST_INFO_NULL};
    static CU_SuiteInfo s_suites[] = {{.pName = "threads", .pTests = s_tests}, CU_SUITE_INFO_NULL};
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(s_suites) != CUE_SUCCESS)
        return 1;
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
