/* SPDX-License-Identifier: MIT */
#include "platform/memory_map.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "platform/os.h"

static uint64_t s_hex(const char **at) {
    uint64_t value = 0;
    for (;; ++*at) {
        char c = **at;
        if (c >= '0' && c <= '9')
            value = value << 4 | (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value << 4 | (uint64_t)(c - 'a' + 10);
        else
            return value;
    }
}

static bool s_begins(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}

static enum ms_mapping_kind s_kind(const char *name, uint64_t inode) {
    if (name[0] == 0 || s_begins(name, "[anon"))
        return MS_MAPPING_ANONYMOUS;
    if (strcmp(name, "[heap]") == 0)
        return MS_MAPPING_HEAP;
    if (s_begins(name, "[stack"))
        return MS_MAPPING_STACK;
    if (s_begins(name, "/dev/zero") || s_begins(name, "/dev/shm/"))
        return MS_MAPPING_FILE;
    return name[0] == '/' && inode != 0 && !s_begins(name, "/dev/") ? MS_MAPPING_FILE
                                                                    : MS_MAPPING_OTHER;
}

/* "start-end rwxp offset major:minor inode      name" */
bool ms_memory_map_parse(const char *line, struct ms_mapping *mapping) {
    const char *at = line;
    *mapping = (struct ms_mapping){.start = (uintptr_t)s_hex(&at)};
    if (at == line || *at++ != '-')
        return false;
    mapping->end = (uintptr_t)s_hex(&at);
    if (*at++ != ' ' || strlen(at) < 5 || at[4] != ' ')
        return false;
    mapping->is_readable = at[0] == 'r';
    mapping->is_writable = at[1] == 'w';
    mapping->is_shared = at[3] == 's';
    at += 5;
    s_hex(&at);
    if (*at++ != ' ')
        return false;
    mapping->device = (uint32_t)s_hex(&at) << 20;
    if (*at++ != ':')
        return false;
    mapping->device += (uint32_t)s_hex(&at);
    if (*at++ != ' ')
        return false;
    while (*at >= '0' && *at <= '9')
        mapping->inode = mapping->inode * 10 + (uint64_t)(*at++ - '0');
    while (*at == ' ')
        at++;
    mapping->kind = (uint8_t)s_kind(at, mapping->inode);
    return mapping->start < mapping->end;
}

int ms_memory_map_read(bool (*visit)(void *data, const struct ms_mapping *mapping), void *data) {
    char text[2048], line[256];
    size_t length = 0;
    bool goes_on = true;
    int fd = ms_os_open("/proc/self/maps", O_RDONLY, 0);
    if (fd < 0)
        return fd;
    long size = 0;
    while (goes_on && ((size = ms_os_read(fd, text, sizeof(text))) > 0 || size == -EINTR)) {
        for (long i = 0; goes_on && i < size; i++) {
            struct ms_mapping mapping;
            if (text[i] != '\n') {
                if (length < sizeof(line) - 1) /* of a long path the start is enough */
                    line[length++] = text[i];
                continue;
            }
            line[length] = 0;
            length = 0;
            if (ms_memory_map_parse(line, &mapping))
                goes_on = visit(data, &mapping);
        }
    }
    ms_os_close(fd);
    return size < 0 ? (int)size : 0;
}
