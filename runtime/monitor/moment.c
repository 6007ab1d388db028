/* SPDX-License-Identifier: MIT */
#include "monitor/moment.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "platform/os.h"

/* PATH below the root. NULL: too long. LONGER has MS_MOMENT_PATH_BYTES. */
static const char *s_below_root(const struct ms_moment *moment, const char *path, char *longer) {
    size_t used = 0;
    if (moment->root == NULL)
        return path;
    return ms_parse_put(longer, MS_MOMENT_PATH_BYTES, &used, moment->root, strlen(moment->root)) &&
                   ms_parse_put(longer, MS_MOMENT_PATH_BYTES, &used, path, strlen(path))
               ? longer
               : NULL;
}

/* A file of many records comes in pieces of a page. */
static long s_read(int fd, char *buffer, size_t size) {
    size_t length = 0;
    while (length < size) {
        long result = ms_os_pread(fd, buffer + length, size - length, length);
        if (result == -EINTR)
            continue;
        if (result < 0)
            return result;
        if (result == 0)
            break;
        length += (size_t)result;
    }
    return (long)length;
}

/* Bytes read, at most SIZE, or -errno. */
static long s_load(const struct ms_moment *moment, struct ms_source *source, const char *path,
                   size_t size) {
    bool keep = moment->own_files && source != NULL;
    if (keep && source->kept != 0) {
        long length = s_read(source->kept - 1, moment->buffer, size);
        if (length >= 0)
            return length;
        ms_os_close(source->kept - 1);
        source->kept = 0;
    }
    char longer[MS_MOMENT_PATH_BYTES];
    path = s_below_root(moment, path, longer);
    if (path == NULL)
        return -ENAMETOOLONG;
    int fd = ms_os_open(path, O_RDONLY, 0);
    if (fd < 0)
        return fd;
    long length = s_read(fd, moment->buffer, size);
    if (keep && length >= 0)
        source->kept = fd + 1;
    else
        ms_os_close(fd);
    return length;
}

bool ms_moment_load(const struct ms_moment *moment, struct ms_source *source, const char *path,
                    struct ms_text *text) {
    long length = s_load(moment, source, path, moment->buffer_size);
    if (length < 0 || (size_t)length == moment->buffer_size)
        return false;
    *text = ms_parse_text(moment->buffer, (size_t)length);
    return true;
}

bool ms_moment_load_start(const struct ms_moment *moment, struct ms_source *source,
                          const char *path, size_t size, struct ms_text *text) {
    long length =
        s_load(moment, source, path, size < moment->buffer_size ? size : moment->buffer_size);
    if (length < 0)
        return false;
    *text = ms_parse_text(moment->buffer, (size_t)length);
    return true;
}

bool ms_moment_stat(const struct ms_moment *moment, const char *path, uint32_t *owner,
                    uint32_t *mode) {
    char longer[MS_MOMENT_PATH_BYTES];
    path = s_below_root(moment, path, longer);
    return path != NULL && ms_os_stat_owner(path, owner, mode) == 0;
}

bool ms_moment_exists(const struct ms_moment *moment, const char *path) {
    uint32_t owner, mode;
    return ms_moment_stat(moment, path, &owner, &mode);
}
