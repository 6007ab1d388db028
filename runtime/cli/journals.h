/* SPDX-License-Identifier: MIT */
/* The journals in the user's journal directory (base/journal_dir.h). */
#ifndef MS_CLI_JOURNALS_H
#define MS_CLI_JOURNALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ms_journal_entry {
    char *path;
    char *program; /* last part of the executable's path */
    uint32_t pid;
    uint32_t ppid;
    uint64_t start_time_ns; /* since the epoch */
    uint64_t end_time_ns; /* the same; of one that runs UINT64_MAX, of a killed one its last sign of
                             life */
    uint64_t peak_bytes;
    uint64_t file_bytes;     /* on the disk */
    uint64_t search_time_ns; /* since the epoch: of the last whole search for leaks; 0: none */
    uint32_t state;          /* enum ms_journal_state */
    int32_t exit_code;
    bool alive;
    bool is_copy; /* of the journal of a process that was alive then */
};

struct ms_journals {
    char *directory;
    /* Those that run first, then by their end, latest first: a program comes before the ones it has
     * run. */
    struct ms_journal_entry *entries;
    size_t count;
};

/* Reads the directory; one that is not there has no journals. Files that are not journals are left
 * out. False after one line that says what is wrong. */
bool ms_journals_read(struct ms_journals *journals);

/* The same of another DIRECTORY, NULL: of the user's. Root reads those of others. */
bool ms_journals_read_in(struct ms_journals *journals, const char *directory);
void ms_journals_fini(struct ms_journals *journals);

/* Reads one journal; false: it is none. */
bool ms_journals_read_entry(const char *path, struct ms_journal_entry *entry);
void ms_journals_fini_entry(struct ms_journal_entry *entry);

/* Whether the process of ENTRY may still write to it. */
bool ms_journals_running(const struct ms_journal_entry *entry);

/* How it ended, for people; for the caller to free. */
char *ms_journals_ending(const struct ms_journal_entry *entry);

/* Removes those that ended first until at most 64 of them, with 1 GiB together, are left; the
 * last always stays. Removed ones are gone from JOURNALS too. */
void ms_journals_prune(struct ms_journals *journals);

#endif
