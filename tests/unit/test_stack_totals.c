/* SPDX-License-Identifier: MIT */
/* What is counted for a stack: the stacks of each site add up to the site, whatever becomes of the
 * blocks. */
#include "hot/stack_totals.h"

#include <CUnit/Basic.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "memscope.h"
#include "stack_check.h"
#include "store/blocks.h"
#include "store/live.h"
#include "store/sites.h"
#include "store/store.h"

#define NOINLINE __attribute__((noinline, noclone))

static void *volatile s_hide;

static void *s_keep(void *block) {
    s_hide = block;
    return s_hide;
}

static NOINLINE void *s_new(size_t size) {
    void *block = s_keep(malloc(size));
    __asm__ volatile("" ::: "memory");
    return block;
}

static NOINLINE void *s_deeper(int depth, size_t size) {
    void *block = depth != 0 ? s_deeper(depth - 1, size) : s_new(size);
    __asm__ volatile("" ::: "memory");
    return block;
}

static struct memscope_site s_ways[3] = {
    {.type_name = "struct one", .type_size = 40, .abi_version = MEMSCOPE_ABI_VERSION},
    {.type_name = "struct two", .type_size = 60, .abi_version = MEMSCOPE_ABI_VERSION},
    {.type_name = "struct head",
     .type_size = 16,
     .flags = MEMSCOPE_SITE_HANDED_ON,
     .abi_version = MEMSCOPE_ABI_VERSION},
};

/* A round of everything; SEED is the state of the choice. */
static void s_do_much(unsigned *seed, unsigned rounds) {
    enum { SLOTS = 100 };
    static _Thread_local void *s_slots[SLOTS];
    for (unsigned i = 0; i < rounds; i++) {
        void **slot = &s_slots[(unsigned)rand_r(seed) % SLOTS];
        unsigned choice = (unsigned)rand_r(seed) % 8;
        size_t size = 1 + (size_t)rand_r(seed) % (choice == 7 ? 100000 : 300);
        if (choice == 6 || *slot == NULL) {
            *slot = realloc(*slot, size);
            continue;
        }
        free(*slot);
        *slot = s_deeper((int)choice, size);
        if (choice < 3) /* the same frames for several sites */
            __memscope_claim_block(&s_ways[rand_r(seed) % 3], *slot);
        if (choice == 1)
            __memscope_claim_block(&s_ways[1], *slot);
        if (choice == 5) {
            free(*slot);
            *slot = NULL;
        }
    }
    for (unsigned i = 0; i < SLOTS; i++) {
        free(s_slots[i]);
        s_slots[i] = NULL;
    }
}

static void test_sums(void) {
    unsigned seed = 1;
    __memscope_register_sites(s_ways, s_ways + 3);
    CU_ASSERT_TRUE_FATAL(ms_recording.totals);
    CU_ASSERT_FALSE(ms_recording.tables);
    s_do_much(&seed, 20000);
    unsigned differing = stack_check_differing();
    struct stack_sums sites = stack_check_sites(), stacks = stack_check_stacks();
    CU_ASSERT_EQUAL(differing, 0);
    CU_ASSERT_EQUAL(stack_check_unbalanced(), 0);
    CU_ASSERT_TRUE(stacks.allocations > 15000);
    CU_ASSERT_TRUE(stacks.temporary > 1000);
    CU_ASSERT_EQUAL(stacks.free_bytes, sites.free_bytes);
}

/* Two sites with the same frames have a stack each. */
static void test_sites_of_one_stack(void) {
    struct stack_sums before[2];
    for (int i = 0; i < 2; i++)
        before[i] = stack_check_of_site(s_ways[i].id);
    for (int i = 0; i < 10; i++) {
        void *block = s_new(50);
        __memscope_claim_block(&s_ways[i % 2], block);
        free(block);
    }
    for (int i = 0; i < 2; i++) {
        struct stack_sums after = stack_check_of_site(s_ways[i].id);
        CU_ASSERT_EQUAL(after.allocations - before[i].allocations, 5);
        CU_ASSERT_EQUAL(after.alloc_bytes - before[i].alloc_bytes, 250);
        CU_ASSERT_EQUAL(after.free_bytes - before[i].free_bytes, 250);
        CU_ASSERT_EQUAL(after.temporary - before[i].temporary, 5);
    }
}

static void *s_made[1000];

static void *s_free_all(void *argument) {
    for (int i = 0; i < 1000; i++)
        free(s_made[i]);
    return argument;
}

/* The last block is its maker's pending one, and waits in the inbox. */
static void test_freed_by_another(void) {
    pthread_t thread;
    for (int i = 0; i < 1000; i++)
        s_made[i] = s_deeper(i % 5, 24);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, s_free_all, NULL), 0);
    pthread_join(thread, NULL);
    free(s_new(1));
    free(s_new(2)); /* the inbox is empty */
    CU_ASSERT_EQUAL(stack_check_differing(), 0);
    CU_ASSERT_EQUAL(stack_check_unbalanced(), 0);
}

/* The child has a journal of its own, with what was counted before. */
static void test_fork(void) {
    struct stack_sums before = stack_check_stacks();
    pid_t child = fork();
    if (child == 0) {
        unsigned seed = 3;
        s_do_much(&seed, 3000);
        struct stack_sums after = stack_check_stacks();
        bool good = stack_check_differing() == 0 && stack_check_unbalanced() == 0 &&
                    after.allocations >= before.allocations + 2000;
        _exit(good ? 0 : 1);
    }
    int status = -1;
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT_EQUAL(status, 0);
    unsigned seed = 4;
    s_do_much(&seed, 3000);
    CU_ASSERT_EQUAL(stack_check_differing(), 0);
}

/* What made up the peak is kept by stack as it is by site. */
static void test_peak(void) {
    void *blocks[200];
    for (int i = 0; i < 200; i++)
        blocks[i] = s_deeper(i % 3, 100000);
    for (int i = 0; i < 200; i++)
        free(blocks[i]);
    unsigned copy = ms_store.header->peak_taken % 2;
    uint64_t sites = 0, stacks = 0;
    for (uint64_t i = 0; i < ms_store.header->used[MS_TABLE_PEAK]; i++)
        sites +=
            ((const struct ms_peak_entry *)ms_store_at(MS_TABLE_PEAK, i * 16))->live_bytes[copy];
    for (uint64_t i = 0; i < ms_store.header->used[MS_TABLE_PEAK_STACKS]; i++)
        stacks += ((const struct ms_peak_entry *)ms_store_at(MS_TABLE_PEAK_STACKS, i * 16))
                      ->live_bytes[copy];
    CU_ASSERT_TRUE(stacks >= UINT64_C(19000000));
    /* A pending block that nobody has claimed has a stack and no site yet. */
    CU_ASSERT_TRUE(stacks - sites == 0 || stacks - sites == 100000);
}

int main(void) {
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("stack totals", NULL, NULL);
    CU_ADD_TEST(suite, test_sums);
    CU_ADD_TEST(suite, test_sites_of_one_stack);
    CU_ADD_TEST(suite, test_freed_by_another);
    CU_ADD_TEST(suite, test_fork);
    CU_ADD_TEST(suite, test_peak);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
