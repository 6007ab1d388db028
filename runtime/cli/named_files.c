/* SPDX-License-Identifier: MIT */
#include "cli/named_files.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "model/arena.h"
#include "model/names.h"

#define S_LINE_LIMIT ((uint64_t)1 << 24)

struct ms_named_files {
    struct ms_arena arena;
    struct ms_names names;
    struct ms_named_file *list; /* by name's number - 1, then by bytes */
    size_t count, capacity;
};

static uint64_t s_known(uint64_t bytes) {
    return bytes != MEMSCOPE_UNKNOWN ? bytes : 0;
}

static void s_mark_line(struct ms_named_file *named, uint64_t line) {
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

bool ms_named_file_has_line(const struct ms_named_file *named, uint64_t line) {
    size_t at = (size_t)(line / 8);
    return at < named->line_bytes && (named->lines[at] & 1u << (line % 8)) != 0;
}

/* NULL: there is none. */
static struct ms_named_file *s_name(struct ms_named_files *files, const char *file, uint64_t line,
                                    uint64_t bytes) {
    ms_name number;
    if (file == NULL || ms_names_add(&files->names, file, &number) != MS_OK)
        return NULL;
    while (files->count < number) {
        if (files->count == files->capacity) {
            files->capacity = files->capacity * 2 + 64;
            files->list = ms_cli_resize(files->list, files->capacity * sizeof(*files->list));
        }
        files->list[files->count++] = (struct ms_named_file){0};
    }
    struct ms_named_file *named = &files->list[number - 1];
    named->name = ms_names_text(&files->names, number);
    named->bytes += bytes;
    s_mark_line(named, line);
    return named;
}

static int s_compare(const void *a, const void *b) {
    const struct ms_named_file *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void s_collect(struct ms_named_files *files, const struct memscope_report *report) {
    for (size_t i = 0; i < report->site_count; i++) {
        const struct memscope_site_report *site = &report->sites[i];
        uint64_t peak = s_known(site->peak_bytes), live = s_known(site->live_bytes);
        if (peak == 0 && live == 0)
            continue;
        struct ms_named_file *named =
            s_name(files, site->file, site->line, peak > live ? peak : live);
        if (named != NULL)
            named->has_sites = true;
    }
    for (size_t i = 0; i < report->stack_count; i++) {
        const struct memscope_stack *stack = &report->stacks[i];
        for (size_t j = 0; j < stack->frame_count; j++)
            s_name(files, stack->frames[j].file, stack->frames[j].line, s_known(stack->live_bytes));
    }
    if (files->count != 0)
        qsort(files->list, files->count, sizeof(*files->list), s_compare);
}

struct ms_named_files *ms_named_files_new(const struct memscope_report *report) {
    struct ms_named_files *files = ms_cli_alloc(sizeof(*files));
    files->names.arena = &files->arena;
    s_collect(files, report);
    return files;
}

void ms_named_files_destroy(struct ms_named_files *files) {
    if (files == NULL)
        return;
    for (size_t i = 0; i < files->count; i++)
        free(files->list[i].lines);
    free(files->list);
    ms_names_fini(&files->names);
    ms_arena_fini(&files->arena);
    free(files);
}

const struct ms_named_file *ms_named_files_list(const struct ms_named_files *files, size_t *count) {
    *count = files->count;
    return files->list;
}

bool ms_named_file_is_source(const char *name) {
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
