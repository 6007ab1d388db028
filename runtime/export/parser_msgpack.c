/* SPDX-License-Identifier: MIT */
/*
 * msgpack, value by value. msgpack-c's unpacker makes a tree of the whole document and room for as
 * many elements as it says there are, so a few bytes could ask for gigabytes; here nothing is made
 * before it has been read.
 * Source of the format: https://github.com/msgpack/msgpack/blob/master/spec.md
 */
#include <math.h>
#include <string.h>

#include "export/parser.h"

#define DEPTH_LIMIT 600u /* the reader has a smaller one */

struct s_container {
    uint64_t left; /* values, keys counted too */
    bool is_map;
};

struct s_msgpack {
    struct ms_report_reader *reader;
    const unsigned char *next, *end;
    struct s_container containers[DEPTH_LIMIT];
    size_t depth;
};

static bool s_is_cut_off(struct s_msgpack *msgpack) {
    return ms_report_reader_fail(msgpack->reader, MS_TRUNCATED, "%s", "");
}

/* A big-endian number of SIZE bytes. */
static bool s_take_number(struct s_msgpack *msgpack, size_t size, uint64_t *value) {
    if ((size_t)(msgpack->end - msgpack->next) < size) {
        return s_is_cut_off(msgpack);
    }
    *value = 0;
    while (size-- != 0) {
        *value = *value << 8 | *msgpack->next++;
    }
    return true;
}

static bool s_take_bytes(struct s_msgpack *msgpack, uint64_t size, const char **bytes) {
    if ((uint64_t)(msgpack->end - msgpack->next) < size) {
        return s_is_cut_off(msgpack);
    }
    *bytes = (const char *)msgpack->next;
    msgpack->next += size;
    return true;
}

static bool s_at_key(const struct s_msgpack *msgpack) {
    if (msgpack->depth == 0) {
        return false;
    }
    const struct s_container *container = &msgpack->containers[msgpack->depth - 1];
    return container->is_map && container->left % 2 == 0;
}

static bool s_read_string(struct s_msgpack *msgpack, uint64_t size) {
    const char *text = NULL;
    if (!s_take_bytes(msgpack, size, &text)) {
        return false;
    }
    return s_at_key(msgpack) ? ms_report_reader_key(msgpack->reader, text, size)
                             : ms_report_reader_string(msgpack->reader, text, size);
}

/* Bytes and extensions: no value of a report, but what is skipped may have them. */
static bool s_read_other(struct s_msgpack *msgpack, uint64_t size) {
    const char *bytes = NULL;
    return s_take_bytes(msgpack, size, &bytes) && ms_report_reader_real(msgpack->reader, NAN);
}

static bool s_read_container(struct s_msgpack *msgpack, uint64_t count, bool is_map) {
    uint64_t values = is_map ? count * 2 : count; /* COUNT has 32 bits */
    if (msgpack->depth == DEPTH_LIMIT) {
        return ms_report_reader_fail(msgpack->reader, MS_CORRUPT, "it is nested too deeply");
    }
    msgpack->containers[msgpack->depth++] = (struct s_container){values, is_map};
    return is_map ? ms_report_reader_begin_object(msgpack->reader)
                  : ms_report_reader_begin_array(msgpack->reader);
}

static bool s_read_signed(struct s_msgpack *msgpack, int64_t value) {
    return value < 0 ? ms_report_reader_real(msgpack->reader, (double)value)
                     : ms_report_reader_uint(msgpack->reader, (uint64_t)value);
}

static bool s_read_float(struct s_msgpack *msgpack, size_t size, uint64_t bits) {
    double value;
    if (size == sizeof(float)) {
        float narrow;
        uint32_t narrow_bits = (uint32_t)bits;
        memcpy(&narrow, &narrow_bits, sizeof(narrow));
        value = narrow;
    } else {
        memcpy(&value, &bits, sizeof(value));
    }
    return ms_report_reader_real(msgpack->reader, value);
}

/* What has its size or its value in the bytes behind the first one, which is 0xc0 to 0xdf. */
static bool s_read_long(struct s_msgpack *msgpack, unsigned first) {
    uint64_t value = 0;
    /* How many bytes each has there, from 0xc0 on. */
    static const unsigned char widths[32] = {0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 4, 8, 1, 2, 4, 8,
                                             1, 2, 4, 8, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4};
    size_t width = widths[first - 0xc0];
    if (!s_take_number(msgpack, width, &value)) {
        return false;
    }
    switch (first) {
    case 0xc0:
        return ms_report_reader_null(msgpack->reader);
    case 0xc2:
    case 0xc3:
        return ms_report_reader_bool(msgpack->reader, first == 0xc3);
    case 0xc4: /* bytes */
    case 0xc5:
    case 0xc6:
        return s_read_other(msgpack, value);
    case 0xc7: /* extensions, with a type */
    case 0xc8:
    case 0xc9:
        return s_read_other(msgpack, value + 1);
    case 0xca:
    case 0xcb:
        return s_read_float(msgpack, width, value);
    case 0xcc: /* unsigned */
    case 0xcd:
    case 0xce:
    case 0xcf:
        return ms_report_reader_uint(msgpack->reader, value);
    case 0xd0: /* signed */
        return s_read_signed(msgpack, (int8_t)value);
    case 0xd1:
        return s_read_signed(msgpack, (int16_t)value);
    case 0xd2:
        return s_read_signed(msgpack, (int32_t)value);
    case 0xd3:
        return s_read_signed(msgpack, (int64_t)value);
    case 0xd4: /* extensions of 1, 2, 4, 8 and 16 bytes */
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
        return s_read_other(msgpack, (UINT64_C(1) << (first - 0xd4)) + 1);
    case 0xd9:
    case 0xda:
    case 0xdb:
        return s_read_string(msgpack, value);
    case 0xdc:
    case 0xdd:
        return s_read_container(msgpack, value, false);
    case 0xde:
    case 0xdf:
        return s_read_container(msgpack, value, true);
    default: /* 0xc1 */
        return ms_report_reader_fail(msgpack->reader, MS_CORRUPT, "it is not msgpack");
    }
}

static bool s_read_value(struct s_msgpack *msgpack) {
    if (msgpack->next == msgpack->end) {
        return s_is_cut_off(msgpack);
    }
    unsigned first = *msgpack->next++;
    bool is_text = first >> 5 == 5 || (first >= 0xd9 && first <= 0xdb);
    if (s_at_key(msgpack) && !is_text) {
        return ms_report_reader_fail(msgpack->reader, MS_CORRUPT, "a key is not a string");
    }
    if (first < 0x80) {
        return ms_report_reader_uint(msgpack->reader, first);
    }
    if (first < 0x90) {
        return s_read_container(msgpack, first & 0x0f, true);
    }
    if (first < 0xa0) {
        return s_read_container(msgpack, first & 0x0f, false);
    }
    if (first < 0xc0) {
        return s_read_string(msgpack, first & 0x1f);
    }
    return first < 0xe0 ? s_read_long(msgpack, first) : s_read_signed(msgpack, (int8_t)first);
}

/* Ends the containers that have no values left. */
static bool s_end_containers(struct s_msgpack *msgpack) {
    while (msgpack->depth != 0 && msgpack->containers[msgpack->depth - 1].left == 0) {
        msgpack->depth--;
        bool fine = msgpack->containers[msgpack->depth].is_map
                        ? ms_report_reader_end_object(msgpack->reader)
                        : ms_report_reader_end_array(msgpack->reader);
        if (!fine) {
            return false;
        }
    }
    return true;
}

void ms_msgpack_parse(const unsigned char *bytes, size_t size, struct ms_report_reader *reader) {
    struct s_msgpack msgpack = {.reader = reader, .next = bytes, .end = bytes + size};
    do {
        size_t depth = msgpack.depth;
        if (!s_read_value(&msgpack)) {
            return;
        }
        if (depth != 0) {
            msgpack.containers[depth - 1].left--;
        }
        if (!s_end_containers(&msgpack)) {
            return;
        }
    } while (msgpack.depth != 0);
    if (msgpack.next != msgpack.end) {
        ms_report_reader_fail(reader, MS_CORRUPT, "there is something behind its end");
    }
}
