/* SPDX-License-Identifier: MIT */
#include "export/page.h"

#include <string.h>

#include "dashboard/dashboard.h"
#include "export/packing_sink.h"

#define PLAIN_BYTES_LIMIT (UINT64_C(2) << 20)

static enum ms_status s_write_json(const struct ms_page_element *element, ms_sink_fn *sink,
                                   void *sink_data) {
    struct ms_writer *writer = ms_json_writer_new(sink, sink_data, MS_JSON_SCRIPT);
    if (writer == NULL) {
        return MS_NO_MEMORY;
    }
    element->write(writer, element->data);
    return writer->ops->finish(writer);
}

static enum ms_status s_write_packed(const struct ms_page_element *element, ms_sink_fn *sink,
                                     void *sink_data) {
    struct ms_packing_sink *packing = ms_packing_sink_new(sink, sink_data, MS_PACKING_BASE64);
    if (packing == NULL) {
        return MS_NO_MEMORY;
    }
    enum ms_status written = s_write_json(element, ms_packing_sink_put, packing);
    enum ms_status finished = ms_packing_sink_finish(packing);
    return written == MS_OK ? finished : written;
}

/* A sink that takes so many bytes and no more. */
static bool s_count_bytes(void *sink, const void *bytes, size_t size) {
    (void)bytes;
    uint64_t *left = sink;
    if (size > *left) {
        return false;
    }
    *left -= size;
    return true;
}

static bool s_put_text(ms_sink_fn *sink, void *sink_data, const char *text) {
    return sink(sink_data, text, strlen(text));
}

/* As dashboard.h has it. */
static enum ms_status s_write_element(const struct ms_page_element *element, ms_sink_fn *sink,
                                      void *sink_data) {
    uint64_t left = PLAIN_BYTES_LIMIT;
    enum ms_status fits = s_write_json(element, s_count_bytes, &left);
    if (fits != MS_OK && fits != MS_IO) {
        return fits;
    }
    bool packed = fits != MS_OK;
    if (!s_put_text(sink, sink_data,
                    packed ? "<script type=\"text/plain\" id=\""
                           : "<script type=\"application/json\" id=\"") ||
        !s_put_text(sink, sink_data, element->id) ||
        !s_put_text(sink, sink_data, packed ? "\" data-packed=\"JSON, zlib, base64\">" : "\">")) {
        return MS_IO;
    }
    enum ms_status status =
        packed ? s_write_packed(element, sink, sink_data) : s_write_json(element, sink, sink_data);
    return status == MS_OK && !s_put_text(sink, sink_data, "</script>") ? MS_IO : status;
}

enum ms_status ms_page_write(const struct ms_page_element *elements, size_t count, bool connects,
                             ms_sink_fn *sink, void *sink_data) {
    if (!sink(sink_data, ms_dashboard_policy, ms_dashboard_policy_size) ||
        !s_put_text(sink, sink_data, connects ? "; connect-src 'self'" : "") ||
        !sink(sink_data, ms_dashboard_head, ms_dashboard_head_size)) {
        return MS_IO;
    }
    for (size_t i = 0; i < count; i++) {
        enum ms_status status = s_write_element(&elements[i], sink, sink_data);
        if (status != MS_OK) {
            return status;
        }
    }
    return sink(sink_data, ms_dashboard_tail, ms_dashboard_tail_size) ? MS_OK : MS_IO;
}
