/* SPDX-License-Identifier: MIT */
/*
 * Which anonymous pages of the process are memscope's: all that ms_os_map_pages has handed out. The
 * kernel makes one mapping of neighbours, so /proc/self/maps does not tell them from the program's.
 *
 * Any thread, signal handlers, the helper thread; no lock.
 */
#ifndef MS_PLATFORM_OWN_PAGES_H
#define MS_PLATFORM_OWN_PAGES_H

#include <stddef.h>
#include <stdint.h>

void ms_own_pages_add(uintptr_t start, size_t size);
void ms_own_pages_remove(uintptr_t start);

/* Calls VISIT with each piece; one that comes or goes meanwhile may be left out. Returns how many
 * pieces are not known, because there was no memory to note them. */
uint32_t ms_own_pages_visit(void (*visit)(void *data, uintptr_t start, uintptr_t end), void *data);

#endif
