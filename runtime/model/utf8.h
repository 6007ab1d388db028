/* SPDX-License-Identifier: MIT */
/* Valid UTF-8 out of any bytes. */
#ifndef MS_MODEL_UTF8_H
#define MS_MODEL_UTF8_H

#include <stddef.h>

#include "model/arena.h"

/* How many bytes at the start of TEXT (LENGTH bytes) are valid UTF-8: no surrogates, no overlong
 * forms, nothing over U+10FFFF (Unicode 15, table 3-7). */
size_t ms_utf8_valid(const char *text, size_t length);

/* TEXT itself if it is valid, else a copy in ARENA where each maximal part of a broken sequence is
 * U+FFFD. NULL when out of memory, and for NULL. */
const char *ms_utf8_clean(struct ms_arena *arena, const char *text);

#endif
