/* SPDX-License-Identifier: MIT */
/* The program and its shared objects, as they lie in memory. No lock, no allocation,
 * async-signal-safe. */
#ifndef MS_HOT_LOADED_OBJECT_H
#define MS_HOT_LOADED_OBJECT_H

#include <stdbool.h>
#include <stdint.h>

struct ms_loaded_object {
    uintptr_t start, end;      /* of its mapping */
    uintptr_t eh_frame_header; /* where its .eh_frame_hdr lies; 0: it has none */
};

/* The one that ADDRESS lies in; false: none, or the C library (before glibc 2.35) cannot tell. */
bool ms_loaded_object_at(uintptr_t address, struct ms_loaded_object *object);

#endif
