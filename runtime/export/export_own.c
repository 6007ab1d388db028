/* SPDX-License-Identifier: MIT */
/* An exporter of the user's own writes to a stream; ours write to a sink. */
#include <errno.h>
#include <stdio.h>

#include "export/export.h"
#include "memscope/extension.h"

struct s_output {
    ms_sink_fn *sink;
    void *sink_data;
    bool written;
    bool failed;
    int error; /* errno of the failed write */
    bool closed;
};

/* 0: an error, as fopencookie wants it. */
static ssize_t s_pass_on(void *cookie, const char *bytes, size_t size) {
    struct s_output *output = cookie;
    if (!output->failed && !output->sink(output->sink_data, bytes, size)) {
        output->failed = true;
        output->error = errno;
    }
    if (output->failed) {
        errno = output->error;
        return 0;
    }
    output->written |= size != 0;
    return (ssize_t)size;
}

static int s_note_close(void *cookie) {
    struct s_output *output = cookie;
    output->closed = true;
    return 0;
}

enum ms_status ms_export_own(const struct memscope_exporter *own,
                             const struct memscope_report *report, ms_sink_fn *sink,
                             void *sink_data) {
    struct s_output output = {.sink = sink, .sink_data = sink_data};
    FILE *stream = fopencookie(&output, "w",
                               (cookie_io_functions_t){.write = s_pass_on, .close = s_note_close});
    if (stream == NULL) {
        return MS_NO_MEMORY;
    }
    bool done = own->write(report, stream, own->context) == 0;
    /* It is told not to close the stream; where it did, there is none to close any more. */
    if (!output.closed) {
        done &= ferror(stream) == 0;
        done &= fclose(stream) == 0;
    }
    if (output.failed) {
        errno = output.error;
        return MS_IO;
    }
    if (!done) {
        return MS_EXPORTER_FAILED;
    }
    return output.written ? MS_OK : MS_NOTHING_WRITTEN;
}
