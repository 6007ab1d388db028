/* SPDX-License-Identifier: MIT */
/* Programs with debug information in several forms, for fuzz_symbols. */
#include <stdio.h>
#include <stdlib.h>

#include "corpus.h"

static const char *const s_subjects[] = {SYMBOLS_SUBJECTS};

uint8_t *corpus_make(unsigned number, size_t *size) {
    static const size_t s_limit = 1 << 20;
    const char *path = s_subjects[number % (sizeof(s_subjects) / sizeof(s_subjects[0]))];
    FILE *file = fopen(path, "re");
    uint8_t *data = malloc(s_limit);
    if (file == NULL || data == NULL) {
        perror(path);
        exit(2);
    }
    *size = fread(data, 1, s_limit, file);
    fclose(file);
    return data;
}
