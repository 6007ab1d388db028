/* SPDX-License-Identifier: MIT */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "subject_check.h"

/* libdwarf 20210528 does not free what it has read of .debug_rnglists. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:dwarf_load_rnglists\n";
}

const char *const subjects[] = {SYMBOLS_SUBJECTS};
const size_t subject_count = sizeof(subjects) / sizeof(subjects[0]);

char subject_folder[] = "symbols.XXXXXX";
struct ms_symbol_places subject_places;

int subject_make_folder(void) {
    return mkdtemp(subject_folder) == NULL;
}

int subject_remove_folder(void) {
    return subject_run("rm -rf %s", subject_folder) != 0;
}

const char *subject_path(const char *name) {
    static char s_paths[4][256];
    static unsigned s_next;
    char *path = s_paths[s_next++ % (sizeof(s_paths) / sizeof(s_paths[0]))];
    snprintf(path, sizeof(s_paths[0]), "%s/%s", subject_folder, name);
    return path;
}

int subject_run(const char *format, ...) {
    char command[2048];
    va_list list;
    va_start(list, format);
    int length = vsnprintf(command, sizeof(command), format, list);
    va_end(list);
    return length > 0 && (size_t)length < sizeof(command) ? system(command) : -1;
}

/* ---- a resolver of one module ---- */

struct subject_opened subject_open_file(const struct memscope_module_file *file) {
    struct subject_opened opened = {0};
    if (ms_symbols_new(&subject_places, &opened.symbols) != MS_OK)
        abort();
    opened.resolver = ms_symbols_resolver(opened.symbols);
    opened.note = opened.resolver.add_module(opened.resolver.context, 1, file);
    return opened;
}

struct subject_opened subject_open(const char *path, const unsigned char *build_id, size_t size) {
    struct memscope_module_file file = {
        path, build_id, size, MEMSCOPE_UNKNOWN, MEMSCOPE_UNKNOWN, MEMSCOPE_UNKNOWN};
    return subject_open_file(&file);
}

void subject_close(struct subject_opened *opened) {
    ms_symbols_destroy(opened->symbols);
}

/* ---- what a subject says of itself ---- */

static bool s_parse(char *line, struct subject_line *out) {
    char *rest = NULL;
    *out = (struct subject_line){.address = strtoull(line, &rest, 16)};
    for (char *word = strtok(rest, " \n"); word != NULL; word = strtok(NULL, " \n")) {
        struct subject_frame *frame = &out->frames[out->count];
        if (out->count++ == SUBJECT_FRAME_LIMIT)
            return false;
        frame->inlined = word[0] == '~';
        frame->begins = word[0] == '^';
        if (sscanf(word + frame->inlined + frame->begins, "%63[^:]:%u", frame->function,
                   &frame->line) != 2)
            return false;
    }
    return out->address != 0 && out->count != 0;
}

static char s_source[512], s_code[512]; /* the subject's names for its files */

size_t subject_ask(const char *subject, struct subject_line out[SUBJECT_LINE_LIMIT]) {
    char line[512];
    size_t count = 0;
    FILE *pipe = popen(subject, "r");
    if (pipe == NULL)
        return 0;
    s_source[0] = s_code[0] = 0;
    if (fgets(s_source, sizeof(s_source), pipe) != NULL &&
        fgets(s_code, sizeof(s_code), pipe) != NULL) {
        s_source[strcspn(s_source, "\n")] = 0;
        s_code[strcspn(s_code, "\n")] = 0;
    }
    while (count < SUBJECT_LINE_LIMIT && fgets(line, sizeof(line), pipe) != NULL)
        count += s_parse(line, &out[count]) ? 1 : 0;
    return pclose(pipe) == 0 ? count : 0;
}

void subject_check_frame(const struct memscope_frame *frame, const struct subject_frame *expected,
                         const char *subject, uint64_t address) {
    CU_ASSERT_PTR_NOT_NULL_FATAL(frame->function);
    CU_ASSERT_STRING_EQUAL(frame->function, expected->function);
    CU_ASSERT_PTR_NOT_NULL_FATAL(frame->file);
    CU_ASSERT_STRING_EQUAL(frame->file, strcmp(frame->function, "plain") == 0 ? s_code : s_source);
    CU_ASSERT_EQUAL(frame->line, expected->line);
    uint64_t column = expected->begins ? 30 : 5;
    if (expected->begins && strstr(subject, "clang") != NULL)
        column = MEMSCOPE_UNKNOWN; /* it says none there */
    CU_ASSERT_EQUAL(frame->column, column);
    CU_ASSERT_EQUAL(frame->inlined, expected->inlined);
    CU_ASSERT_STRING_EQUAL(frame->module, subject);
    CU_ASSERT_EQUAL(frame->address, address);
}

/* One frame, the outer function, with no more than KNOWN. */
static void s_check_outer(const struct memscope_frame *frame, const struct subject_line *expected,
                          enum subject_known known) {
    const char *outer = expected->frames[expected->count - 1].function;
    CU_ASSERT_PTR_NULL(frame->file);
    CU_ASSERT_EQUAL(frame->line, MEMSCOPE_UNKNOWN);
    CU_ASSERT_FALSE(frame->inlined);
    bool exported = strcmp(outer, "exported") == 0 || strcmp(outer, "main") == 0;
    if (known == KNOWN_FUNCTIONS || (known == KNOWN_EXPORTED && exported)) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(frame->function);
        CU_ASSERT_STRING_EQUAL(frame->function, outer);
    } else {
        CU_ASSERT_PTR_NULL(frame->function);
    }
}

void subject_check_frames(struct subject_opened *opened, const char *path, const char *subject,
                          enum subject_known known) {
    struct subject_line lines[SUBJECT_LINE_LIMIT];
    size_t count = subject_ask(subject, lines);
    CU_ASSERT_EQUAL_FATAL(count, SUBJECT_LINES);
    for (size_t i = 0; i < count; i++) {
        struct memscope_frame frames[SUBJECT_FRAME_LIMIT];
        if (lines[i].count > 1 && strstr(subject, "dwarf2") != NULL)
            continue; /* it has no form for inlined code that is not in one piece */
        size_t found = opened->resolver.find_frames(opened->resolver.context, 1, lines[i].address,
                                                    frames, SUBJECT_FRAME_LIMIT);
        CU_ASSERT_EQUAL_FATAL(found, known == KNOWN_ALL ? lines[i].count : 1);
        for (size_t j = 0; j < found && known == KNOWN_ALL; j++)
            subject_check_frame(&frames[j], &lines[i].frames[j], path, lines[i].address);
        if (known != KNOWN_ALL)
            s_check_outer(&frames[0], &lines[i], known);
    }
}

void subject_check_found(const char *path, bool found) {
    struct subject_opened opened = subject_open(path, NULL, 0);
    CU_ASSERT_EQUAL(opened.note == NULL, found);
    subject_check_frames(&opened, path, path, found ? KNOWN_ALL : KNOWN_EXPORTED);
    subject_close(&opened);
}

void subject_share(const char *dir, const char *options, const char *name) {
    CU_ASSERT_EQUAL_FATAL(
        subject_run("rm -rf %s && mkdir -p %s && cp %s %s/program && cp %s %s/twin && "
                    "cd %s && " SYMBOLS_DWZ " %s -m %s program twin",
                    dir, dir, subjects[0], dir, subjects[0], dir, dir, options, name),
        0);
}
