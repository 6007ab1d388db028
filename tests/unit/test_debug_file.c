/* SPDX-License-Identifier: MIT */
/* Where the debug information of a program is looked for that has none itself. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "subject_check.h"
#include "symbols/elf_file.h"

static void test_stripped(void) {
    const char *subject = subjects[0], *stripped = subject_path("stripped"),
               *bare = subject_path("bare");
    CU_ASSERT_EQUAL_FATAL(subject_run("objcopy -g %s %s", subject, stripped), 0);
    CU_ASSERT_EQUAL_FATAL(subject_run("strip -o %s %s", bare, subject), 0);
    struct subject_opened opened = subject_open(stripped, NULL, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(opened.note);
    CU_ASSERT_PTR_NOT_NULL(strstr(opened.note, "stripped has no debug information: functions"));
    subject_check_frames(&opened, stripped, stripped, KNOWN_FUNCTIONS);
    subject_close(&opened);
    opened = subject_open(bare, NULL, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(opened.note);
    CU_ASSERT_PTR_NOT_NULL(strstr(opened.note, "no debug information and no symbol table"));
    subject_check_frames(&opened, bare, bare, KNOWN_EXPORTED);
    subject_close(&opened);
}

static void s_check_split(const char *path, bool found) {
    struct memscope_type_layout layout;
    struct subject_opened opened = subject_open(path, NULL, 0);
    CU_ASSERT_EQUAL(opened.note == NULL, found);
    subject_check_frames(&opened, path, path, found ? KNOWN_ALL : KNOWN_EXPORTED);
    CU_ASSERT_EQUAL(
        opened.resolver.find_type(opened.resolver.context, "struct node", NULL, &layout), found);
    subject_close(&opened);
}

static void test_split_debug_information(void) {
    const char *program = subject_path("split"), *debug = subject_path("split.debug");
    CU_ASSERT_EQUAL_FATAL(subject_run("objcopy --only-keep-debug %s %s", subjects[0], debug), 0);
    CU_ASSERT_EQUAL_FATAL(subject_run("objcopy --strip-all --add-gnu-debuglink=%s %s %s", debug,
                                      subjects[0], program),
                          0);
    s_check_split(program, true);
    CU_ASSERT_EQUAL_FATAL(
        subject_run("mkdir %s/.debug && mv %s %s/.debug", subject_folder, debug, subject_folder),
        0);
    s_check_split(program, true);
    CU_ASSERT_EQUAL_FATAL(subject_run("printf x >> %s/.debug/split.debug", subject_folder), 0);
    s_check_split(program, false); /* another checksum */
    CU_ASSERT_EQUAL_FATAL(subject_run("rm -r %s/.debug", subject_folder), 0);
    s_check_split(program, false);
}

static void test_build_id_folder(void) {
    const char *program = subject_path("by_id"), *root = subject_path("debug");
    char hex[2 * MS_BUILD_ID_MAX + 1];
    struct ms_elf file;
    CU_ASSERT_EQUAL_FATAL(ms_elf_open(subjects[0], &file), MS_OK);
    for (size_t i = 0; i < file.build_id_size; i++)
        snprintf(hex + 2 * i, 3, "%02x", file.build_id[i]);
    ms_elf_close(&file);
    CU_ASSERT_EQUAL_FATAL(subject_run("objcopy --strip-all %s %s", subjects[0], program), 0);
    CU_ASSERT_EQUAL_FATAL(subject_run("mkdir -p %s/.build-id/%.2s && objcopy --only-keep-debug %s "
                                      "%s/.build-id/%.2s/%s.debug",
                                      root, hex, subjects[0], root, hex, hex + 2),
                          0);
    subject_check_found(program, false);
    char list[600];
    snprintf(list, sizeof(list), "/nowhere::%s", root);
    subject_places.debug_dirs = list;
    subject_check_found(program, true);
    /* of another build */
    CU_ASSERT_EQUAL_FATAL(subject_run("objcopy --only-keep-debug %s %s/.build-id/%.2s/%s.debug",
                                      subjects[1], root, hex, hex + 2),
                          0);
    subject_check_found(program, false);
    subject_places.debug_dirs = NULL;
}

static void test_sysroot(void) {
    char here[1024], root[2048];
    CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(here, sizeof(here)));
    snprintf(root, sizeof(root), "%s/%s/root", here, subject_folder);
    CU_ASSERT_EQUAL_FATAL(
        subject_run("mkdir -p %s/opt && cp %s %s/opt/program", root, subjects[0], root), 0);
    struct subject_opened opened = subject_open("/opt/program", NULL, 0);
    CU_ASSERT_PTR_NOT_NULL(opened.note);
    subject_close(&opened);
    subject_places.sysroot = root;
    opened = subject_open("/opt/program", NULL, 0);
    CU_ASSERT_PTR_NULL(opened.note);
    subject_check_frames(&opened, "/opt/program", subjects[0], KNOWN_ALL);
    subject_close(&opened);
    /* its debug information is below it, too */
    CU_ASSERT_EQUAL_FATAL(
        subject_run("mkdir -p %s/usr/lib/debug/opt && cd %s/usr/lib/debug/opt && objcopy "
                    "--only-keep-debug %s program.debug && objcopy --strip-all "
                    "--add-gnu-debuglink=program.debug %s %s/opt/program",
                    root, root, subjects[0], subjects[0], root),
        0);
    opened = subject_open("/opt/program", NULL, 0);
    CU_ASSERT_PTR_NULL(opened.note);
    subject_check_frames(&opened, "/opt/program", subjects[0], KNOWN_ALL);
    subject_close(&opened);
    /* what is not below it is looked for where it was */
    subject_check_found(subjects[0], true);
    subject_places.sysroot = NULL;
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("debug_file", subject_make_folder, subject_remove_folder);
    CU_ADD_TEST(suite, test_stripped);
    CU_ADD_TEST(suite, test_split_debug_information);
    CU_ADD_TEST(suite, test_build_id_folder);
    CU_ADD_TEST(suite, test_sysroot);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
