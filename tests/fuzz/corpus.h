/* SPDX-License-Identifier: MIT */
/* Sound inputs of a target to start from: corpus_journals.c, corpus_exports.c. */
#ifndef CORPUS_H
#define CORPUS_H

#include <stddef.h>
#include <stdint.h>

/* How many different inputs there are. */
#define CORPUS_SIZE 4u

/* Input NUMBER % CORPUS_SIZE; malloc'ed. Never fails. */
uint8_t *corpus_make(unsigned number, size_t *size);

#endif
