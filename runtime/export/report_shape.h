/* SPDX-License-Identifier: MIT */
/*
 * The keys of a report and where their values are in struct memscope_report: the one list that all
 * formats with keys are written from, so that keys, order and counts cannot differ between them.
 */
#ifndef MS_EXPORT_REPORT_SHAPE_H
#define MS_EXPORT_REPORT_SHAPE_H

#include <stddef.h>

enum ms_field_kind {
    MS_FIELD_UINT,         /* uint64_t */
    MS_FIELD_ID,           /* uint32_t, MEMSCOPE_NO_ID: null */
    MS_FIELD_REAL,         /* double */
    MS_FIELD_BOOL,         /* bool */
    MS_FIELD_STRING,       /* const char * */
    MS_FIELD_EXIT,         /* enum memscope_exit, by its spelling */
    MS_FIELD_OBJECT,       /* a struct, of `shape` */
    MS_FIELD_OPTIONAL,     /* pointer to a struct of `shape`; NULL: null */
    MS_FIELD_OBJECTS,      /* pointer to an array of structs of `shape`; size_t at `count` */
    MS_FIELD_UINTS,        /* pointer to an array of uint64_t; size_t at `count` */
    MS_FIELD_STRINGS,      /* pointer to an array of const char *; size_t at `count` */
    MS_FIELD_UINTS_PARENT, /* as UINTS, but `count` is in the struct that holds this one's array */
    MS_FIELD_WANTED,       /* as OBJECTS; left out, key and all, where the pointer is NULL */
    MS_FIELD_STACKS,       /* as OBJECTS: the stacks, which an exporter may write in its own way */
};

struct ms_shape;

struct ms_field {
    const char *key;
    enum ms_field_kind kind;
    size_t offset;
    size_t count; /* offset of the number of elements */
    const struct ms_shape *shape;
};

struct ms_shape {
    size_t size; /* of the struct */
    size_t field_count;
    const struct ms_field *fields;
};

/* How a value of enum memscope_exit is spelled; NULL: it is none. */
const char *ms_exit_spelling(size_t exit);

/* The shape of struct memscope_report. Constant. */
const struct ms_shape *ms_report_shape(void);

#endif
