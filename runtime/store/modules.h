/* SPDX-License-Identifier: MIT */
/* The program and its shared libraries: from a run-time address to a module and back. */
#ifndef MS_STORE_MODULES_H
#define MS_STORE_MODULES_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The frame word (layout.h) of a run-time address. A module is entered when an address in it is
 * first seen; an address in no module gives itself, with module 0.
 *
 * Under the store lock. Asks _dl_find_object, which is lock-free and async-signal-safe
 * (glibc 2.35), so that no lock of the dynamic linker is waited for.
 */
uint64_t ms_modules_frame(uintptr_t address);

/* Whether modules A and B were loaded from the same file. Under the store lock. */
bool ms_modules_same_file(uint32_t a, uint32_t b);

/* Whether this copy of the runtime came into the process with dlmopen, beside the program's own. */
bool ms_modules_second_copy(void);

#endif
