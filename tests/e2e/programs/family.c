/* SPDX-License-Identifier: MIT */
/* Every function of the malloc family, each with sizes of its own, by the name given. Prints
 * nothing: the streams of libc allocate. */
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *volatile s_block;

static void family(const char *name) {
    if (strcmp(name, "malloc") == 0) {
        s_block = malloc(11);
    } else if (strcmp(name, "calloc") == 0) {
        s_block = calloc(3, 7);
    } else if (strcmp(name, "realloc") == 0) {
        s_block = realloc(NULL, 10);
        s_block = realloc(s_block, 2000);
        s_block = realloc(s_block, 500);
    } else if (strcmp(name, "reallocarray") == 0) {
        s_block = reallocarray(NULL, 6, 9);
        s_block = reallocarray(s_block, 60, 9);
    } else if (strcmp(name, "posix_memalign") == 0) {
        void *block = NULL;
        if (posix_memalign(&block, 256, 300) != 0 || (uintptr_t)block % 256 != 0)
            _exit(1);
        s_block = block;
    } else if (strcmp(name, "aligned_alloc") == 0) {
        s_block = aligned_alloc(512, 1024);
        if ((uintptr_t)s_block % 512 != 0)
            _exit(1);
    } else if (strcmp(name, "memalign") == 0) {
        s_block = memalign(128, 33);
        if ((uintptr_t)s_block % 128 != 0)
            _exit(1);
    } else if (strcmp(name, "valloc") == 0) {
        s_block = valloc(77);
    } else if (strcmp(name, "pvalloc") == 0) {
        s_block = pvalloc(78);
    } else if (strcmp(name, "strdup") == 0) {
        s_block = strdup("four");
    } else if (strcmp(name, "strndup") == 0) {
        s_block = strndup("abcdefgh", 5);
    } else if (strcmp(name, "usable") == 0) {
        s_block = malloc(40);
        if (malloc_usable_size(s_block) < 40 || malloc_usable_size(NULL) != 0)
            _exit(1);
    } else if (strcmp(name, "zero") == 0) {
        s_block = malloc(0);
    } else if (strcmp(name, "free_null") == 0) {
        free(NULL);
        s_block = malloc(1);
    } else if (strcmp(name, "realloc_to_zero") == 0) {
        s_block = malloc(64);
        s_block = realloc(s_block, 0);
    } else if (strcmp(name, "too_big") == 0) {
        volatile size_t huge = (size_t)PTRDIFF_MAX + 1;
        s_block = malloc(24);
        if (malloc(huge) || calloc(huge, 2) || reallocarray(s_block, huge, 2) ||
            realloc(s_block, huge))
            _exit(1);
    } else {
        _exit(2);
    }
    free(s_block);
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        family(argv[i]);
    return 0;
}
