/* SPDX-License-Identifier: MIT */
/* A report in a file: whole or not there, its owner's alone, and nothing replaced that is no file.
 */
#include <CUnit/Basic.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export/export.h"
#include "sample_report.h"

static struct memscope_report *s_report;
static char s_directory[] = "test_export_file.XXXXXX";
static char s_path[256];

static int set_up(void) {
    s_report = sample_report_new_empty();
    if (s_report == NULL || mkdtemp(s_directory) == NULL) {
        return 1;
    }
    snprintf(s_path, sizeof(s_path), "%s/report.json", s_directory);
    return 0;
}

static int tear_down(void) {
    char command[300];
    snprintf(command, sizeof(command), "rm -rf %s", s_directory);
    sample_report_destroy(s_report);
    return system(command);
}

static enum ms_status write_json(const char *path) {
    return ms_export_file(ms_exporter_find("json"), s_report, NULL, path);
}

/* Reads what is in PATH into TEXT; its length. */
static size_t read_file(const char *path, char *text, size_t size) {
    FILE *file = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    size_t length = fread(text, 1, size - 1, file);
    text[length] = '\0';
    fclose(file);
    return length;
}

static void put_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

static size_t count_files(void) {
    char pattern[300];
    snprintf(pattern, sizeof(pattern), "%s/*", s_directory);
    glob_t found;
    size_t count = glob(pattern, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
    globfree(&found);
    return count;
}

static bool is_report(const char *path) {
    char text[65536];
    size_t length = read_file(path, text, sizeof(text));
    return strncmp(text, "{\"schema\":\"memscope-report\"", 27) == 0 && text[length - 2] == '}' &&
           text[length - 1] == '\n';
}

static void test_new_file(void) {
    CU_ASSERT_EQUAL(write_json(s_path), MS_OK);
    CU_ASSERT(is_report(s_path));
    struct stat info;
    CU_ASSERT_EQUAL(stat(s_path, &info), 0);
    CU_ASSERT_EQUAL(info.st_mode & 0777, 0600);
    CU_ASSERT_EQUAL(count_files(), 1); /* no temporary file is left */
    unlink(s_path);
}

static void test_existing_file(void) {
    put_file(s_path, "old");
    CU_ASSERT_EQUAL(write_json(s_path), MS_OK);
    CU_ASSERT(is_report(s_path));
    CU_ASSERT_EQUAL(count_files(), 1);
    unlink(s_path);
}

/* The disk is full in the middle: a limit on file sizes does the same. */
static void test_cut_off(void) {
    put_file(s_path, "old");
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    struct rlimit small = {100, limit.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum ms_status status = write_json(s_path);
    int error = errno;
    setrlimit(RLIMIT_FSIZE, &limit);
    CU_ASSERT_EQUAL(status, MS_IO);
    CU_ASSERT_EQUAL(error, EFBIG);
    char text[16];
    read_file(s_path, text, sizeof(text));
    CU_ASSERT_STRING_EQUAL(text, "old");
    CU_ASSERT_EQUAL(count_files(), 1);
    unlink(s_path);
}

static void test_bad_paths(void) {
    char path[300];
    snprintf(path, sizeof(path), "%s/missing/report.json", s_directory);
    errno = 0;
    CU_ASSERT_EQUAL(write_json(path), MS_IO);
    CU_ASSERT_EQUAL(errno, ENOENT);
    errno = 0;
    CU_ASSERT_EQUAL(write_json(s_directory), MS_IO);
    CU_ASSERT_EQUAL(errno, EISDIR);
    errno = 0;
    CU_ASSERT_EQUAL(write_json(""), MS_IO);
    CU_ASSERT_EQUAL(errno, ENOENT);
    CU_ASSERT_EQUAL(count_files(), 0);
}

static void test_link(void) {
    char link_path[300];
    snprintf(link_path, sizeof(link_path), "%s/link.json", s_directory);
    put_file(s_path, "old");
    CU_ASSERT_EQUAL_FATAL(symlink("report.json", link_path), 0);
    CU_ASSERT_EQUAL(write_json(link_path), MS_OK);
    struct stat info;
    CU_ASSERT_EQUAL(lstat(link_path, &info), 0);
    CU_ASSERT(S_ISLNK(info.st_mode));
    CU_ASSERT(is_report(s_path));
    CU_ASSERT_EQUAL(count_files(), 2);
    unlink(link_path);
    unlink(s_path);
}

/* As a device would be, a pipe is written and stays what it is. */
static void test_pipe(void) {
    CU_ASSERT_EQUAL_FATAL(mkfifo(s_path, 0600), 0);
    int reader = open(s_path, O_RDONLY | O_NONBLOCK);
    CU_ASSERT_FATAL(reader >= 0);
    CU_ASSERT_EQUAL(write_json(s_path), MS_OK);
    char text[28] = "";
    CU_ASSERT_EQUAL(read(reader, text, 27), 27);
    CU_ASSERT_STRING_EQUAL(text, "{\"schema\":\"memscope-report\"");
    struct stat info;
    CU_ASSERT_EQUAL(lstat(s_path, &info), 0);
    CU_ASSERT(S_ISFIFO(info.st_mode));
    close(reader);
    unlink(s_path);
}

/* "-" is standard output, behind what was printed before. */
static void test_standard_output(void) {
    fflush(stdout);
    int kept = dup(STDOUT_FILENO);
    int file = open(s_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CU_ASSERT_FATAL(kept >= 0 && file >= 0);
    dup2(file, STDOUT_FILENO);
    static char buffer[BUFSIZ];
    setvbuf(stdout, buffer, _IOFBF, sizeof(buffer)); /* CUnit has made it unbuffered */
    printf("before ");
    enum ms_status status = write_json("-");
    fflush(stdout);
    setvbuf(stdout, NULL, _IONBF, 0);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    close(file);
    CU_ASSERT_EQUAL(status, MS_OK);
    char text[65536];
    read_file(s_path, text, sizeof(text));
    CU_ASSERT_EQUAL(strncmp(text, "before {\"schema\"", 16), 0);
    unlink(s_path);
}

int main(void) {
    static CU_TestInfo tests[] = {
        {"a new file is whole and private", test_new_file},
        {"an existing file is replaced", test_existing_file},
        {"a file that cannot be finished stays as it was", test_cut_off},
        {"a path that cannot be written is told", test_bad_paths},
        {"a link stays a link", test_link},
        {"a pipe stays a pipe", test_pipe},
        {"- is standard output", test_standard_output},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{"export_file", set_up, tear_down, NULL, NULL, tests},
                             CU_SUITE_INFO_NULL};
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS) {
        return 2;
    }
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures == 0 ? 0 : 1;
}
