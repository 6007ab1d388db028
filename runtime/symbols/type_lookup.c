/* SPDX-License-Identifier: MIT */
#include "symbols/type_lookup.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "symbols/dwarf_layout.h"
#include "symbols/grow.h"

void ms_type_lookup_fini(struct ms_type_lookup *lookup) {
    ms_type_lookup_reset(lookup);
    ms_pool_fini(&lookup->pool);
}

void ms_type_lookup_reset(struct ms_type_lookup *lookup) {
    ms_key_fini(&lookup->by_spelling);
    free(lookup->answers);
    lookup->answers = NULL;
    lookup->count = lookup->capacity = 0;
}

/* In the unit of FILE where that is not NULL. */
static bool s_find_place(struct ms_types *types, const char *file, enum ms_type_kind kind,
                         const char *name, bool deep, struct ms_type_place *place) {
    return file != NULL ? ms_types_find_in(types, file, kind, name, place)
                        : ms_types_find(types, kind, name, deep, place);
}

static bool s_find_in_types(struct ms_types *types, const char *file,
                            const struct ms_type_query *query, bool deep,
                            struct memscope_type_layout *out) {
    const char *name =
        query->kind == MS_TYPE_PLAIN ? ms_type_name_of_base(query->name) : query->name;
    struct ms_type_place place;
    if (!s_find_place(types, file, query->kind, name, deep, &place)) {
        /* One type, of which C++ and C23 have the one name and C the other. */
        const char *other = strcmp(name, "_Bool") == 0  ? "bool"
                            : strcmp(name, "bool") == 0 ? "_Bool"
                                                        : NULL;
        if (query->kind != MS_TYPE_PLAIN || other == NULL ||
            !s_find_place(types, file, query->kind, other, deep, &place))
            return false;
    }
    return ms_layout_read(types, place, query->pointee, out);
}

static bool s_find_in(struct ms_symbol_module *module, const char *file,
                      const struct ms_type_query *query, bool deep,
                      struct memscope_type_layout *out) {
    bool found = false;
    ms_symbol_module_load_types(module);
    for (size_t i = 0; i < module->type_count && !found; i++)
        found = s_find_in_types(module->types[i], file, query, deep, out);
    return found;
}

/* A pointer is as large as an address of the program. */
static bool s_find_pointer(struct ms_symbol_module **modules, size_t count,
                           struct memscope_type_layout *out) {
    for (size_t i = 0; i < count; i++) {
        if (modules[i] == NULL)
            continue;
        ms_symbol_module_load(modules[i]);
        uint64_t size = modules[i]->address_bytes;
        if (size != 0) {
            *out = (struct memscope_type_layout){.size = size, .alignment = size};
            return true;
        }
    }
    return false;
}

static bool s_find(struct ms_symbol_module **modules, size_t count, const char *spelling,
                   const char *file, struct memscope_type_layout *out) {
    struct ms_type_query query;
    if (!ms_type_name_parse(spelling, &query))
        return false;
    bool known = query.pointer && s_find_pointer(modules, count, out);
    for (size_t i = 0; i < count && !known && !query.pointer && file != NULL; i++)
        known = modules[i] != NULL && s_find_in(modules[i], file, &query, false, out);
    for (int deep = 0; deep < 2 && !known && !query.pointer; deep++) {
        for (size_t i = 0; i < count && !known; i++)
            known = modules[i] != NULL && s_find_in(modules[i], NULL, &query, deep != 0, out);
    }
    if (!known || query.count == 1)
        return known;
    /* An array has the padding of all its elements, and no members. */
    uint64_t padding = out->padding_bytes;
    if (padding != MEMSCOPE_UNKNOWN && !ms_checked_mul(padding, query.count, &padding))
        return false;
    out->padding_bytes = padding;
    out->members = NULL;
    out->member_count = 0;
    out->struct_name = out->declared = NULL;
    out->is_struct = false;
    return ms_checked_mul(out->size, query.count, &out->size);
}

static bool s_is_same(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool ms_type_lookup_find(struct ms_type_lookup *lookup, struct ms_symbol_module **modules,
                         size_t module_count, const char *spelling, const char *file,
                         struct memscope_type_layout *out) {
    uint64_t key = ms_key_text(spelling, file != NULL ? ms_key_text(file, 1) : 0);
    uint32_t index;
    while ((index = ms_key_find(&lookup->by_spelling, key)) != MS_KEY_NONE &&
           (strcmp(lookup->answers[index].spelling, spelling) != 0 ||
            !s_is_same(lookup->answers[index].file, file)))
        key++;
    if (index == MS_KEY_NONE) {
        struct ms_type_answer answer = {0};
        answer.known = s_find(modules, module_count, spelling, file, &answer.layout);
        answer.spelling = ms_pool_copy(&lookup->pool, spelling, strlen(spelling));
        if (file != NULL)
            answer.file = ms_pool_copy(&lookup->pool, file, strlen(file));
        if (answer.known)
            *out = answer.layout;
        if (answer.spelling != NULL && (answer.file != NULL) == (file != NULL) &&
            lookup->count < MS_KEY_NONE &&
            ms_grow_room(&lookup->answers, lookup->count, &lookup->capacity,
                         sizeof(*lookup->answers)) &&
            ms_key_add(&lookup->by_spelling, key, (uint32_t)lookup->count))
            lookup->answers[lookup->count++] = answer;
        return answer.known;
    }
    if (lookup->answers[index].known)
        *out = lookup->answers[index].layout;
    return lookup->answers[index].known;
}
