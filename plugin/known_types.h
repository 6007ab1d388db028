/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the types of the program mean for blocks of memory, gathered while the front end's data is
 * whole. With -flto GCC frees it before the code is in SSA form: typedef names go, the pointers in
 * members and parameters point to incomplete types then. Hence a pass of its own, before/after:
 *
 *     (nothing of the code changes; types and names are written down by their GCC numbers)
 *
 * Position: after "cfg", the last of the lowering passes that sees each function with the front
 * end's data in place. Without -flto types stay, and are not looked for.
 *
 * Only numbers and strings are kept, no trees, so that GCC's collector need not know.
 */
#ifndef MS_PLUGIN_KNOWN_TYPES_H
#define MS_PLUGIN_KNOWN_TYPES_H

#include "attribute.h"

/* The array at the end of a struct that has as many elements as there is room for. */
struct ms_tail {
    std::string spelling; /* of an element */
    uint64_t size = 0;    /* of an element; 0: there is no such array */
    uint64_t offset = 0;  /* of the first one */
    bool in_size = false; /* the size of the struct has one (`T tail[1]`) */
};

/* What a block is when a pointer of some type points to it. */
struct ms_pointee {
    std::string spelling;  /* empty: void, says nothing */
    unsigned identity = 0; /* the same number for all names of a type */
    uint64_t size = 0;     /* 0: incomplete or not constant */
    bool weak = false;     /* char and its kin: may be raw bytes of anything */
    bool scalar = false;   /* a number or a pointer */
    ms_tail tail;
    ms_annotation annotation;
};

opt_pass *ms_types_pass_new(void);

/* The pointee of a pointer type; of the pointer that a member is, or an array of; of parameter
 * INDEX (from 0) and of the result of a function type. Null: not a pointer, or there is no such
 * parameter. The answers stay where they are until the compiler ends. */
const ms_pointee *ms_types_pointee(tree pointer_type);
const ms_pointee *ms_types_of_field(tree field);
const ms_pointee *ms_types_of_parameter(tree function_type, unsigned index);
const ms_pointee *ms_types_of_result(tree function_type);

/* A block that is used as an object of TYPE. */
const ms_pointee *ms_types_of_object(tree type);

/* The struct or union that FIELD is a member of: "struct node"; empty when it has no name. */
const std::string &ms_types_owner(tree field);

/* C++: what FIELD is when it is a member of the closure of a lambda: the variable that was
 * captured, which has no name otherwise, and what was said of it. */
struct ms_captured {
    std::string name;
    ms_annotation annotation;
};
const ms_captured &ms_types_captured(tree field);

/* A function as the front end shows it: "f", "ns::A::f". */
const std::string &ms_types_function_name(tree decl);

#endif
