/* SPDX-License-Identifier: MIT */
#include "export/report_redact.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "export/report_shape.h"

/* The keys whose values are paths, some with a line behind. */
static bool s_is_path(const char *key) {
    static const char *const s_keys[] = {"executable", "file",     "location",
                                         "path",       "declared", "module"};
    for (size_t i = 0; i < sizeof(s_keys) / sizeof(s_keys[0]); i++)
        if (strcmp(s_keys[i], key) == 0)
            return true;
    return false;
}

static const char *s_base(const char *path) {
    const char *slash = path != NULL ? strrchr(path, '/') : NULL;
    return slash != NULL ? slash + 1 : path;
}

static void s_redact_object(const struct ms_shape *shape, char *object);

static void s_redact_field(const struct ms_field *field, char *object) {
    char *place = object + field->offset;
    char *inner;
    size_t count = 1;
    switch (field->kind) {
    case MS_FIELD_STRING:
        if (s_is_path(field->key))
            *(const char **)place = s_base(*(const char **)place);
        return;
    case MS_FIELD_OBJECT:
        inner = place;
        break;
    case MS_FIELD_OPTIONAL:
        inner = *(char **)place;
        break;
    case MS_FIELD_OBJECTS:
    case MS_FIELD_WANTED:
    case MS_FIELD_STACKS:
        inner = *(char **)place;
        count = *(const size_t *)(object + field->count);
        break;
    default:
        return;
    }
    for (size_t i = 0; inner != NULL && i < count; i++)
        s_redact_object(field->shape, inner + i * field->shape->size);
}

static void s_redact_object(const struct ms_shape *shape, char *object) {
    for (size_t i = 0; i < shape->field_count; i++)
        s_redact_field(&shape->fields[i], object);
}

/* TEXT with the last part alone of each absolute path in it; a path ends with a space. */
static char *s_redact_text(const char *text) {
    char *copy = strdup(text), *to = copy;
    if (copy == NULL)
        return NULL;
    for (const char *from = text; *from != '\0';) {
        bool starts =
            from == text || isspace((unsigned char)from[-1]) || strchr("\"'(=", from[-1]) != NULL;
        if (*from == '/' && starts) {
            size_t length = strcspn(from, " \t\n\"')");
            const char *base = from + length;
            while (base[-1] != '/')
                base--;
            size_t kept = length - (size_t)(base - from);
            memcpy(to, base, kept);
            to += kept;
            from += length;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
    return copy;
}

char **ms_report_redact(struct memscope_report *report) {
    char **notes = calloc(report->note_count + 1, sizeof(*notes));
    for (size_t i = 0; notes != NULL && i < report->note_count; i++) {
        notes[i] = s_redact_text(report->notes[i]);
        if (notes[i] == NULL) {
            ms_report_redact_free(notes);
            notes = NULL;
        }
    }
    if (notes == NULL)
        return NULL;
    s_redact_object(ms_report_shape(), (char *)report);
    report->notes = (const char *const *)notes;
    report->process.command = NULL;
    report->process.command_count = 0;
    report->process.host = NULL;
    return notes;
}

void ms_report_redact_free(char **notes) {
    for (size_t i = 0; notes != NULL && notes[i] != NULL; i++)
        free(notes[i]);
    free(notes);
}
