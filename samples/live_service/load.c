/* SPDX-License-Identifier: MIT */
/* load SOCKET N: puts N notes of 200 characters into the service there, reads, and deletes nine of
 * ten. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int connect_to(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    for (int tries = 0; tries < 100; tries++, usleep(50000)) /* it may just be starting */
        if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
            return fd;
    perror(path);
    exit(1);
}

static void ask(FILE *stream, const char *verb, unsigned long key, const char *text) {
    char answer[1024];
    dprintf(fileno(stream), "%s note%lu%s\n", verb, key, text);
    while (fgets(answer, sizeof(answer), stream) != NULL && strcmp(answer, "ok\n") != 0)
        ;
}

int main(int argc, char **argv) {
    unsigned long wanted = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    if (wanted == 0) {
        fputs("usage: load SOCKET N\n", stderr);
        return 2;
    }
    FILE *stream = fdopen(connect_to(argv[1]), "r");
    char text[202] = " ";
    memset(text + 1, 'x', sizeof(text) - 2);
    for (unsigned long i = 0; i < wanted; i++) {
        ask(stream, "put", i, text);
        ask(stream, "get", i / 10 * 10, "");
        if (i % 10 != 0)
            ask(stream, "delete", i, "");
    }
    fclose(stream);
    return 0;
}
