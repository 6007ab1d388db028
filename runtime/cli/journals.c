/* SPDX-License-Identifier: MIT */
#include "cli/journals.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/journal_dir.h"
#include "cli/cli.h"
#include "journal/journal.h"
#include "store/layout.h"

#define S_KEPT_COUNT 64
#define S_KEPT_BYTES (UINT64_C(1) << 30)

bool ms_journals_read_entry(const char *path, struct ms_journal_entry *entry) {
    struct stat info;
    struct ms_journal *journal;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode) ||
        ms_journal_open(path, &journal) != MS_OK)
        return false;
    const struct ms_journal_header *header = ms_journal_header(journal);
    const char *program = ms_journal_string(journal, header->executable);
    const char *slash = program != NULL ? strrchr(program, '/') : NULL;
    *entry = (struct ms_journal_entry){
        .path = ms_cli_copy(path),
        .program = ms_cli_copy(slash != NULL     ? slash + 1
                               : program != NULL ? program
                                                 : "?"),
        .pid = header->pid,
        .ppid = header->ppid,
        .start_time_ns = header->start_time_ns,
        .peak_bytes = header->peak_bytes,
        .file_bytes = (uint64_t)info.st_blocks * 512,
        .state = header->state,
        .exit_code = header->exit_code,
        .alive = header->state == MS_STATE_RUNNING && ms_journal_alive(journal),
        .is_copy = header->copied_ns != 0,
    };
    if (header->scan_took_ns != 0 &&
        (header->scan_result == MS_SCAN_DONE || header->scan_result == MS_SCAN_PARTLY))
        entry->search_time_ns = entry->start_time_ns + header->scan_ns + header->scan_took_ns;
    uint64_t length = entry->is_copy                    ? header->copied_ns
                      : header->end_ns > header->now_ns ? header->end_ns
                                                        : header->now_ns;
    entry->end_time_ns = ms_journals_running(entry) ? UINT64_MAX : entry->start_time_ns + length;
    ms_journal_close(journal);
    return true;
}

void ms_journals_fini_entry(struct ms_journal_entry *entry) {
    free(entry->path);
    free(entry->program);
}

bool ms_journals_running(const struct ms_journal_entry *entry) {
    return entry->state == MS_STATE_RUNNING && entry->alive && !entry->is_copy;
}

char *ms_journals_ending(const struct ms_journal_entry *entry) {
    if (entry->is_copy)
        return ms_cli_copy("snapshot");
    if (entry->state == MS_STATE_EXITED)
        return ms_cli_format("exited %d", entry->exit_code);
    if (entry->state == MS_STATE_SIGNALLED) {
        const char *name = sigabbrev_np(entry->exit_code);
        if (name == NULL)
            return ms_cli_format("signal %d", entry->exit_code);
        return ms_cli_format("signal %d (SIG%s)", entry->exit_code, name);
    }
    return ms_cli_copy(entry->alive ? "running" : "killed");
}

static int s_compare(const void *a, const void *b) {
    const struct ms_journal_entry *left = a, *right = b;
    if (left->end_time_ns != right->end_time_ns)
        return left->end_time_ns < right->end_time_ns ? 1 : -1;
    if (left->start_time_ns != right->start_time_ns)
        return left->start_time_ns < right->start_time_ns ? 1 : -1;
    return strcmp(left->path, right->path);
}

static bool s_is_journal_name(const char *name) {
    size_t length = strlen(name), extension = strlen(MS_JOURNAL_DIR_EXTENSION);
    return length > extension && strcmp(name + length - extension, MS_JOURNAL_DIR_EXTENSION) == 0;
}

static void s_read_directory(struct ms_journals *journals, DIR *stream) {
    size_t capacity = 0;
    for (const struct dirent *file; (file = readdir(stream)) != NULL;) {
        if (!s_is_journal_name(file->d_name))
            continue;
        if (journals->count == capacity) {
            capacity = capacity != 0 ? capacity * 2 : 64;
            journals->entries =
                ms_cli_resize(journals->entries, capacity * sizeof(*journals->entries));
        }
        char *path = ms_cli_format("%s/%s", journals->directory, file->d_name);
        if (ms_journals_read_entry(path, &journals->entries[journals->count]))
            journals->count++;
        free(path);
    }
    if (journals->count != 0)
        qsort(journals->entries, journals->count, sizeof(*journals->entries), s_compare);
}

bool ms_journals_read(struct ms_journals *journals) {
    return ms_journals_read_in(journals, NULL);
}

bool ms_journals_read_in(struct ms_journals *journals, const char *where) {
    char directory[4096];
    struct stat info;
    *journals = (struct ms_journals){NULL, NULL, 0};
    if (where == NULL && !ms_journal_dir_path(directory, sizeof(directory), getuid())) {
        ms_cli_fail("the path of the journal directory is too long; set MEMSCOPE_DIR to another "
                    "one");
        return false;
    }
    journals->directory = ms_cli_copy(where != NULL ? where : directory);
    DIR *stream = opendir(journals->directory);
    if (stream == NULL && errno == ENOENT)
        return true;
    if (stream == NULL) {
        ms_cli_fail("cannot read the journal directory %s: %s; set MEMSCOPE_DIR to another one",
                    journals->directory, strerror(errno));
        ms_journals_fini(journals);
        return false;
    }
    if (fstat(dirfd(stream), &info) != 0 ||
        (info.st_uid != getuid() && (where == NULL || getuid() != 0))) {
        closedir(stream);
        ms_cli_fail("the journal directory %s belongs to another user; set MEMSCOPE_DIR to one of "
                    "your own",
                    journals->directory);
        ms_journals_fini(journals);
        return false;
    }
    s_read_directory(journals, stream);
    closedir(stream);
    return true;
}

void ms_journals_fini(struct ms_journals *journals) {
    for (size_t i = 0; i < journals->count; i++)
        ms_journals_fini_entry(&journals->entries[i]);
    free(journals->entries);
    free(journals->directory);
    *journals = (struct ms_journals){NULL, NULL, 0};
}

void ms_journals_prune(struct ms_journals *journals) {
    size_t finished = 0, kept = 0;
    uint64_t bytes = 0;
    for (size_t i = 0; i < journals->count; i++) {
        struct ms_journal_entry *entry = &journals->entries[i];
        if (!ms_journals_running(entry)) {
            finished++;
            bytes += entry->file_bytes;
            if (finished > 1 && (finished > S_KEPT_COUNT || bytes > S_KEPT_BYTES) &&
                unlink(entry->path) == 0) {
                ms_journals_fini_entry(entry);
                continue;
            }
        }
        journals->entries[kept++] = *entry;
    }
    journals->count = kept;
}
