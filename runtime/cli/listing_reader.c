/* SPDX-License-Identifier: MIT */
#include "cli/listing_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/source.h"
#include "model/arena.h"
#include "model/names.h"
#include "model/utf8.h"
#include "symbols/symbol_reader.h"

#define S_FILE_LIMIT   64u
#define S_WHOLE_BYTES  ((size_t)512 << 10) /* larger files are not shown whole */
#define S_READ_BYTES   ((size_t)64 << 20)
#define S_LINES_AROUND 40u /* a line that is named, in such a file */
#define S_LINE_LIMIT   ((uint64_t)1 << 24)
#define S_FOLDER_LIMIT 256u

/* A name of a file in the report. */
struct s_named {
    const char *name;
    uint64_t bytes;
    bool has_sites;       /* else only frames of call stacks are there */
    unsigned char *lines; /* a bit for each line that is named */
    size_t line_bytes;
};

/* A file that is shown. */
struct s_file {
    dev_t device;
    ino_t inode;
};

struct ms_listing_reader {
    const struct ms_source *source;
    const char *folders;
    struct ms_arena arena;
    struct ms_names names;
    struct s_named *named; /* by name's number - 1, then by bytes */
    size_t named_count, named_capacity;
    struct s_file files[S_FILE_LIMIT];
    struct ms_listing listings[S_FILE_LIMIT];
    struct ms_listings all;
    size_t missing;
    const char *first_missing;
};

/* ---- what the report names ---- */

static uint64_t s_known(uint64_t bytes) {
    return bytes != MEMSCOPE_UNKNOWN ? bytes : 0;
}

static void s_mark_line(struct s_named *named, uint64_t line) {
    if (line > S_LINE_LIMIT) /* not known, or damaged */
        return;
    size_t at = (size_t)(line / 8);
    if (at >= named->line_bytes) {
        size_t larger = at * 2 + 64;
        named->lines = ms_cli_resize(named->lines, larger);
        memset(named->lines + named->line_bytes, 0, larger - named->line_bytes);
        named->line_bytes = larger;
    }
    named->lines[at] |= (unsigned char)(1u << (line % 8));
}

static bool s_is_marked(const struct s_named *named, uint64_t line) {
    size_t at = (size_t)(line / 8);
    return at < named->line_bytes && (named->lines[at] & 1u << (line % 8)) != 0;
}

/* NULL: there is none. */
static struct s_named *s_name(struct ms_listing_reader *reader, const char *file, uint64_t line,
                              uint64_t bytes) {
    ms_name number;
    if (file == NULL || ms_names_add(&reader->names, file, &number) != MS_OK)
        return NULL;
    while (reader->named_count < number) {
        if (reader->named_count == reader->named_capacity) {
            reader->named_capacity = reader->named_capacity * 2 + 64;
            reader->named =
                ms_cli_resize(reader->named, reader->named_capacity * sizeof(*reader->named));
        }
        reader->named[reader->named_count++] = (struct s_named){0};
    }
    struct s_named *named = &reader->named[number - 1];
    named->name = ms_names_text(&reader->names, number);
    named->bytes += bytes;
    s_mark_line(named, line);
    return named;
}

static int s_compare(const void *a, const void *b) {
    const struct s_named *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void s_collect(struct ms_listing_reader *reader, const struct memscope_report *report) {
    for (size_t i = 0; i < report->site_count; i++) {
        const struct memscope_site_report *site = &report->sites[i];
        uint64_t peak = s_known(site->peak_bytes), live = s_known(site->live_bytes);
        if (peak == 0 && live == 0)
            continue;
        struct s_named *named = s_name(reader, site->file, site->line, peak > live ? peak : live);
        if (named != NULL)
            named->has_sites = true;
    }
    for (size_t i = 0; i < report->stack_count; i++) {
        const struct memscope_stack *stack = &report->stacks[i];
        for (size_t j = 0; j < stack->frame_count; j++)
            s_name(reader, stack->frames[j].file, stack->frames[j].line,
                   s_known(stack->live_bytes));
    }
    if (reader->named_count != 0)
        qsort(reader->named, reader->named_count, sizeof(*reader->named), s_compare);
}

/* ---- where they are ---- */

/* C, C++ and what is made into them. */
static bool s_is_source(const char *name) {
    static const char *const s_endings[] = {"c",   "h",   "i",   "C",   "H",   "cc",  "cp",
                                            "cpp", "cxx", "c++", "hh",  "hp",  "hpp", "hxx",
                                            "h++", "ii",  "inc", "inl", "ipp", "tcc", "tpp",
                                            "def", "y",   "l",   "yy",  "ll",  "m",   "mm"};
    const char *slash = strrchr(name, '/');
    const char *dot = strrchr(slash != NULL ? slash : name, '.');
    for (size_t i = 0; dot != NULL && i < sizeof(s_endings) / sizeof(s_endings[0]); i++) {
        if (strcmp(dot + 1, s_endings[i]) == 0)
            return true;
    }
    return false;
}

static bool s_is_file(const char *path, struct stat *info) {
    return stat(path, info) == 0 && S_ISREG(info->st_mode);
}

/* NAME below the first of the user's directories that has it; NULL: none has. */
static char *s_find_below(const struct ms_listing_reader *reader, const char *name) {
    struct stat info;
    const char *folder = reader->folders != NULL ? reader->folders : "";
    while (*folder != '\0') {
        size_t length = strcspn(folder, ":");
        char *path = ms_cli_format("%.*s/%s", (int)length, folder, name);
        if (length != 0 && s_is_file(path, &info))
            return path;
        free(path);
        folder += length + (folder[length] == ':');
    }
    return NULL;
}

/* NAME in the directories of compilation; NULL: it is in none, or different files of that name are
 * in several. */
static char *s_find_compiled(const struct ms_listing_reader *reader, const char *name) {
    const char *folders[S_FOLDER_LIMIT];
    struct stat first = {0}, info;
    char *found = NULL;
    size_t count =
        reader->source->symbols == NULL
            ? 0
            : ms_symbol_reader_find_folders(reader->source->symbols, name, folders, S_FOLDER_LIMIT);
    for (size_t i = 0; i < count; i++) {
        char *path = folders[i][0] == '/' ? ms_cli_format("%s/%s", folders[i], name) : NULL;
        if (path == NULL || !s_is_file(path, &info)) {
            free(path);
        } else if (found == NULL) {
            found = path;
            first = info;
        } else {
            free(path);
            if (info.st_dev != first.st_dev || info.st_ino != first.st_ino) {
                free(found);
                return NULL;
            }
        }
    }
    return found;
}

static char *s_find(const struct ms_listing_reader *reader, const char *name) {
    char *path = s_find_below(reader, name);
    if (path == NULL)
        path = name[0] == '/' ? ms_cli_copy(name) : s_find_compiled(reader, name);
    return path;
}

/* ---- their text ---- */

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
static bool s_is_near(const struct s_named *named, uint64_t line) {
    uint64_t from = line > S_LINES_AROUND ? line - S_LINES_AROUND : 1;
    for (uint64_t other = from; other <= line + S_LINES_AROUND; other++) {
        if (s_is_marked(named, other))
            return true;
    }
    return false;
}

static void s_cut(struct ms_listing_reader *reader, struct ms_listing *file,
                  const struct s_named *named, const char *text) {
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

static bool s_add_file(struct ms_listing_reader *reader, const struct s_named *named,
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
        file->changed = s_is_changed(reader->source->report, &info);
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
        const struct s_named *named = &reader->named[i];
        if (named->name == NULL || !s_is_source(named->name))
            continue;
        char *path = s_find(reader, named->name);
        bool added = path != NULL && s_add_file(reader, named, path);
        /* Nobody misses those of the libraries below main(). */
        if (!added && named->has_sites && reader->missing++ == 0)
            reader->first_missing = named->name;
        free(path);
    }
}

struct ms_listing_reader *ms_listing_reader_new(const struct ms_source *source,
                                                const char *folders) {
    struct ms_listing_reader *reader = ms_cli_alloc(sizeof(*reader));
    *reader = (struct ms_listing_reader){.source = source, .folders = folders};
    reader->names.arena = &reader->arena;
    reader->all.files = reader->listings;
    s_collect(reader, source->report);
    s_read_all(reader);
    if (reader->missing != 0)
        ms_cli_note("report: %zu source file%s cannot be found or read%s %s; --source-dir says "
                    "where they are",
                    reader->missing, reader->missing == 1 ? "" : "s",
                    reader->missing == 1 ? ":" : ", the first is", reader->first_missing);
    return reader;
}

void ms_listing_reader_destroy(struct ms_listing_reader *reader) {
    if (reader == NULL)
        return;
    for (size_t i = 0; i < reader->named_count; i++)
        free(reader->named[i].lines);
    free(reader->named);
    ms_names_fini(&reader->names);
    ms_arena_fini(&reader->arena);
    free(reader);
}

const struct ms_listings *ms_listing_reader_listings(const struct ms_listing_reader *reader) {
    return &reader->all;
}
