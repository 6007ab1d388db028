/* SPDX-License-Identifier: MIT */
#include "monitor/parse.h"

#include <string.h>

static bool s_is_digit(char c) {
    return c >= '0' && c <= '9';
}

static const char *s_skip_blanks(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    return at;
}

static size_t s_left(const struct ms_text *text) {
    return (size_t)(text->end - text->at);
}

bool ms_parse_number(struct ms_text *text, uint64_t *value) {
    const char *at = s_skip_blanks(text->at, text->end);
    uint64_t number = 0;
    if (at == text->end || !s_is_digit(*at))
        return false;
    for (; at < text->end && s_is_digit(*at); at++) {
        if (__builtin_mul_overflow(number, (uint64_t)10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(*at - '0'), &number))
            return false;
    }
    text->at = at;
    *value = number;
    return true;
}

bool ms_parse_word(struct ms_text *text, struct ms_text *word) {
    const char *at = s_skip_blanks(text->at, text->end), *start = at;
    while (at < text->end && *at != ' ' && *at != '\t' && *at != '\n')
        at++;
    if (at == start)
        return false;
    *word = (struct ms_text){start, at};
    text->at = at;
    return true;
}

bool ms_parse_skip_words(struct ms_text *text, unsigned count) {
    struct ms_text left = *text, word;
    while (count-- > 0) {
        if (!ms_parse_word(&left, &word))
            return false;
    }
    *text = left;
    return true;
}

bool ms_parse_literal(struct ms_text *text, const char *literal) {
    size_t length = strlen(literal);
    if (s_left(text) < length || memcmp(text->at, literal, length) != 0)
        return false;
    text->at += length;
    return true;
}

bool ms_parse_equals(struct ms_text word, const char *literal) {
    return ms_parse_literal(&word, literal) && word.at == word.end;
}

bool ms_parse_line(struct ms_text *text, struct ms_text *line) {
    if (text->at == text->end)
        return false;
    struct ms_text left = *text;
    if (!ms_parse_until(&left, '\n', line)) {
        *line = left;
        left.at = left.end;
    }
    *text = left;
    return true;
}

bool ms_parse_behind_last(struct ms_text *text, char mark) {
    for (const char *at = text->end; at > text->at; at--) {
        if (at[-1] == mark) {
            text->at = at;
            return true;
        }
    }
    return false;
}

bool ms_parse_until(struct ms_text *text, char mark, struct ms_text *before) {
    for (const char *at = text->at; at < text->end; at++) {
        if (*at == mark) {
            *before = (struct ms_text){text->at, at};
            text->at = at + 1;
            return true;
        }
    }
    return false;
}

/* FNV-1a; a byte that is in no name ends one. */
uint64_t ms_parse_hash(uint64_t hash, struct ms_text name) {
    for (const char *at = name.at; at < name.end; at++)
        hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
    return (hash ^ '\n') * UINT64_C(1099511628211);
}

bool ms_parse_put(char *to, size_t size, size_t *used, const char *part, size_t length) {
    if (*used >= size || length >= size - *used)
        return false;
    memcpy(to + *used, part, length);
    *used += length;
    to[*used] = 0;
    return true;
}
