/* SPDX-License-Identifier: MIT */
/*
 * The programs whose symbols the tests read (symbols_subject.c, in each form of debug information
 * that compilers have written), and their frames against what each says of itself. Copies of them
 * are made in a folder of the test's own.
 */
#ifndef MS_TESTS_SUBJECT_CHECK_H
#define MS_TESTS_SUBJECT_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "symbols/symbols.h"

extern const char *const subjects[]; /* their paths */
extern const size_t subject_count;

/* The folder, under the current directory: made in front of the tests, removed behind them; 0. */
extern char subject_folder[];
int subject_make_folder(void);
int subject_remove_folder(void);

/* NAME in the folder. The path is good for three more calls. */
const char *subject_path(const char *name);

/* A command of the shell: as system(). */
int subject_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- a resolver of one module, number 1 ---- */

struct subject_opened {
    struct ms_symbols *symbols;
    struct memscope_resolver resolver;
    const char *note; /* what adding the module said */
};

extern struct ms_symbol_places subject_places; /* none, but for tests that set some */

struct subject_opened subject_open_file(const struct memscope_module_file *file);
struct subject_opened subject_open(const char *path, const unsigned char *build_id, size_t size);
void subject_close(struct subject_opened *opened);

/* ---- what a subject says of itself: an address in it a line, with the frames there ---- */

#define SUBJECT_FRAME_LIMIT  8
#define SUBJECT_LINE_LIMIT   16
#define SUBJECT_LINES        6
#define SUBJECT_INLINED_LINE 2 /* the one with three frames */

struct subject_line {
    uint64_t address;
    size_t count;
    struct subject_frame {
        char function[64];
        unsigned line;
        bool inlined;
        bool begins; /* it is where the function begins, not a call */
    } frames[SUBJECT_FRAME_LIMIT];
};

/* Runs SUBJECT: how many lines it has. */
size_t subject_ask(const char *subject, struct subject_line out[SUBJECT_LINE_LIMIT]);

/* FRAME is EXPECTED, of the SUBJECT that was asked last. */
void subject_check_frame(const struct memscope_frame *frame, const struct subject_frame *expected,
                         const char *subject, uint64_t address);

enum subject_known { KNOWN_ALL, KNOWN_FUNCTIONS, KNOWN_EXPORTED, KNOWN_NOTHING };

/* Asks OPENED, the module at PATH, for the frames that SUBJECT says it has. */
void subject_check_frames(struct subject_opened *opened, const char *path, const char *subject,
                          enum subject_known known);

/* All of the program at PATH is known and nothing is to be noted, or (FOUND is false) no more than
 * the functions that it exports. */
void subject_check_found(const char *path, bool found);

/* Copies of the first subject, DIR/program and DIR/twin, of which dwz puts into NAME what they
 * share. */
void subject_share(const char *dir, const char *options, const char *name);

#endif
