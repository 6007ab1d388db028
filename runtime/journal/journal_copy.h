/* SPDX-License-Identifier: MIT */
/*
 * A copy of a journal: a file that every reader takes for the journal at that moment, also when the
 * process has gone on or ended. The process is not asked, and need not stand still: what it changes
 * meanwhile is in the copy as it was before or behind, each record whole.
 */
#ifndef MS_JOURNAL_JOURNAL_COPY_H
#define MS_JOURNAL_JOURNAL_COPY_H

#include "base/status.h"

/* Copies the journal PATH to FD, an empty file that is open for writing; its header is written
 * last. What ms_journal_open says of PATH, MS_NO_MEMORY, or MS_IO with errno: FD cannot be written.
 */
enum ms_status ms_journal_copy(const char *path, int fd);

#endif
