/* SPDX-License-Identifier: MIT */
/*
 * One section of a report (types, hotspots, ...) as a table for people or as JSON for programs,
 * sorted, filtered and cut. Keys are those of the report (include/memscope/report.h).
 */
#ifndef MS_CLI_VIEW_H
#define MS_CLI_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/source.h"
#include "memscope/report.h"

struct ms_command;
struct option;
struct ms_grid;
struct ms_view_rows;

enum ms_view_format {
    MS_VIEW_NAME,  /* text, cut at its end when it does not fit */
    MS_VIEW_TYPE,  /* the same; a type that is not known says so */
    MS_VIEW_PLACE, /* text, cut at its start */
    MS_VIEW_BYTES,
    MS_VIEW_COUNT,
    MS_VIEW_PLAIN, /* a number without commas: an id */
    MS_VIEW_TIME,  /* nanoseconds since the start */
    MS_VIEW_SHARE, /* percent of the section's sum */
    MS_VIEW_BAR,   /* the same, drawn */
    MS_VIEW_ERROR, /* percent to either side of an estimate; left out when all rows are exact */
    MS_VIEW_SEEN,  /* a struct memscope_last_seen; left out when no row has one */
    MS_VIEW_KNOWN, /* text; left out when no row has one */
};

struct ms_view_column {
    const char *key;
    const char *title;
    enum ms_view_format format;
    int weight; /* as in struct ms_grid_column */
};

#define MS_VIEW_OWN_OPTION 1024

struct ms_view {
    const char *section; /* a key of the report */
    const char *sort;    /* the key it is sorted by when no other is asked for; NULL: none */
    const struct ms_view_column *columns;
    size_t column_count;
    const char *empty;              /* said when there are no rows at all */
    const char *empty_running;      /* said instead while the program runs; NULL: the same */
    bool can_fail;                  /* takes --fail: rows are findings */
    bool (*wants)(const void *row); /* which of the section's rows are its own; NULL: all */
    /* Of a view that shows one row in full with --type GLOB, or behind "struct NAME": whether ROW
     * is one of that name, and what prints rows. */
    bool (*has_name)(const void *row, const char *pattern);
    void (*print_whole)(const struct ms_view_rows *rows);
    const struct option
        *options; /* further ones, of values from MS_VIEW_OWN_OPTION on; NULL: none */
    /* Takes one of these; MS_CLI_DONE, or what to end with after one line. */
    int (*take)(int option, const char *argument);
    /* Before FILE (NULL: the newest journal) is read; MS_CLI_DONE, or as `take`. */
    int (*before)(const char *file);
    /* Puts rows of its own into a copy of the report; MS_CLI_DONE, or as `take`. */
    int (*prepare)(struct memscope_report *report);
    /* Says in words what the rows are, above them; not with --json. */
    void (*explain)(const struct memscope_report *report);
    const struct ms_view *behind; /* shown below where it has rows; not with --json. NULL: none */
    const char *title;            /* of a view that stands behind another */
};

/* Which rows, and in which order. */
struct ms_view_pick {
    const char *sort;   /* a key of the section; NULL: the report's own order */
    const char *filter; /* NULL or a pattern (fnmatch) that one of a row's texts must match */
    const char *type;   /* NULL or a pattern for has_name */
    size_t top;         /* 0: all */
};

/* The rows of a section that are shown: its own list of them, of the report's strings. */
struct ms_view_rows {
    char *bytes;
    size_t count;
    size_t matching; /* before the cut */
    size_t all;
};

struct ms_view_rows ms_view_select(const struct ms_view *view, const struct memscope_report *report,
                                   const struct ms_view_pick *pick);
void ms_view_rows_fini(struct ms_view_rows *rows);

/* Prints ROWS as a table behind INDENT blanks. */
void ms_view_print(const struct ms_view *view, const struct memscope_report *report,
                   const struct ms_view_rows *rows, size_t indent);

/* Runs the command that shows VIEW. */
int ms_view_run(const struct ms_command *command, const struct ms_view *view, int argc,
                char **argv);

/* The options that the command which shows VIEW takes, up to a NULL; for the caller to free. */
struct option *ms_view_options(const struct ms_view *view);

/* Reads the number of --top; false: TEXT is none. */
bool ms_view_read_top(const char *text, size_t *top);

/* "redis-server (pid 4711), exited 0 after 12.3 s", of a merged report "12 processes, exited 0
 * after 4.1 s", for the caller to free. */
char *ms_view_describe_process(const struct memscope_report *report);

/* Prints JSON: REPORT with the COUNT sections KEYS alone; the value of its section KEY. They return
 * the exit status. */
int ms_view_print_sections(const struct memscope_report *report, const char *const *keys,
                           size_t count);
int ms_view_print_section(const struct memscope_report *report, const char *key);

/* The views there are; each is in its command's file. */
extern const struct ms_view ms_view_types;
extern const struct ms_view ms_view_layouts;
extern const struct ms_view ms_view_hotspots;
extern const struct ms_view ms_view_variables;
extern const struct ms_view ms_view_growing;
extern const struct ms_view ms_view_leaks;
extern const struct ms_view ms_view_problems;
extern const struct ms_view ms_view_threads;
extern const struct ms_view ms_view_phases;
extern const struct ms_view ms_view_findings;

#define MS_VIEW_HELP                                                                               \
    "  --top N        show the first N rows; 0: all (the default is 20, with --json all)\n"        \
    "  --sort KEY     sort by a key of the section: numbers largest first, texts by alphabet\n"    \
    "  --filter GLOB  rows in which a text (type, variable, function, place) matches GLOB\n"       \
    "  --json         print JSON, with the keys of `memscope export --format "                     \
    "json`\n" MS_SOURCE_HELP

#endif
