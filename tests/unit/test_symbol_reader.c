/* SPDX-License-Identifier: MIT */
/* The process that reads symbols for others. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "subject_check.h"
#include "symbols/symbol_reader.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
static struct ms_symbol_reader *s_reader;

static struct memscope_resolver s_open_reader(const char *path) {
    struct memscope_module_file file = {
        path, NULL, 0, MEMSCOPE_UNKNOWN, MEMSCOPE_UNKNOWN, MEMSCOPE_UNKNOWN};
    if (ms_symbol_reader_new(NULL, &s_reader) != MS_OK)
        abort();
    struct memscope_resolver resolver = ms_symbol_reader_resolver(s_reader);
    CU_ASSERT_PTR_NULL(resolver.add_module(resolver.context, 1, &file));
    return resolver;
}

static bool s_same_text(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* It gives what the same process would: also of many addresses, which two processes read. */
static void test_reader(void) {
    static struct memscope_address places[4096];
    static const char *const s_names[] = {"struct node", "nameless_t", "int", "struct absent"};
    struct subject_opened opened = subject_open(subjects[0], NULL, 0);
    struct memscope_resolver resolver = s_open_reader(subjects[0]), own = opened.resolver;
    for (size_t i = 0; i < LENGTH(places); i++)
        places[LENGTH(places) - 1 - i] = (struct memscope_address){1, 0x1000 + i};
    resolver.prepare_frames(resolver.context, places, LENGTH(places));
    for (uint64_t address = 0xfff; address < 0x2002; address++) {
        struct memscope_frame a[SUBJECT_FRAME_LIMIT], b[SUBJECT_FRAME_LIMIT];
        size_t count = own.find_frames(own.context, 1, address, a, SUBJECT_FRAME_LIMIT);
        CU_ASSERT_EQUAL_FATAL(
            resolver.find_frames(resolver.context, 1, address, b, SUBJECT_FRAME_LIMIT), count);
        for (size_t i = 0; i < count; i++) {
            CU_ASSERT(s_same_text(a[i].function, b[i].function));
            CU_ASSERT(s_same_text(a[i].file, b[i].file));
            CU_ASSERT(s_same_text(a[i].module, b[i].module));
            CU_ASSERT(a[i].line == b[i].line && a[i].column == b[i].column);
            CU_ASSERT(a[i].inlined == b[i].inlined && a[i].address == b[i].address);
        }
    }
    for (size_t i = 0; i < LENGTH(s_names); i++) {
        struct memscope_type_layout a = {0}, b = {0};
        bool known = own.find_type(own.context, s_names[i], NULL, &a);
        CU_ASSERT_EQUAL(resolver.find_type(resolver.context, s_names[i], NULL, &b), known);
        CU_ASSERT(a.size == b.size && a.member_count == b.member_count);
        CU_ASSERT(s_same_text(a.declared, b.declared));
        for (size_t j = 0; j < a.member_count && j < b.member_count; j++) {
            CU_ASSERT_STRING_EQUAL(a.members[j].name, b.members[j].name);
            CU_ASSERT_STRING_EQUAL(a.members[j].type_name, b.members[j].type_name);
        }
    }
    struct subject_line lines[SUBJECT_LINE_LIMIT];
    CU_ASSERT_EQUAL_FATAL(subject_ask(subjects[0], lines), SUBJECT_LINES);
    const char *type = resolver.find_variable_type(
        resolver.context, 1, lines[SUBJECT_INLINED_LINE].address, "g_node", false);
    CU_ASSERT_PTR_NOT_NULL_FATAL(type);
    CU_ASSERT_STRING_EQUAL(type, "node_t *");
    CU_ASSERT_PTR_NULL(resolver.next_note(resolver.context));
    ms_symbol_reader_destroy(s_reader);
    subject_close(&opened);
}

/* A file that is cut off while it is read: the process that reads it dies of SIGBUS. */
static void test_reader_ends(void) {
    const char *path = subject_path("cut_late");
    struct subject_line lines[SUBJECT_LINE_LIMIT];
    struct memscope_frame frame;
    CU_ASSERT_EQUAL_FATAL(subject_ask(subjects[0], lines), SUBJECT_LINES);
    CU_ASSERT_EQUAL_FATAL(subject_run("cp %s %s", subjects[0], path), 0);
    struct memscope_resolver resolver = s_open_reader(path);
    CU_ASSERT_EQUAL(resolver.find_frames(resolver.context, 1, lines[0].address, &frame, 1), 1);
    CU_ASSERT_EQUAL(frame.line, lines[0].frames[0].line);
    CU_ASSERT_EQUAL_FATAL(truncate(path, 4096), 0);
    resolver.find_frames(resolver.context, 1, lines[3].address, &frame, 1);
    struct memscope_type_layout layout;
    CU_ASSERT_FALSE(resolver.find_type(resolver.context, "struct node", NULL, &layout));
    const char *note = resolver.next_note(resolver.context);
    CU_ASSERT_PTR_NOT_NULL_FATAL(note);
    CU_ASSERT_PTR_NOT_NULL(strstr(note, "has damaged debug information: reading it failed"));
    CU_ASSERT_PTR_NULL(strchr(note, '\n'));
    /* What was read before is kept. */
    CU_ASSERT_EQUAL(resolver.find_frames(resolver.context, 1, lines[0].address, &frame, 1), 1);
    CU_ASSERT_EQUAL(frame.line, lines[0].frames[0].line);
    ms_symbol_reader_destroy(s_reader);
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("symbol_reader", subject_make_folder, subject_remove_folder);
    CU_ADD_TEST(suite, test_reader);
    CU_ADD_TEST(suite, test_reader_ends);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
