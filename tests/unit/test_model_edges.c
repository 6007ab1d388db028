/* SPDX-License-Identifier: MIT */
/* Reports of journals that are bent for one purpose: processes that end otherwise, records that are
 * torn or missing, damage. */
#include "model/model.h"

#include <CUnit/Basic.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "memscope/abi.h"
#include "model/arena.h"
#include "model/utf8.h"
#include "report_check.h"
#include "sample_journal.h"

static const char s_path[] = "test_model_edges.mscope";

/* A tick whose list is full says nothing of a type that is not in it. */
static void s_test_full_tick(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    uint32_t rare = journal_builder_string(builder, "rare");
    struct ms_tick tick = {.time_ns = 1};
    tick.shares[0] = (struct ms_share){1, rare, UINT32_MAX};
    journal_builder_tick(builder, &tick);
    char name[] = "type_A";
    for (unsigned i = 0; i < MS_SHARES_OF_TYPES; i++) {
        name[5] = (char)('A' + i);
        tick.shares[i] = (struct ms_share){1, journal_builder_string(builder, name), 100 - i};
    }
    tick.time_ns = 2;
    journal_builder_tick(builder, &tick);
    memset(tick.shares, 0, sizeof(tick.shares));
    tick.shares[0] = (struct ms_share){1, journal_builder_string(builder, "late"), 1000};
    tick.time_ns = 3;
    journal_builder_tick(builder, &tick);
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL_FATAL(report->timeline.by_type_count, 20);
    check_same(report->timeline.by_type[0].type_name, "rare");
    CU_ASSERT_EQUAL(report->timeline.by_type[0].live_bytes[0], UINT32_MAX);
    CU_ASSERT_EQUAL(report->timeline.by_type[0].live_bytes[1], MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(report->timeline.by_type[0].live_bytes[2], 0); /* a list with room left */
    check_same(report->timeline.by_type[1].type_name, "late");
    CU_ASSERT_EQUAL(report->timeline.by_type[1].live_bytes[1], 0); /* before it was first there */
    CU_ASSERT_EQUAL(report->timeline.by_type[1].live_bytes[2], 1000);
    check_same(report->timeline.by_type[19].type_name, "type_R");
    CU_ASSERT_EQUAL(report->timeline.by_type[19].live_bytes[0], 0);
    ms_report_destroy(report);
}

/* Lifetimes are what there was at the samples, through what was made: 600 bytes for 50 ns and 200
 * for 10 at six ticks, and 200 for the 40 to the end, of 1000. */
static void s_check_lifetime(unsigned full, unsigned seen, uint64_t wanted) {
    struct journal_builder *builder = journal_builder_new(4096);
    struct ms_site site = {.kind = MEMSCOPE_SITE_CALL, .type_size = 8};
    site.type_name = journal_builder_string(builder, "struct lived");
    uint32_t id = journal_builder_site(builder, &site);
    *journal_builder_counter(builder, 0, id) = (struct ms_counter){
        .allocations = 6, .alloc_bytes = 1000, .frees = 4, .free_bytes = 800, .temporary = 3};
    for (unsigned i = 1; i <= 6; i++) {
        struct ms_tick tick = {.time_ns = i * 10, .heap_live_bytes = 5000};
        unsigned count = 0;
        if (i > 6 - seen)
            tick.shares[count++] = (struct ms_share){1, site.type_name, i < 6 ? 600 : 200};
        for (char name[] = "A"; count < (i <= full ? MS_SHARES_OF_TYPES : 2); name[0]++)
            tick.shares[count++] = (struct ms_share){1, journal_builder_string(builder, name), 100};
        journal_builder_tick(builder, &tick);
    }
    journal_builder_header(builder)->end_ns = 100;
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL_FATAL(report->type_count, 1);
    CU_ASSERT_EQUAL(report->types[0].average_lifetime_ns, wanted);
    CU_ASSERT_EQUAL(report->types[0].average_bytes, 167);
    CU_ASSERT_EQUAL(report->types[0].temporary_count, 3);
    ms_report_destroy(report);
}

static void s_test_lifetime(void) {
    s_check_lifetime(0, 6, (600 * 50 + 200 * 10 + 200 * 40) / 1000);
    s_check_lifetime(6, 6, (600 * 50 + 200 * 10 + 200 * 40) / 1000);
    /* Five samples saw it; the first, whose list is full, may have missed a little, */
    s_check_lifetime(1, 5, (600 * 40 + 200 * 10 + 200 * 40) / 1000);
    s_check_lifetime(1, 4, MEMSCOPE_UNKNOWN); /* four are too few. */
}

/* Too much may have been missed where nothing else is larger. */
static void s_test_lifetime_missed(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    struct ms_site site = {.kind = MEMSCOPE_SITE_CALL, .type_size = 8};
    site.type_name = journal_builder_string(builder, "struct lived");
    uint32_t id = journal_builder_site(builder, &site);
    *journal_builder_counter(builder, 0, id) =
        (struct ms_counter){.allocations = 6, .alloc_bytes = 1000, .frees = 6, .free_bytes = 1000};
    for (unsigned i = 1; i <= 12; i++) {
        struct ms_tick tick = {.time_ns = i * 10, .heap_live_bytes = 5000};
        unsigned count = 0;
        if (i > 6)
            tick.shares[count++] = (struct ms_share){1, site.type_name, 100};
        for (char name[] = "A"; count < MS_SHARES_OF_TYPES; name[0]++)
            tick.shares[count++] = (struct ms_share){1, journal_builder_string(builder, name), 90};
        journal_builder_tick(builder, &tick);
    }
    journal_builder_header(builder)->end_ns = 120;
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL_FATAL(report->type_count, 1);
    CU_ASSERT_EQUAL(report->types[0].average_lifetime_ns, MEMSCOPE_UNKNOWN);
    ms_report_destroy(report);
}

/* A site of 10 blocks with 300 bytes, 4 of which with 100 bytes were freed. */
static void s_add_site(struct journal_builder *builder, uint64_t element_size, uint64_t header_size,
                       uint32_t flags) {
    struct ms_site site = {.kind = MEMSCOPE_SITE_CALL,
                           .type_name = journal_builder_string(builder, "struct row"),
                           .element_name = journal_builder_string(builder, "int"),
                           .element_size = element_size,
                           .header_size = header_size,
                           .flags = flags};
    uint32_t id = journal_builder_site(builder, &site);
    *journal_builder_counter(builder, 0, id) =
        (struct ms_counter){.allocations = 10, .alloc_bytes = 300, .frees = 4, .free_bytes = 100};
}

static void s_test_elements(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    s_add_site(builder, 4, 0, 0);                  /* an array */
    s_add_site(builder, 2, 16, 0);                 /* a flexible one */
    s_add_site(builder, 4, 0, MS_SITE_OTHER_SIZE); /* blocks that are larger than asked for */
    s_add_site(builder, 7, 0, 0);                  /* does not come out even */
    s_add_site(builder, 1, 31, 0);                 /* more headers than bytes */
    s_add_site(builder, 1, UINT64_MAX / 2, 0);     /* damage */
    s_add_site(builder, 0, 0, 0);
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL_FATAL(report->site_count, 7);
    check_same(report->sites[0].element_name, "int");
    CU_ASSERT_EQUAL(report->sites[0].total_elements, 75);
    CU_ASSERT_EQUAL(report->sites[0].live_elements, 50);
    CU_ASSERT_EQUAL(report->sites[1].total_elements, 70);
    CU_ASSERT_EQUAL(report->sites[1].live_elements, 52);
    for (size_t i = 2; i < 7; i++) {
        CU_ASSERT_PTR_NULL(report->sites[i].element_name);
        CU_ASSERT_EQUAL(report->sites[i].total_elements, MEMSCOPE_UNKNOWN);
        CU_ASSERT_EQUAL(report->sites[i].live_elements, MEMSCOPE_UNKNOWN);
    }
    ms_report_destroy(report);
}

static void s_test_killed(void) {
    struct sample_journal sample = sample_journal_new();
    journal_builder_header(sample.builder)->state = MS_STATE_RUNNING;
    journal_builder_header(sample.builder)->now_ns = 250000000;
    struct memscope_report *report = report_of_builder(s_path, sample.builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->process.exit, MEMSCOPE_EXIT_KILLED);
    CU_ASSERT_EQUAL(report->process.exit_code, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(report->process.duration_ns, 300000000); /* the last tick */
    CU_ASSERT_EQUAL(report->leak_count, 7);
    ms_report_destroy(report);
}

static uint64_t s_own_start_ticks(void) {
    char line[1024] = "";
    FILE *file = fopen("/proc/self/stat", "r");
    size_t size = file != NULL ? fread(line, 1, sizeof(line) - 1, file) : 0;
    if (file != NULL)
        fclose(file);
    line[size] = '\0';
    const char *at = strrchr(line, ')');
    for (int field = 2; at != NULL && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at != NULL ? strtoull(at, NULL, 10) : 0;
}

/* What is live in a running process is no leak. */
static void s_test_running(void) {
    struct sample_journal sample = sample_journal_new();
    struct ms_journal_header *header = journal_builder_header(sample.builder);
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    header->state = MS_STATE_RUNNING;
    header->pid = (uint32_t)getpid();
    header->process_start_ticks = s_own_start_ticks();
    header->monotonic_start_ns =
        (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec - 5000000000;
    struct memscope_report *report = report_of_builder(s_path, sample.builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->process.exit, MEMSCOPE_EXIT_RUNNING);
    CU_ASSERT_TRUE(report->process.duration_ns >= 5000000000);
    CU_ASSERT_TRUE(report->process.duration_ns < 65000000000);
    CU_ASSERT_EQUAL(report->leak_count, 0);
    CU_ASSERT_EQUAL(report->summary.active_allocations, 11);
    CU_ASSERT_EQUAL(report->summary.torn_blocks, MEMSCOPE_UNKNOWN);
    ms_report_destroy(report);
}

static void s_test_signalled_and_sampled(void) {
    struct sample_journal sample = sample_journal_new();
    struct ms_journal_header *header = journal_builder_header(sample.builder);
    header->state = MS_STATE_SIGNALLED;
    header->exit_code = 11;
    header->sample_bytes = 4096;
    header->sampled = 1;
    struct memscope_report *report = report_of_builder(s_path, sample.builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->process.exit, MEMSCOPE_EXIT_SIGNALLED);
    CU_ASSERT_EQUAL(report->process.exit_code, 11);
    CU_ASSERT_FALSE(report->sampling.exact);
    check_same(report->sampling.heap_bytes, "usable");
    CU_ASSERT_EQUAL_FATAL(report->note_count, 1);
    CU_ASSERT_EQUAL(strncmp(report->notes[0], "only a sample of the blocks was recorded", 40), 0);
    ms_report_destroy(report);
}

static void s_test_notes(void) {
    struct sample_journal sample = sample_journal_new();
    struct ms_journal_header *header = journal_builder_header(sample.builder);
    header->dropped[MS_DROP_SPACE] = 5;
    header->dropped[MS_DROP_LIMIT] = 2;
    header->unknown_frees = 3;
    journal_builder_block(sample.builder, 0x9000, 40, 1, 777, 0, 0);
    journal_builder_block(sample.builder, 0x9100, 40, 1, 1, 0, 1 << 30);
    struct memscope_report *report = report_of_builder(s_path, sample.builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_FALSE(report->sampling.exact);
    CU_ASSERT_TRUE(isnan(report->sites[0].error_percent));
    CU_ASSERT_EQUAL(report->summary.dropped_events, 7);
    CU_ASSERT_EQUAL_FATAL(report->note_count, 5);
    check_same(report->notes[0], "5 events were not recorded: the journal could not grow");
    check_same(report->notes[1], "2 events were not recorded: a fixed table was full");
    CU_ASSERT_EQUAL(strncmp(report->notes[2], "3 frees were of blocks", 22), 0);
    /* No counter knows these blocks. */
    CU_ASSERT_EQUAL(report->summary.torn_blocks, 2);
    CU_ASSERT_EQUAL(strncmp(report->notes[3], "2 blocks were being", 19), 0);
    CU_ASSERT_EQUAL(strncmp(report->notes[4], "2 records of live blocks", 24), 0);
    ms_report_destroy(report);
}

/* Another thread was about to put a pending block into its maker's inbox. */
static void s_test_freed_outside_inbox(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    struct ms_thread_record thread = {.tid = 1, .allocations = 1, .alloc_bytes = 48};
    thread.pending = (struct ms_pending){.frame_address = 7, .size = 48};
    thread.pending.block = journal_builder_block(builder, 0, 48, 1, 0, 0, 0);
    journal_builder_thread(builder, &thread);
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->summary.total_allocations, 1);
    CU_ASSERT_EQUAL(report->summary.total_bytes, 48);
    CU_ASSERT_EQUAL(report->summary.active_allocations, 0);
    CU_ASSERT_EQUAL(report->leak_count, 0);
    ms_report_destroy(report);
}

/* The end came when the site had counted the pending block, and its bytes not yet. */
static void s_test_counted_and_pending(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    struct ms_site site = {.kind = MEMSCOPE_SITE_CALL};
    journal_builder_site(builder, &site);
    struct ms_thread_record thread = {.tid = 1, .allocations = 3, .alloc_bytes = 24};
    thread.pending = (struct ms_pending){.frame_address = 7, .size = 8, .site = 1};
    for (uint64_t i = 1; i < 3; i++)
        journal_builder_block(builder, i << 12, 8, 0, 1, 0, 0);
    thread.pending.block = journal_builder_block(builder, 0x5000, 8, 0, 0, 0, 0);
    journal_builder_thread(builder, &thread);
    journal_builder_counter(builder, 0, 1)->allocations = 3;
    journal_builder_counter(builder, 0, 1)->alloc_bytes = 16;
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->summary.total_allocations, 3);
    CU_ASSERT_EQUAL(report->summary.total_bytes, 24);
    CU_ASSERT_EQUAL(report->summary.torn_blocks, 0);
    ms_report_destroy(report);
}

/* Counters and table do not agree where a thread was when the end came. */
static void s_test_torn(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    struct ms_site site = {.kind = MEMSCOPE_SITE_CALL};
    for (unsigned i = 0; i < 4; i++)
        journal_builder_site(builder, &site);
    /* Site 1 has counted a block that does not know it yet, site 2 has one twice, site 3 has one as
     * freed that is in the table, site 4 agrees. */
    journal_builder_block(builder, 0x1000, 8, 0, 0, 0, 0);
    journal_builder_counter(builder, 0, 1)->allocations = 1;
    journal_builder_block(builder, 0x2000, 8, 0, 2, 0, 0);
    journal_builder_counter(builder, 0, 2)->allocations = 2;
    journal_builder_block(builder, 0x3000, 8, 0, 3, 0, 0);
    *journal_builder_counter(builder, 0, 3) = (struct ms_counter){.allocations = 1, .frees = 1};
    journal_builder_block(builder, 0x4000, 8, 0, 4, 0, 0);
    *journal_builder_counter(builder, 0, 4) = (struct ms_counter){.allocations = 3, .frees = 2};
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->summary.torn_blocks, 3);
    CU_ASSERT_EQUAL_FATAL(report->note_count, 1);
    CU_ASSERT_EQUAL(strncmp(report->notes[0], "3 blocks were being recorded", 28), 0);
    ms_report_destroy(report);
}

/* Once its site has counted it a block is no longer pending, and has a site. */
static void s_test_pending_settled(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    struct ms_site site = {.kind = MEMSCOPE_SITE_CALL};
    journal_builder_site(builder, &site);
    struct ms_thread_record thread = {.tid = 1, .pending = {.frame_address = 7, .site = 1}};
    thread.pending.block = journal_builder_block(builder, 0x5000, 32, 1, 1, 0, 0);
    thread.pending.size = 32;
    journal_builder_thread(builder, &thread);
    journal_builder_counter(builder, 0, 1)->allocations = 1;
    journal_builder_counter(builder, 0, 1)->alloc_bytes = 32;
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->summary.total_allocations, 1);
    CU_ASSERT_EQUAL_FATAL(report->leak_count, 1);
    CU_ASSERT_EQUAL(report->leaks[0].bytes, 32);
    ms_report_destroy(report);
}

/* Pending blocks of return addresses that are new share a site, and one whose site cannot be is of
 * its return address. One that is over, or of a record that is not there, is none; one without a
 * record is made and freed. */
static void s_test_pending_sites(void) {
    struct ms_pending pending[] = {
        {.frame_address = 0x777},
        {.frame_address = 0x777},
        {.size = 4},
        {.frame_address = 0x888, .site = 99},
        {.frame_address = 0x777, .block = 4711, .size = 1000},
        {.frame_address = 0x888, .size = 100},
    };
    struct journal_builder *builder = journal_builder_new(4096);
    for (unsigned i = 0; i < 6; i++) {
        if (i < 4) {
            pending[i].size = 1 << i;
            pending[i].block =
                journal_builder_block(builder, 0x10 << i, 1 << i, 0, 0, 0, i == 3 ? 1 << 20 : 0);
        }
        struct ms_thread_record thread = {
            .tid = i + 1, .shard = i, .allocations = 1, .pending = pending[i]};
        thread.alloc_bytes = pending[i].size;
        journal_builder_thread(builder, &thread);
    }
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL_FATAL(report->site_count, 3);
    check_same(report->sites[0].kind, "caller");
    CU_ASSERT_EQUAL(report->sites[0].total_bytes, 108);
    CU_ASSERT_EQUAL(report->sites[0].live_bytes, 8);
    CU_ASSERT_EQUAL(report->sites[1].total_bytes, 3);
    CU_ASSERT_EQUAL(report->sites[1].live_allocations, 2);
    CU_ASSERT_EQUAL(report->sites[2].id, 0);
    CU_ASSERT_EQUAL(report->sites[2].total_bytes, 0);
    check_same(report->hotspots[0].location, "0x888");
    check_same(report->hotspots[1].location, "0x777");
    CU_ASSERT_EQUAL(report->note_count, 2);
    CU_ASSERT_EQUAL(report->summary.torn_blocks, 1); /* the one that is over and has no site */
    ms_report_destroy(report);
}

/* Pending blocks that another thread has freed wait in the inbox of the one that made them: of
 * these two the older one has been counted as made since. A chain that has come to its start, or to
 * a live block, ends. */
static void s_test_inbox(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    struct ms_site site = {.kind = MEMSCOPE_SITE_CALL};
    journal_builder_site(builder, &site);
    journal_builder_counter(builder, 0, 1)->allocations = 1;
    journal_builder_counter(builder, 0, 1)->alloc_bytes = 32;
    uint32_t counted = journal_builder_block(builder, 0, 32, 1, 1, 0, 0);
    uint32_t pending = journal_builder_block(builder, 0, 5, 1, 0, 0, 0);
    uint32_t live = journal_builder_block(builder, 0x5000, 7, 1, 0, 0, 0);
    struct ms_block *blocks = journal_builder_at(builder, MS_TABLE_BLOCKS, 0);
    blocks[pending].next = counted;
    blocks[counted].next = live;
    blocks[live].next = 4711;
    struct ms_thread_record thread = {.tid = 1, .allocations = 2, .alloc_bytes = 37};
    thread.pending =
        (struct ms_pending){.frame_address = 7, .site = 1, .block = pending, .size = 5};
    thread.inbox = pending;
    journal_builder_thread(builder, &thread);
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->summary.total_allocations, 2);
    CU_ASSERT_EQUAL(report->summary.total_bytes, 37);
    CU_ASSERT_EQUAL(report->summary.total_deallocations, 2);
    CU_ASSERT_EQUAL(report->summary.current_memory_bytes, 0);
    ms_report_destroy(report);
}

/* The process had at least what one of its threads had. */
static void s_test_peak_of_thread(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    struct ms_thread_record thread = {.tid = 1, .peak_bytes = 70000};
    journal_builder_header(builder)->peak_bytes = 65536;
    journal_builder_thread(builder, &thread);
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->summary.peak_memory_bytes, 70000);
    ms_report_destroy(report);
}

static void s_test_void_is_no_type(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    struct ms_site site = {.kind = MEMSCOPE_SITE_CALL, .type_size = 1};
    site.type_name = journal_builder_string(builder, "void");
    uint32_t id = journal_builder_site(builder, &site);
    journal_builder_counter(builder, 0, id)->allocations = 1;
    journal_builder_counter(builder, 0, id)->alloc_bytes = 50;
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->summary.typed_bytes_percent, 0);
    CU_ASSERT_EQUAL_FATAL(report->type_count, 1);
    check_same(report->types[0].type_name, NULL);
    CU_ASSERT_EQUAL(report->types[0].size, MEMSCOPE_UNKNOWN);
    check_same(report->sites[0].type_name, NULL);
    ms_report_destroy(report);
}

/* Of the stacks of a site that with the most bytes is named, whoever owns the blocks. */
static void s_test_top_stack(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    struct ms_site site = {.kind = MEMSCOPE_SITE_CALL};
    uint64_t frame = 1;
    journal_builder_site(builder, &site);
    journal_builder_site(builder, &site);
    journal_builder_counter(builder, 0, 1)->allocations = 3;
    uint32_t first = journal_builder_stack(builder, &frame, 1);
    uint32_t second = journal_builder_stack(builder, &frame, 1);
    journal_builder_block(builder, 0x10, 60, 1, 1, 0, first);
    journal_builder_block(builder, 0x20, 40, 1, 1, 0, second);
    journal_builder_block(builder, 0x30, 40, 1, 1, 2, second);
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL_FATAL(report->hotspot_count, 1);
    CU_ASSERT_EQUAL(report->hotspots[0].stack_id, second);
    ms_report_destroy(report);
}

/* Variables are told apart by their names too, and shares of types are not theirs. */
static void s_test_variables_of_one_line(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    uint32_t names[] = {journal_builder_string(builder, "a"), journal_builder_string(builder, "b")};
    struct ms_site site = {.kind = MEMSCOPE_SITE_VARIABLE, .line = 1};
    site.file = journal_builder_string(builder, "f.c");
    for (unsigned i = 0; i < 2; i++) {
        site.var_name = names[i];
        journal_builder_site(builder, &site);
    }
    struct ms_tick tick = {.time_ns = 1};
    tick.shares[0] = (struct ms_share){1, 1, 500}; /* a type: string 1 is "a" */
    tick.shares[1] = (struct ms_share){2, 2, 30};
    journal_builder_tick(builder, &tick);
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL_FATAL(report->variable_count, 2);
    check_same(report->variables[0].var_name, "a");
    CU_ASSERT_EQUAL(report->variables[0].history_count, 0);
    check_same(report->variables[1].var_name, "b");
    CU_ASSERT_EQUAL(report->variables[1].peak_bytes, 30);
    ms_report_destroy(report);
}

/* More names and groups than any table begins with. */
static void s_test_many(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    char name[32];
    for (uint32_t i = 1; i <= 2000; i++) {
        snprintf(name, sizeof(name), "struct t%u", i % 1000);
        struct ms_site site = {.kind = MEMSCOPE_SITE_CALL};
        site.type_name = journal_builder_string(builder, name);
        journal_builder_site(builder, &site);
        journal_builder_counter(builder, 0, i)->allocations = 1;
        journal_builder_counter(builder, 0, i)->alloc_bytes = i % 1000;
        journal_builder_block(builder, i * 16, i % 1000, 1, i, 0, 0);
    }
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_TRUE(report_is_sound(report));
    CU_ASSERT_EQUAL(report->site_count, 2000);
    CU_ASSERT_EQUAL(report->leak_count, 2000);
    CU_ASSERT_EQUAL_FATAL(report->type_count, 1000);
    unsigned wrong = 0;
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "struct t%u", 999 - i);
        wrong += strcmp(report->types[i].type_name, name) != 0;
        wrong += report->types[i].live_bytes != 2 * (999 - i) || report->types[i].live_count != 2;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    ms_report_destroy(report);
}

/* A program that allocated nothing, and a journal without a single table. */
static void s_test_nothing(void) {
    struct memscope_report *report = report_of_builder(s_path, journal_builder_new(4096), NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->summary.total_allocations, 0);
    CU_ASSERT_TRUE(isnan(report->summary.typed_bytes_percent));
    CU_ASSERT_EQUAL(report->site_count, 0);
    CU_ASSERT_EQUAL(report->type_count, 0);
    CU_ASSERT_EQUAL(report->size_count, 0);
    CU_ASSERT_EQUAL(report->process.command_count, 0);
    CU_ASSERT_PTR_NULL(report->process.executable);
    ms_report_destroy(report);
    struct journal_builder *builder = journal_builder_new(4096);
    size_t size;
    unsigned char *image = journal_builder_image(builder, &size);
    ((struct ms_journal_header *)image)->extent_count = 0;
    CU_ASSERT_TRUE(journal_builder_write_bytes(s_path, image, MS_FIRST_EXTENT));
    free(image);
    journal_builder_destroy(builder);
    report = report_of_file(s_path, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->hotspot_count, 0);
    ms_report_destroy(report);
}

static void s_test_utf8(void) {
    static const struct {
        const char *text, *clean;
    } s_cases[] = {
        {"plain", "plain"},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"a\xff"
         "b",
         "a\xef\xbf\xbd"
         "b"},
        {"\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd"}, /* overlong */
        {"\xe0\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xf0\x8f\xbf\xbf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* a surrogate */
        {"\xf0\x9f\x98", "\xef\xbf\xbd"},                         /* cut off: one for all of it */
        {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xe2\x82(", "\xef\xbf\xbd("},
        {"", ""},
    };
    struct ms_arena arena = {0};
    for (size_t i = 0; i < sizeof(s_cases) / sizeof(s_cases[0]); i++)
        check_same(ms_utf8_clean(&arena, s_cases[i].text), s_cases[i].clean);
    CU_ASSERT_PTR_NULL(ms_utf8_clean(&arena, NULL));
    CU_ASSERT_EQUAL(ms_utf8_clean(&arena, s_cases[0].text), s_cases[0].text);
    ms_arena_fini(&arena);
}

/* Damage gives no report or a sound one. */
static void s_test_flips(void) {
    struct sample_journal sample = sample_journal_new();
    size_t size;
    unsigned char *image = journal_builder_image(sample.builder, &size);
    unsigned made = 0;
    unsigned sound = 0;
    unsigned seed = 54321;
    for (unsigned i = 0; i < 500; i++) {
        size_t at = (size_t)rand_r(&seed) % size;
        unsigned char kept = image[at];
        image[at] ^= (unsigned char)(1 + rand_r(&seed) % 255);
        CU_ASSERT_TRUE_FATAL(journal_builder_write_bytes(s_path, image, size));
        struct memscope_report *report = report_of_file(s_path, NULL);
        if (report != NULL) {
            made++;
            sound += report_is_sound(report);
        }
        ms_report_destroy(report);
        image[at] = kept;
    }
    CU_ASSERT_TRUE(made > 250);
    CU_ASSERT_EQUAL(sound, made);
    journal_builder_destroy(sample.builder);
    free(image);
}

int main(void) {
    static CU_TestInfo s_tests[] = {
        {"full tick", s_test_full_tick},
        {"lifetime", s_test_lifetime},
        {"lifetime missed", s_test_lifetime_missed},
        {"elements", s_test_elements},
        {"killed", s_test_killed},
        {"running", s_test_running},
        {"signalled and sampled", s_test_signalled_and_sampled},
        {"notes", s_test_notes},
        {"freed outside an inbox", s_test_freed_outside_inbox},
        {"counted and pending", s_test_counted_and_pending},
        {"torn", s_test_torn},
        {"pending block settled", s_test_pending_settled},
        {"sites of pending blocks", s_test_pending_sites},
        {"inbox", s_test_inbox},
        {"peak of a thread", s_test_peak_of_thread},
        {"void is no type", s_test_void_is_no_type},
        {"top stack", s_test_top_stack},
        {"variables of one line", s_test_variables_of_one_line},
        {"many", s_test_many},
        {"nothing", s_test_nothing},
        {"utf8", s_test_utf8},
        {"flipped bytes", s_test_flips},
        CU_TEST_INFO_NULL,
    };
    static CU_SuiteInfo s_suites[] = {
        {.pName = "model edges", .pTests = s_tests},
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
