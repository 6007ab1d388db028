/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Annotated arrays, structs and unions on the stack, before/after:
 *
 *     MEMSCOPE char line[80];                 char line[80];
 *     read_line(line);                        o = __memscope_enter_object(&site, 80, &frame, 0);
 *                                             try { read_line(line); }
 *                                             finally { __memscope_leave_object(o); o = 0; }
 *
 * C++: the object is there from before its constructor until behind its destructor. One that is
 * returned by name (`T t; ... return t;`) may lie in the caller; it is counted until the function
 * returns. The variables of coroutines lie on the heap and are not tracked.
 */
#ifndef MS_PLUGIN_STACK_OBJECTS_H
#define MS_PLUGIN_STACK_OBJECTS_H

/* The PLUGIN_PRE_GENERICIZE callback. */
void ms_stack_objects_wrap(void *function, void *user_data);

#endif
