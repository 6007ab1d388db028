/* SPDX-License-Identifier: MIT */
/* JSON by yajl's parser. Its own numbers are not used: its integers end at INT64_MAX, and its reals
 * follow the locale. */
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "export/parser.h"

#define NUMBER_BYTES 1024u /* more digits than any double has */

struct s_json {
    struct ms_report_reader *reader;
    locale_t c_locale;
};

static struct ms_report_reader *s_reader_of(void *context) {
    return ((struct s_json *)context)->reader;
}

static int s_on_null(void *context) {
    return ms_report_reader_null(s_reader_of(context));
}

static int s_on_boolean(void *context, int value) {
    return ms_report_reader_bool(s_reader_of(context), value != 0);
}

/* Whether TEXT is a whole number that fits. */
static bool s_read_uint(const char *text, size_t size, uint64_t *value) {
    *value = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9' || __builtin_mul_overflow(*value, 10, value) ||
            __builtin_add_overflow(*value, (uint64_t)(text[i] - '0'), value)) {
            return false;
        }
    }
    return true;
}

static int s_on_number(void *context, const char *text, size_t size) {
    const struct s_json *json = context;
    char copy[NUMBER_BYTES];
    uint64_t value;
    if (s_read_uint(text, size, &value)) {
        return ms_report_reader_uint(json->reader, value);
    }
    if (size >= sizeof(copy)) {
        return ms_report_reader_fail(json->reader, MS_CORRUPT, "a number is too long");
    }
    memcpy(copy, text, size);
    copy[size] = '\0';
    return ms_report_reader_real(json->reader, strtod_l(copy, NULL, json->c_locale));
}

static int s_on_string(void *context, const unsigned char *text, size_t size) {
    return ms_report_reader_string(s_reader_of(context), (const char *)text, size);
}

static int s_on_key(void *context, const unsigned char *text, size_t size) {
    return ms_report_reader_key(s_reader_of(context), (const char *)text, size);
}

static int s_on_begin_object(void *context) {
    return ms_report_reader_begin_object(s_reader_of(context));
}

static int s_on_end_object(void *context) {
    return ms_report_reader_end_object(s_reader_of(context));
}

static int s_on_begin_array(void *context) {
    return ms_report_reader_begin_array(s_reader_of(context));
}

static int s_on_end_array(void *context) {
    return ms_report_reader_end_array(s_reader_of(context));
}

/* The first line of yajl's message, which has no place in it. */
static void s_tell_error(yajl_handle parser, const unsigned char *bytes, size_t size,
                         struct ms_report_reader *reader) {
    unsigned char *message = yajl_get_error(parser, 0, bytes, size);
    size_t place = yajl_get_bytes_consumed(parser), line = 1;
    for (size_t i = 0; i < place && i < size; i++) {
        line += bytes[i] == '\n';
    }
    if (message != NULL) {
        message[strcspn((char *)message, "\n")] = '\0';
        ms_report_reader_fail(reader, MS_CORRUPT, "line %zu: %s", line, (char *)message);
        yajl_free_error(parser, message);
    }
    ms_report_reader_fail(reader, MS_NO_MEMORY, "%s", "");
}

void ms_json_parse(const unsigned char *bytes, size_t size, struct ms_report_reader *reader) {
    static const yajl_callbacks callbacks = {
        .yajl_null = s_on_null,
        .yajl_boolean = s_on_boolean,
        .yajl_number = s_on_number,
        .yajl_string = s_on_string,
        .yajl_start_map = s_on_begin_object,
        .yajl_map_key = s_on_key,
        .yajl_end_map = s_on_end_object,
        .yajl_start_array = s_on_begin_array,
        .yajl_end_array = s_on_end_array,
    };
    struct s_json json = {reader, newlocale(LC_ALL_MASK, "C", (locale_t)0)};
    yajl_handle parser = yajl_alloc(&callbacks, NULL, &json);
    if (parser == NULL || json.c_locale == (locale_t)0) {
        ms_report_reader_fail(reader, MS_NO_MEMORY, "%s", "");
    } else {
        yajl_status status = yajl_parse(parser, bytes, size);
        if (status == yajl_status_ok) {
            status = yajl_complete_parse(parser);
        }
        if (status == yajl_status_error) {
            s_tell_error(parser, bytes, size, reader);
        }
    }
    if (parser != NULL) {
        yajl_free(parser);
    }
    if (json.c_locale != (locale_t)0) {
        freelocale(json.c_locale);
    }
}
