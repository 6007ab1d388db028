/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "../unit/sample_report.h"
#include "corpus.h"
#include "export/export.h"

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

uint8_t *corpus_make(unsigned number, size_t *size) {
    struct s_bytes kept = {NULL, 0};
    bool empty = number % CORPUS_SIZE >= 2;
    struct memscope_report *report =
        empty ? sample_report_new_empty() : sample_report_new(SAMPLE_HOSTILE_COUNT, 3);
    const struct ms_exporter *exporter = ms_exporter_find(number % 2 == 0 ? "json" : "msgpack");
    if (report == NULL || ms_export_write(exporter, report, NULL, s_keep, &kept) != MS_OK)
        abort();
    sample_report_destroy(report);
    *size = kept.size;
    return kept.data;
}
