/* SPDX-License-Identifier: MIT */
/* What `memscope merge` is to merge. */
#ifndef MS_CLI_MERGE_INPUTS_H
#define MS_CLI_MERGE_INPUTS_H

#include <stdbool.h>

#include "cli/words.h"

/* Adds the files that ARGUMENT names: itself, or the journals and exports in it where it is a
 * directory. False after one line. */
bool ms_merge_inputs_add(struct ms_words *files, const char *argument);

/* Adds the paths in the file LIST, one a line; "-" is standard input. False after one line. */
bool ms_merge_inputs_add_list(struct ms_words *files, const char *list);

/* Adds the journals in the journal directory of the process PID, by number or program name, and of
 * all that it and its children have started. False after one line. */
bool ms_merge_inputs_add_tree(struct ms_words *files, const char *pid);

struct ms_merge;
struct ms_shared_symbols;

/* Makes the reports of FILES one after the other, so that memory does not grow with their number,
 * and adds them to MERGE. SKIP: those that cannot be read are left out, after a line each. SYMBOLS
 * is left with those of some of them. An exit status, not MS_CLI_DONE after one line. */
int ms_merge_inputs_read(const struct ms_words *files, bool skip, struct ms_shared_symbols *symbols,
                         struct ms_merge *merge);

#endif
