/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trees that live longer than one callback, told to GCC's garbage collector as roots. */
#ifndef MS_PLUGIN_GC_ROOT_H
#define MS_PLUGIN_GC_ROOT_H

#include "gcc_api.h"

enum ms_root {
    MS_ROOT_SITE_TYPE,
    MS_ROOT_FRESH_BLOCK,
    MS_ROOT_CLAIM_BLOCK,
    MS_ROOT_CLAIM_ELEMENTS,
    MS_ROOT_MOVE_BLOCK,
    MS_ROOT_ASSIGN_BLOCK,
    MS_ROOT_LOSE_BLOCK,
    MS_ROOT_ENTER_OBJECT,
    MS_ROOT_LEAVE_OBJECT,
    MS_ROOT_GROW_OBJECT,
    MS_ROOT_ALLOCATED,
    MS_ROOT_RELEASED,
    MS_ROOT_FREED,
    MS_ROOT_NAMED_TYPES,
    MS_ROOT_COUNT,
};

/* The root, NULL_TREE until something is assigned to it. */
tree &ms_gc_root(ms_root root);

/* Registers the roots; once, before any is used. */
void ms_gc_root_register(const char *plugin_name);

#endif
