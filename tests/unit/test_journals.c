/* SPDX-License-Identifier: MIT */
/* The journal directory as `memscope list` and `memscope run` treat it. */
#include "cli/journals.h"

#include <CUnit/Basic.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/journal_end.h"
#include "cli/source.h"
#include "journal/journal.h"
#include "journal_builder.h"

static char s_directory[] = "/tmp/memscope-journals-XXXXXX";

#define S_SECOND UINT64_C(1000000000)

/* A journal NAME in the directory, of process PID, started START seconds after the epoch. */
static void s_write(const char *name, uint32_t pid, uint64_t start, enum ms_journal_state state,
                    int32_t code) {
    char path[256];
    struct journal_builder *builder = journal_builder_new(MS_EXTENT_ALIGN);
    uint32_t program = journal_builder_string(builder, "/usr/bin/some program");
    struct ms_journal_header *header = journal_builder_header(builder);
    header->executable = program;
    header->pid = pid;
    header->start_time_ns = start * S_SECOND;
    header->state = state;
    header->exit_code = code;
    header->end_ns = state == MS_STATE_RUNNING ? 0 : S_SECOND;
    header->monotonic_start_ns = 1;
    header->process_start_ticks = 1;
    header->peak_bytes = start;
    snprintf(path, sizeof(path), "%s/%s", s_directory, name);
    CU_ASSERT_TRUE_FATAL(journal_builder_write(builder, path));
    journal_builder_destroy(builder);
}

static void s_clear(void) {
    char command[128];
    snprintf(command, sizeof(command), "rm -f %s/*", s_directory);
    if (system(command) != 0)
        abort();
}

static void s_check_ending(const struct ms_journal_entry *entry, const char *expected) {
    char *ending = ms_journals_ending(entry);
    CU_ASSERT_STRING_EQUAL(ending, expected);
    free(ending);
}

static void s_test_read(void) {
    struct ms_journals journals;
    s_clear();
    s_write("a.mscope", 4000001, 10, MS_STATE_EXITED, 3);
    s_write("b.mscope", 4000002, 30, MS_STATE_SIGNALLED, SIGSEGV);
    s_write("c.mscope", 4000003, 20, MS_STATE_RUNNING, 0); /* no such process: it was killed */
    s_write("d.other", 4000004, 40, MS_STATE_EXITED, 0);
    char path[256];
    snprintf(path, sizeof(path), "%s/torn.mscope", s_directory);
    CU_ASSERT_TRUE(journal_builder_write_bytes(path, "MEMSCOPE", 8));
    CU_ASSERT_TRUE_FATAL(ms_journals_read(&journals));
    CU_ASSERT_STRING_EQUAL(journals.directory, s_directory);
    CU_ASSERT_EQUAL_FATAL(journals.count, 3);
    CU_ASSERT_EQUAL(journals.entries[0].pid, 4000002);
    CU_ASSERT_EQUAL(journals.entries[1].pid, 4000003);
    CU_ASSERT_EQUAL(journals.entries[2].pid, 4000001);
    CU_ASSERT_STRING_EQUAL(journals.entries[0].program, "some program");
    CU_ASSERT_EQUAL(journals.entries[0].peak_bytes, 30);
    CU_ASSERT_TRUE(journals.entries[0].file_bytes >= 4096);
    s_check_ending(&journals.entries[0], "signal 11 (SIGSEGV)");
    s_check_ending(&journals.entries[1], "killed");
    s_check_ending(&journals.entries[2], "exited 3");
    ms_journals_fini(&journals);
}

static void s_test_directory(void) {
    struct ms_journals journals;
    char path[256];
    snprintf(path, sizeof(path), "%s/none", s_directory);
    setenv("MEMSCOPE_DIR", path, 1);
    CU_ASSERT_TRUE(ms_journals_read(&journals));
    CU_ASSERT_EQUAL(journals.count, 0);
    ms_journals_fini(&journals);
    setenv("MEMSCOPE_DIR", "/dev/null", 1);
    CU_ASSERT_FALSE(ms_journals_read(&journals));
    /* One of another user is not believed. */
    if (getuid() == 0) {
        CU_ASSERT_EQUAL(mkdir(path, 0700), 0);
        CU_ASSERT_EQUAL(chown(path, 12345, 12345), 0);
    }
    setenv("MEMSCOPE_DIR", getuid() == 0 ? path : "/", 1);
    CU_ASSERT_FALSE(ms_journals_read(&journals));
    rmdir(path);
    setenv("MEMSCOPE_DIR", s_directory, 1);
}

/* Of 70 finished journals the 64 newest stay; those of running processes are not counted. */
static void s_test_prune(void) {
    struct ms_journals journals;
    char name[64];
    s_clear();
    for (uint32_t i = 1; i <= 70; i++) {
        snprintf(name, sizeof(name), "p.%u.mscope", i);
        s_write(name, 4000000 + i, 100 + i, MS_STATE_EXITED, 0);
    }
    CU_ASSERT_TRUE_FATAL(ms_journals_read(&journals));
    CU_ASSERT_EQUAL_FATAL(journals.count, 70);
    journals.entries[69].state = MS_STATE_RUNNING;
    journals.entries[69].alive = true;
    ms_journals_prune(&journals);
    CU_ASSERT_EQUAL(journals.count, 65);
    CU_ASSERT_EQUAL(journals.entries[63].pid, 4000007);
    CU_ASSERT_EQUAL(journals.entries[64].pid, 4000001);
    ms_journals_fini(&journals);
    CU_ASSERT_TRUE_FATAL(ms_journals_read(&journals));
    CU_ASSERT_EQUAL(journals.count, 65);
    /* By size, too: but the newest stays however large it is. */
    journals.entries[0].file_bytes = UINT64_C(3) << 30;
    ms_journals_prune(&journals);
    CU_ASSERT_EQUAL_FATAL(journals.count, 1);
    CU_ASSERT_EQUAL(journals.entries[0].pid, 4000070);
    ms_journals_fini(&journals);
}

static void s_check_state(const char *name, uint32_t state, int32_t code) {
    char path[256];
    struct ms_journal *journal;
    snprintf(path, sizeof(path), "%s/%s", s_directory, name);
    CU_ASSERT_EQUAL_FATAL(ms_journal_open(path, &journal), MS_OK);
    const struct ms_journal_header *header = ms_journal_header(journal);
    CU_ASSERT_EQUAL(header->state, state);
    CU_ASSERT_EQUAL(header->exit_code, code);
    CU_ASSERT_EQUAL(header->end_ns != 0, state != MS_STATE_RUNNING);
    ms_journal_close(journal);
}

static void s_test_end(void) {
    struct ms_process_end end = {.pid = 4000001, .signalled = true, .code = SIGKILL};
    char pattern[256], newest[256];
    s_clear();
    s_write("sh.4000001.mscope", 4000001, 100, MS_STATE_RUNNING, 0);
    s_write("p[x].4000001.mscope", 4000001, 101, MS_STATE_RUNNING, 0);
    s_write("p.40000011.mscope", 40000011, 102, MS_STATE_RUNNING, 0);
    s_write("q.4000001.mscope", 4000009, 103, MS_STATE_RUNNING, 0);  /* of another process */
    s_write("old.4000001.mscope", 4000001, 50, MS_STATE_RUNNING, 0); /* of an older one */
    s_write("r.4000001.mscope", 4000001, 100, MS_STATE_EXITED, 5);   /* had said it itself */
    snprintf(pattern, sizeof(pattern), "%s/%%e.%%p.mscope", s_directory);
    char *path = ms_journal_end_write(pattern, &end, 99 * S_SECOND);
    snprintf(newest, sizeof(newest), "%s/p[x].4000001.mscope", s_directory);
    CU_ASSERT_PTR_NOT_NULL_FATAL(path);
    CU_ASSERT_STRING_EQUAL(path, newest);
    free(path);
    s_check_state("sh.4000001.mscope", MS_STATE_SIGNALLED, SIGKILL);
    s_check_state("p[x].4000001.mscope", MS_STATE_SIGNALLED, SIGKILL);
    s_check_state("p.40000011.mscope", MS_STATE_RUNNING, 0);
    s_check_state("q.4000001.mscope", MS_STATE_RUNNING, 0);
    s_check_state("old.4000001.mscope", MS_STATE_RUNNING, 0);
    s_check_state("r.4000001.mscope", MS_STATE_EXITED, 5);
}

/* A name without %p may have got the pid when another process had it. */
static void s_test_end_under_another_name(void) {
    struct ms_process_end end = {.pid = 4000001, .signalled = false, .code = 7};
    char pattern[256];
    s_clear();
    s_write("x*.mscope", 4000002, 100, MS_STATE_RUNNING, 0);
    s_write("x*.4000001.mscope", 4000001, 100, MS_STATE_RUNNING, 0);
    s_write("xy.mscope", 4000001, 100, MS_STATE_RUNNING, 0); /* the star is no pattern */
    snprintf(pattern, sizeof(pattern), "%s/x*.mscope", s_directory);
    char *path = ms_journal_end_write(pattern, &end, 99 * S_SECOND);
    CU_ASSERT_PTR_NOT_NULL(path);
    free(path);
    s_check_state("x*.4000001.mscope", MS_STATE_EXITED, 7);
    s_check_state("x*.mscope", MS_STATE_RUNNING, 0);
    s_check_state("xy.mscope", MS_STATE_RUNNING, 0);
    end.pid = 4000005;
    CU_ASSERT_PTR_NULL(ms_journal_end_write(pattern, &end, 99 * S_SECOND));
}

static void s_check_found(const char *file, const char *name) {
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", s_directory, name);
    char *found = ms_source_find(file);
    CU_ASSERT_PTR_NOT_NULL_FATAL(found);
    CU_ASSERT_STRING_EQUAL(found, path);
    free(found);
}

static void s_test_find(void) {
    s_clear();
    s_write("a.mscope", 4000001, 10, MS_STATE_EXITED, 0);
    s_write("b.mscope", 4000002, 20, MS_STATE_EXITED, 0);
    s_check_found(NULL, "b.mscope");
    s_check_found("4000001", "a.mscope");
    s_check_found("some program", "b.mscope");
    CU_ASSERT_PTR_NULL(ms_source_find("another program"));
    char *path = ms_source_find("some/file");
    CU_ASSERT_STRING_EQUAL(path, "some/file");
    free(path);
}

static int s_run(char *word, char *more, struct ms_process_end *end) {
    char *arguments[] = {word, "-c", more, NULL};
    return ms_process_run(arguments, end);
}

static void s_test_process(void) {
    struct ms_process_end end;
    CU_ASSERT_EQUAL(s_run("sh", "exit 42", &end), 0);
    CU_ASSERT_FALSE(end.signalled);
    CU_ASSERT_EQUAL(end.code, 42);
    CU_ASSERT_EQUAL(s_run("sh", "kill -SEGV $$", &end), 0);
    CU_ASSERT_TRUE(end.signalled);
    CU_ASSERT_EQUAL(end.code, SIGSEGV);
    CU_ASSERT_EQUAL(s_run("/no/such/program", "", &end), ENOENT);
    CU_ASSERT_EQUAL(s_run("/dev/null", "", &end), EACCES);
    /* A signal to us reaches it; $PPID is this process. */
    CU_ASSERT_EQUAL(
        s_run("sh", "trap 'exit 9' TERM; kill -TERM $PPID; for i in 1 2 3 4 5; do sleep 1; done",
              &end),
        0);
    CU_ASSERT_FALSE(end.signalled);
    CU_ASSERT_EQUAL(end.code, 9);
}

int main(void) {
    static CU_TestInfo s_tests[] = {
        {"read", s_test_read},
        {"directory", s_test_directory},
        {"prune", s_test_prune},
        {"end", s_test_end},
        {"end under another name", s_test_end_under_another_name},
        {"find", s_test_find},
        {"process", s_test_process},
        CU_TEST_INFO_NULL,
    };
    static CU_SuiteInfo s_suites[] = {
        {.pName = "journals", .pTests = s_tests},
        CU_SUITE_INFO_NULL,
    };
    if (mkdtemp(s_directory) == NULL || setenv("MEMSCOPE_DIR", s_directory, 1) != 0)
        return 1;
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(s_suites) != CUE_SUCCESS)
        return 1;
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    s_clear();
    rmdir(s_directory);
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
