/* SPDX-License-Identifier: MIT */
/* Exports into memory. */
#ifndef TESTS_UNIT_EXPORT_MEMORY_H
#define TESTS_UNIT_EXPORT_MEMORY_H

#include "export/export.h"

/* A sink that keeps what it gets, or fails with ENOSPC behind LIMIT bytes. There is a NUL behind
 * the bytes. */
struct memory {
    char *bytes;
    size_t size;
    size_t limit;
};

/* The sink; SINK is the struct memory. */
bool keep_bytes(void *sink, const void *bytes, size_t size);

/* REPORT in FORMAT, a name of exporters.def; it must go well. The caller frees `bytes`. */
struct memory export_to_memory(const char *format, const struct memscope_report *report);

/* The bytes that the gzip file PACKED holds; the caller frees them. */
struct memory unpack_gzip(const struct memory *packed);

#endif
