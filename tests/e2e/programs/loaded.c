/* SPDX-License-Identifier: MIT */
/* A shared library that loader.c opens. */
#include <stdlib.h>

struct loaded_thing {
    long values[6];
};

void *make_thing(void);
void *make_thing(void) {
    struct loaded_thing *thing = malloc(sizeof *thing); /* loaded */
    if (thing)
        thing->values[0] = 1;
    return thing;
}
