/* SPDX-License-Identifier: MIT */
#include "sample_journal.h"

#include <string.h>

#include "memscope/abi.h"

#define MODULE_1 (UINT64_C(1) << MS_FRAME_MODULE_SHIFT)
#define BASE     UINT64_C(0x555555550000)

static void s_add_process(struct journal_builder *builder) {
    struct ms_journal_header *header = journal_builder_header(builder);
    header->executable = journal_builder_string(builder, "/usr/bin/sample");
    header->host = journal_builder_string(builder, "box");
    header->preset = journal_builder_string(builder, "full");
    header->command = journal_builder_string(builder, "sample");
    journal_builder_string(builder, "");
    journal_builder_string(builder, "--na\xffme");
    header->command_count = 3;
    header->seed = 7;
    header->exit_code = 3;
    header->peak_bytes = 900;
    struct ms_module module = {
        .base = BASE,
        .start = BASE + 0x1000,
        .end = BASE + 0x9000,
        .path = journal_builder_string(builder, "/usr/bin/sample"),
        .build_id_size = 4,
        .build_id = {0xde, 0xad, 0xbe, 0xef},
    };
    journal_builder_module(builder, &module);
    struct ms_mark mark = {.time_ns = 500, .name = journal_builder_string(builder, "loaded")};
    journal_builder_append(builder, MS_TABLE_MARKS, &mark, sizeof(mark));
}

/* Of the main thread "load" and inside it one without a name, which is open; one of the worker; one
 * of a thread that is not there, whose numbers go backwards. */
static void s_add_phases(struct journal_builder *builder) {
    struct ms_phase phases[] = {
        {.start_ns = 100,
         .end_ns = 900,
         .name = journal_builder_string(builder, "load"),
         .start = {.allocations = 2, .alloc_bytes = 40, .heap_live_bytes = 33},
         .end = {.allocations = 12, .alloc_bytes = 640, .heap_live_bytes = 44}},
        {.start_ns = 200,
         .outer = 1,
         .depth = 1,
         .start = {.allocations = 10, .alloc_bytes = 600, .heap_live_bytes = 55}},
        {.start_ns = 300, .thread = 2, .start = {.allocations = 1, .alloc_bytes = 8}},
        {.start_ns = 400,
         .end_ns = 1,
         .name = UINT32_MAX,
         .thread = 77,
         .outer = UINT32_MAX,
         .start = {.allocations = 9, .alloc_bytes = 9}},
    };
    for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++)
        journal_builder_append(builder, MS_TABLE_PHASES, &phases[i], sizeof(phases[i]));
}

static void s_add_site(struct journal_builder *builder, uint8_t kind, const char *var_name,
                       const char *type_name, uint64_t type_size, const char *file, uint32_t line,
                       const char *function) {
    struct ms_site site = {.kind = kind, .type_size = type_size, .line = line};
    if (var_name != NULL)
        site.var_name = journal_builder_string(builder, var_name);
    if (type_name != NULL)
        site.type_name = journal_builder_string(builder, type_name);
    if (file != NULL)
        site.file = journal_builder_string(builder, file);
    if (function != NULL)
        site.function = journal_builder_string(builder, function);
    if (kind == MEMSCOPE_SITE_CALLER)
        site.frame = MODULE_1 | 0x1100;
    site.evidence = type_name != NULL ? MEMSCOPE_EVIDENCE_LHS : MEMSCOPE_EVIDENCE_NONE;
    journal_builder_site(builder, &site);
}

static void s_add_counter(struct journal_builder *builder, uint32_t shard, uint32_t site,
                          uint64_t allocations, uint64_t alloc_bytes, uint64_t frees,
                          uint64_t free_bytes, uint64_t peak_bytes) {
    *journal_builder_counter(builder, shard, site) = (struct ms_counter){
        .allocations = allocations,
        .alloc_bytes = alloc_bytes,
        .frees = frees,
        .free_bytes = free_bytes,
        .peak_bytes = peak_bytes,
        .temporary = site == 4 ? 4 : 0,
    };
}

static void s_add_threads(struct journal_builder *builder, uint32_t main_block,
                          uint32_t worker_block) {
    struct ms_thread_record main_thread = {
        .tid = 4711,
        .name = "sample",
        .allocations = 17,
        .alloc_bytes = 696,
        .frees = 8,
        .free_bytes = 150,
        .foreign_frees = 1,
        .foreign_free_bytes = 10,
        .freed_elsewhere = 1,
        .freed_elsewhere_bytes = 36,
        .peak_bytes = 500,
        .pending = {.block = main_block, .size = 64, .frame_address = BASE + 0x1100},
    };
    struct ms_thread_record worker = {
        .tid = 4712,
        .name = "worker",
        .end_ns = 1500,
        .allocations = 3,
        .alloc_bytes = 56,
        .peak_bytes = 48,
        .pending = {.block = worker_block, .size = 8, .frame_address = 0x12345},
    };
    struct ms_thread_record unused = {0};
    journal_builder_thread(builder, &main_thread);
    journal_builder_thread(builder, &unused);
    journal_builder_thread(builder, &worker);
}

/* Three ticks. Types: struct node grows and is gone, char comes at the second tick. */
static void s_add_ticks(struct journal_builder *builder) {
    const struct ms_site *sites = journal_builder_at(builder, MS_TABLE_SITES, 0);
    uint32_t node = sites[1].type_name;
    uint32_t name = sites[4].type_name;
    struct ms_tick tick = {
        .memory_usage_bytes = 250,
        .memory_total_bytes = 1000,
        .disk_read_bps = MS_UNKNOWN_U64,
        .gpu_usage_permille = MS_UNKNOWN_PERMILLE,
        .cpu_usage_permille = 125,
        .thread_count = 2,
        .process_fds = UINT32_MAX,
        .process_pss_bytes = MS_UNKNOWN_U64,
        .process_gpu_bytes = 4711,
        .process_write_bytes = MS_UNKNOWN_U64,
    };
    tick.time_ns = 100000000;
    tick.heap_live_bytes = 96;
    tick.allocations = 4;
    tick.shares[0] = (struct ms_share){1, node, 96};
    tick.shares[MS_SHARES_OF_TYPES] = (struct ms_share){2, 2, 70};
    journal_builder_tick(builder, &tick);
    tick.time_ns = 200000000;
    tick.heap_live_bytes = 1000;
    tick.allocations = 9;
    tick.frees = 1;
    tick.process_minor_faults = 321;
    tick.process_major_faults = 4;
    tick.process_read_bytes = 8192;
    tick.process_fds = 9;
    tick.process_pss_bytes = 3000;
    tick.process_gpu_bytes = 7000;
    tick.gpu_count = 2;
    tick.gpus[0] = (struct ms_tick_gpu){
        .memory_used_kib = 3, .memory_total_kib = UINT32_C(1) << 25, .usage_permille = 370};
    tick.gpus[1] = (struct ms_tick_gpu){UINT32_MAX, UINT32_MAX, UINT16_MAX, 0};
    tick.shares[0] = (struct ms_share){1, node, 700};
    tick.shares[1] = (struct ms_share){1, name, 300};
    tick.shares[MS_SHARES_OF_TYPES] = (struct ms_share){2, 2, 130};
    tick.shares[MS_SHARES_OF_TYPES + 1] = (struct ms_share){2, 9999, 5};
    journal_builder_tick(builder, &tick);
    tick.time_ns = 300000000;
    tick.heap_live_bytes = 300;
    tick.allocations = 18;
    tick.frees = 9;
    tick.shares[0] = (struct ms_share){1, name, 300};
    memset(&tick.shares[1], 0, sizeof(tick.shares) - sizeof(tick.shares[0]));
    journal_builder_tick(builder, &tick);
}

struct sample_journal sample_journal_new(void) {
    struct sample_journal sample = {.builder = journal_builder_new(4096)};
    struct journal_builder *builder = sample.builder;
    s_add_process(builder);
    s_add_site(builder, MEMSCOPE_SITE_CALL, "head", "struct node", 24, "list.c", 10, "push");
    s_add_site(builder, MEMSCOPE_SITE_VARIABLE, "cache", "struct cache", 100, "cache.c", 20,
               "fill");
    s_add_site(builder, MEMSCOPE_SITE_CALLER, NULL, NULL, 0, NULL, 0, NULL);
    s_add_site(builder, MEMSCOPE_SITE_CALL, "name", "char", 1, "list.c", 11, "push");
    s_add_site(builder, MEMSCOPE_SITE_STATIC, "config", "struct config", 200, "main.c", 5, NULL);
    s_add_counter(builder, 0, 1, 8, 192, 4, 96, 192);
    s_add_counter(builder, 1, 1, 2, 48, 0, 0, 48);
    s_add_counter(builder, 0, 2, 1, 100, 0, 0, 100);
    s_add_counter(builder, 0, 3, 3, 300, 1, 50, 250);
    s_add_counter(builder, 0, 4, 4, 40, 4, 40, 40);
    const uint64_t frames[] = {MODULE_1 | 0x1100, MODULE_1 | 0x1200};
    const uint64_t other[] = {MODULE_1 | 0x1300};
    sample.stack_a = journal_builder_stack(builder, frames, 2);
    sample.stack_b = journal_builder_stack(builder, other, 1);
    for (uint64_t i = 0; i < 6; i++) /* two of them belong to the variable "cache" */
        journal_builder_block(builder, 0x1000 + i * 32, 24, 5 + i, 1, i < 2 ? 2 : 0,
                              i < 4 ? sample.stack_a : sample.stack_b);
    journal_builder_block(builder, 0x2000, 100, 1, 2, 0, 0);
    journal_builder_block(builder, 0, 77, 1, 2, 0, 0); /* freed: not live */
    journal_builder_block(builder, 0x3000, 125, 1, 3, 0, sample.stack_b);
    journal_builder_block(builder, 0x4000, 125, 0, 3, 0, sample.stack_b);
    uint32_t main_block = journal_builder_block(builder, 0xabc0, 64, 19, 0, 0, sample.stack_a);
    s_add_threads(builder, main_block, journal_builder_block(builder, 0xabd0, 8, 20, 0, 0, 0));
    struct ms_histograms histograms = {0};
    histograms.sizes[4] = 1;
    histograms.sizes[5] = 10; /* 16..31 */
    histograms.sizes[7] = 9;
    histograms.lifetimes[0] = 77; /* not used */
    histograms.lifetimes[2] = 1;  /* 200 ms..400 ms */
    journal_builder_append(builder, MS_TABLE_HISTOGRAMS, &histograms, sizeof(histograms));
    s_add_phases(builder);
    s_add_ticks(builder);
    return sample;
}
