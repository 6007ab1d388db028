/* SPDX-License-Identifier: MIT */
/* Prints to both streams, allocates, and ends with the given status. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    int status = argc > 1 ? atoi(argv[1]) : 0;
    char *line = malloc(100);
    if (!line)
        return 99;
    snprintf(line, 100, "to standard output, status %d", status);
    puts(line);
    fputs("to standard error\n", stderr);
    free(line);
    return status;
}
