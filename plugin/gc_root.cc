/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gc_root.h"

static tree s_roots[MS_ROOT_COUNT];

static const struct ggc_root_tab s_table[] = {
    {s_roots, MS_ROOT_COUNT, sizeof(tree), gt_ggc_mx_tree_node, gt_pch_nx_tree_node},
    LAST_GGC_ROOT_TAB,
};

tree &ms_gc_root(ms_root root) {
    return s_roots[root];
}

void ms_gc_root_register(const char *plugin_name) {
    register_callback(plugin_name, PLUGIN_REGISTER_GGC_ROOTS, nullptr,
                      const_cast<struct ggc_root_tab *>(s_table));
}
