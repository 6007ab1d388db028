/* SPDX-License-Identifier: MIT */
/* Which file the journal is. */
#ifndef MS_HOT_JOURNAL_FILE_H
#define MS_HOT_JOURNAL_FILE_H

#include <stddef.h>

struct ms_identity;

/*
 * The absolute path of this process's journal into PATH: PATTERN expanded, or, when it is empty,
 * the default name in the journal directory, which is made (0700) when it is not there. A file that
 * is in the way is removed; when a running process writes it, the pid becomes part of the name
 * instead. 0, or -errno with PATH naming what it is about. -EPERM: the directory belongs to
 * somebody else.
 */
int ms_journal_file_choose(char *path, size_t size, const char *pattern,
                           const struct ms_identity *identity);

/* The absolute path of the file that tells of GPUs (base/gpu_feed.h), whether or not it is there. 0
 * or -errno. */
int ms_journal_file_gpu_feed(char *path, size_t size);

#endif
