/* SPDX-License-Identifier: MIT */
#include "export/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export/parser.h"

/* Where JSON begins: behind blanks, and behind a byte order mark, which some programs put there. */
static size_t s_json_start(const unsigned char *bytes, size_t size) {
    size_t at = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < size && memchr(" \t\r\n", bytes[at], 4) != NULL) {
        at++;
    }
    return at;
}

static bool s_is_json(const unsigned char *bytes, size_t size) {
    size_t start = s_json_start(bytes, size);
    return start < size && bytes[start] == '{';
}

/* The first byte of a map. A report's has more than the fifteen pairs that fit into one byte, but
 * that is for the reader to say. */
static bool s_is_msgpack(const unsigned char *bytes, size_t size) {
    return size != 0 && (bytes[0] >> 4 == 8 || bytes[0] == 0xde || bytes[0] == 0xdf);
}

/* The first bytes of a file are those of a report: a `{` or the byte of a map alone is what many
 * files begin with. */
static bool s_begins_a_report(const unsigned char *bytes, size_t size) {
    static const char s_key[] = "\"schema\"", s_packed_key[] = "\xa6schema";
    return (s_is_json(bytes, size) && memmem(bytes, size, s_key, sizeof(s_key) - 1) != NULL) ||
           (s_is_msgpack(bytes, size) &&
            memmem(bytes, size, s_packed_key, sizeof(s_packed_key) - 1) != NULL);
}

bool ms_import_is_export(const char *path) {
    unsigned char bytes[256];
    struct stat info;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        return false;
    }
    ssize_t size =
        fstat(file, &info) == 0 && S_ISREG(info.st_mode) ? read(file, bytes, sizeof(bytes)) : -1;
    close(file);
    return size > 0 && s_begins_a_report(bytes, (size_t)size);
}

enum ms_status ms_import_bytes(const unsigned char *bytes, size_t size,
                               struct memscope_report **out, char why[MS_IMPORT_WHY_BYTES]) {
    why[0] = '\0';
    if (!s_is_json(bytes, size) && !s_is_msgpack(bytes, size)) {
        return size == 0 ? MS_EMPTY : MS_NOT_A_REPORT;
    }
    struct ms_report_reader *reader = ms_report_reader_new();
    if (reader == NULL) {
        return MS_NO_MEMORY;
    }
    if (s_is_json(bytes, size)) {
        size_t start = s_json_start(bytes, size);
        ms_json_parse(bytes + start, size - start, reader);
    } else {
        ms_msgpack_parse(bytes, size, reader);
    }
    return ms_report_reader_finish(reader, out, why, MS_IMPORT_WHY_BYTES);
}

/* The whole file; it may grow or be cut while it is read. MS_OK, MS_IO, MS_NO_MEMORY. */
static enum ms_status s_read_all(int file, unsigned char **out, size_t *size) {
    struct stat info;
    if (fstat(file, &info) != 0) {
        return MS_IO;
    }
    if (!S_ISREG(info.st_mode)) {
        errno = S_ISDIR(info.st_mode) ? EISDIR : EINVAL;
        return MS_IO;
    }
    unsigned char *bytes = malloc((size_t)info.st_size + 1);
    if (bytes == NULL) {
        return MS_NO_MEMORY;
    }
    *size = 0;
    while (*size < (size_t)info.st_size) {
        ssize_t got = read(file, bytes + *size, (size_t)info.st_size - *size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            free(bytes);
            return MS_IO;
        }
        if (got == 0) {
            break;
        }
        *size += (size_t)got;
    }
    *out = bytes;
    return MS_OK;
}

enum ms_status ms_import_file(const char *path, struct memscope_report **out,
                              char why[MS_IMPORT_WHY_BYTES]) {
    unsigned char *bytes = NULL;
    size_t size;
    why[0] = '\0';
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        return errno == ENOENT ? MS_NOT_FOUND : errno == EACCES ? MS_PERMISSION : MS_IO;
    }
    enum ms_status status = s_read_all(file, &bytes, &size);
    int error = errno;
    close(file);
    if (status == MS_OK) {
        status = ms_import_bytes(bytes, size, out, why);
    }
    free(bytes);
    errno = error;
    return status;
}
