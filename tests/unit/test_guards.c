/* SPDX-License-Identifier: MIT */
/* Blocks of malloc's that have a deallocator of their own, told of as compiled code tells. This
 * program's own malloc is the one under test. */
#include "hot/guards.h"

#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "memscope/abi.h"
#include "store/store.h"

#define SITE(line_, kind_, type, size, deallocator_)                                               \
    {                                                                                              \
        .type_name = (type), .type_size = (size), .file = "test_guards.c",                         \
        .deallocator = (deallocator_), .line = (line_), .kind = (kind_),                           \
        .abi_version = MEMSCOPE_ABI_VERSION                                                        \
    }
static struct memscope_site s_sites[] = {
    SITE(1, MEMSCOPE_SITE_CALL, "struct thing", 32, "thing_free"),
    SITE(2, MEMSCOPE_SITE_CALL, "struct thing", 32, "thing_free, free"),
    SITE(3, MEMSCOPE_SITE_CALL, "struct opaque", 0, "thing_free"),
    SITE(4, MEMSCOPE_SITE_RELEASE, "struct thing", 32, "thing_free"),
    SITE(5, MEMSCOPE_SITE_RELEASE, NULL, 0, "free"),
    SITE(6, MEMSCOPE_SITE_RELEASE, "struct opaque", 0, "free"),
};
static const struct memscope_site *const
    s_thing = &s_sites[0],
    *const s_either = &s_sites[1], *const s_opaque = &s_sites[2], *const s_thing_free = &s_sites[3],
    *const s_free = &s_sites[4], *const s_free_opaque = &s_sites[5];

static uint64_t s_count;

/* How many wrong deallocators have been told since the last call. */
static uint64_t s_new_problems(void) {
    uint64_t sum = 0, before = s_count;
    for (uint64_t i = 0; i < ms_store.header->used[MS_TABLE_PROBLEMS]; i++) {
        const struct ms_problem *problem = ms_store_at(MS_TABLE_PROBLEMS, i * sizeof(*problem));
        if (problem->kind == MS_PROBLEM_WRONG_DEALLOCATOR)
            sum += problem->count;
    }
    s_count = sum;
    return sum - before;
}

static void *s_make(const struct memscope_site *site, size_t size) {
    void *volatile block = malloc(32);
    __memscope_allocated(site, block, size, NULL);
    return block;
}

static void test_wrong(void) {
    void *block = s_make(s_thing, 32);
    __memscope_freed(s_free, block);
    CU_ASSERT_EQUAL(s_new_problems(), 1);
    __memscope_freed(s_free, block); /* once is enough */
    CU_ASSERT_EQUAL(s_new_problems(), 0);
    free(block);
}

static void test_right(void) {
    void *block = s_make(s_thing, 32);
    __memscope_released(s_thing_free, block);
    __memscope_freed(s_free, block); /* what the deallocator does with it */
    free(block);
    block = s_make(s_thing, 32);
    __memscope_released(NULL, block); /* called from code without the plugin */
    __memscope_freed(s_free, block);
    free(block);
    block = s_make(s_either, 32);
    __memscope_freed(s_free, block);
    free(block);
    CU_ASSERT_EQUAL(s_new_problems(), 0);
}

/* Freed where nobody saw it; the next block at the address is another one. */
static void test_reuse(void) {
    void *volatile block = s_make(s_thing, 32);
    uintptr_t address = (uintptr_t)block;
    free(block);
    block = malloc(32);
    CU_ASSERT_EQUAL((uintptr_t)block, address);
    __memscope_freed(s_free, block);
    free(block);
    block = s_make(s_thing, 32);
    block = realloc(block, 5000);
    __memscope_freed(s_free, block);
    free(block);
    CU_ASSERT_EQUAL(s_new_problems(), 0);
}

/* Of unknown size: what is freed must be of the same type. */
static void test_opaque(void) {
    void *block = s_make(s_opaque, 0);
    __memscope_freed(s_free, block);
    CU_ASSERT_EQUAL(s_new_problems(), 0);
    free(block);
    block = s_make(s_opaque, 0);
    __memscope_freed(s_free_opaque, block);
    CU_ASSERT_EQUAL(s_new_problems(), 1);
    free(block);
}

/* A piece at the start of a slab is not the slab. */
static void test_slab(void) {
    void *volatile slab = malloc(4096);
    __memscope_allocated(s_thing, slab, 32, NULL);
    __memscope_freed(s_free, slab);
    CU_ASSERT_EQUAL(s_new_problems(), 0);
    free(slab);
}

#define MANY 20000

static void *s_work(void *argument) {
    void **blocks = argument;
    for (int i = 0; i < MANY; i++)
        ms_guards_set(blocks[i], (uint32_t)i % 1000 + 1);
    return NULL;
}

/* Guards are each block's own, also where those of two threads lie side by side. */
static void test_many(void) {
    static struct { char bytes[16]; } s_memory[2 * MANY] __attribute__((aligned(16)));
    static void *s_blocks[2][MANY];
    pthread_t thread;
    for (int i = 0; i < 2 * MANY; i++)
        s_blocks[i % 2][i / 2] = &s_memory[i];
    pthread_create(&thread, NULL, s_work, s_blocks[1]);
    s_work(s_blocks[0]);
    pthread_join(thread, NULL);
    unsigned found = 0, wrong = 0;
    for (int i = 0; i < 2 * MANY; i++) {
        uint32_t site = ms_guards_take(s_blocks[i % 2][i / 2]);
        found += site != 0;
        wrong += site != 0 && site != (uint32_t)(i / 2) % 1000 + 1;
        wrong += ms_guards_take(s_blocks[i % 2][i / 2]) != 0;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(found, 2 * MANY);
}

int main(void) {
    const CU_TestInfo tests[] = {
        {"wrong", test_wrong},   {"right", test_right}, {"reuse", test_reuse},
        {"opaque", test_opaque}, {"slab", test_slab},   {"many", test_many},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "guards", .pTests = (CU_TestInfo *)tests},
                             CU_SUITE_INFO_NULL};
    free(malloc(1));
    __memscope_register_sites(s_sites, s_sites + sizeof(s_sites) / sizeof(s_sites[0]));
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS)
        return 1;
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failed = CU_get_number_of_failures() != 0;
    CU_cleanup_registry();
    return failed;
}
