/* SPDX-License-Identifier: MIT */
#include "serve/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define S_BACKLOG 64

static bool s_fail(char why[MS_LISTEN_WHY_BYTES], const char *text, const char *more) {
    snprintf(why, MS_LISTEN_WHY_BYTES, "%s%s%s", text, more != NULL ? ": " : "",
             more != NULL ? more : "");
    return false;
}

static bool s_is_loopback(const struct sockaddr *address) {
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
        return (ntohl(v4->sin_addr.s_addr) >> 24) == 127;
    }
    return address->sa_family == AF_INET6 &&
           IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

/* "HOST:PORT" in two; brackets are left out. */
static bool s_split(const char *address, char host[64], char port[8]) {
    const char *colon = strrchr(address, ':');
    if (colon == NULL || strlen(colon + 1) == 0 || strlen(colon + 1) >= 6 ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1) || atoi(colon + 1) > UINT16_MAX)
        return false;
    size_t length = (size_t)(colon - address);
    if (length > 2 && address[0] == '[' && colon[-1] == ']') {
        address++;
        length -= 2;
    } else if (memchr(address, ':', length) != NULL) {
        return false;
    }
    if (length == 0 || length >= 64)
        return false;
    memcpy(host, address, length);
    host[length] = '\0';
    strcpy(port, colon + 1);
    if (strcmp(host, "localhost") == 0)
        strcpy(host, "127.0.0.1");
    return true;
}

/* The port that it has got. */
static bool s_read_port(struct ms_listen *out) {
    struct sockaddr_storage bound;
    socklen_t size = sizeof(bound);
    if (getsockname(out->fd, (struct sockaddr *)&bound, &size) != 0)
        return false;
    out->port = ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                                                  : ((struct sockaddr_in *)&bound)->sin_port);
    return true;
}

static bool s_open_tcp(struct ms_listen *out, const char *address, bool beyond, char *why) {
    char port[8];
    struct addrinfo *found;
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                                   .ai_socktype = SOCK_STREAM};
    if (!s_split(address, out->address, port) || getaddrinfo(out->address, port, &hints, &found))
        return s_fail(why,
                      "takes 127.0.0.1:PORT, [::1]:PORT, another numeric address with a port, "
                      "or unix:PATH",
                      NULL);
    out->is_loopback = s_is_loopback(found->ai_addr);
    if (!out->is_loopback && !beyond) {
        freeaddrinfo(found);
        return s_fail(why,
                      "others can reach that address: give --token-file, or listen at "
                      "127.0.0.1:PORT or unix:PATH",
                      NULL);
    }
    int on = 1;
    out->fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool opened = out->fd >= 0 &&
                  setsockopt(out->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
                  bind(out->fd, found->ai_addr, found->ai_addrlen) == 0 &&
                  listen(out->fd, S_BACKLOG) == 0 && s_read_port(out);
    int error = errno;
    freeaddrinfo(found);
    return opened || s_fail(why, "cannot listen there", strerror(error));
}

/* A socket that nobody listens at any more is in the way. */
static void s_remove_stale(const struct sockaddr_un *address) {
    struct stat info;
    if (lstat(address->sun_path, &info) != 0 || !S_ISSOCK(info.st_mode) || info.st_uid != geteuid())
        return;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) != 0 &&
        errno == ECONNREFUSED)
        unlink(address->sun_path);
    close(fd);
}

static bool s_open_unix(struct ms_listen *out, const char *path, char *why) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (*path == '\0' || strlen(path) >= sizeof(address.sun_path))
        return s_fail(why, "unix:PATH takes a path of 1 to 107 bytes", NULL);
    strcpy(address.sun_path, path);
    s_remove_stale(&address);
    out->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mode_t mask = umask(0177);
    bool bound =
        out->fd >= 0 && bind(out->fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
    int error = errno;
    umask(mask);
    if (!bound)
        return s_fail(why, "cannot listen there", strerror(error));
    out->path = strdup(path);
    if (out->path == NULL || listen(out->fd, S_BACKLOG) != 0)
        return s_fail(why, "cannot listen there", strerror(errno));
    return true;
}

bool ms_listen_open(struct ms_listen *out, const char *address, bool beyond_loopback_allowed,
                    char why[MS_LISTEN_WHY_BYTES]) {
    *out = (struct ms_listen){.fd = -1};
    bool opened = strncmp(address, "unix:", 5) == 0
                      ? s_open_unix(out, address + 5, why)
                      : s_open_tcp(out, address, beyond_loopback_allowed, why);
    if (!opened)
        ms_listen_close(out);
    return opened;
}

void ms_listen_close(struct ms_listen *out) {
    if (out->fd >= 0)
        close(out->fd);
    if (out->path != NULL)
        unlink(out->path);
    free(out->path);
    *out = (struct ms_listen){.fd = -1};
}
