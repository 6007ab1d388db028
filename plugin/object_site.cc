/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "object_site.h"

#include "arguments.h"
#include "known_types.h"
#include "type_name.h"

/* An array is wanted as what it is, and as what it is an array of. */
bool ms_object_site_is_wanted(tree type) {
    return ms_arguments_want_type(ms_type_name_spell(type)) ||
           (TREE_CODE(type) == ARRAY_TYPE && ms_object_site_is_wanted(TREE_TYPE(type)));
}

ms_site ms_object_site(uint8_t kind, tree decl, tree function, const ms_annotation &annotation) {
    tree size = DECL_SIZE_UNIT(decl);
    ms_site site;
    site.kind = kind;
    site.evidence = MEMSCOPE_EVIDENCE_DECLARED;
    site.var_name = lang_hooks.decl_printable_name(decl, 1);
    site.type_name = ms_type_name_spell(TREE_TYPE(decl));
    site.type_size = size != NULL_TREE && tree_fits_uhwi_p(size) ? tree_to_uhwi(size) : 0;
    if (function != NULL_TREE)
        site.function = ms_types_function_name(function);
    site.has_label = annotation.has_label;
    site.label = annotation.label;
    site.location = DECL_SOURCE_LOCATION(decl);
    return site;
}
