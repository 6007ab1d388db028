/* SPDX-License-Identifier: MIT */
/* FILE on a command line, and the report made of it. */
#ifndef MS_CLI_SOURCE_H
#define MS_CLI_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "memscope/report.h"

struct ms_shared_symbols;
struct ms_symbol_reader;

/* Options that every command with a FILE has, for its table and its help. */
#define MS_SOURCE_SYSROOT   0x10000
#define MS_SOURCE_DEBUG_DIR 0x10001
#define MS_SOURCE_OPTIONS                                                                          \
    {"sysroot", required_argument, NULL, MS_SOURCE_SYSROOT}, {                                     \
        "debug-dir", required_argument, NULL, MS_SOURCE_DEBUG_DIR                                  \
    }
#define MS_SOURCE_HELP                                                                             \
    "  --sysroot DIR  look for the program and its libraries below DIR\n"                          \
    "  --debug-dir DIR[:DIR]\n"                                                                    \
    "                 look there for debug information, before /usr/lib/debug\n"

/* Takes OPTION if it is one of these. */
bool ms_source_take_option(int option, const char *value);

struct ms_source {
    char *path;
    char *sysroot, *debug_dirs;
    struct ms_symbol_reader *symbols;
    struct memscope_resolver resolver;
    struct memscope_report *report;
    struct ms_merge *merge;           /* what `report` is of, where that is of several files, */
    struct ms_shared_symbols *shared; /* and the symbols of some of those */
    char **redacted;                  /* notes, by ms_report_redact */
    enum ms_status
        failure; /* why a journal could not be opened; MS_OK: it was, or another reason */
};

/* The path of the journal or export that FILE names: a path, a pid, a program's name, NULL for the
 * newest. For the caller to free; NULL after one line that says what is wrong. */
char *ms_source_find(const char *file);

/* Makes the report of the journal that FILE names, with PARTS as ms_report_new has them, or reads
 * it where FILE is an export (import.h). False after one line that says what is wrong. */
bool ms_source_open(struct ms_source *source, const char *file, unsigned parts);
void ms_source_close(struct ms_source *source);

/* The report of the FILEs of ARGV behind the options, to be written: of several as one
 * (compare/merge.h), which has no events; none is the newest journal. It has what the user's
 * analyzers find, events where PARTS asks for them and, with REDACT, nothing that tells of the
 * machine (report_redact.h). COMMAND is its name. False after one line. */
bool ms_source_open_to_write(struct ms_source *source, const char *command, int argc, char **argv,
                             unsigned parts, bool redact);

/* The same with symbols that are kept in SHARED (shared_symbols.h) for the next one; close SOURCE
 * first. */
bool ms_source_open_shared(struct ms_source *source, const char *file, unsigned parts,
                           struct ms_shared_symbols *shared);

/* Directories in which FILE was compiled, as the debug information of SOURCE has it; NULL:
 * anything. At most CAPACITY; they live as long as SOURCE. An export tells of none. */
size_t ms_source_find_folders(const struct ms_source *source, const char *file,
                              const char **folders, size_t capacity);

/* Takes out of the report what tells of the machine (report_redact.h). Once. False after one line.
 */
bool ms_source_redact(struct ms_source *source);

/* Leaves events out where they are not WANTED (an export that is read back has its own); says so
 * where they are and there are none. */
void ms_source_choose_events(struct ms_source *source, bool wanted);

/* The one FILE of ARGV behind the options, NULL when there is none, through FILE. False after one
 * line when there are more. */
bool ms_source_argument(const char *command, int argc, char **argv, const char **file);

#endif
