/* SPDX-License-Identifier: MIT */
/* The rings of events: the newest are kept, within the limit and within the journal's room. */
#include "store/events.h"

#include <CUnit/Basic.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "memscope/report_rows.h"
#include "model/event_list.h"
#include "store/store.h"

static char s_directory[] = "/tmp/memscope-test-events.XXXXXX";
static char s_path[64];

#define MAX_SIZE (UINT64_C(4) << 20)

static int s_open(void) {
    struct ms_store_identity identity = {
        .executable = "/bin/program", .command = "", .host = "host", .preset = "full"};
    if (mkdtemp(s_directory) == NULL)
        return 1;
    snprintf(s_path, sizeof(s_path), "%s/a.mscope", s_directory);
    if (ms_store_open(s_path, &identity, MAX_SIZE) != 0)
        return 1;
    ms_store_start();
    return 0;
}

static int s_close(void) {
    unlink(s_path);
    rmdir(s_directory);
    return 0;
}

static struct ms_event *s_add(struct ms_event_ring *ring, struct ms_thread_record *record,
                              uint64_t number) {
    struct ms_event event = {.kind = MEMSCOPE_EVENT_ALLOC,
                             .address_thread = (number * 16) << 16 | 1,
                             .size = number,
                             .site = (uint32_t)number,
                             .stack = (uint32_t)number};
    return ms_events_add(ring, record, &event);
}

static uint64_t s_table(void) {
    return ms_store.header->used[MS_TABLE_EVENTS];
}

static const struct ms_event *s_at(uint64_t index) {
    return ms_store_at(MS_TABLE_EVENTS, index * sizeof(struct ms_event));
}

/* Where the ring begins in the table, and how many of its events are whole and have the numbers
 * from FIRST on. */
static void s_check_kept(uint64_t begin, uint64_t end, uint64_t first, uint64_t last) {
    uint64_t kept = 0;
    bool right = true;
    for (uint64_t i = begin; i < end; i++) {
        struct ms_event event;
        if (!ms_event_list_copy(s_at(i), &event))
            continue;
        kept++;
        right &= event.number >= first && event.number <= last && event.size == event.number &&
                 event.site == event.number && event.stack == event.number &&
                 MS_BLOCK_ADDRESS(&event) == event.number * 16;
    }
    CU_ASSERT_EQUAL(kept, last - first + 1);
    CU_ASSERT_TRUE(right);
}

static void test_wraps(void) {
    struct ms_thread_record record = {0};
    struct ms_event_ring *ring = ms_events_new(128);
    CU_ASSERT_PTR_NOT_NULL_FATAL(ring);
    uint64_t begin = s_table();
    for (uint64_t i = 1; i <= 64; i++)
        s_add(ring, &record, i);
    CU_ASSERT_EQUAL(s_table() - begin, 64); /* grown as it fills */
    s_check_kept(begin, s_table(), 1, 64);
    for (uint64_t i = 65; i <= 300; i++)
        s_add(ring, &record, i);
    CU_ASSERT_EQUAL(s_table() - begin, 128);
    s_check_kept(begin, s_table(), 173, 300);
    CU_ASSERT_EQUAL(record.events, 300);
    CU_ASSERT_EQUAL(ms_store.header->dropped[MS_DROP_SPACE], 0);
}

/* Times go forward, and are precise. */
static void test_times(void) {
    struct ms_thread_record record = {0};
    struct ms_event_ring *ring = ms_events_new(64);
    uint64_t before = ms_store_now_precise(), last = before;
    for (uint64_t i = 1; i <= 64; i++) {
        const struct ms_event *event = s_add(ring, &record, i);
        CU_ASSERT_TRUE(event->time_ns >= last);
        last = event->time_ns;
    }
    CU_ASSERT_TRUE(last > before);
    CU_ASSERT_TRUE(last <= ms_store_now_precise());
}

static void test_newest_block(void) {
    struct ms_thread_record record = {0};
    struct ms_event_ring *ring = ms_events_new(64);
    struct ms_event *first = s_add(ring, &record, 1);
    ms_events_open(ring, first, 5);
    CU_ASSERT_EQUAL(ring->open_block, 5);
    s_add(ring, &record, 2);
    ms_events_close(ring, 99);
    CU_ASSERT_EQUAL(first->site, 99);
    ms_events_close(ring, 98); /* there is none any more */
    CU_ASSERT_EQUAL(first->site, 99);
    ms_events_open(ring, first, 5);
    for (uint64_t i = 3; i <= 65; i++) /* the last one takes its place */
        s_add(ring, &record, i);
    ms_events_close(ring, 97);
    CU_ASSERT_EQUAL(first->number, 65);
    CU_ASSERT_EQUAL(first->site, 65);
}

/* One thread writes, another one reads: what it believes is whole. */
static bool s_stop;
static void *s_write(void *data) {
    struct ms_thread_record record = {0};
    for (uint64_t i = 1; !__atomic_load_n(&s_stop, __ATOMIC_RELAXED); i++)
        s_add(data, &record, i);
    return NULL;
}

static void test_reader(void) {
    struct ms_event_ring *ring = ms_events_new(64);
    uint64_t begin = s_table(), believed = 0;
    pthread_t writer;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&writer, NULL, s_write, ring), 0);
    while (__atomic_load_n(&ms_store.header->used[MS_TABLE_EVENTS], __ATOMIC_ACQUIRE) == begin)
        ;
    bool right = true;
    for (unsigned round = 0; round < 40000; round++) {
        for (uint64_t i = begin; i < begin + 64; i++) {
            struct ms_event event;
            if (!ms_event_list_copy(s_at(i), &event))
                continue;
            believed++;
            right &= event.size == event.number && event.site == event.number;
        }
    }
    __atomic_store_n(&s_stop, true, __ATOMIC_RELAXED);
    pthread_join(writer, NULL);
    CU_ASSERT_TRUE(right);
    CU_ASSERT_TRUE(believed > 0);
}

/* The last test: it uses up the quarter of the journal that events may take. */
static void test_no_room(void) {
    struct ms_thread_record record = {0};
    struct ms_event_ring *ring = ms_events_new(MS_EVENT_LIMIT);
    uint64_t begin = s_table();
    for (uint64_t i = 1; i <= 100000; i++)
        s_add(ring, &record, i);
    uint64_t room = s_table() - begin;
    CU_ASSERT_TRUE(room >= 8192);
    CU_ASSERT_TRUE(s_table() * sizeof(struct ms_event) <= MAX_SIZE / 4);
    s_check_kept(begin, s_table(), 100001 - room, 100000);
    CU_ASSERT_EQUAL(record.events, 100000);
    struct ms_event_ring *late = ms_events_new(64);
    CU_ASSERT_PTR_NULL(s_add(late, &record, 1));
    CU_ASSERT_PTR_NULL(s_add(late, &record, 2));
    CU_ASSERT_EQUAL(record.events, 100002);
    CU_ASSERT_EQUAL(ms_store.header->dropped[MS_DROP_SPACE], 0); /* no block is dropped for it */
    uint64_t signals, offset;
    ms_store_lock(&signals);
    CU_ASSERT_PTR_NOT_NULL(ms_store_append(MS_TABLE_TICKS, sizeof(struct ms_tick), &offset));
    ms_store_unlock(&signals);
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("events", s_open, s_close);
    CU_add_test(suite, "wraps", test_wraps);
    CU_add_test(suite, "times", test_times);
    CU_add_test(suite, "newest block", test_newest_block);
    CU_add_test(suite, "reader", test_reader);
    CU_add_test(suite, "no room", test_no_room);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
