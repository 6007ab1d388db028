/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The types that the program names in the arguments of an allocation, by sizeof:
 *
 *     void *data = malloc(sizeof (struct node));      struct node, though nothing is used as one
 *     queue_add(queue, calloc(n, sizeof *item));      what the variable `item` points to
 *
 * GCC keeps no sizeof, so they are read in the source text. The text is only believed where the
 * number that GCC has made of it agrees (size_argument.h); names that the unit has several types or
 * variables for are not used. A macro's own text is not looked into, its arguments are.
 */
#ifndef MS_PLUGIN_WRITTEN_TYPE_H
#define MS_PLUGIN_WRITTEN_TYPE_H

#include "known_types.h"

/* Reads what is written at CALL in FUN. While the front end's data is there (known_types.h). */
void ms_written_remember(function *fun, gcall *call);

/* The type that the program casts to what the call STATEMENT gives, in C:
 *
 *     void *data = (struct node *)malloc(n);
 *
 * GCC drops such a cast. Null: none. */
const ms_pointee *ms_written_cast(gimple *statement);

/* The types that were read at STATEMENT's place, in order. */
const std::vector<const ms_pointee *> &ms_written_at(gimple *statement);

#endif
