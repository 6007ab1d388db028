/* SPDX-License-Identifier: MIT */
/* Sound journals to start from. */
#ifndef CORPUS_H
#define CORPUS_H

#include <stddef.h>
#include <stdint.h>

/* How many different journals there are. */
#define CORPUS_SIZE 4u

/* Journal NUMBER % CORPUS_SIZE; malloc'ed. Never fails. */
uint8_t *corpus_make(unsigned number, size_t *size);

/* The bytes of a file; malloc'ed, NULL: errno tells. */
uint8_t *corpus_read(const char *path, size_t *size);

#endif
