/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "left_alone.h"

#include "arguments.h"
#include "known_types.h"

/* c-family/c-common.h: zero with -ffreestanding and -fno-hosted. Weak: lto1 does not have it, and
 * loads the plugin too. */
extern int flag_hosted __attribute__((weak));

bool ms_left_alone_unit(void) {
    return flag_tm != 0 || (&flag_hosted != nullptr && flag_hosted == 0);
}

/* The dynamic linker calls it while it relocates, when thread-local variables may not be there. */
static bool s_is_ifunc_resolver(tree decl) {
    cgraph_node *node = cgraph_node::get(decl);
    ipa_ref *reference;
    for (unsigned i = 0; node != nullptr && node->iterate_direct_aliases(i, reference); i++)
        if (reference->referring->ifunc_resolver)
            return true;
    return false;
}

bool ms_left_alone(tree decl) {
    return ms_left_alone_unit() ||
           lookup_attribute("no_instrument_function", DECL_ATTRIBUTES(decl)) != NULL_TREE ||
           lookup_attribute("naked", DECL_ATTRIBUTES(decl)) != NULL_TREE ||
           s_is_ifunc_resolver(decl) ||
           ms_arguments_exclude(expand_location(DECL_SOURCE_LOCATION(decl)).file,
                                ms_types_function_name(decl));
}
