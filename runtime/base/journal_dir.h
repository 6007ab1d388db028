/* SPDX-License-Identifier: MIT */
/*
 * Where journals lie and what they are called; the measured process and the readers must agree.
 * Does not allocate, print or touch errno. Any thread.
 */
#ifndef MS_BASE_JOURNAL_DIR_H
#define MS_BASE_JOURNAL_DIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The name of a journal in the journal directory when `out` is not set. */
#define MS_JOURNAL_DIR_PATTERN   "%e.%p.mscope"
#define MS_JOURNAL_DIR_EXTENSION ".mscope"

/* $MEMSCOPE_DIR, else $XDG_RUNTIME_DIR/memscope, else /tmp/memscope-UID, into PATH. Variables that
 * are empty, or that a process with raised rights must not trust, count as not set. False: it does
 * not fit. */
bool ms_journal_dir_path(char *path, size_t size, uint32_t uid);

/* PATTERN with %e the name of PROGRAM (what follows its last slash), %p PID, %h HOST and %% a
 * percent sign. A slash in a host name becomes '_'. False: it does not fit, or has another letter
 * behind a percent sign. */
bool ms_journal_dir_expand(char *out, size_t size, const char *pattern, const char *program,
                           uint32_t pid, const char *host);

#endif
