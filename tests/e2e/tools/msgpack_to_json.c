/* SPDX-License-Identifier: MIT */
/* Reads one msgpack value from standard input and prints it as JSON. */
#include <inttypes.h>
#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>

static void print_string(const char *text, size_t size) {
    putchar('"');
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 0x20)
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static void print_value(const msgpack_object *value);

static void print_map(const msgpack_object_map *map) {
    for (uint32_t i = 0; i < map->size; i++) {
        putchar(i == 0 ? '{' : ',');
        print_value(&map->ptr[i].key);
        putchar(':');
        print_value(&map->ptr[i].val);
    }
    fputs(map->size == 0 ? "{}" : "}", stdout);
}

static void print_array(const msgpack_object_array *array) {
    for (uint32_t i = 0; i < array->size; i++) {
        putchar(i == 0 ? '[' : ',');
        print_value(&array->ptr[i]);
    }
    fputs(array->size == 0 ? "[]" : "]", stdout);
}

static void print_value(const msgpack_object *value) {
    switch (value->type) {
    case MSGPACK_OBJECT_NIL:
        fputs("null", stdout);
        break;
    case MSGPACK_OBJECT_BOOLEAN:
        fputs(value->via.boolean ? "true" : "false", stdout);
        break;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        printf("%" PRIu64, value->via.u64);
        break;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        printf("%" PRId64, value->via.i64);
        break;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        printf("%.17g", value->via.f64);
        break;
    case MSGPACK_OBJECT_STR:
        print_string(value->via.str.ptr, value->via.str.size);
        break;
    case MSGPACK_OBJECT_ARRAY:
        print_array(&value->via.array);
        break;
    case MSGPACK_OBJECT_MAP:
        print_map(&value->via.map);
        break;
    default:
        fprintf(stderr, "msgpack_to_json: a value of type %d\n", (int)value->type);
        exit(1);
    }
}

static char *read_input(size_t *size) {
    size_t capacity = 1 << 16;
    char *bytes = malloc(capacity);
    *size = 0;
    while (bytes) {
        *size += fread(bytes + *size, 1, capacity - *size, stdin);
        if (*size < capacity)
            break;
        capacity *= 2;
        bytes = realloc(bytes, capacity);
    }
    return bytes;
}

int main(void) {
    size_t size, offset = 0;
    char *bytes = read_input(&size);
    msgpack_unpacked result;
    msgpack_unpacked_init(&result);
    if (!bytes || msgpack_unpack_next(&result, bytes, size, &offset) != MSGPACK_UNPACK_SUCCESS ||
        offset != size) {
        fprintf(stderr, "msgpack_to_json: no msgpack value, or more than one\n");
        return 1;
    }
    print_value(&result.data);
    putchar('\n');
    msgpack_unpacked_destroy(&result);
    free(bytes);
    return 0;
}
