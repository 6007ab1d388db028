/* SPDX-License-Identifier: MIT */
/*
 * From a journal to a report. Needs libc alone; names and layouts that are in ELF files come
 * through a resolver. Any thread, one report at a time in each.
 */
#ifndef MS_MODEL_MODEL_H
#define MS_MODEL_MODEL_H

#include "base/status.h"
#include "memscope/report.h"

struct ms_journal;

/* What a report has only when it is wanted. */
#define MS_REPORT_EVENTS 1u

/* Builds the report of JOURNAL with PARTS of these, which need not stay open longer than this call.
 * RESOLVER may be NULL; otherwise it must outlive the report. OUT is freed with ms_report_destroy.
 */
enum ms_status ms_report_new(const struct ms_journal *journal,
                             const struct memscope_resolver *resolver, unsigned parts,
                             struct memscope_report **out);
void ms_report_destroy(struct memscope_report *report);

/* A report of zeros, for others to fill in; what it points to may be taken from *ARENA, which goes
 * with it. NULL when out of memory. */
struct ms_arena;
struct memscope_report *ms_report_new_blank(struct ms_arena **arena);

#endif
