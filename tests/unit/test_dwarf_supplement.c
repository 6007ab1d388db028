/* SPDX-License-Identifier: MIT */
/* What dwz has moved into partial units, and into a file that several programs share. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "subject_check.h"
#include "symbols/elf_file.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* The program at PATH, whose supplement is there, or not. */
static void s_check_shared(const char *path, bool found) {
    struct memscope_type_layout layout;
    struct subject_opened opened = subject_open(path, NULL, 0);
    CU_ASSERT_PTR_NULL(opened.note);
    if (found) {
        subject_check_frames(&opened, path, path, KNOWN_ALL);
    } else {
        struct subject_line lines[SUBJECT_LINE_LIMIT];
        struct memscope_frame frame;
        CU_ASSERT_EQUAL_FATAL(subject_ask(path, lines), SUBJECT_LINES);
        for (size_t i = 0; i < SUBJECT_LINES; i++) { /* lines are the program's own */
            CU_ASSERT_EQUAL(opened.resolver.find_frames(opened.resolver.context, 1,
                                                        lines[i].address, &frame, 1),
                            1);
            CU_ASSERT_EQUAL(frame.line, lines[i].frames[0].line);
            CU_ASSERT(frame.function == NULL || frame.function[0] != '<');
        }
    }
    CU_ASSERT_EQUAL(
        opened.resolver.find_type(opened.resolver.context, "struct node", NULL, &layout), found);
    const char *note = opened.resolver.next_note(opened.resolver.context);
    CU_ASSERT_EQUAL(note == NULL, found);
    if (note != NULL) {
        CU_ASSERT_EQUAL(strncmp(note, path, strlen(path)), 0);
        CU_ASSERT_PTR_NOT_NULL(strstr(note, "common.debug"));
    }
    subject_close(&opened);
}

static void test_shared_debug_information(void) {
    static const char *const s_options[] = {"", "--dwarf-5"};
    char here[1024], root[2048], hex[2 * MS_BUILD_ID_MAX + 1];
    const char *dir = subject_path("shared"), *program = subject_path("shared/program");
    struct ms_elf file;
    if (strcmp(SYMBOLS_DWZ, "") == 0)
        return; /* scripts/install-deps --tests has it */
    CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(here, sizeof(here)));
    snprintf(root, sizeof(root), "%s/%s/moved", here, subject_folder);
    for (size_t i = 0; i < LENGTH(s_options); i++) {
        subject_share(dir, s_options[i], "common.debug");
        s_check_shared(program, true);
        /* another build's, and none */
        CU_ASSERT_EQUAL_FATAL(subject_run("mv %s/common.debug %s/kept && cp %s %s/common.debug",
                                          dir, dir, subjects[0], dir),
                              0);
        s_check_shared(program, false);
        CU_ASSERT_EQUAL_FATAL(subject_run("rm %s/common.debug", dir), 0);
        s_check_shared(program, false);
    }
    /* by its build id, and where a package has put it */
    subject_share(dir, "-M /nowhere/.dwz/sub/common.debug", "common.debug");
    CU_ASSERT_EQUAL_FATAL(
        subject_run("mkdir -p %s/.dwz/sub && mv %s/common.debug %s/.dwz/sub", root, dir, root), 0);
    s_check_shared(program, false);
    subject_places.debug_dirs = root;
    s_check_shared(program, true);
    snprintf(here, sizeof(here), "%s/moved/.dwz/sub/common.debug", subject_folder);
    CU_ASSERT_EQUAL_FATAL(ms_elf_open(here, &file), MS_OK);
    for (size_t i = 0; i < file.build_id_size; i++)
        snprintf(hex + 2 * i, 3, "%02x", file.build_id[i]);
    ms_elf_close(&file);
    CU_ASSERT_EQUAL_FATAL(
        subject_run("mkdir -p %s/.build-id/%.2s && mv %s %s/.build-id/%.2s/%s.debug", root, hex,
                    here, root, hex, hex + 2),
        0);
    s_check_shared(program, true);
    subject_places.debug_dirs = NULL;
    s_check_shared(program, false);
}

/* Two structs of one name, each in a partial unit of the two units that it is of. */
static void test_partial_units_of_a_source(void) {
    const char *dir = subject_path("same");
    char path[300];
    if (strcmp(SYMBOLS_DWZ, "") == 0)
        return;
    CU_ASSERT_EQUAL_FATAL(
        subject_run(
            "mkdir -p %s && cd %s && "
            "echo 'struct same { int first_number, second_number, third_number; };' >numbers.h && "
            "echo 'struct same { char *first_text, *second_text, *third_text; };' >texts.h && "
            "for i in 1 2; do printf '#include \"numbers.h\"\\nstruct same v%%d;\\n' $i >$i.c; "
            "done && "
            "for i in 3 4; do printf '#include \"texts.h\"\\nstruct same v%%d;\\n' $i >$i.c; done "
            "&& "
            "echo 'int main(void) {}' >>1.c && " SYMBOLS_CC
            " -g -o program 1.c 2.c 3.c 4.c && " SYMBOLS_DWZ " program",
            dir, dir),
        0);
    snprintf(path, sizeof(path), "%s/program", dir);
    struct subject_opened opened = subject_open(path, NULL, 0);
    for (int i = 1; i <= 4; i++) {
        struct memscope_type_layout layout = {0};
        char source[] = {(char)('0' + i), '.', 'c', 0};
        CU_ASSERT(
            opened.resolver.find_type(opened.resolver.context, "struct same", source, &layout));
        CU_ASSERT_EQUAL(layout.size, i < 3 ? 3 * sizeof(int) : 3 * sizeof(char *));
    }
    subject_close(&opened);
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("dwarf_supplement", subject_make_folder, subject_remove_folder);
    CU_ADD_TEST(suite, test_shared_debug_information);
    CU_ADD_TEST(suite, test_partial_units_of_a_source);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
