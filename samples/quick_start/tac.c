/* SPDX-License-Identifier: MIT */
/* tac: the lines of standard input, last line first. Nothing here knows of memscope. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct line {
    size_t length;
    char *text;
};

struct lines {
    struct line *all;
    size_t count, capacity;
};

static void *or_end(void *block) {
    if (block == NULL) {
        fputs("tac: out of memory\n", stderr);
        exit(2);
    }
    return block;
}

static void add(struct lines *lines, const char *text, size_t length) {
    if (lines->count == lines->capacity) {
        lines->capacity = lines->capacity == 0 ? 16 : 2 * lines->capacity;
        lines->all = or_end(realloc(lines->all, lines->capacity * sizeof(*lines->all)));
    }
    struct line *line = &lines->all[lines->count++];
    line->text = or_end(malloc(length));
    line->length = length;
    memcpy(line->text, text, length);
}

static void read_lines(struct lines *lines, FILE *file) {
    char *buffer = NULL;
    size_t size = 0;
    for (ssize_t length; (length = getline(&buffer, &size, file)) > 0;)
        add(lines, buffer, (size_t)length);
    free(buffer);
}

int main(void) {
    struct lines lines = {0};
    read_lines(&lines, stdin);
    for (size_t i = lines.count; i-- > 0;) {
        fwrite(lines.all[i].text, 1, lines.all[i].length, stdout);
        free(lines.all[i].text);
    }
    free(lines.all);
    return ferror(stdin) || fflush(stdout) != 0 ? 1 : 0;
}
