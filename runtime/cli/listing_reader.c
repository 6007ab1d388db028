/* SPDX-License-Identifier: MIT */
#include "cli/listing_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/named_files.h"
#include "cli/place_finder.h"
#include "model/arena.h"
#include "model/utf8.h"

#define S_FILE_LIMIT   64u
#define S_WHOLE_BYTES  ((size_t)512 << 10) /* larger files are not shown whole */
#define S_READ_BYTES   ((size_t)64 << 20)
#define S_LINES_AROUND 40u /* a line that is named, in such a file */

/* A file that is shown. */
struct s_file {
    dev_t device;
    ino_t inode;
};

struct ms_listing_reader {
    const struct memscope_report *report;
    const struct ms_named_file *named;
    size_t named_count;
    struct ms_place_finder *places;
    struct ms_arena arena;
    struct s_file files[S_FILE_LIMIT];
    struct ms_listing listings[S_FILE_LIMIT];
    struct ms_listings all;
    size_t missing;
    const char *first_missing;
    enum ms_place_lack why_missing; /* the first one is */
};

/* The whole of a file as a string, for the caller to free; NULL: it is none, or it is no text. */
static char *s_read(const char *path, struct stat *info, size_t *size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char *text = NULL;
    if (fd < 0)
        return NULL;
    if (fstat(fd, info) == 0 && S_ISREG(info->st_mode) && (uint64_t)info->st_size <= S_READ_BYTES) {
        text = ms_cli_alloc((size_t)info->st_size + 1);
        *size = 0;
        while (*size < (size_t)info->st_size) {
            ssize_t got = read(fd, text + *size, (size_t)info->st_size - *size);
            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0)
                break;
            *size += (size_t)got;
        }
        text[*size] = '\0';
        if (memchr(text, '\0', *size) != NULL) {
            free(text);
            text = NULL;
        }
    }
    close(fd);
    return text;
}

static void s_add_part(struct ms_listing_reader *reader, struct ms_listing *file, uint64_t line,
                       const char *text, size_t size) {
    struct ms_listing_part *more =
        ms_arena_array(&reader->arena, file->part_count + 1, sizeof(*more));
    const char *copy = ms_arena_copy_text(&reader->arena, text, size);
    const char *clean = copy != NULL ? ms_utf8_clean(&reader->arena, copy) : NULL;
    if (more == NULL || clean == NULL)
        return;
    if (file->part_count != 0)
        memcpy(more, file->parts, file->part_count * sizeof(*more));
    more[file->part_count++] = (struct ms_listing_part){line, clean};
    file->parts = more;
}

/* Whether LINE is near one that is named. */
static bool s_is_near(const struct ms_named_file *named, uint64_t line) {
    uint64_t from = line > S_LINES_AROUND ? line - S_LINES_AROUND : 1;
    for (uint64_t other = from; other <= line + S_LINES_AROUND; other++) {
        if (ms_named_file_has_line(named, other))
            return true;
    }
    return false;
}

static void s_cut(struct ms_listing_reader *reader, struct ms_listing *file,
                  const struct ms_named_file *named, const char *text) {
    size_t room = S_WHOLE_BYTES, size = 0;
    const char *part = NULL;
    uint64_t first = 0, line = 1;
    for (const char *at = text; *at != '\0'; line++) {
        size_t length = strcspn(at, "\n");
        length += at[length] == '\n';
        bool wanted = s_is_near(named, line) && length <= room;
        if (wanted && part == NULL) {
            part = at;
            first = line;
            size = 0;
        } else if (!wanted && part != NULL) {
            s_add_part(reader, file, first, part, size);
            part = NULL;
        }
        if (wanted) {
            size += length;
            room -= length;
        }
        at += length;
    }
    if (part != NULL)
        s_add_part(reader, file, first, part, size);
}

static bool s_is_changed(const struct memscope_report *report, const struct stat *info) {
    uint64_t start = report->process.start_time;
    uint64_t modified =
        (uint64_t)info->st_mtim.tv_sec * UINT64_C(1000000000) + (uint64_t)info->st_mtim.tv_nsec;
    return start != 0 && start != MEMSCOPE_UNKNOWN && modified > start;
}

static void s_add_name(struct ms_listing_reader *reader, struct ms_listing *file,
                       const char *name) {
    const char **more = ms_arena_array(&reader->arena, file->name_count + 1, sizeof(*more));
    if (more == NULL)
        return;
    if (file->name_count != 0)
        memcpy(more, file->names, file->name_count * sizeof(*more));
    more[file->name_count++] = name;
    file->names = more;
}

/* The file that is known by another name already; NULL: none. */
static struct ms_listing *s_find_known(struct ms_listing_reader *reader, const struct stat *info) {
    for (size_t i = 0; i < reader->all.count; i++) {
        if (reader->files[i].device == info->st_dev && reader->files[i].inode == info->st_ino)
            return &reader->listings[i];
    }
    return NULL;
}

static bool s_add_file(struct ms_listing_reader *reader, const struct ms_named_file *named,
                       const char *path) {
    struct stat info;
    size_t size;
    char *text = s_read(path, &info, &size);
    if (text == NULL)
        return false;
    struct ms_listing *file = s_find_known(reader, &info);
    if (file == NULL) {
        const char *copy = ms_arena_copy_text(&reader->arena, path, strlen(path));
        reader->files[reader->all.count] = (struct s_file){info.st_dev, info.st_ino};
        file = &reader->listings[reader->all.count++];
        file->path = copy != NULL ? ms_utf8_clean(&reader->arena, copy) : NULL;
        file->changed = s_is_changed(reader->report, &info);
        if (size <= S_WHOLE_BYTES)
            s_add_part(reader, file, 1, text, size);
        else
            s_cut(reader, file, named, text);
    }
    s_add_name(reader, file, named->name);
    free(text);
    return true;
}

static void s_read_all(struct ms_listing_reader *reader) {
    for (size_t i = 0; i < reader->named_count && reader->all.count < S_FILE_LIMIT; i++) {
        const struct ms_named_file *named = &reader->named[i];
        enum ms_place_lack lack = MS_PLACE_MISSING;
        if (named->name == NULL || !ms_named_file_is_source(named->name))
            continue;
        char *path = ms_place_finder_find(reader->places, named->name, &lack);
        bool added = path != NULL && s_add_file(reader, named, path);
        /* Nobody misses those of the libraries below main(). */
        if (!added && named->has_sites && reader->missing++ == 0) {
            reader->first_missing = named->name;
            reader->why_missing = lack;
        }
        free(path);
    }
}

struct ms_listing_reader *ms_listing_reader_new(const struct memscope_report *report,
                                                const struct ms_named_files *named,
                                                struct ms_place_finder *places) {
    struct ms_listing_reader *reader = ms_cli_alloc(sizeof(*reader));
    *reader = (struct ms_listing_reader){.report = report, .places = places};
    reader->named = ms_named_files_list(named, &reader->named_count);
    reader->all.files = reader->listings;
    s_read_all(reader);
    if (reader->missing != 0)
        ms_cli_note("report: %zu source file%s cannot be found or read%s %s%s; --source-dir says "
                    "where they are",
                    reader->missing, reader->missing == 1 ? "" : "s",
                    reader->missing == 1 ? ":" : ", the first is", reader->first_missing,
                    ms_place_lack_words(reader->why_missing));
    return reader;
}

void ms_listing_reader_destroy(struct ms_listing_reader *reader) {
    if (reader == NULL)
        return;
    ms_arena_fini(&reader->arena);
    free(reader);
}

const struct ms_listings *ms_listing_reader_listings(const struct ms_listing_reader *reader) {
    return &reader->all;
}
