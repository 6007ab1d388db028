/* SPDX-License-Identifier: MIT */
#include "export/export.h"

#include <string.h>

static const struct ms_exporter s_exporters[] = {
#define X(name, extension, takes, summary)                                                         \
    {#name, extension, takes, summary, ms_export_##name, NULL},
#include "export/exporters.def"
#undef X
};

const struct ms_exporter *ms_exporters(size_t *count) {
    *count = sizeof(s_exporters) / sizeof(s_exporters[0]);
    return s_exporters;
}

const struct ms_exporter *ms_exporter_find(const char *name_or_extension) {
    size_t count;
    const struct ms_exporter *exporters = ms_exporters(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name_or_extension, exporters[i].name) == 0 ||
            strcmp(name_or_extension, exporters[i].extension) == 0) {
            return &exporters[i];
        }
    }
    return NULL;
}

enum ms_status ms_export_write(const struct ms_exporter *exporter,
                               const struct memscope_report *report,
                               const struct ms_export_options *options, ms_sink_fn *sink,
                               void *sink_data) {
    static const struct ms_export_options defaults;
    return exporter->own != NULL
               ? ms_export_own(exporter->own, report, sink, sink_data)
               : exporter->write(report, options != NULL ? options : &defaults, sink, sink_data);
}
