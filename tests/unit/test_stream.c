/* SPDX-License-Identifier: MIT */
/* What a client that follows is told, and when. */
#include "serve/stream.h"

#include <CUnit/Basic.h>
#include <stdlib.h>
#include <string.h>

#define START UINT64_C(1000)

static struct ms_serve_process s_processes[] = {
    {.pid = 7, .start_time = 70, .program = "one", .running = true, .ending = "running"},
    {.pid = 8, .start_time = 80, .program = "two", .running = true, .ending = "running"},
};
#define COUNT 2u

static const char *s_take(struct ms_stream *stream) {
    static char s_text[256];
    size_t size = ms_stream_take(stream, s_text, sizeof(s_text) - 1);
    s_text[size] = '\0';
    return s_text;
}

/* The stream begins with how long a browser waits before it comes again. */
static void s_begin(struct ms_stream *stream, const char *process, const char *last) {
    ms_stream_init(stream, process, last);
    CU_ASSERT_STRING_EQUAL(s_take(stream), "retry: 2000\n\n");
}

static void s_test_process(void) {
    struct ms_stream stream;
    s_processes[0].running = true;
    s_begin(&stream, "7-70", NULL);
    ms_stream_update(&stream, s_processes, COUNT, START);
    CU_ASSERT_STRING_EQUAL(s_take(&stream), "event: changed\nid: 3e8\ndata: 3e8\n\n");
    CU_ASSERT_STRING_EQUAL(s_take(&stream), "");
    ms_stream_update(&stream, s_processes, COUNT, START + 1);
    CU_ASSERT_STRING_EQUAL(s_take(&stream), "event: changed\nid: 3e9\ndata: 3e9\n\n");
    CU_ASSERT_FALSE(stream.has_ended);
    s_processes[0].running = false;
    ms_stream_update(&stream, s_processes, COUNT, START + 2);
    CU_ASSERT_STRING_EQUAL(s_take(&stream), "event: ended\nid: 3ea\ndata: 3ea\n\n");
    CU_ASSERT_TRUE(stream.has_ended);
    ms_stream_update(&stream, s_processes, COUNT, START + 3);
    CU_ASSERT_STRING_EQUAL(s_take(&stream), "");
    s_processes[0].running = true;
}

/* Another process of the same pid is another process. */
static void s_test_gone(void) {
    struct ms_stream stream;
    s_begin(&stream, "7-71", "3e8");
    ms_stream_update(&stream, s_processes, COUNT, START);
    CU_ASSERT_STRING_EQUAL(s_take(&stream), "event: ended\nid: 3e8\ndata: 3e8\n\n");
    CU_ASSERT_TRUE(stream.has_ended);
}

static void s_test_list(void) {
    struct ms_stream stream, again;
    char first[128];
    s_begin(&stream, NULL, NULL);
    ms_stream_update(&stream, s_processes, COUNT, START);
    strcpy(first, s_take(&stream));
    CU_ASSERT_PTR_NOT_NULL(strstr(first, "event: processes\nid: "));
    ms_stream_update(&stream, s_processes, COUNT, START + 1);
    CU_ASSERT_STRING_EQUAL(s_take(&stream), "");
    /* Who knows it already is told when it is another one. */
    s_begin(&again, NULL, stream.last);
    ms_stream_update(&again, s_processes, COUNT, START);
    s_take(&again);
    CU_ASSERT_STRING_EQUAL(again.last, stream.last);
    s_processes[1].ending = "exited 0";
    ms_stream_update(&again, s_processes, COUNT, START + 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(s_take(&again), "event: processes\n"));
    ms_stream_update(&stream, s_processes, COUNT - 1, START + 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(s_take(&stream), "event: processes\n"));
    CU_ASSERT_STRING_NOT_EQUAL(again.last, stream.last);
    ms_stream_update(&stream, NULL, 0, START + 3);
    CU_ASSERT_PTR_NOT_NULL(strstr(s_take(&stream), "event: processes\n"));
    s_processes[1].ending = "running";
}

static void s_test_heartbeat(void) {
    struct ms_stream stream;
    s_begin(&stream, NULL, NULL);
    ms_stream_update(&stream, s_processes, COUNT, START);
    s_take(&stream);
    ms_stream_update(&stream, s_processes, COUNT, START + MS_STREAM_HEARTBEAT_MS - 1);
    CU_ASSERT_STRING_EQUAL(s_take(&stream), "");
    ms_stream_update(&stream, s_processes, COUNT, START + MS_STREAM_HEARTBEAT_MS);
    CU_ASSERT_STRING_EQUAL(s_take(&stream), ":\n\n");
    ms_stream_update(&stream, s_processes, COUNT, START + MS_STREAM_HEARTBEAT_MS + 1);
    CU_ASSERT_STRING_EQUAL(s_take(&stream), "");
}

/* One that does not read has one event waiting, and not thousands. */
static void s_test_slow(void) {
    struct ms_stream stream;
    char text[256] = "", byte;
    ms_stream_init(&stream, "7-70", NULL);
    for (uint64_t i = 0; i < 1000; i++)
        ms_stream_update(&stream, s_processes, COUNT, START + i);
    for (size_t i = 0; ms_stream_take(&stream, &byte, 1) == 1; i++) {
        CU_ASSERT_TRUE_FATAL(i < sizeof(text) - 1);
        text[i] = byte;
        ms_stream_update(&stream, s_processes, COUNT, START + 2000);
        if (strstr(text, "data: 3e8\n\n") != NULL)
            break;
    }
    CU_ASSERT_STRING_EQUAL(text, "retry: 2000\n\nevent: changed\nid: 3e8\ndata: 3e8\n\n");
    CU_ASSERT_STRING_EQUAL(s_take(&stream), "event: changed\nid: bb8\ndata: bb8\n\n");
}

/* The id that a client sends is anything. */
static void s_test_hostile_id(void) {
    struct ms_stream stream;
    char id[10000];
    memset(id, 'a', sizeof(id) - 1);
    id[sizeof(id) - 1] = '\0';
    s_begin(&stream, "7-70", id);
    ms_stream_update(&stream, s_processes, COUNT, START);
    CU_ASSERT_STRING_EQUAL(s_take(&stream), "event: changed\nid: 3e8\ndata: 3e8\n\n");
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return EXIT_FAILURE;
    CU_pSuite suite = CU_add_suite("stream", NULL, NULL);
    CU_ADD_TEST(suite, s_test_process);
    CU_ADD_TEST(suite, s_test_gone);
    CU_ADD_TEST(suite, s_test_list);
    CU_ADD_TEST(suite, s_test_heartbeat);
    CU_ADD_TEST(suite, s_test_slow);
    CU_ADD_TEST(suite, s_test_hostile_id);
    CU_basic_run_tests();
    return CU_get_number_of_failures() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
