/* SPDX-License-Identifier: MIT */
/*
 * Frames and types of real programs (symbols_subject.c), built with the forms of debug information
 * that compilers have written. What they must be is what the programs say of themselves and what
 * this program's own compiler says of the types.
 */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "symbols/demangle.h"
#include "symbols/dwarf_shim.h"
#include "symbols/elf_file.h"
#include "symbols/symbol_reader.h"
#include "symbols_subject.h"

/* libdwarf 20210528 does not free what it has read of a damaged .debug_rnglists. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:dwarf_load_rnglists\n";
}

#define LENGTH(array)     (sizeof(array) / sizeof((array)[0]))
#define FRAME_LIMIT       8
#define REPORT_LINE_LIMIT 16
#define SUBJECT_LINES     6
#define INLINED_LINE      2 /* the one with three frames */

static const char *const s_subjects[] = {SYMBOLS_SUBJECTS};
#define WHOLE_SUBJECTS 8 /* come first: of GCC, and not split */
static const char *const s_names_subjects[] = {SYMBOLS_NAMES};

static char s_folder[] = "test_symbols.XXXXXX"; /* under the current directory */

static const char *s_path(const char *name) {
    static char s_paths[4][256];
    static unsigned s_next;
    char *path = s_paths[s_next++ % LENGTH(s_paths)];
    snprintf(path, sizeof(s_paths[0]), "%s/%s", s_folder, name);
    return path;
}

static int s_run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int s_run(const char *format, ...) {
    char command[2048];
    va_list list;
    va_start(list, format);
    int length = vsnprintf(command, sizeof(command), format, list);
    va_end(list);
    return length > 0 && (size_t)length < sizeof(command) ? system(command) : -1;
}

/* ---- a resolver of one module ---- */

struct s_opened {
    struct ms_symbols *symbols;
    struct memscope_resolver resolver;
    const char *note;
};

static struct ms_symbol_places s_places; /* none but in some tests */

static struct s_opened s_open_file(const struct memscope_module_file *file) {
    struct s_opened opened = {0};
    if (ms_symbols_new(&s_places, &opened.symbols) != MS_OK)
        abort();
    opened.resolver = ms_symbols_resolver(opened.symbols);
    opened.note = opened.resolver.add_module(opened.resolver.context, 1, file);
    return opened;
}

static struct s_opened s_open(const char *path, const unsigned char *build_id, size_t size) {
    struct memscope_module_file file = {
        path, build_id, size, MEMSCOPE_UNKNOWN, MEMSCOPE_UNKNOWN, MEMSCOPE_UNKNOWN};
    return s_open_file(&file);
}

static void s_close(struct s_opened *opened) {
    ms_symbols_destroy(opened->symbols);
}

/* ---- what a subject says of itself ---- */

struct s_expected {
    uint64_t address;
    size_t count;
    struct s_expected_frame {
        char function[64];
        unsigned line;
        bool inlined;
        bool begins; /* it is where the function begins, not a call */
    } frames[FRAME_LIMIT];
};

static bool s_parse(char *line, struct s_expected *out) {
    char *rest = NULL;
    *out = (struct s_expected){.address = strtoull(line, &rest, 16)};
    for (char *word = strtok(rest, " \n"); word != NULL; word = strtok(NULL, " \n")) {
        struct s_expected_frame *frame = &out->frames[out->count];
        if (out->count++ == FRAME_LIMIT)
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

static size_t s_ask(const char *subject, struct s_expected out[REPORT_LINE_LIMIT]) {
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
    while (count < REPORT_LINE_LIMIT && fgets(line, sizeof(line), pipe) != NULL)
        count += s_parse(line, &out[count]) ? 1 : 0;
    return pclose(pipe) == 0 ? count : 0;
}

enum s_known { KNOWN_ALL, KNOWN_FUNCTIONS, KNOWN_EXPORTED, KNOWN_NOTHING };

static void s_check_frame(const struct memscope_frame *frame,
                          const struct s_expected_frame *expected, const char *subject,
                          uint64_t address) {
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
static void s_check_outer(const struct memscope_frame *frame, const struct s_expected *expected,
                          enum s_known known) {
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

/* Asks OPENED, the module at PATH, for the frames that SUBJECT says it has. */
static void s_check_frames(struct s_opened *opened, const char *path, const char *subject,
                           enum s_known known) {
    struct s_expected lines[REPORT_LINE_LIMIT];
    size_t count = s_ask(subject, lines);
    CU_ASSERT_EQUAL_FATAL(count, SUBJECT_LINES);
    for (size_t i = 0; i < count; i++) {
        struct memscope_frame frames[FRAME_LIMIT];
        if (lines[i].count > 1 && strstr(subject, "dwarf2") != NULL)
            continue; /* it has no form for inlined code that is not in one piece */
        size_t found = opened->resolver.find_frames(opened->resolver.context, 1, lines[i].address,
                                                    frames, FRAME_LIMIT);
        CU_ASSERT_EQUAL_FATAL(found, known == KNOWN_ALL ? lines[i].count : 1);
        for (size_t j = 0; j < found && known == KNOWN_ALL; j++)
            s_check_frame(&frames[j], &lines[i].frames[j], path, lines[i].address);
        if (known != KNOWN_ALL)
            s_check_outer(&frames[0], &lines[i], known);
    }
}

/* ---- frames ---- */

static void test_frames(void) {
    for (size_t i = 0; i < LENGTH(s_subjects); i++) {
        struct s_opened opened = s_open(s_subjects[i], NULL, 0);
        CU_ASSERT_PTR_NULL(opened.note);
        s_check_frames(&opened, s_subjects[i], s_subjects[i], KNOWN_ALL);
        s_close(&opened);
    }
}

/* ---- names of C++ ---- */

struct s_names {
    uint64_t address;
    char name[128], symbol[128];
};

#define NAME_LINES 6

static size_t s_ask_names(const char *subject, struct s_names out[NAME_LINES]) {
    char line[512];
    size_t count = 0;
    FILE *pipe = popen(subject, "r");
    if (pipe == NULL)
        return 0;
    while (count < NAME_LINES && fgets(line, sizeof(line), pipe) != NULL)
        count += sscanf(line, "%lx\t%127[^\t]\t%127[^\n]", &out[count].address, out[count].name,
                        out[count].symbol) == 3;
    return pclose(pipe) == 0 ? count : 0;
}

static void test_names(void) {
    struct s_names names[NAME_LINES];
    const char *stripped = s_path("stripped_names");
    for (size_t i = 0; i < LENGTH(s_names_subjects); i++) {
        CU_ASSERT_EQUAL_FATAL(s_ask_names(s_names_subjects[i], names), NAME_LINES);
        CU_ASSERT_EQUAL_FATAL(s_run("objcopy -g %s %s", s_names_subjects[i], stripped), 0);
        struct s_opened opened = s_open(s_names_subjects[i], NULL, 0);
        struct s_opened bare = s_open(stripped, NULL, 0);
        for (size_t j = 0; j < NAME_LINES; j++) {
            struct memscope_frame frames[2];
            CU_ASSERT_EQUAL(opened.resolver.find_frames(opened.resolver.context, 1,
                                                        names[j].address, frames, 2),
                            1);
            CU_ASSERT_STRING_EQUAL(frames[0].function, names[j].name);
            bare.resolver.find_frames(bare.resolver.context, 1, names[j].address, frames, 2);
            CU_ASSERT_STRING_EQUAL(frames[0].function, names[j].symbol);
        }
        s_close(&opened);
        s_close(&bare);
    }
}

static void test_demangler(void) {
    struct ms_pool pool = {0};
    char name[8000];
    CU_ASSERT_STRING_EQUAL(ms_demangle(&pool, "_ZN2ns1fEi"), "ns::f(int)");
    CU_ASSERT_PTR_NULL(ms_demangle(&pool, "main"));
    CU_ASSERT_PTR_NULL(ms_demangle(&pool, "_Z"));
    CU_ASSERT_PTR_NULL(ms_demangle(&pool, "_ZN2ns1fEi@"));
    /* Each pair has the one before it twice: 2^60 names from 400 letters. */
    size_t length = (size_t)snprintf(name, sizeof(name), "_Z1fSt4pairIiiE");
    for (int i = 0; i < 60; i++)
        length += (size_t)snprintf(name + length, sizeof(name) - length, "St4pairIS%c_S%c_E",
                                   i == 0 ? '_' : '0', i == 0 ? '_' : '0');
    ms_demangle(&pool, name);
    memset(name, 'P', sizeof(name) - 1);
    memcpy(name, "_Z1f", 4);
    name[sizeof(name) - 1] = 0;
    CU_ASSERT_PTR_NULL(ms_demangle(&pool, name));
    ms_pool_fini(&pool);
}

static void test_frame_capacity(void) {
    struct s_expected lines[REPORT_LINE_LIMIT];
    struct memscope_frame frames[FRAME_LIMIT];
    CU_ASSERT_EQUAL_FATAL(s_ask(s_subjects[0], lines), SUBJECT_LINES);
    CU_ASSERT_EQUAL_FATAL(lines[INLINED_LINE].count, 3);
    struct s_opened opened = s_open(s_subjects[0], NULL, 0);
    CU_ASSERT_EQUAL(opened.resolver.find_frames(opened.resolver.context, 1,
                                                lines[INLINED_LINE].address, frames, 0),
                    0);
    for (size_t capacity = 1; capacity <= 3; capacity++) {
        memset(frames, 0x55, sizeof(frames));
        size_t found = opened.resolver.find_frames(opened.resolver.context, 1,
                                                   lines[INLINED_LINE].address, frames, capacity);
        CU_ASSERT_EQUAL(found, capacity);
        for (size_t i = 0; i < capacity; i++)
            s_check_frame(&frames[i], &lines[INLINED_LINE].frames[i], s_subjects[0],
                          lines[INLINED_LINE].address);
    }
    s_close(&opened);
}

static void test_unknown_addresses(void) {
    static const uint64_t s_addresses[] = {0, 1, 2, UINT64_C(1) << 40, UINT64_MAX};
    struct s_opened opened = s_open(s_subjects[0], NULL, 0);
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
    s_close(&opened);
}

/* ---- files ---- */

static void s_check_note(const char *path, const char *expected) {
    struct s_opened opened = s_open(path, NULL, 0);
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
    s_close(&opened);
}

static void test_unreadable_files(void) {
    CU_ASSERT_EQUAL_FATAL(s_run("echo text > %s", s_path("text")), 0);
    CU_ASSERT_EQUAL_FATAL(s_run(": > %s", s_path("void")), 0);
    CU_ASSERT_EQUAL_FATAL(s_run("mkfifo %s", s_path("pipe")), 0);
    s_check_note(s_path("absent"), "cannot be read: no such file");
    s_check_note(s_path("text/below"), "cannot be read: no such file");
    s_check_note(s_path("text"), "cannot be read: it is not an ELF file");
    s_check_note(s_path("void"), "cannot be read: it is not an ELF file");
    s_check_note(s_path("pipe"), "cannot be read: it is not an ELF file");
    s_check_note(s_folder, "cannot be read: it is not an ELF file");
}

static void test_modules_without_files(void) {
    s_check_note("linux-vdso.so.1", NULL);
    s_check_note("[vdso]", NULL);
    s_check_note("", NULL);
}

static void test_stripped(void) {
    const char *subject = s_subjects[0], *stripped = s_path("stripped"), *bare = s_path("bare");
    CU_ASSERT_EQUAL_FATAL(s_run("objcopy -g %s %s", subject, stripped), 0);
    CU_ASSERT_EQUAL_FATAL(s_run("strip -o %s %s", bare, subject), 0);
    struct s_opened opened = s_open(stripped, NULL, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(opened.note);
    CU_ASSERT_PTR_NOT_NULL(strstr(opened.note, "stripped has no debug information: functions"));
    s_check_frames(&opened, stripped, stripped, KNOWN_FUNCTIONS);
    s_close(&opened);
    opened = s_open(bare, NULL, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(opened.note);
    CU_ASSERT_PTR_NOT_NULL(strstr(opened.note, "no debug information and no symbol table"));
    s_check_frames(&opened, bare, bare, KNOWN_EXPORTED);
    s_close(&opened);
}

static void test_replaced(void) {
    struct ms_elf file;
    CU_ASSERT_EQUAL_FATAL(ms_elf_open(s_subjects[0], &file), MS_OK);
    CU_ASSERT_FATAL(file.build_id_size >= 8);
    struct s_opened opened = s_open(s_subjects[0], file.build_id, file.build_id_size);
    CU_ASSERT_PTR_NULL(opened.note);
    s_check_frames(&opened, s_subjects[0], s_subjects[0], KNOWN_ALL);
    s_close(&opened);

    file.build_id[3] ^= 1;
    opened = s_open(s_subjects[0], file.build_id, file.build_id_size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(opened.note);
    CU_ASSERT_PTR_NOT_NULL(strstr(opened.note, "was replaced since the program ran"));
    s_check_frames(&opened, s_subjects[0], s_subjects[0], KNOWN_NOTHING);
    s_close(&opened);

    file.build_id[3] ^= 1;
    opened = s_open(s_subjects[0], file.build_id, file.build_id_size - 1);
    CU_ASSERT_PTR_NOT_NULL(opened.note);
    s_close(&opened);
    ms_elf_close(&file);
}

/* Replaced after the module was added and before it is read. */
static void test_replaced_late(void) {
    const char *path = s_path("late");
    struct ms_elf file;
    CU_ASSERT_EQUAL_FATAL(s_run("cp %s %s", s_subjects[0], path), 0);
    CU_ASSERT_EQUAL_FATAL(ms_elf_open(path, &file), MS_OK);
    struct s_opened opened = s_open(path, file.build_id, file.build_id_size);
    CU_ASSERT_PTR_NULL(opened.note);
    CU_ASSERT_EQUAL_FATAL(s_run("cp %s %s.new && mv %s.new %s", s_subjects[1], path, path, path),
                          0);
    s_check_frames(&opened, path, s_subjects[1], KNOWN_NOTHING);
    s_close(&opened);
    ms_elf_close(&file);
}

static void s_check_split(const char *path, bool found) {
    struct memscope_type_layout layout;
    struct s_opened opened = s_open(path, NULL, 0);
    CU_ASSERT_EQUAL(opened.note == NULL, found);
    s_check_frames(&opened, path, path, found ? KNOWN_ALL : KNOWN_EXPORTED);
    CU_ASSERT_EQUAL(
        opened.resolver.find_type(opened.resolver.context, "struct node", NULL, &layout), found);
    s_close(&opened);
}

static void test_split_debug_information(void) {
    const char *program = s_path("split"), *debug = s_path("split.debug");
    CU_ASSERT_EQUAL_FATAL(s_run("objcopy --only-keep-debug %s %s", s_subjects[0], debug), 0);
    CU_ASSERT_EQUAL_FATAL(
        s_run("objcopy --strip-all --add-gnu-debuglink=%s %s %s", debug, s_subjects[0], program),
        0);
    s_check_split(program, true);
    CU_ASSERT_EQUAL_FATAL(s_run("mkdir %s/.debug && mv %s %s/.debug", s_folder, debug, s_folder),
                          0);
    s_check_split(program, true);
    CU_ASSERT_EQUAL_FATAL(s_run("printf x >> %s/.debug/split.debug", s_folder), 0);
    s_check_split(program, false); /* another checksum */
    CU_ASSERT_EQUAL_FATAL(s_run("rm -r %s/.debug", s_folder), 0);
    s_check_split(program, false);
}

/* ---- the places that are looked at ---- */

static void s_check_found(const char *path, bool found) {
    struct s_opened opened = s_open(path, NULL, 0);
    CU_ASSERT_EQUAL(opened.note == NULL, found);
    s_check_frames(&opened, path, path, found ? KNOWN_ALL : KNOWN_EXPORTED);
    s_close(&opened);
}

static void test_build_id_folder(void) {
    const char *program = s_path("by_id"), *root = s_path("debug");
    char hex[2 * MS_BUILD_ID_MAX + 1];
    struct ms_elf file;
    CU_ASSERT_EQUAL_FATAL(ms_elf_open(s_subjects[0], &file), MS_OK);
    for (size_t i = 0; i < file.build_id_size; i++)
        snprintf(hex + 2 * i, 3, "%02x", file.build_id[i]);
    ms_elf_close(&file);
    CU_ASSERT_EQUAL_FATAL(s_run("objcopy --strip-all %s %s", s_subjects[0], program), 0);
    CU_ASSERT_EQUAL_FATAL(s_run("mkdir -p %s/.build-id/%.2s && objcopy --only-keep-debug %s "
                                "%s/.build-id/%.2s/%s.debug",
                                root, hex, s_subjects[0], root, hex, hex + 2),
                          0);
    s_check_found(program, false);
    char list[600];
    snprintf(list, sizeof(list), "/nowhere::%s", root);
    s_places.debug_dirs = list;
    s_check_found(program, true);
    /* of another build */
    CU_ASSERT_EQUAL_FATAL(s_run("objcopy --only-keep-debug %s %s/.build-id/%.2s/%s.debug",
                                s_subjects[1], root, hex, hex + 2),
                          0);
    s_check_found(program, false);
    s_places.debug_dirs = NULL;
}

static void test_sysroot(void) {
    char here[1024], root[2048];
    CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(here, sizeof(here)));
    snprintf(root, sizeof(root), "%s/%s/root", here, s_folder);
    CU_ASSERT_EQUAL_FATAL(
        s_run("mkdir -p %s/opt && cp %s %s/opt/program", root, s_subjects[0], root), 0);
    struct s_opened opened = s_open("/opt/program", NULL, 0);
    CU_ASSERT_PTR_NOT_NULL(opened.note);
    s_close(&opened);
    s_places.sysroot = root;
    opened = s_open("/opt/program", NULL, 0);
    CU_ASSERT_PTR_NULL(opened.note);
    s_check_frames(&opened, "/opt/program", s_subjects[0], KNOWN_ALL);
    s_close(&opened);
    /* its debug information is below it, too */
    CU_ASSERT_EQUAL_FATAL(
        s_run("mkdir -p %s/usr/lib/debug/opt && cd %s/usr/lib/debug/opt && objcopy "
              "--only-keep-debug %s program.debug && objcopy --strip-all "
              "--add-gnu-debuglink=program.debug %s %s/opt/program",
              root, root, s_subjects[0], s_subjects[0], root),
        0);
    opened = s_open("/opt/program", NULL, 0);
    CU_ASSERT_PTR_NULL(opened.note);
    s_check_frames(&opened, "/opt/program", s_subjects[0], KNOWN_ALL);
    s_close(&opened);
    /* what is not below it is looked for where it was */
    s_check_found(s_subjects[0], true);
    s_places.sysroot = NULL;
}

/* Without a build id, a file is known again by its size, its time and its inode. */
static void test_replaced_without_build_id(void) {
    const char *path = s_path("no_id");
    struct stat info;
    CU_ASSERT_EQUAL_FATAL(s_run("objcopy -R .note.gnu.build-id %s %s", s_subjects[0], path), 0);
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
        struct s_opened opened = s_open_file(&other);
        CU_ASSERT_EQUAL(opened.note != NULL && strstr(opened.note, "was replaced since") != NULL,
                        i != 0);
        s_check_frames(&opened, path, s_subjects[0], i == 0 ? KNOWN_ALL : KNOWN_NOTHING);
        s_close(&opened);
    }
}

/* ---- split DWARF ---- */

/* With the units' files, with them in one package, and without. */
static void s_check_split_program(const char *folder, int version) {
    char program[300];
    struct s_expected lines[REPORT_LINE_LIMIT];
    struct memscope_frame frame;
    snprintf(program, sizeof(program), "%s/program", folder);
    CU_ASSERT_EQUAL_FATAL(
        s_run(
            "mkdir -p %s && cd %s && " SYMBOLS_CC
            " -O2 -gdwarf-%d -gsplit-dwarf -fno-toplevel-reorder -D_GNU_SOURCE -c " SYMBOLS_SOURCES
            " && " SYMBOLS_CC " -rdynamic -Wl,--build-id -o program *.o",
            folder, folder, version),
        0);
    s_check_found(program, true);
    /* Neither llvm-dwp 14 nor binutils' dwp 2.40 comes to an end with DWARF 5 of GCC. */
    if (strcmp(SYMBOLS_DWP, "") != 0 && version == 4) {
        CU_ASSERT_EQUAL_FATAL(s_run("cd %s && timeout 20 " SYMBOLS_DWP
                                    " -e program -o program.dwp && "
                                    "mkdir aside && mv *.dwo aside",
                                    folder),
                              0);
        s_check_found(program, true);
        CU_ASSERT_EQUAL_FATAL(s_run("cd %s && rm program.dwp && mv aside/* .", folder), 0);
    }
    /* moved as a whole: beside the program */
    CU_ASSERT_EQUAL_FATAL(s_run("mv %s %s.moved", folder, folder), 0);
    snprintf(program, sizeof(program), "%s.moved/program", folder);
    s_check_found(program, true);
    CU_ASSERT_EQUAL_FATAL(s_run("rm %s.moved/*.dwo", folder), 0);
    /* The program itself has lines, and names in its symbol table. */
    CU_ASSERT_EQUAL_FATAL(s_ask(program, lines), SUBJECT_LINES);
    struct s_opened opened = s_open(program, NULL, 0);
    for (size_t i = 0; i < SUBJECT_LINES; i++) {
        CU_ASSERT_EQUAL(
            opened.resolver.find_frames(opened.resolver.context, 1, lines[i].address, &frame, 1),
            1);
        CU_ASSERT_PTR_NOT_NULL_FATAL(frame.function);
        CU_ASSERT_STRING_EQUAL(frame.function, lines[i].frames[lines[i].count - 1].function);
        CU_ASSERT_EQUAL(frame.line, lines[i].frames[0].line);
    }
    s_close(&opened);
}

static void test_split_programs(void) {
    s_check_split_program(s_path("split4"), 4);
    s_check_split_program(s_path("split5"), 5);
}

/* This program, whose list of ranges is long enough to be packed, too. */
static void test_packed_ranges(void) {
    struct memscope_type_layout layout;
    const char *packed = s_path("packed");
    if (s_run("objcopy --compress-debug-sections=zstd /proc/%d/exe %s 2>/dev/null", (int)getpid(),
              packed) != 0)
        return; /* before binutils 2.40 */
    struct s_opened opened = s_open(packed, NULL, 0);
    CU_ASSERT_TRUE(opened.resolver.find_type(opened.resolver.context, "struct s_expected_frame",
                                             NULL, &layout));
    CU_ASSERT_EQUAL(layout.size, sizeof(struct s_expected_frame));
    s_close(&opened);
}

/* ---- what dwz has moved into a file that several programs share ---- */

/* Copies of a program, DIR/program and DIR/twin, that share NAME. */
static void s_share(const char *dir, const char *options, const char *name) {
    CU_ASSERT_EQUAL_FATAL(s_run("rm -rf %s && mkdir -p %s && cp %s %s/program && cp %s %s/twin && "
                                "cd %s && " SYMBOLS_DWZ " %s -m %s program twin",
                                dir, dir, s_subjects[0], dir, s_subjects[0], dir, dir, options,
                                name),
                          0);
}

/* The program at PATH, whose supplement is there, or not. */
static void s_check_shared(const char *path, bool found) {
    struct memscope_type_layout layout;
    struct s_opened opened = s_open(path, NULL, 0);
    CU_ASSERT_PTR_NULL(opened.note);
    if (found) {
        s_check_frames(&opened, path, path, KNOWN_ALL);
    } else {
        struct s_expected lines[REPORT_LINE_LIMIT];
        struct memscope_frame frame;
        CU_ASSERT_EQUAL_FATAL(s_ask(path, lines), SUBJECT_LINES);
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
    s_close(&opened);
}

static void test_shared_debug_information(void) {
    static const char *const s_options[] = {"", "--dwarf-5"};
    char here[1024], root[2048], hex[2 * MS_BUILD_ID_MAX + 1];
    const char *dir = s_path("shared"), *program = s_path("shared/program");
    struct ms_elf file;
    if (strcmp(SYMBOLS_DWZ, "") == 0)
        return; /* scripts/install-deps --tests has it */
    CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(here, sizeof(here)));
    snprintf(root, sizeof(root), "%s/%s/moved", here, s_folder);
    for (size_t i = 0; i < LENGTH(s_options); i++) {
        s_share(dir, s_options[i], "common.debug");
        s_check_shared(program, true);
        /* another build's, and none */
        CU_ASSERT_EQUAL_FATAL(s_run("mv %s/common.debug %s/kept && cp %s %s/common.debug", dir, dir,
                                    s_subjects[0], dir),
                              0);
        s_check_shared(program, false);
        CU_ASSERT_EQUAL_FATAL(s_run("rm %s/common.debug", dir), 0);
        s_check_shared(program, false);
    }
    /* by its build id, and where a package has put it */
    s_share(dir, "-M /nowhere/.dwz/sub/common.debug", "common.debug");
    CU_ASSERT_EQUAL_FATAL(
        s_run("mkdir -p %s/.dwz/sub && mv %s/common.debug %s/.dwz/sub", root, dir, root), 0);
    s_check_shared(program, false);
    s_places.debug_dirs = root;
    s_check_shared(program, true);
    snprintf(here, sizeof(here), "%s/moved/.dwz/sub/common.debug", s_folder);
    CU_ASSERT_EQUAL_FATAL(ms_elf_open(here, &file), MS_OK);
    for (size_t i = 0; i < file.build_id_size; i++)
        snprintf(hex + 2 * i, 3, "%02x", file.build_id[i]);
    ms_elf_close(&file);
    CU_ASSERT_EQUAL_FATAL(s_run("mkdir -p %s/.build-id/%.2s && mv %s %s/.build-id/%.2s/%s.debug",
                                root, hex, here, root, hex, hex + 2),
                          0);
    s_check_shared(program, true);
    s_places.debug_dirs = NULL;
    s_check_shared(program, false);
}

/* Two structs of one name, each in a partial unit of the two units that it is of. */
static void test_partial_units_of_a_source(void) {
    const char *dir = s_path("same");
    char path[300];
    if (strcmp(SYMBOLS_DWZ, "") == 0)
        return;
    CU_ASSERT_EQUAL_FATAL(
        s_run(
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
    struct s_opened opened = s_open(path, NULL, 0);
    for (int i = 1; i <= 4; i++) {
        struct memscope_type_layout layout = {0};
        char source[] = {(char)('0' + i), '.', 'c', 0};
        CU_ASSERT(
            opened.resolver.find_type(opened.resolver.context, "struct same", source, &layout));
        CU_ASSERT_EQUAL(layout.size, i < 3 ? 3 * sizeof(int) : 3 * sizeof(char *));
    }
    s_close(&opened);
}

/* ---- variables ---- */

static void s_check_variable(struct s_opened *opened, uint64_t address, const char *name,
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

static void s_check_variables(struct s_opened *opened, const struct s_expected *line) {
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
    struct s_expected lines[REPORT_LINE_LIMIT];
    for (size_t i = 0; i < LENGTH(s_subjects); i++) {
        struct s_opened opened = s_open(s_subjects[i], NULL, 0);
        size_t count = s_ask(s_subjects[i], lines), looked_at = 0;
        for (size_t j = 0; j < count; j++) {
            /* "plain" is in another unit; that version has no inlined code in pieces */
            if (strcmp(lines[j].frames[0].function, "plain") == 0 ||
                (lines[j].count > 1 && strstr(s_subjects[i], "dwarf2") != NULL))
                continue;
            s_check_variables(&opened, &lines[j]);
            looked_at++;
        }
        CU_ASSERT(looked_at >= 3);
        s_check_variable(&opened, 1, "g_node", false, NULL);
        s_close(&opened);
    }
}

/* ---- damaged files: fewer names, no crash ---- */

static const char *s_damaged; /* for the child */

static int s_read_damaged(void) {
    struct s_opened opened = s_open(s_damaged, NULL, 0);
    struct memscope_frame frames[FRAME_LIMIT];
    struct memscope_type_layout layout;
    for (uint64_t address = 0x1000; address < 0x2000; address++) {
        size_t found =
            opened.resolver.find_frames(opened.resolver.context, 1, address, frames, FRAME_LIMIT);
        CHILD_CHECK(found >= 1 && found <= FRAME_LIMIT);
        if (address % 64 == 0) {
            opened.resolver.find_variable_type(opened.resolver.context, 1, address, "local", true);
            opened.resolver.find_variable_type(opened.resolver.context, 1, address, "g_node", true);
        }
    }
    static const char *const s_names[] = {"struct node", "nameless_t",   "struct spelled",
                                          "*node_ptr",   "struct bits",  "union either",
                                          "int",         "struct absent"};
    for (size_t i = 0; i < LENGTH(s_names); i++)
        opened.resolver.find_type(opened.resolver.context, s_names[i], NULL, &layout);
    s_close(&opened);
    return 0;
}

static void test_cut_off_files(void) {
    const char *cut = s_path("cut");
    struct stat info;
    CU_ASSERT_EQUAL_FATAL(stat(s_subjects[0], &info), 0);
    for (int i = 0; i < 16; i++) {
        CU_ASSERT_EQUAL_FATAL(s_run("cp %s %s", s_subjects[0], cut), 0);
        CU_ASSERT_EQUAL_FATAL(truncate(cut, i == 0 ? 20 : info.st_size * i / 16), 0);
        s_damaged = cut;
        CU_ASSERT_EQUAL(child_run(s_read_damaged), 0);
    }
}

/* Writes FILL over SECTION in the file at PATH, or over its second HALF: what is read of the first
 * half is then sound, and what is read after it is reached. False: there is no such section. */
static bool s_overwrite(const char *path, const char *section, int fill, bool half) {
    struct ms_elf file;
    size_t names;
    bool found = false;
    if (ms_elf_open(path, &file) != MS_OK || elf_getshdrstrndx(file.elf, &names) != 0)
        abort();
    FILE *stream = fopen(path, "r+");
    if (stream == NULL)
        abort();
    for (Elf_Scn *at = NULL; (at = elf_nextscn(file.elf, at)) != NULL;) {
        GElf_Shdr header;
        if (gelf_getshdr(at, &header) == NULL ||
            strcmp(elf_strptr(file.elf, names, header.sh_name), section) != 0)
            continue;
        uint64_t first = half ? header.sh_size / 2 : 0;
        fseek(stream, (long)(header.sh_offset + first), SEEK_SET);
        for (uint64_t i = first; i < header.sh_size; i++)
            putc(fill, stream);
        found = true;
    }
    fclose(stream);
    ms_elf_close(&file);
    return found;
}

static void test_overwritten_sections(void) {
    static const char *const s_sections[] = {
        ".debug_info",     ".debug_abbrev",   ".debug_line", ".debug_str", ".debug_line_str",
        ".debug_rnglists", ".debug_aranges",  ".symtab",     ".strtab",    ".debug_ranges",
        ".debug_types",    ".debug_loclists", ".dynamic",    ".shstrtab",
    };
    size_t overwritten = 0;
    for (size_t i = 0; i < WHOLE_SUBJECTS; i++) {
        for (size_t j = 0; j < 4 * LENGTH(s_sections); j++) {
            const char *copy = s_path("overwritten");
            CU_ASSERT_EQUAL_FATAL(s_run("cp %s %s", s_subjects[i], copy), 0);
            if (!s_overwrite(copy, s_sections[j / 4], j & 1 ? 0xff : 0x01, (j & 2) != 0))
                continue;
            overwritten++;
            s_damaged = copy;
            CU_ASSERT_EQUAL(child_run(s_read_damaged), 0);
        }
    }
    CU_ASSERT(overwritten >= 20 * WHOLE_SUBJECTS);
}

static void test_overwritten_supplements(void) {
    static const char *const s_sections[] = {".debug_info", ".debug_abbrev", ".debug_str",
                                             ".debug_line"};
    const char *dir = s_path("damaged"), *supplement = s_path("damaged/common.debug");
    s_damaged = s_path("damaged/program");
    if (strcmp(SYMBOLS_DWZ, "") == 0)
        return;
    for (size_t j = 0; j < 8 * LENGTH(s_sections); j++) {
        if ((j & 4) != 0 && strcmp(s_sections[j / 8], ".debug_str") == 0)
            continue; /* all of it is in the supplement */
        s_share(dir, "", "common.debug");
        CU_ASSERT(s_overwrite(j & 4 ? s_damaged : supplement, s_sections[j / 8], j & 1 ? 0xff : 1,
                              (j & 2) != 0));
        CU_ASSERT_EQUAL(child_run(s_read_damaged), 0);
    }
}

/* ---- the process that reads ---- */

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
    struct s_opened opened = s_open(s_subjects[0], NULL, 0);
    struct memscope_resolver resolver = s_open_reader(s_subjects[0]), own = opened.resolver;
    for (size_t i = 0; i < LENGTH(places); i++)
        places[LENGTH(places) - 1 - i] = (struct memscope_address){1, 0x1000 + i};
    resolver.prepare_frames(resolver.context, places, LENGTH(places));
    for (uint64_t address = 0xfff; address < 0x2002; address++) {
        struct memscope_frame a[FRAME_LIMIT], b[FRAME_LIMIT];
        size_t count = own.find_frames(own.context, 1, address, a, FRAME_LIMIT);
        CU_ASSERT_EQUAL_FATAL(resolver.find_frames(resolver.context, 1, address, b, FRAME_LIMIT),
                              count);
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
    struct s_expected lines[REPORT_LINE_LIMIT];
    CU_ASSERT_EQUAL_FATAL(s_ask(s_subjects[0], lines), SUBJECT_LINES);
    const char *type = resolver.find_variable_type(resolver.context, 1, lines[INLINED_LINE].address,
                                                   "g_node", false);
    CU_ASSERT_PTR_NOT_NULL_FATAL(type);
    CU_ASSERT_STRING_EQUAL(type, "node_t *");
    CU_ASSERT_PTR_NULL(resolver.next_note(resolver.context));
    ms_symbol_reader_destroy(s_reader);
    s_close(&opened);
}

/* A file that is cut off while it is read: the process that reads it dies of SIGBUS. */
static void test_reader_ends(void) {
    const char *path = s_path("cut_late");
    struct s_expected lines[REPORT_LINE_LIMIT];
    struct memscope_frame frame;
    CU_ASSERT_EQUAL_FATAL(s_ask(s_subjects[0], lines), SUBJECT_LINES);
    CU_ASSERT_EQUAL_FATAL(s_run("cp %s %s", s_subjects[0], path), 0);
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

static int s_remove_folder(void) {
    return s_run("rm -rf %s", s_folder) != 0;
}

static int s_make_folder(void) {
    return mkdtemp(s_folder) == NULL;
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("symbols", s_make_folder, s_remove_folder);
    CU_ADD_TEST(suite, test_frames);
    CU_ADD_TEST(suite, test_names);
    CU_ADD_TEST(suite, test_demangler);
    CU_ADD_TEST(suite, test_frame_capacity);
    CU_ADD_TEST(suite, test_unknown_addresses);
    CU_ADD_TEST(suite, test_unreadable_files);
    CU_ADD_TEST(suite, test_modules_without_files);
    CU_ADD_TEST(suite, test_stripped);
    CU_ADD_TEST(suite, test_replaced);
    CU_ADD_TEST(suite, test_replaced_late);
    CU_ADD_TEST(suite, test_split_debug_information);
    CU_ADD_TEST(suite, test_build_id_folder);
    CU_ADD_TEST(suite, test_sysroot);
    CU_ADD_TEST(suite, test_replaced_without_build_id);
    CU_ADD_TEST(suite, test_split_programs);
    CU_ADD_TEST(suite, test_packed_ranges);
    CU_ADD_TEST(suite, test_shared_debug_information);
    CU_ADD_TEST(suite, test_partial_units_of_a_source);
    CU_ADD_TEST(suite, test_variables);
    CU_ADD_TEST(suite, test_reader);
    CU_ADD_TEST(suite, test_reader_ends);
    CU_ADD_TEST(suite, test_cut_off_files);
    CU_ADD_TEST(suite, test_overwritten_sections);
    CU_ADD_TEST(suite, test_overwritten_supplements);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
