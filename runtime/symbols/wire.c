/* SPDX-License-Identifier: MIT */
#include "symbols/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/checked.h"

/* More than the frames of any report. */
#define MESSAGE_LIMIT ((uint64_t)4 << 30)

void ms_wire_fini(struct ms_wire *wire) {
    free(wire->bytes);
    ms_key_fini(&wire->seen);
    *wire = (struct ms_wire){0};
}

static bool s_reserve(struct ms_wire *wire, size_t size) {
    if (wire->failed || size > MESSAGE_LIMIT - wire->size) {
        wire->failed = true;
        return false;
    }
    if (size <= wire->capacity - wire->size)
        return true;
    size_t capacity = wire->capacity != 0 ? wire->capacity : 256;
    while (capacity < wire->size + size)
        capacity *= 2;
    char *bytes = realloc(wire->bytes, capacity);
    if (bytes == NULL) {
        wire->failed = true;
        return false;
    }
    wire->bytes = bytes;
    wire->capacity = capacity;
    return true;
}

void ms_wire_put(struct ms_wire *wire, const void *bytes, size_t size) {
    if (size == 0 || !s_reserve(wire, size))
        return;
    memcpy(wire->bytes + wire->size, bytes, size);
    wire->size += size;
}

void ms_wire_put_number(struct ms_wire *wire, uint64_t number) {
    ms_wire_put(wire, &number, sizeof(number));
}

void ms_wire_put_text(struct ms_wire *wire, const char *text) {
    uint32_t size = text != NULL ? (uint32_t)strlen(text) + 1 : 0;
    ms_wire_put(wire, &size, sizeof(size));
    ms_wire_put(wire, text, size);
}

void ms_wire_take(struct ms_wire *wire, void *out, size_t size) {
    if (wire->failed || !ms_checked_range(wire->at, size, wire->size)) {
        wire->failed = true;
        memset(out, 0, size);
        return;
    }
    memcpy(out, wire->bytes + wire->at, size);
    wire->at += size;
}

uint64_t ms_wire_take_number(struct ms_wire *wire) {
    uint64_t number;
    ms_wire_take(wire, &number, sizeof(number));
    return number;
}

const char *ms_wire_take_text(struct ms_wire *wire) {
    uint32_t size;
    ms_wire_take(wire, &size, sizeof(size));
    if (size == 0)
        return NULL;
    if (wire->failed || !ms_checked_range(wire->at, size, wire->size) ||
        wire->bytes[wire->at + size - 1] != 0) {
        wire->failed = true;
        return NULL;
    }
    wire->at += size;
    return wire->bytes + wire->at - size;
}

void ms_wire_forget(struct ms_wire *wire) {
    ms_key_fini(&wire->seen);
    wire->text_count = 0;
}

void ms_wire_put_again(struct ms_wire *wire, const char *text) {
    uint32_t number = MS_WIRE_NO_TEXT;
    bool is_new = false;
    if (text != NULL) {
        number = ms_key_find(&wire->seen, (uintptr_t)text);
        is_new = number == MS_KEY_NONE;
    }
    if (is_new) {
        number = wire->text_count;
        if (number >= MS_KEY_NONE - 1 || !ms_key_add(&wire->seen, (uintptr_t)text, number)) {
            wire->failed = true;
            return;
        }
        wire->text_count++;
    }
    ms_wire_put(wire, &number, sizeof(number));
    if (is_new)
        ms_wire_put_text(wire, text);
}

uint32_t ms_wire_take_again(struct ms_wire *wire, const char **text) {
    uint32_t number;
    ms_wire_take(wire, &number, sizeof(number));
    *text = NULL;
    if (wire->failed)
        return MS_WIRE_NO_TEXT;
    if (number != MS_WIRE_NO_TEXT && number == wire->text_count) {
        *text = ms_wire_take_text(wire);
        wire->text_count++;
        wire->failed |= *text == NULL;
    } else if (number != MS_WIRE_NO_TEXT && number > wire->text_count) {
        wire->failed = true;
    }
    return wire->failed ? MS_WIRE_NO_TEXT : number;
}

static bool s_write(int fd, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t done = send(fd, bytes, size, MSG_NOSIGNAL);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes += done;
        size -= (size_t)done;
    }
    return true;
}

static bool s_read(int fd, char *bytes, size_t size) {
    while (size > 0) {
        ssize_t done = read(fd, bytes, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes += done;
        size -= (size_t)done;
    }
    return true;
}

bool ms_wire_send(const struct ms_wire *wire, int fd) {
    uint64_t size = wire->size;
    return !wire->failed && s_write(fd, (const char *)&size, sizeof(size)) &&
           s_write(fd, wire->bytes, wire->size);
}

bool ms_wire_receive(struct ms_wire *wire, int fd) {
    uint64_t size;
    wire->size = wire->at = 0;
    wire->failed = false;
    if (!s_read(fd, (char *)&size, sizeof(size)) || size > MESSAGE_LIMIT ||
        !s_reserve(wire, (size_t)size) || !s_read(fd, wire->bytes, (size_t)size))
        return false;
    wire->size = (size_t)size;
    return true;
}
