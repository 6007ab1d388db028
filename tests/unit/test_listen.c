/* SPDX-License-Identifier: MIT */
/* Where memscope serve waits. */
#include "serve/listen.h"

#include <CUnit/Basic.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char s_why[MS_LISTEN_WHY_BYTES];

static bool s_opens(const char *address, bool beyond, struct ms_listen *listen) {
    s_why[0] = '\0';
    return ms_listen_open(listen, address, beyond, s_why);
}

static void s_expect_refused(const char *address, bool beyond, const char *words) {
    struct ms_listen listen;
    CU_ASSERT_FALSE(s_opens(address, beyond, &listen));
    CU_ASSERT_EQUAL(listen.fd, -1);
    if (strstr(s_why, words) == NULL) {
        printf("%s: %s\n", address, s_why);
        CU_FAIL("another reason");
    }
}

static void s_test_loopback(void) {
    static const char *const s_addresses[] = {"127.0.0.1:0", "localhost:0", "127.9.8.7:0"};
    for (size_t i = 0; i < sizeof(s_addresses) / sizeof(s_addresses[0]); i++) {
        struct ms_listen listen;
        CU_ASSERT_TRUE_FATAL(s_opens(s_addresses[i], false, &listen));
        CU_ASSERT_TRUE(listen.is_loopback);
        CU_ASSERT_PTR_NULL(listen.path);
        CU_ASSERT_NOT_EQUAL(listen.port, 0); /* the one that was picked */
        ms_listen_close(&listen);
        CU_ASSERT_EQUAL(listen.fd, -1);
    }
}

static void s_test_v6(void) {
    struct ms_listen listen;
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    const struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    bool has_v6 = fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
    close(fd);
    if (!has_v6)
        return;
    CU_ASSERT_TRUE_FATAL(s_opens("[::1]:0", false, &listen));
    CU_ASSERT_TRUE(listen.is_loopback);
    CU_ASSERT_STRING_EQUAL(listen.address, "::1");
    ms_listen_close(&listen);
}

static void s_test_beyond(void) {
    struct ms_listen listen;
    s_expect_refused("0.0.0.0:0", false, "--token-file");
    s_expect_refused("[::]:0", false, "--token-file");
    s_expect_refused("10.1.2.3:0", false, "--token-file");
    CU_ASSERT_TRUE_FATAL(s_opens("0.0.0.0:0", true, &listen));
    CU_ASSERT_FALSE(listen.is_loopback);
    ms_listen_close(&listen);
}

static void s_test_spelling(void) {
    static const char *const s_bad[] = {
        "",
        ":",
        "7430",
        ":7430",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:x",
        "127.0.0.1:-1",
        "127.0.0.1:+1",
        "127.0.0.1: 1",
        "127.0.0.1:65536",
        "127.0.0.1:100000",
        "::1:7430",
        "[::1:7430",
        "[]:7430",
        "[::1]7430",
        "example.org:7430",
        "http://127.0.0.1:7430",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:1",
    };
    for (size_t i = 0; i < sizeof(s_bad) / sizeof(s_bad[0]); i++)
        s_expect_refused(s_bad[i], true, "takes 127.0.0.1:PORT");
}

static void s_test_taken(void) {
    struct ms_listen first;
    char address[32];
    CU_ASSERT_TRUE_FATAL(s_opens("127.0.0.1:0", false, &first));
    snprintf(address, sizeof(address), "127.0.0.1:%u", (unsigned)first.port);
    s_expect_refused(address, false, "cannot listen there");
    ms_listen_close(&first);
}

static void s_test_unix(void) {
    struct ms_listen listen, second;
    struct stat info;
    char folder[] = "/tmp/memscope-listen-XXXXXX", path[64], address[80];
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/socket", folder);
    snprintf(address, sizeof(address), "unix:%s", path);
    mode_t mask = umask(0);
    CU_ASSERT_TRUE_FATAL(s_opens(address, false, &listen));
    CU_ASSERT_EQUAL(umask(mask), 0); /* the caller's is as it was */
    CU_ASSERT_STRING_EQUAL(listen.path, path);
    CU_ASSERT_EQUAL(stat(path, &info), 0);
    CU_ASSERT_EQUAL(info.st_mode & 0777, 0600);
    s_expect_refused(address, false, "cannot listen there"); /* somebody listens */
    ms_listen_close(&listen);
    CU_ASSERT_NOT_EQUAL(stat(path, &info), 0);
    /* One that was left behind is in nobody's way. */
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    strcpy(at.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    CU_ASSERT_EQUAL(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
    close(fd);
    CU_ASSERT_TRUE(s_opens(address, false, &second));
    ms_listen_close(&second);
    rmdir(folder);
    s_expect_refused("unix:", false, "1 to 107 bytes");
    char longest[200] = "unix:/";
    memset(longest + 6, 'a', 120);
    s_expect_refused(longest, false, "1 to 107 bytes");
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return EXIT_FAILURE;
    CU_pSuite suite = CU_add_suite("listen", NULL, NULL);
    CU_ADD_TEST(suite, s_test_loopback);
    CU_ADD_TEST(suite, s_test_v6);
    CU_ADD_TEST(suite, s_test_beyond);
    CU_ADD_TEST(suite, s_test_spelling);
    CU_ADD_TEST(suite, s_test_taken);
    CU_ADD_TEST(suite, s_test_unix);
    CU_basic_run_tests();
    return CU_get_number_of_failures() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
