/* SPDX-License-Identifier: MIT */
/*
 * Pooled blocks, told of as compiled code tells. This program's own malloc is the one under test;
 * slabs come from it and from a static array.
 */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdint.h>
#include <stdlib.h>

#include "memscope/abi.h"
#include "store/sites.h"
#include "store/store.h"

#define SITE(line_, type, deallocator_)                                                            \
    {                                                                                              \
        .type_name = (type), .file = "test_pools.c", .deallocator = (deallocator_),                \
        .line = (line_), .kind = MEMSCOPE_SITE_CALL, .abi_version = MEMSCOPE_ABI_VERSION           \
    }
static struct memscope_site s_sites[] = {
    SITE(1, "struct node", "node_free"),
    SITE(2, "struct chunk", NULL),
    SITE(3, NULL, "node_free"),
    SITE(4, NULL, "other_free"),
};
static const struct memscope_site *const s_node = &s_sites[0], *const s_chunk = &s_sites[1],
                                         *const s_node_free = &s_sites[2],
                                         *const s_other_free = &s_sites[3];
static char s_memory[8192] __attribute__((aligned(4096)));

/* Live pooled blocks of SITE, all in all and in bytes; those of them that have a parent. */
struct live {
    uint64_t count, bytes, inside;
};

static struct live s_live(const struct memscope_site *site) {
    struct live sum = {0};
    for (uint64_t i = 1; i < ms_store.header->used[MS_TABLE_POOLED]; i++) {
        const struct ms_pooled_block *block = ms_store_at(MS_TABLE_POOLED, i * sizeof(*block));
        const struct ms_site *made =
            ms_store_at(MS_TABLE_SITES, (uint64_t)block->site * sizeof(*made));
        if (block->address_thread == 0 || made->line != site->line)
            continue;
        sum.count++;
        sum.bytes += MS_BLOCK_SIZE(block);
        sum.inside += block->parent != 0;
    }
    return sum;
}

static void s_check(const struct memscope_site *site, uint64_t count, uint64_t bytes,
                    uint64_t inside) {
    struct live live = s_live(site);
    CU_ASSERT_EQUAL(live.count, count);
    CU_ASSERT_EQUAL(live.bytes, bytes);
    CU_ASSERT_EQUAL(live.inside, inside);
}

static uint64_t s_problems(enum ms_problem_kind kind) {
    uint64_t sum = 0;
    for (uint64_t i = 0; i < ms_store.header->used[MS_TABLE_PROBLEMS]; i++) {
        const struct ms_problem *problem = ms_store_at(MS_TABLE_PROBLEMS, i * sizeof(*problem));
        sum += problem->kind == (uint32_t)kind ? problem->count : 0;
    }
    return sum;
}

static void test_slab(void) {
    char *volatile slab = malloc(4096);
    for (int i = 0; i < 10; i++)
        __memscope_allocated(s_node, slab + i * 40, 40, NULL);
    s_check(s_node, 10, 400, 10);
    __memscope_released(s_node_free, slab);
    __memscope_released(NULL, slab); /* told by the function itself too */
    s_check(s_node, 9, 360, 9);
    __memscope_allocated(s_node, slab, 40, NULL);
    s_check(s_node, 10, 400, 10);
    free(slab);
    s_check(s_node, 0, 0, 0);
}

/* The next one overlaps two of before. */
static void test_overlap(void) {
    char *volatile slab = malloc(4096);
    for (int i = 0; i < 4; i++)
        __memscope_allocated(s_node, slab + i * 40, 40, NULL);
    __memscope_allocated(s_chunk, slab + 40, 60, NULL);
    s_check(s_node, 2, 80, 2);
    s_check(s_chunk, 1, 60, 1);
    free(slab);
    s_check(s_chunk, 0, 0, 0);
}

static void test_nested(void) {
    char *volatile slab = malloc(4096);
    int outer = 0, inner = 0;
    __memscope_allocated(s_chunk, slab, 1024, &outer);
    __memscope_allocated(s_node, slab, 40, &inner);
    __memscope_allocated(s_node, slab + 40, 40, &inner);
    s_check(s_chunk, 1, 1024, 1);
    s_check(s_node, 2, 80, 2);
    __memscope_released(s_node_free, &inner);
    s_check(s_chunk, 1, 1024, 1);
    s_check(s_node, 0, 0, 0);
    __memscope_allocated(s_node, slab + 80, 40, &inner);
    __memscope_released(s_other_free, &outer);
    s_check(s_chunk, 0, 0, 0);
    s_check(s_node, 0, 0, 0);
    free(slab);
}

static void test_outside(void) {
    for (int i = 0; i < 100; i++)
        __memscope_allocated(s_node, s_memory + i * 40, 40, s_memory);
    s_check(s_node, 100, 4000, 0);
    __memscope_released(s_other_free, s_memory + 4096); /* nothing starts there */
    s_check(s_node, 100, 4000, 0);
    for (int i = 0; i < 100; i++)
        __memscope_released(s_node_free, s_memory + i * 40);
    s_check(s_node, 0, 0, 0);
}

static void test_problems(void) {
    uint64_t twice = s_problems(MS_PROBLEM_DOUBLE_FREE);
    uint64_t wrong = s_problems(MS_PROBLEM_WRONG_DEALLOCATOR);
    __memscope_allocated(s_node, s_memory, 40, NULL);
    __memscope_released(s_node_free, s_memory);
    CU_ASSERT_EQUAL(s_problems(MS_PROBLEM_DOUBLE_FREE), twice);
    __memscope_released(s_node_free, s_memory);
    CU_ASSERT_EQUAL(s_problems(MS_PROBLEM_DOUBLE_FREE), twice + 1);
    __memscope_allocated(s_node, s_memory, 40, NULL);
    __memscope_released(s_other_free, s_memory);
    CU_ASSERT_EQUAL(s_problems(MS_PROBLEM_WRONG_DEALLOCATOR), wrong + 1);
    __memscope_allocated(s_node, NULL, 40, NULL);
    __memscope_released(s_node_free, NULL);
    s_check(s_node, 0, 0, 0);
}

/* What only wraps malloc is claimed, and no pooled block. */
static void test_wrapper(void) {
    void *volatile block = malloc(200);
    CU_ASSERT_PTR_EQUAL(__memscope_fresh_block, block);
    __memscope_allocated(s_node, block, 200, NULL);
    CU_ASSERT_PTR_NOT_EQUAL(__memscope_fresh_block, block);
    s_check(s_node, 0, 0, 0);
    free(block);
}

int main(void) {
    const CU_TestInfo tests[] = {
        {"slab", test_slab},       {"overlap", test_overlap},   {"nested", test_nested},
        {"outside", test_outside}, {"problems", test_problems}, {"wrapper", test_wrapper},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "pools", .pTests = (CU_TestInfo *)tests},
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
