/* SPDX-License-Identifier: MIT */
#include "compare/merge_copy.h"

#include <string.h>

#include "memscope/report.h"

static const void *s_pointer(const char *place) {
    return *(const void *const *)(const void *)place;
}

/* How many elements the array at FIELD has: none behind a null pointer. */
static size_t s_count(const struct ms_field *field, const char *object) {
    return s_pointer(object + field->offset) != NULL
               ? *(const size_t *)(const void *)(object + field->count)
               : 0;
}

static uint32_t s_object_key(struct ms_keys *keys, uint32_t list, const struct ms_shape *shape,
                             const char *object) {
    for (size_t i = 0; i < shape->field_count; i++)
        list = ms_merge_key(keys, list, &shape->fields[i], object);
    return list;
}

uint32_t ms_merge_key(struct ms_keys *keys, uint32_t list, const struct ms_field *field,
                      const char *object) {
    const char *place = object + field->offset;
    uint64_t number = 0;
    switch (field->kind) {
    case MS_FIELD_STRING:
        return ms_keys_append(keys, list, ms_keys_text(keys, s_pointer(place)));
    case MS_FIELD_OPTIONAL:
        list = ms_keys_append(keys, list, s_pointer(place) != NULL);
        return s_pointer(place) != NULL ? s_object_key(keys, list, field->shape, s_pointer(place))
                                        : list;
    case MS_FIELD_OBJECT:
        return s_object_key(keys, list, field->shape, place);
    case MS_FIELD_UINT:
    case MS_FIELD_REAL:
        memcpy(&number, place, sizeof(number));
        return ms_keys_append(keys, list, ms_keys_number(keys, number));
    case MS_FIELD_ID:
        return ms_keys_append(keys, list, *(const uint32_t *)(const void *)place);
    case MS_FIELD_BOOL:
        return ms_keys_append(keys, list, *(const bool *)(const void *)place);
    case MS_FIELD_EXIT:
        return ms_keys_append(keys, list, *(const enum memscope_exit *)(const void *)place);
    default: /* lists are no keys */
        return list;
    }
}

static void s_copy_object(struct ms_keys *keys, const struct ms_shape *shape, const char *object,
                          char *out) {
    for (size_t i = 0; i < shape->field_count; i++)
        ms_merge_copy_field(keys, &shape->fields[i], object, out);
}

static void *s_alloc(struct ms_keys *keys, size_t count, size_t size) {
    void *block = ms_arena_array(keys->names.arena, count, size);
    if (block == NULL)
        keys->failed = true;
    return block;
}

static void s_copy_list(struct ms_keys *keys, const struct ms_field *field, const char *object,
                        char *out) {
    size_t count = s_count(field, object);
    size_t size = field->shape != NULL ? field->shape->size : sizeof(uint64_t);
    const char *from = s_pointer(object + field->offset);
    char *to = s_alloc(keys, count, size);
    if (to == NULL)
        return;
    for (size_t i = 0; i < count && field->shape != NULL; i++)
        s_copy_object(keys, field->shape, from + i * size, to + i * size);
    for (size_t i = 0; i < count && field->kind == MS_FIELD_STRINGS; i++)
        ((const char **)(void *)to)[i] =
            ms_keys_keep(keys, ((const char *const *)(const void *)from)[i]);
    if (field->kind == MS_FIELD_UINTS && count != 0)
        memcpy(to, from, count * size);
    *(void **)(void *)(out + field->offset) = to;
    *(size_t *)(void *)(out + field->count) = count;
}

void ms_merge_copy_field(struct ms_keys *keys, const struct ms_field *field, const char *object,
                         char *out) {
    const char *place = object + field->offset;
    switch (field->kind) {
    case MS_FIELD_UINT:
    case MS_FIELD_REAL:
        memcpy(out + field->offset, place, sizeof(uint64_t));
        break;
    case MS_FIELD_ID:
        memcpy(out + field->offset, place, sizeof(uint32_t));
        break;
    case MS_FIELD_BOOL:
        memcpy(out + field->offset, place, sizeof(bool));
        break;
    case MS_FIELD_EXIT:
        memcpy(out + field->offset, place, sizeof(enum memscope_exit));
        break;
    case MS_FIELD_STRING:
        *(const char **)(void *)(out + field->offset) = ms_keys_keep(keys, s_pointer(place));
        break;
    case MS_FIELD_OBJECT:
        s_copy_object(keys, field->shape, place, out + field->offset);
        break;
    case MS_FIELD_OPTIONAL: {
        char *copy = s_pointer(place) != NULL ? s_alloc(keys, 1, field->shape->size) : NULL;
        if (copy != NULL)
            s_copy_object(keys, field->shape, s_pointer(place), copy);
        *(void **)(void *)(out + field->offset) = copy;
        break;
    }
    case MS_FIELD_OBJECTS:
    case MS_FIELD_STACKS:
    case MS_FIELD_UINTS:
    case MS_FIELD_STRINGS:
        s_copy_list(keys, field, object, out);
        break;
    default: /* a list that needs its parent: rows have none */
        break;
    }
}
