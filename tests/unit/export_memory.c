/* SPDX-License-Identifier: MIT */
#include "export_memory.h"

#include <CUnit/CUnit.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

bool keep_bytes(void *sink, const void *bytes, size_t size) {
    struct memory *memory = sink;
    if (size > memory->limit - memory->size) {
        errno = ENOSPC;
        return false;
    }
    char *grown = realloc(memory->bytes, memory->size + size + 1);
    if (grown == NULL) {
        return false;
    }
    memcpy(grown + memory->size, bytes, size);
    memory->bytes = grown;
    memory->size += size;
    grown[memory->size] = '\0';
    return true;
}

struct memory export_to_memory(const char *format, const struct memscope_report *report) {
    struct memory memory = {NULL, 0, SIZE_MAX};
    enum ms_status status =
        ms_export_write(ms_exporter_find(format), report, NULL, keep_bytes, &memory);
    CU_ASSERT_EQUAL_FATAL(status, MS_OK);
    return memory;
}

struct memory unpack_gzip(const struct memory *packed) {
    struct memory memory = {NULL, 0, SIZE_MAX};
    unsigned char piece[4096];
    z_stream stream = {0};
    CU_ASSERT_EQUAL_FATAL(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
    stream.next_in = (Bytef *)packed->bytes;
    stream.avail_in = (uInt)packed->size;
    int status = Z_OK;
    while (status == Z_OK) {
        stream.next_out = piece;
        stream.avail_out = sizeof(piece);
        status = inflate(&stream, Z_NO_FLUSH);
        keep_bytes(&memory, piece, sizeof(piece) - stream.avail_out);
    }
    CU_ASSERT_EQUAL(status, Z_STREAM_END);
    CU_ASSERT_EQUAL(stream.avail_in, 0);
    inflateEnd(&stream);
    return memory;
}
