/* SPDX-License-Identifier: MIT */
/* What `memscope cc` makes of the arguments of a compiler. */
#include "cli/compile_args.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/words.h"

static struct ms_compile_args s_read(const char *line) {
    struct ms_words words = {NULL, 0};
    ms_words_split(&words, line);
    struct ms_compile_args args = ms_compile_args_read(words.list, words.count);
    ms_words_fini(&words);
    return args;
}

/* Where our library stands: in front of the shared ones, behind archives. */
static void s_test_libraries(void) {
    static const struct {
        const char *line;
        size_t libraries;
    } s_cases[] = {
        {"a.o -o a", 3},
        {"a.o -lx -o a", 1},
        {"-o a.so -shared a.o", 4},
        {"a.o /usr/lib/libx.so.2 -lm", 1},
        {"a.o -lx liby.a -lm", 3},
        {"a.o -lx -l:liby.a", 3},
        {"-lx a.c", 0},
        {"a.o -Wl,-Bstatic -lx -Wl,-Bdynamic -lm", 5},
        {"/src/x.so.d/a.c -lm", 1},
        {"-L /x.so a.o", 3},
    };
    for (size_t i = 0; i < sizeof(s_cases) / sizeof(s_cases[0]); i++) {
        size_t found = s_read(s_cases[i].line).libraries;
        if (found != s_cases[i].libraries)
            printf("%zu: '%s'\n", found, s_cases[i].line);
        CU_ASSERT_EQUAL(found, s_cases[i].libraries);
    }
}

static void s_test_links(void) {
    static const char *const s_linking[] = {"a.c",
                                            "a.o",
                                            "-O2 a.c -o a",
                                            "a.c -lm",
                                            "-lfoo",
                                            "-x c -",
                                            "-shared -o x.so a.o",
                                            "-Wl,-z,now a.o",
                                            "a.S",
                                            "-pipe x",
                                            "-v a.c",
                                            "-include c.h a.c",
                                            "-MMD -MF x.d a.c"};
    static const char *const s_not_linking[] = {"",
                                                "-c a.c",
                                                "-S a.c",
                                                "-E a.c",
                                                "-M a.c",
                                                "-MM a.c",
                                                "-fsyntax-only a.c",
                                                "--version",
                                                "-v",
                                                "-dumpversion",
                                                "-print-file-name=plugin",
                                                "-o a",
                                                "-Q --help=warnings",
                                                "h.h",
                                                "-x c-header h.txt",
                                                "-xc++-header -",
                                                "-include x.h",
                                                "-D a.c",
                                                "a.c -c",
                                                "-isystem d",
                                                "--param a.c",
                                                "-T a.o",
                                                "-MF a.c"};
    for (size_t i = 0; i < sizeof(s_linking) / sizeof(s_linking[0]); i++) {
        if (!s_read(s_linking[i]).links)
            printf("does not link: '%s'\n", s_linking[i]);
        CU_ASSERT_TRUE(s_read(s_linking[i]).links);
    }
    for (size_t i = 0; i < sizeof(s_not_linking) / sizeof(s_not_linking[0]); i++) {
        if (s_read(s_not_linking[i]).links)
            printf("links: '%s'\n", s_not_linking[i]);
        CU_ASSERT_FALSE(s_read(s_not_linking[i]).links);
    }
}

static void s_test_compiles(void) {
    static const char *const s_compiling[] = {
        "a.c",    "-c dir.d/a.cc", "-x c -", "-xc a.txt",
        "-E a.c", "a.o b.cpp",     "h.h",    "-x c++-header h.txt"};
    static const char *const s_not_compiling[] = {"a.o",
                                                  "a.S",
                                                  "a.s",
                                                  "liba.a",
                                                  "dir.c/a",
                                                  "dir.c/a.o",
                                                  "-lc",
                                                  "-v",
                                                  "-o a.c b.o",
                                                  "-x assembler a.c",
                                                  "-x assembler-with-cpp a.c",
                                                  "-x c -x none a.o",
                                                  "-D X.c a.o"};
    for (size_t i = 0; i < sizeof(s_compiling) / sizeof(s_compiling[0]); i++) {
        if (!s_read(s_compiling[i]).compiles)
            printf("does not compile: '%s'\n", s_compiling[i]);
        CU_ASSERT_TRUE(s_read(s_compiling[i]).compiles);
    }
    for (size_t i = 0; i < sizeof(s_not_compiling) / sizeof(s_not_compiling[0]); i++) {
        if (s_read(s_not_compiling[i]).compiles)
            printf("compiles: '%s'\n", s_not_compiling[i]);
        CU_ASSERT_FALSE(s_read(s_not_compiling[i]).compiles);
    }
}

static void s_test_kinds(void) {
    struct ms_compile_args args = s_read("a.c");
    CU_ASSERT_FALSE(args.shared || args.is_static || args.without_libc || args.foreign);
    CU_ASSERT_FALSE(args.has_track);
    CU_ASSERT_TRUE(s_read("-shared a.o").shared);
    CU_ASSERT_TRUE(s_read("-static a.o").is_static);
    CU_ASSERT_TRUE(s_read("-static-pie a.o").is_static);
    CU_ASSERT_FALSE(s_read("-static-libgcc a.o").is_static);
    CU_ASSERT_TRUE(s_read("-nostdlib a.o").without_libc);
    CU_ASSERT_TRUE(s_read("-nodefaultlibs a.o").without_libc);
    CU_ASSERT_TRUE(s_read("-r a.o").without_libc);
    CU_ASSERT_FALSE(s_read("-nostdinc a.c").without_libc);
    CU_ASSERT_FALSE(s_read("-o -r a.c").without_libc);
    CU_ASSERT_TRUE(s_read("-ffreestanding a.c").foreign);
    CU_ASSERT_TRUE(s_read("-m32 a.c").foreign);
    CU_ASSERT_FALSE(s_read("-m64 a.c").foreign);
    CU_ASSERT_TRUE(s_read("-fplugin-arg-memscope-track=annotated a.c").has_track);
}

/* A response file is read for what it says, with its quotes, and so are those it names. */
static void s_test_response_files(void) {
    char outer[] = "/tmp/memscope-args-XXXXXX", inner[] = "/tmp/memscope-args-XXXXXX", line[128];
    FILE *file = fdopen(mkstemp(outer), "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fprintf(file, "-o \"a file.c\" 'b.o'\n@%s", inner);
    fclose(file);
    snprintf(line, sizeof(line), "@%s", outer);
    struct ms_compile_args args = s_read(line);
    CU_ASSERT_TRUE(args.links);
    CU_ASSERT_FALSE(args.compiles);

    file = fdopen(mkstemp(inner), "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs("-nostdlib c.c -c", file);
    fclose(file);
    file = fopen(outer, "w");
    fprintf(file, "-o \"a file.c\" 'b.o'\n@%s", inner);
    fclose(file);
    args = s_read(line);
    CU_ASSERT_TRUE(args.without_libc);
    CU_ASSERT_TRUE(args.compiles);
    CU_ASSERT_FALSE(args.links);

    /* One that names itself ends, too. */
    file = fopen(outer, "w");
    fprintf(file, "a.c @%s", outer);
    fclose(file);
    CU_ASSERT_TRUE(s_read(line).compiles);
    unlink(outer);
    unlink(inner);
    /* One that is not there is a name like any other. */
    CU_ASSERT_TRUE(s_read(line).links);
}

static void s_test_words(void) {
    struct ms_words words = {NULL, 0};
    ms_words_split(&words, "  ccache\tgcc-12  ");
    CU_ASSERT_EQUAL_FATAL(words.count, 2);
    CU_ASSERT_STRING_EQUAL(words.list[0], "ccache");
    CU_ASSERT_STRING_EQUAL(words.list[1], "gcc-12");
    CU_ASSERT_PTR_NULL(words.list[2]);
    ms_words_fini(&words);
    ms_words_split_quoted(&words, "a'b c'd \"e \\\"f\" g\\ h '' 'it''s' \\");
    CU_ASSERT_EQUAL_FATAL(words.count, 6);
    CU_ASSERT_STRING_EQUAL(words.list[0], "ab cd");
    CU_ASSERT_STRING_EQUAL(words.list[1], "e \"f");
    CU_ASSERT_STRING_EQUAL(words.list[2], "g h");
    CU_ASSERT_STRING_EQUAL(words.list[3], "");
    CU_ASSERT_STRING_EQUAL(words.list[4], "its");
    CU_ASSERT_STRING_EQUAL(words.list[5], "\\");
    ms_words_fini(&words);
    ms_words_split(&words, " ");
    CU_ASSERT_EQUAL(words.count, 0);
    ms_words_fini(&words);
}

int main(void) {
    static CU_TestInfo s_tests[] = {
        {"links", s_test_links},
        {"libraries", s_test_libraries},
        {"compiles", s_test_compiles},
        {"kinds", s_test_kinds},
        {"response files", s_test_response_files},
        {"words", s_test_words},
        CU_TEST_INFO_NULL,
    };
    static CU_SuiteInfo s_suites[] = {
        {.pName = "compile_args", .pTests = s_tests},
        CU_SUITE_INFO_NULL,
    };
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(s_suites) != CUE_SUCCESS)
        return 1;
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
