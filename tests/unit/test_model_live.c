/* SPDX-License-Identifier: MIT */
/* live[]: groups of live blocks, told apart by thread as far as there are not too many. */
#include "model/model.h"

#include <CUnit/Basic.h>
#include <string.h>
#include <unistd.h>

#include "memscope/abi.h"
#include "report_check.h"
#include "sample_journal.h"

static const char s_path[] = "test_model_live.mscope";

#define FIRST_TID 5000u

/* A journal with one site and THREADS threads. */
static struct journal_builder *s_begin(unsigned threads, uint32_t *site_id) {
    struct journal_builder *builder = journal_builder_new((size_t)1 << 20);
    struct ms_site site = {.kind = MEMSCOPE_SITE_VARIABLE, .line = 5};
    site.var_name = journal_builder_string(builder, "head");
    site.type_name = journal_builder_string(builder, "struct node");
    *site_id = journal_builder_site(builder, &site);
    for (unsigned i = 0; i < threads; i++) {
        struct ms_thread_record thread = {.tid = FIRST_TID + i, .allocations = 1};
        journal_builder_thread(builder, &thread);
    }
    return builder;
}

/* The next live block, of thread THREAD. */
static void s_add(struct journal_builder *builder, unsigned thread, uint64_t size, uint32_t site,
                  uint32_t stack) {
    static uint64_t s_address;
    uint32_t id = journal_builder_block(builder, s_address += 0x10000, size, 1, site, 0, stack);
    struct ms_block *block =
        journal_builder_at(builder, MS_TABLE_BLOCKS, id * sizeof(struct ms_block));
    block->address_thread |= thread;
    struct ms_counter *counter = journal_builder_counter(builder, 0, site);
    counter->allocations++;
    counter->alloc_bytes += size;
}

static uint32_t s_stack(struct journal_builder *builder, uint64_t frame) {
    return journal_builder_stack(builder, &frame, 1);
}

/* Of one place and stack, a row for each thread; but one leak. */
static void s_test_threads(void) {
    uint32_t site;
    struct journal_builder *builder = s_begin(3, &site);
    uint32_t stack = s_stack(builder, 0x1100);
    static const unsigned s_threads[] = {0, 2, 0, 2, 2, 7};
    for (unsigned i = 0; i < 6; i++)
        s_add(builder, s_threads[i], 10 + i, site, stack);
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    static const uint64_t s_expected[3][3] = {
        {FIRST_TID + 2, 3, 38}, {FIRST_TID, 2, 22}, {MEMSCOPE_UNKNOWN, 1, 15}};
    CU_ASSERT_EQUAL_FATAL(report->live_count, 3);
    for (unsigned i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(report->live[i].tid, s_expected[i][0]);
        CU_ASSERT_EQUAL(report->live[i].count, s_expected[i][1]);
        CU_ASSERT_EQUAL(report->live[i].bytes, s_expected[i][2]);
        CU_ASSERT_EQUAL(report->live[i].stack_id, stack);
    }
    CU_ASSERT_EQUAL_FATAL(report->leak_count, 1);
    CU_ASSERT_EQUAL(report->leaks[0].count, 6);
    CU_ASSERT_EQUAL(report->leaks[0].bytes, 75);
    CU_ASSERT_EQUAL(report->stacks[0].live_bytes, 75);
    ms_report_destroy(report);
}

/* The estimates of a group's threads are that of the group, however it is rounded. */
static void s_test_sampled(void) {
    uint32_t site;
    struct journal_builder *builder = s_begin(7, &site);
    uint32_t stack = s_stack(builder, 0x1100);
    journal_builder_header(builder)->sample_rate = 0.7;
    journal_builder_header(builder)->sample_least_rate = 0.7;
    journal_builder_header(builder)->sampled = 1;
    float probability = 0;
    journal_builder_append(builder, MS_TABLE_PROBABILITIES, &probability,
                           sizeof(probability)); /* entry 0 */
    probability = 0.7F;
    for (unsigned i = 0; i < 7; i++) {
        s_add(builder, i, 100, site, stack);
        journal_builder_append(builder, MS_TABLE_PROBABILITIES, &probability, sizeof(probability));
    }
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL_FATAL(report->live_count, 7);
    uint64_t count = 0, bytes = 0;
    for (unsigned i = 0; i < 7; i++) {
        count += report->live[i].count;
        bytes += report->live[i].bytes;
        CU_ASSERT(report->live[i].error_percent > report->stacks[0].error_percent);
    }
    CU_ASSERT_EQUAL(count, 10);
    CU_ASSERT_EQUAL(bytes, 1000);
    CU_ASSERT_EQUAL(report->stacks[0].live_count, count);
    CU_ASSERT_EQUAL(report->stacks[0].live_bytes, bytes);
    ms_report_destroy(report);
}

/* Of very many groups, the smallest do not tell the thread, but where one thread has them all. */
static void s_test_many(void) {
    enum { STACKS = 20000, LARGE = 30, MOST = 32768 };
    uint32_t site;
    struct journal_builder *builder = s_begin(3, &site);
    for (unsigned i = 0; i < STACKS; i++) {
        uint32_t stack = s_stack(builder, 0x1000 + i * 16);
        s_add(builder, 0, i < LARGE ? 5000 : 20, site, stack);
        s_add(builder, 1, i < LARGE ? 3000 : 10, site, stack);
    }
    s_add(builder, 2, 1, site, s_stack(builder, 0x100));
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    uint64_t bytes = 0, by_kind[4] = {0};
    for (size_t i = 0; i < report->live_count; i++) {
        const struct memscope_live_blocks *live = &report->live[i];
        bytes += live->bytes;
        by_kind[live->tid == MEMSCOPE_UNKNOWN ? 3 : live->tid - FIRST_TID]++;
    }
    CU_ASSERT_EQUAL(bytes, 8000u * LARGE + 30u * (STACKS - LARGE) + 1);
    CU_ASSERT_EQUAL(by_kind[0], STACKS);
    CU_ASSERT_EQUAL(by_kind[1], MOST - STACKS);
    CU_ASSERT_EQUAL(by_kind[2], 1);
    CU_ASSERT_EQUAL(by_kind[3], 2 * STACKS - MOST);
    bool is_noted = false;
    for (size_t i = 0; i < report->note_count; i++)
        is_noted |= strstr(report->notes[i], "those down to 10 bytes") != NULL;
    CU_ASSERT_TRUE(is_noted);
    ms_report_destroy(report);
}

int main(void) {
    static CU_TestInfo s_tests[] = {
        {"threads", s_test_threads},
        {"sampled", s_test_sampled},
        {"many", s_test_many},
        CU_TEST_INFO_NULL,
    };
    static CU_SuiteInfo s_suites[] = {
        {.pName = "live", .pTests = s_tests},
        CU_SUITE_INFO_NULL,
    };
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(s_suites) != CUE_SUCCESS)
        return 1;
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    unlink(s_path);
    return failures != 0;
}
