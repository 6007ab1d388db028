/* SPDX-License-Identifier: MIT */
/* Numbers as text without stdio. */
#ifndef MS_BASE_DECIMAL_H
#define MS_BASE_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

#define MS_DECIMAL_SIZE 11 /* of the largest number, with its NUL */

/* NUMBER in decimal digits at TEXT, which has room for MS_DECIMAL_SIZE bytes. */
static inline void ms_decimal_write(char *text, uint32_t number) {
    char digits[MS_DECIMAL_SIZE];
    size_t count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    while (count != 0)
        *text++ = digits[--count];
    *text = 0;
}

#endif
