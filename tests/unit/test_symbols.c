/* SPDX-License-Identifier: MIT */
/* Frames and variables of programs, by what they say of themselves; files that are no programs, or
 * not those that ran. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "subject_check.h"
#include "symbols/elf_file.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* ---- frames ---- */

static void test_frames(void) {
    for (size_t i = 0; i < subject_count; i++) {
        struct subject_opened opened = subject_open(subjects[i], NULL, 0);
        CU_ASSERT_PTR_NULL(opened.note);
        subject_check_frames(&opened, subjects[i], subjects[i], KNOWN_ALL);
        subject_close(&opened);
    }
}

static void test_frame_capacity(void) {
    struct subject_line lines[SUBJECT_LINE_LIMIT];
    struct memscope_frame frames[SUBJECT_FRAME_LIMIT];
    CU_ASSERT_EQUAL_FATAL(subject_ask(subjects[0], lines), SUBJECT_LINES);
    CU_ASSERT_EQUAL_FATAL(lines[SUBJECT_INLINED_LINE].count, 3);
    struct subject_opened opened = subject_open(subjects[0], NULL, 0);
    CU_ASSERT_EQUAL(opened.resolver.find_frames(opened.resolver.context, 1,
                                                lines[SUBJECT_INLINED_LINE].address, frames, 0),
                    0);
    for (size_t capacity = 1; capacity <= 3; capacity++) {
        memset(frames, 0x55, sizeof(frames));
        size_t found = opened.resolver.find_frames(
            opened.resolver.context, 1, lines[SUBJECT_INLINED_LINE].address, frames, capacity);
        CU_ASSERT_EQUAL(found, capacity);
        for (size_t i = 0; i < capacity; i++)
            subject_check_frame(&frames[i], &lines[SUBJECT_INLINED_LINE].frames[i], subjects[0],
                                lines[SUBJECT_INLINED_LINE].address);
    }
    subject_close(&opened);
}

static void test_unknown_addresses(void) {
    static const uint64_t s_addresses[] = {0, 1, 2, UINT64_C(1) << 40, UINT64_MAX};
    struct subject_opened opened = subject_open(subjects[0], NULL, 0);
    for (size_t i = 0; i < LENGTH(s_addresses); i++) {
        for (uint32_t module = 0; module < 4; module++) {
            struct memscope_frame frame;
            memset(&frame, 0x55, sizeof(frame));
            CU_ASSERT_EQUAL(opened.resolver.find_frames(opened.resolver.context, module,
                                                        s_addresses[i], &frame, 1),
                            1);
            CU_ASSERT_PTR_NULL(frame.function);
            CU_ASSERT_PTR_NULL(frame.file);
            CU_ASSERT_EQUAL(frame.line, MEMSCOPE_UNKNOWN);
            CU_ASSERT_EQUAL(frame.address, s_addresses[i]);
            CU_ASSERT_EQUAL(frame.module != NULL, module == 1);
        }
    }
    subject_close(&opened);
}

/* ---- variables ---- */

static void s_check_variable(struct subject_opened *opened, uint64_t address, const char *name,
                             bool pointed_to, const char *type) {
    const char *found =
        opened->resolver.find_variable_type(opened->resolver.context, 1, address, name, pointed_to);
    if (type == NULL) {
        CU_ASSERT_PTR_NULL(found);
    } else {
        CU_ASSERT_PTR_NOT_NULL_FATAL(found);
        CU_ASSERT_STRING_EQUAL(found, type);
    }
}

static void s_check_variables(struct subject_opened *opened, const struct subject_line *line) {
    bool is_in_outer = strcmp(line->frames[line->count - 1].function, "outer") == 0;
    bool is_in_innermost = strcmp(line->frames[0].function, "innermost") == 0;
    /* of inlined functions, the function around them, the unit */
    s_check_variable(opened, line->address, "middle_line", false, is_in_innermost ? "int" : NULL);
    s_check_variable(opened, line->address, "local", false,
                     is_in_outer ? "struct in_function" : NULL);
    s_check_variable(opened, line->address, "local", true, NULL);
    s_check_variable(opened, line->address, "g_node", false, "node_t *");
    s_check_variable(opened, line->address, "g_node", true, "node_t");
    s_check_variable(opened, line->address, "g_node_ptr", true, "struct node");
    s_check_variable(opened, line->address, "g_bits", false, "struct bits");
    s_check_variable(opened, line->address, "g_nowhere", false, NULL);
}

static void test_variables(void) {
    struct subject_line lines[SUBJECT_LINE_LIMIT];
    for (size_t i = 0; i < subject_count; i++) {
        struct subject_opened opened = subject_open(subjects[i], NULL, 0);
        size_t count = subject_ask(subjects[i], lines), looked_at = 0;
        for (size_t j = 0; j < count; j++) {
            /* "plain" is in another unit; that version has no inlined code in pieces */
            if (strcmp(lines[j].frames[0].function, "plain") == 0 ||
                (lines[j].count > 1 && strstr(subjects[i], "dwarf2") != NULL))
                continue;
            s_check_variables(&opened, &lines[j]);
            looked_at++;
        }
        CU_ASSERT(looked_at >= 3);
        s_check_variable(&opened, 1, "g_node", false, NULL);
        subject_close(&opened);
    }
}

/* ---- files ---- */

static void s_check_note(const char *path, const char *expected) {
    struct subject_opened opened = subject_open(path, NULL, 0);
    struct memscope_frame frame;
    struct memscope_type_layout layout;
    if (expected == NULL) {
        CU_ASSERT_PTR_NULL(opened.note);
    } else {
        CU_ASSERT_PTR_NOT_NULL_FATAL(opened.note);
        CU_ASSERT_PTR_NOT_NULL(strstr(opened.note, expected));
        CU_ASSERT_EQUAL(strncmp(opened.note, path, strlen(path)), 0);
        CU_ASSERT_PTR_NULL(strchr(opened.note, '\n'));
    }
    CU_ASSERT_EQUAL(opened.resolver.find_frames(opened.resolver.context, 1, 0x1234, &frame, 1), 1);
    CU_ASSERT_PTR_NULL(frame.function);
    CU_ASSERT_FALSE(
        opened.resolver.find_type(opened.resolver.context, "struct node", NULL, &layout));
    subject_close(&opened);
}

static void test_unreadable_files(void) {
    CU_ASSERT_EQUAL_FATAL(subject_run("echo text > %s", subject_path("text")), 0);
    CU_ASSERT_EQUAL_FATAL(subject_run(": > %s", subject_path("void")), 0);
    CU_ASSERT_EQUAL_FATAL(subject_run("mkfifo %s", subject_path("pipe")), 0);
    s_check_note(subject_path("absent"), "cannot be read: no such file");
    s_check_note(subject_path("text/below"), "cannot be read: no such file");
    s_check_note(subject_path("text"), "cannot be read: it is not an ELF file");
    s_check_note(subject_path("void"), "cannot be read: it is not an ELF file");
    s_check_note(subject_path("pipe"), "cannot be read: it is not an ELF file");
    s_check_note(subject_folder, "cannot be read: it is not an ELF file");
}

static void test_modules_without_files(void) {
    s_check_note("linux-vdso.so.1", NULL);
    s_check_note("[vdso]", NULL);
    s_check_note("", NULL);
}

static void test_replaced(void) {
    struct ms_elf file;
    CU_ASSERT_EQUAL_FATAL(ms_elf_open(subjects[0], &file), MS_OK);
    CU_ASSERT_FATAL(file.build_id_size >= 8);
    struct subject_opened opened = subject_open(subjects[0], file.build_id, file.build_id_size);
    CU_ASSERT_PTR_NULL(opened.note);
    subject_check_frames(&opened, subjects[0], subjects[0], KNOWN_ALL);
    subject_close(&opened);

    file.build_id[3] ^= 1;
    opened = subject_open(subjects[0], file.build_id, file.build_id_size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(opened.note);
    CU_ASSERT_PTR_NOT_NULL(strstr(opened.note, "was replaced since the program ran"));
    subject_check_frames(&opened, subjects[0], subjects[0], KNOWN_NOTHING);
    subject_close(&opened);

    file.build_id[3] ^= 1;
    opened = subject_open(subjects[0], file.build_id, file.build_id_size - 1);
    CU_ASSERT_PTR_NOT_NULL(opened.note);
    subject_close(&opened);
    ms_elf_close(&file);
}

/* Replaced after the module was added and before it is read. */
static void test_replaced_late(void) {
    const char *path = subject_path("late");
    struct ms_elf file;
    CU_ASSERT_EQUAL_FATAL(subject_run("cp %s %s", subjects[0], path), 0);
    CU_ASSERT_EQUAL_FATAL(ms_elf_open(path, &file), MS_OK);
    struct subject_opened opened = subject_open(path, file.build_id, file.build_id_size);
    CU_ASSERT_PTR_NULL(opened.note);
    CU_ASSERT_EQUAL_FATAL(
        subject_run("cp %s %s.new && mv %s.new %s", subjects[1], path, path, path), 0);
    subject_check_frames(&opened, path, subjects[1], KNOWN_NOTHING);
    subject_close(&opened);
    ms_elf_close(&file);
}

/* Without a build id, a file is known again by its size, its time and its inode. */
static void test_replaced_without_build_id(void) {
    const char *path = subject_path("no_id");
    struct stat info;
    CU_ASSERT_EQUAL_FATAL(subject_run("objcopy -R .note.gnu.build-id %s %s", subjects[0], path), 0);
    CU_ASSERT_EQUAL_FATAL(stat(path, &info), 0);
    struct memscope_module_file file = {
        .path = path,
        .size = (uint64_t)info.st_size,
        .modified_ns = (uint64_t)info.st_mtim.tv_sec * 1000000000u + (uint64_t)info.st_mtim.tv_nsec,
        .inode = (uint32_t)info.st_ino,
    };
    for (int i = 0; i < 4; i++) {
        struct memscope_module_file other = file;
        other.size += i == 1;
        other.modified_ns += i == 2;
        other.inode ^= i == 3;
        struct subject_opened opened = subject_open_file(&other);
        CU_ASSERT_EQUAL(opened.note != NULL && strstr(opened.note, "was replaced since") != NULL,
                        i != 0);
        subject_check_frames(&opened, path, subjects[0], i == 0 ? KNOWN_ALL : KNOWN_NOTHING);
        subject_close(&opened);
    }
}

/* This program, whose list of ranges is long enough to be packed, too. */
static void test_packed_ranges(void) {
    struct memscope_type_layout layout;
    const char *packed = subject_path("packed");
    if (subject_run("objcopy --compress-debug-sections=zstd /proc/%d/exe %s 2>/dev/null",
                    (int)getpid(), packed) != 0)
        return; /* before binutils 2.40 */
    struct subject_opened opened = subject_open(packed, NULL, 0);
    CU_ASSERT_TRUE(
        opened.resolver.find_type(opened.resolver.context, "struct subject_frame", NULL, &layout));
    CU_ASSERT_EQUAL(layout.size, sizeof(struct subject_frame));
    subject_close(&opened);
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("symbols", subject_make_folder, subject_remove_folder);
    CU_ADD_TEST(suite, test_frames);
    CU_ADD_TEST(suite, test_frame_capacity);
    CU_ADD_TEST(suite, test_unknown_addresses);
    CU_ADD_TEST(suite, test_variables);
    CU_ADD_TEST(suite, test_unreadable_files);
    CU_ADD_TEST(suite, test_modules_without_files);
    CU_ADD_TEST(suite, test_replaced);
    CU_ADD_TEST(suite, test_replaced_late);
    CU_ADD_TEST(suite, test_replaced_without_build_id);
    CU_ADD_TEST(suite, test_packed_ranges);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
