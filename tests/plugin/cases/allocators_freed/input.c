/* SPDX-License-Identifier: MIT */
/* Which calls of free and realloc are told: those for types of which the unit has declared an
 * allocator that they are not the deallocators of. */
#include <stdlib.h>

struct thing {
    char *text;
    long value[3];
};
struct plain {
    long value;
};

__attribute__((noipa)) void thing_free(struct thing *thing);
__attribute__((malloc(thing_free))) struct thing *thing_new(void);
__attribute__((malloc(free))) struct plain *plain_new(void);
__attribute__((malloc(free), malloc(thing_free))) char *either_new(void);

struct thing *volatile kept;

/* What it frees itself is what it is for. */
void thing_free(struct thing *thing) {
    free(thing->text);
    free(thing);
}

struct thing *thing_new(void) {
    struct thing *thing = malloc(sizeof *thing);
    thing->text = malloc(10);
    return thing;
}

struct plain *plain_new(void) {
    return malloc(sizeof(struct plain));
}

char *either_new(void) {
    return malloc(1);
}

int main(void) {
    kept = thing_new();
    free(kept);
    kept = thing_new();
    kept = realloc(kept, 100);
    free(plain_new());
    free(either_new());
    free(malloc(3));
    void *void_pointer = kept;
    free(void_pointer);
    kept = NULL;
    free(kept);
    free(NULL);
    return 0;
}
