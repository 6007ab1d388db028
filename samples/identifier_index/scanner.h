/* SPDX-License-Identifier: MIT */
/* Cuts C source into identifiers. Comments, literals and numbers are passed over. */
#ifndef SCANNER_H
#define SCANNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scanner {
    const char *begin;
    const char *at;
    const char *end;
    uint32_t line;     /* 1-based, of `at` */
    bool in_directive; /* `at` is on a preprocessor line */
    bool line_start;   /* only white space so far on this line */
};

struct identifier {
    const char *text; /* in the scanned text, not NUL-terminated */
    size_t length;
    size_t offset;
    uint32_t line;
    bool in_directive;
};

void scanner_init(struct scanner *scanner, const char *text, size_t size);

/* The next identifier into OUT; false at the end of the text. */
bool scanner_next(struct scanner *scanner, struct identifier *out);

#endif
