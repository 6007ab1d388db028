/* SPDX-License-Identifier: MIT */
/* Objects on the stack: what is counted when they are entered, left, and jumped over. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <ucontext.h>
#include <unistd.h>

#include "hot/objects.h"
#include "hot/record.h"
#include "hot/thread.h"
#include "memscope.h"
#include "memscope/abi.h"
#include "store/store.h"
#include "store/threads.h"

#define JUMPED MEMSCOPE_OBJECT_JUMPED
#define SITE(name, flag)                                                                           \
    {                                                                                              \
        .var_name = (name), .type_name = "char[]", .file = "test.c", .line = 1, .flags = (flag),   \
        .kind = MEMSCOPE_SITE_OBJECT, .abi_version = MEMSCOPE_ABI_VERSION                          \
    }

static struct memscope_site s_sites[] = {SITE("outer", 0), SITE("inner", 0), SITE("next", 0),
                                         SITE("grows", MEMSCOPE_SITE_GROWS)};
static const struct memscope_site *const s_outer = &s_sites[0], *const s_inner = &s_sites[1],
                                         *const s_next = &s_sites[2], *const s_grows = &s_sites[3];

/* What all shards have counted at SITE. */
static struct ms_counter s_sum(const struct memscope_site *site) {
    struct ms_counter sum = {0};
    for (uint64_t chunk = 0; chunk < ms_store.header->used[MS_TABLE_COUNTERS]; chunk++) {
        const struct ms_counter_tag *tag =
            ms_store_at(MS_TABLE_COUNTER_TAGS, chunk * sizeof(struct ms_counter_tag));
        if (site->id - tag->first >= MS_COUNTERS_PER_CHUNK)
            continue;
        const struct ms_counter *c =
            ms_store_at(MS_TABLE_COUNTERS, (chunk * MS_COUNTERS_PER_CHUNK + site->id - tag->first) *
                                               sizeof(struct ms_counter));
        sum.allocations += c->allocations;
        sum.alloc_bytes += c->alloc_bytes;
        sum.frees += c->frees;
        sum.free_bytes += c->free_bytes;
        sum.peak_bytes += c->peak_bytes;
        sum.jumped += c->jumped;
    }
    return sum;
}

static struct ms_counter s_before[4];

static void s_remember(void) {
    for (int i = 0; i < 4; i++)
        s_before[i] = s_sum(&s_sites[i]);
}

/* Since s_remember. */
static void s_check(const struct memscope_site *site, uint64_t entered, uint64_t bytes,
                    uint64_t left, uint64_t jumped) {
    struct ms_counter now = s_sum(site), before = s_before[site - s_sites];
    CU_ASSERT_EQUAL(now.allocations - before.allocations, entered);
    CU_ASSERT_EQUAL(now.alloc_bytes - before.alloc_bytes, bytes);
    CU_ASSERT_EQUAL(now.frees - before.frees, left);
    CU_ASSERT_EQUAL(now.jumped - before.jumped, jumped);
    if (entered == left)
        CU_ASSERT_EQUAL(now.alloc_bytes - before.alloc_bytes, now.free_bytes - before.free_bytes);
}

static void test_scopes(void) {
    char frame;
    const struct ms_thread_record *record = ms_thread_self->record;
    s_remember();
    uint64_t live = record->stack_bytes;
    errno = 1234;
    uint64_t outer = __memscope_enter_object(s_outer, 100, &frame, 0);
    uint64_t inner = __memscope_enter_object(s_inner, 20, &frame, outer);
    CU_ASSERT_NOT_EQUAL(outer, 0);
    CU_ASSERT_TRUE(inner > outer);
    CU_ASSERT_EQUAL(record->stack_bytes, live + 120);
    CU_ASSERT_TRUE(record->stack_peak_bytes >= live + 120);
    s_check(s_inner, 1, 20, 0, 0);
    __memscope_leave_object(inner);
    inner = __memscope_enter_object(s_inner, 30, &frame, outer);
    __memscope_leave_object(inner);
    s_check(s_inner, 2, 50, 2, 0);
    s_check(s_outer, 1, 100, 0, 0);
    __memscope_leave_object(outer);
    s_check(s_outer, 1, 100, 1, 0);
    CU_ASSERT_EQUAL(record->stack_bytes, live);
    CU_ASSERT_EQUAL(errno, 1234);
    __memscope_leave_object(0); /* the declaration was jumped over */
    __memscope_leave_object(outer);
    s_check(s_outer, 1, 100, 1, 0);
}

static void test_exceptions(void) {
    char frame;
    s_remember();
    __memscope_leave_object(__memscope_enter_object(s_outer, 8, &frame, 0) | JUMPED);
    s_check(s_outer, 1, 8, 1, 1);
}

/* Jumped over, and then the one around them is left. */
static void test_left_below(void) {
    char frame, callees[2];
    s_remember();
    uint64_t outer = __memscope_enter_object(s_outer, 100, &frame, 0);
    __memscope_enter_object(s_inner, 1, &callees[0], 0);
    __memscope_enter_object(s_inner, 2, &callees[1], 0);
    s_check(s_inner, 2, 3, 0, 0);
    __memscope_leave_object(outer);
    s_check(s_inner, 2, 3, 2, 2);
    s_check(s_outer, 1, 100, 1, 0);
}

/* Jumped over, and then the one around it has another one inside. */
static void test_entered_below(void) {
    char frame;
    s_remember();
    uint64_t outer = __memscope_enter_object(s_outer, 100, &frame, 0);
    __memscope_enter_object(s_inner, 7, &frame, outer);
    uint64_t next = __memscope_enter_object(s_next, 9, &frame, outer);
    s_check(s_inner, 1, 7, 1, 1);
    __memscope_leave_object(next);
    __memscope_leave_object(outer);
    s_check(s_next, 1, 9, 1, 0);
    s_check(s_outer, 1, 100, 1, 0);
}

/* Enters one and does not leave it, as if by longjmp. Uses SIZE bytes of stack behind it. */
static __attribute__((noinline)) uint64_t s_jump(size_t size) {
    volatile char frame[16];
    frame[0] = 1;
    uint64_t object = __memscope_enter_object(s_inner, size, (void *)&frame[0], 0);
    return object + (frame[0] == 2);
}

static void test_stack_pointer(void) {
    s_remember();
    CU_ASSERT_NOT_EQUAL(s_jump(5), 0);
    s_check(s_inner, 1, 5, 0, 0);
    char here;
    uint64_t next = __memscope_enter_object(s_next, 1, &here, 0);
    s_check(s_inner, 1, 5, 1, 1);
    __memscope_leave_object(next);
}

static void test_same_place(void) {
    s_remember();
    for (int i = 0; i < 3; i++) /* each call has the same place on the stack */
        s_jump(5);
    s_check(s_inner, 3, 15, 2, 2);
    char here;
    __memscope_leave_object(__memscope_enter_object(s_next, 1, &here, 0));
    s_check(s_inner, 3, 15, 3, 3);
}

static void test_growing(void) {
    char frame;
    s_remember();
    uint64_t outer = __memscope_enter_object(s_grows, 0, &frame, 0);
    s_check(s_grows, 0, 0, 0, 0);
    outer = __memscope_grow_object(outer, 10);
    uint64_t inner = __memscope_enter_object(s_inner, 1, &frame, outer);
    outer = __memscope_grow_object(outer, 20);
    __memscope_leave_object(inner);
    s_check(s_grows, 2, 30, 0, 0);
    CU_ASSERT_EQUAL(__memscope_grow_object(0, 5), 0);
    __memscope_leave_object(outer);
    s_check(s_grows, 2, 30, 2, 0);
    s_check(s_inner, 1, 1, 1, 0);
}

static void test_paused(void) {
    char frame;
    s_remember();
    uint64_t before = __memscope_enter_object(s_outer, 1, &frame, 0);
    memscope_pause();
    CU_ASSERT_EQUAL(__memscope_enter_object(s_inner, 1, &frame, before), 0);
    __memscope_leave_object(before);
    memscope_resume();
    s_check(s_outer, 1, 1, 1, 0);
    s_check(s_inner, 0, 0, 0, 0);
}

/* A handler that comes while the thread is in here. */
static void test_busy(void) {
    char frame;
    uint64_t dropped = ms_store.header->dropped[MS_DROP_NESTED];
    s_remember();
    ms_thread_self->objects_busy = true;
    CU_ASSERT_EQUAL(__memscope_enter_object(s_inner, 1, &frame, 0), 0);
    ms_thread_self->objects_busy = false;
    CU_ASSERT_EQUAL(ms_store.header->dropped[MS_DROP_NESTED], dropped + 1);
    s_check(s_inner, 0, 0, 0, 0);
}

static void test_full(void) {
    char frame;
    uint64_t first = __memscope_enter_object(s_outer, 1, &frame, 0), last = first, entered = 1;
    uint64_t dropped = ms_store.header->dropped[MS_DROP_LIMIT];
    s_remember();
    for (; entered < 1000000; entered++) {
        uint64_t object = __memscope_enter_object(s_inner, 1, &frame, last);
        if (object == 0)
            break;
        last = object;
    }
    CU_ASSERT_EQUAL(entered, 32768);
    CU_ASSERT_EQUAL(ms_store.header->dropped[MS_DROP_LIMIT], dropped + 1);
    s_check(s_inner, entered - 1, entered - 1, 0, 0);
    __memscope_leave_object(first);
    s_check(s_inner, entered - 1, entered - 1, entered - 1, entered - 1);
}

/* ---- other stacks ---- */

static ucontext_t s_main, s_coroutine;

static void s_run_coroutine(void) {
    char frame;
    uint64_t object = __memscope_enter_object(s_inner, 64, &frame, 0);
    uint64_t grows = __memscope_enter_object(s_grows, 0, &frame, object);
    grows = __memscope_grow_object(grows, 5);
    swapcontext(&s_coroutine, &s_main);
    grows = __memscope_grow_object(grows, 6);
    __memscope_leave_object(grows);
    __memscope_leave_object(object);
    swapcontext(&s_coroutine, &s_main);
}

/* A coroutine and the thread enter and leave in turns. */
static void test_coroutine(void) {
    char frame, *stack = malloc(65536);
    s_remember();
    getcontext(&s_coroutine);
    s_coroutine.uc_stack.ss_sp = stack;
    s_coroutine.uc_stack.ss_size = 65536;
    makecontext(&s_coroutine, s_run_coroutine, 0);
    uint64_t outer = __memscope_enter_object(s_outer, 1, &frame, 0);
    swapcontext(&s_main, &s_coroutine);
    __memscope_leave_object(outer);
    s_check(s_inner, 1, 64, 0, 0);
    s_check(s_grows, 1, 5, 0, 0);
    s_check(s_outer, 1, 1, 1, 0);
    outer = __memscope_enter_object(s_outer, 1, &frame, 0);
    swapcontext(&s_main, &s_coroutine);
    s_check(s_inner, 1, 64, 1, 0);
    s_check(s_grows, 2, 11, 2, 0);
    __memscope_leave_object(outer);
    s_check(s_outer, 2, 2, 2, 0);
    free(stack);
}

/* ---- threads ---- */

static void *s_end_inside(void *arg) {
    char frame;
    __memscope_enter_object(s_inner, 9, &frame, 0);
    if (arg != NULL)
        pthread_exit(NULL);
    return NULL;
}

static void s_run_thread(void *arg) {
    pthread_t thread;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, s_end_inside, arg), 0);
    pthread_join(thread, NULL);
}

/* A thread that has been joined is still there for a moment. */
static void s_sweep(uint64_t jumped) {
    for (int i = 0; i < 1000; i++) {
        ms_thread_sweep();
        if (s_sum(s_inner).jumped - s_before[s_inner - s_sites].jumped >= jumped)
            return;
        usleep(1000);
    }
}

static void test_threads(void) {
    s_remember();
    s_run_thread(&s_main);
    s_sweep(1);
    s_check(s_inner, 1, 9, 1, 1);
    s_run_thread(NULL);
    s_run_thread(NULL); /* has the shard of the one before, when that has been swept */
    s_sweep(3);
    s_check(s_inner, 3, 27, 3, 3);
}

int main(void) {
    free(malloc(1)); /* the runtime starts */
    __memscope_register_sites(s_sites, s_sites + 4);
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("objects", NULL, NULL);
    CU_ADD_TEST(suite, test_scopes);
    CU_ADD_TEST(suite, test_exceptions);
    CU_ADD_TEST(suite, test_left_below);
    CU_ADD_TEST(suite, test_entered_below);
    CU_ADD_TEST(suite, test_stack_pointer);
    CU_ADD_TEST(suite, test_same_place);
    CU_ADD_TEST(suite, test_growing);
    CU_ADD_TEST(suite, test_paused);
    CU_ADD_TEST(suite, test_busy);
    CU_ADD_TEST(suite, test_full);
    CU_ADD_TEST(suite, test_coroutine);
    CU_ADD_TEST(suite, test_threads);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
