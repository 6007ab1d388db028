/* SPDX-License-Identifier: MIT */
#include "symbols/symbol_module.h"

#include <stdlib.h>
#include <string.h>

#include "symbols/debug_file.h"
#include "symbols/debuginfod.h"
#include "symbols/dwarf_guard.h"
#include "symbols/dwarf_split.h"
#include "symbols/grow.h"

/* Parts of the kernel's making have names but no files. */
static bool s_is_file(const char *path) {
    return path[0] != 0 && path[0] != '[' && strncmp(path, "linux-vdso", 10) != 0 &&
           strncmp(path, "linux-gate", 10) != 0;
}

static bool s_starts_with(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}

/* Libraries that people did not build: without debug information on nearly every machine. */
static bool s_is_system_library(const char *path, const struct ms_elf *file) {
    const char *slash = strrchr(path, '/');
    return (!file->program && (s_starts_with(path, "/lib") || s_starts_with(path, "/usr/lib"))) ||
           s_starts_with(slash != NULL ? slash + 1 : path, "libmemscope.so");
}

static const char *s_note_unreadable(struct ms_symbol_module *module, enum ms_status status) {
    return ms_pool_print(
        &module->pool, "%s cannot be read: %s; its functions have no names", module->file_path,
        status == MS_UNSUPPORTED ? "it is not an ELF file" : ms_status_message(status));
}

static const char *s_note_no_dwarf(struct ms_symbol_module *module, bool has_symtab) {
    return ms_pool_print(
        &module->pool, "%s has no debug information%s", module->path,
        has_symtab ? ": functions come from its symbol table (compile with -g for lines and types)"
                   : " and no symbol table: only functions that it exports have names (compile "
                     "with -g and do not strip it)");
}

/* Whether FILE is the one that ran: by its build id, else by what the journal has kept of it. */
static bool s_is_same(const struct ms_symbol_module *module, const struct ms_elf *file) {
    if (module->build_id_size != 0)
        return ms_elf_is_build(file, module->build_id, module->build_id_size);
    bool elsewhere = module->file_path != module->path; /* a copy, below the sysroot */
    return module->file.size == MEMSCOPE_UNKNOWN ||
           (module->file.size == file->size &&
            (elsewhere || (module->file.modified_ns == (uint64_t)file->modified_ns &&
                           (uint32_t)module->file.inode == (uint32_t)file->inode)));
}

static const char *s_check(struct ms_symbol_module *module, const struct ms_symbol_places *places) {
    struct ms_elf file;
    enum ms_status status = ms_elf_open(module->file_path, &file);
    if (status == MS_OK)
        module->readable = s_is_same(module, &file);
    const unsigned char *build_id = module->build_id;
    size_t build_id_size = module->build_id_size;
    if (module->readable && build_id_size == 0) {
        build_id = file.build_id;
        build_id_size = file.build_id_size;
    }
    if (module->readable && file.has_dwarf)
        module->dwarf_path = module->file_path;
    if (module->dwarf_path == NULL)
        module->dwarf_path = ms_debug_find_by_id(&module->pool, places, build_id, build_id_size);
    if (build_id != module->build_id && build_id_size != 0) {
        memcpy(module->build_id, build_id, build_id_size);
        module->build_id_size = build_id_size;
    }
    if (module->dwarf_path == NULL && module->readable)
        module->dwarf_path = ms_debug_find_by_link(&module->pool, places, module->file_path, &file);
    const char *note = NULL;
    if (module->dwarf_path == NULL && status != MS_OK)
        note = s_note_unreadable(module, status);
    else if (module->dwarf_path == NULL && !module->readable)
        note = ms_pool_print(&module->pool,
                             "%s was replaced since the program ran: its functions have no names",
                             module->file_path);
    else if (module->dwarf_path == NULL && !s_is_system_library(module->path, &file))
        note = s_note_no_dwarf(module, file.has_symtab);
    if (status == MS_OK)
        ms_elf_close(&file);
    module->may_fetch =
        module->dwarf_path == NULL && module->build_id_size != 0 && ms_debuginfod_is_there();
    if (!module->may_fetch)
        return note;
    module->late_note = note;
    return NULL;
}

/* Asks for the debug information that is in no file. */
static void s_fetch(struct ms_symbol_module *module) {
    const char *why;
    module->may_fetch = false;
    module->dwarf_path =
        ms_debug_fetch(&module->pool, module->build_id, module->build_id_size, &why);
    if (module->dwarf_path != NULL)
        module->late_note = NULL;
    else if (why != NULL)
        module->late_note = ms_pool_print(
            &module->pool, "%s%s%s", module->late_note != NULL ? module->late_note : module->path,
            module->late_note != NULL ? "; " : ": ", why);
}

static void s_say(const struct ms_symbol_module *module) {
    if (module->current != NULL)
        *module->current = module->number;
}

const char *ms_symbol_module_init(struct ms_symbol_module *module,
                                  const struct ms_symbol_places *places,
                                  const struct memscope_module_file *file) {
    module->file = *file;
    module->places = places;
    s_say(module);
    module->path = ms_pool_copy(&module->pool, file->path, strlen(file->path));
    if (module->path == NULL)
        return NULL;
    if (file->build_id != NULL && file->build_id_size <= MS_BUILD_ID_MAX) {
        memcpy(module->build_id, file->build_id, file->build_id_size);
        module->build_id_size = file->build_id_size;
    }
    module->file_path = ms_debug_find_module(&module->pool, places, module->path);
    if (module->file_path != NULL && strcmp(module->file_path, module->path) == 0)
        module->file_path = module->path;
    if (module->file_path != NULL && s_is_file(module->path) &&
        module->depth != MS_SYMBOL_DEPTH_NOTHING)
        return s_check(module, places);
    module->loaded = true;
    return NULL;
}

void ms_symbol_module_fini(struct ms_symbol_module *module) {
    if (module->has_dwarf) {
        for (size_t i = 0; i < module->type_count; i++) {
            ms_types_fini(module->types[i]);
            free(module->types[i]);
        }
        free(module->types);
        ms_dwarf_close(&module->dwarf);
    }
    ms_elf_symbols_fini(&module->symbols);
    ms_pool_fini(&module->pool);
    *module = (struct ms_symbol_module){0};
}

/* Without the supplement, what is not in it is read. */
static bool s_open_dwarf(struct ms_symbol_module *module, struct ms_elf *file) {
    struct ms_elf supplement;
    const unsigned char *id;
    const char *name;
    size_t id_size;
    if (!ms_elf_find_supplement(file, &name, &id, &id_size))
        return ms_dwarf_open(file, module->dwarf_path, NULL, NULL, &module->dwarf) == MS_OK;
    if (ms_debug_open_supplement(&module->pool, module->places, module->dwarf_path, file,
                                 &supplement)) {
        enum ms_status status =
            ms_dwarf_open(file, module->dwarf_path, NULL, &supplement, &module->dwarf);
        ms_elf_close(&supplement);
        if (status != MS_CORRUPT)
            return status == MS_OK;
    }
    module->lost_supplement = ms_pool_copy(&module->pool, name, strlen(name));
    return ms_dwarf_open(file, module->dwarf_path, NULL, NULL, &module->dwarf) == MS_OK;
}

static void s_load_dwarf(struct ms_symbol_module *module, struct ms_elf *file) {
    if (module->depth != MS_SYMBOL_DEPTH_ALL)
        return;
    if (!ms_guard_allows(file) || !s_open_dwarf(module, file)) {
        module->unreadable_dwarf = true;
        return;
    }
    module->has_dwarf = true;
}

/* Reads from the file at PATH what is asked for, unless it was replaced in the meantime. */
static void s_load_file(struct ms_symbol_module *module, const char *path, bool symbols,
                        bool dwarf) {
    struct ms_elf file;
    if (ms_elf_open(path, &file) != MS_OK)
        return;
    bool own = path == module->file_path;
    if (own ? s_is_same(module, &file)
            : ms_elf_is_build(&file, module->build_id, module->build_id_size)) {
        module->address_bytes = file.address_bytes;
        if (symbols)
            ms_elf_symbols_read(&module->symbols, &module->pool, &file);
        if (dwarf)
            s_load_dwarf(module, &file);
    }
    ms_elf_close(&file);
}

const char *ms_symbol_module_note(struct ms_symbol_module *module) {
    if (module->late_note != NULL)
        return module->late_note;
    if (module->unreadable_dwarf || (module->has_dwarf && module->dwarf.unit_count == 0))
        return ms_pool_print(
            &module->pool,
            "%s has debug information that cannot be read (damaged, or packed in "
            "a way that is not known, or with zstd without libzstd.so.1): functions come from its "
            "symbol table",
            module->dwarf_path);
    if (module->lost_supplement != NULL)
        return ms_pool_print(
            &module->pool,
            "%s has a part of its debug information in %s, which is not there, "
            "damaged or of another build: names and types are missing (--debug-dir "
            "says where else it may be)",
            module->dwarf_path, module->lost_supplement);
    if (module->has_dwarf && module->dwarf.missing != 0)
        return ms_pool_print(&module->pool,
                             "%s has %zu units without their split debug information, the first "
                             "is %s: no inlined functions and types there",
                             module->path, module->dwarf.missing, module->dwarf.missing_name);
    return NULL;
}

void ms_symbol_module_load(struct ms_symbol_module *module) {
    s_say(module);
    if (module->loaded)
        return;
    module->loaded = true;
    if (module->may_fetch && module->depth == MS_SYMBOL_DEPTH_ALL)
        s_fetch(module);
    if (module->dwarf_path != NULL)
        s_load_file(module, module->dwarf_path, true, true);
    if (module->symbols.count == 0 && module->readable && module->dwarf_path != module->file_path)
        s_load_file(module, module->file_path, true, false);
}

struct ms_types *ms_symbol_module_types(struct ms_symbol_module *module, struct ms_dwarf *dwarf) {
    for (size_t i = 0; i < module->type_count; i++) {
        if (module->types[i]->dwarf == dwarf)
            return module->types[i];
    }
    struct ms_types *types = malloc(sizeof(*types));
    if (types == NULL || !ms_grow_room(&module->types, module->type_count, &module->type_capacity,
                                       sizeof(struct ms_types *))) {
        free(types);
        return NULL;
    }
    ms_types_init(types, dwarf);
    module->types[module->type_count++] = types;
    return types;
}

void ms_symbol_module_load_types(struct ms_symbol_module *module) {
    ms_symbol_module_load(module);
    if (!module->has_dwarf || module->has_split_types)
        return;
    module->has_split_types = true;
    ms_symbol_module_types(module, &module->dwarf);
    for (size_t i = 0; i < module->dwarf.unit_count; i++)
        ms_split_open(&module->dwarf, &module->dwarf.units[i]);
    for (size_t i = 0; i < module->dwarf.split_count; i++)
        ms_symbol_module_types(module, module->dwarf.splits[i]);
}
