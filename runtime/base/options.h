/* SPDX-License-Identifier: MIT */
/*
 * The options of a measured run, as they are written in MEMSCOPE_OPTIONS: KEY=VALUE:KEY=VALUE.
 *
 * In a value "\:" is a colon and "\\" a backslash; empty items are skipped. A preset sets its
 * fields before any other key is looked at, wherever it stands; of two values for one key the later
 * holds.
 *
 * Runs in the constructor of the measured process: does not allocate, print, use the locale or
 * touch errno. Any thread.
 */
#ifndef MS_BASE_OPTIONS_H
#define MS_BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(NAME, "spelling", sample_rate, stack, max_stack_depth) */
#define MS_PRESETS(X)                                                                              \
    X(FULL, "full", 1.0, true, 20)                                                                 \
    X(DEMO, "demo", 0.1, false, 5)                                                                 \
    X(HIGH_PERFORMANCE, "high_performance", 0.01, false, 0)                                        \
    X(OFF, "off", 0.0, false, 0)

enum ms_preset {
#define X(name, spelling, rate, stack, depth) MS_PRESET_##name,
    MS_PRESETS(X)
#undef X
        MS_PRESET_COUNT
};

/* How call stacks are walked. X(NAME, "spelling") */
#define MS_UNWINDS(X)                                                                              \
    X(AUTO, "auto") /* frame pointers where memscope compiled the program, else tables */          \
    X(FRAME_POINTERS, "frame_pointers")                                                            \
    X(TABLES, "tables") /* .eh_frame */

enum ms_unwind {
#define X(name, spelling) MS_UNWIND_##name,
    MS_UNWINDS(X)
#undef X
};

#define MS_OPTIONS_DEPTH_LIMIT 1024u
#define MS_OPTIONS_EVENT_LIMIT 1048576u
#define MS_OPTIONS_EVENTS_AUTO UINT32_MAX
#define MS_OPTIONS_TEXT_SIZE   1024u

struct ms_options {
    enum ms_preset preset;
    double sample_rate;    /* 0..1 */
    uint64_t sample_bytes; /* not 0: instead of sample_rate */
    bool stack;
    uint32_t max_stack_depth;
    bool stack_totals;
    enum ms_unwind unwind;
    uint64_t seed;
    char out[MS_OPTIONS_TEXT_SIZE]; /* a pattern of ms_journal_dir_expand; "": the default one */
    bool monitor;
    uint32_t monitor_ms;
    uint32_t events; /* or MS_OPTIONS_EVENTS_AUTO */
    bool follow_fork;
    bool leaks;
    bool start;
    uint64_t max_size;
};

/* A row of options.def, for people. */
struct ms_option_info {
    const char *key;
    const char *allowed;
    const char *standard; /* the default as one would write it; "": none */
    const char *help;
};

/* Called with one line for each thing that was wrong; LINE is valid during the call. */
typedef void ms_options_complain_fn(void *data, const char *line);

/* Sets the defaults. */
void ms_options_init(struct ms_options *options);

/* Sets what TEXT (NULL: nothing) says. A bad key or value is one line, and its option stays as it
 * was. */
void ms_options_parse(struct ms_options *options, const char *text,
                      ms_options_complain_fn *complain, void *data);

/* "full" and so on; never NULL. */
const char *ms_options_preset_name(enum ms_preset preset);

/* The table of the options, COUNT of them. */
const struct ms_option_info *ms_options_table(size_t *count);

#endif
