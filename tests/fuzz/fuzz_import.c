/* SPDX-License-Identifier: MIT */
/*
 * The fuzz target of the reader of exports: any bytes are taken for one. A report that comes out
 * can be written in every format, and what is written of it as JSON and as msgpack reads back as
 * the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/export.h"
#include "export/import.h"
#include "fuzz_target.h"
#include "model/model.h"

struct s_bytes {
    uint8_t *data;
    size_t size;
};

static bool s_keep(void *sink, const void *bytes, size_t size) {
    struct s_bytes *kept = sink;
    kept->data = realloc(kept->data, kept->size + size + 1);
    if (kept->data == NULL)
        abort();
    memcpy(kept->data + kept->size, bytes, size);
    kept->size += size;
    return true;
}

static struct s_bytes s_write(const char *format, const struct memscope_report *report) {
    struct s_bytes kept = {NULL, 0};
    if (ms_export_write(ms_exporter_find(format), report, NULL, s_keep, &kept) != MS_OK) {
        fprintf(stderr, "\na report that was read cannot be written as %s\n", format);
        abort();
    }
    return kept;
}

static void s_check_round_trip(const char *format, const struct memscope_report *report) {
    struct s_bytes first = s_write(format, report);
    struct memscope_report *again;
    char why[MS_IMPORT_WHY_BYTES];
    if (ms_import_bytes(first.data, first.size, &again, why) != MS_OK) {
        fprintf(stderr, "\n%s that was written cannot be read: %s\n", format, why);
        abort();
    }
    struct s_bytes second = s_write(format, again);
    if (first.size != second.size || memcmp(first.data, second.data, first.size) != 0) {
        fprintf(stderr, "\n%s changes when it is read\n", format);
        abort();
    }
    ms_report_destroy(again);
    free(second.data);
    free(first.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct memscope_report *report;
    char why[MS_IMPORT_WHY_BYTES];
    if (ms_import_bytes(data, size, &report, why) != MS_OK)
        return 0;
    size_t count;
    const struct ms_exporter *exporters = ms_exporters(&count);
    for (size_t i = 0; i < count; i++)
        free(s_write(exporters[i].name, report).data);
    s_check_round_trip("json", report);
    s_check_round_trip("msgpack", report);
    ms_report_destroy(report);
    return 0;
}

static void s_change(unsigned *seed, uint8_t *data, size_t size) {
    static const char s_likely[] = "\"{}[],:0-9.en\\\x80\x90\xc0\xc1\xcf\xd9\xdb\xdd\xdf\xff";
    data[(size_t)rand_r(seed) % size] =
        (rand_r(seed) & 1) != 0 ? (uint8_t)s_likely[(size_t)rand_r(seed) % (sizeof(s_likely) - 1)]
                                : (uint8_t)rand_r(seed);
}

static void s_move_piece(unsigned *seed, uint8_t *data, size_t size) {
    size_t from = (size_t)rand_r(seed) % size, to = (size_t)rand_r(seed) % size;
    size_t length = (size_t)1 << rand_r(seed) % 10;
    if (from + length <= size && to + length <= size)
        memmove(data + to, data + from, length);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed) {
    (void)capacity;
    if (size == 0)
        return 0;
    unsigned changes = (unsigned)rand_r(&seed) % 4;
    while (changes-- != 0) {
        if (rand_r(&seed) % 4 == 0)
            s_move_piece(&seed, data, size);
        else
            s_change(&seed, data, size);
    }
    return rand_r(&seed) % 16 == 0 ? (size_t)rand_r(&seed) % size + 1 : size;
}
