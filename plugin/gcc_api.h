/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The only header that includes GCC's. The C++ and C library headers come first: GCC's own headers
 * poison malloc and friends for everything that is included behind them.
 *
 * Every dependence on a version of GCC belongs here, with the change of GCC that caused it.
 * Served: GCC 11 to 15.
 */
#ifndef MS_PLUGIN_GCC_API_H
#define MS_PLUGIN_GCC_API_H

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <fnmatch.h>

#include "gcc-plugin.h"
#include "bversion.h"

#include "tree.h"
#include "gimple.h"
#include "gimple-expr.h"
#include "basic-block.h"
#include "calls.h"
#include "cfghooks.h"
#include "cfgloop.h"
#include "cgraph.h"
#include "context.h"
#include "diagnostic.h"
#include "file-prefix-map.h"
#include "fold-const.h"
#include "gimple-iterator.h"
#include "gimple-pretty-print.h"
#include "gimple-ssa.h"
#include "gimple-walk.h"
#include "gimplify.h"
#include "gimplify-me.h"
#include "langhooks.h"
#include "opts.h"
#include "options.h"
#include "ssa.h"
#include "stor-layout.h"
#include "stringpool.h"
#include "attribs.h"
#include "toplev.h"
#include "tree-cfg.h"
#include "tree-dfa.h"
#include "tree-eh.h"
#include "tree-into-ssa.h"
#include "tree-iterator.h"
#include "tree-pass.h"
#include "tree-phinodes.h"
#include "tree-ssanames.h"
#include "ssa-iterators.h"
#include "varasm.h"

/* Has no include guard and defines variables: for the one file that asks for it. */
#ifdef MS_GCC_API_WITH_VERSION
#    include "plugin-version.h"
#endif

/* The C++ front end's printer of types, declared in its cp-tree.h, which cannot be included without
 * the C++ front end's whole world. Weak: cc1 (the C compiler) does not have it. */
extern const char *type_as_string(tree type, int flags) __attribute__((weak));

/* SPECS ends with a name that is null; it and NAMESPACE (null: none) stay. GCC 14 has a type for
 * the two. */
static inline void ms_register_attributes(const struct attribute_spec *specs, const char *space) {
#if BUILDING_GCC_MAJOR >= 14
    unsigned count = 0;
    while (specs[count].name != nullptr)
        count++;
    register_scoped_attributes(scoped_attribute_specs{space, {specs, count}});
#else
    register_scoped_attributes(specs, space);
#endif
}

/* C++, `while (node *n = next())`: since GCC 15 what the condition declares is in an operand of the
 * loop, before, it is in front of its body. The number of that operand; -1: LOOP has nothing there.
 */
static inline int ms_loop_declaration(const_tree loop) {
#if BUILDING_GCC_MAJOR >= 15
    const char *name = get_tree_code_name(TREE_CODE(loop));
    int operand = strcmp(name, "while_stmt") == 0 ? 3 : strcmp(name, "for_stmt") == 0 ? 6 : -1;
    return operand >= 0 && TREE_OPERAND(loop, operand) != NULL_TREE ? operand : -1;
#else
    (void)loop;
    return -1;
#endif
}

#if BUILDING_GCC_MAJOR < 14
/* GCC 14 has given last_stmt the name of what it does. */
static inline gimple *last_nondebug_stmt(basic_block block) {
    return last_stmt(block);
}
#endif

/* Warnings that statements of ours never give. -Wuse-after-free and -Wdangling-pointer came with
 * GCC 12; since GCC 15 the first is, like the second, but a name of the one with a level. */
static const int ms_quiet_warnings[] = {
    OPT_Wmaybe_uninitialized,
    OPT_Wuninitialized,
#if BUILDING_GCC_MAJOR >= 15
    OPT_Wuse_after_free_,
#elif BUILDING_GCC_MAJOR >= 12
    OPT_Wuse_after_free,
#endif
#if BUILDING_GCC_MAJOR >= 12
    OPT_Wdangling_pointer_,
#endif
};

#if BUILDING_GCC_MAJOR < 12
/* GCC 12 marks each kind of warning at a statement on its own (its suppress_warning, in gimple.h);
 * before, one bit of the statement stands for all of them. */
static inline void suppress_warning(gimple *statement, opt_code) {
    gimple_set_no_warning(statement, true);
}
static inline void suppress_warning(tree expression) {
    TREE_NO_WARNING(expression) = 1;
}
#endif

#endif
