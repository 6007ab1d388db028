/* SPDX-License-Identifier: MIT */
#include "symbols/type_name.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

static const char *const s_qualifiers[] = {"const", "volatile", "restrict", "__restrict",
                                           "_Atomic"};
#define QUALIFIERS (sizeof(s_qualifiers) / sizeof(s_qualifiers[0]))

static bool s_is_word(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

/* Cuts spaces and qualifiers off the end of TEXT; returns its new length. */
static size_t s_trim_end(const char *text, size_t length) {
    for (;;) {
        while (length > 0 && isspace((unsigned char)text[length - 1]))
            length--;
        size_t i = 0;
        for (; i < QUALIFIERS; i++) {
            size_t size = strlen(s_qualifiers[i]);
            if (length > size && memcmp(text + length - size, s_qualifiers[i], size) == 0 &&
                !s_is_word(text[length - size - 1])) {
                length -= size;
                break;
            }
        }
        if (i == QUALIFIERS)
            return length;
    }
}

/* Skips WORD and the spaces behind it. */
static bool s_skip_word(const char **text, const char *word) {
    size_t size = strlen(word);
    if (strncmp(*text, word, size) != 0 || s_is_word((*text)[size]))
        return false;
    for (*text += size; isspace((unsigned char)**text); ++*text) {
    }
    return true;
}

static const char *s_trim_start(const char *text) {
    while (isspace((unsigned char)*text))
        text++;
    for (size_t i = 0; i < QUALIFIERS; i++) {
        if (s_skip_word(&text, s_qualifiers[i]))
            i = (size_t)-1;
    }
    return text;
}

/* Multiplies COUNT by the number at TEXT, up to ']'. "[]" is an array of no elements. */
static bool s_take_dimension(const char *text, uint64_t *count) {
    uint64_t number = 0;
    for (; *text != ']'; text++) {
        if (!isdigit((unsigned char)*text) || !ms_checked_mul(number, 10, &number) ||
            !ms_checked_add(number, (uint64_t)(*text - '0'), &number))
            return false;
    }
    return ms_checked_mul(*count, number, count);
}

/* "(*": where a pointer to an array or function is, but not in the arguments of a template. */
static const char *s_find_declarator(const char *text) {
    int depth = 0;
    for (; *text != 0; text++) {
        if (*text == '<')
            depth++;
        else if (*text == '>')
            depth--;
        else if (depth == 0 && text[0] == '(' && text[1] == '*')
            return text;
    }
    return NULL;
}

/* TEXT is "(*...)": a pointer, or "(*[4])": an array of them. */
static bool s_parse_declarator(const char *text, struct ms_type_query *out) {
    out->pointer = true;
    for (text += 2; *text == '*'; text++) {
    }
    text = s_trim_start(text);
    while (*text == '[') {
        if (strchr(text, ']') == NULL || !s_take_dimension(text + 1, &out->count))
            return false;
        text = strchr(text, ']') + 1;
    }
    return *text == ')';
}

bool ms_type_name_parse(const char *spelling, struct ms_type_query *out) {
    *out = (struct ms_type_query){.count = 1};
    spelling = s_trim_start(spelling);
    const char *declarator = s_find_declarator(spelling);
    if (declarator == spelling)
        return false;
    if (declarator != NULL)
        return s_parse_declarator(declarator, out);
    if (*spelling == '*') {
        out->pointee = true;
        spelling = s_trim_start(spelling + 1);
    }
    size_t length = s_trim_end(spelling, strlen(spelling));
    while (length > 0 && spelling[length - 1] == ']') {
        size_t open = length - 1;
        while (open > 0 && spelling[open] != '[')
            open--;
        if (spelling[open] != '[' || !s_take_dimension(spelling + open + 1, &out->count))
            return false;
        length = s_trim_end(spelling, open);
    }
    if (length == 0 || length >= sizeof(out->name) || spelling[length - 1] == ')')
        return false;
    if (spelling[length - 1] == '*' || spelling[length - 1] == '&') {
        out->pointer = true;
        return !out->pointee;
    }
    const char *end = spelling + length;
    if (s_skip_word(&spelling, "struct") || s_skip_word(&spelling, "class"))
        out->kind = MS_TYPE_STRUCT;
    else if (s_skip_word(&spelling, "union"))
        out->kind = MS_TYPE_UNION;
    else if (s_skip_word(&spelling, "enum"))
        out->kind = MS_TYPE_ENUM;
    if (spelling >= end)
        return false;
    memcpy(out->name, spelling, (size_t)(end - spelling));
    out->name[end - spelling] = 0;
    return true;
}

/* The words of an integer type in any order. Source: C11 6.7.2. */
struct s_words {
    int is_signed, is_unsigned, shorts, longs, ints, chars, doubles, others;
};

static struct s_words s_count_words(const char *name) {
    struct s_words words = {0};
    const struct {
        const char *word;
        int *count;
    } known[] = {
        {"signed", &words.is_signed}, {"unsigned", &words.is_unsigned},
        {"short", &words.shorts},     {"long", &words.longs},
        {"int", &words.ints},         {"char", &words.chars},
        {"double", &words.doubles},
    };
    while (*name != 0) {
        size_t i = 0;
        while (i < sizeof(known) / sizeof(known[0]) && !s_skip_word(&name, known[i].word))
            i++;
        if (i == sizeof(known) / sizeof(known[0])) {
            words.others++;
            break;
        }
        ++*known[i].count;
    }
    return words;
}

const char *ms_type_name_of_base(const char *name) {
    static const char *const s_integers[][2] = {
        {"short", "unsigned short"},
        {"int", "unsigned int"},
        {"long", "unsigned long"},
        {"long long", "unsigned long long"},
    };
    struct s_words words = s_count_words(name);
    if (words.others != 0 || words.is_signed + words.is_unsigned > 1 || words.ints > 1 ||
        words.shorts > 1 || words.longs > 2)
        return name;
    int sizes = words.shorts + words.longs;
    if (words.doubles == 1 && words.shorts + words.ints + words.chars == 0)
        return words.is_signed + words.is_unsigned == 0 && words.longs == 1 ? "long double" : name;
    if (words.doubles != 0 || (words.shorts != 0 && words.longs != 0))
        return name;
    if (words.chars != 0)
        return words.chars > 1 || sizes + words.ints != 0 ? name
               : words.is_unsigned                        ? "unsigned char"
               : words.is_signed                          ? "signed char"
                                                          : "char";
    if (sizes + words.ints + words.is_signed + words.is_unsigned == 0)
        return name;
    return s_integers[words.shorts ? 0 : 1 + words.longs][words.is_unsigned];
}
