/* SPDX-License-Identifier: MIT */
#include "cli/shared_symbols.h"

#include <stdlib.h>
#include <string.h>

#include "base/atomics.h"
#include "cli/cli.h"
#include "journal/journal.h"
#include "symbols/symbol_reader.h"

/* Each may have the debug information of a large program in memory. */
#define S_SET_COUNT 4

struct s_set {
    char *modules; /* what tells the files apart, in their order; NULL: the set is not in use */
    size_t size;
    uint64_t last_use;
    char *sysroot, *debug_dirs; /* what its symbols point to */
    struct ms_symbol_reader *symbols;
    struct memscope_resolver inner;
    const char **notes; /* by number of the module; NULL: none, or not asked for yet */
    bool *is_known;
    size_t count;
};

struct ms_shared_symbols {
    struct s_set sets[S_SET_COUNT];
    uint64_t uses;
};

struct ms_shared_symbols *ms_shared_symbols_new(void) {
    return ms_cli_alloc(sizeof(struct ms_shared_symbols));
}

static void s_fini(struct s_set *set) {
    if (set->symbols != NULL)
        ms_symbol_reader_destroy(set->symbols);
    free(set->sysroot);
    free(set->debug_dirs);
    free(set->modules);
    free(set->notes);
    free(set->is_known);
    *set = (struct s_set){0};
}

void ms_shared_symbols_destroy(struct ms_shared_symbols *shared) {
    for (size_t i = 0; i < S_SET_COUNT; i++)
        s_fini(&shared->sets[i]);
    free(shared);
}

/* ---- what a set is told by ---- */

static void s_append(struct s_set *set, const void *bytes, size_t size) {
    set->modules = ms_cli_resize(set->modules, set->size + size);
    memcpy(set->modules + set->size, bytes, size);
    set->size += size;
}

/* Path and build id (or size, time and inode) of each module. Where they were loaded is no matter.
 */
static void s_list_modules(const struct ms_journal *journal, struct s_set *set) {
    uint64_t count = ms_journal_count(journal, MS_TABLE_MODULES);
    for (uint64_t i = 1; i < count; i++) {
        const struct ms_module *module = ms_journal_entry(journal, MS_TABLE_MODULES, i);
        uint32_t path = module != NULL ? ms_load_relaxed(&module->path) : 0;
        const char *text = path != 0 ? ms_journal_string(journal, path) : NULL;
        text = text != NULL ? text : "";
        s_append(set, text, strlen(text) + 1);
        if (module != NULL)
            s_append(set, module->build_id, sizeof(module->build_id));
    }
    set->count = (size_t)count + 1;
    s_append(set, &set->count, sizeof(set->count));
}

/* ---- the resolver ---- */

static const char *s_add_module(void *context, uint32_t number,
                                const struct memscope_module_file *file) {
    struct s_set *set = context;
    if (number >= set->count)
        return set->inner.add_module(set->inner.context, number, file);
    if (!set->is_known[number]) {
        set->is_known[number] = true;
        set->notes[number] = set->inner.add_module(set->inner.context, number, file);
    }
    return set->notes[number];
}

static size_t s_find_frames(void *context, uint32_t module, uint64_t address,
                            struct memscope_frame *frames, size_t capacity) {
    struct s_set *set = context;
    return set->inner.find_frames(set->inner.context, module, address, frames, capacity);
}

static bool s_find_type(void *context, const char *type_name, const char *file,
                        struct memscope_type_layout *layout) {
    struct s_set *set = context;
    return set->inner.find_type(set->inner.context, type_name, file, layout);
}

static const char *s_find_variable_type(void *context, uint32_t module, uint64_t address,
                                        const char *name, bool pointed_to) {
    struct s_set *set = context;
    return set->inner.find_variable_type(set->inner.context, module, address, name, pointed_to);
}

static void s_prepare_frames(void *context, struct memscope_address *places, size_t count) {
    struct s_set *set = context;
    set->inner.prepare_frames(set->inner.context, places, count);
}

static const char *s_next_note(void *context) {
    struct s_set *set = context;
    return set->inner.next_note(set->inner.context);
}

static enum ms_status s_init(struct s_set *set, const struct ms_symbol_places *places) {
    struct ms_symbol_places own = {0};
    if (places->sysroot != NULL)
        own.sysroot = set->sysroot = ms_cli_copy(places->sysroot);
    if (places->debug_dirs != NULL)
        own.debug_dirs = set->debug_dirs = ms_cli_copy(places->debug_dirs);
    enum ms_status status = ms_symbol_reader_new(&own, &set->symbols);
    if (status != MS_OK)
        return status;
    set->inner = ms_symbol_reader_resolver(set->symbols);
    set->notes = ms_cli_alloc(set->count * sizeof(*set->notes));
    set->is_known = ms_cli_alloc(set->count * sizeof(*set->is_known));
    return MS_OK;
}

static struct s_set *s_find(struct ms_shared_symbols *shared, const struct s_set *wanted) {
    for (size_t i = 0; i < S_SET_COUNT; i++) {
        struct s_set *set = &shared->sets[i];
        if (set->symbols != NULL && set->size == wanted->size &&
            memcmp(set->modules, wanted->modules, set->size) == 0)
            return set;
    }
    return NULL;
}

static struct s_set *s_oldest(struct ms_shared_symbols *shared) {
    struct s_set *oldest = &shared->sets[0];
    for (size_t i = 1; i < S_SET_COUNT; i++) {
        if (shared->sets[i].last_use < oldest->last_use)
            oldest = &shared->sets[i];
    }
    return oldest;
}

enum ms_status ms_shared_symbols_resolver(struct ms_shared_symbols *shared,
                                          const struct ms_journal *journal,
                                          const struct ms_symbol_places *places,
                                          struct memscope_resolver *out) {
    struct s_set wanted = {0};
    s_list_modules(journal, &wanted);
    struct s_set *set = s_find(shared, &wanted);
    if (set != NULL) {
        s_fini(&wanted);
    } else {
        enum ms_status status = s_init(&wanted, places);
        if (status != MS_OK) {
            s_fini(&wanted);
            return status;
        }
        set = s_oldest(shared);
        s_fini(set);
        *set = wanted;
    }
    set->last_use = ++shared->uses;
    *out = (struct memscope_resolver){
        .context = set,
        .add_module = s_add_module,
        .find_frames = s_find_frames,
        .find_type = s_find_type,
        .find_variable_type = set->inner.find_variable_type != NULL ? s_find_variable_type : NULL,
        .prepare_frames = s_prepare_frames,
        .next_note = s_next_note,
    };
    return MS_OK;
}

static bool s_has_text(const char *const *texts, size_t count, const char *text) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(texts[i], text) == 0)
            return true;
    }
    return false;
}

size_t ms_shared_symbols_find_folders(struct ms_shared_symbols *shared, const char *file,
                                      const char **folders, size_t capacity) {
    size_t count = 0;
    for (size_t i = 0; i < S_SET_COUNT && count < capacity; i++) {
        struct ms_symbol_reader *symbols = shared->sets[i].symbols;
        const char **found = folders + count; /* behind those that are kept */
        size_t more = symbols != NULL
                          ? ms_symbol_reader_find_folders(symbols, file, found, capacity - count)
                          : 0;
        for (size_t at = 0; at < more; at++) {
            if (!s_has_text(folders, count, found[at]))
                folders[count++] = found[at];
        }
    }
    return count;
}
