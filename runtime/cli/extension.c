/* SPDX-License-Identifier: MIT */
#include "cli/extension.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "export/export.h"
#include "memscope/extension.h"

#define S_LIMIT     64u /* exporters, analyzers */
#define S_NAME_SIZE 32u

static struct ms_exporter s_exporters[S_LIMIT];
static struct memscope_exporter s_own[S_LIMIT];
static size_t s_exporter_count;
static struct memscope_analyzer s_analyzers[S_LIMIT];
static size_t s_analyzer_count;

const struct ms_exporter *ms_extension_exporters(size_t *count) {
    *count = s_exporter_count;
    return s_exporters;
}

const struct memscope_analyzer *ms_extension_analyzers(size_t *count) {
    *count = s_analyzer_count;
    return s_analyzers;
}

/* What an extension registers with. */
struct s_registry {
    struct memscope_registry base;
    size_t count;
    char *problem; /* the first one, NULL: none */
};

static void s_refuse(struct s_registry *registry, char *problem) {
    if (registry->problem == NULL)
        registry->problem = problem;
    else
        free(problem);
}

static bool s_is_name(const char *text) {
    size_t length = strnlen(text, S_NAME_SIZE);
    return length != 0 && length < S_NAME_SIZE && *text != '-' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_") == length;
}

static bool s_is_format(const char *text) {
    for (size_t i = 0; i < s_exporter_count; i++) {
        if (strcmp(text, s_exporters[i].name) == 0 || strcmp(text, s_exporters[i].extension) == 0)
            return true;
    }
    return ms_exporter_find(text) != NULL;
}

static bool s_is_analyzer(const char *name) {
    for (size_t i = 0; i < s_analyzer_count; i++) {
        if (strcmp(name, s_analyzers[i].name) == 0)
            return true;
    }
    return false;
}

static const char s_rule[] = "small letters, digits, '-' and '_', at most 31";

static void s_add_exporter(struct memscope_registry *base,
                           const struct memscope_exporter *exporter) {
    struct s_registry *registry = (struct s_registry *)base;
    const char *name = exporter->name != NULL ? exporter->name : "";
    const char *extension = exporter->extension != NULL ? exporter->extension : name;
    if (!s_is_name(name) || !s_is_name(extension)) {
        s_refuse(registry, ms_cli_format("'%.100s' is no name of an exporter or a file extension "
                                         "(%s)",
                                         s_is_name(name) ? extension : name, s_rule));
    } else if (s_is_format(name) || s_is_format(extension)) {
        s_refuse(registry, ms_cli_format("there already is a format or file extension '%s'",
                                         s_is_format(name) ? name : extension));
    } else if (exporter->write == NULL) {
        s_refuse(registry, ms_cli_format("its exporter '%s' has no function", name));
    } else if (s_exporter_count == S_LIMIT) {
        s_refuse(registry, ms_cli_format("there may be %u exporters at most", S_LIMIT));
    } else {
        struct memscope_exporter *own = &s_own[s_exporter_count];
        *own = *exporter;
        own->name = ms_cli_copy(name);
        own->extension = ms_cli_copy(extension);
        s_exporters[s_exporter_count++] = (struct ms_exporter){
            .name = own->name, .extension = own->extension, .summary = "", .own = own};
        registry->count++;
    }
}

static void s_add_analyzer(struct memscope_registry *base,
                           const struct memscope_analyzer *analyzer) {
    struct s_registry *registry = (struct s_registry *)base;
    const char *name = analyzer->name != NULL ? analyzer->name : "";
    if (!s_is_name(name)) {
        s_refuse(registry, ms_cli_format("'%.100s' is no name of an analyzer (%s)", name, s_rule));
    } else if (s_is_analyzer(name)) {
        s_refuse(registry, ms_cli_format("there already is an analyzer '%s'", name));
    } else if (analyzer->run == NULL) {
        s_refuse(registry, ms_cli_format("its analyzer '%s' has no function", name));
    } else if (s_analyzer_count == S_LIMIT) {
        s_refuse(registry, ms_cli_format("there may be %u analyzers at most", S_LIMIT));
    } else {
        s_analyzers[s_analyzer_count] = *analyzer;
        s_analyzers[s_analyzer_count++].name = ms_cli_copy(name);
        registry->count++;
    }
}

/* Why what LIBRARY is for cannot be done here, for the caller to free; NULL: it fits. */
static char *s_mismatch(void *library) {
    static const struct memscope_extension_abi s_ours = MEMSCOPE_EXTENSION_ABI;
    const struct memscope_extension_abi *theirs = dlsym(library, "memscope_extension_abi");
    if (theirs == NULL || dlsym(library, "memscope_extension") == NULL)
        return ms_cli_copy("it is no extension of memscope: it has no MEMSCOPE_EXTENSION");
    if (theirs->version != s_ours.version)
        return ms_cli_format("it is for version %u of memscope's extensions, and this memscope has "
                             "version %u: compile it again",
                             theirs->version, s_ours.version);
    if (memcmp(theirs, &s_ours, sizeof(s_ours)) != 0)
        return ms_cli_copy("its memscope/report.h is not that of this memscope: compile it again");
    return NULL;
}

static char *s_register(void *library) {
    struct s_registry registry = {{s_add_exporter, s_add_analyzer}, 0, NULL};
    char *mismatch = s_mismatch(library);
    if (mismatch != NULL)
        return mismatch;
    void *entry = dlsym(library, "memscope_extension");
    void (*start)(struct memscope_registry *);
    memcpy(&start, &entry, sizeof(start)); /* ISO C has no cast from an object to a function */
    start(&registry.base);
    if (registry.problem == NULL && registry.count == 0)
        return ms_cli_copy("it registers nothing");
    return registry.problem;
}

bool ms_extension_load(const char *path) {
    char *file = ms_cli_format("%s%s", strchr(path, '/') != NULL ? "" : "./", path);
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    char *problem;
    if (library == NULL) {
        const char *reason = dlerror(), *colon = NULL;
        if (reason == NULL)
            reason = "it is no shared library";
        else if (strncmp(reason, file, strlen(file)) == 0)
            colon = reason + strlen(file);
        problem = ms_cli_copy(colon != NULL && strncmp(colon, ": ", 2) == 0 ? colon + 2 : reason);
    } else {
        problem = s_register(library);
    }
    if (problem != NULL)
        ms_cli_fail("cannot load %s: %s", path, problem);
    free(file);
    if (problem == NULL)
        return true;
    free(problem);
    return false;
}
