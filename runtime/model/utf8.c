/* SPDX-License-Identifier: MIT */
#include "model/utf8.h"

#include <stdbool.h>
#include <string.h>

#define REPLACEMENT      "\xef\xbf\xbd" /* U+FFFD */
#define REPLACEMENT_SIZE 3

/* The sequence at TEXT: its length if it is whole; *WHOLE is false for a broken one, whose maximal
 * well-formed beginning (at least one byte) is the result then. LENGTH is at least 1. */
static size_t s_sequence(const unsigned char *text, size_t length, bool *whole) {
    unsigned char first = text[0];
    unsigned char low = 0x80; /* what the second byte may be */
    unsigned char high = 0xbf;
    size_t wanted;
    *whole = true;
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        wanted = 2;
    else if (first >= 0xe0 && first <= 0xef)
        wanted = 3;
    else if (first >= 0xf0 && first <= 0xf4)
        wanted = 4;
    else
        wanted = 0;
    if (first == 0xe0)
        low = 0xa0;
    else if (first == 0xed)
        high = 0x9f;
    else if (first == 0xf0)
        low = 0x90;
    else if (first == 0xf4)
        high = 0x8f;
    size_t got = 1;
    while (got < wanted && got < length && text[got] >= low && text[got] <= high) {
        low = 0x80;
        high = 0xbf;
        got++;
    }
    *whole = got == wanted;
    return got;
}

size_t ms_utf8_valid(const char *text, size_t length) {
    size_t at = 0;
    while (at < length) {
        bool whole;
        size_t size = s_sequence((const unsigned char *)text + at, length - at, &whole);
        if (!whole)
            break;
        at += size;
    }
    return at;
}

const char *ms_utf8_clean(struct ms_arena *arena, const char *text) {
    if (text == NULL)
        return NULL;
    size_t length = strlen(text);
    size_t at = ms_utf8_valid(text, length);
    if (at == length)
        return text;
    char *clean = ms_arena_array(arena, length + 1, REPLACEMENT_SIZE);
    if (clean == NULL)
        return NULL;
    memcpy(clean, text, at);
    size_t end = at;
    while (at < length) {
        bool whole;
        size_t size = s_sequence((const unsigned char *)text + at, length - at, &whole);
        memcpy(clean + end, whole ? text + at : REPLACEMENT, whole ? size : REPLACEMENT_SIZE);
        end += whole ? size : REPLACEMENT_SIZE;
        at += size;
    }
    return clean;
}
