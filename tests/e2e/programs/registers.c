/* SPDX-License-Identifier: MIT */
/* A program that writes its own report by an extension: registers EXTENSION FORMAT OUT. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <memscope.h>

static void *kept; /* live to the end */

int main(int argc, char **argv) {
    char long_path[5000];
    char name[] = "0.so";
    memscope_tracker *t = memscope_tracker_global();
    if (argc != 4)
        return 2;
    for (size_t i = 0; i < sizeof(long_path); i++)
        long_path[i] = i + 1 < sizeof(long_path) ? 'x' : '\0';
    errno = 0;
    printf("%d %d %d\n", memscope_register_extension(NULL) == EINVAL,
           memscope_register_extension("") == EINVAL,
           memscope_register_extension(long_path) == ENAMETOOLONG);
    kept = malloc(1000);
    MEMSCOPE_TRACK(t, kept);
    printf("%d %d\n", memscope_register_extension(argv[1]), memscope_register_extension(argv[1]));
    int error = memscope_export(t, argv[2], argv[3]);
    printf("%s %d\n", error == 0 ? "written" : "not written", error);
    for (; name[0] < '7'; name[0]++)
        if (memscope_register_extension(name) != 0)
            return 3;
    printf("%d %d\n", memscope_register_extension(name) == ENOSPC, errno);
    return kept == NULL;
}
