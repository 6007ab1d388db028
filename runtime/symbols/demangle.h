/* SPDX-License-Identifier: MIT */
/* The names of C++ functions as people write them, by libstdc++'s own demangler. */
#ifndef MS_SYMBOLS_DEMANGLE_H
#define MS_SYMBOLS_DEMANGLE_H

#include "symbols/text_pool.h"

/* "ns::f(int)" for "_ZN2ns1fEi", in POOL. NULL: it is not such a name, damaged, or more than 4 KiB
 * long, before or after: a short name can stand for one that fills the memory. Not thread-safe. */
const char *ms_demangle(struct ms_pool *pool, const char *name);

#endif
