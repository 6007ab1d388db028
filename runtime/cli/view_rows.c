/* SPDX-License-Identifier: MIT */
/* Which rows of a section are shown, and in which order. */
#include <fnmatch.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/view.h"
#include "cli/view_field.h"

const struct ms_field *ms_view_find_field(const struct ms_shape *shape, const char *key) {
    for (size_t i = 0; i < shape->field_count; i++) {
        if (strcmp(shape->fields[i].key, key) == 0)
            return &shape->fields[i];
    }
    return NULL;
}

const struct ms_field *ms_view_section(const struct ms_view *view) {
    return ms_view_find_field(ms_report_shape(), view->section);
}

bool ms_view_number(const struct ms_field *field, const char *row, double *number) {
    const char *place = row + field->offset;
    uint64_t value = MEMSCOPE_UNKNOWN;
    if (field->kind == MS_FIELD_REAL) {
        *number = *(const double *)(const void *)place;
        return isfinite(*number);
    }
    if (field->kind == MS_FIELD_UINT)
        value = *(const uint64_t *)(const void *)place;
    else if (field->kind == MS_FIELD_ID && *(const uint32_t *)(const void *)place != MEMSCOPE_NO_ID)
        value = *(const uint32_t *)(const void *)place;
    *number = (double)value;
    return value != MEMSCOPE_UNKNOWN;
}

const char *ms_view_string(const struct ms_field *field, const char *row) {
    return field->kind == MS_FIELD_STRING
               ? *(const char *const *)(const void *)(row + field->offset)
               : NULL;
}

const void *ms_view_optional(const struct ms_field *field, const char *row) {
    return field->kind == MS_FIELD_OPTIONAL
               ? *(const void *const *)(const void *)(row + field->offset)
               : NULL;
}

bool ms_view_is_sortable(const struct ms_field *field) {
    return field->kind == MS_FIELD_REAL || field->kind == MS_FIELD_UINT ||
           field->kind == MS_FIELD_ID || field->kind == MS_FIELD_STRING;
}

static bool s_matches(const struct ms_shape *shape, const char *row, const char *filter) {
    for (size_t i = 0; i < shape->field_count; i++) {
        const char *text = ms_view_string(&shape->fields[i], row);
        const char *inner = ms_view_optional(&shape->fields[i], row);
        if ((text != NULL && fnmatch(filter, text, 0) == 0) ||
            (inner != NULL && s_matches(shape->fields[i].shape, inner, filter)))
            return true;
    }
    return false;
}

/* What is not known comes last. */
static int s_compare(const void *a, const void *b, void *data) {
    const struct ms_field *field = data;
    const char *const *left = a, *const *right = b;
    if (field->kind == MS_FIELD_STRING) {
        const char *one = ms_view_string(field, *left), *other = ms_view_string(field, *right);
        int order =
            one == NULL || other == NULL ? (one == NULL) - (other == NULL) : strcmp(one, other);
        if (order != 0)
            return order;
    } else {
        double one, other;
        bool has_one = ms_view_number(field, *left, &one);
        bool has_other = ms_view_number(field, *right, &other);
        if (has_one != has_other)
            return has_one ? -1 : 1;
        if (has_one && one != other)
            return one > other ? -1 : 1;
    }
    return *left < *right ? -1 : *left > *right; /* the report's own order */
}

struct ms_view_rows ms_view_select(const struct ms_view *view, const struct memscope_report *report,
                                   const struct ms_view_pick *pick) {
    const struct ms_field *section = ms_view_section(view);
    size_t size = section->shape->size;
    const char *all = *(const char *const *)(const void *)((const char *)report + section->offset);
    size_t count = *(const size_t *)(const void *)((const char *)report + section->count);
    struct ms_view_rows rows = {0};
    const char **list = ms_cli_alloc(count * sizeof(*list));
    for (size_t i = 0; i < count; i++) {
        const char *row = all + i * size;
        if (view->wants != NULL && !view->wants(row))
            continue;
        rows.all++;
        if (pick->type != NULL && !view->has_name(row, pick->type))
            continue;
        if (pick->filter == NULL || s_matches(section->shape, row, pick->filter))
            list[rows.matching++] = row;
    }
    if (pick->sort != NULL)
        qsort_r(list, rows.matching, sizeof(*list), s_compare,
                (void *)(uintptr_t)ms_view_find_field(section->shape, pick->sort));
    rows.count = pick->top != 0 && pick->top < rows.matching ? pick->top : rows.matching;
    rows.bytes = ms_cli_alloc(rows.count * size);
    for (size_t i = 0; i < rows.count; i++)
        memcpy(rows.bytes + i * size, list[i], size);
    free(list);
    return rows;
}

void ms_view_rows_fini(struct ms_view_rows *rows) {
    free(rows->bytes);
    *rows = (struct ms_view_rows){NULL, 0, 0, 0};
}
