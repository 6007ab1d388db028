/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What alloca gives an annotated pointer, or a pointer to an annotated type, before/after:
 *
 *     {                                       {
 *                                                 o = __memscope_enter_object(&site, 0, &frame, 0);
 *                                                 try {
 *         MEMSCOPE char *p;                           MEMSCOPE char *p;
 *         p = alloca(n);                              p = (o = __memscope_grow_object(o, n),
 *                                                          alloca(n));
 *                                                 } finally {
 *                                                     __memscope_leave_object(o);
 *                                                     o = 0;
 *                                                 }
 *     }                                       }
 *
 * The memory lives until the function returns, whatever the scope of the pointer, so the object is
 * entered where the function begins. Each call of alloca has one of its own. What is between the
 * call and the assignment may be casts, and the choice of one of several (`n < 100 ? alloca(n) :
 * malloc(n)`).
 */
#ifndef MS_PLUGIN_ALLOCA_OBJECTS_H
#define MS_PLUGIN_ALLOCA_OBJECTS_H

#include "scopes.h"

/* A frame chooser. */
void ms_alloca_objects_find(tree *body, ms_scope_frame *frame, std::vector<ms_scope_code> *around);

#endif
