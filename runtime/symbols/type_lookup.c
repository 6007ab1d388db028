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

static bool s_find_in(struct ms_symbol_module *module, const struct ms_type_query *query, bool deep,
                      struct memscope_type_layout *out) {
    const char *name =
        query->kind == MS_TYPE_PLAIN ? ms_type_name_of_base(query->name) : query->name;
    struct ms_type_place place;
    ms_symbol_module_load(module);
    if (!module->has_dwarf)
        return false;
    if (!ms_types_find(&module->types, query->kind, name, deep, &place)) {
        /* One type, of which C++ and C23 have the one name and C the other. */
        const char *other = strcmp(name, "_Bool") == 0  ? "bool"
                            : strcmp(name, "bool") == 0 ? "_Bool"
                                                        : NULL;
        if (query->kind != MS_TYPE_PLAIN || other == NULL ||
            !ms_types_find(&module->types, query->kind, other, deep, &place))
            return false;
    }
    return ms_layout_read(&module->types, place, query->pointee, out);
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
                   struct memscope_type_layout *out) {
    struct ms_type_query query;
    if (!ms_type_name_parse(spelling, &query))
        return false;
    bool known = query.pointer && s_find_pointer(modules, count, out);
    for (int deep = 0; deep < 2 && !known && !query.pointer; deep++) {
        for (size_t i = 0; i < count && !known; i++)
            known = modules[i] != NULL && s_find_in(modules[i], &query, deep != 0, out);
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
    return ms_checked_mul(out->size, query.count, &out->size);
}

bool ms_type_lookup_find(struct ms_type_lookup *lookup, struct ms_symbol_module **modules,
                         size_t module_count, const char *spelling,
                         struct memscope_type_layout *out) {
    uint64_t key = ms_key_text(spelling, 0);
    uint32_t index;
    while ((index = ms_key_find(&lookup->by_spelling, key)) != MS_KEY_NONE &&
           strcmp(lookup->answers[index].spelling, spelling) != 0)
        key++;
    if (index == MS_KEY_NONE) {
        struct ms_type_answer answer = {0};
        answer.known = s_find(modules, module_count, spelling, &answer.layout);
        answer.spelling = ms_pool_copy(&lookup->pool, spelling, strlen(spelling));
        if (answer.known)
            *out = answer.layout;
        if (answer.spelling != NULL && lookup->count < MS_KEY_NONE &&
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
