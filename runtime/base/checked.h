/* SPDX-License-Identifier: MIT */
/* Arithmetic that tells when it does not fit. Each returns true when the result is right. */
#ifndef MS_BASE_CHECKED_H
#define MS_BASE_CHECKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool ms_checked_add(uint64_t a, uint64_t b, uint64_t *out) {
    return !__builtin_add_overflow(a, b, out);
}

static inline bool ms_checked_mul(uint64_t a, uint64_t b, uint64_t *out) {
    return !__builtin_mul_overflow(a, b, out);
}

/* True when OFFSET..OFFSET+LENGTH lies within 0..LIMIT. */
static inline bool ms_checked_range(uint64_t offset, uint64_t length, uint64_t limit) {
    return offset <= limit && length <= limit - offset;
}

#endif
