/* SPDX-License-Identifier: MIT */
#include "cli/merge_inputs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/journals.h"
#include "cli/progress.h"
#include "cli/shared_symbols.h"
#include "cli/source.h"
#include "compare/merge.h"

static bool s_is_input(const char *name) {
    static const char *const s_ends[] = {".mscope", ".json", ".msgpack"};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof(s_ends) / sizeof(s_ends[0]); i++) {
        size_t end = strlen(s_ends[i]);
        if (length > end && strcmp(name + length - end, s_ends[i]) == 0)
            return name[0] != '.';
    }
    return false;
}

static int s_by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool s_add_directory(struct ms_words *files, const char *path) {
    size_t before = files->count;
    DIR *directory = opendir(path);
    if (directory == NULL) {
        ms_cli_fail("merge: cannot read %s: %s", path, strerror(errno));
        return false;
    }
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (!s_is_input(entry->d_name))
            continue;
        char *file = ms_cli_format("%s/%s", path, entry->d_name);
        ms_words_add(files, file);
        free(file);
    }
    closedir(directory);
    if (files->count == before) {
        ms_cli_fail("merge: there are no journals and no exports in %s", path);
        return false;
    }
    /* The same files give the same report, whatever order the directory has. */
    qsort(files->list + before, files->count - before, sizeof(*files->list), s_by_text);
    return true;
}

bool ms_merge_inputs_add(struct ms_words *files, const char *argument) {
    struct stat info;
    if (stat(argument, &info) == 0 && S_ISDIR(info.st_mode))
        return s_add_directory(files, argument);
    ms_words_add(files, argument);
    return true;
}

bool ms_merge_inputs_add_list(struct ms_words *files, const char *list) {
    FILE *file = strcmp(list, "-") == 0 ? stdin : fopen(list, "re");
    char *line = NULL;
    size_t size = 0;
    bool done = file != NULL;
    if (file == NULL)
        ms_cli_fail("merge: cannot read %s: %s", list, strerror(errno));
    for (ssize_t length; done && (length = getline(&line, &size, file)) > 0;) {
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        if (line[0] != '\0')
            done = ms_merge_inputs_add(files, line);
    }
    free(line);
    if (file != NULL && file != stdin)
        fclose(file);
    return done;
}

/* ---- a tree of processes ---- */

static const struct ms_journal_entry *s_find_root(const struct ms_journals *journals,
                                                  const char *name) {
    for (size_t i = 0; i < journals->count; i++) {
        char *pid = ms_cli_format("%u", (unsigned)journals->entries[i].pid);
        bool same = strcmp(pid, name) == 0 || strcmp(journals->entries[i].program, name) == 0;
        free(pid);
        if (same)
            return &journals->entries[i];
    }
    return NULL;
}

/* The process with PARENT's number when CHILD was started: numbers are used again. */
static bool s_is_child(const struct ms_journal_entry *child,
                       const struct ms_journal_entry *parent) {
    return child != parent && child->ppid == parent->pid &&
           child->start_time_ns >= parent->start_time_ns &&
           child->start_time_ns <= parent->end_time_ns;
}

static void s_add_tree(struct ms_words *files, const struct ms_journals *journals,
                       const struct ms_journal_entry *root) {
    const struct ms_journal_entry **tree = ms_cli_alloc(journals->count * sizeof(*tree));
    bool *is_taken = ms_cli_alloc(journals->count * sizeof(*is_taken));
    size_t count = 0;
    tree[count++] = root;
    is_taken[root - journals->entries] = true;
    for (size_t next = 0; next < count; next++) {
        ms_words_add(files, tree[next]->path);
        for (size_t i = 0; i < journals->count; i++) {
            if (!is_taken[i] && s_is_child(&journals->entries[i], tree[next])) {
                is_taken[i] = true;
                tree[count++] = &journals->entries[i];
            }
        }
    }
    free(is_taken);
    free(tree);
}

bool ms_merge_inputs_add_tree(struct ms_words *files, const char *pid) {
    struct ms_journals journals;
    if (!ms_journals_read(&journals))
        return false;
    const struct ms_journal_entry *root = s_find_root(&journals, pid);
    if (root != NULL)
        s_add_tree(files, &journals, root);
    else
        ms_cli_fail("merge: --tree %s: `memscope list` shows no such pid or program", pid);
    bool found = root != NULL;
    ms_journals_fini(&journals);
    return found;
}

static int s_add_reports(const struct ms_words *files, bool skip, struct ms_shared_symbols *symbols,
                         struct ms_merge *merge) {
    size_t skipped = 0;
    enum ms_status status = MS_OK;
    for (size_t i = 0; status == MS_OK && i < files->count; i++) {
        struct ms_source source;
        ms_progress_show((double)i / (double)files->count);
        if (ms_source_open_shared(&source, files->list[i], 0, symbols)) {
            status = ms_merge_add(merge, source.report);
            ms_source_close(&source);
        } else if (skip) {
            skipped++;
        } else {
            return MS_CLI_USAGE;
        }
    }
    if (status == MS_OK && skipped == files->count)
        return ms_cli_fail("merge: none of the files could be read");
    if (status == MS_OK && skipped != 0) {
        char *line =
            ms_cli_format("%zu of the %zu files to merge could not be read", skipped, files->count);
        status = ms_merge_note(merge, line);
        free(line);
    }
    return status == MS_OK ? MS_CLI_DONE : ms_cli_fail("merge: %s", ms_status_message(status));
}

int ms_merge_inputs_read(const struct ms_words *files, bool skip, struct ms_shared_symbols *symbols,
                         struct ms_merge *merge) {
    ms_progress_begin("merging");
    int status = s_add_reports(files, skip, symbols, merge);
    ms_progress_end();
    return status;
}
