/* SPDX-License-Identifier: MIT */
#include "journal/journal.h"

#include <CUnit/Basic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sample_journal.h"

static const char s_path[] = "test_journal.mscope";

/* Opens the SIZE bytes at IMAGE as a journal. */
static enum ms_status s_open(const void *image, size_t size, struct ms_journal **journal) {
    *journal = NULL;
    if (!journal_builder_write_bytes(s_path, image, size))
        return MS_IO;
    return ms_journal_open(s_path, journal);
}

/* The status of IMAGE; nothing is left open. */
static enum ms_status s_status(const void *image, size_t size) {
    struct ms_journal *journal;
    enum ms_status status = s_open(image, size, &journal);
    ms_journal_close(journal);
    return status;
}

static void s_test_reads_tables(void) {
    struct sample_journal sample = sample_journal_new();
    struct ms_journal *journal = NULL;
    size_t size;
    unsigned char *image = journal_builder_image(sample.builder, &size);
    CU_ASSERT_EQUAL_FATAL(s_open(image, size, &journal), MS_OK);
    CU_ASSERT_EQUAL(ms_journal_count(journal, MS_TABLE_SITES), 6);
    CU_ASSERT_EQUAL(ms_journal_count(journal, MS_TABLE_BLOCKS), 13);
    CU_ASSERT_EQUAL(ms_journal_count(journal, MS_TABLE_PROBLEMS), 0);
    CU_ASSERT_EQUAL(ms_journal_count(journal, (enum ms_table)99), 0);
    CU_ASSERT_EQUAL(ms_journal_header(journal)->seed, 7);
    const struct ms_site *site = ms_journal_entry(journal, MS_TABLE_SITES, 2);
    CU_ASSERT_PTR_NOT_NULL_FATAL(site);
    CU_ASSERT_STRING_EQUAL(ms_journal_string(journal, site->type_name), "struct cache");
    CU_ASSERT_PTR_NULL(ms_journal_entry(journal, MS_TABLE_SITES, 6));
    CU_ASSERT_PTR_NULL(ms_journal_entry(journal, MS_TABLE_PROBLEMS, 0));
    CU_ASSERT_PTR_NULL(ms_journal_string(journal, 0));
    CU_ASSERT_PTR_NULL(ms_journal_string(journal, 1 << 30));
    uint64_t frames[2] = {0, 0xabcd};
    CU_ASSERT_EQUAL(ms_journal_stack(journal, sample.stack_a, frames, 1), 2);
    CU_ASSERT_EQUAL(frames[0] & MS_FRAME_OFFSET_MASK, 0x1100);
    CU_ASSERT_EQUAL(frames[1], 0xabcd); /* not more than the capacity is written */
    CU_ASSERT_EQUAL(ms_journal_stack(journal, 0, frames, 2), 0);
    CU_ASSERT_EQUAL(ms_journal_stack(journal, UINT32_MAX, frames, 2), 0);
    ms_journal_close(journal);
    journal_builder_destroy(sample.builder);
    free(image);
}

/* Tables of many extents that lie between one another are read in order. */
static void s_test_many_extents(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    uint32_t middle = 0;
    uint64_t frame = 0;
    for (uint64_t i = 1; i < 5000; i++) {
        journal_builder_block(builder, i, i, 0, 0, 0, 0);
        frame = i * 3;
        uint32_t stack = journal_builder_stack(builder, &frame, 1);
        if (i == 2500)
            middle = stack;
    }
    struct ms_journal *journal;
    size_t size;
    unsigned char *image = journal_builder_image(builder, &size);
    CU_ASSERT_EQUAL_FATAL(s_open(image, size, &journal), MS_OK);
    CU_ASSERT_TRUE(ms_journal_header(journal)->extent_count > 50);
    CU_ASSERT_EQUAL(ms_journal_count(journal, MS_TABLE_BLOCKS), 5000);
    unsigned wrong = 0;
    for (uint64_t i = 1; i < 5000; i++) {
        const struct ms_block *block = ms_journal_entry(journal, MS_TABLE_BLOCKS, i);
        wrong += block == NULL || MS_BLOCK_ADDRESS(block) != i;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(ms_journal_stack(journal, middle, &frame, 1), 1);
    CU_ASSERT_EQUAL(frame, 7500);
    ms_journal_close(journal);
    journal_builder_destroy(builder);
    free(image);
}

/* More is said to be used than there is. */
static void s_test_clamps_used(void) {
    struct sample_journal sample = sample_journal_new();
    size_t size;
    struct ms_journal *journal;
    unsigned char *image = journal_builder_image(sample.builder, &size);
    struct ms_journal_header *header = (void *)image;
    header->used[MS_TABLE_SITES] = UINT64_MAX;
    header->used[MS_TABLE_STRINGS] = UINT64_MAX;
    CU_ASSERT_EQUAL_FATAL(s_open(image, size, &journal), MS_OK);
    CU_ASSERT_EQUAL(ms_journal_count(journal, MS_TABLE_SITES), 32);
    CU_ASSERT_PTR_NULL(ms_journal_entry(journal, MS_TABLE_SITES, 32));
    CU_ASSERT_EQUAL(ms_journal_count(journal, MS_TABLE_STRINGS), 4096);
    ms_journal_close(journal);
    journal_builder_destroy(sample.builder);
    free(image);
}

/* A text without an end within the table is no string. */
static void s_test_string_without_end(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    char text[4095];
    memset(text, 'a', sizeof(text));
    journal_builder_append(builder, MS_TABLE_STRINGS, text, sizeof(text));
    struct ms_journal *journal;
    size_t size;
    unsigned char *image = journal_builder_image(builder, &size);
    CU_ASSERT_EQUAL_FATAL(s_open(image, size, &journal), MS_OK);
    CU_ASSERT_PTR_NULL(ms_journal_string(journal, 1));
    CU_ASSERT_PTR_NULL(ms_journal_string(journal, 4095));
    CU_ASSERT_PTR_NULL(ms_journal_string(journal, 4096));
    ms_journal_close(journal);
    journal_builder_destroy(builder);
    free(image);
}

/* A stack that says it is deeper than the table, or than any stack. */
static void s_test_bad_stacks(void) {
    struct journal_builder *builder = journal_builder_new(16384);
    uint64_t words[1200] = {0};
    struct ms_stack stacks[] = {{.words = 1}, {.words = 2}, {.words = 1101}, {.words = 1201}};
    words[0] = 1025;
    words[1100] = 1000;
    journal_builder_append(builder, MS_TABLE_STACK_WORDS, words, sizeof(words));
    journal_builder_append(builder, MS_TABLE_STACKS, stacks, sizeof(stacks));
    struct ms_journal *journal;
    uint64_t frames[8];
    size_t size;
    unsigned char *image = journal_builder_image(builder, &size);
    CU_ASSERT_EQUAL_FATAL(s_open(image, size, &journal), MS_OK);
    CU_ASSERT_EQUAL(ms_journal_stack(journal, 1, frames, 8), 0);
    CU_ASSERT_EQUAL(ms_journal_stack(journal, 2, frames, 8), 0);
    CU_ASSERT_EQUAL(ms_journal_stack(journal, 3, frames, 8), 0);
    CU_ASSERT_EQUAL(ms_journal_stack(journal, 4, frames, 8), 0);
    ms_journal_close(journal);
    journal_builder_destroy(builder);
    free(image);
}

static void s_test_bad_headers(void) {
    struct sample_journal sample = sample_journal_new();
    size_t size;
    unsigned char *image = journal_builder_image(sample.builder, &size);
    struct ms_journal_header *header = (void *)image;
    struct ms_extent *extent = (void *)(image + MS_HEADER_BYTES);
    struct ms_extent *last = extent + header->extent_count - 1;
#define CHECK(field, value, expected)                                                              \
    do {                                                                                           \
        __typeof__(field) kept = (field);                                                          \
        (field) = (value);                                                                         \
        CU_ASSERT_EQUAL(s_status(image, size), expected);                                          \
        (field) = kept;                                                                            \
    } while (0)
    CHECK(header->magic[0], 'm', MS_NOT_A_JOURNAL);
    CHECK(header->version, MS_JOURNAL_VERSION + 1, MS_WRONG_VERSION);
    CHECK(header->byte_order, 0x04030201, MS_WRONG_VERSION);
    CHECK(header->header_bytes, 4096, MS_CORRUPT);
    CHECK(header->state, 0, MS_TRUNCATED);
    CHECK(header->state, 4, MS_CORRUPT);
    CHECK(header->extent_count, MS_EXTENT_COUNT + 1, MS_CORRUPT);
    CHECK(extent[0].table, MS_TABLE_COUNT, MS_CORRUPT);
    CHECK(last->offset, last->offset + 8, MS_CORRUPT);
    CHECK(extent[0].offset, 0, MS_CORRUPT);
    CHECK(extent[0].size, 100, MS_CORRUPT);
    CHECK(extent[0].size, 0, MS_CORRUPT);
    CHECK(extent[0].offset, size, MS_TRUNCATED);
    CHECK(extent[0].size, size * 4096, MS_TRUNCATED);
    CHECK(extent[0].size, UINT64_MAX - 4095, MS_TRUNCATED);
    CHECK(extent[1].offset, extent[0].offset, MS_CORRUPT); /* the same bytes twice */
#undef CHECK
    CU_ASSERT_EQUAL(s_status(image, size), MS_OK);
    journal_builder_destroy(sample.builder);
    free(image);
}

static void s_test_not_a_file(void) {
    struct ms_journal *journal = NULL;
    char link_path[] = "test_journal.pipe";
    CU_ASSERT_EQUAL(ms_journal_open("no-such-file.mscope", &journal), MS_NOT_FOUND);
    CU_ASSERT_EQUAL(ms_journal_open(".", &journal), MS_NOT_A_JOURNAL);
    CU_ASSERT_EQUAL(ms_journal_open("/dev/zero", &journal), MS_NOT_A_JOURNAL);
    unlink(link_path);
    CU_ASSERT_EQUAL_FATAL(mkfifo(link_path, 0600), 0);
    CU_ASSERT_EQUAL(ms_journal_open(link_path, &journal), MS_NOT_A_JOURNAL); /* and no waiting */
    unlink(link_path);
    CU_ASSERT_EQUAL(s_status("hello, this is text", 19), MS_NOT_A_JOURNAL);
    CU_ASSERT_EQUAL(s_status("", 0), MS_EMPTY);
    CU_ASSERT_PTR_NULL(journal);
}

static void s_test_cut_off(void) {
    struct sample_journal sample = sample_journal_new();
    size_t size;
    unsigned char *image = journal_builder_image(sample.builder, &size);
    unsigned wrong = 0;
    for (size_t length = 64; length < size; length += 64)
        wrong += s_status(image, length) != MS_TRUNCATED;
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(s_status(image, 7), MS_NOT_A_JOURNAL);
    CU_ASSERT_EQUAL(s_status(image, 8), MS_TRUNCATED);
    CU_ASSERT_EQUAL(s_status(image, size - 1), MS_TRUNCATED);
    CU_ASSERT_EQUAL(s_status(image, size), MS_OK);
    journal_builder_destroy(sample.builder);
    free(image);
}

/* Field 22 of /proc/self/stat. */
static uint64_t s_own_start_ticks(void) {
    char line[1024] = "";
    FILE *file = fopen("/proc/self/stat", "r");
    if (file == NULL || fgets(line, sizeof(line), file) == NULL)
        line[0] = '\0';
    if (file != NULL)
        fclose(file);
    unsigned long long ticks = 0;
    const char *rest = strrchr(line, ')');
    if (rest != NULL)
        sscanf(rest,
               ") %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
               "%*s %llu",
               &ticks);
    return ticks;
}

static bool s_alive(uint32_t pid, uint64_t ticks) {
    struct journal_builder *builder = journal_builder_new(4096);
    struct ms_journal *journal = NULL;
    bool alive = false;
    journal_builder_header(builder)->pid = pid;
    journal_builder_header(builder)->process_start_ticks = ticks;
    if (journal_builder_write(builder, s_path) && ms_journal_open(s_path, &journal) == MS_OK)
        alive = ms_journal_alive(journal);
    CU_ASSERT_PTR_NOT_NULL(journal);
    ms_journal_close(journal);
    journal_builder_destroy(builder);
    return alive;
}

/* A process whose name looks like fields, and which says its start time. */
static pid_t s_start_child(uint64_t *ticks) {
    int ends[2];
    *ticks = 0;
    if (pipe(ends) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_NAME, "a) Z 1 (b", 0, 0, 0);
        uint64_t own = s_own_start_ticks();
        if (write(ends[1], &own, sizeof(own)) != sizeof(own))
            _exit(1);
        for (;;)
            pause();
    }
    if (pid > 0 && read(ends[0], ticks, sizeof(*ticks)) != sizeof(*ticks))
        *ticks = 0;
    close(ends[0]);
    close(ends[1]);
    return pid;
}

static void s_test_alive(void) {
    uint64_t own = s_own_start_ticks();
    uint64_t ticks;
    CU_ASSERT_TRUE_FATAL(own != 0);
    CU_ASSERT_TRUE(s_alive((uint32_t)getpid(), own));
    CU_ASSERT_FALSE(s_alive((uint32_t)getpid(), own + 1));
    CU_ASSERT_FALSE(s_alive((uint32_t)getpid(), 0));
    CU_ASSERT_FALSE(s_alive(0, own));
    pid_t child = s_start_child(&ticks);
    CU_ASSERT_TRUE_FATAL(child > 0 && ticks != 0);
    CU_ASSERT_TRUE(s_alive((uint32_t)child, ticks));
    kill(child, SIGKILL);
    siginfo_t info;
    CU_ASSERT_EQUAL(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
    CU_ASSERT_FALSE(s_alive((uint32_t)child, ticks)); /* a zombie has ended */
    CU_ASSERT_EQUAL(waitpid(child, NULL, 0), child);
    CU_ASSERT_FALSE(s_alive((uint32_t)child, ticks));
}

static void s_test_ticks(void) {
    /* The third goes back in time; the last two are of one moment. */
    static const uint64_t s_times[] = {100, 200, 150, 300, 400, 400};
    struct journal_builder *builder = journal_builder_new(4096);
    for (unsigned i = 0; i < 6; i++) {
        struct ms_tick tick = {.time_ns = s_times[i], .allocations = i};
        journal_builder_tick(builder, &tick);
    }
    /* As after a kill in the middle of a thinning: no waiting for a dead process. */
    journal_builder_header(builder)->timeline_sequence = 3;
    struct ms_journal *journal;
    struct ms_tick *ticks = NULL;
    size_t count = 0;
    CU_ASSERT_TRUE_FATAL(journal_builder_write(builder, s_path));
    CU_ASSERT_EQUAL_FATAL(ms_journal_open(s_path, &journal), MS_OK);
    CU_ASSERT_EQUAL_FATAL(ms_journal_ticks(journal, &ticks, &count), MS_OK);
    CU_ASSERT_EQUAL_FATAL(count, 4);
    CU_ASSERT_EQUAL(ticks[1].time_ns, 200);
    CU_ASSERT_EQUAL(ticks[2].time_ns, 300);
    CU_ASSERT_EQUAL(ticks[3].allocations, 5);
    free(ticks);
    ms_journal_close(journal);
    journal_builder_destroy(builder);
}

/* Touches everything the journal gives out; a number that depends on it. */
static uint64_t s_read_all(const struct ms_journal *journal) {
    static const size_t s_sizes[MS_TABLE_COUNT] = {
#define X(number, name, size) [number] = size,
        MS_TABLES(X)
#undef X
    };
    uint64_t sum = ms_journal_alive(journal);
    uint64_t frames[MS_STACK_DEPTH_LIMIT];
    for (unsigned table = 0; table < MS_TABLE_COUNT; table++) {
        uint64_t count = ms_journal_count(journal, (enum ms_table)table);
        for (uint64_t i = 0; i < count; i++) {
            const unsigned char *entry = ms_journal_entry(journal, (enum ms_table)table, i);
            sum += entry != NULL ? entry[0] + entry[s_sizes[table] - 1] : 0;
        }
    }
    for (uint64_t i = 0; i < ms_journal_count(journal, MS_TABLE_STRINGS); i++) {
        const char *text = ms_journal_string(journal, i);
        sum += text != NULL ? strlen(text) : 0;
    }
    for (uint64_t i = 0; i < ms_journal_count(journal, MS_TABLE_STACKS); i++)
        sum += ms_journal_stack(journal, (uint32_t)i, frames, MS_STACK_DEPTH_LIMIT);
    struct ms_tick *ticks;
    size_t count;
    if (ms_journal_ticks(journal, &ticks, &count) == MS_OK) {
        sum += count;
        free(ticks);
    }
    return sum;
}

/* Damage anywhere gives an error or fewer records. Half of the flips hit the part that is parsed.
 */
static void s_test_flips(void) {
    struct sample_journal sample = sample_journal_new();
    size_t size;
    unsigned char *image = journal_builder_image(sample.builder, &size);
    unsigned opened = 0;
    unsigned seed = 12345;
    for (unsigned i = 0; i < 500; i++) {
        size_t at = (size_t)rand_r(&seed) % (i % 2 == 0 ? size : MS_HEADER_BYTES + 512);
        unsigned char kept = image[at];
        image[at] ^= (unsigned char)(1 + rand_r(&seed) % 255);
        struct ms_journal *journal;
        enum ms_status status = s_open(image, size, &journal);
        if (status == MS_OK) {
            opened += s_read_all(journal) != 0;
            ms_journal_close(journal);
        } else {
            CU_ASSERT_PTR_NULL(journal);
        }
        image[at] = kept;
    }
    CU_ASSERT_TRUE(opened > 250);
    CU_ASSERT_TRUE(opened < 500); /* some damage is noticed */
    journal_builder_destroy(sample.builder);
    free(image);
}

int main(void) {
    static CU_TestInfo s_tests[] = {
        {"reads tables", s_test_reads_tables},
        {"many extents", s_test_many_extents},
        {"clamps what is used", s_test_clamps_used},
        {"string without end", s_test_string_without_end},
        {"bad stacks", s_test_bad_stacks},
        {"bad headers", s_test_bad_headers},
        {"not a file", s_test_not_a_file},
        {"cut off", s_test_cut_off},
        {"alive", s_test_alive},
        {"ticks", s_test_ticks},
        {"flipped bytes", s_test_flips},
        CU_TEST_INFO_NULL,
    };
    static CU_SuiteInfo s_suites[] = {
        {.pName = "journal", .pTests = s_tests},
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
