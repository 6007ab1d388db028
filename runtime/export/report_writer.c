/* SPDX-License-Identifier: MIT */
#include "export/report_writer.h"

#include <string.h>

#include "export/report_shape.h"

struct s_walk {
    struct ms_writer *writer;
    const struct memscope_report *report;
    ms_stacks_fn *write_stacks;
    void *stacks_data;
};

static const void *s_pointer_at(const char *place) {
    return *(const void *const *)place;
}

static void s_write_object(const struct s_walk *walk, const struct ms_shape *shape,
                           const char *object, const char *parent);

/* How many elements there are: none behind a null pointer. */
static size_t s_element_count(const struct ms_field *field, const char *object,
                              const char *parent) {
    if (s_pointer_at(object + field->offset) == NULL) {
        return 0;
    }
    const char *holder = field->kind == MS_FIELD_UINTS_PARENT ? parent : object;
    return *(const size_t *)(holder + field->count);
}

static void s_write_elements(const struct s_walk *walk, const struct ms_field *field,
                             const char *object, const char *parent) {
    const struct ms_writer_ops *ops = walk->writer->ops;
    size_t count = s_element_count(field, object, parent);
    const char *elements = s_pointer_at(object + field->offset);
    ops->begin_array(walk->writer, count);
    for (size_t i = 0; i < count; i++) {
        if (field->shape != NULL) {
            s_write_object(walk, field->shape, elements + i * field->shape->size, object);
        } else if (field->kind == MS_FIELD_STRINGS) {
            ops->string(walk->writer, ((const char *const *)elements)[i]);
        } else {
            ops->unsigned_integer(walk->writer, ((const uint64_t *)elements)[i]);
        }
    }
    ops->end_array(walk->writer);
}

static void s_write_value(const struct s_walk *walk, const struct ms_field *field,
                          const char *object, const char *parent);

/* Of rows that there may be very many of, with many values alike in a column. */
static bool s_is_by_columns(const struct s_walk *walk, const struct ms_field *field,
                            const char *object) {
    static const char *const s_keys[] = {"live", "leaks"};
    for (size_t i = 0; i < sizeof(s_keys) / sizeof(s_keys[0]); i++) {
        if (strcmp(field->key, s_keys[i]) == 0) {
            return walk->write_stacks != NULL && object == (const char *)walk->report;
        }
    }
    return false;
}

static void s_write_columns(const struct s_walk *walk, const struct ms_field *field,
                            const char *object) {
    const struct ms_writer_ops *ops = walk->writer->ops;
    const struct ms_shape *shape = field->shape;
    size_t count = s_element_count(field, object, NULL);
    const char *rows = s_pointer_at(object + field->offset);
    ops->begin_object(walk->writer, shape->field_count);
    for (size_t column = 0; column < shape->field_count; column++) {
        ops->string(walk->writer, shape->fields[column].key);
        ops->begin_array(walk->writer, count);
        for (size_t i = 0; i < count; i++) {
            s_write_value(walk, &shape->fields[column], rows + i * shape->size, object);
        }
        ops->end_array(walk->writer);
    }
    ops->end_object(walk->writer);
}

static void s_write_value(const struct s_walk *walk, const struct ms_field *field,
                          const char *object, const char *parent) {
    struct ms_writer *writer = walk->writer;
    const char *place = object + field->offset;
    switch (field->kind) {
    case MS_FIELD_UINT:
        writer->ops->unsigned_integer(writer, *(const uint64_t *)place);
        break;
    case MS_FIELD_ID: {
        uint32_t id = *(const uint32_t *)place;
        writer->ops->unsigned_integer(writer, id == MEMSCOPE_NO_ID ? MEMSCOPE_UNKNOWN : id);
        break;
    }
    case MS_FIELD_REAL:
        writer->ops->real(writer, *(const double *)place);
        break;
    case MS_FIELD_BOOL:
        writer->ops->boolean(writer, *(const bool *)place);
        break;
    case MS_FIELD_STRING:
        writer->ops->string(writer, s_pointer_at(place));
        break;
    case MS_FIELD_EXIT:
        writer->ops->string(writer, ms_exit_spelling(*(const enum memscope_exit *)place));
        break;
    case MS_FIELD_OBJECT:
        s_write_object(walk, field->shape, place, object);
        break;
    case MS_FIELD_OPTIONAL:
        if (s_pointer_at(place) != NULL) {
            s_write_object(walk, field->shape, s_pointer_at(place), object);
        } else {
            writer->ops->null(writer);
        }
        break;
    case MS_FIELD_STACKS:
        if (walk->write_stacks != NULL) {
            walk->write_stacks(writer, walk->report, walk->stacks_data);
            break;
        }
        s_write_elements(walk, field, object, parent);
        break;
    case MS_FIELD_OBJECTS:
        if (s_is_by_columns(walk, field, object)) {
            s_write_columns(walk, field, object);
            break;
        }
        s_write_elements(walk, field, object, parent);
        break;
    case MS_FIELD_WANTED:
    case MS_FIELD_UINTS:
    case MS_FIELD_STRINGS:
    case MS_FIELD_UINTS_PARENT:
        s_write_elements(walk, field, object, parent);
        break;
    }
}

static bool s_is_left_out(const struct ms_field *field, const char *object) {
    return field->kind == MS_FIELD_WANTED && s_pointer_at(object + field->offset) == NULL;
}

static size_t s_count_fields(const struct ms_shape *shape, const char *object) {
    size_t count = 0;
    for (size_t i = 0; i < shape->field_count; i++) {
        count += !s_is_left_out(&shape->fields[i], object);
    }
    return count;
}

static void s_write_fields(const struct s_walk *walk, const struct ms_shape *shape,
                           const char *object, const char *parent) {
    for (size_t i = 0; i < shape->field_count; i++) {
        if (s_is_left_out(&shape->fields[i], object)) {
            continue;
        }
        walk->writer->ops->string(walk->writer, shape->fields[i].key);
        s_write_value(walk, &shape->fields[i], object, parent);
    }
}

static void s_write_object(const struct s_walk *walk, const struct ms_shape *shape,
                           const char *object, const char *parent) {
    walk->writer->ops->begin_object(walk->writer, s_count_fields(shape, object));
    s_write_fields(walk, shape, object, parent);
    walk->writer->ops->end_object(walk->writer);
}

static void s_write_version(struct ms_writer *writer) {
    writer->ops->string(writer, "schema");
    writer->ops->string(writer, MEMSCOPE_REPORT_SCHEMA);
    writer->ops->string(writer, "version");
    writer->ops->unsigned_integer(writer, MEMSCOPE_REPORT_VERSION);
}

void ms_report_write(struct ms_writer *writer, const struct memscope_report *report,
                     ms_stacks_fn *write_stacks, void *data) {
    const struct s_walk walk = {writer, report, write_stacks, data};
    const struct ms_shape *shape = ms_report_shape();
    writer->ops->begin_object(writer, s_count_fields(shape, (const char *)report) + 2);
    s_write_version(writer);
    s_write_fields(&walk, shape, (const char *)report, NULL);
    writer->ops->end_object(writer);
}

static const struct ms_field *s_find_field(const struct ms_shape *shape, const char *key) {
    for (size_t i = 0; i < shape->field_count; i++) {
        if (strcmp(shape->fields[i].key, key) == 0) {
            return &shape->fields[i];
        }
    }
    return NULL;
}

void ms_report_write_sections(struct ms_writer *writer, const struct memscope_report *report,
                              const char *const *keys, size_t count) {
    const struct s_walk walk = {writer, report, NULL, NULL};
    const struct ms_shape *shape = ms_report_shape();
    size_t known = 0;
    for (size_t i = 0; i < count; i++) {
        known += s_find_field(shape, keys[i]) != NULL;
    }
    writer->ops->begin_object(writer, known + 2);
    s_write_version(writer);
    for (size_t i = 0; i < count; i++) {
        const struct ms_field *field = s_find_field(shape, keys[i]);
        if (field != NULL) {
            writer->ops->string(writer, field->key);
            s_write_value(&walk, field, (const char *)report, NULL);
        }
    }
    writer->ops->end_object(writer);
}

void ms_report_write_value(struct ms_writer *writer, const struct memscope_report *report,
                           const char *key) {
    const struct s_walk walk = {writer, report, NULL, NULL};
    const struct ms_field *field = s_find_field(ms_report_shape(), key);
    if (field == NULL) {
        writer->ops->null(writer);
        return;
    }
    s_write_value(&walk, field, (const char *)report, NULL);
}
