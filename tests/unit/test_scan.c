/* SPDX-License-Identifier: MIT */
/* What a search for leaks is made of: the map of the memory, pages that are ours, threads that
 * stand still, and the way from an address to its block. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/atomics.h"
#include "platform/memory_map.h"
#include "platform/os.h"
#include "platform/own_pages.h"
#include "platform/stopped.h"
#include "scan/blocks.h"
#include "scan/memory.h"
#include "store/blocks.h"

#define SECOND UINT64_C(1000000000)

static char s_directory[] = "/tmp/memscope-test-scan.XXXXXX";
static char s_path[64];

static int s_open(void) {
    struct ms_store_identity identity = {
        .executable = "/bin/program", .command = "", .host = "host", .preset = "full"};
    if (mkdtemp(s_directory) == NULL)
        return 1;
    snprintf(s_path, sizeof(s_path), "%s/a.mscope", s_directory);
    if (ms_store_open(s_path, &identity, 0) != 0)
        return 1;
    ms_store_start();
    return 0;
}

static int s_close(void) {
    unlink(s_path);
    rmdir(s_directory);
    return 0;
}

/* ---- the map of the memory ---- */

static void s_check_kind(const char *name, enum ms_mapping_kind kind) {
    char line[128];
    struct ms_mapping mapping;
    snprintf(line, sizeof(line), "7f0000001000-7f0000003000 rw-p 00001000 fe:01 1234   %s", name);
    CU_ASSERT_TRUE_FATAL(ms_memory_map_parse(line, &mapping));
    CU_ASSERT_EQUAL(mapping.start, UINT64_C(0x7f0000001000));
    CU_ASSERT_EQUAL(mapping.end, UINT64_C(0x7f0000003000));
    CU_ASSERT_EQUAL(mapping.inode, 1234);
    CU_ASSERT_TRUE(mapping.is_readable && mapping.is_writable && !mapping.is_shared);
    CU_ASSERT_EQUAL(mapping.kind, kind);
}

static void test_map_lines(void) {
    struct ms_mapping mapping;
    s_check_kind("", MS_MAPPING_ANONYMOUS);
    s_check_kind("[anon:name]", MS_MAPPING_ANONYMOUS);
    s_check_kind("[heap]", MS_MAPPING_HEAP);
    s_check_kind("[stack]", MS_MAPPING_STACK);
    s_check_kind("[vvar]", MS_MAPPING_OTHER);
    s_check_kind("/usr/lib/lib with blanks.so", MS_MAPPING_FILE);
    s_check_kind("/dev/dri/card0", MS_MAPPING_OTHER);
    s_check_kind("anon_inode:[io_uring]", MS_MAPPING_OTHER);
    CU_ASSERT_TRUE(ms_memory_map_parse("1000-2000 r--s 00000000 00:00 0", &mapping));
    CU_ASSERT_TRUE(mapping.is_shared && !mapping.is_writable);
    static const char *const s_wrong[] = {"",
                                          "1000",
                                          "1000-",
                                          "x000-2000 rw-p 0 00:00 0",
                                          "2000-1000 rw-p 00000000 00:00 0",
                                          "1000-2000 rw",
                                          "1000-2000 rw-p 0"};
    for (size_t i = 0; i < sizeof(s_wrong) / sizeof(s_wrong[0]); i++)
        CU_ASSERT_FALSE(ms_memory_map_parse(s_wrong[i], &mapping));
}

struct s_wanted {
    uintptr_t address;
    bool is_there;
    uintptr_t last;
};

static bool s_look_for(void *data, const struct ms_mapping *mapping) {
    struct s_wanted *wanted = data;
    CU_ASSERT_TRUE(mapping->start >= wanted->last);
    wanted->last = mapping->end;
    wanted->is_there |= wanted->address >= mapping->start && wanted->address < mapping->end;
    return true;
}

static void test_map_of_this_process(void) {
    int local = 0;
    struct s_wanted stack = {.address = (uintptr_t)&local};
    struct s_wanted none = {.address = 16};
    CU_ASSERT_EQUAL(ms_memory_map_read(s_look_for, &stack), 0);
    CU_ASSERT_TRUE(stack.is_there);
    CU_ASSERT_EQUAL(ms_memory_map_read(s_look_for, &none), 0);
    CU_ASSERT_FALSE(none.is_there);
}

/* ---- our pages ---- */

static void s_count_own(void *data, uintptr_t start, uintptr_t end) {
    struct s_wanted *wanted = data;
    wanted->is_there |= wanted->address >= start && wanted->address < end;
}

static bool s_is_own(uintptr_t address) {
    struct s_wanted wanted = {.address = address};
    CU_ASSERT_EQUAL(ms_own_pages_visit(s_count_own, &wanted), 0);
    return wanted.is_there;
}

static void test_own_pages(void) {
    enum { COUNT = 6000 }; /* more than one list has */
    static char *s_pages[COUNT];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < COUNT; i++) {
            s_pages[i] = ms_os_map_pages(4096);
            CU_ASSERT_PTR_NOT_NULL_FATAL(s_pages[i]);
        }
        for (int i = 0; i < COUNT; i += 500)
            CU_ASSERT_TRUE(s_is_own((uintptr_t)s_pages[i] + 4095));
        for (int i = 0; i < COUNT; i++)
            ms_os_unmap(s_pages[i], 4096);
        for (int i = 0; i < COUNT; i += 500)
            CU_ASSERT_FALSE(s_is_own((uintptr_t)s_pages[i]));
    }
    CU_ASSERT_FALSE(s_is_own((uintptr_t)s_pages));
}

/* ---- threads that stand still ---- */

static volatile uint64_t s_count;
static uint32_t s_end; /* Synchronization: atomic */

static void *s_run_on(void *data) {
    (void)data;
    while (ms_load_acquire(&s_end) == 0)
        s_count++;
    return NULL;
}

static struct {
    uint32_t count, running;
    bool stood_still, knows_stack;
    uintptr_t stack_low, stack_high;
} s_seen;

static void s_watch(void *data, const struct ms_stopped *stopped) {
    (void)data;
    const uint32_t never = 0;
    uint64_t before = s_count;
    ms_os_wait(&never, 0, 20000000);
    s_seen.stood_still = s_count == before;
    s_seen.count = stopped->count;
    s_seen.running = stopped->running;
    for (uint32_t i = 0; i < stopped->count; i++)
        s_seen.knows_stack = stopped->threads[i].count > 15 &&
                             stopped->threads[i].stack_pointer >= s_seen.stack_low &&
                             stopped->threads[i].stack_pointer < s_seen.stack_high;
}

static void s_crash(void *data, const struct ms_stopped *stopped) {
    (void)stopped;
    *(volatile char *)data = 1;
}

static void s_never_end(void *data, const struct ms_stopped *stopped) {
    (void)data;
    (void)stopped;
    for (;;)
        ms_os_yield();
}

static void s_check_goes_on(void) {
    uint64_t before = s_count;
    for (int i = 0; i < 2000 && s_count == before; i++)
        usleep(1000);
    CU_ASSERT_NOT_EQUAL(s_count, before);
}

static volatile sig_atomic_t s_signals;

static void s_on_signal(int number) {
    (void)number;
    s_signals++;
}

static void test_stopped(void) {
    pthread_t thread;
    pthread_attr_t attributes;
    void *stack = NULL;
    CU_ASSERT_EQUAL_FATAL(posix_memalign(&stack, 4096, 1 << 20), 0);
    s_seen.stack_low = (uintptr_t)stack;
    s_seen.stack_high = s_seen.stack_low + (1 << 20);
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, stack, 1 << 20);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, &attributes, s_run_on, NULL), 0);
    s_check_goes_on();
    signal(SIGSEGV, s_on_signal); /* the program's: it must not see what happens to the child */
    signal(SIGCHLD, s_on_signal);
    errno = 4711;
    CU_ASSERT_EQUAL(ms_stopped_run(s_watch, NULL, 0, 5 * SECOND), MS_STOPPED_FINE);
    CU_ASSERT_EQUAL(errno, 4711);
    if (s_seen.running == 0) { /* ptrace may be forbidden here */
        CU_ASSERT_EQUAL(s_seen.count, 1);
        CU_ASSERT_TRUE(s_seen.stood_still);
        CU_ASSERT_TRUE(s_seen.knows_stack);
    }
    s_check_goes_on();
    CU_ASSERT_EQUAL(ms_stopped_run(s_crash, NULL, 0, 5 * SECOND), MS_STOPPED_DIED);
    s_check_goes_on();
    CU_ASSERT_EQUAL(ms_stopped_run(s_never_end, NULL, 0, SECOND / 10), MS_STOPPED_TOO_LONG);
    s_check_goes_on();
    CU_ASSERT_EQUAL(s_signals, 0);
    signal(SIGSEGV, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    ms_store_release(&s_end, 1);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    free(stack);
}

/* ---- blocks ---- */

static struct ms_block_list s_list;

static void s_make(uint64_t address, uint64_t size) {
    uint32_t id = ms_blocks_take(&s_list);
    CU_ASSERT_NOT_EQUAL_FATAL(id, 0);
    struct ms_block *block = ms_block_at(id);
    block->size_time = size << 24;
    block->address_thread = address << 16;
}

static void s_check_found(const struct ms_scan_blocks *blocks, uint64_t address, uint64_t start) {
    uint32_t number = ms_scan_blocks_find(blocks, address);
    if (start == 0) {
        CU_ASSERT_EQUAL(number, MS_SCAN_NO_BLOCK);
        return;
    }
    CU_ASSERT_NOT_EQUAL_FATAL(number, MS_SCAN_NO_BLOCK);
    CU_ASSERT_EQUAL(blocks->all[number].start, start);
}

static void test_blocks(void) {
    const uint64_t heap = UINT64_C(0x555555000000), far = UINT64_C(0x7fff00000000);
    struct ms_scan_blocks blocks;
    CU_ASSERT_TRUE_FATAL(ms_scan_blocks_init(&blocks));
    CU_ASSERT_EQUAL(blocks.count, 0);
    s_check_found(&blocks, 0, 0);
    s_check_found(&blocks, heap, 0);
    ms_scan_blocks_fini(&blocks);

    s_make(far, UINT64_C(300) << 20); /* over several of the parts that are looked up */
    for (uint64_t i = 1000; i-- > 0;) /* not in order */
        s_make(heap + i * 48, i % 40);
    s_make(far + (UINT64_C(301) << 20), 4096);
    CU_ASSERT_TRUE_FATAL(ms_scan_blocks_init(&blocks));
    CU_ASSERT_EQUAL(blocks.count, 1002);
    for (uint32_t i = 1; i < blocks.count; i++)
        CU_ASSERT_TRUE(blocks.all[i - 1].start < blocks.all[i].start);
    for (uint64_t i = 0; i < 1000; i++) {
        uint64_t start = heap + i * 48, size = i % 40 != 0 ? i % 40 : 1;
        s_check_found(&blocks, start, start);
        s_check_found(&blocks, start + size - 1, start);
        s_check_found(&blocks, start + size, 0);
        s_check_found(&blocks, start + 47, 0);
    }
    s_check_found(&blocks, heap - 1, 0);
    s_check_found(&blocks, far - 1, 0);
    for (uint64_t at = 0; at < UINT64_C(300) << 20; at += UINT64_C(7) << 20)
        s_check_found(&blocks, far + at, far);
    s_check_found(&blocks, far + (UINT64_C(300) << 20) - 1, far);
    s_check_found(&blocks, far + (UINT64_C(300) << 20), 0);
    s_check_found(&blocks, far + (UINT64_C(301) << 20) + 100, far + (UINT64_C(301) << 20));
    s_check_found(&blocks, UINT64_MAX, 0);
    CU_ASSERT_EQUAL(ms_scan_blocks_from(&blocks, heap), 0);
    CU_ASSERT_EQUAL(ms_scan_blocks_from(&blocks, heap + 1), 1);
    CU_ASSERT_EQUAL(ms_scan_blocks_from(&blocks, UINT64_MAX), blocks.count);
    ms_scan_blocks_fini(&blocks);
}

/* ---- memory ---- */

static uint64_t s_sum, s_words;

static void s_add_words(void *data, const uint64_t *words, size_t count) {
    (void)data;
    for (size_t i = 0; i < count; i++)
        s_sum += words[i];
    s_words += count;
}

static void test_memory(void) {
    struct ms_scan_memory memory;
    size_t size = (size_t)64 << 20;
    uint64_t *pages = mmap(NULL, size, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CU_ASSERT_PTR_NOT_EQUAL_FATAL(pages, MAP_FAILED);
    madvise(pages, size, MADV_NOHUGEPAGE);
    pages[1] = 1;
    pages[(size / 8) - 1] = 10;
    pages[(size / 16)] = 100;
    mprotect((char *)pages + 8192, 4096, PROT_NONE);
    for (int in_place = 0; in_place < 2; in_place++) {
        CU_ASSERT_EQUAL_FATAL(ms_scan_memory_init(&memory, getpid(), in_place), 0);
        s_sum = s_words = 0;
        uintptr_t start = (uintptr_t)pages;
        ms_scan_memory_read(&memory, start + 3, start + size, s_add_words, NULL);
        CU_ASSERT_EQUAL(s_sum, 111); /* the first whole word is the second one */
        if (memory.pagemap >= 0)
            CU_ASSERT_TRUE(s_words * 8 <= 64 * 4096); /* not what nobody has written */
        s_sum = 0;
        ms_scan_memory_read(&memory, start + size - 8, start + size, s_add_words, NULL);
        CU_ASSERT_EQUAL(s_sum, 10);
        s_words = 0;
        ms_scan_memory_read(&memory, start + 8192, start + 12288, s_add_words, NULL);
        ms_scan_memory_read(&memory, 4096, 8192, s_add_words, NULL);
        CU_ASSERT_EQUAL(s_words, 0);
        ms_scan_memory_fini(&memory);
    }
    munmap(pages, size);
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("scan", s_open, s_close);
    CU_ADD_TEST(suite, test_map_lines);
    CU_ADD_TEST(suite, test_map_of_this_process);
    CU_ADD_TEST(suite, test_own_pages);
    CU_ADD_TEST(suite, test_stopped);
    CU_ADD_TEST(suite, test_blocks);
    CU_ADD_TEST(suite, test_memory);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
