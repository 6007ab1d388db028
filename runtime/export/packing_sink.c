/* SPDX-License-Identifier: MIT */
#include "export/packing_sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define GZIP_WRAPPER 16     /* added to windowBits: zlib.h, deflateInit2() */
#define PACKED_BYTES 24576u /* a multiple of 3: whole base64 groups but for the last bytes */

struct ms_packing_sink {
    ms_sink_fn *sink;
    void *sink_data;
    enum ms_packing form;
    bool failed;
    int error; /* errno of the failed write */
    z_stream stream;
    unsigned char packed[PACKED_BYTES];
    char text[PACKED_BYTES / 3 * 4];
};

struct ms_packing_sink *ms_packing_sink_new(ms_sink_fn *sink, void *sink_data,
                                            enum ms_packing form) {
    struct ms_packing_sink *packing = malloc(sizeof(*packing));
    if (packing == NULL) {
        return NULL;
    }
    packing->sink = sink;
    packing->sink_data = sink_data;
    packing->form = form;
    packing->failed = false;
    packing->error = 0;
    memset(&packing->stream, 0, sizeof(packing->stream));
    int window_bits = form == MS_PACKING_GZIP ? MAX_WBITS + GZIP_WRAPPER : MAX_WBITS;
    if (deflateInit2(&packing->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits,
                     MAX_MEM_LEVEL - 1, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(packing);
        return NULL;
    }
    packing->stream.next_out = packing->packed;
    packing->stream.avail_out = PACKED_BYTES;
    return packing;
}

static size_t s_encode_base64(char *text, const unsigned char *bytes, size_t size) {
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *next = text;
    for (size_t at = 0; at < size; at += 3) {
        size_t left = size - at;
        uint32_t group = (uint32_t)bytes[at] << 16 | (left > 1 ? (uint32_t)bytes[at + 1] << 8 : 0) |
                         (left > 2 ? bytes[at + 2] : 0);
        *next++ = letters[group >> 18];
        *next++ = letters[group >> 12 & 63];
        *next++ = left > 1 ? letters[group >> 6 & 63] : '=';
        *next++ = left > 2 ? letters[group & 63] : '=';
    }
    return (size_t)(next - text);
}

/* Passes on the packed bytes there are. Only the last time may they be other than PACKED_BYTES. */
static void s_pass_on(struct ms_packing_sink *packing) {
    size_t length = PACKED_BYTES - packing->stream.avail_out;
    const void *bytes = packing->packed;
    if (packing->form == MS_PACKING_BASE64) {
        length = s_encode_base64(packing->text, packing->packed, length);
        bytes = packing->text;
    }
    if (!packing->failed && length > 0 && !packing->sink(packing->sink_data, bytes, length)) {
        packing->failed = true;
        packing->error = errno;
    }
    packing->stream.next_out = packing->packed;
    packing->stream.avail_out = PACKED_BYTES;
}

bool ms_packing_sink_put(void *sink, const void *bytes, size_t size) {
    struct ms_packing_sink *packing = sink;
    const unsigned char *next = bytes;
    while (size > 0 && !packing->failed) {
        uInt part = size > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uInt)size;
        packing->stream.next_in = (z_const Bytef *)next;
        packing->stream.avail_in = part;
        while (packing->stream.avail_in > 0) {
            deflate(&packing->stream, Z_NO_FLUSH); /* fails for a broken stream alone */
            if (packing->stream.avail_out == 0) {
                s_pass_on(packing);
            }
        }
        next += part;
        size -= part;
    }
    errno = packing->error;
    return !packing->failed;
}

enum ms_status ms_packing_sink_finish(struct ms_packing_sink *packing) {
    while (deflate(&packing->stream, Z_FINISH) != Z_STREAM_END) {
        s_pass_on(packing);
    }
    s_pass_on(packing);
    deflateEnd(&packing->stream);
    enum ms_status status = packing->failed ? MS_IO : MS_OK;
    int error = packing->error;
    free(packing);
    errno = error;
    return status;
}
