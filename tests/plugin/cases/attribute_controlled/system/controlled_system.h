/* SPDX-License-Identifier: MIT */
/* A header of the system: GCC does not warn in it. */
#include <memscope.h>
MEMSCOPE void (*of_the_system)(void);
