/* SPDX-License-Identifier: MIT */
/*
 * symbolise MODULE [own] < ADDRESSES: prints the frames of return addresses (hexadecimal, one a
 * line) as `addr2line -f -i -e MODULE` does, for symbolise.sh to compare and to time; with "own"
 * they are read in this process. An address that addr2line is asked for is one less: the call is
 * before where it returns to.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "symbols/symbol_reader.h"

#define FRAME_LIMIT 64

static void s_print(const struct memscope_frame *frame) {
    printf("%s\n%s:", frame->function != NULL ? frame->function : "??",
           frame->file != NULL ? frame->file : "??");
    if (frame->line != MEMSCOPE_UNKNOWN)
        printf("%" PRIu64 "\n", frame->line);
    else
        puts("?");
}

static struct ms_symbols *s_symbols;
static struct ms_symbol_reader *s_reader;

static struct memscope_resolver s_resolver(bool own) {
    if (own ? ms_symbols_new(NULL, &s_symbols) != MS_OK
            : ms_symbol_reader_new(NULL, &s_reader) != MS_OK) {
        fputs("symbolise: cannot start\n", stderr);
        exit(1);
    }
    return own ? ms_symbols_resolver(s_symbols) : ms_symbol_reader_resolver(s_reader);
}

int main(int argc, char **argv) {
    char line[64];
    size_t count = 0, capacity = 1 << 20;
    struct memscope_address *places = malloc(capacity * sizeof(*places)),
                            *sorted = malloc(capacity * sizeof(*sorted));
    if (argc < 2 || argc > 3 || places == NULL || sorted == NULL) {
        fprintf(stderr, "usage: %s MODULE [own] < ADDRESSES\n", argv[0]);
        return 2;
    }
    struct memscope_resolver resolver = s_resolver(argc == 3);
    struct memscope_module_file file = {
        argv[1], NULL, 0, MEMSCOPE_UNKNOWN, MEMSCOPE_UNKNOWN, MEMSCOPE_UNKNOWN};
    const char *note = resolver.add_module(resolver.context, 1, &file);
    if (note != NULL)
        fprintf(stderr, "%s\n", note);
    for (; count < capacity && fgets(line, sizeof(line), stdin) != NULL; count++)
        sorted[count] = places[count] = (struct memscope_address){1, strtoull(line, NULL, 16)};
    if (resolver.prepare_frames != NULL)
        resolver.prepare_frames(resolver.context, sorted, count);
    for (size_t n = 0; n < count; n++) {
        struct memscope_frame frames[FRAME_LIMIT];
        size_t depth =
            resolver.find_frames(resolver.context, 1, places[n].address, frames, FRAME_LIMIT);
        for (size_t i = 0; i < depth; i++)
            s_print(&frames[i]);
    }
    if (resolver.next_note != NULL && (note = resolver.next_note(resolver.context)) != NULL)
        fprintf(stderr, "%s\n", note);
    ms_symbol_reader_destroy(s_reader);
    ms_symbols_destroy(s_symbols);
    free(places);
    free(sorted);
    return 0;
}
