/* SPDX-License-Identifier: MIT */
/* Who may ask memscope serve. */
#include "serve/guard.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN "0123456789abcdef"

static void s_test_bearer(void) {
    static const char *const s_good[] = {"Bearer " TOKEN, "bearer " TOKEN, "BEARER " TOKEN};
    static const char *const s_bad[] = {
        "",
        "Bearer",
        "Bearer ",
        TOKEN,
        "Basic " TOKEN,
        "Bearer  " TOKEN,
        "Bearer " TOKEN " ",
        "Bearer 0123456789abcdeF",
        "Bearer 1123456789abcdef",
        "Bearer 0123456789abcde",
        "Bearer " TOKEN "0",
        "Bearer " TOKEN TOKEN,
    };
    for (size_t i = 0; i < sizeof(s_good) / sizeof(s_good[0]); i++)
        CU_ASSERT_TRUE(ms_guard_has_token(s_good[i], NULL, TOKEN));
    for (size_t i = 0; i < sizeof(s_bad) / sizeof(s_bad[0]); i++)
        CU_ASSERT_FALSE(ms_guard_has_token(s_bad[i], NULL, TOKEN));
    CU_ASSERT_FALSE(ms_guard_has_token(NULL, NULL, TOKEN));
    CU_ASSERT_FALSE(ms_guard_has_token("Bearer ", NULL, ""));
}

static void s_test_password(void) {
    CU_ASSERT_TRUE(ms_guard_has_token("Basic bWU6MDE=", TOKEN, TOKEN));
    CU_ASSERT_FALSE(ms_guard_has_token("Basic bWU6MDE=", TOKEN "0", TOKEN));
    CU_ASSERT_FALSE(ms_guard_has_token("Basic bWU6MDE=", "0123456789abcde", TOKEN));
    CU_ASSERT_FALSE(ms_guard_has_token("Basic bWU6MDE=", "", TOKEN));
    CU_ASSERT_FALSE(ms_guard_has_token(NULL, "", ""));
    /* One that is wrong is not made good by the other. */
    CU_ASSERT_FALSE(ms_guard_has_token("Bearer 1", TOKEN, TOKEN));
}

/* All differences are looked at: each byte of the token counts, wherever it is. */
static void s_test_each_byte(void) {
    char authorization[] = "Bearer " TOKEN;
    for (size_t i = 0; i < strlen(TOKEN); i++) {
        authorization[7 + i] ^= 1;
        CU_ASSERT_FALSE(ms_guard_has_token(authorization, NULL, TOKEN));
        authorization[7 + i] ^= 1;
    }
    CU_ASSERT_TRUE(ms_guard_has_token(authorization, NULL, TOKEN));
}

static void s_test_host(void) {
    static const char *const s_own[] = {
        "localhost:7430", "LocalHost:7430", "127.0.0.1:7430",
        "127.1.2.3:7430", "[::1]:7430",     "127.0.0.1:7430",
    };
    static const char *const s_foreign[] = {
        "",
        ":7430",
        "localhost",
        "localhost:",
        "localhost:743",
        "localhost:74300",
        "localhost:7430 ",
        "localhost.:7430",
        "evil.example:7430",
        "localhost.evil.example:7430",
        "127.0.0.1.evil.example:7430",
        "127.0.0.1@evil.example:7430",
        "0127.0.0.1:7430",
        "128.0.0.1:7430",
        "10.0.0.1:7430",
        "[::1]",
        "[::1:7430",
        "::1:7430",
        "[::2]:7430",
        "[]:7430",
    };
    char name[200];
    for (size_t i = 0; i < sizeof(s_own) / sizeof(s_own[0]); i++)
        CU_ASSERT_TRUE(ms_guard_is_own_host(s_own[i], "127.0.0.1", 7430));
    for (size_t i = 0; i < sizeof(s_foreign) / sizeof(s_foreign[0]); i++)
        CU_ASSERT_FALSE(ms_guard_is_own_host(s_foreign[i], "127.0.0.1", 7430));
    CU_ASSERT_FALSE(ms_guard_is_own_host(NULL, "127.0.0.1", 7430));
    /* The port that is left out is 80, and no other. */
    CU_ASSERT_TRUE(ms_guard_is_own_host("localhost", "127.0.0.1", 80));
    CU_ASSERT_TRUE(ms_guard_is_own_host("[::1]", "::1", 80));
    /* The address that was given, which need not be one of the loopback. */
    CU_ASSERT_TRUE(ms_guard_is_own_host("10.0.0.1:7430", "10.0.0.1", 7430));
    CU_ASSERT_TRUE(ms_guard_is_own_host("[FE80::1]:7430", "fe80::1", 7430));
    memset(name, 'a', sizeof(name));
    strcpy(name + 150, ":7430");
    CU_ASSERT_FALSE(ms_guard_is_own_host(name, "127.0.0.1", 7430));
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return EXIT_FAILURE;
    CU_pSuite suite = CU_add_suite("guard", NULL, NULL);
    CU_ADD_TEST(suite, s_test_bearer);
    CU_ADD_TEST(suite, s_test_password);
    CU_ADD_TEST(suite, s_test_each_byte);
    CU_ADD_TEST(suite, s_test_host);
    CU_basic_run_tests();
    return CU_get_number_of_failures() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
