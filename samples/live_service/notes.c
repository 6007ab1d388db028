/* SPDX-License-Identifier: MIT */
/*
 * notes SOCKET: a service that keeps notes in memory, behind a Unix socket, until a signal ends it.
 * A request is a line: "put KEY TEXT", "get KEY" or "delete KEY"; the answer ends with a line "ok".
 */
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BUCKETS = 4096, MOST_CLIENTS = 64, LONGEST_LINE = 1024 };

struct note {
    struct note *next;
    char *text;
    char key[24];
};

struct client {
    int fd;
    size_t used;
    char line[LONGEST_LINE]; /* and what came behind it */
};

static struct note *s_notes[BUCKETS];

static void *or_end(void *block) {
    if (block == NULL) {
        fputs("notes: out of memory\n", stderr);
        exit(2);
    }
    return block;
}

static struct note **find(const char *key) {
    unsigned hash = 5381;
    for (const char *at = key; *at != '\0'; at++)
        hash = hash * 33 + (unsigned char)*at;
    struct note **place = &s_notes[hash % BUCKETS];
    while (*place != NULL && strcmp((*place)->key, key) != 0)
        place = &(*place)->next;
    return place;
}

static void put(const char *key, const char *text) {
    struct note **place = find(key);
    if (*place == NULL) {
        *place = or_end(calloc(1, sizeof(struct note)));
        snprintf((*place)->key, sizeof((*place)->key), "%s", key);
    }
    free((*place)->text);
    (*place)->text = or_end(strdup(text));
}

static void erase(const char *key) {
    struct note **place = find(key), *note = *place;
    if (note == NULL)
        return;
    *place = note->next;
    free(note->text);
    free(note);
}

/* False: nobody hears it. */
static bool answer(int fd, char *line) {
    char *rest = line, *verb = strsep(&rest, " "), *key = strsep(&rest, " ");
    char reply[LONGEST_LINE + sizeof("\nok\n")] = "ok\n";
    if (strcmp(verb, "put") == 0 && key != NULL && rest != NULL)
        put(key, rest);
    else if (strcmp(verb, "get") == 0 && key != NULL && *find(key) != NULL)
        snprintf(reply, sizeof(reply), "%s\nok\n", (*find(key))->text);
    else if (strcmp(verb, "delete") == 0 && key != NULL)
        erase(key);
    return write(fd, reply, strlen(reply)) > 0;
}

/* False: CLIENT has gone. */
static bool hear(struct client *client) {
    ssize_t got = read(client->fd, client->line + client->used, LONGEST_LINE - client->used);
    if (got <= 0)
        return false;
    client->used += (size_t)got;
    for (char *end; (end = memchr(client->line, '\n', client->used)) != NULL;) {
        *end++ = '\0';
        if (!answer(client->fd, client->line))
            return false;
        client->used -= (size_t)(end - client->line);
        memmove(client->line, end, client->used);
    }
    return client->used < LONGEST_LINE;
}

static int listen_at(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    unlink(path);
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(fd, 8) == 0)
        return fd;
    perror(path);
    exit(1);
}

static void serve(int fd) {
    struct client *clients[MOST_CLIENTS];
    struct pollfd polled[MOST_CLIENTS] = {{.fd = fd, .events = POLLIN}};
    nfds_t count = 1; /* with what listens */
    while (poll(polled, count, -1) > 0) {
        if ((polled[0].revents & POLLIN) != 0 && count < MOST_CLIENTS) {
            struct client *client = or_end(malloc(sizeof(*client)));
            client->fd = accept(polled[0].fd, NULL, NULL);
            client->used = 0;
            polled[count] = (struct pollfd){.fd = client->fd, .events = POLLIN};
            clients[count++] = client;
        }
        for (nfds_t i = 1; i < count; i++) {
            if (polled[i].revents == 0 || hear(clients[i]))
                continue;
            close(clients[i]->fd);
            free(clients[i]);
            count--;
            clients[i] = clients[count];
            polled[i--] = polled[count];
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fputs("usage: notes SOCKET\n", stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    serve(listen_at(argv[1]));
    return 1;
}
