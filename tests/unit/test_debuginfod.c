/* SPDX-License-Identifier: MIT */
/*
 * Debug information from a server: the distribution's own on the loopback, one that says nothing,
 * and none. The program is stripped, so that what is known of its types came from there.
 */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "subject_check.h"
#include "symbols/symbol_reader.h"

#define SKIPPED 77

static char s_program[300];

/* A socket that listens on a port of its own, which *PORT gets. */
static int s_listen(unsigned *port, int backlog) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, backlog) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        abort();
    *port = ntohs(address.sin_port);
    return fd;
}

static void s_set_url(unsigned port) {
    char url[64];
    snprintf(url, sizeof(url), "http://127.0.0.1:%u", port);
    setenv("DEBUGINFOD_URLS", url, 1);
}

/* Reads the program as a report does, in a process of its own, which asks afresh. Whether it has
 * types; the first note is in NOTE. */
static bool s_read(char note[1000]) {
    struct ms_symbol_reader *reader;
    struct memscope_type_layout layout;
    struct memscope_module_file file = {
        s_program, NULL, 0, MEMSCOPE_UNKNOWN, MEMSCOPE_UNKNOWN, MEMSCOPE_UNKNOWN};
    if (ms_symbol_reader_new(NULL, &reader) != MS_OK)
        abort();
    struct memscope_resolver resolver = ms_symbol_reader_resolver(reader);
    const char *text = resolver.add_module(resolver.context, 1, &file);
    bool found = resolver.find_type(resolver.context, "struct node", NULL, &layout);
    if (text == NULL)
        text = resolver.next_note(resolver.context);
    snprintf(note, 1000, "%s", text != NULL ? text : "");
    ms_symbol_reader_destroy(reader);
    return found;
}

static void test_server(void) {
    char note[1000];
    unsigned port;
    close(s_listen(&port, 8));
    CU_ASSERT_EQUAL_FATAL(
        subject_run("mkdir %s/files && cp %s %s/files && cd %s && "
                    "(debuginfod -p %u -d :memory: -F files >server.log 2>&1 & echo $! "
                    ">server.pid)",
                    subject_folder, subjects[0], subject_folder, subject_folder, port),
        0);
    /* until it has read the file */
    int ready = subject_run(
        "for i in $(seq 200); do curl -sf -o %s/got http://127.0.0.1:%u/buildid/$(readelf "
        "-n %s | sed -n 's/.*Build ID: //p')/debuginfo && exit 0; sleep 0.1; done; "
        "cat %s/server.log; exit 1",
        subject_folder, port, s_program, subject_folder);
    CU_ASSERT_EQUAL(ready, 0);
    CU_ASSERT_FALSE(s_read(note)); /* the variable is not set */
    CU_ASSERT_PTR_NOT_NULL(strstr(note, "has no debug information"));
    s_set_url(port);
    CU_ASSERT_TRUE(s_read(note));
    CU_ASSERT_STRING_EQUAL(note, "");
    CU_ASSERT_EQUAL(subject_run("kill $(cat %s/server.pid)", subject_folder), 0);
    CU_ASSERT_TRUE(s_read(note)); /* it was kept */
    unsetenv("DEBUGINFOD_URLS");
    CU_ASSERT_FALSE(s_read(note));
    CU_ASSERT_EQUAL(subject_run("rm -r %s/cache", subject_folder), 0);
}

/* It takes connections and never says a word. */
static void test_silent_server(void) {
    char note[1000];
    unsigned port;
    int fd = s_listen(&port, 8);
    CU_ASSERT_FALSE(s_read(note));
    CU_ASSERT(accept(fd, NULL, NULL) < 0); /* the variable is not set: nobody has come */
    s_set_url(port);
    setenv("DEBUGINFOD_TIMEOUT", "1", 1);
    time_t start = time(NULL);
    CU_ASSERT_FALSE(s_read(note));
    CU_ASSERT(time(NULL) - start < 15);
    CU_ASSERT_PTR_NOT_NULL(strstr(note, "has no debug information"));
    CU_ASSERT_PTR_NOT_NULL(strstr(note, "is not asked again"));
    CU_ASSERT_PTR_NULL(strchr(note, '\n'));
    int came = accept(fd, NULL, NULL);
    CU_ASSERT(came >= 0);
    close(came);
    close(fd);
    unsetenv("DEBUGINFOD_TIMEOUT");
    unsetenv("DEBUGINFOD_URLS");
}

/* It does not even take connections: its queue is full. */
static void test_deaf_server(void) {
    char note[1000];
    unsigned port;
    int fd = s_listen(&port, 0), waiting[4];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (size_t i = 0; i < 4; i++) {
        waiting[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        CU_ASSERT(connect(waiting[i], (struct sockaddr *)&address, sizeof(address)) < 0);
    }
    s_set_url(port);
    setenv("DEBUGINFOD_TIMEOUT", "1", 1);
    time_t start = time(NULL);
    CU_ASSERT_FALSE(s_read(note));
    CU_ASSERT(time(NULL) - start < 15);
    CU_ASSERT_PTR_NOT_NULL(strstr(note, "has not answered for 1 s"));
    for (size_t i = 0; i < 4; i++)
        close(waiting[i]);
    close(fd);
    unsetenv("DEBUGINFOD_TIMEOUT");
    unsetenv("DEBUGINFOD_URLS");
}

static void test_no_server(void) {
    char note[1000];
    unsigned port;
    close(s_listen(&port, 8));
    s_set_url(port);
    CU_ASSERT_FALSE(s_read(note));
    CU_ASSERT_PTR_NOT_NULL(strstr(note, "debuginfod cannot be reached"));
    unsetenv("DEBUGINFOD_URLS");
}

static int s_make_program(void) {
    char cache[1024];
    if (subject_make_folder() != 0 || getcwd(cache, 700) == NULL)
        return 1;
    snprintf(cache + strlen(cache), 300, "/%s/cache", subject_folder);
    setenv("DEBUGINFOD_CACHE_PATH", cache, 1);
    snprintf(s_program, sizeof(s_program), "%s/program", subject_folder);
    return subject_run("objcopy --strip-debug %s %s", subjects[0], s_program) != 0;
}

int main(void) {
    unsetenv("DEBUGINFOD_URLS");
    if (subject_run("command -v debuginfod curl >/dev/null") != 0) {
        printf("skipped: there is no debuginfod (scripts/install-deps --tests)\n");
        return SKIPPED;
    }
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("debuginfod", s_make_program, subject_remove_folder);
    CU_ADD_TEST(suite, test_server);
    CU_ADD_TEST(suite, test_silent_server);
    CU_ADD_TEST(suite, test_no_server);
    CU_ADD_TEST(suite, test_deaf_server);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
