/* SPDX-License-Identifier: MIT */
/* Manual pages, as man(7) has them, of the day DATE. What cannot be written is seen in
 * ferror(FILE). */
#ifndef MS_MANUAL_MAN_PAGE_H
#define MS_MANUAL_MAN_PAGE_H

#include <stdio.h>

#include "cli/cli.h"

/* memscope.1 and memscope-NAME.1. */
void ms_man_program(FILE *file, const char *date);
void ms_man_command(FILE *file, const char *date, const struct ms_command *command);

/* memscope.7: COMPILING, which is in man(7) already, and the options of a run. */
void ms_man_options(FILE *file, const char *date, const char *compiling);

#endif
