/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The program's own allocators and deallocators, as its declarations and the plugin's arguments
 * tell them:
 *
 *     an allocator                                    its deallocator
 *     MEMSCOPE void *f(...)                           __attribute__((malloc(g, n)))
 *     -fplugin-arg-memscope-alloc=f:SIZE[:COUNT]      -fplugin-arg-memscope-dealloc=g:POINTER
 *     with track=all:
 *     __attribute__((malloc)), ((alloc_size(...)))    __attribute__((malloc(g, n)))
 *     T::operator new                                 T::operator delete
 *
 * The functions of the system's headers are none: what they give is known from malloc itself.
 */
#ifndef MS_PLUGIN_ALLOCATOR_H
#define MS_PLUGIN_ALLOCATOR_H

#include "attribute.h"

/* Numbers of arguments count from 1; 0: there is none. */
struct ms_allocator {
    bool is_annotated = false; /* the attribute or an argument of the plugin names it */
    ms_annotation annotation;
    unsigned size = 0, count = 0; /* the bytes are their product */
    unsigned pool = 0;            /* what it takes the memory from: its first pointer */
    std::string deallocator;      /* "f", "f, g"; empty: not known */
};

/* Keeps what the front end knows of the function FNDECL, NULL_TREE too: as known_types.h does. */
void ms_allocator_remember(tree fndecl);

/* What is known of the function FNDECL; null: it is no allocator. The answer stays where it is
 * until the compiler ends. What contradicts an argument of the plugin is told once, where FNDECL is
 * declared. */
const ms_allocator *ms_allocator_find(tree fndecl);

/* Which argument the deallocator FNDECL gives back; 0: it is no deallocator. */
unsigned ms_allocator_released(tree fndecl);

/* Whether the unit has declared an allocator whose blocks free does not give back, and the pointer
 * VALUE may be one: its type is the allocator's, or one of the two is void *. */
bool ms_allocator_is_guarded(const_tree value);

/* The PLUGIN_FINISH_DECL callback: the unit has declared DECL. */
void ms_allocator_note(void *decl, void *user_data);

/* Who frees what FNDECL returns, system's functions too: "fclose"; empty: not known. */
std::string ms_allocator_deallocator(const_tree fndecl);

#endif
