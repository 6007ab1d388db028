/* SPDX-License-Identifier: MIT */
#include "export/shape_object.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "memscope/report.h"

/* In front of the elements of a list in the arena: lists that share a count may be set in any
 * order. */
struct s_list {
    size_t count;
    _Alignas(max_align_t) char elements[];
};

static void *s_pointer_at(const char *place) {
    void *pointer;
    memcpy(&pointer, place, sizeof(pointer));
    return pointer;
}

static void s_set_pointer(char *place, const void *pointer) {
    memcpy(place, &pointer, sizeof(pointer));
}

bool ms_field_is_list(const struct ms_field *field) {
    switch (field->kind) {
    case MS_FIELD_OBJECTS:
    case MS_FIELD_WANTED:
    case MS_FIELD_STACKS:
    case MS_FIELD_UINTS:
    case MS_FIELD_STRINGS:
    case MS_FIELD_UINTS_PARENT:
        return true;
    default:
        return false;
    }
}

size_t ms_field_element_size(const struct ms_field *field) {
    return field->shape != NULL              ? field->shape->size
           : field->kind == MS_FIELD_STRINGS ? sizeof(const char *)
                                             : sizeof(uint64_t);
}

void ms_shape_clear(const struct ms_shape *shape, char *object) {
    memset(object, 0, shape->size);
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct ms_field *field = &shape->fields[i];
        char *place = object + field->offset;
        switch (field->kind) {
        case MS_FIELD_UINT:
            memcpy(place, &(uint64_t){MEMSCOPE_UNKNOWN}, sizeof(uint64_t));
            break;
        case MS_FIELD_ID:
            memcpy(place, &(uint32_t){MEMSCOPE_NO_ID}, sizeof(uint32_t));
            break;
        case MS_FIELD_REAL:
            memcpy(place, &(double){NAN}, sizeof(double));
            break;
        case MS_FIELD_EXIT: /* nobody says how */
            memcpy(place, &(enum memscope_exit){MEMSCOPE_EXIT_KILLED}, sizeof(enum memscope_exit));
            break;
        case MS_FIELD_OBJECT:
            ms_shape_clear(field->shape, place);
            break;
        default:
            break;
        }
    }
}

bool ms_shape_set_list(const struct ms_field *field, char *object, const void *elements,
                       size_t count, struct ms_arena *arena) {
    size_t bytes;
    if (__builtin_mul_overflow(count, ms_field_element_size(field), &bytes) ||
        bytes > SIZE_MAX - sizeof(struct s_list)) {
        return false;
    }
    struct s_list *list = ms_arena_alloc(arena, sizeof(*list) + bytes);
    if (list == NULL) {
        return false;
    }
    list->count = count;
    if (bytes != 0) {
        memcpy(list->elements, elements, bytes);
    }
    s_set_pointer(object + field->offset, list->elements);
    return true;
}

static size_t s_list_count(const char *object, const struct ms_field *field) {
    const char *elements = s_pointer_at(object + field->offset);
    if (elements == NULL) {
        return 0;
    }
    size_t count;
    memcpy(&count, elements - offsetof(struct s_list, elements), sizeof(count));
    return count;
}

static size_t s_count_at(const char *object, size_t offset) {
    size_t count;
    memcpy(&count, object + offset, sizeof(count));
    return count;
}

/* Lists of ELEMENT's that have their count in OBJECT have so many elements. */
static bool s_series_fit(const char *object, const struct ms_shape *shape, const char *element) {
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct ms_field *field = &shape->fields[i];
        if (field->kind == MS_FIELD_UINTS_PARENT &&
            s_list_count(element, field) != s_count_at(object, field->count)) {
            return false;
        }
    }
    return true;
}

const char *ms_shape_set_counts(const struct ms_shape *shape, char *object) {
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct ms_field *field = &shape->fields[i];
        if (!ms_field_is_list(field) || field->kind == MS_FIELD_UINTS_PARENT) {
            continue;
        }
        size_t count = s_list_count(object, field);
        for (size_t before = 0; before < i; before++) {
            if (ms_field_is_list(&shape->fields[before]) &&
                shape->fields[before].count == field->count &&
                s_list_count(object, &shape->fields[before]) != count) {
                return field->key;
            }
        }
        memcpy(object + field->count, &count, sizeof(count));
    }
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct ms_field *field = &shape->fields[i];
        if (field->kind != MS_FIELD_OBJECTS) {
            continue;
        }
        const char *elements = s_pointer_at(object + field->offset);
        for (size_t at = 0; at < s_list_count(object, field); at++) {
            if (!s_series_fit(object, field->shape, elements + at * field->shape->size)) {
                return field->key;
            }
        }
    }
    return NULL;
}
