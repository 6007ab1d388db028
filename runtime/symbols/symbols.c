/* SPDX-License-Identifier: MIT */
#include "symbols/symbols.h"

#include <stdlib.h>

#include "symbols/dwarf_functions.h"
#include "symbols/dwarf_lines.h"
#include "symbols/dwarf_variables.h"
#include "symbols/grow.h"
#include "symbols/symbol_module.h"
#include "symbols/type_lookup.h"

struct ms_symbols {
    struct ms_symbol_module **modules; /* by number; NULL: none */
    size_t count, capacity;
    struct ms_type_lookup types;
    struct ms_symbol_places places;
    enum ms_symbol_depth depth; /* of the module depth_of */
    uint32_t depth_of;
    size_t told; /* modules whose notes were told */
};

enum ms_status ms_symbols_new(const struct ms_symbol_places *places, struct ms_symbols **out) {
    struct ms_symbols *symbols = calloc(1, sizeof(*symbols));
    if (symbols == NULL)
        return MS_NO_MEMORY;
    if (places != NULL)
        symbols->places = *places;
    *out = symbols;
    return MS_OK;
}

void ms_symbols_destroy(struct ms_symbols *symbols) {
    if (symbols == NULL)
        return;
    for (size_t i = 0; i < symbols->count; i++) {
        if (symbols->modules[i] != NULL)
            ms_symbol_module_fini(symbols->modules[i]);
        free(symbols->modules[i]);
    }
    free(symbols->modules);
    ms_type_lookup_fini(&symbols->types);
    free(symbols);
}

void ms_symbols_limit(struct ms_symbols *symbols, uint32_t number, enum ms_symbol_depth depth) {
    symbols->depth_of = number;
    symbols->depth = depth;
}

void ms_symbols_watch(struct ms_symbols *symbols, volatile uint32_t *current) {
    symbols->types.current = current;
    for (size_t i = 0; i < symbols->count; i++) {
        if (symbols->modules[i] != NULL)
            symbols->modules[i]->current = current;
    }
}

static const char *s_add_module(void *context, uint32_t number,
                                const struct memscope_module_file *file) {
    struct ms_symbols *symbols = context;
    if (file->path == NULL || number >= MS_SYMBOL_MODULE_LIMIT)
        return NULL;
    while (symbols->count <= number) {
        if (!ms_grow_room(&symbols->modules, symbols->count, &symbols->capacity,
                          sizeof(*symbols->modules)))
            return NULL;
        symbols->modules[symbols->count++] = NULL;
    }
    if (symbols->modules[number] != NULL)
        return NULL; /* its names may be in use */
    struct ms_symbol_module *module = calloc(1, sizeof(*module));
    if (module == NULL)
        return NULL;
    symbols->modules[number] = module;
    ms_type_lookup_reset(&symbols->types);
    module->number = number;
    module->current = symbols->types.current;
    if (symbols->depth_of == number)
        module->depth = symbols->depth;
    return ms_symbol_module_init(module, &symbols->places, file);
}

static void s_put_frame(struct memscope_frame *frame, const char *function,
                        struct ms_source_place place, bool inlined) {
    *frame = (struct memscope_frame){
        .function = function,
        .file = place.file,
        .line = place.line != 0 ? place.line : MEMSCOPE_UNKNOWN,
        .column = place.line != 0 && place.column != 0 ? place.column : MEMSCOPE_UNKNOWN,
        .inlined = inlined,
    };
}

/* The frames of ADDRESS in MODULE, which has DWARF. Returns how many, 0: it does not know. */
static size_t s_find_dwarf_frames(struct ms_symbol_module *module, uint64_t address,
                                  struct memscope_frame *frames, size_t capacity) {
    const struct ms_scope *chain[MS_INLINE_LIMIT];
    struct ms_unit *unit = ms_dwarf_find_unit(&module->dwarf, address);
    if (unit == NULL)
        return 0;
    struct ms_unit *code = unit->code_unit != NULL ? unit->code_unit : unit;
    struct ms_source_place location = {NULL, 0, 0};
    bool has_line = ms_lines_find(unit->lines, address, &location);
    size_t depth = ms_functions_find(code->functions, unit->code, address, chain);
    if (depth == 0) {
        s_put_frame(&frames[0], NULL, location, false);
        return has_line ? 1 : 0;
    }
    size_t count = 0;
    while (depth > 0 && count < capacity) {
        const struct ms_scope *scope = chain[--depth];
        s_put_frame(&frames[count++], scope->name, location, scope->inlined);
        location = (struct ms_source_place){ms_lines_find_file(unit->lines, scope->call_file),
                                            scope->call_line, scope->call_column};
    }
    return count;
}

static size_t s_find_frames(void *context, uint32_t number, uint64_t address,
                            struct memscope_frame *frames, size_t capacity) {
    struct ms_symbols *symbols = context;
    if (capacity == 0)
        return 0;
    struct ms_symbol_module *module = number < symbols->count ? symbols->modules[number] : NULL;
    uint64_t call = address != 0 ? address - 1 : 0; /* the call is before where it returns to */
    size_t count = 0;
    if (module != NULL) {
        ms_symbol_module_load(module);
        if (module->has_dwarf)
            count = s_find_dwarf_frames(module, call, frames, capacity);
    }
    if (count == 0) {
        s_put_frame(&frames[0], NULL, (struct ms_source_place){NULL, 0, 0}, false);
        count = 1;
    }
    struct memscope_frame *outer = &frames[count - 1];
    if (module != NULL && outer->function == NULL && !outer->inlined)
        outer->function = ms_elf_symbols_find(&module->symbols, &module->pool, call);
    for (size_t i = 0; i < count; i++) {
        frames[i].module = module != NULL ? module->path : NULL;
        frames[i].address = address;
    }
    return count;
}

static bool s_find_type(void *context, const char *type_name, const char *file,
                        struct memscope_type_layout *layout) {
    struct ms_symbols *symbols = context;
    return type_name != NULL && ms_type_lookup_find(&symbols->types, symbols->modules,
                                                    symbols->count, type_name, file, layout);
}

static const char *s_find_variable_type(void *context, uint32_t number, uint64_t address,
                                        const char *name, bool pointed_to) {
    struct ms_symbols *symbols = context;
    struct ms_symbol_module *module = number < symbols->count ? symbols->modules[number] : NULL;
    if (module == NULL || address == 0)
        return NULL;
    ms_symbol_module_load(module);
    struct ms_unit *unit =
        module->has_dwarf ? ms_dwarf_find_unit(&module->dwarf, address - 1) : NULL;
    struct ms_types *types = unit != NULL ? ms_symbol_module_types(module, unit->code) : NULL;
    if (types == NULL)
        return NULL;
    return ms_variables_find_type(types, unit->code_unit != NULL ? unit->code_unit : unit,
                                  address - 1, name, pointed_to);
}

static size_t s_find_folders(struct ms_symbols *symbols, const char *file, const char **folders,
                             size_t capacity) {
    size_t count = 0;
    for (size_t i = 0; i < symbols->count; i++) {
        struct ms_symbol_module *module = symbols->modules[i];
        if (module == NULL)
            continue;
        ms_symbol_module_load(module);
        if (module->has_dwarf)
            count = ms_dwarf_find_folders(&module->dwarf, file, folders, count, capacity);
    }
    return count;
}

size_t ms_symbols_find_folders(struct ms_symbols *symbols, const char *file, const char **folders,
                               size_t capacity) {
    size_t count = s_find_folders(symbols, file, folders, capacity);
    return count != 0 ? count : s_find_folders(symbols, NULL, folders, capacity);
}

/* What was noticed of a module when it was read. */
static const char *s_next_note(void *context) {
    struct ms_symbols *symbols = context;
    while (symbols->told < symbols->count) {
        struct ms_symbol_module *module = symbols->modules[symbols->told++];
        const char *note = module != NULL ? ms_symbol_module_note(module) : NULL;
        if (note != NULL)
            return note;
    }
    return NULL;
}

struct memscope_resolver ms_symbols_resolver(struct ms_symbols *symbols) {
    return (struct memscope_resolver){
        .context = symbols,
        .add_module = s_add_module,
        .find_frames = s_find_frames,
        .find_type = s_find_type,
        .find_variable_type = s_find_variable_type,
        .next_note = s_next_note,
    };
}
