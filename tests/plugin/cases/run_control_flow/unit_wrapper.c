/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

void *wrapper(size_t n) {
    return malloc(n);
}
