/* SPDX-License-Identifier: MIT */
/* A copy has what the journal has; of records that change meanwhile none is torn. */
#include "journal/journal_copy.h"

#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/atomics.h"
#include "journal/journal.h"
#include "sample_journal.h"

static const char s_path[] = "test_journal_copy.mscope";
static const char s_copy[] = "test_journal_copy.copy.mscope";

static enum ms_status s_make_copy(void) {
    int fd = open(s_copy, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    enum ms_status status = ms_journal_copy(s_path, fd);
    close(fd);
    return status;
}

static void s_compare(void) {
    static const size_t s_sizes[] = {
#define X(number, name, size) [MS_TABLE_##name] = size,
        MS_TABLES(X)
#undef X
    };
    struct ms_journal *from = NULL, *copy = NULL;
    CU_ASSERT_EQUAL_FATAL(ms_journal_open(s_path, &from), MS_OK);
    CU_ASSERT_EQUAL_FATAL(ms_journal_open(s_copy, &copy), MS_OK);
    for (unsigned table = 0; table < MS_TABLE_COUNT; table++) {
        uint64_t count = ms_journal_count(from, table);
        CU_ASSERT_EQUAL(ms_journal_count(copy, table), count);
        for (uint64_t i = 0; i < count; i++)
            CU_ASSERT_EQUAL_FATAL(memcmp(ms_journal_entry(from, table, i),
                                         ms_journal_entry(copy, table, i), s_sizes[table]),
                                  0);
    }
    CU_ASSERT_EQUAL(ms_journal_header(copy)->seed, ms_journal_header(from)->seed);
    CU_ASSERT_EQUAL(ms_journal_header(copy)->state, ms_journal_header(from)->state);
    ms_journal_close(from);
    ms_journal_close(copy);
}

static void s_test_same(void) {
    struct sample_journal sample = sample_journal_new();
    journal_builder_write(sample.builder, s_path);
    CU_ASSERT_EQUAL_FATAL(s_make_copy(), MS_OK);
    s_compare();
    journal_builder_destroy(sample.builder);
}

static void s_test_many_extents(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    for (uint64_t i = 1; i < 5000; i++) {
        uint64_t frame = i * 3;
        journal_builder_block(builder, i, i, 0, 0, 0, 0);
        journal_builder_stack(builder, &frame, 1);
        journal_builder_string(builder, "a string");
    }
    journal_builder_write(builder, s_path);
    CU_ASSERT_EQUAL_FATAL(s_make_copy(), MS_OK);
    s_compare();
    journal_builder_destroy(builder);
}

static void s_test_failures(void) {
    CU_ASSERT_EQUAL(ms_journal_copy(s_path, -1), MS_IO);
    unlink(s_path);
    CU_ASSERT_EQUAL(ms_journal_copy(s_path, -1), MS_NOT_FOUND);
    journal_builder_write_bytes(s_path, "text", 4);
    CU_ASSERT_EQUAL(ms_journal_copy(s_path, -1), MS_NOT_A_JOURNAL);
}

/* ---- while somebody writes ---- */

static struct s_writer {
    unsigned char *file;
    uint64_t blocks; /* offset in the file */
    uint64_t count;
    uint32_t stop; /* Synchronization: atomic */
} s_writer;

static uint64_t s_word_of(uint64_t address) {
    return address * UINT64_C(0x9E3779B97F4A7C15);
}

/* As store/blocks.h has it. */
static void *s_write(void *data) {
    struct s_writer *writer = data;
    for (uint64_t n = 1; ms_load_relaxed(&writer->stop) == 0; n++) {
        struct ms_block *block =
            (struct ms_block *)(void *)(writer->file + writer->blocks) + n % writer->count;
        ms_store_release(&block->address_thread, 0);
        ms_fence_release();
        ms_store_relaxed(&block->size_time, s_word_of(n));
        ms_store_relaxed(&block->holder, ~s_word_of(n));
        ms_store_release(&block->address_thread, n);
    }
    return NULL;
}

static bool s_find_blocks(void) {
    const struct ms_extent *extents = (const void *)(s_writer.file + MS_HEADER_BYTES);
    for (unsigned i = 0; i < MS_EXTENT_COUNT; i++) {
        if (extents[i].table == MS_TABLE_BLOCKS && extents[i].size != 0) {
            s_writer.blocks = extents[i].offset;
            return true;
        }
    }
    return false;
}

static void s_test_whole_records(void) {
    struct journal_builder *builder = journal_builder_new(65536);
    pthread_t thread;
    s_writer.count = 1000;
    for (uint64_t i = 1; i < s_writer.count; i++)
        journal_builder_block(builder, 0, 0, 0, 0, 0, 0);
    journal_builder_write(builder, s_path);
    journal_builder_destroy(builder);
    int fd = open(s_path, O_RDWR);
    struct stat info;
    CU_ASSERT_EQUAL_FATAL(fstat(fd, &info), 0);
    s_writer.file = mmap(NULL, (size_t)info.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    CU_ASSERT_TRUE_FATAL(s_find_blocks());
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, s_write, &s_writer), 0);
    uint64_t seen = 0, torn = 0;
    for (unsigned i = 0; i < 300; i++) {
        struct ms_journal *copy = NULL;
        CU_ASSERT_EQUAL_FATAL(s_make_copy(), MS_OK);
        CU_ASSERT_EQUAL_FATAL(ms_journal_open(s_copy, &copy), MS_OK);
        for (uint64_t j = 0; j < s_writer.count; j++) {
            const struct ms_block *block = ms_journal_entry(copy, MS_TABLE_BLOCKS, j);
            uint64_t address = block->address_thread;
            seen += address != 0;
            torn += address != 0 && (block->size_time != s_word_of(address) ||
                                     block->holder != ~s_word_of(address));
        }
        ms_journal_close(copy);
    }
    ms_store_relaxed(&s_writer.stop, 1);
    pthread_join(thread, NULL);
    munmap(s_writer.file, (size_t)info.st_size);
    CU_ASSERT_TRUE(seen > 100000);
    CU_ASSERT_EQUAL(torn, 0);
}

static int s_clean(void) {
    unlink(s_path);
    unlink(s_copy);
    return 0;
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("journal_copy", NULL, s_clean);
    CU_ADD_TEST(suite, s_test_same);
    CU_ADD_TEST(suite, s_test_many_extents);
    CU_ADD_TEST(suite, s_test_failures);
    CU_ADD_TEST(suite, s_test_whole_records);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
