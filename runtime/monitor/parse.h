/* SPDX-License-Identifier: MIT */
/*
 * Reading the kernel's text files with a bounded cursor: nothing of libc but memcmp and strlen, so
 * that it works in the helper thread. A function that returns false leaves the cursor where it is
 * and its results unset.
 */
#ifndef MS_MONITOR_PARSE_H
#define MS_MONITOR_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ms_text {
    const char *at;
    const char *end;
};

static inline struct ms_text ms_parse_text(const char *bytes, size_t size) {
    return (struct ms_text){bytes, bytes + size};
}

/* Blanks are spaces and tabs; words lie between blanks, newlines and the end. */

/* A decimal number behind blanks. False: there is none, or it does not fit. */
bool ms_parse_number(struct ms_text *text, uint64_t *value);
bool ms_parse_word(struct ms_text *text, struct ms_text *word);
bool ms_parse_skip_words(struct ms_text *text, unsigned count);

/* Exactly LITERAL, at the cursor. */
bool ms_parse_literal(struct ms_text *text, const char *literal);
bool ms_parse_equals(struct ms_text word, const char *literal);

/* The next line without its newline. False: the end. */
bool ms_parse_line(struct ms_text *text, struct ms_text *line);

/* Everything behind the last MARK. */
bool ms_parse_behind_last(struct ms_text *text, char mark);
/* Everything up to the first MARK; the cursor is behind the mark. */
bool ms_parse_until(struct ms_text *text, char mark, struct ms_text *before);

/* HASH and NAME made one number: the names of a list, one after the other, tell whether it is the
 * same list as before. */
uint64_t ms_parse_hash(uint64_t hash, struct ms_text name);

/* Writes the LENGTH bytes of PART and a NUL to TO at *USED. False: they do not fit. */
bool ms_parse_put(char *to, size_t size, size_t *used, const char *part, size_t length);

#endif
