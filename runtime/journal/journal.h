/* SPDX-License-Identifier: MIT */
/*
 * Reads a journal of a running, finished or killed process. Nothing in the file is believed: every
 * offset, index and string is checked against what the file has, so that a torn, cut off or hostile
 * journal gives an error or fewer records, never a crash. Memory is mapped read-only; a file that
 * shrinks under the reader is not a case (memscope never shrinks one).
 *
 * Not thread-safe: one journal, one thread at a time. The process may go on writing meanwhile:
 * getters then give a state that is a little later.
 */
#ifndef MS_JOURNAL_JOURNAL_H
#define MS_JOURNAL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "store/layout.h"

struct ms_journal;

/* Opens PATH. MS_NOT_FOUND, MS_PERMISSION, MS_EMPTY, MS_NOT_A_JOURNAL, MS_WRONG_VERSION,
 * MS_TRUNCATED (also while its process has not finished setting it up), MS_CORRUPT or MS_IO say
 * what is wrong with it. */
enum ms_status ms_journal_open(const char *path, struct ms_journal **out);
void ms_journal_close(struct ms_journal *journal);

const struct ms_journal_header *ms_journal_header(const struct ms_journal *journal);

/* Entries of TABLE that are complete. */
uint64_t ms_journal_count(const struct ms_journal *journal, enum ms_table table);

/* Entry INDEX of TABLE, NULL when there is none. The pointer holds until close. Of COUNTERS an
 * entry is one chunk of 64 counters, of STACK_WORDS one word, of STRINGS one byte. */
const void *ms_journal_entry(const struct ms_journal *journal, enum ms_table table, uint64_t index);

/* How many entries lie back to back from INDEX on, itself counted; 0: there is no such entry. */
uint64_t ms_journal_together(const struct ms_journal *journal, enum ms_table table, uint64_t index);

/* The string at OFFSET as the program gave it, not yet checked for UTF-8; NULL for 0 and for what
 * is not a string within the table. */
const char *ms_journal_string(const struct ms_journal *journal, uint64_t offset);

/* The frames of STACK into FRAMES, at most CAPACITY; returns how many there are, 0 for a bad id
 * and where they are not known. */
size_t ms_journal_stack(const struct ms_journal *journal, uint32_t stack, uint64_t *frames,
                        size_t capacity);

/* Whether the process that wrote it still runs (same pid and start time on this host), or did when
 * this copy was made. */
bool ms_journal_alive(const struct ms_journal *journal);

/* A consistent copy of the ticks, oldest first, into a malloc'ed array that the caller frees. */
enum ms_status ms_journal_ticks(const struct ms_journal *journal, struct ms_tick **ticks,
                                size_t *count);

#endif
