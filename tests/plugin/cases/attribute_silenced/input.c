/* SPDX-License-Identifier: MIT */
/* -Wno-attributes silences the attribute, notes and all. */
#include <memscope.h>

MEMSCOPE void (*callback)(void);
enum MEMSCOPE color { RED };
