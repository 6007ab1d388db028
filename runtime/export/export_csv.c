/* SPDX-License-Identifier: MIT */
/*
 * One section of the report as comma-separated values (RFC 4180), with the keys of its rows in the
 * first line. Lists inside of rows are left out; what is not known is an empty field. Texts are as
 * they are: a spreadsheet may take one that begins with '=' for a formula (docs/formats.md).
 */
#include "export/export_csv.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/export.h"
#include "export/number_text.h"
#include "export/report_shape.h"
#include "export/sink_buffer.h"

#define STANDARD_TABLE "sites"

static bool s_is_table(const struct ms_field *field) {
    return field->kind == MS_FIELD_OBJECTS || field->kind == MS_FIELD_STACKS;
}

const char *ms_csv_table(size_t at) {
    const struct ms_shape *shape = ms_report_shape();
    for (size_t i = 0; i < shape->field_count; i++) {
        if (s_is_table(&shape->fields[i]) && at-- == 0) {
            return shape->fields[i].key;
        }
    }
    return NULL;
}

static const struct ms_field *s_find_table(const char *name) {
    const struct ms_shape *shape = ms_report_shape();
    for (size_t i = 0; i < shape->field_count; i++) {
        if (s_is_table(&shape->fields[i]) && strcmp(shape->fields[i].key, name) == 0) {
            return &shape->fields[i];
        }
    }
    return NULL;
}

static void s_put_text(struct ms_sink_buffer *out, const char *text) {
    ms_sink_buffer_put(out, text, strlen(text));
}

/* An empty text is quoted, to be told from what is not known. */
static void s_put_quoted(struct ms_sink_buffer *out, const char *text) {
    if (text == NULL) {
        return;
    }
    if (*text != '\0' && strpbrk(text, ",\"\r\n \t") == NULL) {
        s_put_text(out, text);
        return;
    }
    s_put_text(out, "\"");
    for (size_t plain; *text != '\0'; text += plain) {
        plain = *text == '"' ? 1 : strcspn(text, "\"");
        s_put_text(out, *text == '"' ? "\"" : "");
        ms_sink_buffer_put(out, text, plain);
    }
    s_put_text(out, "\"");
}

static void s_put_uint(struct ms_sink_buffer *out, uint64_t value) {
    char text[32];
    snprintf(text, sizeof(text), "%" PRIu64, value);
    s_put_text(out, text);
}

static void s_put_value(struct ms_sink_buffer *out, const struct ms_field *field, const char *row) {
    const void *place = row + field->offset;
    char text[MS_NUMBER_TEXT_BYTES];
    switch (field->kind) {
    case MS_FIELD_UINT:
        if (*(const uint64_t *)place != MEMSCOPE_UNKNOWN) {
            s_put_uint(out, *(const uint64_t *)place);
        }
        break;
    case MS_FIELD_ID:
        if (*(const uint32_t *)place != MEMSCOPE_NO_ID) {
            s_put_uint(out, *(const uint32_t *)place);
        }
        break;
    case MS_FIELD_REAL:
        if (isfinite(*(const double *)place)) {
            ms_number_text_real(text, *(const double *)place);
            s_put_text(out, text);
        }
        break;
    case MS_FIELD_BOOL:
        s_put_text(out, *(const bool *)place ? "true" : "false");
        break;
    case MS_FIELD_EXIT:
        s_put_quoted(out, ms_exit_spelling(*(const enum memscope_exit *)place));
        break;
    case MS_FIELD_STRING:
        s_put_quoted(out, *(const char *const *)place);
        break;
    default:
        break;
    }
}

static bool s_is_value(const struct ms_field *field) {
    return field->kind == MS_FIELD_UINT || field->kind == MS_FIELD_ID ||
           field->kind == MS_FIELD_REAL || field->kind == MS_FIELD_BOOL ||
           field->kind == MS_FIELD_EXIT || field->kind == MS_FIELD_STRING;
}

static void s_put_comma(struct ms_sink_buffer *out, bool *first) {
    s_put_text(out, *first ? "" : ",");
    *first = false;
}

/* An object in a row is columns named `object.key`. */
static void s_put_keys(struct ms_sink_buffer *out, const struct ms_shape *shape, const char *prefix,
                       bool *first) {
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct ms_field *field = &shape->fields[i];
        if (field->kind == MS_FIELD_OPTIONAL) {
            s_put_keys(out, field->shape, field->key, first);
        } else if (s_is_value(field)) {
            s_put_comma(out, first);
            s_put_text(out, prefix);
            s_put_text(out, *prefix != '\0' ? "." : "");
            s_put_text(out, field->key);
        }
    }
}

/* ROW may be NULL: an object that is not there. */
static void s_put_values(struct ms_sink_buffer *out, const struct ms_shape *shape, const char *row,
                         bool *first) {
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct ms_field *field = &shape->fields[i];
        if (field->kind == MS_FIELD_OPTIONAL) {
            const char *object = NULL;
            if (row != NULL) {
                memcpy(&object, row + field->offset, sizeof(object));
            }
            s_put_values(out, field->shape, object, first);
        } else if (s_is_value(field)) {
            s_put_comma(out, first);
            if (row != NULL) {
                s_put_value(out, field, row);
            }
        }
    }
}

static void s_put_table(struct ms_sink_buffer *out, const struct memscope_report *report,
                        const struct ms_field *table) {
    const void *rows_place = (const char *)report + table->offset;
    const void *count_place = (const char *)report + table->count;
    const char *rows = *(const char *const *)rows_place;
    size_t count = rows != NULL ? *(const size_t *)count_place : 0;
    bool first = true;
    s_put_keys(out, table->shape, "", &first);
    s_put_text(out, "\r\n");
    for (size_t i = 0; i < count; i++) {
        first = true;
        s_put_values(out, table->shape, rows + i * table->shape->size, &first);
        s_put_text(out, "\r\n");
    }
}

enum ms_status ms_export_csv(const struct memscope_report *report,
                             const struct ms_export_options *options, ms_sink_fn *sink,
                             void *sink_data) {
    const struct ms_field *table =
        s_find_table(options->table != NULL ? options->table : STANDARD_TABLE);
    if (table == NULL) {
        return MS_INVALID;
    }
    struct ms_sink_buffer *out = malloc(sizeof(*out));
    if (out == NULL) {
        return MS_NO_MEMORY;
    }
    ms_sink_buffer_init(out, sink, sink_data);
    s_put_table(out, report, table);
    enum ms_status status = ms_sink_buffer_flush(out);
    free(out);
    return status;
}
