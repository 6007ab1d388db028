/* SPDX-License-Identifier: MIT */
/*
 * Which annotated variables hold a block, and where it was last seen in one: by what compiled code
 * tells. This program's own malloc is the one under test.
 */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdint.h>
#include <stdlib.h>

#include "memscope/abi.h"
#include "store/blocks.h"
#include "store/live.h"
#include "store/sites.h"
#include "store/store.h"

#define SITE(variable, in, of_kind, its_flags)                                                     \
    {                                                                                              \
        .var_name = variable, .function = in, .kind = MEMSCOPE_SITE_##of_kind, .flags = its_flags, \
        .abi_version = MEMSCOPE_ABI_VERSION, .type_name = "struct node"                            \
    }

enum {
    S_CALL,
    S_HEAD,       /* a global, taken in fill() */
    S_HEAD_AGAIN, /* the same, in empty() */
    S_P,          /* a local of fill() */
    S_P_END,      /* the end of its scope */
    S_P_OTHER,    /* a local of the same name in empty() */
    S_ARGUMENT,   /* a parameter */
    S_ARGUMENT_END,
    S_NEXT, /* a member */
    S_NEXT_AGAIN,
    S_COUNT
};
static struct memscope_site s_sites[S_COUNT] = {
    [S_CALL] = SITE(NULL, "fill", CALL, 0),
    [S_HEAD] = SITE("head", "fill", VARIABLE, 0),
    [S_HEAD_AGAIN] = SITE("head", "empty", VARIABLE, MEMSCOPE_SITE_LOSS),
    [S_P] = SITE("p", "fill", VARIABLE, MEMSCOPE_SITE_LOCAL),
    [S_P_END] = SITE("p", "fill", VARIABLE, MEMSCOPE_SITE_LOCAL | MEMSCOPE_SITE_LOSS),
    [S_P_OTHER] = SITE("p", "empty", VARIABLE, MEMSCOPE_SITE_LOCAL),
    [S_ARGUMENT] = SITE("list", "show", PARAMETER, MEMSCOPE_SITE_LOCAL),
    [S_ARGUMENT_END] = SITE("list", "show", PARAMETER, MEMSCOPE_SITE_LOCAL | MEMSCOPE_SITE_LOSS),
    [S_NEXT] = SITE("struct node.next", "fill", MEMBER, 0),
    [S_NEXT_AGAIN] = SITE("struct node.next", "empty", MEMBER, 0),
};

/* The compiler must not see that a block is not used. */
static void *volatile s_hide;
static char *s_new(void) {
    s_hide = malloc(24);
    return s_hide;
}

static uint64_t s_holder(const void *block) {
    uint32_t id = ms_live_find((uintptr_t)block);
    CU_ASSERT_NOT_EQUAL_FATAL(id, 0);
    return ms_block_at(id)->holder;
}

static void s_take(int site, const void *block) {
    __memscope_assign_block(&s_sites[site], block, NULL);
}

static void s_lose(int site, const void *block) {
    __memscope_lose_block(&s_sites[site], block, NULL, NULL);
}

/* Held by OWNER, and before that by FORMER (-1: by nobody). */
static void s_check_held(const void *block, int owner, int former) {
    uint64_t holder = s_holder(block);
    CU_ASSERT_EQUAL(holder & MS_HOLDER_LOST, 0);
    CU_ASSERT_EQUAL(MS_HOLDER_OWNER(holder), ms_sites_id(&s_sites[owner]));
    CU_ASSERT_EQUAL(MS_HOLDER_OTHER(holder), former < 0 ? 0 : ms_sites_id(&s_sites[former]));
}

/* OWNER had it; last seen at SITE. */
static void s_check_lost(const void *block, int owner, int site) {
    uint64_t holder = s_holder(block);
    CU_ASSERT_NOT_EQUAL(holder & MS_HOLDER_LOST, 0);
    CU_ASSERT_EQUAL(MS_HOLDER_OWNER(holder), ms_sites_id(&s_sites[owner]));
    CU_ASSERT_EQUAL(MS_HOLDER_OTHER(holder), ms_sites_id(&s_sites[site]));
}

static void test_taken_and_lost(void) {
    char *block = s_new();
    s_lose(S_HEAD_AGAIN, block); /* no annotated variable has had it */
    CU_ASSERT_EQUAL(s_holder(block), 0);
    s_take(S_HEAD, block);
    s_check_held(block, S_HEAD, -1);
    s_lose(S_P, block); /* was not told that it holds it */
    s_check_held(block, S_HEAD, -1);
    s_lose(S_HEAD_AGAIN, block); /* a global is one variable in all functions */
    s_check_lost(block, S_HEAD, S_HEAD_AGAIN);
    s_lose(S_HEAD, block); /* twice: the first time counts */
    s_check_lost(block, S_HEAD, S_HEAD_AGAIN);
    s_take(S_P, block);
    s_check_held(block, S_P, -1);
    s_lose(S_P_OTHER, block); /* another variable of that name */
    s_check_held(block, S_P, -1);
    s_lose(S_P_END, block);
    s_check_lost(block, S_P, S_P_END);
    s_lose(S_HEAD_AGAIN, block); /* a pointer to an older block there */
    s_check_lost(block, S_P, S_P_END);
    free(block);
}

/* What a search for leaks has found goes with the next change, and is no part of the rest. */
static void test_reach(void) {
    char *block = s_new();
    struct ms_block *record = ms_block_at(ms_live_find((uintptr_t)block));
    record->holder |= (uint64_t)MS_REACH_UNREACHABLE << MS_HOLDER_REACH_AT;
    s_lose(S_HEAD, block); /* no annotated variable has had it */
    CU_ASSERT_EQUAL(s_holder(block), 0);
    __memscope_assign_block(&s_sites[S_NEXT], block, block);
    uint64_t holder = record->holder;
    CU_ASSERT_EQUAL(MS_HOLDER_REACH(holder), MS_REACH_UNKNOWN);
    record->holder |= MS_HOLDER_REACH_MASK;
    CU_ASSERT_EQUAL(MS_HOLDER_PLACE(record->holder), MS_HOLDER_PLACE(holder));
    __memscope_lose_block(&s_sites[S_NEXT_AGAIN], block, NULL, block);
    s_check_lost(block, S_NEXT, S_NEXT_AGAIN);
    CU_ASSERT_EQUAL(MS_HOLDER_REACH(s_holder(block)), MS_REACH_UNKNOWN);
    free(block);
}

static void test_made_for_a_variable(void) {
    char *block = s_new();
    __memscope_claim_block(&s_sites[S_P], block);
    s_lose(S_P_END, block); /* while it is pending */
    s_check_lost(block, S_P, S_P_END);
    char *settled = s_new();
    __memscope_claim_block(&s_sites[S_P], settled);
    free(s_new());
    s_lose(S_P_END, settled);
    s_check_lost(settled, S_P, S_P_END);
    char *other = s_new();
    __memscope_claim_block(&s_sites[S_CALL], other);
    s_lose(S_P_END, other);
    CU_ASSERT_EQUAL(s_holder(other), 0);
    free(block);
    free(settled);
    free(other);
}

/* A parameter or a local only borrows what a longer-lived variable holds. */
static void test_borrowed(void) {
    char *block = s_new();
    s_take(S_HEAD, block);
    s_take(S_ARGUMENT, block);
    s_check_held(block, S_ARGUMENT, S_HEAD);
    s_take(S_P, block); /* the parameter is forgotten, not the global */
    s_check_held(block, S_P, S_HEAD);
    s_take(S_P, block);
    s_check_held(block, S_P, S_HEAD);
    s_lose(S_P_END, block);
    s_check_held(block, S_HEAD, -1);
    s_lose(S_ARGUMENT_END, block);
    s_check_held(block, S_HEAD, -1);
    s_take(S_ARGUMENT, block);
    s_lose(S_HEAD_AGAIN, block); /* overwritten by the callee */
    s_check_held(block, S_ARGUMENT, -1);
    s_lose(S_ARGUMENT_END, block);
    s_check_lost(block, S_ARGUMENT, S_ARGUMENT_END);
    free(block);
}

/* for (p = node->next; p != NULL; p = q) { q = p->next; ... }: two locals borrow, one after the
 * other; the member is not forgotten. */
static void test_borrowed_twice(void) {
    char *block = s_new();
    s_take(S_NEXT, block);
    s_take(S_P, block);
    s_take(S_P_OTHER, block);
    s_check_held(block, S_P_OTHER, S_NEXT);
    s_lose(S_P_END, block);
    s_check_held(block, S_P_OTHER, S_NEXT);
    s_lose(S_P_OTHER, block);
    s_check_held(block, S_NEXT, -1);
    s_take(S_P, block); /* a member that takes it is not forgotten for a local */
    s_take(S_HEAD, block);
    s_check_held(block, S_HEAD, S_NEXT);
    free(block);
}

/* new->next = prev->next; prev->next = new: the block is still held, by another member `next`. */
static void test_members(void) {
    char *block = s_new(), *previous = s_new(), *added = s_new();
    __memscope_assign_block(&s_sites[S_NEXT], block, previous);
    __memscope_assign_block(&s_sites[S_NEXT], block, added);
    __memscope_lose_block(&s_sites[S_NEXT_AGAIN], block, added, previous);
    CU_ASSERT_EQUAL(s_holder(block) & MS_HOLDER_LOST, 0);
    __memscope_lose_block(&s_sites[S_NEXT_AGAIN], block, NULL, added);
    s_check_lost(block, S_NEXT, S_NEXT_AGAIN);
    s_take(S_P, block);
    s_lose(S_P_END, block);
    __memscope_lose_block(&s_sites[S_NEXT_AGAIN], block, NULL, previous); /* memory used again */
    s_check_lost(block, S_P, S_P_END);
    free(block);
    free(previous);
    free(added);
}

static void test_values(void) {
    char *block = s_new();
    s_take(S_P, block);
    __memscope_lose_block(&s_sites[S_P], block, block, NULL);      /* p = p */
    __memscope_lose_block(&s_sites[S_P], block, block + 23, NULL); /* p += 23 */
    s_check_held(block, S_P, -1);
    s_lose(S_P, NULL);
    s_lose(S_P, (void *)1);
    s_lose(S_P, &block);
    s_lose(S_P, block + 1);
    s_check_held(block, S_P, -1);
    __memscope_lose_block(&s_sites[S_P], block, block + 24, NULL);
    s_check_lost(block, S_P, S_P);
    free(block);
    block = s_new(); /* most likely there again: nothing is left of the old one */
    CU_ASSERT_EQUAL(s_holder(block), 0);
    free(block);
}

static void test_realloc_keeps(void) {
    char *block = s_new();
    s_take(S_P, block);
    s_hide = block;
    block = realloc(s_hide, 200000);
    CU_ASSERT_PTR_NOT_NULL_FATAL(block);
    s_check_held(block, S_P, -1);
    s_lose(S_P_END, block);
    s_hide = block;
    block = realloc(s_hide, 10);
    CU_ASSERT_PTR_NOT_NULL_FATAL(block);
    s_check_lost(block, S_P, S_P_END);
    free(block);
}

int main(void) {
    static const CU_TestInfo tests[] = {
        {"taken and lost", test_taken_and_lost},
        {"what can be reached", test_reach},
        {"made for a variable", test_made_for_a_variable},
        {"borrowed", test_borrowed},
        {"borrowed_twice", test_borrowed_twice},
        {"members", test_members},
        {"values", test_values},
        {"realloc keeps", test_realloc_keeps},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {
        {"holder", NULL, NULL, NULL, NULL, (CU_TestInfo *)(uintptr_t)tests},
        CU_SUITE_INFO_NULL,
    };
    __memscope_register_sites(s_sites, s_sites + S_COUNT);
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS)
        return 1;
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
