/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

void *unit_with_size(size_t size) {
    size_t *p = malloc(size + sizeof(size_t));
    if (p == NULL)
        return NULL;
    *p = size;
    return p + 1;
}

void unit_without_size(void *p) {
    free((size_t *)p - 1);
}
