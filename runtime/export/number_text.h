/* SPDX-License-Identifier: MIT */
/* Numbers as JSON text, whatever locale the process or the thread has. Any thread. */
#ifndef MS_EXPORT_NUMBER_TEXT_H
#define MS_EXPORT_NUMBER_TEXT_H

#include <stddef.h>

#define MS_NUMBER_TEXT_BYTES 40u

/* The shortest decimal text that reads back as VALUE, which is finite; always with a point or an
 * exponent, so that it reads back as a real. Returns its length. */
size_t ms_number_text_real(char text[MS_NUMBER_TEXT_BYTES], double value);

#endif
