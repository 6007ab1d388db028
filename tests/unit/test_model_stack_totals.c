/* SPDX-License-Identifier: MIT */
/* What a report has of what was made with each stack. */
#include "model/model.h"

#include <CUnit/Basic.h>
#include <math.h>
#include <string.h>

#include "memscope/abi.h"
#include "report_check.h"

static const char s_path[] = "test_model_stack_totals.mscope";

static uint32_t s_site(struct journal_builder *builder, const char *type, uint64_t count,
                       uint64_t bytes) {
    struct ms_site site = {.kind = MEMSCOPE_SITE_CALL,
                           .evidence = MEMSCOPE_EVIDENCE_LHS,
                           .type_name = journal_builder_string(builder, type),
                           .file = journal_builder_string(builder, "a.c"),
                           .line = 1};
    uint32_t id = journal_builder_site(builder, &site);
    *journal_builder_counter(builder, 0, id) = (struct ms_counter){
        .allocations = count, .alloc_bytes = bytes, .frees = count, .free_bytes = bytes};
    return id;
}

/* A stack of SITE with the frames of WORDS, or with one of its own where that is 0. */
static uint32_t s_stack(struct journal_builder *builder, uint32_t site, uint32_t words) {
    uint64_t frame = 0x1000 + site;
    uint32_t id = journal_builder_stack(builder, &frame, 1);
    struct ms_stack *stack =
        journal_builder_at(builder, MS_TABLE_STACKS, (uint64_t)id * sizeof(*stack));
    stack->site = site;
    if (words != 0)
        stack->words = words;
    return id;
}

static uint32_t s_words(struct journal_builder *builder, uint32_t stack) {
    return ((struct ms_stack *)journal_builder_at(builder, MS_TABLE_STACKS,
                                                  (uint64_t)stack * sizeof(struct ms_stack)))
        ->words;
}

static void s_count(struct journal_builder *builder, uint32_t shard, uint32_t stack, uint64_t count,
                    uint64_t bytes, uint64_t temporary) {
    struct ms_stack_counter *counter = journal_builder_stack_counter(builder, shard, stack);
    counter->allocations = count;
    counter->alloc_bytes = counter->free_bytes = bytes;
    counter->temporary = temporary;
}

static const struct memscope_stack *s_row(const struct memscope_report *report, uint32_t id) {
    for (size_t i = 0; i < report->stack_count; i++)
        if (report->stacks[i].id == id)
            return &report->stacks[i];
    return NULL;
}

static void s_check(const struct memscope_report *report, uint32_t id, uint32_t site,
                    uint64_t count, uint64_t bytes) {
    const struct memscope_stack *row = s_row(report, id);
    CU_ASSERT_PTR_NOT_NULL_FATAL(row);
    CU_ASSERT_EQUAL(row->site_id, site);
    CU_ASSERT_EQUAL(row->total_allocations, count);
    CU_ASSERT_EQUAL(row->total_bytes, bytes);
}

/* Sums over shards; not more than the site has; what there was at the peak. */
static void s_test_totals(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    uint32_t a = s_site(builder, "struct a", 10, 1000), b = s_site(builder, "struct b", 5, 50);
    journal_builder_counter(builder, 0, a)->temporary = 3;
    uint32_t first = s_stack(builder, a, 0), second = s_stack(builder, a, 0);
    uint32_t third = s_stack(builder, b, 0), unused = s_stack(builder, b, 0);
    s_count(builder, 0, first, 4, 400, 1);
    s_count(builder, 1, first, 2, 200, 2);
    s_count(builder, 0, second, 3, 300, 0);
    s_count(builder, 0, third, 9, 90, 0);
    s_count(builder, 0, unused, 0, 0, 0);
    struct ms_journal_header *header = journal_builder_header(builder);
    header->peak_bytes = header->peak_taken_bytes[1] = 500;
    header->peak_taken = 1;
    struct ms_peak_entry peak_sites[] = {{{0}}, {{7, 400}}, {{7, 100}}};
    struct ms_peak_entry peak_stacks[] = {{{0}}, {{9, 350}}, {{9, 0}}, {{9, 120}}};
    journal_builder_append(builder, MS_TABLE_PEAK, peak_sites, sizeof(peak_sites));
    journal_builder_append(builder, MS_TABLE_PEAK_STACKS, peak_stacks, sizeof(peak_stacks));
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->stack_count, 3);
    CU_ASSERT_EQUAL(report->stacks[0].id, first);
    s_check(report, first, a, 6, 600);
    s_check(report, second, a, 3, 300);
    s_check(report, third, b, 5, 50);
    CU_ASSERT_EQUAL(s_row(report, first)->temporary_allocations, 3);
    CU_ASSERT_EQUAL(s_row(report, first)->bytes_at_peak, 350);
    CU_ASSERT_EQUAL(s_row(report, third)->bytes_at_peak, 100);
    CU_ASSERT_EQUAL(s_row(report, first)->total_error_percent, 0);
    CU_ASSERT_EQUAL(s_row(report, first)->frame_count, 1);
    CU_ASSERT_TRUE(report_is_sound(report));
    ms_report_destroy(report);
}

/* Live blocks keep the stack of the first site of some frames; a pending block counts too. */
static void s_test_live(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    uint32_t a = s_site(builder, "struct a", 1, 16), b = s_site(builder, "struct b", 1, 24);
    uint32_t first = s_stack(builder, a, 0);
    uint32_t other = s_stack(builder, b, s_words(builder, first));
    s_count(builder, 0, first, 1, 16, 0);
    s_count(builder, 0, other, 1, 24, 0);
    journal_builder_block(builder, 0x10000, 24, 0, b, 0, first);
    uint32_t pending = journal_builder_block(builder, 0x20000, 40, 0, 0, 0, first);
    struct ms_thread_record thread = {.allocations = 3, .alloc_bytes = 80};
    thread.pending =
        (struct ms_pending){.frame_address = 0x4000, .size = 40, .block = pending, .site = a};
    journal_builder_thread(builder, &thread);
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    s_check(report, first, a, 2, 56);
    s_check(report, other, b, 1, 24);
    CU_ASSERT_EQUAL(s_row(report, first)->live_bytes, 40);
    CU_ASSERT_EQUAL(s_row(report, other)->live_bytes, 24);
    CU_ASSERT_TRUE(report_is_sound(report));
    ms_report_destroy(report);
}

static void s_test_unknown(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    uint32_t a = s_site(builder, "struct a", 1, 16), stack = s_stack(builder, a, 0);
    journal_builder_block(builder, 0x10000, 16, 0, a, 0, stack);
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    s_check(report, stack, a, MEMSCOPE_UNKNOWN, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(s_row(report, stack)->bytes_at_peak, MEMSCOPE_UNKNOWN);
    CU_ASSERT_TRUE(isnan(s_row(report, stack)->total_error_percent));
    ms_report_destroy(report);
}

/* Of very many stacks without live blocks those with the largest share are told. */
static void s_test_many(void) {
    enum { MANY = 5000, SHOWN = 4096 };
    struct journal_builder *builder = journal_builder_new(65536);
    uint64_t all = (uint64_t)MANY * (MANY + 1) / 2;
    uint32_t site = s_site(builder, "struct a", all, all), last = 0;
    for (uint64_t i = 0; i < MANY; i++) {
        last = s_stack(builder, site, 0);
        s_count(builder, 0, last, i + 1, i + 1, 0);
    }
    uint32_t named = last - MANY + 1;
    journal_builder_block(builder, 0x10000, 1, 0, site, 0, named);
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->stack_count, SHOWN + 1);
    CU_ASSERT_PTR_NOT_NULL(s_row(report, named));
    CU_ASSERT_PTR_NULL(s_row(report, named + 1));
    CU_ASSERT_PTR_NOT_NULL(s_row(report, last));
    bool is_told = false;
    for (size_t i = 0; i < report->note_count; i++)
        is_told |= strstr(report->notes[i], "903 stacks without live blocks") != NULL;
    CU_ASSERT_TRUE(is_told);
    ms_report_destroy(report);
}

/* One sample of 100 bytes in 10 is what there is of each stack; the site knows what it made. */
static void s_test_sampled(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    struct ms_journal_header *header = journal_builder_header(builder);
    header->sampled = 1;
    header->sample_rate = header->sample_least_rate = 0.1;
    uint32_t few = s_site(builder, "struct few", 20, 2000);
    uint32_t many = s_site(builder, "struct many", 1000, 100000);
    struct ms_sampled_counter *made = (void *)journal_builder_counter(builder, 0, many);
    *made = (struct ms_sampled_counter){.allocations = 1000,
                                        .alloc_bytes = 100000,
                                        .sampled_count = 1100,
                                        .sampled_bytes = 110000,
                                        .variance = 110 * 0.9 * 1e6};
    made = (void *)journal_builder_counter(builder, 0, few);
    *made = (struct ms_sampled_counter){.allocations = 20,
                                        .alloc_bytes = 2000,
                                        .sampled_count = 30,
                                        .sampled_bytes = 3000,
                                        .variance = 3 * 0.9 * 1e6};
    uint32_t stacks[2] = {s_stack(builder, few, 0), s_stack(builder, many, 0)};
    double counts[2] = {30, 550};
    for (int i = 0; i < 2; i++)
        *(struct ms_sampled_stack_counter *)(void *)journal_builder_stack_counter(builder, 0,
                                                                                  stacks[i]) =
            (struct ms_sampled_stack_counter){.count = counts[i],
                                              .bytes = counts[i] * 100,
                                              .temporary = 10,
                                              .variance = counts[i] / 10 * 0.9 * 1e6};
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    s_check(report, stacks[0], few, 30, 3000); /* too few to make use of what the site has made */
    s_check(report, stacks[1], many, 500, 50000);
    CU_ASSERT_EQUAL(s_row(report, stacks[0])->temporary_allocations, 10);
    CU_ASSERT_EQUAL(s_row(report, stacks[1])->temporary_allocations, 9);
    CU_ASSERT_TRUE(s_row(report, stacks[0])->total_error_percent > 100);
    CU_ASSERT_TRUE(s_row(report, stacks[1])->total_error_percent > 10);
    CU_ASSERT_TRUE(s_row(report, stacks[1])->total_error_percent < 30);
    ms_report_destroy(report);
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("model_stack_totals", NULL, NULL);
    CU_add_test(suite, "totals", s_test_totals);
    CU_add_test(suite, "live", s_test_live);
    CU_add_test(suite, "unknown", s_test_unknown);
    CU_add_test(suite, "many", s_test_many);
    CU_add_test(suite, "sampled", s_test_sampled);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
