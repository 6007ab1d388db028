/* SPDX-License-Identifier: MIT */
/* Decoded JSON and msgpack, looked at and compared. */
#ifndef TESTS_UNIT_TREE_COMPARE_H
#define TESTS_UNIT_TREE_COMPARE_H

#include <msgpack.h>
#include <stdbool.h>
#include <stddef.h>
#include <yajl/yajl_tree.h>

/* True when both hold the same values: same keys in the same order, integers by their digits, reals
 * by their bits. Otherwise PATH tells where they differ first. */
bool tree_equals_msgpack(yajl_val json, const msgpack_object *msgpack, char *path,
                         size_t path_size);

/* True when both JSON trees are the same, but for the members of the outermost object whose
 * names are in EXCEPT, with blanks between them (may be NULL). */
bool tree_equals(yajl_val a, yajl_val b, const char *except, char *path, size_t path_size);

/* The member NAME of an object, element INDEX of an array; NULL: none. */
yajl_val tree_member(yajl_val object, const char *name);
yajl_val tree_element(yajl_val array, size_t index);

/* True when the keys of OBJECT are those of WANTED, which are divided by single spaces. */
bool tree_has_keys(yajl_val object, const char *wanted);

#endif
