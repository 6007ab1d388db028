/* SPDX-License-Identifier: MIT */
#include "export/report_reader.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/report_shape.h"
#include "export/shape_object.h"
#include "model/arena.h"
#include "model/model.h"
#include "model/names.h"

#define LEVEL_LIMIT 16u  /* reports have six */
#define SKIP_LIMIT  512u /* of what is skipped, to bound those who come after us, too */
#define WHY_BYTES   256u

/* An object or array that has begun and not ended. */
struct s_level {
    const struct ms_shape *shape; /* of the object, or of the elements of an array of objects */
    const struct ms_field *field; /* of an object: the one whose value comes next, NULL: a key that
                                     is not known. Of an array: its own */
    bool is_array;
    char *object;   /* an object: where it is. It is not moved before it has ended */
    char *elements; /* an array: malloc'ed */
    size_t count, capacity;
};

struct ms_report_reader {
    enum ms_status status;
    char why[WHY_BYTES];
    struct memscope_report *report;
    struct ms_arena *arena;
    struct ms_names names;
    char *text; /* room for a string with its NUL */
    size_t text_size;
    struct s_level levels[LEVEL_LIMIT];
    size_t depth;   /* of levels */
    size_t skipped; /* objects and arrays that have begun in what is skipped */
    bool has_begun, has_ended, has_schema, has_version;
    enum { IN_REPORT, AT_SCHEMA, AT_VERSION } head; /* which key of its own the next value has */
};

bool ms_report_reader_fail(struct ms_report_reader *reader, enum ms_status status, const char *why,
                           ...) {
    if (reader->status == MS_OK) {
        va_list arguments;
        va_start(arguments, why);
        vsnprintf(reader->why, sizeof(reader->why), why, arguments);
        va_end(arguments);
        reader->status = status;
    }
    return false;
}

static bool s_out_of_memory(struct ms_report_reader *reader) {
    return ms_report_reader_fail(reader, MS_NO_MEMORY, "%s", "");
}

static const char *const s_kinds[] = {
    [MS_FIELD_UINT] = "a whole number", [MS_FIELD_ID] = "an id",
    [MS_FIELD_REAL] = "a number",       [MS_FIELD_BOOL] = "true or false",
    [MS_FIELD_STRING] = "a string",     [MS_FIELD_EXIT] = "a way to end",
    [MS_FIELD_OBJECT] = "an object",    [MS_FIELD_OPTIONAL] = "an object",
    [MS_FIELD_OBJECTS] = "a list",      [MS_FIELD_UINTS] = "a list",
    [MS_FIELD_STRINGS] = "a list",      [MS_FIELD_UINTS_PARENT] = "a list",
    [MS_FIELD_STACKS] = "a list",       [MS_FIELD_WANTED] = "a list",
};

static bool s_wrong_kind(struct ms_report_reader *reader, const struct s_level *level) {
    if (level->is_array) {
        return ms_report_reader_fail(reader, MS_CORRUPT, "an element of %s has a wrong type",
                                     level->field->key);
    }
    return ms_report_reader_fail(reader, MS_CORRUPT, "%s is not %s", level->field->key,
                                 s_kinds[level->field->kind]);
}

/* ---- memory ---- */

static void s_set_pointer(char *place, const void *pointer) {
    memcpy(place, &pointer, sizeof(pointer));
}

/* Room for one more element; NULL when out of memory. */
static char *s_add_element(struct ms_report_reader *reader, struct s_level *level) {
    size_t size = ms_field_element_size(level->field);
    if (level->count == level->capacity) {
        size_t capacity = level->capacity == 0 ? 8 : level->capacity * 2, bytes;
        char *grown =
            __builtin_mul_overflow(capacity, size, &bytes) ? NULL : realloc(level->elements, bytes);
        if (grown == NULL) {
            s_out_of_memory(reader);
            return NULL;
        }
        level->elements = grown;
        level->capacity = capacity;
    }
    return level->elements + level->count++ * size;
}

/* ---- strings ---- */

/* TEXT with a NUL, until the next call. */
static const char *s_with_nul(struct ms_report_reader *reader, const char *text, size_t size) {
    if (size >= reader->text_size) {
        char *grown = realloc(reader->text, size + 1);
        if (grown == NULL) {
            s_out_of_memory(reader);
            return NULL;
        }
        reader->text = grown;
        reader->text_size = size + 1;
    }
    memcpy(reader->text, text, size);
    reader->text[size] = '\0';
    return reader->text;
}

/* The string that lives as long as the report; equal ones are one. */
static const char *s_keep_string(struct ms_report_reader *reader, const char *text, size_t size) {
    ms_name name;
    if (memchr(text, '\0', size) != NULL) {
        ms_report_reader_fail(reader, MS_CORRUPT, "a string has a NUL in it");
        return NULL;
    }
    const char *copy = s_with_nul(reader, text, size);
    if (copy == NULL) {
        return NULL;
    }
    if (ms_names_add(&reader->names, copy, &name) != MS_OK) {
        s_out_of_memory(reader);
        return NULL;
    }
    return ms_names_text(&reader->names, name);
}

/* ---- values ---- */

/* Where the next value goes, an element of an array or the field of an object; NULL: nowhere, it is
 * skipped, or there is an error. */
static struct s_level *s_next_level(struct ms_report_reader *reader) {
    if (reader->status != MS_OK || reader->skipped != 0) {
        return NULL;
    }
    if (reader->depth == 0) {
        ms_report_reader_fail(reader, MS_NOT_A_REPORT, "%s", "");
        return NULL;
    }
    struct s_level *level = &reader->levels[reader->depth - 1];
    if (level->field == NULL && reader->head != IN_REPORT) {
        ms_report_reader_fail(reader, MS_NOT_A_REPORT, "%s", "");
        return NULL;
    }
    return level->field != NULL ? level : NULL;
}

static bool s_is_fine(const struct ms_report_reader *reader) {
    return reader->status == MS_OK;
}

bool ms_report_reader_key(struct ms_report_reader *reader, const char *text, size_t size) {
    if (!s_is_fine(reader) || reader->skipped != 0) {
        return s_is_fine(reader);
    }
    if (reader->depth == 0) {
        return ms_report_reader_fail(reader, MS_NOT_A_REPORT, "%s", "");
    }
    struct s_level *level = &reader->levels[reader->depth - 1];
    level->field = NULL;
    reader->head = IN_REPORT;
    if (reader->depth == 1 && size == 6 && memcmp(text, "schema", 6) == 0) {
        reader->head = AT_SCHEMA;
    } else if (reader->depth == 1 && size == 7 && memcmp(text, "version", 7) == 0) {
        reader->head = AT_VERSION;
    }
    for (size_t i = 0; i < level->shape->field_count; i++) {
        const char *key = level->shape->fields[i].key;
        if (strlen(key) == size && memcmp(key, text, size) == 0) {
            level->field = &level->shape->fields[i];
        }
    }
    return true;
}

static bool s_read_schema(struct ms_report_reader *reader, const char *text, size_t size) {
    static const char schema[] = MEMSCOPE_REPORT_SCHEMA;
    if (size != sizeof(schema) - 1 || memcmp(text, schema, size) != 0) {
        return ms_report_reader_fail(reader, MS_NOT_A_REPORT, "%s", "");
    }
    reader->has_schema = true;
    reader->head = IN_REPORT;
    return true;
}

static bool s_read_version(struct ms_report_reader *reader, uint64_t version) {
    if (version != MEMSCOPE_REPORT_VERSION) {
        return ms_report_reader_fail(reader, MS_UNSUPPORTED,
                                     "it is of version %" PRIu64
                                     " of the reports, this memscope reads version %d",
                                     version, MEMSCOPE_REPORT_VERSION);
    }
    reader->has_version = true;
    reader->head = IN_REPORT;
    return true;
}

static bool s_read_exit(struct ms_report_reader *reader, const struct s_level *level,
                        const char *text, size_t size) {
    const char *spelling;
    for (size_t i = 0; (spelling = ms_exit_spelling(i)) != NULL; i++) {
        if (strlen(spelling) == size && memcmp(spelling, text, size) == 0) {
            enum memscope_exit exit = (enum memscope_exit)i;
            memcpy(level->object + level->field->offset, &exit, sizeof(exit));
            return true;
        }
    }
    return s_wrong_kind(reader, level);
}

bool ms_report_reader_string(struct ms_report_reader *reader, const char *text, size_t size) {
    if (s_is_fine(reader) && reader->skipped == 0 && reader->head == AT_SCHEMA) {
        return s_read_schema(reader, text, size);
    }
    struct s_level *level = s_next_level(reader);
    if (level == NULL) {
        return s_is_fine(reader);
    }
    if (level->is_array
            ? level->field->kind != MS_FIELD_STRINGS
            : level->field->kind != MS_FIELD_STRING && level->field->kind != MS_FIELD_EXIT) {
        return s_wrong_kind(reader, level);
    }
    if (level->field->kind == MS_FIELD_EXIT) {
        return s_read_exit(reader, level, text, size);
    }
    const char *kept = s_keep_string(reader, text, size);
    char *place = kept == NULL      ? NULL
                  : level->is_array ? s_add_element(reader, level)
                                    : level->object + level->field->offset;
    if (place != NULL) {
        s_set_pointer(place, kept);
    }
    return s_is_fine(reader);
}

bool ms_report_reader_uint(struct ms_report_reader *reader, uint64_t value) {
    if (s_is_fine(reader) && reader->skipped == 0 && reader->head == AT_VERSION) {
        return s_read_version(reader, value);
    }
    struct s_level *level = s_next_level(reader);
    if (level == NULL) {
        return s_is_fine(reader);
    }
    if (value == MEMSCOPE_UNKNOWN) {
        value--; /* it is a number, and the largest that a report can have */
    }
    if (level->is_array) {
        if (level->field->kind != MS_FIELD_UINTS && level->field->kind != MS_FIELD_UINTS_PARENT) {
            return s_wrong_kind(reader, level);
        }
        char *element = s_add_element(reader, level);
        if (element != NULL) {
            memcpy(element, &value, sizeof(value));
        }
        return s_is_fine(reader);
    }
    char *place = level->object + level->field->offset;
    switch (level->field->kind) {
    case MS_FIELD_UINT:
        memcpy(place, &value, sizeof(value));
        return true;
    case MS_FIELD_REAL:
        memcpy(place, &(double){(double)value}, sizeof(double));
        return true;
    case MS_FIELD_ID:
        if (value < MEMSCOPE_NO_ID) {
            memcpy(place, &(uint32_t){(uint32_t)value}, sizeof(uint32_t));
            return true;
        }
        return s_wrong_kind(reader, level);
    default:
        return s_wrong_kind(reader, level);
    }
}

/* Programs that keep all numbers as doubles write whole ones as 1.8446744073709552e+19. */
bool ms_report_reader_real(struct ms_report_reader *reader, double value) {
    struct s_level *level = s_next_level(reader);
    if (level == NULL) {
        return s_is_fine(reader);
    }
    if (!level->is_array && level->field->kind == MS_FIELD_REAL && isfinite(value)) {
        memcpy(level->object + level->field->offset, &value, sizeof(value));
        return true;
    }
    if (value >= 0 && value <= 0x1p64 && value == floor(value)) {
        return ms_report_reader_uint(reader, value < 0x1p64 ? (uint64_t)value : UINT64_MAX);
    }
    return s_wrong_kind(reader, level);
}

bool ms_report_reader_bool(struct ms_report_reader *reader, bool value) {
    struct s_level *level = s_next_level(reader);
    if (level == NULL) {
        return s_is_fine(reader);
    }
    if (level->is_array || level->field->kind != MS_FIELD_BOOL) {
        return s_wrong_kind(reader, level);
    }
    memcpy(level->object + level->field->offset, &value, sizeof(value));
    return true;
}

bool ms_report_reader_null(struct ms_report_reader *reader) {
    struct s_level *level = s_next_level(reader);
    if (level == NULL || !level->is_array) {
        return s_is_fine(reader); /* the field is as ms_shape_clear() left it */
    }
    if (level->field->kind != MS_FIELD_UINTS && level->field->kind != MS_FIELD_UINTS_PARENT) {
        return s_wrong_kind(reader, level);
    }
    char *element = s_add_element(reader, level);
    if (element != NULL) {
        memcpy(element, &(uint64_t){MEMSCOPE_UNKNOWN}, sizeof(uint64_t));
    }
    return s_is_fine(reader);
}

/* ---- objects and arrays ---- */

static bool s_skip(struct ms_report_reader *reader) {
    if (reader->skipped == SKIP_LIMIT) {
        return ms_report_reader_fail(reader, MS_CORRUPT, "it is nested too deeply");
    }
    reader->skipped++;
    return true;
}

static bool s_push(struct ms_report_reader *reader, struct s_level level) {
    if (reader->depth == LEVEL_LIMIT) {
        return ms_report_reader_fail(reader, MS_CORRUPT, "it is nested too deeply");
    }
    reader->levels[reader->depth++] = level;
    return true;
}

bool ms_report_reader_begin_object(struct ms_report_reader *reader) {
    if (s_is_fine(reader) && reader->depth == 0 && !reader->has_begun) {
        reader->has_begun = true;
        return s_push(
            reader, (struct s_level){.shape = ms_report_shape(), .object = (char *)reader->report});
    }
    struct s_level *level = s_next_level(reader);
    if (level == NULL) {
        return s_is_fine(reader) && s_skip(reader);
    }
    const struct ms_field *field = level->field;
    char *object = NULL;
    if (level->is_array && field->shape != NULL) {
        object = s_add_element(reader, level);
    } else if (!level->is_array && field->kind == MS_FIELD_OBJECT) {
        object = level->object + field->offset;
    } else if (!level->is_array && field->kind == MS_FIELD_OPTIONAL) {
        object = ms_arena_alloc(reader->arena, field->shape->size);
        s_set_pointer(level->object + field->offset, object);
    } else {
        return s_wrong_kind(reader, level);
    }
    if (object == NULL) {
        return s_out_of_memory(reader);
    }
    ms_shape_clear(field->shape, object);
    return s_push(reader, (struct s_level){.shape = field->shape, .object = object});
}

bool ms_report_reader_begin_array(struct ms_report_reader *reader) {
    struct s_level *level = s_next_level(reader);
    if (level == NULL) {
        return s_is_fine(reader) && s_skip(reader);
    }
    if (level->is_array || !ms_field_is_list(level->field)) {
        return s_wrong_kind(reader, level);
    }
    return s_push(
        reader,
        (struct s_level){.shape = level->field->shape, .field = level->field, .is_array = true});
}

bool ms_report_reader_end_object(struct ms_report_reader *reader) {
    if (!s_is_fine(reader)) {
        return false;
    }
    if (reader->skipped != 0) {
        reader->skipped--;
        return true;
    }
    struct s_level *level = &reader->levels[--reader->depth];
    reader->head = IN_REPORT;
    reader->has_ended |= reader->depth == 0;
    const char *uneven = ms_shape_set_counts(level->shape, level->object);
    return uneven == NULL ||
           ms_report_reader_fail(reader, MS_CORRUPT, "%s is not as long as what belongs to it",
                                 uneven);
}

bool ms_report_reader_end_array(struct ms_report_reader *reader) {
    if (!s_is_fine(reader)) {
        return false;
    }
    if (reader->skipped != 0) {
        reader->skipped--;
        return true;
    }
    struct s_level *array = &reader->levels[--reader->depth];
    struct s_level *holder = &reader->levels[reader->depth - 1];
    bool kept = ms_shape_set_list(array->field, holder->object, array->elements, array->count,
                                  reader->arena);
    free(array->elements);
    array->elements = NULL;
    return kept || s_out_of_memory(reader);
}

/* ---- the whole ---- */

struct ms_report_reader *ms_report_reader_new(void) {
    struct ms_report_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL) {
        return NULL;
    }
    reader->report = ms_report_new_blank(&reader->arena);
    if (reader->report == NULL) {
        free(reader);
        return NULL;
    }
    reader->names.arena = reader->arena;
    ms_shape_clear(ms_report_shape(), (char *)reader->report);
    return reader;
}

enum ms_status ms_report_reader_finish(struct ms_report_reader *reader,
                                       struct memscope_report **out, char *why, size_t size) {
    if (s_is_fine(reader) && !reader->has_ended) {
        ms_report_reader_fail(reader, reader->has_begun ? MS_TRUNCATED : MS_NOT_A_REPORT, "%s", "");
    } else if (!reader->has_schema || !reader->has_version) {
        ms_report_reader_fail(reader, MS_NOT_A_REPORT, "%s", "");
    }
    enum ms_status status = reader->status;
    snprintf(why, size, "%s", reader->why);
    for (size_t i = 0; i < reader->depth; i++) {
        free(reader->levels[i].elements);
    }
    ms_names_fini(&reader->names);
    free(reader->text);
    if (status == MS_OK) {
        *out = reader->report;
    } else {
        ms_report_destroy(reader->report);
    }
    free(reader);
    return status;
}
