/* SPDX-License-Identifier: MIT */
/* The report of the sample journal, whose numbers sample_journal.h has. */
#include "model/model.h"

#include <CUnit/Basic.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "memscope/abi.h"
#include "report_check.h"
#include "sample_journal.h"

static const char s_path[] = "test_model.mscope";

/* A resolver that knows addresses 0x1100 (with something inlined) and 0x1300 of module 1 and the
 * type struct node, and keeps what it was told of modules. */
struct s_modules {
    unsigned count;
    char path[64];
    size_t id_size;
    size_t prepared;
    unsigned late_notes;
};

static const char *s_add_module(void *context, uint32_t module,
                                const struct memscope_module_file *file) {
    struct s_modules *modules = context;
    CU_ASSERT_EQUAL(module, ++modules->count);
    CU_ASSERT_TRUE(file->build_id != NULL && file->build_id[0] == 0xde);
    snprintf(modules->path, sizeof(modules->path), "%s", file->path);
    modules->id_size = file->build_id_size;
    CU_ASSERT_EQUAL(file->size, MEMSCOPE_UNKNOWN);
    return "module 1 has a \xfe name";
}

static size_t s_find_frames(void *context, uint32_t module, uint64_t address,
                            struct memscope_frame *frames, size_t capacity) {
    (void)context;
    CU_ASSERT_EQUAL(module, 1);
    CU_ASSERT_TRUE(capacity >= 2);
    memset(frames, 0, sizeof(*frames));
    frames[0].line = MEMSCOPE_UNKNOWN;
    if (address != 0x1100 && address != 0x1300)
        return 1;
    frames[0].function = address == 0x1100 ? "grow" : "fi\xffll";
    frames[0].file = "table.c";
    frames[0].line = 33;
    frames[0].inlined = address == 0x1100;
    if (address == 0x1300)
        return 1;
    frames[1] = frames[0];
    frames[1].function = "insert";
    frames[1].inlined = false;
    return 2;
}

static bool s_find_type(void *context, const char *type_name, const char *file,
                        struct memscope_type_layout *layout) {
    static const struct memscope_member s_members[] = {
        {.name = "next", .type_name = "struct node *", .size = 8, .alignment = 8},
        {.name = "bad\xff",
         .type_name = "char",
         .offset = 8,
         .size = 1,
         .hole_after = 15,
         .alignment = 1},
    };
    (void)context;
    (void)file;
    *layout = (struct memscope_type_layout){
        .size = 24, .alignment = 8, .padding_bytes = 15, .members = s_members, .member_count = 2};
    if (strcmp(type_name, "struct cache") == 0) { /* another one of that name */
        layout->size = 64;
        layout->padding_bytes = 4;
    } else if (strcmp(type_name, "struct node") != 0) {
        return false;
    }
    return true;
}

/* How much of the last report was made: it only grows, from 0, and ends near 1. */
static double s_done;
static unsigned s_done_count;

static void s_progress(double done) {
    CU_ASSERT_TRUE(done >= s_done || done == 0);
    CU_ASSERT_TRUE(done <= 1);
    s_done = done;
    s_done_count++;
}

/* Each address once, before one of them is asked for. */
static void s_prepare_frames(void *context, struct memscope_address *places, size_t count) {
    struct s_modules *modules = context;
    for (size_t i = 0; i < count; i++) {
        CU_ASSERT_EQUAL(places[i].module, 1);
        for (size_t j = 0; j < i; j++)
            CU_ASSERT_NOT_EQUAL(places[i].address, places[j].address);
    }
    modules->prepared += count;
}

static const char *s_next_note(void *context) {
    struct s_modules *modules = context;
    return modules->late_notes++ == 0 ? "noticed late" : NULL;
}

static struct memscope_resolver s_resolver(struct s_modules *modules) {
    *modules = (struct s_modules){0};
    return (struct memscope_resolver){
        .context = modules,
        .add_module = s_add_module,
        .find_frames = s_find_frames,
        .find_type = s_find_type,
        .progress = s_progress,
        .prepare_frames = s_prepare_frames,
        .next_note = s_next_note,
    };
}

static void s_test_process(void) {
    struct memscope_report *report = report_of_builder(s_path, sample_journal_new().builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    const struct memscope_process *process = &report->process;
    CU_ASSERT_EQUAL(process->pid, 4711);
    CU_ASSERT_EQUAL(process->ppid, 4710);
    check_same(process->executable, "/usr/bin/sample");
    check_same(process->host, "box");
    CU_ASSERT_EQUAL_FATAL(process->command_count, 3);
    check_same(process->command[0], "sample");
    check_same(process->command[1], "");
    check_same(process->command[2], "--na\xef\xbf\xbdme");
    CU_ASSERT_EQUAL(process->start_time, UINT64_C(1700000000000000000));
    CU_ASSERT_EQUAL(process->duration_ns, UINT64_C(2000000000));
    CU_ASSERT_EQUAL(process->exit, MEMSCOPE_EXIT_EXITED);
    CU_ASSERT_EQUAL(process->exit_code, 3);
    check_same(report->sampling.preset, "full");
    CU_ASSERT_EQUAL(report->sampling.sample_rate, 1.0);
    CU_ASSERT_EQUAL(report->sampling.seed, 7);
    CU_ASSERT_TRUE(report->sampling.exact);
    CU_ASSERT_EQUAL_FATAL(report->module_count, 1);
    check_same(report->modules[0].path, "/usr/bin/sample");
    check_same(report->modules[0].build_id, "deadbeef");
    CU_ASSERT_EQUAL(report->modules[0].base, UINT64_C(0x555555550000));
    CU_ASSERT_EQUAL_FATAL(report->mark_count, 1);
    check_same(report->marks[0].name, "loaded");
    CU_ASSERT_EQUAL(report->marks[0].timestamp, 500);
    CU_ASSERT_EQUAL(report->note_count, 0);
    ms_report_destroy(report);
}

static void s_test_phases(void) {
    struct memscope_report *report = report_of_builder(s_path, sample_journal_new().builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL_FATAL(report->phase_count, 4);
    static const struct memscope_phase s_expected[] = {
        {"load", 4711, 0, 100, 900, 10, 600, 33, 44},
        {NULL, 4711, 1, 200, MEMSCOPE_UNKNOWN, 7, 96, 55, MEMSCOPE_UNKNOWN}, /* of 17 and 696 */
        {NULL, 4712, 0, 300, 1500, 2, 48, 0, MEMSCOPE_UNKNOWN}, /* its thread has ended */
        {NULL, MEMSCOPE_UNKNOWN, 0, 400, 400, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < 4; i++) {
        const struct memscope_phase *phase = &report->phases[i], *expected = &s_expected[i];
        check_same(phase->name, expected->name);
        CU_ASSERT_EQUAL(phase->tid, expected->tid);
        CU_ASSERT_EQUAL(phase->depth, expected->depth);
        CU_ASSERT_EQUAL(phase->start_ns, expected->start_ns);
        CU_ASSERT_EQUAL(phase->end_ns, expected->end_ns);
        CU_ASSERT_EQUAL(phase->total_allocations, expected->total_allocations);
        CU_ASSERT_EQUAL(phase->total_bytes, expected->total_bytes);
        CU_ASSERT_EQUAL(phase->heap_live_bytes_at_start, expected->heap_live_bytes_at_start);
        CU_ASSERT_EQUAL(phase->heap_live_bytes_at_end, expected->heap_live_bytes_at_end);
    }
    ms_report_destroy(report);
}

/* Two blocks are pending: they count, though no counter has them. */
static void s_test_summary(void) {
    struct memscope_report *report = report_of_builder(s_path, sample_journal_new().builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    const struct memscope_summary *summary = &report->summary;
    CU_ASSERT_EQUAL(summary->total_allocations, 20);
    CU_ASSERT_EQUAL(summary->total_deallocations, 9);
    CU_ASSERT_EQUAL(summary->active_allocations, 11);
    CU_ASSERT_EQUAL(summary->total_bytes, 752);
    CU_ASSERT_EQUAL(summary->current_memory_bytes, 566);
    CU_ASSERT_EQUAL(summary->peak_memory_bytes, 1000); /* a tick saw more than the header's 900 */
    CU_ASSERT_DOUBLE_EQUAL(summary->allocation_rate_per_sec, 10, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(summary->deallocation_rate_per_sec, 4.5, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(summary->typed_bytes_percent, 100.0 * 380 / 752, 1e-9);
    CU_ASSERT_EQUAL(summary->dropped_events, 0);
    CU_ASSERT_EQUAL(summary->static_bytes, 200);
    CU_ASSERT_EQUAL(summary->stack_peak_bytes, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(summary->padding_waste_bytes, MEMSCOPE_UNKNOWN); /* no resolver */
    ms_report_destroy(report);
}

static void s_test_sites(void) {
    struct memscope_report *report = report_of_builder(s_path, sample_journal_new().builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    static const uint32_t s_order[] = {3, 1, 5, 2, 4, 6};
    CU_ASSERT_EQUAL_FATAL(report->site_count, 6);
    for (unsigned i = 0; i < 6; i++)
        CU_ASSERT_EQUAL(report->sites[i].id, s_order[i]);
    const struct memscope_site_report *caller = &report->sites[0];
    check_same(caller->kind, "caller");
    check_same(caller->evidence, "none");
    check_same(caller->type_name, NULL);
    CU_ASSERT_EQUAL(caller->line, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(caller->total_allocations, 4); /* one is pending */
    CU_ASSERT_EQUAL(caller->total_bytes, 364);
    CU_ASSERT_EQUAL(caller->live_allocations, 3);
    CU_ASSERT_EQUAL(caller->live_bytes, 314);
    CU_ASSERT_EQUAL(caller->peak_bytes, 314); /* never less than what is live */
    const struct memscope_site_report *node = &report->sites[1];
    check_same(node->kind, "call");
    check_same(node->evidence, "lhs");
    check_same(node->var_name, "head");
    check_same(node->type_name, "struct node");
    check_same(node->file, "list.c");
    check_same(node->function, "push");
    CU_ASSERT_EQUAL(node->line, 10);
    CU_ASSERT_EQUAL(node->total_bytes, 240); /* of two shards */
    CU_ASSERT_EQUAL(node->live_bytes, 144);
    CU_ASSERT_EQUAL(node->peak_bytes, 240);
    CU_ASSERT_EQUAL(node->error_percent, 0);
    check_same(report->sites[2].type_name, "struct config");
    CU_ASSERT_EQUAL(report->sites[2].live_bytes, 200);
    CU_ASSERT_EQUAL(report->sites[4].temporary_allocations, 4);
    CU_ASSERT_EQUAL(report->sites[5].total_bytes, 8); /* a site made for a pending block */
    check_same(report->sites[5].kind, "caller");
    ms_report_destroy(report);
}

static void s_test_hotspots(void) {
    struct sample_journal sample = sample_journal_new();
    struct memscope_report *report = report_of_builder(s_path, sample.builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL_FATAL(report->hotspot_count, 5); /* the static object allocates nothing */
    const struct memscope_hotspot *hotspots = report->hotspots;
    check_same(hotspots[0].location, "sample+0x1100");
    check_same(hotspots[0].function, NULL);
    CU_ASSERT_EQUAL(hotspots[0].stack_id, sample.stack_b); /* 250 bytes, the other has 64 */
    check_same(hotspots[1].location, "list.c:10");
    check_same(hotspots[1].var_name, "head");
    check_same(hotspots[1].function, "push");
    CU_ASSERT_EQUAL(hotspots[1].total_size, 240);
    CU_ASSERT_EQUAL(hotspots[1].allocation_count, 10);
    CU_ASSERT_EQUAL(hotspots[1].live_size, 144);
    CU_ASSERT_EQUAL(hotspots[1].live_count, 6);
    CU_ASSERT_EQUAL(hotspots[1].stack_id, sample.stack_a); /* two owners together: 96 of 144 */
    CU_ASSERT_EQUAL(hotspots[2].stack_id, MEMSCOPE_NO_ID);
    CU_ASSERT_EQUAL(hotspots[1].temporary_count, 0);
    CU_ASSERT_EQUAL(hotspots[3].temporary_count, 4);
    CU_ASSERT_EQUAL(hotspots[3].moved_bytes, 0);
    check_same(hotspots[4].location, "0x12345");
    ms_report_destroy(report);
}

static void s_test_resolved(void) {
    struct s_modules modules;
    struct memscope_resolver resolver = s_resolver(&modules);
    struct sample_journal sample = sample_journal_new();
    struct memscope_report *report = report_of_builder(s_path, sample.builder, &resolver);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(modules.count, 1);
    check_same(modules.path, "/usr/bin/sample");
    CU_ASSERT_EQUAL(modules.id_size, 4);
    CU_ASSERT_EQUAL_FATAL(report->note_count, 2);
    check_same(report->notes[0], "module 1 has a \xef\xbf\xbd name");
    check_same(report->notes[1], "noticed late");
    CU_ASSERT(modules.prepared >= 2);
    check_same(report->hotspots[0].location, "table.c:33");
    check_same(report->hotspots[0].function, "grow");
    check_same(report->sites[0].file, "table.c");
    CU_ASSERT_EQUAL(report->sites[0].line, 33);
    CU_ASSERT_EQUAL_FATAL(report->stack_count, 2);
    const struct memscope_stack *stack = &report->stacks[0]; /* with the most live bytes */
    CU_ASSERT_EQUAL(stack->id, sample.stack_b);
    CU_ASSERT_EQUAL(stack->live_count, 4);
    CU_ASSERT_EQUAL(stack->live_bytes, 298);
    CU_ASSERT_EQUAL_FATAL(stack->frame_count, 1);
    check_same(stack->frames[0].function, "fi\xef\xbf\xbdll");
    check_same(stack->frames[0].module, "/usr/bin/sample");
    CU_ASSERT_EQUAL(stack->frames[0].address, 0x1300);
    stack = &report->stacks[1];
    CU_ASSERT_EQUAL(stack->live_count, 5);
    CU_ASSERT_EQUAL(stack->live_bytes, 160);
    CU_ASSERT_EQUAL_FATAL(stack->frame_count, 3);
    check_same(stack->frames[0].function, "grow");
    CU_ASSERT_TRUE(stack->frames[0].inlined);
    check_same(stack->frames[1].function, "insert");
    check_same(stack->frames[2].function, NULL);
    CU_ASSERT_EQUAL(stack->frames[2].line, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(stack->frames[2].address, 0x1200);
    ms_report_destroy(report);
}

static void s_test_types(void) {
    struct s_modules modules;
    struct memscope_resolver resolver = s_resolver(&modules);
    struct memscope_report *report =
        report_of_builder(s_path, sample_journal_new().builder, &resolver);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL_FATAL(report->type_count, 4);
    const struct memscope_type_report *unknown = &report->types[0];
    check_same(unknown->type_name, NULL);
    CU_ASSERT_EQUAL(unknown->total_count, 5);
    CU_ASSERT_EQUAL(unknown->live_bytes, 322);
    CU_ASSERT_EQUAL(unknown->size, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(unknown->padding_bytes, MEMSCOPE_UNKNOWN);
    const struct memscope_type_report *node = &report->types[1];
    check_same(node->type_name, "struct node");
    CU_ASSERT_EQUAL(node->size, 24);
    CU_ASSERT_EQUAL(node->alignment, 8);
    CU_ASSERT_EQUAL(node->live_count, 6);
    CU_ASSERT_EQUAL(node->live_bytes, 144);
    CU_ASSERT_EQUAL(node->total_bytes, 240);
    CU_ASSERT_EQUAL(node->peak_bytes, 700); /* at a tick */
    CU_ASSERT_EQUAL(node->padding_bytes, 15);
    CU_ASSERT_EQUAL(node->padding_waste_bytes, 15 * (700 / 24));
    CU_ASSERT_EQUAL(node->live_objects, 6);
    CU_ASSERT_EQUAL(node->total_objects, 10);
    CU_ASSERT_EQUAL(node->peak_objects, 700 / 24);
    CU_ASSERT_EQUAL(node->average_lifetime_ns, MEMSCOPE_UNKNOWN); /* two samples are too few */
    CU_ASSERT_EQUAL(node->slack_bytes, MEMSCOPE_UNKNOWN);         /* not known to be of glibc */
    CU_ASSERT_EQUAL_FATAL(node->member_count, 2);
    check_same(node->members[0].type_name, "struct node *");
    check_same(node->members[1].name, "bad\xef\xbf\xbd");
    const struct memscope_type_report *cache = &report->types[2];
    check_same(cache->type_name, "struct cache");
    CU_ASSERT_EQUAL(cache->size, 100); /* the layout is of a type of 64 bytes: not this one */
    CU_ASSERT_EQUAL(cache->padding_bytes, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(cache->member_count, 0);
    const struct memscope_type_report *name = &report->types[3];
    check_same(name->type_name, "char");
    CU_ASSERT_EQUAL(name->live_bytes, 0);
    CU_ASSERT_EQUAL(name->peak_bytes, 300);
    CU_ASSERT_EQUAL(report->summary.padding_waste_bytes, 15 * (700 / 24));
    CU_ASSERT_TRUE(s_done > 0.9);
    CU_ASSERT_TRUE(s_done_count > 20);
    ms_report_destroy(report);
}

static void s_test_variables(void) {
    struct memscope_report *report = report_of_builder(s_path, sample_journal_new().builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL_FATAL(report->variable_count, 2);
    check_same(report->variables[0].var_name, "config");
    check_same(report->variables[0].kind, "static");
    const struct memscope_variable *cache = &report->variables[1];
    check_same(cache->kind, "variable");
    check_same(cache->var_name, "cache");
    check_same(cache->type_name, "struct cache");
    check_same(cache->location, "cache.c:20");
    CU_ASSERT_EQUAL(cache->live_bytes, 148); /* its own block and two it took over */
    CU_ASSERT_EQUAL(cache->peak_bytes, 148);
    CU_ASSERT_EQUAL(cache->total_bytes, 100);
    CU_ASSERT_EQUAL(cache->total_allocations, 1);
    CU_ASSERT_EQUAL(cache->live_count, 3);
    CU_ASSERT_EQUAL(cache->average_bytes, 100);
    CU_ASSERT_EQUAL_FATAL(cache->history_count, 2);
    CU_ASSERT_EQUAL(cache->history[1].timestamp, 200000000);
    CU_ASSERT_EQUAL(cache->history[1].live_bytes, 130);
    ms_report_destroy(report);
}

/* Sites of one variable are one row. */
static void s_test_variable_of_two_sites(void) {
    struct sample_journal sample = sample_journal_new();
    const struct ms_site *sites = journal_builder_at(sample.builder, MS_TABLE_SITES, 0);
    struct ms_site again = sites[2];
    again.var_name = 0;
    again.type_name = 0;
    uint32_t name = journal_builder_string(sample.builder, "cache");
    uint32_t type = journal_builder_string(sample.builder, "struct cache");
    again.var_name = name; /* equal text at another offset */
    again.type_name = type;
    uint32_t id = journal_builder_site(sample.builder, &again);
    journal_builder_counter(sample.builder, 0, id)->allocations = 2;
    journal_builder_counter(sample.builder, 0, id)->alloc_bytes = 11;
    again.line++;
    journal_builder_site(sample.builder, &again);
    struct memscope_report *report = report_of_builder(s_path, sample.builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL_FATAL(report->variable_count, 3); /* another line is another variable */
    CU_ASSERT_EQUAL(report->variables[1].total_bytes, 111);
    CU_ASSERT_EQUAL(report->variables[1].total_allocations, 3);
    check_same(report->variables[2].location, "cache.c:21");
    ms_report_destroy(report);
}

static void s_test_leaks(void) {
    struct sample_journal sample = sample_journal_new();
    struct memscope_report *report = report_of_builder(s_path, sample.builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    static const uint64_t s_bytes[] = {250, 100, 64, 48, 48, 48, 8};
    CU_ASSERT_EQUAL_FATAL(report->leak_count, 7);
    uint64_t count = 0;
    for (unsigned i = 0; i < 7; i++) {
        CU_ASSERT_EQUAL(report->leaks[i].bytes, s_bytes[i]);
        count += report->leaks[i].count;
    }
    CU_ASSERT_EQUAL(count, report->summary.active_allocations);
    CU_ASSERT_EQUAL_FATAL(report->live_count, 7);
    for (unsigned i = 0; i < 7; i++)
        CU_ASSERT_EQUAL(report->live[i].bytes, s_bytes[i]);
    CU_ASSERT_EQUAL(report->live[0].count, 2);
    CU_ASSERT_EQUAL(report->live[0].stack_id, sample.stack_b);
    CU_ASSERT_EQUAL(report->live[1].stack_id, MEMSCOPE_NO_ID);
    check_same(report->live[3].var_name, "cache");
    check_same(report->live[3].type_name, "struct node");
    const struct memscope_leak *largest = &report->leaks[0];
    CU_ASSERT_EQUAL(largest->count, 2);
    CU_ASSERT_EQUAL(largest->stack_id, sample.stack_b);
    CU_ASSERT_EQUAL(largest->first_seen_ns, 0);
    check_same(largest->location, "sample+0x1100");
    CU_ASSERT_EQUAL(report->leaks[1].stack_id, MEMSCOPE_NO_ID);
    CU_ASSERT_EQUAL(report->leaks[2].first_seen_ns, UINT64_C(1900000000));
    check_same(report->leaks[3].var_name, "head");
    const struct memscope_leak *owned = &report->leaks[5];
    check_same(owned->var_name, "cache");
    check_same(owned->type_name, "struct node");
    check_same(owned->location, "list.c:10");
    CU_ASSERT_EQUAL(owned->first_seen_ns, UINT64_C(500000000));
    ms_report_destroy(report);
}

/* Blocks of one place that were lost at two, and one that is still held; two sites of one variable,
 * and one where it only loses what it had. */
static void s_test_last_seen(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    struct ms_site site = {.kind = MEMSCOPE_SITE_VARIABLE, .line = 5};
    site.var_name = journal_builder_string(builder, "head");
    site.file = journal_builder_string(builder, "list.c");
    site.function = journal_builder_string(builder, "fill");
    uint64_t taken = journal_builder_site(builder, &site);
    site.flags = MEMSCOPE_SITE_LOSS;
    site.line = 6;
    uint64_t lost = journal_builder_site(builder, &site);
    site.line = 7;
    journal_builder_site(builder, &site);
    uint64_t held = taken | lost << MS_HOLDER_SITE_BITS; /* by a former owner */
    journal_builder_block(builder, 0x5000, 10, 1, 1, taken, 0);
    journal_builder_block(builder, 0x5100, 20, 1, 1, held | MS_HOLDER_LOST, 0);
    journal_builder_block(builder, 0x5200, 20, 1, 1, held | MS_HOLDER_LOST, 0);
    journal_builder_block(builder, 0x5300, 9, 1, 1, held, 0);
    journal_builder_block(builder, 0x5400, 7, 1, 1,
                          (taken | UINT64_C(4711) << MS_HOLDER_SITE_BITS) | MS_HOLDER_LOST, 0);
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL_FATAL(report->leak_count, 2);
    CU_ASSERT_EQUAL(report->leaks[0].bytes, 40);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report->leaks[0].last_seen);
    check_same(report->leaks[0].last_seen->var_name, "head");
    check_same(report->leaks[0].last_seen->location, "list.c:6");
    check_same(report->leaks[0].last_seen->function, "fill");
    CU_ASSERT_EQUAL(report->leaks[1].bytes, 26);
    CU_ASSERT_PTR_NULL(report->leaks[1].last_seen);
    CU_ASSERT_EQUAL_FATAL(report->live_count, 1);
    CU_ASSERT_EQUAL(report->live[0].bytes, 66);
    CU_ASSERT_EQUAL(report->live[0].count, 5);
    CU_ASSERT_EQUAL(report->live[0].site_id, 1);
    CU_ASSERT_EQUAL(report->site_count, 2); /* nothing was lost at line 7 */
    CU_ASSERT_EQUAL_FATAL(report->variable_count, 1);
    check_same(report->variables[0].location, "list.c:5");
    CU_ASSERT_EQUAL(report->variables[0].live_bytes, 66);
    ms_report_destroy(report);
}

/* The surest leaks come first, whatever their size. */
static void s_test_reachability(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    static const struct {
        enum ms_reach reach;
        uint64_t size;
        const char *spelling;
    } s_blocks[] = {
        {MS_REACH_UNREACHABLE, 10, "unreachable"},
        {MS_REACH_INDIRECT, 20, "indirect"},
        {MS_REACH_UNKNOWN, 30, NULL},
        {MS_REACH_YES, 40, "reachable"},
    };
    struct ms_site site = {.kind = MEMSCOPE_SITE_VARIABLE, .line = 5};
    site.var_name = journal_builder_string(builder, "head");
    uint32_t id = journal_builder_site(builder, &site);
    for (size_t i = 4; i-- > 0;) {
        uint64_t holder = id | (uint64_t)s_blocks[i].reach << MS_HOLDER_REACH_AT;
        journal_builder_block(builder, 0x5000 + i * 256, s_blocks[i].size, 1, id, holder, 0);
        journal_builder_block(builder, 0x5080 + i * 256, s_blocks[i].size, 1, id, holder, 0);
    }
    journal_builder_header(builder)->scan_result = MS_SCAN_PARTLY;
    journal_builder_header(builder)->scan_running = 1;
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL_FATAL(report->leak_count, 4);
    for (size_t i = 0; i < 4; i++) {
        CU_ASSERT_EQUAL(report->leaks[i].bytes, 2 * s_blocks[i].size);
        CU_ASSERT_EQUAL(report->leaks[i].count, 2);
        check_same(report->leaks[i].reachability, s_blocks[i].spelling);
        check_same(report->leaks[i].var_name, "head");
    }
    bool says_partly = false, says_running = false;
    for (size_t i = 0; i < report->note_count; i++) {
        says_partly |= strstr(report->notes[i], "not all blocks have a record") != NULL;
        says_running |= strstr(report->notes[i], "threads ran on") != NULL;
    }
    CU_ASSERT_TRUE(says_partly && says_running);
    ms_report_destroy(report);
}

static void s_test_threads(void) {
    struct memscope_report *report = report_of_builder(s_path, sample_journal_new().builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL_FATAL(report->thread_count, 2); /* the record of zeros is none */
    const struct memscope_thread_report *first = &report->threads[0];
    CU_ASSERT_EQUAL(first->tid, 4711);
    check_same(first->name, "sample");
    CU_ASSERT_EQUAL(first->total_allocations, 17);
    CU_ASSERT_EQUAL(first->total_bytes, 696);
    CU_ASSERT_EQUAL(first->live_bytes, 696 - (150 - 10) - 36);
    CU_ASSERT_EQUAL(first->peak_bytes, 520); /* more than the 500 of its record */
    CU_ASSERT_EQUAL(first->freed_elsewhere, 1);
    CU_ASSERT_EQUAL(report->threads[1].total_bytes, 56);
    CU_ASSERT_EQUAL(report->threads[1].peak_bytes, 56);
    ms_report_destroy(report);
}

static void s_test_histograms(void) {
    struct memscope_report *report = report_of_builder(s_path, sample_journal_new().builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    static const struct memscope_bucket s_sizes[] = {
        {8, 16, 1}, {16, 32, 10}, {32, 64, 0}, {64, 128, 9}};
    CU_ASSERT_EQUAL_FATAL(report->size_count, 4);
    CU_ASSERT_EQUAL(memcmp(report->sizes, s_sizes, sizeof(s_sizes)), 0);
    static const struct memscope_bucket s_lifetimes[] = {
        {0, 100000000, 8}, {100000000, 200000000, 0}, {200000000, 400000000, 1}};
    CU_ASSERT_EQUAL_FATAL(report->lifetime_count, 3);
    CU_ASSERT_EQUAL(memcmp(report->lifetimes, s_lifetimes, sizeof(s_lifetimes)), 0);
    ms_report_destroy(report);
}

static void s_test_timeline(void) {
    struct memscope_report *report = report_of_builder(s_path, sample_journal_new().builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    const struct memscope_timeline *timeline = &report->timeline;
    CU_ASSERT_EQUAL(timeline->interval_ns, 100000000);
    CU_ASSERT_EQUAL_FATAL(timeline->count, 3);
    CU_ASSERT_EQUAL(timeline->timestamps[2], 300000000);
    CU_ASSERT_EQUAL(timeline->heap_live_bytes[1], 1000);
    CU_ASSERT_EQUAL(timeline->allocations[2], 18);
    CU_ASSERT_EQUAL(timeline->frees[2], 9);
    CU_ASSERT_EQUAL_FATAL(timeline->by_type_count, 2);
    check_same(timeline->by_type[0].type_name, "struct node");
    static const uint64_t s_node[] = {96, 700, 0}; /* the third tick lists all there is */
    static const uint64_t s_char[] = {0, 300, 300};
    CU_ASSERT_EQUAL(memcmp(timeline->by_type[0].live_bytes, s_node, sizeof(s_node)), 0);
    CU_ASSERT_EQUAL(memcmp(timeline->by_type[1].live_bytes, s_char, sizeof(s_char)), 0);
    CU_ASSERT_EQUAL_FATAL(timeline->by_site_count, 1); /* one of the shares is of no site */
    static const uint64_t s_site[] = {70, 130, 0};
    CU_ASSERT_EQUAL(timeline->by_site[0].site_id, 2);
    CU_ASSERT_EQUAL(memcmp(timeline->by_site[0].live_bytes, s_site, sizeof(s_site)), 0);
    CU_ASSERT_EQUAL_FATAL(report->system_snapshot_count, 3);
    const struct memscope_system_snapshot *snapshot = &report->system_snapshots[1];
    CU_ASSERT_EQUAL(snapshot->timestamp, 200000000);
    CU_ASSERT_DOUBLE_EQUAL(snapshot->cpu_usage_percent, 12.5, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(snapshot->memory_usage_percent, 25, 1e-9);
    CU_ASSERT_TRUE(isnan(snapshot->gpu_usage_percent));
    CU_ASSERT_EQUAL(snapshot->disk_read_bps, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(snapshot->thread_count, 2);
    CU_ASSERT_EQUAL(snapshot->heap_live_bytes, 1000);
    CU_ASSERT_EQUAL(snapshot->process_minor_faults, 321);
    CU_ASSERT_EQUAL(snapshot->process_major_faults, 4);
    CU_ASSERT_EQUAL(snapshot->process_read_bytes, 8192);
    CU_ASSERT_EQUAL(snapshot->process_write_bytes, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(snapshot->process_fds, 9);
    CU_ASSERT_EQUAL(snapshot->process_pss_bytes, 3000);
    CU_ASSERT_EQUAL(snapshot->process_gpu_bytes, 7000);
    CU_ASSERT_EQUAL_FATAL(snapshot->gpu_count, 2);
    CU_ASSERT_DOUBLE_EQUAL(snapshot->gpus[0].usage_percent, 37, 1e-9);
    CU_ASSERT_EQUAL(snapshot->gpus[0].memory_used, 3072);
    CU_ASSERT_EQUAL(snapshot->gpus[0].memory_total, UINT64_C(1) << 35);
    CU_ASSERT_TRUE(isnan(snapshot->gpus[1].usage_percent));
    CU_ASSERT_EQUAL(snapshot->gpus[1].memory_used, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(snapshot->gpus[1].memory_total, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(report->system_snapshots[0].gpu_count, 0);
    CU_ASSERT_EQUAL(report->system_snapshots[0].process_gpu_bytes, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(report->system_snapshots[0].process_fds, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(report->system_snapshots[0].process_pss_bytes, MEMSCOPE_UNKNOWN);
    ms_report_destroy(report);
}

int main(void) {
    static CU_TestInfo s_tests[] = {
        {"process", s_test_process},
        {"phases", s_test_phases},
        {"summary", s_test_summary},
        {"sites", s_test_sites},
        {"hotspots", s_test_hotspots},
        {"resolved names", s_test_resolved},
        {"types", s_test_types},
        {"variables", s_test_variables},
        {"variable of two sites", s_test_variable_of_two_sites},
        {"leaks", s_test_leaks},
        {"last seen", s_test_last_seen},
        {"what can be reached", s_test_reachability},
        {"threads", s_test_threads},
        {"histograms", s_test_histograms},
        {"timeline", s_test_timeline},
        CU_TEST_INFO_NULL,
    };
    static CU_SuiteInfo s_suites[] = {
        {.pName = "model", .pTests = s_tests},
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
