/* SPDX-License-Identifier: MIT */
/* Reports of blocks of the program's own allocators: nothing is counted twice. */
#include "model/model.h"

#include <CUnit/Basic.h>
#include <string.h>

#include "memscope/abi.h"
#include "report_check.h"

static const char s_path[] = "test_model_pools.mscope";

/* A site of TYPE that has made COUNT blocks of SIZE bytes, all live. */
static uint32_t s_add_site(struct journal_builder *builder, const char *type, uint32_t flags,
                           uint64_t count, uint64_t size) {
    struct ms_site site = {.kind = MEMSCOPE_SITE_CALL,
                           .evidence = MEMSCOPE_EVIDENCE_LHS,
                           .type_name = journal_builder_string(builder, type),
                           .file = journal_builder_string(builder, "a.c"),
                           .line = 1,
                           .type_size = size,
                           .flags = flags};
    uint32_t id = journal_builder_site(builder, &site);
    *journal_builder_counter(builder, 0, id) =
        (struct ms_counter){.allocations = count, .alloc_bytes = count * size};
    return id;
}

/* A live pooled block; the index of its record. */
static uint32_t s_add_pooled(struct journal_builder *builder, uint64_t address, uint64_t size,
                             uint32_t site, uint32_t parent) {
    struct ms_pooled_block block = {
        .address_thread = address << 16, .size_time = size << 24, .site = site, .parent = parent};
    return (uint32_t)(journal_builder_append(builder, MS_TABLE_POOLED, &block, sizeof(block)) /
                      sizeof(block));
}

/* With the record 0, which means "none". */
static struct journal_builder *s_new_journal(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    s_add_pooled(builder, 0, 0, 0, 0);
    return builder;
}

static const struct memscope_type_report *s_type(const struct memscope_report *report,
                                                 const char *name) {
    for (size_t i = 0; i < report->type_count; i++)
        if (report->types[i].type_name != NULL && strcmp(report->types[i].type_name, name) == 0)
            return &report->types[i];
    return NULL;
}

static uint64_t s_leaked(const struct memscope_report *report, const char *type) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < report->leak_count; i++)
        if (strcmp(report->leaks[i].type_name, type) == 0)
            bytes += report->leaks[i].bytes;
    return bytes;
}

static void s_check_type(const struct memscope_report *report, const char *name, uint64_t count,
                         uint64_t live, uint64_t pooled) {
    const struct memscope_type_report *type = s_type(report, name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(type);
    CU_ASSERT_EQUAL(type->live_count, count);
    CU_ASSERT_EQUAL(type->live_bytes, live);
    CU_ASSERT_EQUAL(type->pooled_bytes, pooled);
    CU_ASSERT_EQUAL(s_leaked(report, name), live);
}

/* A slab of 1000 bytes: a chunk of 100 in it, in that a leaf of 30; a node in the slab; one in
 * memory of another origin; and one whose slab is gone. */
static void s_test_pools(void) {
    struct journal_builder *builder = s_new_journal();
    uint32_t slab = s_add_site(builder, "char", 0, 1, 1000);
    uint32_t chunk = s_add_site(builder, "struct chunk", MS_SITE_POOLED, 1, 100);
    uint32_t leaf = s_add_site(builder, "struct leaf", MS_SITE_POOLED, 1, 30);
    uint32_t node = s_add_site(builder, "struct node", MS_SITE_POOLED, 3, 40);
    journal_builder_counter(builder, 0, slab)->inside_bytes = 140;
    journal_builder_counter(builder, 0, chunk)->inside_bytes = 30;
    journal_builder_header(builder)->live_bytes = 1000;
    journal_builder_header(builder)->peak_bytes = 1000;
    uint32_t block = journal_builder_block(builder, 0x10000, 1000, 0, slab, 0, 0);
    uint32_t gone = journal_builder_block(builder, 0, 500, 0, slab, 0, 0);
    uint32_t in = s_add_pooled(builder, 0x10000, 100, chunk, block);
    s_add_pooled(builder, 0x10010, 30, leaf, in | MS_PARENT_POOLED);
    s_add_pooled(builder, 0x10100, 40, node, block);
    s_add_pooled(builder, 0x90000, 40, node, 0);
    s_add_pooled(builder, 0xa0000, 40, node, gone);
    s_add_pooled(builder, 0, 70, node, block); /* is not live */
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(report->summary.total_allocations, 1);
    CU_ASSERT_EQUAL(report->summary.total_bytes, 1000);
    CU_ASSERT_EQUAL(report->summary.current_memory_bytes, 1000);
    CU_ASSERT_EQUAL(report->summary.pooled_allocations, 5);
    CU_ASSERT_EQUAL(report->summary.pooled_bytes, 250);
    CU_ASSERT_EQUAL(report->summary.pooled_outside_bytes, 40);
    s_check_type(report, "char", 1, 1000 - 140, 0);
    s_check_type(report, "struct chunk", 1, 100 - 30, 70);
    s_check_type(report, "struct leaf", 1, 30, 30);
    s_check_type(report, "struct node", 3, 120, 120);
    CU_ASSERT_TRUE(report_is_sound(report));
    ms_report_destroy(report);
}

/* What cannot be: parents that are not there, sites that are not, more inside than there is. */
static void s_test_damaged(void) {
    struct journal_builder *builder = s_new_journal();
    uint32_t slab = s_add_site(builder, "char", 0, 1, 50);
    uint32_t node = s_add_site(builder, "struct node", MS_SITE_POOLED, 4, 40);
    journal_builder_counter(builder, 0, slab)->inside_bytes = 80;
    uint32_t block = journal_builder_block(builder, 0x10000, 50, 0, slab, 0, 0);
    s_add_pooled(builder, 0x10000, 40, node, block);
    s_add_pooled(builder, 0x10008, 40, node, block);
    s_add_pooled(builder, 0x20000, 40, node, 12345);
    s_add_pooled(builder, 0x30000, 40, 12345, MS_PARENT_POOLED | 777);
    struct memscope_report *report = report_of_builder(s_path, builder, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report);
    CU_ASSERT_EQUAL(s_type(report, "char")->live_bytes, 0);
    CU_ASSERT_EQUAL(report->summary.pooled_outside_bytes, 0);
    CU_ASSERT_TRUE(report_is_sound(report));
    ms_report_destroy(report);
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("model_pools", NULL, NULL);
    CU_add_test(suite, "pools", s_test_pools);
    CU_add_test(suite, "damaged", s_test_damaged);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
