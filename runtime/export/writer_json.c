/* SPDX-License-Identifier: MIT */
/*
 * JSON by yajl's generator, which escapes strings and checks that they are UTF-8. yajl's own
 * numbers are not used: its doubles have 17 digits and the locale's decimal point, its integers end
 * at INT64_MAX.
 */
#include "export/writer.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_gen.h>

#include "export/number_text.h"
#include "export/sink_buffer.h"
#include "memscope/report.h"

struct json_writer {
    struct ms_writer base;
    enum ms_json_style style;
    enum ms_status status; /* first error of the generator */
    yajl_gen generator;
    struct ms_sink_buffer out;
};

static struct json_writer *from_base(struct ms_writer *writer) {
    return (struct json_writer *)writer;
}

/* The \u escape of the character that starts at TEXT, NULL: it stays as it is. SIZE is set to its
 * bytes. Outside of strings JSON has none of these characters. */
static const char *find_escape(const struct json_writer *json, const char *text, size_t left,
                               size_t *size) {
    *size = 1;
    if (json->style == MS_JSON_SCRIPT) {
        switch (*text) {
        case '<':
            return "\\u003c";
        case '>':
            return "\\u003e";
        case '&':
            return "\\u0026";
        default:
            break;
        }
    }
    if (left >= 3 && memcmp(text, "\xe2\x80\xa8", 3) == 0) {
        *size = 3;
        return "\\u2028";
    }
    if (left >= 3 && memcmp(text, "\xe2\x80\xa9", 3) == 0) {
        *size = 3;
        return "\\u2029";
    }
    return NULL;
}

/* yajl hands a string over in pieces cut at ASCII characters, so no UTF-8 sequence is split. */
static void print_json(void *context, const char *text, size_t size) {
    struct json_writer *json = context;
    size_t start = 0;
    for (size_t at = 0; at < size;) {
        size_t width;
        const char *escape = find_escape(json, text + at, size - at, &width);
        if (escape != NULL) {
            ms_sink_buffer_put(&json->out, text + start, at - start);
            ms_sink_buffer_put(&json->out, escape, strlen(escape));
            start = at + width;
        }
        at += width;
    }
    ms_sink_buffer_put(&json->out, text + start, size - start);
}

static void keep_status(struct json_writer *json, yajl_gen_status status) {
    if (status != yajl_gen_status_ok && json->status == MS_OK) {
        json->status = MS_INVALID;
    }
}

static void begin_object(struct ms_writer *writer, size_t members) {
    (void)members;
    keep_status(from_base(writer), yajl_gen_map_open(from_base(writer)->generator));
}

static void begin_array(struct ms_writer *writer, size_t elements) {
    (void)elements;
    keep_status(from_base(writer), yajl_gen_array_open(from_base(writer)->generator));
}

static void end_object(struct ms_writer *writer) {
    keep_status(from_base(writer), yajl_gen_map_close(from_base(writer)->generator));
}

static void end_array(struct ms_writer *writer) {
    keep_status(from_base(writer), yajl_gen_array_close(from_base(writer)->generator));
}

static void write_null(struct ms_writer *writer) {
    keep_status(from_base(writer), yajl_gen_null(from_base(writer)->generator));
}

static void write_string(struct ms_writer *writer, const char *utf8) {
    if (utf8 == NULL) {
        write_null(writer);
        return;
    }
    keep_status(from_base(writer), yajl_gen_string(from_base(writer)->generator,
                                                   (const unsigned char *)utf8, strlen(utf8)));
}

static void write_number_text(struct ms_writer *writer, const char *text, size_t size) {
    keep_status(from_base(writer), yajl_gen_number(from_base(writer)->generator, text, size));
}

static void write_integer(struct ms_writer *writer, int64_t value) {
    char text[MS_NUMBER_TEXT_BYTES];
    int size = snprintf(text, sizeof(text), "%" PRId64, value);
    write_number_text(writer, text, (size_t)size);
}

static void write_unsigned_integer(struct ms_writer *writer, uint64_t value) {
    if (value == MEMSCOPE_UNKNOWN) {
        write_null(writer);
        return;
    }
    char text[MS_NUMBER_TEXT_BYTES];
    int size = snprintf(text, sizeof(text), "%" PRIu64, value);
    write_number_text(writer, text, (size_t)size);
}

static void write_real(struct ms_writer *writer, double value) {
    if (!isfinite(value)) {
        write_null(writer);
        return;
    }
    char text[MS_NUMBER_TEXT_BYTES];
    size_t size = ms_number_text_real(text, value);
    write_number_text(writer, text, size);
}

static void write_boolean(struct ms_writer *writer, bool value) {
    keep_status(from_base(writer), yajl_gen_bool(from_base(writer)->generator, value));
}

static enum ms_status finish(struct ms_writer *writer) {
    struct json_writer *json = from_base(writer);
    yajl_gen_free(json->generator);
    enum ms_status status = ms_sink_buffer_flush(&json->out);
    if (status == MS_OK) {
        status = json->status;
    }
    free(json);
    return status;
}

static const struct ms_writer_ops s_json_ops = {
    .begin_object = begin_object,
    .begin_array = begin_array,
    .end_object = end_object,
    .end_array = end_array,
    .string = write_string,
    .integer = write_integer,
    .unsigned_integer = write_unsigned_integer,
    .real = write_real,
    .boolean = write_boolean,
    .null = write_null,
    .finish = finish,
};

struct ms_writer *ms_json_writer_new(ms_sink_fn *sink, void *sink_data, enum ms_json_style style) {
    struct json_writer *json = malloc(sizeof(*json));
    if (json == NULL) {
        return NULL;
    }
    json->base.ops = &s_json_ops;
    json->style = style;
    json->status = MS_OK;
    ms_sink_buffer_init(&json->out, sink, sink_data);
    json->generator = yajl_gen_alloc(NULL);
    if (json->generator == NULL) {
        free(json);
        return NULL;
    }
    yajl_gen_config(json->generator, yajl_gen_validate_utf8, 1);
    yajl_gen_config(json->generator, yajl_gen_print_callback, print_json, json);
    if (style == MS_JSON_PRETTY) {
        yajl_gen_config(json->generator, yajl_gen_beautify, 1);
        yajl_gen_config(json->generator, yajl_gen_indent_string, "  ");
    }
    return &json->base;
}
