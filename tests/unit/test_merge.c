/* SPDX-License-Identifier: MIT */
/* Many reports as one: what adds up, what stays apart, and what peaks are. */
#include "compare/merge.h"

#include <CUnit/Basic.h>
#include <string.h>

#include "made_report.h"

#define S_SECOND UINT64_C(1000000000)
#define S_START  (UINT64_C(1760000000) * S_SECOND)

/* A process that ran from START to END, in seconds. */
static struct memscope_report s_process(const struct memscope_site_report *sites, size_t count,
                                        uint64_t pid, uint64_t start, uint64_t end) {
    struct memscope_report report = made_report(sites, count);
    report.process.pid = pid;
    report.process.host = "build-7";
    report.process.start_time = S_START + start * S_SECOND;
    report.process.duration_ns = (end - start) * S_SECOND;
    report.summary.peak_known_ns = (end - start) * S_SECOND / 2;
    return report;
}

/* The merged report of COUNT; it goes with *MERGE. */
static const struct memscope_report *s_merge(const struct memscope_report *const *reports,
                                             size_t count, struct ms_merge **merge) {
    const struct memscope_report *merged = NULL;
    *merge = ms_merge_new();
    CU_ASSERT_PTR_NOT_NULL_FATAL(*merge);
    for (size_t i = 0; i < count; i++)
        CU_ASSERT_EQUAL_FATAL(ms_merge_add(*merge, reports[i]), MS_OK);
    CU_ASSERT_EQUAL_FATAL(ms_merge_finish(*merge, &merged), MS_OK);
    return merged;
}

static const struct memscope_site_report *s_find_site(const struct memscope_report *report,
                                                      const char *function) {
    for (size_t i = 0; i < report->site_count; i++)
        if (strcmp(report->sites[i].function, function) == 0)
            return &report->sites[i];
    return NULL;
}

/* Places of one name add up; another line is another place. */
static void s_test_sums(void) {
    struct memscope_site_report one[] = {MADE_SITE("a", "struct t", "f", 10, 3, 300, 1, 100, 200),
                                         MADE_SITE("b", "char", "g", 20, 1, 5, 0, 0, 5)};
    struct memscope_site_report two[] = {MADE_SITE("a", "struct t", "f", 10, 5, 500, 2, 200, 300),
                                         MADE_SITE("a", "struct t", "f", 11, 7, 700, 0, 0, 100)};
    one[0].id = 3;
    two[0].id = 9;
    two[0].total_elements = 5;
    struct memscope_report first = s_process(one, 2, 1, 0, 10),
                           second = s_process(two, 2, 2, 0, 10);
    const struct memscope_report *const both[] = {&first, &second};
    struct ms_merge *merge;
    const struct memscope_report *merged = s_merge(both, 2, &merge);
    CU_ASSERT_EQUAL_FATAL(merged->site_count, 3);
    CU_ASSERT_EQUAL(merged->sites[0].total_bytes, 800); /* largest total first */
    CU_ASSERT_EQUAL(merged->sites[0].total_allocations, 8);
    CU_ASSERT_EQUAL(merged->sites[0].live_bytes, 300);
    CU_ASSERT_EQUAL(merged->sites[0].live_allocations, 3);
    CU_ASSERT_EQUAL(merged->sites[0].line, 10);
    CU_ASSERT_STRING_EQUAL(merged->sites[0].type_name, "struct t");
    CU_ASSERT_EQUAL(merged->sites[0].total_elements, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(merged->sites[1].line, 11);
    CU_ASSERT_EQUAL(merged->summary.total_bytes, 1505);
    CU_ASSERT_EQUAL(merged->summary.total_allocations, 16);
    CU_ASSERT_EQUAL(merged->summary.current_memory_bytes, 300);
    CU_ASSERT_EQUAL(merged->process_count, 2);
    CU_ASSERT_EQUAL(merged->process.pid, MEMSCOPE_UNKNOWN);
    CU_ASSERT_STRING_EQUAL(merged->process.executable, "/opt/bin/server");
    CU_ASSERT_EQUAL(merged->process.start_time, S_START);
    CU_ASSERT_EQUAL(merged->process.duration_ns, 10 * S_SECOND);
    ms_merge_destroy(merge);
}

/* A timeline of a process with one value a second. */
static void s_set_timeline(struct memscope_report *report, const uint64_t *times,
                           const uint64_t *live, size_t count) {
    report->timeline = (struct memscope_timeline){.interval_ns = S_SECOND,
                                                  .count = count,
                                                  .timestamps = times,
                                                  .heap_live_bytes = live,
                                                  .allocations = live,
                                                  .frees = live};
}

/* Two that ran together: 0..10 and 5..15. The first has 100 throughout, the second 50. */
static void s_test_peak_of_two_at_once(void) {
    static const uint64_t s_times[] = {1 * S_SECOND, 5 * S_SECOND, 9 * S_SECOND};
    static const uint64_t s_hundred[] = {100, 100, 100}, s_fifty[] = {50, 50, 50};
    struct memscope_site_report one[] = {MADE_SITE("a", "int", "f", 1, 1, 100, 0, 0, 100)};
    struct memscope_site_report two[] = {MADE_SITE("a", "int", "f", 1, 1, 50, 0, 0, 50)};
    struct memscope_report first = s_process(one, 1, 1, 0, 10),
                           second = s_process(two, 1, 2, 5, 15);
    const struct memscope_report *const both[] = {&first, &second};
    struct ms_merge *merge;
    s_set_timeline(&first, s_times, s_hundred, 3);
    s_set_timeline(&second, s_times, s_fifty, 3);
    const struct memscope_report *merged = s_merge(both, 2, &merge);
    CU_ASSERT_EQUAL(merged->summary.peak_memory_bytes, 150);
    CU_ASSERT_EQUAL(merged->summary.peak_known_bytes, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(merged->sites[0].peak_bytes, 150);
    CU_ASSERT_EQUAL(merged->sites[0].bytes_at_peak, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(merged->timeline.count, 16);
    CU_ASSERT_EQUAL(merged->timeline.heap_live_bytes[3], 100);
    CU_ASSERT_EQUAL(merged->timeline.heap_live_bytes[7], 150);
    CU_ASSERT_EQUAL(merged->timeline.heap_live_bytes[12], 50);
    CU_ASSERT_EQUAL(merged->timeline.allocations[15], 150);
    /* Merged again, each moment stays in its step. */
    struct ms_merge *outer;
    const struct memscope_report *again = s_merge(&merged, 1, &outer);
    CU_ASSERT_EQUAL_FATAL(again->timeline.count, 16);
    CU_ASSERT_EQUAL(
        memcmp(again->timeline.heap_live_bytes, merged->timeline.heap_live_bytes, 16 * 8), 0);
    CU_ASSERT_EQUAL(memcmp(again->timeline.allocations, merged->timeline.allocations, 16 * 8), 0);
    ms_merge_destroy(outer);
    ms_merge_destroy(merge);
}

/* The same one after the other: the peak is the larger one, and what made it up is known. */
static void s_test_peak_of_two_in_turn(void) {
    struct memscope_site_report one[] = {MADE_SITE("a", "int", "f", 1, 1, 100, 0, 0, 100)};
    struct memscope_site_report two[] = {MADE_SITE("a", "int", "f", 1, 1, 50, 0, 0, 50),
                                         MADE_SITE("a", "int", "g", 2, 1, 20, 0, 0, 20)};
    struct memscope_report first = s_process(one, 1, 1, 0, 10),
                           second = s_process(two, 2, 2, 11, 15);
    const struct memscope_report *const both[] = {&second, &first};
    struct ms_merge *merge;
    const struct memscope_report *merged = s_merge(both, 2, &merge);
    CU_ASSERT_EQUAL(merged->summary.peak_memory_bytes, 100);
    CU_ASSERT_EQUAL(merged->summary.peak_known_bytes, 100);
    CU_ASSERT_EQUAL(merged->summary.peak_known_ns, 5 * S_SECOND);
    CU_ASSERT_EQUAL(s_find_site(merged, "f")->peak_bytes, 100);
    CU_ASSERT_EQUAL(s_find_site(merged, "f")->bytes_at_peak, 100);
    CU_ASSERT_EQUAL(s_find_site(merged, "g")->peak_bytes, 20);
    CU_ASSERT_EQUAL(s_find_site(merged, "g")->bytes_at_peak, 0);
    ms_merge_destroy(merge);
}

/* Hundreds of short ones within one step of the timeline were not there together. */
static void s_test_short_processes(void) {
    struct memscope_site_report site[] = {MADE_SITE("a", "int", "f", 1, 1, 100, 0, 0, 100)};
    struct ms_merge *merge = ms_merge_new();
    const struct memscope_report *merged;
    CU_ASSERT_PTR_NOT_NULL_FATAL(merge);
    for (uint64_t i = 0; i < 500; i++) {
        struct memscope_report report = s_process(site, 1, i + 1, 0, 0);
        report.process.start_time += i * 1000;
        report.process.duration_ns = 500;
        CU_ASSERT_EQUAL_FATAL(ms_merge_add(merge, &report), MS_OK);
    }
    CU_ASSERT_EQUAL_FATAL(ms_merge_finish(merge, &merged), MS_OK);
    CU_ASSERT_EQUAL(merged->summary.peak_memory_bytes, 100);
    CU_ASSERT_EQUAL(merged->sites[0].peak_bytes, 100);
    CU_ASSERT_EQUAL(merged->sites[0].total_bytes, 50000);
    CU_ASSERT_EQUAL(merged->process_count, 500);
    CU_ASSERT_EQUAL(merged->timeline.count, 1);
    ms_merge_destroy(merge);
}

/* Days apart, in any order: the steps get longer, and nothing is lost. */
static void s_test_long_timeline(void) {
    struct memscope_site_report site[] = {MADE_SITE("a", "int", "f", 1, 1, 100, 0, 0, 100)};
    struct memscope_report late = s_process(site, 1, 1, 200000, 200010),
                           early = s_process(site, 1, 2, 0, 10),
                           soon = s_process(site, 1, 4, 20, 30),
                           middle = s_process(site, 1, 3, 100000, 100010);
    const struct memscope_report *const all[] = {&soon, &early, &late, &middle};
    struct ms_merge *merge;
    const struct memscope_report *merged = s_merge(all, 4, &merge);
    size_t with = 0;
    CU_ASSERT(merged->timeline.count <= 1024 && merged->timeline.count > 256);
    for (size_t i = 0; i < merged->timeline.count; i++)
        with += merged->timeline.heap_live_bytes[i] == 100;
    CU_ASSERT_EQUAL(with, 3);
    CU_ASSERT_EQUAL(merged->timeline.allocations[merged->timeline.count - 1], 4);
    CU_ASSERT_EQUAL(merged->summary.peak_memory_bytes, 100);
    CU_ASSERT_EQUAL(merged->processes[0].pid, 2); /* by start */
    ms_merge_destroy(merge);
}

static const struct memscope_frame s_frames[] = {
    {.function = "f", .file = "a.c", .line = 1, .module = "/opt/bin/server", .address = 0x10},
    {.function = "main", .file = "a.c", .line = 9, .module = "/opt/bin/server", .address = 0x20},
};

/* Stacks of equal frames are one; leaks and live blocks name it and the merged place. */
static void s_test_stacks(void) {
    struct memscope_site_report site[] = {MADE_SITE("a", "int", "f", 1, 2, 8, 1, 4, 8)};
    struct memscope_stack stacks[2][2] = {
        {{.id = 5, .frames = s_frames, .frame_count = 2, .live_count = 1, .live_bytes = 4}},
        {{.id = 1, .frames = s_frames + 1, .frame_count = 1, .live_count = 1, .live_bytes = 4},
         {.id = 8, .frames = s_frames, .frame_count = 2, .live_count = 1, .live_bytes = 4}}};
    struct memscope_leak leaks[2] = {
        {.type_name = "int", .count = 1, .bytes = 4, .first_seen_ns = 7 * S_SECOND, .stack_id = 5},
        {.type_name = "int", .count = 1, .bytes = 4, .first_seen_ns = 1 * S_SECOND, .stack_id = 8}};
    struct memscope_live_blocks live[2] = {
        {.site_id = 7, .type_name = "int", .stack_id = 5, .count = 1, .bytes = 4},
        {.site_id = 4, .type_name = "int", .stack_id = 8, .count = 1, .bytes = 4}};
    struct memscope_growing growing[2] = {
        {.site_id = 7, .start_ns = S_SECOND, .end_ns = 2 * S_SECOND, .end_bytes = 50},
        {.site_id = 4, .start_ns = S_SECOND, .end_ns = 2 * S_SECOND, .end_bytes = 90}};
    struct memscope_report reports[2];
    struct memscope_site_report sites[2] = {site[0], site[0]};
    const struct memscope_report *const both[] = {&reports[0], &reports[1]};
    sites[0].id = 7;
    sites[1].id = 4;
    for (size_t i = 0; i < 2; i++) {
        reports[i] = s_process(&sites[i], 1, i + 1, 4 * i, 10);
        reports[i].stacks = stacks[i];
        reports[i].stack_count = 1 + i;
        reports[i].leaks = &leaks[i];
        reports[i].live = &live[i];
        reports[i].growing = &growing[i];
        reports[i].growing_count = 1;
        reports[i].leak_count = reports[i].live_count = 1;
    }
    struct ms_merge *merge;
    const struct memscope_report *merged = s_merge(both, 2, &merge);
    CU_ASSERT_EQUAL(merged->stack_count, 2);
    CU_ASSERT_EQUAL_FATAL(merged->leak_count, 1);
    CU_ASSERT_EQUAL(merged->leaks[0].count, 2);
    CU_ASSERT_EQUAL(merged->leaks[0].first_seen_ns, 5 * S_SECOND); /* the second started at 4 */
    CU_ASSERT_EQUAL_FATAL(merged->live_count, 1);
    CU_ASSERT_EQUAL(merged->live[0].bytes, 8);
    CU_ASSERT_EQUAL(merged->live[0].site_id, merged->sites[0].id);
    CU_ASSERT_EQUAL(merged->live[0].stack_id, merged->leaks[0].stack_id);
    CU_ASSERT_EQUAL_FATAL(merged->growing_count, 2);
    CU_ASSERT_EQUAL(merged->growing[0].end_bytes, 90); /* the larger one first */
    CU_ASSERT_EQUAL(merged->growing[0].start_ns, 5 * S_SECOND);
    CU_ASSERT_EQUAL(merged->growing[0].site_id, merged->sites[0].id);
    for (size_t i = 0; i < 2; i++) {
        if (merged->stacks[i].id == merged->leaks[0].stack_id) {
            CU_ASSERT_EQUAL(merged->stacks[i].frame_count, 2);
            CU_ASSERT_EQUAL(merged->stacks[i].live_bytes, 8);
            CU_ASSERT_STRING_EQUAL(merged->stacks[i].frames[0].function, "f");
        }
    }
    ms_merge_destroy(merge);
}

/* The same address in another build of a program is another place. */
static void s_test_builds(void) {
    struct memscope_module_report modules[2] = {{"/opt/bin/server", "aabbccddeeff", 1},
                                                {"/opt/bin/server", "0011223344", 1}};
    struct memscope_stack stack = {.id = 1, .frames = s_frames, .frame_count = 2};
    struct memscope_site_report site[] = {MADE_SITE("a", "int", "f", 1, 1, 4, 0, 0, 4)};
    struct memscope_report reports[3];
    const struct memscope_report *const all[] = {&reports[0], &reports[1], &reports[2]};
    for (size_t i = 0; i < 3; i++) {
        reports[i] = s_process(site, 1, i + 1, 0, 1);
        reports[i].stacks = &stack;
        reports[i].stack_count = reports[i].module_count = 1;
        reports[i].modules = &modules[i != 0];
    }
    struct ms_merge *merge;
    const struct memscope_report *merged = s_merge(all, 3, &merge);
    CU_ASSERT_EQUAL_FATAL(merged->stack_count, 2);
    CU_ASSERT_EQUAL_FATAL(merged->module_count, 2);
    CU_ASSERT_STRING_EQUAL(merged->stacks[0].frames[0].module, "/opt/bin/server");
    CU_ASSERT_STRING_EQUAL(merged->stacks[1].frames[0].module, "/opt/bin/server (build 00112233)");
    CU_ASSERT_STRING_EQUAL(merged->modules[1].path, "/opt/bin/server (build 00112233)");
    CU_ASSERT_EQUAL(merged->site_count, 1); /* places go by file and line */
    ms_merge_destroy(merge);
}

/* Threads and marks stay; threads say whose they are. Merged again, they do not say it twice. */
static void s_test_threads_and_again(void) {
    struct memscope_thread_report threads[2] = {{.tid = 1, .name = "main", .total_bytes = 4},
                                                {.tid = 2, .name = "main", .total_bytes = 4}};
    struct memscope_mark_report mark = {S_SECOND, "loaded"};
    struct memscope_site_report site[] = {MADE_SITE("a", "int", "f", 1, 1, 4, 0, 0, 4)};
    struct memscope_report first = s_process(site, 1, 1, 0, 4),
                           second = s_process(site, 1, 2, 2, 4);
    const struct memscope_report *const both[] = {&first, &second};
    static const char *const s_note[] = {"something is missing"};
    first.threads = threads;
    second.threads = threads + 1;
    first.thread_count = second.thread_count = 1;
    first.marks = second.marks = &mark;
    first.mark_count = second.mark_count = 1;
    first.notes = second.notes = s_note;
    first.note_count = second.note_count = 1;
    second.process.host = "build-8";
    second.sampling.preset = "demo";
    second.process.exit = MEMSCOPE_EXIT_KILLED;
    struct ms_merge *merge, *outer;
    const struct memscope_report *merged = s_merge(both, 2, &merge);
    CU_ASSERT_EQUAL_FATAL(merged->thread_count, 2);
    CU_ASSERT_STRING_EQUAL(merged->threads[0].name, "server[1]: main");
    CU_ASSERT_STRING_EQUAL(merged->threads[1].name, "server[2@build-8]: main");
    CU_ASSERT_EQUAL_FATAL(merged->mark_count, 2);
    CU_ASSERT_EQUAL(merged->marks[0].timestamp, S_SECOND);
    CU_ASSERT_EQUAL(merged->marks[1].timestamp, 3 * S_SECOND);
    CU_ASSERT_PTR_NULL(merged->process.host);
    CU_ASSERT_PTR_NULL(merged->sampling.preset);
    CU_ASSERT_EQUAL(merged->process.exit, MEMSCOPE_EXIT_KILLED);
    CU_ASSERT_EQUAL_FATAL(merged->note_count, 5);
    CU_ASSERT_STRING_EQUAL(merged->notes[0], "something is missing (2 times)");
    const struct memscope_report *const again[] = {merged, &first};
    const struct memscope_report *twice = s_merge(again, 2, &outer);
    CU_ASSERT_EQUAL(twice->process_count, 3);
    CU_ASSERT_EQUAL(twice->sites[0].total_bytes, 12);
    CU_ASSERT_EQUAL_FATAL(twice->thread_count, 3);
    CU_ASSERT_STRING_EQUAL(twice->threads[0].name, "server[1]: main");
    CU_ASSERT_EQUAL(twice->note_count, 6); /* those about merging are made anew */
    ms_merge_destroy(outer);
    ms_merge_destroy(merge);
}

/* 3 blocks of 10 bytes and 1 of 50: 20 on average. What is not known of one is that of the others.
 */
static void s_test_means(void) {
    struct memscope_type_report types[3] = {{.type_name = "int",
                                             .total_count = 3,
                                             .total_bytes = 30,
                                             .average_bytes = 10,
                                             .average_lifetime_ns = 100},
                                            {.type_name = "int",
                                             .total_count = 1,
                                             .total_bytes = 50,
                                             .average_bytes = 50,
                                             .average_lifetime_ns = MEMSCOPE_UNKNOWN},
                                            {.type_name = "char",
                                             .total_count = 1,
                                             .total_bytes = 1,
                                             .average_bytes = 1,
                                             .average_lifetime_ns = MEMSCOPE_UNKNOWN}};
    struct memscope_report first = s_process(NULL, 0, 1, 0, 1),
                           second = s_process(NULL, 0, 2, 0, 1);
    const struct memscope_report *const both[] = {&first, &second};
    first.types = types;
    first.type_count = 1;
    second.types = types + 1;
    second.type_count = 2;
    struct ms_merge *merge;
    const struct memscope_report *merged = s_merge(both, 2, &merge);
    CU_ASSERT_EQUAL_FATAL(merged->type_count, 2);
    CU_ASSERT_EQUAL(merged->types[0].average_bytes, 20);
    CU_ASSERT_EQUAL(merged->types[0].average_lifetime_ns, 100);
    CU_ASSERT_EQUAL(merged->types[1].average_lifetime_ns, MEMSCOPE_UNKNOWN);
    ms_merge_destroy(merge);
}

/* The surest leaks come first, and errors before warnings, whatever is larger or came before. */
static void s_test_ranks(void) {
    struct memscope_leak leaks[] = {{.type_name = "a", .bytes = 8, .reachability = "reachable"},
                                    {.type_name = "b", .bytes = 4, .reachability = NULL},
                                    {.type_name = "c", .bytes = 2, .reachability = "indirect"},
                                    {.type_name = "d", .bytes = 1, .reachability = "unreachable"},
                                    {.type_name = "e", .bytes = 3, .reachability = "unreachable"}};
    struct memscope_finding findings[] = {
        {.severity = "note"}, {.severity = "warning"}, {.severity = "error"}};
    struct memscope_report report = s_process(NULL, 0, 1, 0, 1);
    const struct memscope_report *const one[] = {&report};
    char order[6] = "";
    report.leaks = leaks;
    report.leak_count = MADE_COUNT(leaks);
    report.findings = findings;
    report.finding_count = MADE_COUNT(findings);
    struct ms_merge *merge;
    const struct memscope_report *merged = s_merge(one, 1, &merge);
    CU_ASSERT_EQUAL_FATAL(merged->leak_count, 5);
    for (size_t i = 0; i < 5; i++)
        order[i] = merged->leaks[i].type_name[0];
    CU_ASSERT_STRING_EQUAL(order, "edcba");
    CU_ASSERT_STRING_EQUAL(merged->findings[0].severity, "error");
    CU_ASSERT_STRING_EQUAL(merged->findings[2].severity, "note");
    ms_merge_destroy(merge);
}

/* 3 % of 100 and 1 % of 400 bytes are 3 and 4 bytes: 5 of 500. */
static void s_test_errors(void) {
    struct memscope_site_report one[] = {MADE_SITE("a", "int", "f", 1, 1, 100, 1, 100, 100)};
    struct memscope_site_report two[] = {MADE_SITE("a", "int", "f", 1, 1, 400, 1, 400, 400)};
    one[0].error_percent = 3;
    two[0].error_percent = 1;
    struct memscope_report first = s_process(one, 1, 1, 0, 1), second = s_process(two, 1, 2, 0, 1);
    const struct memscope_report *const both[] = {&first, &second};
    struct ms_merge *merge;
    first.sampling.exact = false;
    const struct memscope_report *merged = s_merge(both, 2, &merge);
    CU_ASSERT_DOUBLE_EQUAL(merged->sites[0].error_percent, 1, 1e-9);
    CU_ASSERT_FALSE(merged->sampling.exact);
    ms_merge_destroy(merge);
}

/* What a report points to may be gone when the merged one is read. */
static void s_test_copies(void) {
    char name[] = "struct gone";
    struct memscope_member member = {.name = name, .type_name = name, .size = 4};
    struct memscope_type_report type = {
        .type_name = name, .size = 4, .members = &member, .member_count = 1};
    struct memscope_report report = s_process(NULL, 0, 1, 0, 1);
    const struct memscope_report *merged;
    struct ms_merge *merge = ms_merge_new();
    CU_ASSERT_PTR_NOT_NULL_FATAL(merge);
    report.types = &type;
    report.type_count = 1;
    CU_ASSERT_EQUAL_FATAL(ms_merge_add(merge, &report), MS_OK);
    memset(name, 'x', sizeof(name) - 1);
    memset(&member, 0xff, sizeof(member));
    CU_ASSERT_EQUAL_FATAL(ms_merge_finish(merge, &merged), MS_OK);
    CU_ASSERT_STRING_EQUAL(merged->types[0].type_name, "struct gone");
    CU_ASSERT_EQUAL_FATAL(merged->types[0].member_count, 1);
    CU_ASSERT_STRING_EQUAL(merged->types[0].members[0].name, "struct gone");
    ms_merge_destroy(merge);
}

int main(void) {
    static CU_TestInfo s_tests[] = {
        {"sums", s_test_sums},
        {"the peak of two at once", s_test_peak_of_two_at_once},
        {"the peak of two in turn", s_test_peak_of_two_in_turn},
        {"short processes", s_test_short_processes},
        {"a long timeline", s_test_long_timeline},
        {"stacks", s_test_stacks},
        {"builds", s_test_builds},
        {"threads, and merged again", s_test_threads_and_again},
        {"means", s_test_means},
        {"ranks", s_test_ranks},
        {"errors", s_test_errors},
        {"copies", s_test_copies},
        CU_TEST_INFO_NULL,
    };
    static CU_SuiteInfo s_suites[] = {
        {.pName = "merge", .pTests = s_tests},
        CU_SUITE_INFO_NULL,
    };
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(s_suites) != CUE_SUCCESS)
        return 1;
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
