/* SPDX-License-Identifier: MIT */
#include "scanner.h"

static bool starts_identifier(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

void scanner_init(struct scanner *scanner, const char *text, size_t size) {
    *scanner = (struct scanner){
        .begin = text, .at = text, .end = text + size, .line = 1, .line_start = true};
}

/* Steps over one character and keeps track of lines; a backslash before the line's end continues a
 * directive. */
static void step(struct scanner *s) {
    if (*s->at == '\n') {
        bool continued = s->at > s->begin && s->at[-1] == '\\';
        s->line++;
        s->in_directive = s->in_directive && continued;
        s->line_start = true;
    } else if (s->line_start && *s->at == '#') {
        s->in_directive = true;
        s->line_start = false;
    } else if (*s->at != ' ' && *s->at != '\t') {
        s->line_start = false;
    }
    s->at++;
}

static void skip_block_comment(struct scanner *s) {
    s->at += 2;
    while (s->at < s->end) {
        if (*s->at == '*' && s->end - s->at > 1 && s->at[1] == '/') {
            s->at += 2;
            return;
        }
        step(s);
    }
}

static void skip_line_comment(struct scanner *s) {
    while (s->at < s->end && *s->at != '\n')
        s->at++;
}

/* A literal ends at its quote, or at the end of the line where the quote was an apostrophe in text.
 */
static void skip_literal(struct scanner *s) {
    char quote = *s->at++;
    while (s->at < s->end && *s->at != quote && *s->at != '\n') {
        if (*s->at == '\\' && s->end - s->at > 1 && s->at[1] != '\n')
            s->at++;
        s->at++;
    }
    if (s->at < s->end && *s->at == quote)
        s->at++;
}

static void skip_number(struct scanner *s) {
    while (s->at < s->end && (starts_identifier(*s->at) || is_digit(*s->at) || *s->at == '.'))
        s->at++;
}

bool scanner_next(struct scanner *s, struct identifier *out) {
    while (s->at < s->end) {
        char c = *s->at;
        char next = s->end - s->at > 1 ? s->at[1] : '\0';
        if (starts_identifier(c)) {
            const char *start = s->at;
            while (s->at < s->end && (starts_identifier(*s->at) || is_digit(*s->at)))
                s->at++;
            s->line_start = false;
            *out = (struct identifier){.text = start,
                                       .length = (size_t)(s->at - start),
                                       .offset = (size_t)(start - s->begin),
                                       .line = s->line,
                                       .in_directive = s->in_directive};
            return true;
        }
        if (c == '/' && next == '*')
            skip_block_comment(s);
        else if (c == '/' && next == '/')
            skip_line_comment(s);
        else if (c == '"' || c == '\'')
            skip_literal(s);
        else if (is_digit(c))
            skip_number(s);
        else
            step(s);
    }
    return false;
}
