/* SPDX-License-Identifier: MIT */
/* Programs whose debug information lies in a file for each unit (-gsplit-dwarf), or in a package.
 */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "subject_check.h"

/* With the units' files, with them in one package, and without. */
static void s_check_split_program(const char *folder, int version) {
    char program[300];
    struct subject_line lines[SUBJECT_LINE_LIMIT];
    struct memscope_frame frame;
    snprintf(program, sizeof(program), "%s/program", folder);
    CU_ASSERT_EQUAL_FATAL(
        subject_run(
            "mkdir -p %s && cd %s && " SYMBOLS_CC
            " -O2 -gdwarf-%d -gsplit-dwarf -fno-toplevel-reorder -D_GNU_SOURCE -c " SYMBOLS_SOURCES
            " && " SYMBOLS_CC " -rdynamic -Wl,--build-id -o program *.o",
            folder, folder, version),
        0);
    subject_check_found(program, true);
    /* Neither llvm-dwp 14 nor binutils' dwp 2.40 comes to an end with DWARF 5 of GCC. */
    if (strcmp(SYMBOLS_DWP, "") != 0 && version == 4) {
        CU_ASSERT_EQUAL_FATAL(subject_run("cd %s && timeout 20 " SYMBOLS_DWP
                                          " -e program -o program.dwp && "
                                          "mkdir aside && mv *.dwo aside",
                                          folder),
                              0);
        subject_check_found(program, true);
        CU_ASSERT_EQUAL_FATAL(subject_run("cd %s && rm program.dwp && mv aside/* .", folder), 0);
    }
    /* moved as a whole: beside the program */
    CU_ASSERT_EQUAL_FATAL(subject_run("mv %s %s.moved", folder, folder), 0);
    snprintf(program, sizeof(program), "%s.moved/program", folder);
    subject_check_found(program, true);
    CU_ASSERT_EQUAL_FATAL(subject_run("rm %s.moved/*.dwo", folder), 0);
    /* The program itself has lines, and names in its symbol table. */
    CU_ASSERT_EQUAL_FATAL(subject_ask(program, lines), SUBJECT_LINES);
    struct subject_opened opened = subject_open(program, NULL, 0);
    for (size_t i = 0; i < SUBJECT_LINES; i++) {
        CU_ASSERT_EQUAL(
            opened.resolver.find_frames(opened.resolver.context, 1, lines[i].address, &frame, 1),
            1);
        CU_ASSERT_PTR_NOT_NULL_FATAL(frame.function);
        CU_ASSERT_STRING_EQUAL(frame.function, lines[i].frames[lines[i].count - 1].function);
        CU_ASSERT_EQUAL(frame.line, lines[i].frames[0].line);
    }
    subject_close(&opened);
}

static void test_split_programs(void) {
    s_check_split_program(subject_path("split4"), 4);
    s_check_split_program(subject_path("split5"), 5);
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("dwarf_split", subject_make_folder, subject_remove_folder);
    CU_ADD_TEST(suite, test_split_programs);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
