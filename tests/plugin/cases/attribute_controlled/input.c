/* SPDX-License-Identifier: MIT */
/* What the attribute says is under the control of -Wattributes, as if it were GCC's own. */
#include <controlled_system.h>
#include <memscope.h>

MEMSCOPE void (*refused)(void);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wattributes"
MEMSCOPE void (*ignored)(void);
#pragma GCC diagnostic warning "-Wattributes"
MEMSCOPE void (*told)(void);
#pragma GCC diagnostic pop
MEMSCOPE void (*refused_again)(void);
