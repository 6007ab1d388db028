/* SPDX-License-Identifier: MIT */
#include "cli/source.h"

#include <getopt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/extension.h"
#include "cli/journals.h"
#include "cli/merge_inputs.h"
#include "cli/progress.h"
#include "cli/shared_symbols.h"
#include "compare/merge.h"
#include "export/import.h"
#include "export/report_redact.h"
#include "journal/journal.h"
#include "model/model.h"
#include "symbols/symbol_reader.h"

static const char *s_sysroot, *s_debug_dirs; /* of the command line */

bool ms_source_take_option(int option, const char *value) {
    if (option == MS_SOURCE_SYSROOT)
        s_sysroot = value;
    else if (option == MS_SOURCE_DEBUG_DIR)
        s_debug_dirs = value;
    else
        return false;
    return true;
}

/* A folder that is not there is a slip of the pen: nothing would be found, without a word. */
static bool s_check_folder(const char *option, const char *path) {
    struct stat info;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return true;
    ms_cli_fail("%s: %s is no directory", option, path);
    return false;
}

static bool s_find_places(struct ms_source *source, struct ms_symbol_places *out) {
    const char *more = getenv("MEMSCOPE_DEBUG_DIR");
    if (s_sysroot != NULL && !s_check_folder("--sysroot", s_sysroot))
        return false;
    if (s_sysroot != NULL) {
        source->sysroot = ms_cli_copy(s_sysroot);
        for (size_t end = strlen(s_sysroot); end > 0 && source->sysroot[end - 1] == '/'; end--)
            source->sysroot[end - 1] = 0;
    }
    source->debug_dirs =
        ms_cli_format("%s:%s", s_debug_dirs != NULL ? s_debug_dirs : "", more != NULL ? more : "");
    *out = (struct ms_symbol_places){.sysroot = source->sysroot, .debug_dirs = source->debug_dirs};
    return true;
}

static bool s_ends_with(const char *text, const char *end) {
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static bool s_names(const struct ms_journal_entry *entry, const char *name) {
    char *pid = ms_cli_format("%u", (unsigned)entry->pid);
    bool same = strcmp(name, pid) == 0 || strcmp(name, entry->program) == 0;
    free(pid);
    return same;
}

/* The newest journal of that name, NULL for any; NULL when there is none, without a word. */
static char *s_find_listed(const struct ms_journals *journals, const char *name) {
    for (size_t i = 0; i < journals->count; i++) {
        if (name == NULL || s_names(&journals->entries[i], name))
            return ms_cli_copy(journals->entries[i].path);
    }
    return NULL;
}

/* Whether FILE is an export, by its content or, where that is something else, by its name. */
static bool s_is_export(const char *file) {
    return ms_import_is_export(file) ||
           (access(file, F_OK) == 0 &&
            (s_ends_with(file, ".json") || s_ends_with(file, ".msgpack")));
}

static bool s_is_journal(const char *path) {
    struct ms_journal_entry entry;
    if (!ms_journals_read_entry(path, &entry))
        return false;
    ms_journals_fini_entry(&entry);
    return true;
}

/* A program often lies in the directory it is looked at from: a file that is no journal does not
 * hide the journals of its name. */
char *ms_source_find(const char *file) {
    struct ms_journals journals;
    if (file != NULL && (strchr(file, '/') != NULL || s_ends_with(file, ".mscope") ||
                         s_is_journal(file) || s_is_export(file)))
        return ms_cli_copy(file);
    if (!ms_journals_read(&journals))
        return NULL;
    char *path = s_find_listed(&journals, file);
    if (path == NULL && file == NULL)
        ms_cli_fail("no journal in %s; `memscope run -- PROGRAM` makes one", journals.directory);
    else if (path == NULL && access(file, F_OK) == 0)
        path = ms_cli_copy(file); /* opening it says what is wrong with it */
    else if (path == NULL)
        ms_cli_fail("no journal '%s': there is no such file, and `memscope list` shows no such pid "
                    "or program",
                    file);
    ms_journals_fini(&journals);
    return path;
}

static int s_fail_to_open(const char *path, enum ms_status status) {
    struct stat info;
    if ((status == MS_IO || status == MS_NOT_A_JOURNAL) && stat(path, &info) == 0 &&
        !S_ISREG(info.st_mode))
        return ms_cli_fail("cannot read %s: %s, not a journal", path,
                           S_ISDIR(info.st_mode) ? "a directory" : "not a regular file");
    return ms_cli_fail("cannot read %s: %s", path, ms_status_message(status));
}

static bool s_import(struct ms_source *source) {
    char why[MS_IMPORT_WHY_BYTES];
    enum ms_status status = ms_import_file(source->path, &source->report, why);
    if (status == MS_OK)
        return true;
    if (status == MS_IO)
        s_fail_to_open(source->path, status);
    else
        ms_cli_fail("cannot read %s: %s%s%s", source->path, ms_status_message(status),
                    why[0] != '\0' ? ": " : "", why);
    ms_source_close(source);
    source->failure = status;
    return false;
}

/* SHARED may be NULL: then SOURCE has symbols of its own. */
static enum ms_status s_make_report(struct ms_source *source, const struct ms_journal *journal,
                                    const struct ms_symbol_places *places,
                                    struct ms_shared_symbols *shared, unsigned parts) {
    enum ms_status status =
        shared != NULL ? ms_shared_symbols_resolver(shared, journal, places, &source->resolver)
                       : ms_symbol_reader_new(places, &source->symbols);
    if (status != MS_OK)
        return status;
    if (shared != NULL) /* who reads many shows how far it is itself */
        return ms_report_new(journal, &source->resolver, parts, &source->report);
    source->resolver = ms_symbol_reader_resolver(source->symbols);
    source->resolver.progress = ms_progress_show;
    char *what = ms_cli_format("reading %s", source->path);
    ms_progress_begin(what);
    free(what);
    status = ms_report_new(journal, &source->resolver, parts, &source->report);
    ms_progress_end();
    return status;
}

bool ms_source_open(struct ms_source *source, const char *file, unsigned parts) {
    return ms_source_open_shared(source, file, parts, NULL);
}

bool ms_source_open_shared(struct ms_source *source, const char *file, unsigned parts,
                           struct ms_shared_symbols *shared) {
    struct ms_journal *journal = NULL;
    *source = (struct ms_source){.path = ms_source_find(file)};
    if (source->path == NULL)
        return false;
    if (s_is_export(source->path))
        return s_import(source);
    enum ms_status status = ms_journal_open(source->path, &journal);
    if (status != MS_OK) {
        s_fail_to_open(source->path, status);
        goto failed;
    }
    struct ms_symbol_places places;
    if (!s_find_places(source, &places))
        goto failed;
    status = s_make_report(source, journal, &places, shared, parts);
    if (status != MS_OK) {
        ms_cli_fail("cannot make a report of %s: %s", source->path, ms_status_message(status));
        goto failed;
    }
    ms_journal_close(journal);
    return true;
failed:
    if (journal != NULL)
        ms_journal_close(journal);
    ms_source_close(source);
    source->failure = status;
    return false;
}

void ms_source_choose_events(struct ms_source *source, bool wanted) {
    struct memscope_report *report = source->report;
    if (!wanted) {
        report->events = NULL;
        report->event_count = 0;
    } else if (report->events == NULL || report->summary.missing_events == MEMSCOPE_UNKNOWN) {
        ms_cli_note("no events were written down in %s: run the program with "
                    "MEMSCOPE_OPTIONS=events=N, or sampled",
                    source->path);
    }
}

size_t ms_source_find_folders(const struct ms_source *source, const char *file,
                              const char **folders, size_t capacity) {
    if (source->symbols != NULL)
        return ms_symbol_reader_find_folders(source->symbols, file, folders, capacity);
    return source->shared != NULL
               ? ms_shared_symbols_find_folders(source->shared, file, folders, capacity)
               : 0;
}

bool ms_source_redact(struct ms_source *source) {
    source->redacted = ms_report_redact(source->report);
    if (source->redacted == NULL)
        ms_cli_fail("%s", ms_status_message(MS_NO_MEMORY));
    return source->redacted != NULL;
}

void ms_source_close(struct ms_source *source) {
    ms_report_redact_free(source->redacted);
    if (source->merge != NULL)
        ms_merge_destroy(source->merge);
    else if (source->report != NULL)
        ms_report_destroy(source->report);
    if (source->symbols != NULL)
        ms_symbol_reader_destroy(source->symbols);
    if (source->shared != NULL)
        ms_shared_symbols_destroy(source->shared);
    free(source->sysroot);
    free(source->debug_dirs);
    free(source->path);
    *source = (struct ms_source){0};
}

/* The report of FILES, two or more, as one. */
static bool s_open_merged(struct ms_source *source, const struct ms_words *files) {
    const struct memscope_report *report = NULL;
    *source = (struct ms_source){
        .path = ms_cli_copy("merged"), .merge = ms_merge_new(), .shared = ms_shared_symbols_new()};
    enum ms_status status = MS_NO_MEMORY;
    if (source->merge != NULL &&
        ms_merge_inputs_read(files, false, source->shared, source->merge) != MS_CLI_DONE) {
        ms_source_close(source);
        return false;
    }
    if (source->merge != NULL)
        status = ms_merge_finish(source->merge, &report);
    if (status != MS_OK) {
        ms_cli_fail("cannot merge the files: %s", ms_status_message(status));
        ms_source_close(source);
        return false;
    }
    source->report = (struct memscope_report *)(uintptr_t)report; /* it is the merge's, and ours */
    return true;
}

static bool s_open_all(struct ms_source *source, const char *command, int argc, char **argv,
                       unsigned parts) {
    if (argc - optind <= 1)
        return ms_source_open(source, optind < argc ? argv[optind] : NULL, parts);
    if (parts != 0) {
        ms_cli_fail("%s: --events is for one FILE: merged reports have none", command);
        return false;
    }
    struct ms_words files = {NULL, 0};
    ms_words_add_all(&files, argv + optind, (size_t)(argc - optind));
    bool opened = s_open_merged(source, &files);
    ms_words_fini(&files);
    return opened;
}

bool ms_source_open_to_write(struct ms_source *source, const char *command, int argc, char **argv,
                             unsigned parts, bool redact) {
    if (!s_open_all(source, command, argc, argv, parts))
        return false;
    bool found = ms_findings_add(source->report);
    if (found)
        ms_source_choose_events(source, (parts & MS_REPORT_EVENTS) != 0);
    if (found && (!redact || ms_source_redact(source)))
        return true;
    ms_source_close(source);
    return false;
}

bool ms_source_argument(const char *command, int argc, char **argv, const char **file) {
    if (argc - optind > 1) {
        ms_cli_fail("%s: takes one FILE in this version, but was given %d", command, argc - optind);
        return false;
    }
    *file = optind < argc ? argv[optind] : NULL;
    return true;
}
