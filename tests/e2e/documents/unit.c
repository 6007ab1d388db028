/* SPDX-License-Identifier: MIT */
/* Where declarations and functions of the documentation are compiled. */
#include <memscope.h>

#include <stddef.h>
#include <stdlib.h>

struct pool;
struct thing;
struct request {
    char line[80];
};

/* the snippet */
