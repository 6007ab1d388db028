/* SPDX-License-Identifier: MIT */
/* What a tracker says inside the process. This program's own malloc is the one under test. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hot/thread.h"
#include "memscope.h"
#include "memscope/abi.h"
#include "store/store.h"

/* The compiler must not see that a block is not used. */
static void *volatile s_hide;
static void *s_new(size_t size) {
    s_hide = malloc(size);
    return s_hide;
}

static void s_check_row(const struct memscope_hotspot *row, const char *name, unsigned line,
                        uint64_t count, uint64_t size, uint64_t live_count, uint64_t live_size) {
    char location[300];
    snprintf(location, sizeof(location), "%s:%u", __FILE__, line);
    CU_ASSERT_STRING_EQUAL(row->var_name, name);
    CU_ASSERT_STRING_EQUAL(row->location, location);
    CU_ASSERT_EQUAL(row->allocation_count, count);
    CU_ASSERT_EQUAL(row->total_size, size);
    CU_ASSERT_EQUAL(row->live_count, live_count);
    CU_ASSERT_EQUAL(row->live_size, live_size);
}

static void test_empty_tracker(void) {
    void *block = s_new(40);
    memscope_tracker *t = memscope_tracker_new();
    memscope_analysis_report *report = memscope_analyze(t);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->hotspot_count, 0);
    CU_ASSERT_EQUAL(report->system_snapshot_count, 0); /* it does not monitor */
    CU_ASSERT(report->total_allocations > 0 && report->current_memory_bytes >= 40);
    memscope_analysis_release(report);
    memscope_analysis_release(NULL);
    memscope_tracker_release(t);
    report = memscope_analyze(NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->hotspot_count, 0);
    memscope_analysis_release(report);
    free(block);
}

static void test_hotspots_by_name_and_place(void) {
    memscope_tracker *t = memscope_tracker_new();
    char *kept[3], line[7] = "";
    for (int i = 0; i < 3; i++) {
        char *row = kept[i] = s_new(100);
        MEMSCOPE_TRACK(t, row);
    }
    const unsigned first = __LINE__ - 2;
    char *row = s_new(200);
    MEMSCOPE_TRACK(t, row);
    const unsigned second = __LINE__ - 1;
    MEMSCOPE_TRACK(t, line);
    const unsigned third = __LINE__ - 1;
    char *nothing = NULL;
    MEMSCOPE_TRACK(t, nothing);
    const unsigned fourth = __LINE__ - 1;
    free(kept[1]);
    char *moving = s_new(30);
    MEMSCOPE_TRACK(t, moving);
    const unsigned sixth = __LINE__ - 1;
    void *in_the_way = s_new(100000);
    moving = realloc(moving, 200000);
    char *last = s_new(1000);
    MEMSCOPE_TRACK(t, last); /* the thread's newest: no counter of a site has it yet */
    const unsigned fifth = __LINE__ - 1;
    memscope_analysis_report *report = memscope_analyze(t);
    memscope_tracker_release(t);
    CU_ASSERT_EQUAL_FATAL(report->hotspot_count, 6);
    s_check_row(&report->hotspots[0], "moving", sixth, 2, 200030, 1, 200000);
    CU_ASSERT_EQUAL(report->hotspots[0].moved_bytes, 30);
    CU_ASSERT_EQUAL(report->hotspots[1].moved_bytes, 0);
    s_check_row(&report->hotspots[1], "last", fifth, 1, 1000, 1, 1000);
    s_check_row(&report->hotspots[2], "row", first, 3, 300, 2, 200);
    s_check_row(&report->hotspots[3], "row", second, 1, 200, 1, 200);
    s_check_row(&report->hotspots[4], "line", third, 1, 7, 1, 7);
    s_check_row(&report->hotspots[5], "nothing", fourth, 0, 0, 0, 0);
    CU_ASSERT_PTR_NULL(report->hotspots[2].type_name);
    CU_ASSERT_NOT_EQUAL(report->hotspots[2].stack_id, MEMSCOPE_NO_ID);
    CU_ASSERT_EQUAL(report->hotspots[4].stack_id, MEMSCOPE_NO_ID);
    memscope_analysis_release(report);
    free(kept[0]);
    free(kept[2]);
    free(in_the_way);
    free(moving);
    free(row);
    free(last);
}

/* Blocks of two types are tracked at one place: two sites, one row. */
static void test_one_row_for_a_place(void) {
    static struct memscope_site sites[] = {
        {.type_name = "struct a",
         .type_size = 24,
         .kind = MEMSCOPE_SITE_CALL,
         .abi_version = MEMSCOPE_ABI_VERSION},
        {.type_name = "struct b",
         .type_size = 40,
         .kind = MEMSCOPE_SITE_CALL,
         .abi_version = MEMSCOPE_ABI_VERSION},
    };
    __memscope_register_sites(sites, sites + 2);
    memscope_tracker *t = memscope_tracker_new();
    void *blocks[2];
    for (int i = 0; i < 2; i++) {
        void *node = blocks[i] = s_new(sites[i].type_size);
        __memscope_claim_block(&sites[i], node);
        MEMSCOPE_TRACK(t, node);
    }
    const unsigned line = __LINE__ - 2;
    memscope_analysis_report *report = memscope_analyze(t);
    CU_ASSERT_EQUAL_FATAL(report->hotspot_count, 1);
    s_check_row(&report->hotspots[0], "node", line, 2, 64, 2, 64);
    CU_ASSERT_STRING_EQUAL(report->hotspots[0].type_name, "struct a");
    memscope_analysis_release(report);
    memscope_tracker_release(t);
    free(blocks[0]);
    free(blocks[1]);
}

static void *s_track_one(void *tracker) {
    char *given = s_new(300);
    MEMSCOPE_TRACK(tracker, given);
    return given;
}

/* The newest block of a thread that is gone: who frees it cannot count it at its site. */
static void test_freed_while_it_is_pending(void) {
    memscope_tracker *t = memscope_tracker_new();
    pthread_t thread;
    void *given;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, s_track_one, t), 0);
    pthread_join(thread, &given);
    memscope_analysis_report *report = memscope_analyze(t);
    CU_ASSERT_EQUAL(report->hotspots[0].live_count, 1);
    memscope_analysis_release(report);
    free(given);
    report = memscope_analyze(t);
    CU_ASSERT_EQUAL(report->hotspots[0].allocation_count, 1);
    CU_ASSERT_EQUAL(report->hotspots[0].live_count, 0);
    CU_ASSERT_EQUAL(report->hotspots[0].live_size, 0);
    memscope_analysis_release(report);
    memscope_tracker_release(t);
}

static void test_numbers_of_the_process(void) {
    memscope_tracker *t = memscope_tracker_new();
    memscope_tracker_stats before = memscope_stats(t);
    void *blocks[10];
    for (int i = 0; i < 10; i++)
        blocks[i] = s_new(1000);
    free(blocks[3]);
    double from = (double)ms_store_now_precise() / 1e9;
    memscope_tracker_stats after = memscope_stats(t);
    memscope_analysis_report *report = memscope_analyze(t);
    double to = (double)ms_store_now_precise() / 1e9;
    CU_ASSERT_EQUAL(after.total_allocations - before.total_allocations, 10);
    CU_ASSERT_EQUAL(after.total_deallocations - before.total_deallocations, 1);
    CU_ASSERT_EQUAL(after.active_allocations - before.active_allocations, 9);
    CU_ASSERT_EQUAL(after.current_memory_bytes - before.current_memory_bytes, 9000);
    CU_ASSERT(after.peak_memory_bytes >= before.current_memory_bytes + 10000);
    CU_ASSERT_EQUAL(report->total_allocations, after.total_allocations);
    CU_ASSERT_EQUAL(report->active_allocations, after.active_allocations);
    CU_ASSERT_EQUAL(report->current_memory_bytes, after.current_memory_bytes);
    CU_ASSERT_EQUAL(report->peak_memory_bytes, after.peak_memory_bytes);
    /* over the time that there has been */
    double made = (double)after.total_allocations, freed = (double)after.total_deallocations;
    CU_ASSERT(after.allocation_rate_per_sec <= made / from * 1.000001);
    CU_ASSERT(report->allocation_rate_per_sec >= made / to * 0.999999);
    CU_ASSERT(after.deallocation_rate_per_sec <= freed / from * 1.000001);
    CU_ASSERT(report->deallocation_rate_per_sec >= freed / to * 0.999999);
    memscope_analysis_release(report);
    memscope_tracker_release(t);
    for (int i = 0; i < 10; i++)
        if (i != 3)
            free(blocks[i]);
}

static pthread_barrier_t s_barrier;
static void *s_wait(void *unused) {
    pthread_barrier_wait(&s_barrier);
    pthread_barrier_wait(&s_barrier);
    return unused;
}

static void test_snapshots(void) {
    memscope_tracker *t = memscope_tracker_with_system_monitoring(memscope_tracker_new());
    pthread_t threads[2];
    pthread_barrier_init(&s_barrier, NULL, 3);
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, s_wait, NULL);
    pthread_barrier_wait(&s_barrier);
    void *block = s_new(3 << 20);
    struct memscope_system_snapshot first = memscope_current_system_snapshot(t);
    CU_ASSERT_EQUAL(first.thread_count, 3); /* not the processors, nor the monitor */
    CU_ASSERT_EQUAL(first.heap_live_bytes, memscope_stats(t).current_memory_bytes);
    CU_ASSERT(first.heap_live_bytes >= 3 << 20);
    CU_ASSERT(first.memory_usage_percent > 0 && first.memory_usage_percent <= 100);
    CU_ASSERT(first.gpu_usage_percent != first.memory_usage_percent);
    usleep(350000);
    pthread_barrier_wait(&s_barrier);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    free(block);
    struct memscope_system_snapshot second = memscope_current_system_snapshot(t);
    CU_ASSERT_EQUAL(second.thread_count, 1);
    CU_ASSERT(second.timestamp >= first.timestamp + 350000000);
    memscope_analysis_report *report = memscope_analyze(t);
    size_t count = report->system_snapshot_count;
    CU_ASSERT_FATAL(count >= 3); /* one each 100 ms, be the machine busy */
    for (size_t i = 1; i < count; i++)
        CU_ASSERT(report->system_snapshots[i].timestamp >
                  report->system_snapshots[i - 1].timestamp);
    CU_ASSERT(report->system_snapshots[count - 1].timestamp > first.timestamp + 200000000);
    memscope_analysis_release(report);
    memscope_tracker_release(t);
}

/* The row of thread TID; NULL: there is none. */
static const struct memscope_thread_report *s_thread(const memscope_analysis_report *report,
                                                     int tid) {
    for (size_t i = report->thread_count; i-- > 0;)
        if (report->threads[i].tid == (uint64_t)tid)
            return &report->threads[i];
    return NULL;
}

static void *s_make_three(void *blocks) {
    for (size_t i = 0; i < 3; i++)
        ((void **)blocks)[i + 1] = malloc(1000 * (i + 1));
    free(((void **)blocks)[3]);
    ((void **)blocks)[0] = (void *)(intptr_t)gettid();
    return NULL;
}

/* A thread makes 6000 bytes and frees 3000 of them; this one frees 1000 more. */
static void test_threads(void) {
    memscope_tracker *t = memscope_tracker_new();
    void *blocks[4];
    pthread_t other;
    uint64_t own_before = ms_thread_self->record->allocations;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&other, NULL, s_make_three, blocks), 0);
    pthread_join(other, NULL);
    free(blocks[1]);
    memscope_analysis_report *report = memscope_analyze(t);
    const struct memscope_thread_report *row = s_thread(report, (int)(intptr_t)blocks[0]);
    CU_ASSERT_PTR_NOT_NULL_FATAL(row);
    CU_ASSERT_STRING_EQUAL(row->name, ms_thread_self->record->name); /* it inherits that */
    CU_ASSERT_EQUAL(row->total_allocations, 3);
    CU_ASSERT_EQUAL(row->total_bytes, 6000);
    CU_ASSERT_EQUAL(row->live_bytes, 2000);
    CU_ASSERT_EQUAL(row->peak_bytes, 6000);
    CU_ASSERT_EQUAL(row->freed_elsewhere, 1);
    CU_ASSERT_EQUAL(row->stack_peak_bytes, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(row->error_percent, 0);
    row = s_thread(report, gettid());
    CU_ASSERT_PTR_NOT_NULL_FATAL(row);
    CU_ASSERT(row->total_allocations >= own_before);
    uint64_t all = 0, live = 0;
    for (size_t i = 0; i < report->thread_count; i++) {
        all += report->threads[i].total_allocations;
        live += report->threads[i].live_bytes;
    }
    CU_ASSERT_EQUAL(all, report->total_allocations);
    CU_ASSERT_EQUAL(live, report->current_memory_bytes);
    memscope_analysis_release(report);
    memscope_tracker_release(t);
    free(blocks[2]);
}

static double s_cpu_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void test_a_million_blocks(void) {
    const size_t count = 1000000;
    memscope_tracker *t = memscope_tracker_new();
    void **blocks = malloc(count * sizeof(*blocks));
    CU_ASSERT_PTR_NOT_NULL_FATAL(blocks);
    for (size_t i = 0; i < count; i++) {
        void *row = blocks[i] = malloc(24);
        MEMSCOPE_TRACK(t, row);
    }
    double begin = s_cpu_seconds();
    memscope_analysis_report *report = memscope_analyze(t);
    double seconds = s_cpu_seconds() - begin;
    CU_ASSERT_EQUAL_FATAL(report->hotspot_count, 1);
    CU_ASSERT_EQUAL(report->hotspots[0].live_count, count);
    CU_ASSERT_EQUAL(report->hotspots[0].live_size, count * 24);
    CU_ASSERT(seconds <= 0.1);
    memscope_analysis_release(report);
    memscope_tracker_release(t);
    for (size_t i = 0; i < count; i++)
        free(blocks[i]);
    free(blocks);
}

/* One at each of many places: more rows than a page holds, in order. */
static void test_many_rows(void) {
    memscope_tracker *t = memscope_tracker_new();
    char object[3000];
    for (int i = 0; i < 3000; i++)
        memscope_track_object_as(t, &object[i], (size_t)(i * 7919 % 3000), "object", "many.c",
                                 i + 1);
    memscope_analysis_report *report = memscope_analyze(t);
    CU_ASSERT_EQUAL_FATAL(report->hotspot_count, 3000);
    size_t right = 0;
    for (uint64_t i = 0; i < 3000; i++)
        right += report->hotspots[i].total_size == 2999 - i;
    CU_ASSERT_EQUAL(right, 3000);
    memscope_analysis_release(report);
    memscope_tracker_release(t);
}

static void test_own_memory_is_not_counted(void) {
    free(s_new(1)); /* the thread is known */
    const struct ms_thread_record *record = ms_thread_self->record;
    uint64_t before = record->allocations;
    memscope_tracker *t = memscope_tracker_with_system_monitoring(memscope_tracker_new());
    errno = 77;
    MEMSCOPE_TRACK(t, before);
    memscope_stats(t);
    memscope_current_system_snapshot(t);
    memscope_analysis_release(memscope_analyze(t));
    CU_ASSERT_EQUAL(errno, 77);
    CU_ASSERT_EQUAL(record->allocations, before);
    memscope_tracker_release(t);
}

int main(void) {
    static const CU_TestInfo tests[] = {
        {"empty tracker", test_empty_tracker},
        {"hotspots by name and place", test_hotspots_by_name_and_place},
        {"one row for a place", test_one_row_for_a_place},
        {"freed while it is pending", test_freed_while_it_is_pending},
        {"numbers of the process", test_numbers_of_the_process},
        {"threads", test_threads},
        {"snapshots", test_snapshots},
        {"a million blocks", test_a_million_blocks},
        {"many rows", test_many_rows},
        {"own memory is not counted", test_own_memory_is_not_counted},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {
        {"analysis", NULL, NULL, NULL, NULL, (CU_TestInfo *)(uintptr_t)tests},
        CU_SUITE_INFO_NULL,
    };
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS)
        return 1;
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
