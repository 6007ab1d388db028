/* SPDX-License-Identifier: MIT */
/* libFuzzer's names for a target, see https://llvm.org/docs/LibFuzzer.html. */
#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

/* Ends the program when something is wrong. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Changes DATA, SIZE bytes in a buffer of CAPACITY, by the random numbers of SEED; its new size. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed);

#endif
