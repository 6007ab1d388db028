/* SPDX-License-Identifier: MIT */
/* write_corpus DIRECTORY: the corpus as files, for libFuzzer. */
#include <stdio.h>
#include <stdlib.h>

#include "../unit/journal_builder.h"
#include "corpus.h"

int main(int argc, char **argv) {
    for (unsigned i = 0; argc == 2 && i < CORPUS_SIZE; i++) {
        char path[4096];
        size_t size;
        uint8_t *data = corpus_make(i, &size);
        snprintf(path, sizeof(path), "%s/%u.mscope", argv[1], i);
        if (!journal_builder_write_bytes(path, data, size)) {
            perror(path);
            return 1;
        }
        free(data);
    }
    return argc != 2;
}
