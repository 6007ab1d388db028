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

struct s_json_writer {
    struct ms_writer base;
    enum ms_json_style style;
    enum ms_status status; /* first error of the generator */
    yajl_gen generator;
    struct ms_sink_buffer out;
};

static struct s_json_writer *s_from_base(struct ms_writer *writer) {
    return (struct s_json_writer *)writer;
}

/* The \u escape of the character that starts at TEXT, NULL: it stays as it is. SIZE is set to its
 * bytes. Outside of strings JSON has none of these characters. */
static const char *s_find_escape(const struct s_json_writer *json, const char *text, size_t left,
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
static void s_print_json(void *context, const char *text, size_t size) {
    struct s_json_writer *json = context;
    size_t start = 0;
    for (size_t at = 0; at < size;) {
        size_t width;
        const char *escape = s_find_escape(json, text + at, size - at, &width);
        if (escape != NULL) {
            ms_sink_buffer_put(&json->out, text + start, at - start);
            ms_sink_buffer_put(&json->out, escape, strlen(escape));
            start = at + width;
        }
        at += width;
    }
    ms_sink_buffer_put(&json->out, text + start, size - start);
}

static void s_keep_status(struct s_json_writer *json, yajl_gen_status status) {
    if (status != yajl_gen_status_ok && json->status == MS_OK) {
        json->status = MS_INVALID;
    }
}

static void s_begin_object(struct ms_writer *writer, size_t members) {
    (void)members;
    s_keep_status(s_from_base(writer), yajl_gen_map_open(s_from_base(writer)->generator));
}

static void s_begin_array(struct ms_writer *writer, size_t elements) {
    (void)elements;
    s_keep_status(s_from_base(writer), yajl_gen_array_open(s_from_base(writer)->generator));
}

static void s_end_object(struct ms_writer *writer) {
    s_keep_status(s_from_base(writer), yajl_gen_map_close(s_from_base(writer)->generator));
}

static void s_end_array(struct ms_writer *writer) {
    s_keep_status(s_from_base(writer), yajl_gen_array_close(s_from_base(writer)->generator));
}

static void s_write_null(struct ms_writer *writer) {
    s_keep_status(s_from_base(writer), yajl_gen_null(s_from_base(writer)->generator));
}

static void s_write_string(struct ms_writer *writer, const char *utf8) {
    if (utf8 == NULL) {
        s_write_null(writer);
        return;
    }
    s_keep_status(s_from_base(writer), yajl_gen_string(s_from_base(writer)->generator,
                                                       (const unsigned char *)utf8, strlen(utf8)));
}

static void s_write_number_text(struct ms_writer *writer, const char *text, size_t size) {
    s_keep_status(s_from_base(writer), yajl_gen_number(s_from_base(writer)->generator, text, size));
}

static void s_write_integer(struct ms_writer *writer, int64_t value) {
    char text[MS_NUMBER_TEXT_BYTES];
    int size = snprintf(text, sizeof(text), "%" PRId64, value);
    s_write_number_text(writer, text, (size_t)size);
}

static void s_write_unsigned_integer(struct ms_writer *writer, uint64_t value) {
    if (value == MEMSCOPE_UNKNOWN) {
        s_write_null(writer);
        return;
    }
    char text[MS_NUMBER_TEXT_BYTES];
    int size = snprintf(text, sizeof(text), "%" PRIu64, value);
    s_write_number_text(writer, text, (size_t)size);
}

static void s_write_real(struct ms_writer *writer, double value) {
    if (!isfinite(value)) {
        s_write_null(writer);
        return;
    }
    char text[MS_NUMBER_TEXT_BYTES];
    size_t size = ms_number_text_real(text, value);
    s_write_number_text(writer, text, size);
}

static void s_write_boolean(struct ms_writer *writer, bool value) {
    s_keep_status(s_from_base(writer), yajl_gen_bool(s_from_base(writer)->generator, value));
}

static enum ms_status s_finish(struct ms_writer *writer) {
    struct s_json_writer *json = s_from_base(writer);
    yajl_gen_free(json->generator);
    enum ms_status status = ms_sink_buffer_flush(&json->out);
    if (status == MS_OK) {
        status = json->status;
    }
    free(json);
    return status;
}

static const struct ms_writer_ops s_json_ops = {
    .begin_object = s_begin_object,
    .begin_array = s_begin_array,
    .end_object = s_end_object,
    .end_array = s_end_array,
    .string = s_write_string,
    .integer = s_write_integer,
    .unsigned_integer = s_write_unsigned_integer,
    .real = s_write_real,
    .boolean = s_write_boolean,
    .null = s_write_null,
    .finish = s_finish,
};

struct ms_writer *ms_json_writer_new(ms_sink_fn *sink, void *sink_data, enum ms_json_style style) {
    struct s_json_writer *json = malloc(sizeof(*json));
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
    yajl_gen_config(json->generator, yajl_gen_print_callback, s_print_json, json);
    if (style == MS_JSON_PRETTY) {
        yajl_gen_config(json->generator, yajl_gen_beautify, 1);
        yajl_gen_config(json->generator, yajl_gen_indent_string, "  ");
    }
    return &json->base;
}
