/* SPDX-License-Identifier: MIT */
#include "export/number_text.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* printf and strtod follow the locale of the thread (decimal comma); "C" is a constant object in
 * the C library, and uselocale() touches this thread alone. */
size_t ms_number_text_real(char text[MS_NUMBER_TEXT_BYTES], double value) {
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t old_locale = uselocale(c_locale);
    if (fabs(value) < 1e15 && value == floor(value)) {
        snprintf(text, MS_NUMBER_TEXT_BYTES, "%.1f", value); /* 100.0, where %g has 1e+02 */
    } else {
        /* 17 significant digits tell any two doubles apart; most need fewer. */
        for (int digits = 1; digits <= 17; digits++) {
            snprintf(text, MS_NUMBER_TEXT_BYTES, "%.*g", digits, value);
            if (strtod(text, NULL) == value) {
                break;
            }
        }
    }
    uselocale(old_locale);
    freelocale(c_locale);
    if (strpbrk(text, ".e") == NULL) {
        strcat(text, ".0");
    }
    return strlen(text);
}
