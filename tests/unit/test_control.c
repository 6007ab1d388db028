/* SPDX-License-Identifier: MIT */
/* Requests from outside: each is taken once, or withdrawn; what goes with it is not believed. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/atomics.h"
#include "store/control.h"
#include "store/marks.h"
#include "store/store.h"

static char s_directory[] = "/tmp/memscope-test-control.XXXXXX";
static char s_path[64];
static struct ms_control_request s_request;

static int s_open(void) {
    struct ms_store_identity identity = {.executable = "/bin/program",
                                         .command = "program",
                                         .command_size = sizeof("program"),
                                         .command_count = 1,
                                         .host = "host",
                                         .preset = "full"};
    if (mkdtemp(s_directory) == NULL)
        return 1;
    snprintf(s_path, sizeof(s_path), "%s/a.mscope", s_directory);
    return ms_store_open(s_path, &identity, 0);
}

static int s_close(void) {
    unlink(s_path);
    return rmdir(s_directory);
}

/* As cli/control.c does; returns the word. */
static uint64_t s_ask(uint64_t command, const char *text) {
    struct ms_journal_header *header = ms_store.header;
    uint64_t word = MS_CONTROL_WORD(MS_CONTROL_NUMBER(header->control_request) + 1, command);
    memset(header->control_text, 0, sizeof(header->control_text));
    memcpy(header->control_text, text, strlen(text));
    ms_store_release(&header->control_request, word);
    return word;
}

static bool s_is_done(uint64_t word) {
    return MS_CONTROL_NUMBER(ms_store.header->control_done) == MS_CONTROL_NUMBER(word);
}

static void test_taken_once(void) {
    CU_ASSERT_FALSE(ms_control_take(&s_request));
    uint64_t word = s_ask(MS_CONTROL_MARK, "now");
    CU_ASSERT_TRUE_FATAL(ms_control_take(&s_request));
    CU_ASSERT_EQUAL(s_request.command, MS_CONTROL_MARK);
    CU_ASSERT_STRING_EQUAL(s_request.text, "now");
    CU_ASSERT_FALSE(s_is_done(word));
    CU_ASSERT_FALSE(ms_control_take(&s_request)); /* it is at it */
    ms_control_answer(MS_CONTROL_NO_ROOM);
    CU_ASSERT_TRUE(s_is_done(word));
    CU_ASSERT_EQUAL(ms_store.header->control_result, MS_CONTROL_NO_ROOM);
    CU_ASSERT_FALSE(ms_control_take(&s_request));
    word = s_ask(MS_CONTROL_PAUSE, "");
    CU_ASSERT_TRUE_FATAL(ms_control_take(&s_request));
    CU_ASSERT_EQUAL(s_request.command, MS_CONTROL_PAUSE);
    ms_control_answer(MS_CONTROL_DONE);
    CU_ASSERT_TRUE(s_is_done(word));
    CU_ASSERT_EQUAL(ms_store.header->control_result, MS_CONTROL_DONE);
}

static bool s_withdraw(uint64_t word) {
    uint64_t none = MS_CONTROL_WORD(MS_CONTROL_NUMBER(word), MS_CONTROL_NONE);
    return ms_cas_acq_rel(&ms_store.header->control_request, &word, none);
}

static void test_withdrawn(void) {
    uint64_t word = s_ask(MS_CONTROL_MARK, "never");
    CU_ASSERT_TRUE(s_withdraw(word));
    CU_ASSERT_FALSE(ms_control_take(&s_request));
    word = s_ask(MS_CONTROL_MARK, "too late");
    CU_ASSERT_TRUE(ms_control_take(&s_request));
    CU_ASSERT_FALSE(s_withdraw(word));
    ms_control_answer(MS_CONTROL_DONE);
    CU_ASSERT_TRUE(s_is_done(word));
}

static void test_unknown(void) {
    uint64_t word = s_ask(MS_CONTROL_COUNT, "");
    CU_ASSERT_FALSE(ms_control_take(&s_request));
    CU_ASSERT_TRUE(s_is_done(word));
    CU_ASSERT_EQUAL(ms_store.header->control_result, MS_CONTROL_UNKNOWN);
    word = s_ask(127, "");
    CU_ASSERT_FALSE(ms_control_take(&s_request));
    CU_ASSERT_TRUE(s_is_done(word));
}

/* A text without a NUL ends where there is no more room. */
static void test_text(void) {
    char full[MS_CONTROL_TEXT + 1];
    memset(full, 'x', MS_CONTROL_TEXT);
    full[MS_CONTROL_TEXT] = 0;
    s_ask(MS_CONTROL_MARK, full);
    CU_ASSERT_TRUE_FATAL(ms_control_take(&s_request));
    CU_ASSERT_EQUAL(strnlen(s_request.text, MS_CONTROL_TEXT), MS_CONTROL_TEXT - 1);
    ms_control_answer(MS_CONTROL_DONE);
}

static void test_forked(void) {
    s_ask(MS_CONTROL_MARK, "of the parent");
    ms_control_forked();
    CU_ASSERT_FALSE(ms_control_take(&s_request));
    s_ask(MS_CONTROL_MARK, "of the parent");
    CU_ASSERT_TRUE(ms_control_take(&s_request)); /* and it forks meanwhile */
    ms_control_forked();
    uint64_t word = s_ask(MS_CONTROL_RESUME, "");
    CU_ASSERT_FALSE(s_is_done(word));
    CU_ASSERT_TRUE(ms_control_take(&s_request));
    ms_control_answer(MS_CONTROL_DONE);
    CU_ASSERT_TRUE(s_is_done(word));
}

static void test_no_room(void) {
    unsigned made = 0;
    while (made < MS_MARK_LIMIT && ms_marks_add("often", 0))
        made++;
    CU_ASSERT_EQUAL(made, MS_MARK_LIMIT);
    CU_ASSERT_FALSE(ms_marks_add("once more", 0));
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("control", s_open, s_close);
    CU_ADD_TEST(suite, test_taken_once);
    CU_ADD_TEST(suite, test_withdrawn);
    CU_ADD_TEST(suite, test_unknown);
    CU_ADD_TEST(suite, test_text);
    CU_ADD_TEST(suite, test_forked);
    CU_ADD_TEST(suite, test_no_room);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
