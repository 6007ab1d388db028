/* SPDX-License-Identifier: MIT */
/* A report that can be given to others: without what it tells of the machine. */
#ifndef MS_EXPORT_REPORT_REDACT_H
#define MS_EXPORT_REPORT_REDACT_H

#include "memscope/report.h"

/* Takes out of REPORT the command line and the host, and the directories of every path (places in
 * the source, modules, the program), also in notes. Changes the structs that REPORT points to,
 * which the caller must own. Returns what the notes are in now, for ms_report_redact_free after
 * REPORT is no longer used; NULL: no memory, and REPORT is as it was. */
char **ms_report_redact(struct memscope_report *report);
void ms_report_redact_free(char **notes);

#endif
