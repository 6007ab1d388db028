/* SPDX-License-Identifier: MIT */
/*
 * The malloc family and the accounting behind it. This program's own malloc is the one under test:
 * it is linked in, so everything that is allocated here (by CUnit too) is recorded; tests compare
 * differences.
 */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hot/fast.h"
#include "hot/frames.h"
#include "hot/hooks.h"
#include "hot/record.h"
#include "hot/thread.h"
#include "memscope.h"
#include "memscope/abi.h"
#include "store/live.h"
#include "store/store.h"
#include "store/threads.h"

/* Sums over all sites, with pending blocks and frees that wait in inboxes. */
struct totals {
    uint64_t allocations, alloc_bytes, frees, free_bytes, blocks, block_bytes, temporary, moved;
};

static struct totals s_totals(void) {
    const struct ms_journal_header *header = ms_store.header;
    struct totals sum = {0};
    for (uint64_t i = 0; i < header->used[MS_TABLE_COUNTERS] * MS_COUNTERS_PER_CHUNK; i++) {
        const struct ms_counter *c = ms_store_at(MS_TABLE_COUNTERS, i * sizeof(*c));
        sum.allocations += c->allocations;
        sum.alloc_bytes += c->alloc_bytes;
        sum.frees += c->frees;
        sum.free_bytes += c->free_bytes;
        sum.temporary += c->temporary;
        sum.moved += c->moved_bytes;
    }
    for (uint64_t i = 0; i < header->used[MS_TABLE_THREADS]; i++) {
        const struct ms_thread_record *t = ms_store_at(MS_TABLE_THREADS, i * sizeof(*t));
        if (t->pending.frame_address != 0) {
            sum.allocations++;
            sum.alloc_bytes += t->pending.size;
        }
        for (uint32_t id = t->inbox; id != 0; id = ms_block_at(id)->next) {
            sum.frees++;
            sum.free_bytes += MS_BLOCK_SIZE(ms_block_at(id));
        }
    }
    for (uint64_t i = 1; i < header->used[MS_TABLE_BLOCKS]; i++) {
        const struct ms_block *b = ms_store_at(MS_TABLE_BLOCKS, i * sizeof(*b));
        if (b->address_thread != 0) {
            sum.blocks++;
            sum.block_bytes += MS_BLOCK_SIZE(b);
        }
    }
    return sum;
}

/* The compiler must not see that a block is not used. */
static _Thread_local void *volatile s_hide;
static void *s_keep(void *block) {
    s_hide = block;
    return s_hide;
}

static void s_check(struct totals before, uint64_t allocations, uint64_t bytes, uint64_t frees,
                    uint64_t freed) {
    struct totals after = s_totals();
    CU_ASSERT_EQUAL(after.allocations - before.allocations, allocations);
    CU_ASSERT_EQUAL(after.alloc_bytes - before.alloc_bytes, bytes);
    CU_ASSERT_EQUAL(after.frees - before.frees, frees);
    CU_ASSERT_EQUAL(after.free_bytes - before.free_bytes, freed);
    CU_ASSERT_EQUAL(after.allocations - after.frees, after.blocks);
    CU_ASSERT_EQUAL(after.alloc_bytes - after.free_bytes, after.block_bytes);
}

static void test_family(void) {
    void *made[10], *aligned = NULL;
    struct totals before = s_totals();
    made[0] = s_keep(malloc(100));
    made[1] = s_keep(calloc(7, 11));
    made[2] = s_keep(realloc(NULL, 33));
    made[3] = s_keep(reallocarray(NULL, 3, 5));
    CU_ASSERT_EQUAL(posix_memalign(&aligned, 64, 1000), 0);
    made[4] = aligned;
    made[5] = s_keep(aligned_alloc(32, 64));
    made[6] = s_keep(memalign(128, 10));
    made[7] = s_keep(valloc(20));
    made[8] = s_keep(pvalloc(30));
    made[9] = s_keep(strdup("twelve bytes"));
    uint64_t bytes = 100 + 77 + 33 + 15 + 1000 + 64 + 10 + 20 + 30 + 13;
    s_check(before, 10, bytes, 0, 0);
    CU_ASSERT_EQUAL((uintptr_t)made[4] % 64, 0);
    CU_ASSERT_EQUAL((uintptr_t)made[6] % 128, 0);
    CU_ASSERT_TRUE(malloc_usable_size(made[0]) >= 100);
    CU_ASSERT_STRING_EQUAL((char *)made[9], "twelve bytes");
    for (int i = 0; i < 10; i++)
        free(made[i]);
    s_check(before, 10, bytes, 10, bytes);
    free(NULL);
    s_check(before, 10, bytes, 10, bytes);
}

static void test_realloc(void) {
    struct totals before = s_totals();
    char *block = s_keep(malloc(10));
    strcpy(block, "content");
    block = s_keep(realloc(block, 100000));
    CU_ASSERT_STRING_EQUAL(block, "content");
    s_check(before, 2, 100010, 1, 10);
    volatile size_t huge = SIZE_MAX / 2;
    CU_ASSERT_PTR_NULL(realloc(s_keep(block), huge)); /* and the block stays */
    s_check(before, 2, 100010, 1, 10);
    errno = 0;
    CU_ASSERT_PTR_NULL(reallocarray(s_keep(block), huge, 4));
    CU_ASSERT_EQUAL(errno, ENOMEM);
    s_check(before, 2, 100010, 1, 10);
    free(s_hide);
    s_check(before, 2, 100010, 2, 100010);
}

static void test_failures(void) {
    struct totals before = s_totals();
    volatile size_t huge = SIZE_MAX / 2;
    void *block = (void *)8;
    CU_ASSERT_PTR_NULL(malloc(huge));
    CU_ASSERT_PTR_NULL(calloc(huge, 8));
    CU_ASSERT_EQUAL(posix_memalign(&block, 3, 8), EINVAL);
    CU_ASSERT_PTR_EQUAL(block, (void *)8);
    s_check(before, 0, 0, 0, 0);
    errno = 1234;
    free(s_keep(malloc(1)));
    CU_ASSERT_EQUAL(errno, 1234);
}

static void test_temporary(void) {
    struct totals before = s_totals();
    free(s_keep(malloc(50)));
    void *first = s_keep(malloc(50)), *second = s_keep(malloc(60));
    free(first); /* not the newest: not temporary */
    free(second);
    CU_ASSERT_EQUAL(s_totals().temporary - before.temporary, 2);
    s_check(before, 3, 160, 3, 160);
}

/* Live bytes of the process: handed in, and still held back by threads. */
static uint64_t s_live_bytes(void) {
    uint64_t live = ms_store.header->live_bytes;
    for (uint64_t i = 0; i < ms_store.header->used[MS_TABLE_THREADS]; i++) {
        const struct ms_thread_record *t = ms_threads_record((uint32_t)i);
        int64_t held = (int64_t)(t->alloc_bytes - t->free_bytes) - t->handed_in;
        CU_ASSERT_TRUE(held <= MS_HAND_IN_BYTES && held >= -MS_HAND_IN_BYTES);
        live += (uint64_t)held;
    }
    return live;
}

static void test_peak(void) {
    uint64_t live = s_totals().block_bytes;
    CU_ASSERT_EQUAL(s_live_bytes(), live);
    size_t size = ms_store.header->peak_bytes + 12345;
    void *small = s_keep(malloc(10)), *large = s_keep(malloc(size));
    free(small); /* while the large one is pending */
    free(large);
    CU_ASSERT_EQUAL(ms_store.header->peak_bytes, live + 10 + size);
    CU_ASSERT_EQUAL(s_live_bytes(), live);
    CU_ASSERT_EQUAL(ms_thread_self->record->peak_bytes, live + 10 + size);
    small = s_keep(malloc(size + 7)); /* without a free: the end of the process looks */
    ms_record_end();
    CU_ASSERT_EQUAL(ms_store.header->peak_bytes, live + size + 10);
    large = s_keep(malloc(4));
    ms_record_end();
    CU_ASSERT_EQUAL(ms_store.header->peak_bytes, live + size + 11);
    CU_ASSERT_EQUAL(ms_store.header->live_bytes, live + size + 11);
    free(large);
    free(small);
    CU_ASSERT_EQUAL(ms_store.header->peak_bytes, live + size + 11);
}

static struct ms_counter s_site_sum(const struct memscope_site *site) {
    uint32_t id = ms_sites_find(site);
    struct ms_counter sum = {0};
    for (uint64_t chunk = 0; chunk < ms_store.header->used[MS_TABLE_COUNTERS]; chunk++) {
        const struct ms_counter_tag *tag = ms_store_at(MS_TABLE_COUNTER_TAGS, chunk * sizeof(*tag));
        if (id < tag->first || id >= tag->first + MS_COUNTERS_PER_CHUNK)
            continue;
        const struct ms_counter *c = ms_store_at(
            MS_TABLE_COUNTERS, (chunk * MS_COUNTERS_PER_CHUNK + id - tag->first) * sizeof(*c));
        sum.allocations += c->allocations;
        sum.alloc_bytes += c->alloc_bytes;
        sum.frees += c->frees;
    }
    return sum;
}

static struct memscope_site s_sites[2] = {
    {.type_name = "struct node",
     .type_size = 24,
     .kind = MEMSCOPE_SITE_CALL,
     .abi_version = MEMSCOPE_ABI_VERSION},
    {.var_name = "head",
     .type_name = "struct node",
     .kind = MEMSCOPE_SITE_VARIABLE,
     .abi_version = MEMSCOPE_ABI_VERSION},
};

static void test_claim(void) {
    __memscope_register_sites(s_sites, s_sites + 2);
    void *block = s_keep(malloc(24));
    CU_ASSERT_PTR_EQUAL(__memscope_fresh_block, block);
    __memscope_claim_block(&s_sites[0], block);
    CU_ASSERT_PTR_NOT_EQUAL(__memscope_fresh_block, block);
    CU_ASSERT_PTR_NOT_NULL(__memscope_fresh_block); /* NULL must never match */
    block = s_keep(realloc(block, 48));             /* inherits the site */
    void *other = s_keep(malloc(1));
    struct ms_counter sum = s_site_sum(&s_sites[0]);
    CU_ASSERT_EQUAL(sum.allocations, 2);
    CU_ASSERT_EQUAL(sum.alloc_bytes, 72);
    CU_ASSERT_EQUAL(sum.frees, 1);
    __memscope_claim_block(&s_sites[1], block); /* not the newest: no effect */
    __memscope_assign_block(&s_sites[1], block, NULL);
    __memscope_assign_block(&s_sites[1], NULL, NULL);
    __memscope_assign_block(&s_sites[1], &sum, NULL);
    CU_ASSERT_EQUAL(s_site_sum(&s_sites[1]).allocations, 0);
    uint32_t id = ms_live_find((uintptr_t)block);
    CU_ASSERT_NOT_EQUAL_FATAL(id, 0);
    CU_ASSERT_EQUAL(MS_HOLDER_OWNER(ms_block_at(id)->holder), ms_sites_find(&s_sites[1]));
    CU_ASSERT_EQUAL(ms_block_at(id)->site, ms_sites_find(&s_sites[0]));
    free(other);
    free(block);
    block = s_keep(malloc(5)); /* assigned without a typing site: the variable's site has it */
    __memscope_assign_block(&s_sites[1], block, NULL);
    free(block);
    CU_ASSERT_EQUAL(s_site_sum(&s_sites[1]).allocations, 1);
}

/* A base, what is made of it, and one that is smaller again. */
static struct memscope_site s_chain[4] = {
    {.type_name = "struct base",
     .type_size = 16,
     .kind = MEMSCOPE_SITE_CALL,
     .flags = MEMSCOPE_SITE_HANDED_ON,
     .abi_version = MEMSCOPE_ABI_VERSION},
    {.type_name = "struct derived",
     .type_size = 40,
     .kind = MEMSCOPE_SITE_CALL,
     .flags = MEMSCOPE_SITE_HANDED_ON,
     .abi_version = MEMSCOPE_ABI_VERSION},
    {.type_name = "struct base",
     .type_size = 16,
     .kind = MEMSCOPE_SITE_CALL,
     .abi_version = MEMSCOPE_ABI_VERSION},
    {.type_name = "int",
     .type_size = 4,
     .element_name = "int",
     .element_size = 4,
     .kind = MEMSCOPE_SITE_CALL,
     .abi_version = MEMSCOPE_ABI_VERSION},
};

static void test_handed_on(void) {
    __memscope_register_sites(s_chain, s_chain + 4);
    void *block = s_keep(malloc(40));
    __memscope_claim_block(&s_chain[0], block);
    CU_ASSERT_PTR_EQUAL(__memscope_fresh_block, block); /* a caller may know more */
    __memscope_claim_block(&s_chain[1], block);
    __memscope_claim_block(&s_chain[2], block); /* knows less */
    void *other = s_keep(malloc(40));           /* the same again, but nobody knows more */
    __memscope_claim_block(&s_chain[0], other);
    void *last = s_keep(malloc(40)); /* smaller, but another block */
    __memscope_claim_block(&s_chain[2], last);
    CU_ASSERT_PTR_NOT_EQUAL(__memscope_fresh_block, last);
    free(s_keep(malloc(1)));
    CU_ASSERT_EQUAL(s_site_sum(&s_chain[0]).allocations, 1);
    CU_ASSERT_EQUAL(s_site_sum(&s_chain[1]).allocations, 1);
    CU_ASSERT_EQUAL(s_site_sum(&s_chain[2]).allocations, 1);
    free(block);
    free(other);
    free(last);
}

static void test_moved(void) {
    char *block = s_keep(malloc(24));
    __memscope_move_block(block + 1, block); /* not the fresh one: no effect */
    __memscope_move_block(block, block + 8);
    CU_ASSERT_PTR_EQUAL(__memscope_fresh_block, block + 8);
    uint32_t id = ms_live_find((uintptr_t)block);
    __memscope_assign_block(&s_sites[1], block + 8, NULL);
    CU_ASSERT_EQUAL(MS_HOLDER_OWNER(ms_block_at(id)->holder), ms_sites_find(&s_sites[1]));
    uint64_t before = s_site_sum(&s_chain[1]).allocations;
    __memscope_claim_block(&s_chain[1], block + 8);
    free(block);
    CU_ASSERT_EQUAL(s_site_sum(&s_chain[1]).allocations, before + 1);
    CU_ASSERT_EQUAL(s_site_sum(&s_chain[1]).frees, before + 1);
}

static uint32_t s_flags(const struct memscope_site *site) {
    const struct ms_site *record =
        ms_store_at(MS_TABLE_SITES, (uint64_t)ms_sites_find(site) * sizeof(struct ms_site));
    return record->flags;
}

static void test_elements(void) {
    void *block = s_keep(malloc(40));
    __memscope_claim_elements(&s_chain[3], block, 40);
    free(block);
    CU_ASSERT_EQUAL(s_site_sum(&s_chain[3]).allocations, 1);
    CU_ASSERT_EQUAL(s_flags(&s_chain[3]), 0);
    block = s_keep(malloc(48)); /* a wrapper has added to it */
    __memscope_claim_elements(&s_chain[3], block, 40);
    free(block);
    CU_ASSERT_EQUAL(s_site_sum(&s_chain[3]).allocations, 2);
    CU_ASSERT_EQUAL(s_flags(&s_chain[3]), MS_SITE_OTHER_SIZE);
}

/* A block that its maker hands on is counted there until a larger type is claimed for it: at once
 * when it has a type there and stacks are not counted, else not before something else happens. */
static void test_handed_on_counted(void) {
    static struct memscope_site s_ways[4] = {
        {.type_name = "struct head",
         .type_size = 24,
         .flags = MEMSCOPE_SITE_HANDED_ON,
         .abi_version = MEMSCOPE_ABI_VERSION},
        {.type_name = "char", .type_size = 1, .abi_version = MEMSCOPE_ABI_VERSION},
        {.type_name = "struct whole", .type_size = 100, .abi_version = MEMSCOPE_ABI_VERSION},
        {.flags = MEMSCOPE_SITE_HANDED_ON, .abi_version = MEMSCOPE_ABI_VERSION},
    };
    __memscope_register_sites(s_ways, s_ways + 4);
    for (int i = 0; i < 6; i++) { /* the first ones make the counters, fast.c the others */
        const struct memscope_site *maker = &s_ways[i % 2 == 0 ? 0 : 3];
        void *other = s_keep(malloc(50)), *block = s_keep(malloc(100));
        struct ms_counter head = s_site_sum(maker), whole = s_site_sum(&s_ways[2]);
        __memscope_claim_block(maker, block);
        if (i >= 4)
            free(other);
        bool is_counted = i >= 4 || (i == 2 && !ms_recording.totals);
        uint64_t bytes = s_site_sum(maker).alloc_bytes;
        if (i >= 2)
            CU_ASSERT_EQUAL(bytes, head.alloc_bytes + (is_counted ? 100 : 0));
        if (i % 2 == 0)
            __memscope_claim_block(&s_ways[1], block); /* smaller: no effect */
        __memscope_claim_block(&s_ways[2], block);
        __memscope_claim_block(maker, block); /* it is claimed for good */
        free(block);
        CU_ASSERT_EQUAL(s_site_sum(maker).allocations, head.allocations);
        CU_ASSERT_EQUAL(s_site_sum(maker).alloc_bytes, head.alloc_bytes);
        CU_ASSERT_EQUAL(s_site_sum(&s_ways[1]).allocations, 0);
        CU_ASSERT_EQUAL(s_site_sum(&s_ways[2]).allocations, whole.allocations + 1);
        CU_ASSERT_EQUAL(s_site_sum(&s_ways[2]).alloc_bytes, whole.alloc_bytes + 100);
        CU_ASSERT_EQUAL(s_site_sum(&s_ways[2]).frees, whole.frees + 1);
        CU_ASSERT_EQUAL(s_site_sum(maker).frees, 0);
        if (i < 4)
            free(other);
    }
}

static void test_pause(void) {
    void *before = s_keep(malloc(10)), *filler = s_keep(malloc(11));
    memscope_pause();
    struct totals totals = s_totals();
    void *unseen = s_keep(malloc(20));
    free(before);
    s_check(totals, 0, 0, 1, 10);
    uint64_t unknown = ms_store.header->unknown_frees;
    free(unseen);
    CU_ASSERT_EQUAL(ms_store.header->unknown_frees, unknown + 1);
    unseen = s_keep(malloc(21));
    memscope_resume();
    unseen = s_keep(realloc(unseen, 40)); /* from here on it is known */
    s_check(totals, 1, 40, 1, 10);
    free(unseen);
    s_check(totals, 1, 40, 2, 50);
    free(filler);
    free(s_keep(malloc(30)));
    s_check(totals, 2, 70, 4, 91);
}

static __attribute__((noinline)) void *s_deep(int depth) {
    void *block = depth == 0 ? malloc(77) : s_deep(depth - 1);
    __asm__ volatile("" ::: "memory"); /* no tail call */
    return block;
}

static void test_stack(void) {
    void *block = s_keep(s_deep(5)), *next = s_keep(malloc(1));
    uint32_t id = ms_live_find((uintptr_t)block);
    const struct ms_stack *record =
        ms_store_at(MS_TABLE_STACKS, (uint64_t)ms_block_at(id)->stack * sizeof(*record));
    const uint64_t *stack = ms_store_at(MS_TABLE_STACK_WORDS, (uint64_t)record->words * 8);
    CU_ASSERT_TRUE(stack[0] >= 8 && stack[0] <= 20);
    /* Frames 2 to 5 are the same return address: the recursion. */
    for (int i = 3; i <= 5; i++)
        CU_ASSERT_EQUAL(stack[i], stack[2]);
    CU_ASSERT_NOT_EQUAL(stack[1], stack[2]);
    free(block);
    free(next);
}

static uint32_t s_stack_of(void *block) {
    return ms_block_at(ms_live_find((uintptr_t)block))->stack;
}

/* Stacks that differ in a frame further out alone, at the same place in memory. */
static void test_known_stacks(void) {
    uint32_t ids[2][4];
    CU_ASSERT_TRUE(ms_fast_is_possible());
    for (int round = 0; round < 4; round++) {
        void *first = s_keep(s_deep(5));
        void *second = s_keep(s_deep(5));
        void *deeper = s_keep(s_deep(6));
        ids[0][round] = s_stack_of(first);
        ids[1][round] = s_stack_of(second);
        CU_ASSERT_NOT_EQUAL(ids[0][round], ids[1][round]);
        CU_ASSERT_NOT_EQUAL(s_stack_of(deeper), ids[0][round]);
        free(first);
        free(second);
        free(deeper);
    }
    for (int round = 1; round < 4; round++) {
        CU_ASSERT_EQUAL(ids[0][round], ids[0][0]);
        CU_ASSERT_EQUAL(ids[1][round], ids[1][0]);
    }
}

/* What a signal handler does while its thread is inside memscope. (A real handler cannot be had at
 * that instant without also interrupting the allocator behind us, which may not be re-entered.) */
static void test_nested(void) {
    void *known = s_keep(malloc(40)), *filler = s_keep(malloc(50));
    struct totals before = s_totals();
    uint64_t dropped = ms_store.header->dropped[MS_DROP_NESTED];
    uint64_t unknown = ms_store.header->unknown_frees;
    ms_thread_self->busy = true;
    void *unseen = s_keep(malloc(3000));
    free(known);
    CU_ASSERT_EQUAL(ms_thread_self->deferred_count, 1);
    ms_thread_self->busy = false;
    CU_ASSERT_EQUAL(ms_store.header->dropped[MS_DROP_NESTED], dropped + 1);
    CU_ASSERT_PTR_NOT_EQUAL(__memscope_fresh_block, unseen);
    free(filler); /* the deferred free is done with the next call */
    s_check(before, 0, 0, 2, 90);
    free(unseen);
    CU_ASSERT_EQUAL(ms_store.header->unknown_frees, unknown + 1);
}

/* More frees inside memscope than can be kept for later: one that is lost is made up for when its
 * address comes back. */
static void s_miss_free(size_t size) {
    void *fillers[MS_DEFERRED_FREES];
    struct totals before = s_totals();
    for (unsigned i = 0; i < MS_DEFERRED_FREES; i++)
        fillers[i] = s_keep(malloc(24));
    void *missed = s_keep(malloc(size)), *next = s_keep(malloc(2000));
    uintptr_t address = (uintptr_t)missed;
    ms_thread_self->busy = true;
    for (unsigned i = 0; i < MS_DEFERRED_FREES; i++)
        free(fillers[i]);
    free(missed);
    ms_thread_self->busy = false;
    void *again = s_keep(malloc(size));
    CU_ASSERT_EQUAL((uintptr_t)again, address);            /* glibc hands out what was freed last */
    CU_ASSERT_EQUAL(s_totals().blocks, before.blocks + 2); /* the lost free is noticed */
    free(next);
    CU_ASSERT_EQUAL(s_totals().blocks, before.blocks + 1);
    free(again);
    struct totals after = s_totals();
    CU_ASSERT_EQUAL(after.blocks, before.blocks);
    CU_ASSERT_EQUAL(after.block_bytes, before.block_bytes);
    CU_ASSERT_EQUAL(after.allocations - after.frees, after.blocks);
    CU_ASSERT_EQUAL(after.alloc_bytes - after.free_bytes, after.block_bytes);
}

static void test_missed_frees(void) {
    s_miss_free(40);
    s_miss_free(1000);
}

/* Random operations of several threads, blocks freed by any of them, against their own count. */
enum { SLOTS = 512, STEPS = 60000 };
static void *s_slots[SLOTS];
static uint64_t s_truth[5]; /* allocations, bytes, frees, bytes; claimed by a typing site */

static void *s_work(void *seed) {
    uint64_t random = (uintptr_t)seed, truth[5] = {0};
    for (unsigned step = 0; step < STEPS; step++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        unsigned slot = (unsigned)(random >> 40) % SLOTS,
                 size = (unsigned)(random >> 20) % 700 + 16;
        uint64_t *block = NULL;
        if (random >> 62 != 0) {
            block = random >> 61 & 1 ? s_keep(malloc(size)) : s_keep(calloc(1, size));
            block[0] = size; /* whoever frees it knows how much it was */
            truth[0]++;
            truth[1] += size;
            if (random >> 57 & 7) { /* mostly, as where all code is compiled with the plugin */
                __memscope_claim_block(&s_sites[0], block);
                truth[4]++;
            }
        }
        block = __atomic_exchange_n(&s_slots[slot], block, __ATOMIC_ACQ_REL);
        if (block != NULL && (random >> 50) % 8 == 0) {
            uint64_t old = block[0];
            block = s_keep(realloc(block, size));
            block[0] = size;
            __memscope_claim_block(&s_sites[0], block);
            truth[0]++;
            truth[1] += size;
            truth[4]++;
            truth[2]++;
            truth[3] += old;
        }
        if (block != NULL) {
            truth[2]++;
            truth[3] += block[0];
            free(block);
        }
    }
    for (int i = 0; i < 5; i++)
        __atomic_fetch_add(&s_truth[i], truth[i], __ATOMIC_RELAXED);
    return NULL;
}

/* Blocks that SITE has claimed. One whose stack is that of another site waits to be counted, maybe
 * for a thread that has ended: readers add it, too. */
static uint64_t s_claims_of(const struct memscope_site *site) {
    uint64_t sum = s_site_sum(site).allocations;
    for (uint64_t i = 0; i < ms_store.header->used[MS_TABLE_THREADS]; i++) {
        const struct ms_pending *pending = &ms_threads_record((uint32_t)i)->pending;
        sum += pending->frame_address != 0 && pending->site == ms_sites_find(site);
    }
    return sum;
}

static void s_run_threads(unsigned count) {
    pthread_t threads[8];
    struct totals before = s_totals();
    uint64_t claimed = s_claims_of(&s_sites[0]);
    memset(s_truth, 0, sizeof(s_truth));
    if (count == 1)
        s_work((void *)1);
    for (unsigned i = 0; count > 1 && i < count; i++)
        pthread_create(&threads[i], NULL, s_work, (void *)(uintptr_t)(i + 77));
    for (unsigned i = 0; count > 1 && i < count; i++)
        pthread_join(threads[i], NULL);
    for (unsigned i = 0; i < SLOTS; i++) {
        uint64_t *block = s_slots[i];
        s_slots[i] = NULL;
        if (block != NULL) {
            s_truth[2]++;
            s_truth[3] += block[0];
            free(block);
        }
    }
    struct totals after = s_totals();
    CU_ASSERT_EQUAL(s_claims_of(&s_sites[0]) - claimed, s_truth[4]);
    /* pthread_create allocates tables for thread-local storage, kept with the stacks it reuses. */
    uint64_t extra = after.allocations - before.allocations - s_truth[0];
    CU_ASSERT_TRUE(extra <= count && (count > 1 || extra == 0));
    CU_ASSERT_TRUE(after.frees - before.frees - s_truth[2] <= extra);
    CU_ASSERT_EQUAL(after.allocations - after.frees, after.blocks);
    CU_ASSERT_EQUAL(after.alloc_bytes - after.free_bytes, after.block_bytes);
    if (extra == 0) {
        CU_ASSERT_EQUAL(after.alloc_bytes - before.alloc_bytes, s_truth[1]);
        CU_ASSERT_EQUAL(after.free_bytes - before.free_bytes, s_truth[3]);
    }
    CU_ASSERT_EQUAL(ms_store.header->dropped[MS_DROP_SPACE], 0);
}

static void test_one_thread(void) {
    s_run_threads(1);
}

static void test_threads(void) {
    for (unsigned count = 2; count <= 8; count *= 2) {
        s_run_threads(count);
        s_run_threads(count); /* again: with shards of ended threads */
    }
    uint64_t records = ms_store.header->used[MS_TABLE_THREADS];
    CU_ASSERT_TRUE(records >= 29 && records <= 40);
}

/* The same without fast.c: record.c alone. */
static void test_slow(void) {
    CU_ASSERT_TRUE(ms_fast_is_possible());
    ms_recording.own_clock = true;
    CU_ASSERT_FALSE(ms_fast_is_possible());
    ms_hooks_choose();
    s_run_threads(1);
    s_run_threads(4);
    ms_recording.own_clock = false;
    ms_hooks_choose();
}

/* Blocks that are counted by fast.c are freed by record.c, and the other way round. */
static void test_fast_and_slow(void) {
    struct totals before = s_totals();
    for (int i = 0; i < 2000; i++) {
        ms_recording.own_clock = i % 3 == 0;
        ms_hooks_choose();
        void *block = s_keep(malloc((size_t)(i % 300)));
        __memscope_claim_block(&s_sites[0], block);
        block = __atomic_exchange_n(&s_slots[i * 7 % SLOTS], block, __ATOMIC_ACQ_REL);
        free(block);
    }
    for (unsigned i = 0; i < SLOTS; i++) {
        free(s_slots[i]);
        s_slots[i] = NULL;
    }
    ms_recording.own_clock = false;
    ms_hooks_choose();
    struct totals after = s_totals();
    CU_ASSERT_EQUAL(after.allocations - before.allocations, 2000);
    CU_ASSERT_EQUAL(after.frees - before.frees, 2000);
    CU_ASSERT_EQUAL(after.block_bytes, before.block_bytes);
    CU_ASSERT_EQUAL(after.alloc_bytes - after.free_bytes, after.block_bytes);
    CU_ASSERT_EQUAL(s_live_bytes(), after.block_bytes);
}

/* realloc, by fast.c and by record.c, of blocks that the other one has made. */
static void test_fast_realloc(void) {
    struct totals before = s_totals();
    uint64_t count = 0, made = 0, bytes[SLOTS] = {0}, moved = 0;
    for (unsigned i = 0; i < 4000; i++) {
        unsigned at = i * 7 % SLOTS;
        ms_recording.own_clock = i % 3 == 0;
        ms_hooks_choose();
        volatile uintptr_t address = (uintptr_t)s_slots[at];
        uint64_t size = 16 + (i * 37) % 300;
        s_slots[at] = s_keep(realloc(s_slots[at], size));
        if (i % 5 == 0)
            __memscope_claim_block(&s_sites[0], s_slots[at]);
        if (address != 0 && (uintptr_t)s_slots[at] != address)
            moved += bytes[at] < size ? bytes[at] : size;
        bytes[at] = size;
        count++;
        made += size;
    }
    ms_recording.own_clock = false;
    ms_hooks_choose();
    volatile size_t huge = SIZE_MAX / 2;
    void *none = realloc(s_slots[0], huge); /* the block stays where it is */
    CU_ASSERT_PTR_NULL(none);
    for (unsigned i = 0; i < SLOTS; i++) {
        free(s_slots[i]);
        s_slots[i] = NULL;
    }
    s_check(before, count, made, count, made);
    CU_ASSERT_EQUAL(s_totals().moved - before.moved, moved);
    CU_ASSERT_EQUAL(s_totals().temporary - before.temporary, 1); /* the newest */
}

static void *s_claimed(size_t size) {
    void *block = s_keep(malloc(size));
    __memscope_claim_block(&s_sites[0], block);
    return block;
}

static void test_fast_temporary(void) {
    CU_ASSERT_TRUE(ms_fast_is_possible());
    struct totals before = s_totals();
    free(s_claimed(50));
    void *first = s_claimed(50), *second = s_claimed(60);
    free(first); /* not the newest: not temporary */
    free(second);
    CU_ASSERT_EQUAL(s_totals().temporary - before.temporary, 2);
    CU_ASSERT_PTR_NOT_EQUAL(__memscope_fresh_block, second);
    s_check(before, 3, 160, 3, 160);
}

/* Small blocks, so that each goes through fast.c, to more than there ever was. */
static void test_fast_peak(void) {
    enum { SIZE = 200 };
    CU_ASSERT_TRUE(ms_fast_is_possible());
    uint64_t live = s_live_bytes(), count = (ms_store.header->peak_bytes - live) / SIZE + 100;
    void **last = NULL;
    for (uint64_t i = 0; i < count; i++) {
        void **block = s_claimed(SIZE);
        *block = last;
        last = block;
    }
    uint64_t most = live + count * SIZE;
    CU_ASSERT_TRUE(ms_store.header->peak_bytes < most);
    while (last != NULL) {
        void **next = *last;
        free(last);
        CU_ASSERT_EQUAL_FATAL(ms_store.header->peak_bytes, most);
        last = next;
    }
    CU_ASSERT_EQUAL(s_live_bytes(), live);
}

/* Others look at the process' live bytes: a large block is told at once, whatever its thread does
 * next, and not only with the thread's next block. */
static void test_large_is_told(void) {
    enum { SIZE = 1 << 20 };
    const uint64_t *told = &ms_store.header->live_bytes;
    free(s_keep(malloc(2 * SIZE))); /* whatever was not told yet */
    uint64_t before = ms_load_relaxed(told);
    void *block = s_keep(malloc(SIZE));
    CU_ASSERT_TRUE(ms_load_relaxed(told) - before > SIZE - 2 * MS_HAND_IN_BYTES);
    free(block);
    CU_ASSERT_TRUE(ms_load_relaxed(told) - before < 2 * MS_HAND_IN_BYTES);
}

/* The peak of a site alone, under that of the process. */
static void test_fast_site_peak(void) {
    enum { SIZE = 16, COUNT = 20 };
    void *blocks[COUNT];
    struct ms_counter *counter = ms_thread_counter(ms_thread_self, ms_sites_find(&s_sites[1]));
    CU_ASSERT_TRUE(ms_fast_is_possible());
    counter->peak_bytes = 0;
    for (int count = 1; count <= COUNT; count++) {
        uint64_t live = counter->alloc_bytes - counter->free_bytes;
        for (int i = 0; i < count; i++) {
            blocks[i] = s_keep(malloc(SIZE));
            __memscope_claim_block(&s_sites[1], blocks[i]);
        }
        for (int i = 0; i < count; i++)
            free(blocks[i]);
        CU_ASSERT_EQUAL(counter->peak_bytes, live + (uint64_t)count * SIZE);
    }
}

/* A thread's newest block is freed by another before the thread allocates again. */
static sem_t s_made, s_freed;
static void *volatile s_handed;

static void *s_hand_over(void *unused) {
    for (int i = 0; i < 100; i++) {
        s_handed = malloc(i % 4 < 2 ? 500 : 50);
        sem_post(&s_made);
        sem_wait(&s_freed);
    }
    return unused;
}

static void test_pending_elsewhere(void) {
    pthread_t thread;
    struct totals before = s_totals();
    uint64_t unknown = ms_store.header->unknown_frees;
    sem_init(&s_made, 0, 0);
    sem_init(&s_freed, 0, 0);
    pthread_create(&thread, NULL, s_hand_over, NULL);
    for (int i = 0; i < 100; i++) {
        sem_wait(&s_made);
        if (i % 2 == 0)
            free(s_handed);
        else
            free(realloc(s_handed, 700));
        sem_post(&s_freed);
    }
    pthread_join(thread, NULL);
    struct totals after = s_totals();
    CU_ASSERT_EQUAL(ms_store.header->unknown_frees, unknown);
    CU_ASSERT_EQUAL(after.blocks - before.blocks, after.allocations - before.allocations - 150);
    CU_ASSERT_EQUAL(after.frees - before.frees, 150);
    CU_ASSERT_EQUAL(after.free_bytes - before.free_bytes, 50 * 550 + 50 * 700);
    CU_ASSERT_EQUAL(after.alloc_bytes - after.free_bytes, after.block_bytes);
}

/* Live bytes by thread: each made minus what it and others have freed. */
static void test_thread_records(void) {
    uint64_t live = 0;
    for (uint64_t i = 0; i < ms_store.header->used[MS_TABLE_THREADS]; i++) {
        const struct ms_thread_record *t = ms_threads_record((uint32_t)i);
        live += t->alloc_bytes - (t->free_bytes - t->foreign_free_bytes) - t->freed_elsewhere_bytes;
    }
    CU_ASSERT_EQUAL(live, s_totals().block_bytes);
}

/* The last one. Two threads of a wrong program free a block at once: its record is in the inbox of
 * its maker and among the free ones. The program goes on. */
static void test_knotted_inbox(void) {
    struct ms_thread *thread = ms_thread_self;
    uint32_t id = ms_blocks_take(&thread->free_blocks);
    CU_ASSERT_NOT_EQUAL_FATAL(id, 0);
    uint64_t dropped = ms_store.header->dropped[MS_DROP_LIMIT];
    ms_block_at(id)->site = 0;
    ms_block_at(id)->next = thread->free_blocks.first = id;
    ms_store_release(&thread->record->inbox, id);
    void *volatile block = malloc(300);
    thread->free_blocks.first = 0; /* those are tied up */
    CU_ASSERT_EQUAL(thread->record->inbox, 0);
    CU_ASSERT_EQUAL(ms_store.header->dropped[MS_DROP_LIMIT], dropped + 1);
    free(block);
}

int main(void) {
    if (ms_store.header == NULL || CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("hot", NULL, NULL);
    CU_ADD_TEST(suite, test_family);
    CU_ADD_TEST(suite, test_realloc);
    CU_ADD_TEST(suite, test_failures);
    CU_ADD_TEST(suite, test_temporary);
    CU_ADD_TEST(suite, test_peak);
    CU_ADD_TEST(suite, test_claim);
    CU_ADD_TEST(suite, test_handed_on);
    CU_ADD_TEST(suite, test_moved);
    CU_ADD_TEST(suite, test_elements);
    CU_ADD_TEST(suite, test_handed_on_counted);
    CU_ADD_TEST(suite, test_pause);
    CU_ADD_TEST(suite, test_stack);
    CU_ADD_TEST(suite, test_known_stacks);
    CU_ADD_TEST(suite, test_nested);
    CU_ADD_TEST(suite, test_missed_frees);
    CU_ADD_TEST(suite, test_fast_realloc);
    CU_ADD_TEST(suite, test_fast_temporary);
    CU_ADD_TEST(suite, test_fast_peak); /* exact while the process has one thread */
    CU_ADD_TEST(suite, test_fast_site_peak);
    CU_ADD_TEST(suite, test_large_is_told);
    CU_ADD_TEST(suite, test_one_thread);
    CU_ADD_TEST(suite, test_threads);
    CU_ADD_TEST(suite, test_slow);
    CU_ADD_TEST(suite, test_fast_and_slow);
    CU_ADD_TEST(suite, test_pending_elsewhere);
    CU_ADD_TEST(suite, test_thread_records);
    CU_ADD_TEST(suite, test_knotted_inbox);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
