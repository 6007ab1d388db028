/* SPDX-License-Identifier: MIT */
/* Numbers of a section of a file that is not trusted, one behind another. */
#ifndef MS_SYMBOLS_BYTE_CURSOR_H
#define MS_SYMBOLS_BYTE_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/checked.h"

struct ms_cursor {
    const unsigned char *bytes;
    uint64_t at, size;
    bool big_endian;
    bool failed; /* sticky: beyond the end */
};

static inline bool ms_cursor_skip(struct ms_cursor *cursor, uint64_t count) {
    if (cursor->failed || !ms_checked_range(cursor->at, count, cursor->size)) {
        cursor->failed = true;
        return false;
    }
    cursor->at += count;
    return true;
}

/* A number of WIDTH bytes, 8 at most; 0 beyond the end. */
static inline uint64_t ms_cursor_take(struct ms_cursor *cursor, unsigned width) {
    uint64_t value = 0;
    if (!ms_cursor_skip(cursor, width))
        return 0;
    const unsigned char *bytes = cursor->bytes + cursor->at - width;
    for (unsigned i = 0; i < width; i++)
        value |= (uint64_t)bytes[i] << 8 * (cursor->big_endian ? width - 1 - i : i);
    return value;
}

/* An unsigned LEB128. Bits beyond the 64th are lost, so that a signed one can be passed, too. */
static inline uint64_t ms_cursor_take_leb(struct ms_cursor *cursor) {
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        uint64_t byte = ms_cursor_take(cursor, 1);
        if (shift < 64)
            value |= (byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return value;
    }
}

#endif
