/* SPDX-License-Identifier: MIT */
/*
 * One report out of many: of the processes of a fork tree, of the ranks of a job, of many hosts.
 * Each report is added and may then be destroyed; what is kept grows with what differs between them
 * (places, types, stacks, threads) and not with their number, but for a row for each process.
 *
 * Rows that mean the same are added up: places by kind, file, line, column, function, variable and
 * type, so also those of different builds; stacks by their frames; threads and processes are kept
 * apart. How each field is merged is in merge_rules.def.
 *
 * Peaks: that of the heap is the largest sum of live bytes at one moment of the common timeline,
 * which goes by the wall clock. Peaks of rows have no timeline: a merged one is their sum, but not
 * more than the largest times the number of processes that ran at once; the true peak is not
 * higher.
 *
 * Not thread-safe.
 */
#ifndef MS_COMPARE_MERGE_H
#define MS_COMPARE_MERGE_H

#include "base/status.h"
#include "memscope/report.h"

struct ms_merge;

/* NULL: out of memory. */
struct ms_merge *ms_merge_new(void);
void ms_merge_destroy(struct ms_merge *merge);

/* Adds REPORT, of one process or merged itself. MS_OK or MS_NO_MEMORY, after which nothing more can
 * be done with MERGE. */
enum ms_status ms_merge_add(struct ms_merge *merge, const struct memscope_report *report);

/* One line more for people in the merged report. */
enum ms_status ms_merge_note(struct ms_merge *merge, const char *line);

/* The merged report, which goes with MERGE; nothing can be added after that. MS_OK or MS_NO_MEMORY.
 */
enum ms_status ms_merge_finish(struct ms_merge *merge, const struct memscope_report **out);

/* How a field of a report's rows is merged: "sites", "total_bytes" -> its rule's name; NULL: nobody
 * has said. For tests: every field of every section should have one. */
const char *ms_merge_rule_of(const char *section, const char *key);

#endif
