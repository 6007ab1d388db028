/* SPDX-License-Identifier: MIT */
#include "export/export.h"
#include "export/report_writer.h"

enum ms_status ms_export_msgpack(const struct memscope_report *report,
                                 const struct ms_export_options *options, ms_sink_fn *sink,
                                 void *sink_data) {
    (void)options;
    struct ms_writer *writer = ms_msgpack_writer_new(sink, sink_data);
    if (writer == NULL) {
        return MS_NO_MEMORY;
    }
    ms_report_write(writer, report, NULL, NULL);
    return writer->ops->finish(writer);
}
