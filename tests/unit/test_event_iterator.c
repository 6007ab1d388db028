/* SPDX-License-Identifier: MIT */
/* Events as the program itself gets them. This program's own malloc is the one under test. */
#include <CUnit/Basic.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memscope.h"

#define KEPT 4096

static memscope_tracker *s_tracker;

/* The compiler must not see that a block is not used. */
static _Thread_local void *volatile s_hide;
static void *s_new(size_t size) {
    s_hide = malloc(size);
    return s_hide;
}

static void *s_resized(void *block, size_t size) {
    s_hide = realloc(block, size);
    return s_hide;
}

/* A moment between what happened so far and what happens next. */
static uint64_t s_now(void) {
    memscope_event_filter filter = {0};
    struct memscope_event event = {0};
    free(s_new(1));
    memscope_event_iterator *events = memscope_events(s_tracker);
    while (memscope_events_next(events, &event))
        filter.from_ns = event.timestamp + 1;
    memscope_events_release(events);
    return filter.from_ns;
}

/* The next event is that. */
static void s_expect(memscope_event_iterator *events, const char *kind, const void *address,
                     size_t size, const void *former) {
    struct memscope_event event;
    CU_ASSERT_TRUE_FATAL(memscope_events_next(events, &event));
    CU_ASSERT_STRING_EQUAL(event.kind, kind);
    CU_ASSERT_EQUAL(event.address, (uintptr_t)address);
    CU_ASSERT_EQUAL(event.size, size);
    CU_ASSERT_EQUAL(event.former_address, former != NULL ? (uintptr_t)former : MEMSCOPE_UNKNOWN);
}

static void s_expect_end(memscope_event_iterator *events) {
    struct memscope_event event;
    CU_ASSERT_FALSE(memscope_events_next(events, &event));
    CU_ASSERT_FALSE(memscope_events_next(events, &event));
    memscope_events_release(events);
}

static void test_in_order(void) {
    memscope_event_filter filter = {.from_ns = s_now()};
    char *first = s_new(100), *second = s_new(3000), *former = first;
    char *moved = s_resized(first, 6000);
    free(second);
    CU_ASSERT_PTR_NULL(realloc(moved, SIZE_MAX / 2)); /* it stays */
    free(moved);
    memscope_event_iterator *events = memscope_events_where(s_tracker, &filter);
    CU_ASSERT_EQUAL(memscope_events_missing(events), 0);
    s_expect(events, "alloc", first, 100, NULL);
    s_expect(events, "alloc", second, 3000, NULL);
    s_expect(events, "realloc", moved, 6000, former);
    s_expect(events, "free", second, 3000, NULL);
    s_expect(events, "free", moved, 6000, NULL);
    s_expect_end(events);
}

static void test_times(void) {
    memscope_event_filter filter = {.from_ns = s_now()};
    char *first = s_new(11);
    filter.to_ns = s_now();
    char *second = s_new(12);
    struct memscope_event event, last = {0};
    memscope_event_iterator *events = memscope_events_where(s_tracker, &filter);
    s_expect(events, "alloc", first, 11, NULL);
    while (memscope_events_next(events, &event)) {
        CU_ASSERT_NOT_EQUAL(event.size, 12);
        CU_ASSERT_TRUE(event.timestamp >= last.timestamp && event.timestamp < filter.to_ns);
        last = event;
    }
    s_expect_end(events);
    filter = (memscope_event_filter){.from_ns = filter.to_ns};
    events = memscope_events_where(s_tracker, &filter);
    s_expect(events, "alloc", second, 12, NULL);
    s_expect_end(events);
    free(first);
    free(second);
}

static void test_by_address(void) {
    uint64_t start = s_now();
    char *block = s_new(500), *other = s_new(40), *moved = s_resized(block, 9000);
    memscope_event_filter filter = {.from_ns = start, .address = moved + 8999};
    memscope_event_iterator *events = memscope_events_where(s_tracker, &filter);
    s_expect(events, "realloc", moved, 9000, block);
    s_expect_end(events);
    filter.address = block; /* a realloc from there, too */
    events = memscope_events_where(s_tracker, &filter);
    s_expect(events, "alloc", block, 500, NULL);
    s_expect(events, "realloc", moved, 9000, block);
    s_expect_end(events);
    filter.address = moved + 9000;
    events = memscope_events_where(s_tracker, &filter);
    s_expect_end(events);
    filter.address = other - 5; /* nothing starts there, but in the bytes behind it */
    filter.address_bytes = 6;
    events = memscope_events_where(s_tracker, &filter);
    s_expect(events, "alloc", other, 40, NULL);
    s_expect_end(events);
    free(moved);
    free(other);
}

static void *s_work(void *tid) {
    *(int *)tid = gettid();
    free(s_new(77));
    return NULL;
}

static void test_by_thread(void) {
    memscope_event_filter filter = {.from_ns = s_now()};
    pthread_t thread;
    int tid;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, s_work, &tid), 0);
    pthread_join(thread, NULL);
    struct memscope_event event;
    filter.thread_id = (uint64_t)tid;
    memscope_event_iterator *events = memscope_events_where(s_tracker, &filter);
    unsigned count = 0;
    while (memscope_events_next(events, &event)) {
        CU_ASSERT_EQUAL(event.thread_id, (uint64_t)tid);
        count += event.size == 77;
    }
    CU_ASSERT_EQUAL(count, 2);
    s_expect_end(events);
    filter.thread_id = (uint64_t)gettid();
    events = memscope_events_where(s_tracker, &filter);
    while (memscope_events_next(events, &event))
        CU_ASSERT_NOT_EQUAL(event.size, 77);
    s_expect_end(events);
}

/* The newest block of a thread has no site as long as somebody may claim it. */
static void test_by_site(void) {
    memscope_event_filter filter = {.from_ns = s_now()};
    struct memscope_event event;
    char *blocks[3];
    for (size_t i = 0; i < 3; i++) /* one place */
        blocks[i] = s_new(21);
    memscope_event_iterator *events = memscope_events_where(s_tracker, &filter);
    CU_ASSERT_TRUE_FATAL(memscope_events_next(events, &event));
    filter.site_id = event.site_id;
    CU_ASSERT_NOT_EQUAL(event.site_id, MEMSCOPE_NO_ID);
    bool has_stacks = strstr(getenv("MEMSCOPE_OPTIONS"), "stack=0") == NULL; /* a sanitizer */
    CU_ASSERT_EQUAL(event.stack_id != MEMSCOPE_NO_ID, has_stacks);
    CU_ASSERT_TRUE_FATAL(memscope_events_next(events, &event));
    CU_ASSERT_EQUAL(event.site_id, filter.site_id);
    CU_ASSERT_TRUE_FATAL(memscope_events_next(events, &event));
    CU_ASSERT_EQUAL(event.site_id, MEMSCOPE_NO_ID);
    s_expect_end(events);
    s_hide = calloc(1, 21);
    events = memscope_events_where(s_tracker, &filter);
    for (size_t i = 0; i < 3; i++)
        s_expect(events, "alloc", blocks[i], 21, NULL);
    s_expect_end(events);
    free(s_hide);
    for (size_t i = 0; i < 3; i++)
        free(blocks[i]);
}

static void test_tracked(void) {
    memscope_tracker *t = memscope_tracker_new();
    memscope_event_filter filter = {.from_ns = s_now(), .tracked = true};
    char *row = s_new(31);
    MEMSCOPE_TRACK(t, row);
    char *other = s_new(32);
    free(row);
    memscope_event_iterator *events = memscope_events_where(t, &filter);
    s_expect(events, "alloc", row, 31, NULL);
    s_expect(events, "free", row, 31, NULL);
    s_expect_end(events);
    events = memscope_events_where(s_tracker, &filter); /* it tracks nothing */
    s_expect_end(events);
    memscope_tracker_release(t);
    free(other);
}

/* What is asked for is neither malloc'ed nor changed by what happens next. */
static void test_a_copy(void) {
    memscope_event_filter filter = {.from_ns = s_now()};
    char *block = s_new(55);
    errno = 12345;
    memscope_event_iterator *events = memscope_events_where(s_tracker, &filter);
    memscope_event_iterator *again = memscope_events_where(s_tracker, &filter);
    CU_ASSERT_EQUAL(errno, 12345);
    for (int i = 0; i < 2 * KEPT; i++)
        free(s_new(56));
    s_expect(events, "alloc", block, 55, NULL);
    s_expect_end(events);
    s_expect(again, "alloc", block, 55, NULL);
    s_expect_end(again);
    free(block);
}

/* Of this thread the newest are kept. */
static void test_missing(void) {
    struct memscope_event event;
    memscope_event_iterator *events = memscope_events(s_tracker);
    uint64_t missing = memscope_events_missing(events), count = 0, own = 0;
    while (memscope_events_next(events, &event)) {
        count++;
        own += event.thread_id == (uint64_t)gettid();
    }
    s_expect_end(events);
    CU_ASSERT_EQUAL(own, KEPT);
    CU_ASSERT_TRUE(missing > KEPT);
    free(s_new(1));
    events = memscope_events(s_tracker);
    CU_ASSERT_EQUAL(memscope_events_missing(events), missing + 2);
    memscope_events_release(events);
}

static void test_nothing(void) {
    struct memscope_event event;
    memscope_event_iterator *events = memscope_events(NULL);
    CU_ASSERT_EQUAL(memscope_events_missing(events), MEMSCOPE_UNKNOWN);
    s_expect_end(events);
    CU_ASSERT_FALSE(memscope_events_next(NULL, &event));
    CU_ASSERT_EQUAL(memscope_events_missing(NULL), MEMSCOPE_UNKNOWN);
    memscope_events_release(NULL);
}

/* Threads make events, others look at them. */
static bool s_stop;
static void *s_make_events(void *unused) {
    while (!__atomic_load_n(&s_stop, __ATOMIC_RELAXED)) {
        char *small = s_new(24), *large = s_new(2400);
        free(small);
        free(large);
    }
    return unused;
}

static void *s_look(void *wrong) {
    for (int i = 0; i < 50; i++) {
        struct memscope_event event;
        uint64_t last = 0;
        memscope_event_iterator *events = memscope_events(s_tracker);
        while (memscope_events_next(events, &event)) {
            *(unsigned *)wrong += event.timestamp < last || event.thread_id == 0;
            last = event.timestamp;
        }
        memscope_events_release(events);
    }
    return NULL;
}

static void test_threads(void) {
    pthread_t makers[2], lookers[2];
    unsigned wrong[2] = {0, 0};
    for (int i = 0; i < 2; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&makers[i], NULL, s_make_events, NULL), 0);
    for (int i = 0; i < 2; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&lookers[i], NULL, s_look, &wrong[i]), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(lookers[i], NULL);
    __atomic_store_n(&s_stop, true, __ATOMIC_RELAXED);
    for (int i = 0; i < 2; i++)
        pthread_join(makers[i], NULL);
    CU_ASSERT_EQUAL(wrong[0] + wrong[1], 0);
}

int main(int argc, char **argv) {
    (void)argc;
    if (getenv("MEMSCOPE_OPTIONS") == NULL) { /* it is read before main */
        setenv("MEMSCOPE_OPTIONS", "events=4096", 1);
        execv("/proc/self/exe", argv);
        return 1;
    }
    s_tracker = memscope_tracker_new();
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("event_iterator", NULL, NULL);
    CU_add_test(suite, "nothing", test_nothing);
    CU_add_test(suite, "in order", test_in_order);
    CU_add_test(suite, "times", test_times);
    CU_add_test(suite, "by address", test_by_address);
    CU_add_test(suite, "by thread", test_by_thread);
    CU_add_test(suite, "by site", test_by_site);
    CU_add_test(suite, "tracked", test_tracked);
    CU_add_test(suite, "a copy", test_a_copy);
    CU_add_test(suite, "missing", test_missing);
    CU_add_test(suite, "threads", test_threads);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    memscope_tracker_release(s_tracker);
    return failures != 0;
}
