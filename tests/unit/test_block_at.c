/* SPDX-License-Identifier: MIT */
/* Which block of a journal an address is in. */
#include "cli/block_at.h"

#include <CUnit/Basic.h>
#include <string.h>

#include "journal/journal.h"
#include "journal_builder.h"

static const char s_path[] = "test_block_at.mscope";

static void s_add_pooled(struct journal_builder *builder, uint64_t address, uint64_t size,
                         uint32_t site) {
    struct ms_pooled_block block = {
        .address_thread = address << 16, .size_time = size << 24, .site = site};
    journal_builder_append(builder, MS_TABLE_POOLED, &block, sizeof(block));
}

/* BUILDER goes; the journal is to be closed. */
static struct ms_journal *s_open(struct journal_builder *builder) {
    struct ms_journal *journal = NULL;
    CU_ASSERT_TRUE_FATAL(journal_builder_write(builder, s_path));
    CU_ASSERT_EQUAL_FATAL(ms_journal_open(s_path, &journal), MS_OK);
    journal_builder_destroy(builder);
    return journal;
}

static void s_test_edges(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    journal_builder_block(builder, 0x1000, 32, 7, 3, MS_HOLDER_LOST | 5, 9);
    journal_builder_block(builder, 0x2000, 0, 0, 4, 6, 0);
    journal_builder_block(builder, 0, 100, 0, 4, 0, 0); /* not live */
    struct ms_journal *journal = s_open(builder);
    struct ms_block_at found;
    CU_ASSERT_FALSE(ms_block_at(journal, 0xfff, &found));
    CU_ASSERT_FALSE(ms_block_at(journal, 0x1020, &found));
    CU_ASSERT_FALSE(ms_block_at(journal, 0x2001, &found));
    CU_ASSERT_FALSE(ms_block_at(journal, 0, &found));
    CU_ASSERT_FALSE(ms_block_at(journal, UINT64_MAX, &found));
    CU_ASSERT_TRUE(ms_block_at(journal, 0x1000, &found));
    CU_ASSERT_TRUE(ms_block_at(journal, 0x101f, &found));
    CU_ASSERT_EQUAL(found.address, 0x1000);
    CU_ASSERT_EQUAL(found.size, 32);
    CU_ASSERT_EQUAL(found.time_ns, 700000000);
    CU_ASSERT_EQUAL(found.site, 3);
    CU_ASSERT_EQUAL(found.stack, 9);
    CU_ASSERT_EQUAL(found.owner, 5);
    CU_ASSERT_TRUE(found.lost);
    CU_ASSERT_FALSE(found.pooled);
    CU_ASSERT_TRUE(ms_block_at(journal, 0x2000, &found)); /* malloc(0) */
    CU_ASSERT_EQUAL(found.owner, 6);
    CU_ASSERT_FALSE(found.lost);
    ms_journal_close(journal);
}

static void s_test_pools(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    journal_builder_block(builder, 0x10000, 4096, 0, 1, 0, 0);
    s_add_pooled(builder, 0, 0, 0); /* record 0, which is not used */
    s_add_pooled(builder, 0x10000, 100, 2);
    s_add_pooled(builder, 0x10010, 30, 3);
    s_add_pooled(builder, 0x90000, 40, 4); /* in no block */
    struct ms_journal *journal = s_open(builder);
    static const struct {
        uint64_t address;
        uint32_t site;
        bool pooled;
    } s_cases[] = {
        {0x10000, 2, true}, {0x1000f, 2, true}, {0x10010, 3, true},  {0x1002d, 3, true},
        {0x1002e, 2, true}, {0x90001, 4, true}, {0x10064, 1, false},
    };
    for (size_t i = 0; i < sizeof(s_cases) / sizeof(s_cases[0]); i++) {
        struct ms_block_at found;
        CU_ASSERT_TRUE(ms_block_at(journal, s_cases[i].address, &found));
        CU_ASSERT_EQUAL(found.site, s_cases[i].site);
        CU_ASSERT_EQUAL(found.pooled, s_cases[i].pooled);
    }
    ms_journal_close(journal);
}

/* A block of which its thread may still say what it is. */
static void s_test_pending(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    struct ms_thread_record thread = {.tid = 4711};
    thread.pending.block = journal_builder_block(builder, 0x1000, 32, 0, 0, 0, 0);
    thread.pending.site = 8;
    journal_builder_thread(builder, &thread);
    struct ms_journal *journal = s_open(builder);
    struct ms_block_at found;
    CU_ASSERT_TRUE(ms_block_at(journal, 0x1000, &found));
    CU_ASSERT_EQUAL(found.site, 8);
    CU_ASSERT_EQUAL(found.tid, 4711);
    ms_journal_close(journal);
}

static void s_test_modules(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    struct ms_module first = {.base = 0x400000,
                              .start = 0x401000,
                              .end = 0x402000,
                              .path = journal_builder_string(builder, "/bin/first")};
    struct ms_module later = first;
    later.path = journal_builder_string(builder, "/bin/later");
    journal_builder_module(builder, &first);
    struct ms_module apart = {.base = 0x800000, .start = 0x800000, .end = 0x801000};
    apart.path = first.path;
    journal_builder_module(builder, &later);
    journal_builder_module(builder, &apart);
    struct ms_journal *journal = s_open(builder);
    uint64_t offset = 0;
    CU_ASSERT_PTR_NULL(ms_module_at(journal, 0x400fff, &offset));
    CU_ASSERT_PTR_NULL(ms_module_at(journal, 0x402000, &offset));
    const char *path = ms_module_at(journal, 0x401234, &offset);
    CU_ASSERT_PTR_NOT_NULL_FATAL(path);
    CU_ASSERT_STRING_EQUAL(path, "/bin/later");
    CU_ASSERT_EQUAL(offset, 0x1234);
    path = ms_module_at(journal, 0x800000, &offset);
    CU_ASSERT_PTR_NOT_NULL_FATAL(path);
    CU_ASSERT_STRING_EQUAL(path, "/bin/first");
    ms_journal_close(journal);
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("block_at", NULL, NULL);
    CU_add_test(suite, "edges of blocks", s_test_edges);
    CU_add_test(suite, "pools", s_test_pools);
    CU_add_test(suite, "pending blocks", s_test_pending);
    CU_add_test(suite, "modules", s_test_modules);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
