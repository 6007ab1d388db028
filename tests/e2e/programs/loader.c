/* SPDX-License-Identifier: MIT */
/* Opens the library of loaded.c, takes things from it, closes it, and does that once more. */
#include <dlfcn.h>
#include <stdlib.h>

static void *s_things[8];

int main(int argc, char **argv) {
    for (int round = 0; round < 2 && argc == 2; round++) {
        void *library = dlopen(argv[1], RTLD_NOW);
        if (!library)
            return 1;
        void *(*make_thing)(void) = (void *(*)(void))dlsym(library, "make_thing");
        if (!make_thing)
            return 2;
        for (int i = 0; i < 4; i++)
            s_things[round * 4 + i] = make_thing();
        dlclose(library);
    }
    for (int i = 0; i < 8; i++)
        free(s_things[i]);
    return 0;
}
