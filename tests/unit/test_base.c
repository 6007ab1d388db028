/* SPDX-License-Identifier: MIT */
/* base: the statuses, checked arithmetic and the atomic operations. */
#include <CUnit/Basic.h>
#include <pthread.h>
#include <string.h>

#include "base/atomics.h"
#include "base/checked.h"
#include "base/decimal.h"
#include "base/status.h"

static void every_status_has_its_own_message(void) {
    for (int i = 0; i < MS_STATUS_COUNT; i++) {
        const char *message = ms_status_message((enum ms_status)i);
        CU_ASSERT_PTR_NOT_NULL_FATAL(message);
        CU_ASSERT(strlen(message) > 0);
        for (int k = 0; k < i; k++)
            CU_ASSERT_STRING_NOT_EQUAL(message, ms_status_message((enum ms_status)k));
    }
    CU_ASSERT_STRING_EQUAL(ms_status_message(MS_OK), "success");
    CU_ASSERT_STRING_EQUAL(ms_status_message(MS_FULL), "no space left");
}

static void a_number_that_is_no_status_has_a_message(void) {
    CU_ASSERT_PTR_NOT_NULL(ms_status_message(MS_STATUS_COUNT));
    CU_ASSERT_PTR_NOT_NULL(ms_status_message((enum ms_status) - 1));
}

static void checked_add_tells_overflow(void) {
    uint64_t sum = 7;
    CU_ASSERT_TRUE(ms_checked_add(UINT64_MAX - 1, 1, &sum));
    CU_ASSERT_EQUAL(sum, UINT64_MAX);
    CU_ASSERT_FALSE(ms_checked_add(UINT64_MAX, 1, &sum));
    CU_ASSERT_FALSE(ms_checked_add(UINT64_MAX, UINT64_MAX, &sum));
}

static void checked_mul_tells_overflow(void) {
    uint64_t product = 7;
    CU_ASSERT_TRUE(ms_checked_mul(UINT64_C(1) << 32, (UINT64_C(1) << 32) - 1, &product));
    CU_ASSERT_EQUAL(product, ((UINT64_C(1) << 32) - 1) << 32);
    CU_ASSERT_FALSE(ms_checked_mul(UINT64_C(1) << 32, UINT64_C(1) << 32, &product));
    CU_ASSERT_TRUE(ms_checked_mul(0, UINT64_MAX, &product));
    CU_ASSERT_EQUAL(product, 0);
}

static void checked_range_stays_within_its_limit(void) {
    CU_ASSERT_TRUE(ms_checked_range(0, 0, 0));
    CU_ASSERT_TRUE(ms_checked_range(10, 0, 10));
    CU_ASSERT_TRUE(ms_checked_range(4, 6, 10));
    CU_ASSERT_FALSE(ms_checked_range(4, 7, 10));
    CU_ASSERT_FALSE(ms_checked_range(11, 0, 10));
    /* offset + length is 9 once it has wrapped around */
    CU_ASSERT_FALSE(ms_checked_range(10, UINT64_MAX, 10));
    CU_ASSERT_FALSE(ms_checked_range(UINT64_MAX, UINT64_MAX, UINT64_MAX));
}

static void compare_and_swap_gives_back_what_it_found(void) {
    uint64_t value = 5, expected = 4;
    CU_ASSERT_FALSE(ms_cas_acq_rel(&value, &expected, 9));
    CU_ASSERT_EQUAL(value, 5);
    CU_ASSERT_EQUAL(expected, 5);
    CU_ASSERT_TRUE(ms_cas_relaxed(&value, &expected, 9));
    CU_ASSERT_EQUAL(value, 9);
    CU_ASSERT_EQUAL(ms_exchange_acq_rel(&value, 1), 9);
    CU_ASSERT_EQUAL(ms_exchange_acquire(&value, 2), 1);
    CU_ASSERT_EQUAL(ms_fetch_add_acq_rel(&value, 3), 2);
    ms_own_add(&value, 10);
    CU_ASSERT_EQUAL(ms_load_acquire(&value), 15);
}

enum { ROUNDS = 100000, THREADS = 4 };
static uint64_t s_shared;
static uint64_t s_lock;
static uint64_t s_guarded;

/* s_guarded is a plain number: only the orders of the lock's operations keep it right. */
static void *count_up(void *argument) {
    for (int i = 0; i < ROUNDS; i++) {
        ms_fetch_add_relaxed(&s_shared, 1);
        while (ms_exchange_acquire(&s_lock, 1) != 0)
            ms_cpu_relax();
        s_guarded++;
        ms_store_release(&s_lock, 0);
    }
    return argument;
}

static void threads_lose_no_count(void) {
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, count_up, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CU_ASSERT_EQUAL(ms_load_relaxed(&s_shared), (uint64_t)ROUNDS * THREADS);
    CU_ASSERT_EQUAL(s_guarded, (uint64_t)ROUNDS * THREADS);
}

static void numbers_are_written_in_decimal(void) {
    char text[MS_DECIMAL_SIZE];
    ms_decimal_write(text, 0);
    CU_ASSERT_STRING_EQUAL(text, "0");
    ms_decimal_write(text, 1203);
    CU_ASSERT_STRING_EQUAL(text, "1203");
    ms_decimal_write(text, UINT32_MAX);
    CU_ASSERT_STRING_EQUAL(text, "4294967295");
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("base", NULL, NULL);
    CU_ADD_TEST(suite, every_status_has_its_own_message);
    CU_ADD_TEST(suite, a_number_that_is_no_status_has_a_message);
    CU_ADD_TEST(suite, checked_add_tells_overflow);
    CU_ADD_TEST(suite, checked_mul_tells_overflow);
    CU_ADD_TEST(suite, checked_range_stays_within_its_limit);
    CU_ADD_TEST(suite, compare_and_swap_gives_back_what_it_found);
    CU_ADD_TEST(suite, threads_lose_no_count);
    CU_ADD_TEST(suite, numbers_are_written_in_decimal);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
