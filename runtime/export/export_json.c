/* SPDX-License-Identifier: MIT */
#include "export/export.h"
#include "export/report_writer.h"

enum ms_status ms_export_json(const struct memscope_report *report,
                              const struct ms_export_options *options, ms_sink_fn *sink,
                              void *sink_data) {
    (void)options;
    struct ms_writer *writer = ms_json_writer_new(sink, sink_data, MS_JSON_COMPACT);
    if (writer == NULL) {
        return MS_NO_MEMORY;
    }
    ms_report_write(writer, report, NULL, NULL);
    enum ms_status status = writer->ops->finish(writer);
    if (status == MS_OK && !sink(sink_data, "\n", 1)) {
        status = MS_IO;
    }
    return status;
}
