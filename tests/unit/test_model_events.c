/* SPDX-License-Identifier: MIT */
/* Events of a journal in the report: their order, what they name, what is missing. */
#include "model/model.h"

#include <CUnit/Basic.h>
#include <string.h>

#include "memscope/abi.h"
#include "model/event_list.h"
#include "report_check.h"

static const char s_path[] = "test_model_events.mscope";

#define AT(address, thread) ((uint64_t)(address) << 16 | (thread))

static void s_add(struct journal_builder *builder, const struct ms_event *event) {
    journal_builder_append(builder, MS_TABLE_EVENTS, event, sizeof(*event));
}

static uint32_t s_add_site(struct journal_builder *builder, uint32_t line) {
    struct ms_site site = {
        .kind = MEMSCOPE_SITE_CALL, .file = journal_builder_string(builder, "a.c"), .line = line};
    return journal_builder_site(builder, &site);
}

static struct journal_builder *s_new(uint64_t written) {
    struct journal_builder *builder = journal_builder_new(4096);
    struct ms_thread_record thread = {.tid = 71, .events = written};
    journal_builder_header(builder)->event_limit = 64;
    journal_builder_thread(builder, &thread);
    thread.tid = 72;
    thread.events = 0;
    journal_builder_thread(builder, &thread);
    return builder;
}

/* Two rings, each with its oldest event behind its newest. */
static void s_test_order(void) {
    struct journal_builder *builder = s_new(9);
    uint64_t frame = 0x4321;
    uint32_t stack = journal_builder_stack(builder, &frame, 1), site = s_add_site(builder, 7);
    s_add(builder, &(struct ms_event){.number = 3,
                                      .kind = MEMSCOPE_EVENT_REALLOC,
                                      .time_ns = 30,
                                      .address_thread = AT(0x2000, 0),
                                      .former = 0x1000,
                                      .size = 99,
                                      .site = site,
                                      .stack = stack});
    s_add(builder, &(struct ms_event){.number = 1,
                                      .kind = MEMSCOPE_EVENT_ALLOC,
                                      .time_ns = 10,
                                      .address_thread = AT(0x1000, 0),
                                      .size = 9,
                                      .site = site,
                                      .stack = stack});
    s_add(builder, &(struct ms_event){.number = 2,
                                      .kind = MEMSCOPE_EVENT_ALLOC,
                                      .time_ns = 10,
                                      .address_thread = AT(0x3000, 0),
                                      .former = 5,
                                      .size = 1,
                                      .site = site});
    s_add(builder, &(struct ms_event){.number = 1,
                                      .kind = MEMSCOPE_EVENT_FREE,
                                      .time_ns = 20,
                                      .address_thread = AT(0x3000, 1),
                                      .size = 1,
                                      .site = site});
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    static const struct memscope_event s_expected[] = {
        {10, "alloc", 0x1000, 9, 1, 71, 1, MEMSCOPE_UNKNOWN},
        {10, "alloc", 0x3000, 1, 1, 71, MEMSCOPE_NO_ID, MEMSCOPE_UNKNOWN},
        {20, "free", 0x3000, 1, 1, 72, MEMSCOPE_NO_ID, MEMSCOPE_UNKNOWN},
        {30, "realloc", 0x2000, 99, 1, 71, 1, 0x1000},
    };
    CU_ASSERT_EQUAL_FATAL(report->event_count, 4);
    CU_ASSERT_EQUAL(site, 1);
    CU_ASSERT_EQUAL(stack, 1);
    for (size_t i = 0; i < 4; i++) {
        const struct memscope_event *event = &report->events[i], *expected = &s_expected[i];
        CU_ASSERT_EQUAL(event->timestamp, expected->timestamp);
        check_same(event->kind, expected->kind);
        CU_ASSERT_EQUAL(event->address, expected->address);
        CU_ASSERT_EQUAL(event->size, expected->size);
        CU_ASSERT_EQUAL(event->site_id, expected->site_id);
        CU_ASSERT_EQUAL(event->thread_id, expected->thread_id);
        CU_ASSERT_EQUAL(event->stack_id, expected->stack_id);
        CU_ASSERT_EQUAL(event->former_address, expected->former_address);
    }
    CU_ASSERT_EQUAL(report->summary.missing_events, 5);
    CU_ASSERT_EQUAL_FATAL(report->note_count, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(report->notes[0], "5 events are not here"));
    CU_ASSERT_EQUAL_FATAL(report->stack_count, 1); /* told for the sake of the events */
    CU_ASSERT_EQUAL_FATAL(report->site_count, 1);
    CU_ASSERT_EQUAL(report->sites[0].id, 1);
    ms_report_destroy(report);
}

/* What a kill has cut off is no event; what names nothing that is there is not known. */
static void s_test_damage(void) {
    struct journal_builder *builder = s_new(0);
    struct ms_event whole = {.number = 1,
                             .kind = MEMSCOPE_EVENT_FREE,
                             .time_ns = 5,
                             .address_thread = AT(0x1000, 0),
                             .size = 3},
                    event = whole;
    event.number = 0;
    s_add(builder, &event);
    event = whole;
    event.kind = 0;
    s_add(builder, &event);
    event.kind = 4;
    s_add(builder, &event);
    event = whole;
    event.address_thread = AT(0, 1);
    s_add(builder, &event);
    event = whole;
    event.address_thread = AT(0x1000, 2);
    event.site = 77;
    event.stack = 77;
    event.size = UINT64_MAX;
    s_add(builder, &event);
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL_FATAL(report->event_count, 1);
    CU_ASSERT_EQUAL(report->events[0].timestamp, 5);
    CU_ASSERT_EQUAL(report->events[0].site_id, MEMSCOPE_NO_ID);
    CU_ASSERT_EQUAL(report->events[0].stack_id, MEMSCOPE_NO_ID);
    CU_ASSERT_EQUAL(report->events[0].thread_id, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(report->summary.missing_events, 0); /* not below */
    CU_ASSERT_EQUAL(report->note_count, 0);
    ms_report_destroy(report);
}

/* A block that another thread freed before its maker had counted it has its site from one of its
 * two events; the next block at the same place has another. */
static void s_test_both_ends(void) {
    struct ms_event events[] = {
        {.number = 1, .kind = MEMSCOPE_EVENT_FREE, .time_ns = 40, .address_thread = AT(64, 1)},
        {.number = 1, .kind = MEMSCOPE_EVENT_ALLOC, .time_ns = 10, .address_thread = AT(64, 0)},
        {.number = 2, .kind = MEMSCOPE_EVENT_FREE, .time_ns = 20, .address_thread = AT(64, 0)},
        {.number = 3, .kind = MEMSCOPE_EVENT_REALLOC, .time_ns = 30, .address_thread = AT(64, 0)},
        {.number = 4, .kind = MEMSCOPE_EVENT_FREE, .time_ns = 50, .address_thread = AT(64, 0)},
        {.number = 5, .kind = MEMSCOPE_EVENT_FREE, .time_ns = 60, .address_thread = AT(80, 0)},
    };
    events[1].site = 7;
    events[1].stack = 17;
    events[0].site = 8;
    ms_event_list_finish(events, 6);
    static const uint32_t s_sites[] = {7, 7, 8, 8, 0, 0}, s_stacks[] = {17, 17, 0, 0, 0, 0};
    for (size_t i = 0; i < 6; i++) {
        CU_ASSERT_EQUAL(events[i].time_ns, (i + 1) * 10);
        CU_ASSERT_EQUAL(events[i].site, s_sites[i]);
        CU_ASSERT_EQUAL(events[i].stack, s_stacks[i]);
    }
}

/* The newest block of a thread has no site in its event: it is that of its record, the one that has
 * claimed it, or one for the return address. */
static void s_check_newest(uint32_t in_record, uint32_t claimed, uint32_t expected) {
    struct journal_builder *builder = journal_builder_new(4096);
    struct ms_thread_record thread = {.tid = 1, .events = 1, .allocations = 1, .alloc_bytes = 8};
    journal_builder_header(builder)->event_limit = 64;
    s_add_site(builder, 7);
    s_add_site(builder, 9);
    thread.pending = (struct ms_pending){.frame_address = 0x4444, .size = 8, .site = claimed};
    thread.pending.block = journal_builder_block(builder, 0x1000, 8, 0, in_record, 0, 0);
    journal_builder_thread(builder, &thread);
    s_add(builder, &(struct ms_event){.number = 1,
                                      .kind = MEMSCOPE_EVENT_ALLOC,
                                      .time_ns = 5,
                                      .address_thread = AT(0x1000, 0),
                                      .size = 8});
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL_FATAL(report->event_count, 1);
    CU_ASSERT_EQUAL(report->events[0].site_id, expected);
    ms_report_destroy(report);
}

static void s_test_newest(void) {
    s_check_newest(1, 0, 1);
    s_check_newest(0, 2, 2);
    s_check_newest(0, 0, 3); /* behind those of the journal */
}

/* Not written, and not asked for. */
static void s_test_none(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_PTR_NOT_NULL(report->events);
    CU_ASSERT_EQUAL(report->event_count, 0);
    CU_ASSERT_EQUAL(report->summary.missing_events, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(report->note_count, 0);
    ms_report_destroy(report);
}

/* Many of one time and many of different ones: the sort is one. */
static void s_test_many(void) {
    static struct ms_event s_events[5000];
    uint64_t random = 1;
    for (size_t i = 0; i < 5000; i++) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
        s_events[i] = (struct ms_event){.number = i + 1,
                                        .kind = MEMSCOPE_EVENT_FREE,
                                        .time_ns = random >> 54,
                                        .address_thread = AT(16 + (random >> 40) % 64 * 16, 0)};
    }
    for (size_t count = 0; count <= 5000; count += count < 9 ? 1 : 4991) {
        ms_event_list_finish(s_events, count);
        bool sorted = true;
        for (size_t i = 1; i < count; i++)
            sorted &= s_events[i - 1].time_ns < s_events[i].time_ns ||
                      (s_events[i - 1].time_ns == s_events[i].time_ns &&
                       s_events[i - 1].number < s_events[i].number);
        CU_ASSERT_TRUE(sorted);
    }
}

int main(void) {
    CU_TestInfo tests[] = {
        {"order", s_test_order},
        {"damage", s_test_damage},
        {"both ends", s_test_both_ends},
        {"newest block", s_test_newest},
        {"none", s_test_none},
        {"many", s_test_many},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{"model_events", NULL, NULL, NULL, NULL, tests}, CU_SUITE_INFO_NULL};
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS)
        return 1;
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
