/* SPDX-License-Identifier: MIT */
/*
 * A report into a file that is whole or not there. A report names a program's inside, so new files
 * are their owner's alone (0600).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export/export.h"

static bool s_write_to_descriptor(void *sink, const void *bytes, size_t size) {
    const int *descriptor = sink;
    const char *next = bytes;
    while (size > 0) {
        ssize_t written = write(*descriptor, next, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return false;
        }
        next += written;
        size -= (size_t)written;
    }
    return true;
}

/* Into something that cannot be replaced: a terminal, a pipe, /dev/null. */
static enum ms_status s_write_in_place(ms_fill_fn *fill, const void *data, const char *path) {
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return MS_IO;
    }
    enum ms_status status = fill(data, s_write_to_descriptor, &descriptor);
    int error = errno;
    if (close(descriptor) != 0 && status == MS_OK) {
        return MS_IO;
    }
    errno = error;
    return status;
}

static enum ms_status s_write_beside(ms_fill_fn *fill, const void *data, const char *path) {
    static const char suffix[] = ".XXXXXX";
    size_t length = strlen(path);
    char *temporary = malloc(length + sizeof(suffix));
    if (temporary == NULL) {
        return MS_NO_MEMORY;
    }
    memcpy(temporary, path, length);
    memcpy(temporary + length, suffix, sizeof(suffix));

    enum ms_status status = MS_IO;
    int descriptor = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
    if (descriptor < 0) {
        goto done;
    }
    status = fill(data, s_write_to_descriptor, &descriptor);
    int error = errno;
    if (close(descriptor) != 0 && status == MS_OK) {
        status = MS_IO;
        error = errno;
    }
    if (status == MS_OK && rename(temporary, path) != 0) {
        status = MS_IO;
        error = errno;
    }
    if (status != MS_OK) {
        unlink(temporary);
    }
    errno = error;
done:
    free(temporary);
    return status;
}

enum ms_status ms_export_filled(ms_fill_fn *fill, const void *data, const char *path) {
    if (strcmp(path, "-") == 0) {
        int descriptor = STDOUT_FILENO;
        fflush(stdout); /* what the program printed before comes first */
        return fill(data, s_write_to_descriptor, &descriptor);
    }
    struct stat existing;
    if (stat(path, &existing) != 0) {
        return s_write_beside(fill, data, path);
    }
    if (S_ISDIR(existing.st_mode)) {
        errno = EISDIR;
        return MS_IO;
    }
    if (!S_ISREG(existing.st_mode)) {
        return s_write_in_place(fill, data, path);
    }
    /* A link stays a link: the file it leads to is replaced. */
    char *target = realpath(path, NULL);
    if (target == NULL) {
        return MS_IO;
    }
    enum ms_status status = s_write_beside(fill, data, target);
    int error = errno;
    free(target);
    errno = error;
    return status;
}

struct s_export {
    const struct ms_exporter *exporter;
    const struct memscope_report *report;
    const struct ms_export_options *options;
};

static enum ms_status s_fill_by_exporter(const void *data, ms_sink_fn *sink, void *sink_data) {
    const struct s_export *export = data;
    return ms_export_write(export->exporter, export->report, export->options, sink, sink_data);
}

enum ms_status ms_export_file(const struct ms_exporter *exporter,
                              const struct memscope_report *report,
                              const struct ms_export_options *options, const char *path) {
    const struct s_export export = {exporter, report, options};
    return ms_export_filled(s_fill_by_exporter, &export, path);
}
