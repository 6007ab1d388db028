/* SPDX-License-Identifier: MIT */
#include "model/type_layout.h"

#include "model/utf8.h"

/* ORIGINAL is NULL where there is no text. */
static enum ms_status s_clean(struct ms_build *build, const char *original, const char **out) {
    *out = ms_utf8_clean(build->arena, original);
    return original != NULL && *out == NULL ? MS_NO_MEMORY : MS_OK;
}

static enum ms_status s_copy(struct ms_build *build, const struct memscope_type_layout *from,
                             struct memscope_type_layout **out) {
    struct memscope_type_layout *layout = ms_arena_alloc(build->arena, sizeof(*layout));
    struct memscope_member *members =
        ms_arena_array(build->arena, from->member_count, sizeof(*members));
    if (layout == NULL || members == NULL)
        return MS_NO_MEMORY;
    *layout = *from;
    layout->members = members;
    enum ms_status status = s_clean(build, from->struct_name, &layout->struct_name);
    if (status == MS_OK)
        status = s_clean(build, from->declared, &layout->declared);
    for (size_t i = 0; status == MS_OK && i < from->member_count; i++) {
        members[i] = from->members[i];
        status = s_clean(build, from->members[i].name, &members[i].name);
        if (status == MS_OK)
            status = s_clean(build, from->members[i].type_name, &members[i].type_name);
    }
    *out = layout;
    return status;
}

enum ms_status ms_type_layout_find(struct ms_build *build, const struct ms_build_site *site,
                                   const struct memscope_type_layout **out) {
    const struct memscope_resolver *resolver = build->resolver;
    struct memscope_type_layout found = {0}, *copy = NULL;
    *out = NULL;
    if (resolver == NULL || resolver->find_type == NULL || site->type_name == 0 ||
        !resolver->find_type(resolver->context, ms_build_text(build, site->type_name),
                             ms_build_text(build, site->file), &found))
        return MS_OK;
    if (site->type_size != 0 && found.size != site->type_size)
        return MS_OK;
    enum ms_status status = s_copy(build, &found, &copy);
    if (status == MS_OK)
        *out = copy;
    return status;
}

bool ms_type_layout_is_same(const struct memscope_type_layout *a,
                            const struct memscope_type_layout *b) {
    if (a->size != b->size || a->member_count != b->member_count)
        return false;
    for (size_t i = 0; i < a->member_count; i++) {
        const struct memscope_member *x = &a->members[i], *y = &b->members[i];
        if (x->offset != y->offset || x->size != y->size || x->bit_offset != y->bit_offset ||
            ms_build_compare_text(x->name, y->name) != 0)
            return false;
    }
    return true;
}

bool ms_type_layout_is_open(const struct memscope_type_layout *layout) {
    const struct memscope_member *last = NULL;
    for (size_t i = 0; i < layout->member_count; i++)
        if (last == NULL || layout->members[i].offset >= last->offset)
            last = &layout->members[i];
    if (last == NULL || last->kind == NULL)
        return false;
    size_t length = last->type_name != NULL ? strlen(last->type_name) : 0;
    return strcmp(last->kind, "flexible_array") == 0 ||
           (length > 3 && strcmp(last->type_name + length - 3, "[1]") == 0);
}
