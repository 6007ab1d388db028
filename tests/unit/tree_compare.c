/* SPDX-License-Identifier: MIT */
#include "tree_compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A step of the path to where two trees differ, put before the steps below it. */
static bool differs_at(char *path, size_t path_size, const char *step) {
    char rest[512];
    snprintf(rest, sizeof(rest), "%s", path);
    snprintf(path, path_size, ".%s%s", step, rest);
    return false;
}

static bool differs_at_index(char *path, size_t path_size, size_t index) {
    char step[24];
    snprintf(step, sizeof(step), "%zu", index);
    return differs_at(path, path_size, step);
}

static bool is_text(const msgpack_object *object, const char *text) {
    return object->type == MSGPACK_OBJECT_STR && object->via.str.size == strlen(text) &&
           memcmp(object->via.str.ptr, text, object->via.str.size) == 0;
}

static bool is_number(const msgpack_object *object, const char *text) {
    char digits[32];
    switch (object->type) {
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        snprintf(digits, sizeof(digits), "%" PRIu64, object->via.u64);
        return strcmp(digits, text) == 0;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        snprintf(digits, sizeof(digits), "%" PRId64, object->via.i64);
        return strcmp(digits, text) == 0;
    case MSGPACK_OBJECT_FLOAT64: {
        double value = strtod(text, NULL);
        return strpbrk(text, ".e") != NULL && memcmp(&value, &object->via.f64, sizeof(value)) == 0;
    }
    default:
        return false;
    }
}

static bool same_object(yajl_val json, const msgpack_object *msgpack, char *path,
                        size_t path_size) {
    if (msgpack->type != MSGPACK_OBJECT_MAP || msgpack->via.map.size != json->u.object.len) {
        return false;
    }
    for (size_t i = 0; i < json->u.object.len; i++) {
        const msgpack_object_kv *pair = &msgpack->via.map.ptr[i];
        if (!is_text(&pair->key, json->u.object.keys[i]) ||
            !tree_equals_msgpack(json->u.object.values[i], &pair->val, path, path_size)) {
            return differs_at(path, path_size, json->u.object.keys[i]);
        }
    }
    return true;
}

static bool same_array(yajl_val json, const msgpack_object *msgpack, char *path, size_t path_size) {
    if (msgpack->type != MSGPACK_OBJECT_ARRAY || msgpack->via.array.size != json->u.array.len) {
        return false;
    }
    for (size_t i = 0; i < json->u.array.len; i++) {
        if (!tree_equals_msgpack(json->u.array.values[i], &msgpack->via.array.ptr[i], path,
                                 path_size)) {
            return differs_at_index(path, path_size, i);
        }
    }
    return true;
}

bool tree_equals_msgpack(yajl_val json, const msgpack_object *msgpack, char *path,
                         size_t path_size) {
    switch (json->type) {
    case yajl_t_string:
        return is_text(msgpack, json->u.string);
    case yajl_t_number:
        return is_number(msgpack, json->u.number.r);
    case yajl_t_object:
        return same_object(json, msgpack, path, path_size);
    case yajl_t_array:
        return same_array(json, msgpack, path, path_size);
    case yajl_t_true:
    case yajl_t_false:
        return msgpack->type == MSGPACK_OBJECT_BOOLEAN &&
               msgpack->via.boolean == (json->type == yajl_t_true);
    case yajl_t_null:
        return msgpack->type == MSGPACK_OBJECT_NIL;
    default:
        return false;
    }
}

static bool is_among(const char *names, const char *name) {
    size_t size = strlen(name);
    for (const char *at = names; at != NULL && (at = strstr(at, name)) != NULL; at += size) {
        if ((at == names || at[-1] == ' ') && (at[size] == ' ' || at[size] == '\0')) {
            return true;
        }
    }
    return false;
}

bool tree_equals(yajl_val a, yajl_val b, const char *except, char *path, size_t path_size) {
    if (a->type != b->type) {
        return false;
    }
    switch (a->type) {
    case yajl_t_string:
        return strcmp(a->u.string, b->u.string) == 0;
    case yajl_t_number:
        return strcmp(a->u.number.r, b->u.number.r) == 0;
    case yajl_t_object:
        for (size_t i = 0; i < a->u.object.len && a->u.object.len == b->u.object.len; i++) {
            const char *key = a->u.object.keys[i];
            if (strcmp(key, b->u.object.keys[i]) != 0) {
                return differs_at(path, path_size, key);
            }
            if (is_among(except, key)) {
                continue;
            }
            if (!tree_equals(a->u.object.values[i], b->u.object.values[i], NULL, path, path_size)) {
                return differs_at(path, path_size, key);
            }
        }
        return a->u.object.len == b->u.object.len;
    case yajl_t_array:
        for (size_t i = 0; i < a->u.array.len && a->u.array.len == b->u.array.len; i++) {
            if (!tree_equals(a->u.array.values[i], b->u.array.values[i], NULL, path, path_size)) {
                return differs_at_index(path, path_size, i);
            }
        }
        return a->u.array.len == b->u.array.len;
    default:
        return true;
    }
}

yajl_val tree_member(yajl_val object, const char *name) {
    const char *path[] = {name, NULL};
    return object == NULL ? NULL : yajl_tree_get(object, path, yajl_t_any);
}

yajl_val tree_element(yajl_val array, size_t index) {
    return YAJL_IS_ARRAY(array) && index < array->u.array.len ? array->u.array.values[index] : NULL;
}

bool tree_has_keys(yajl_val object, const char *wanted) {
    if (!YAJL_IS_OBJECT(object)) {
        return false;
    }
    const char *next = wanted;
    for (size_t i = 0; i < object->u.object.len; i++) {
        const char *key = object->u.object.keys[i];
        size_t size = strlen(key);
        if (strncmp(next, key, size) != 0) {
            fprintf(stderr, "key %s, wanted %s\n", key, next);
            return false;
        }
        next += size;
        next += *next == ' ';
    }
    return *next == '\0';
}
