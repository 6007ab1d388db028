/* SPDX-License-Identifier: MIT */
/*
 * The fuzz target of what reads ELF and DWARF: any bytes are taken for a program. Whatever the
 * libraries make of them, frames and types come back in time or a note says that they do not.
 *
 * With FUZZ_IN_PROCESS (scripts/fuzz) they are read here and not by a process of its own, so that
 * libFuzzer sees which code they lead to, and what crashes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz_target.h"
#include "symbols/symbol_reader.h"

static const char s_path[] = "fuzz_symbols.elf";
static unsigned long s_inputs, s_ended; /* inputs that have ended the process that reads them */

static void s_tell(void) {
    printf("%lu of %lu inputs ended the process that read them\n", s_ended, s_inputs);
}

static void s_write(const uint8_t *data, size_t size) {
    static int s_file = -1;
    if (s_file < 0) {
        s_file = open(s_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        atexit(s_tell);
    }
    if (s_file < 0 || pwrite(s_file, data, size, 0) != (ssize_t)size ||
        ftruncate(s_file, (off_t)size) != 0) {
        perror(s_path);
        abort();
    }
}

static void s_fail(const char *what) {
    fprintf(stderr, "\n%s of %s is not sound\n", what, s_path);
    abort();
}

static size_t s_length(const char *text) {
    return text != NULL ? strlen(text) : 0;
}

static void s_check_frames(const struct memscope_resolver *resolver) {
    static struct memscope_address places[1200];
    size_t count = sizeof(places) / sizeof(places[0]), letters = 0;
    for (size_t i = 0; i < count; i++)
        places[i] = (struct memscope_address){1, 0x1000 + i * 3};
    if (resolver->prepare_frames != NULL)
        resolver->prepare_frames(resolver->context, places, count);
    for (size_t i = 0; i < count; i++) {
        struct memscope_frame frames[8];
        size_t depth = resolver->find_frames(resolver->context, 1, 0x1000 + i * 3, frames, 8);
        if (depth < 1 || depth > 8)
            s_fail("a stack");
        for (size_t n = 0; n < depth; n++)
            letters += s_length(frames[n].function) + s_length(frames[n].file);
    }
    if (letters > (size_t)1 << 30)
        s_fail("a name");
}

static void s_check_types(const struct memscope_resolver *resolver) {
    static const char *const s_names[] = {"struct node", "nameless_t", "struct spelled",
                                          "struct bits", "*node_ptr",  "int"};
    for (size_t i = 0; i < sizeof(s_names) / sizeof(s_names[0]); i++) {
        struct memscope_type_layout layout;
        if (!resolver->find_type(resolver->context, s_names[i], NULL, &layout))
            continue;
        for (size_t n = 0; n < layout.member_count; n++) {
            if (layout.members[n].name == NULL)
                s_fail("a member");
        }
    }
    resolver->find_variable_type(resolver->context, 1, 0x1200, "local", true);
}

static void s_check(const struct memscope_resolver *resolver) {
    struct memscope_module_file file = {
        s_path, NULL, 0, MEMSCOPE_UNKNOWN, MEMSCOPE_UNKNOWN, MEMSCOPE_UNKNOWN};
    resolver->add_module(resolver->context, 1, &file);
    s_check_frames(resolver);
    s_check_types(resolver);
    const char *note;
    while ((note = resolver->next_note(resolver->context)) != NULL)
        s_ended += strstr(note, "has damaged debug information") != NULL;
    s_inputs++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    s_write(data, size);
#ifdef FUZZ_IN_PROCESS
    struct ms_symbols *symbols;
    if (ms_symbols_new(NULL, &symbols) != MS_OK)
        abort();
    struct memscope_resolver resolver = ms_symbols_resolver(symbols);
    s_check(&resolver);
    ms_symbols_destroy(symbols);
#else
    static const struct ms_symbol_places s_places = {.cpu_seconds = 1};
    struct ms_symbol_reader *reader;
    if (ms_symbol_reader_new(&s_places, &reader) != MS_OK) {
        perror("fuzz_symbols");
        abort();
    }
    struct memscope_resolver resolver = ms_symbol_reader_resolver(reader);
    s_check(&resolver);
    ms_symbol_reader_destroy(reader);
#endif
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed) {
    static const uint8_t s_bytes[] = {0, 1, 2, 0x7f, 0x80, 0xfe, 0xff};
    (void)capacity;
    if (size == 0)
        return 0;
    for (unsigned changes = 1u << rand_r(&seed) % 6; changes != 0; changes--) {
        size_t at = (size_t)rand_r(&seed) % size, length = rand_r(&seed) % 8 != 0 ? 1 : 8;
        for (size_t i = at; i < size && i < at + length; i++) {
            unsigned choice = (unsigned)rand_r(&seed) % 12;
            data[i] = choice < sizeof(s_bytes) ? s_bytes[choice]
                      : choice == 7            ? (uint8_t)(data[i] + 1)
                      : choice == 8            ? (uint8_t)(data[i] - 1)
                                               : (uint8_t)rand_r(&seed);
        }
    }
    return rand_r(&seed) % 32 == 0 ? (size_t)rand_r(&seed) % size + 1 : size;
}
