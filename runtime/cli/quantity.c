/* SPDX-License-Identifier: MIT */
#include "cli/quantity.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Digits with a point at most; what follows them is in REST. strtod alone would take "inf", hex and
 * signs too. */
static bool s_number(const char *text, double *number, const char **rest) {
    char *end;
    if (text[0] < '0' || text[0] > '9' || strspn(text, "0123456789") == 0 ||
        (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')))
        return false;
    size_t length = strspn(text, "0123456789.");
    *number = strtod(text, &end);
    *rest = end;
    return end == text + length && isfinite(*number);
}

/* The factor of UNIT; 0: there is no such. */
static double s_factor(const char *unit) {
    static const char s_letters[] = "kmgt";
    if (unit[0] == '\0' || strcasecmp(unit, "b") == 0)
        return 1;
    const char *letter = strchr(s_letters, unit[0] | 0x20);
    if (letter == NULL || *letter == '\0')
        return 0;
    int power = (int)(letter - s_letters) + 1;
    if (unit[1] == '\0' || strcasecmp(unit + 1, "ib") == 0)
        return ldexp(1, 10 * power);
    return strcasecmp(unit + 1, "b") == 0 ? pow(1000, power) : 0;
}

bool ms_quantity_bytes(const char *text, uint64_t *bytes) {
    double number;
    const char *unit;
    if (ms_quantity_count(text, bytes))
        return true;
    if (!s_number(text, &number, &unit))
        return false;
    unit += strspn(unit, " ");
    number *= s_factor(unit);
    if (s_factor(unit) == 0 || number >= 0x1p63)
        return false;
    *bytes = (uint64_t)(number + 0.5);
    return true;
}

bool ms_quantity_percent(const char *text, double *percent) {
    const char *sign;
    if (!s_number(text, percent, &sign))
        return false;
    sign += strspn(sign, " ");
    return strcmp(sign, "%") == 0;
}

bool ms_quantity_count(const char *text, uint64_t *count) {
    if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
        return false;
    errno = 0;
    unsigned long long number = strtoull(text, NULL, 10);
    if (errno != 0 || number > INT64_MAX)
        return false;
    *count = number;
    return true;
}
