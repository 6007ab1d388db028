/* SPDX-License-Identifier: MIT */
/* What shells complete of a command line of `memscope`: commands, options, values of options where
 * there is a list of them, files, and journals that `memscope list` shows. What cannot be written
 * is seen in ferror(FILE). They return false after one line when a help is wrong (help_text.h). */
#ifndef MS_MANUAL_COMPLETIONS_H
#define MS_MANUAL_COMPLETIONS_H

#include <stdbool.h>
#include <stdio.h>

bool ms_completions_bash(FILE *file);
bool ms_completions_zsh(FILE *file);
bool ms_completions_fish(FILE *file);

#endif
