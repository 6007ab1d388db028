/* SPDX-License-Identifier: MIT */
/*
 * Stacks by call frame information, beside those that libgcc's unwinder finds (glibc's backtrace).
 * This program has no frame pointers; its own malloc is the one under test.
 */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <alloca.h>
#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hot/call_frame.h"
#include "hot/record.h"
#include "store/live.h"
#include "store/modules.h"
#include "store/stacks.h"
#include "store/store.h"

#define FRAMES   100
#define NOINLINE __attribute__((noinline, noclone))

static struct {
    void *expected[FRAMES];
    int count;
    const void *block;
} s_seen;

/* Two calls of one function have the same callers. */
static NOINLINE void s_look(void) {
    s_seen.count = backtrace(s_seen.expected, FRAMES);
    s_seen.block = malloc(24);
    __asm__ volatile("" ::: "memory");
}

/* The stack of the block of record ID: its depth and its frames. */
static const uint64_t *s_words(uint32_t id) {
    const struct ms_stack *stack =
        ms_store_at(MS_TABLE_STACKS, (uint64_t)ms_block_at(id)->stack * sizeof(*stack));
    return ms_store_at(MS_TABLE_STACK_WORDS, (uint64_t)stack->words * sizeof(uint64_t));
}

/* Whether the stack of the block is the expected one, above s_look, and how deep it is. SIGNALS of
 * its frames were interrupted at an instruction; as all in a journal, they are told as the byte
 * behind one. */
static int s_depth(int signals) {
    uint32_t id = ms_live_find((uintptr_t)s_seen.block);
    CU_ASSERT_NOT_EQUAL_FATAL(id, 0);
    const uint64_t *words = s_words(id);
    int depth = (int)words[0], wrong = 0, behind = 0;
    CU_ASSERT_EQUAL(depth, s_seen.count);
    for (int i = 1; i < depth && i < s_seen.count; i++) {
        uint64_t expected = ms_modules_frame((uintptr_t)s_seen.expected[i]);
        behind += words[1 + i] == expected + 1;
        wrong += words[1 + i] != expected && words[1 + i] != expected + 1;
    }
    CU_ASSERT_EQUAL(behind, signals);
    CU_ASSERT_EQUAL(wrong, 0);
    free((void *)s_seen.block);
    return depth;
}

static NOINLINE int s_deep(int levels) {
    if (levels == 0)
        s_look();
    else
        s_deep(levels - 1);
    __asm__ volatile("" ::: "memory");
    return levels;
}

static void test_plain(void) {
    s_look();
    int least = s_depth(0);
    CU_ASSERT_TRUE(least > 3);
    s_deep(40);
    CU_ASSERT_EQUAL(s_depth(0), least + 41);
}

/* A frame whose size only the frame pointer knows. */
static NOINLINE void s_variable(size_t size) {
    volatile char *space = alloca(size);
    space[0] = space[size - 1] = 1;
    s_deep(2);
    space[0]++;
}

static void test_variable_frame(void) {
    s_variable(1000);
    s_depth(0);
}

/* Registers are saved and used for other things, the frame pointer's too. */
static NOINLINE long s_busy(long a, long b, long c, long d, long e, long f) {
    long sum = a * b + c * d, product = e * f;
    for (long i = 0; i < a; i++) {
        sum += b ^ i;
        product ^= sum * c;
        if (i == 3)
            s_look();
        __asm__ volatile("" : "+r"(sum), "+r"(product), "+r"(b), "+r"(c), "+r"(d), "+r"(e)::"rbp");
    }
    return sum + product + d + e + f;
}

static void test_saved_registers(void) {
    s_busy(5, 2, 3, 4, 5, 6);
    s_depth(0);
}

static int s_compare(const void *a, const void *b) {
    static bool s_done;
    if (!s_done) {
        s_done = true;
        s_look();
    }
    return *(const int *)a - *(const int *)b;
}

/* Through a library that keeps no frame pointers. */
static void test_callback(void) {
    int numbers[] = {3, 1, 2};
    qsort(numbers, 3, sizeof(numbers[0]), s_compare);
    s_depth(0);
}

static void s_handle(int number) {
    (void)number;
    s_look();
}

static void test_signal_handler(void) {
    struct sigaction action = {.sa_handler = s_handle}, old;
    sigaction(SIGUSR1, &action, &old);
    raise(SIGUSR1);
    sigaction(SIGUSR1, &old, NULL);
    s_depth(1);
}

static void *s_run(void *levels) {
    s_deep((int)(intptr_t)levels);
    return NULL;
}

static void test_thread(void) {
    pthread_t thread;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, s_run, (void *)5), 0);
    pthread_join(thread, NULL);
    CU_ASSERT_TRUE(s_depth(0) >= 8);
}

/* More frames than are wanted. */
static void test_limit(void) {
    ms_recording.depth = 7;
    s_deep(20);
    ms_recording.depth = FRAMES;
    uint32_t id = ms_live_find((uintptr_t)s_seen.block);
    CU_ASSERT_NOT_EQUAL_FATAL(id, 0);
    const uint64_t *words = s_words(id);
    CU_ASSERT_EQUAL(words[0], 7);
    free((void *)s_seen.block);
}

/* Where no information is there is no rule. */
static void test_no_information(void) {
    static const char s_data[16] = {0};
    CU_ASSERT_EQUAL(ms_call_frame_rule(0).base, MS_FRAME_UNKNOWN);
    CU_ASSERT_EQUAL(ms_call_frame_rule(16).base, MS_FRAME_UNKNOWN);
    CU_ASSERT_EQUAL(ms_call_frame_rule((uintptr_t)s_data).base, MS_FRAME_UNKNOWN);
    CU_ASSERT_EQUAL(ms_call_frame_rule((uintptr_t)&s_seen).base, MS_FRAME_UNKNOWN);
    CU_ASSERT_EQUAL(ms_call_frame_rule(UINTPTR_MAX).base, MS_FRAME_UNKNOWN);
    CU_ASSERT_EQUAL(ms_call_frame_rule((uintptr_t)s_look).base, MS_FRAME_STACK_POINTER);
}

int main(void) {
    void *warm[4];
    if (ms_store.header == NULL || CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    backtrace(warm, 4); /* loads libgcc */
    ms_recording.tables = true;
    ms_recording.capture = true;
    ms_recording.depth = FRAMES;
    CU_pSuite suite = CU_add_suite("unwind", NULL, NULL);
    CU_ADD_TEST(suite, test_plain);
    CU_ADD_TEST(suite, test_variable_frame);
    CU_ADD_TEST(suite, test_saved_registers);
    CU_ADD_TEST(suite, test_callback);
    CU_ADD_TEST(suite, test_signal_handler);
    CU_ADD_TEST(suite, test_thread);
    CU_ADD_TEST(suite, test_limit);
    CU_ADD_TEST(suite, test_no_information);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
