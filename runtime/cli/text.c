/* SPDX-License-Identifier: MIT */
#include "cli/text.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include "cli/cli.h"
#include "cli/terminal.h"
#include "memscope/report.h"

static char *s_unknown(void) {
    return ms_cli_copy("-");
}

char *ms_text_bytes(uint64_t bytes) {
    static const char *const s_units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes == MEMSCOPE_UNKNOWN)
        return s_unknown();
    if (bytes < 1024)
        return ms_cli_format("%" PRIu64 " B", bytes);
    double value = (double)bytes;
    size_t unit = 0;
    /* 1023.5 would be shown as "1024" of the smaller unit. */
    for (; value >= 1023.5 && unit + 1 < sizeof(s_units) / sizeof(s_units[0]); unit++)
        value /= 1024;
    int digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return ms_cli_format("%.*f %s", digits, value, s_units[unit]);
}

/* DIGITS with a comma between thousands; what follows the digits stays. */
static char *s_group(char *digits) {
    size_t whole = strspn(digits, "0123456789");
    char *out = ms_cli_alloc(strlen(digits) * 2 + 1), *next = out;
    for (size_t i = 0; i < whole; i++) {
        if (i != 0 && (whole - i) % 3 == 0)
            *next++ = ',';
        *next++ = digits[i];
    }
    strcpy(next, digits + whole);
    return out;
}

char *ms_text_count(uint64_t count) {
    char digits[24];
    if (count == MEMSCOPE_UNKNOWN)
        return s_unknown();
    snprintf(digits, sizeof(digits), "%" PRIu64, count);
    return s_group(digits);
}

char *ms_text_plain(uint64_t number) {
    return number == MEMSCOPE_UNKNOWN ? s_unknown() : ms_cli_format("%" PRIu64, number);
}

char *ms_text_change(int64_t change, bool bytes) {
    if (change == 0)
        return ms_cli_copy("0");
    uint64_t amount = change < 0 ? -(uint64_t)change : (uint64_t)change;
    char *text = bytes ? ms_text_bytes(amount) : ms_text_count(amount);
    char *signed_text = ms_cli_format("%c%s", change < 0 ? '-' : '+', text);
    free(text);
    return signed_text;
}

char *ms_text_percent(double percent) {
    return isfinite(percent) ? ms_cli_format("%.1f %%", percent) : s_unknown();
}

char *ms_text_real(double value) {
    char digits[64];
    if (!isfinite(value) || value < 0 || value > 1e18)
        return s_unknown();
    snprintf(digits, sizeof(digits), "%.*f", value < 10 ? 1 : 0, value);
    return s_group(digits);
}

char *ms_text_duration(uint64_t ns) {
    if (ns == MEMSCOPE_UNKNOWN)
        return s_unknown();
    if (ns == 0)
        return ms_cli_copy("0 s");
    if (ns < 10000)
        return ms_cli_copy("under 0.01 ms");
    double seconds = (double)ns / 1e9;
    uint64_t whole = ns / UINT64_C(1000000000);
    if (ns < UINT64_C(1000000000))
        return ms_cli_format("%.*f ms", ns < 10000000 ? 2 : 0, (double)ns / 1e6);
    if (whole < 60)
        return ms_cli_format("%.*f s", whole < 10 ? 2 : 1, seconds);
    if (whole < 3600)
        return ms_cli_format("%" PRIu64 " min %" PRIu64 " s", whole / 60, whole % 60);
    if (whole < 86400)
        return ms_cli_format("%" PRIu64 " h %" PRIu64 " min", whole / 3600, whole / 60 % 60);
    return ms_cli_format("%" PRIu64 " d %" PRIu64 " h", whole / 86400, whole / 3600 % 24);
}

char *ms_text_time(uint64_t ns_since_epoch) {
    char text[64];
    struct tm parts;
    time_t seconds = (time_t)(ns_since_epoch / UINT64_C(1000000000));
    if (ns_since_epoch == MEMSCOPE_UNKNOWN || localtime_r(&seconds, &parts) == NULL ||
        strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts) == 0)
        return s_unknown();
    return ms_cli_copy(text);
}

char *ms_text_bar(double share, size_t width, bool utf8) {
    /* Eighths of a character cell, U+2588 (full) to U+258F. */
    static const char *const s_eighths[] = {"",       "\u258f", "\u258e", "\u258d",
                                            "\u258c", "\u258b", "\u258a", "\u2589"};
    if (!(share > 0))
        share = 0;
    if (share > 1)
        share = 1;
    char *bar = ms_cli_alloc(width * 4 + 4), *out = bar;
    size_t eighths = (size_t)(share * (double)width * 8 + 0.5);
    if (share > 0 && eighths == 0)
        eighths = 1;
    size_t used = eighths / 8;
    if (utf8) {
        for (size_t i = 0; i < used; i++)
            out = stpcpy(out, "\u2588");
        out = stpcpy(out, s_eighths[eighths % 8]);
        used += eighths % 8 != 0;
    } else {
        used += eighths % 8 >= 4 || (share > 0 && used == 0);
        memset(out, '#', used);
        out += used;
    }
    memset(out, ' ', width - used);
    out[width - used] = '\0';
    return bar;
}

/* One character of TEXT: its bytes, and its columns in WIDTH. Bytes that are none in the locale
 * count one each, as a terminal shows them. */
static size_t s_character(const char *text, wchar_t *character, size_t *width) {
    mbstate_t state = {0};
    size_t bytes = mbrtowc(character, text, strnlen(text, MB_LEN_MAX), &state);
    if (bytes == 0 || bytes > MB_LEN_MAX) {
        *character = L'?';
        *width = 1;
        return 1;
    }
    int columns = wcwidth(*character);
    *width = columns > 0 ? (size_t)columns : 0;
    return bytes;
}

static bool s_is_harmful(wchar_t character) {
    return character < 0x20 || (character >= 0x7f && character < 0xa0) || character == 0x200e ||
           character == 0x200f || (character >= 0x2028 && character <= 0x202e) ||
           (character >= 0x2066 && character <= 0x2069) || character == 0x061c;
}

char *ms_text_clean(const char *text) {
    if (text == NULL)
        return s_unknown();
    char *clean = ms_cli_alloc(strlen(text) + 1), *out = clean;
    while (*text != '\0') {
        wchar_t character;
        size_t width, bytes = s_character(text, &character, &width);
        if (s_is_harmful(character)) {
            *out++ = '?';
        } else {
            memcpy(out, text, bytes);
            out += bytes;
        }
        text += bytes;
    }
    *out = '\0';
    return clean;
}

size_t ms_text_width(const char *text) {
    size_t total = 0;
    while (*text != '\0') {
        wchar_t character;
        size_t width;
        text += s_character(text, &character, &width);
        total += width;
    }
    return total;
}

/* Bytes at the start of TEXT that take at most WIDTH columns. */
static size_t s_prefix(const char *text, size_t width) {
    size_t total = 0, length = 0;
    while (text[length] != '\0') {
        wchar_t character;
        size_t columns, bytes = s_character(text + length, &character, &columns);
        if (total + columns > width)
            break;
        total += columns;
        length += bytes;
    }
    return length;
}

char *ms_text_cut(const char *text, size_t width, bool at_start) {
    size_t whole = ms_text_width(text);
    if (whole <= width)
        return ms_cli_copy(text);
    const char *ellipsis = ms_terminal_get()->utf8 ? "\u2026" : "~";
    if (width <= 1)
        return ms_cli_copy(width == 1 ? ellipsis : "");
    if (!at_start)
        return ms_cli_format("%.*s%s", (int)s_prefix(text, width - 1), text, ellipsis);
    const char *rest = text;
    while (ms_text_width(rest) > width - 1) {
        wchar_t character;
        size_t columns;
        rest += s_character(rest, &character, &columns);
    }
    return ms_cli_format("%s%s", ellipsis, rest);
}
