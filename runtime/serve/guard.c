/* SPDX-License-Identifier: MIT */
#include "serve/guard.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool ms_guard_has_token(const char *authorization, const char *password, const char *token) {
    static const char s_scheme[] = "Bearer ";
    size_t scheme = sizeof(s_scheme) - 1, length = strlen(token);
    const char *given = password;
    if (authorization != NULL && strncasecmp(authorization, s_scheme, scheme) == 0)
        given = authorization + scheme;
    if (given == NULL || length == 0)
        return false;
    size_t given_length = strlen(given);
    volatile unsigned different = given_length != length;
    for (size_t i = 0; i < given_length; i++)
        different |= (unsigned char)given[i] ^ (unsigned char)token[i % length];
    return different == 0;
}

static bool s_is_loopback(const char *name) {
    struct in_addr v4;
    struct in6_addr v6;
    return strcasecmp(name, "localhost") == 0 ||
           (inet_pton(AF_INET, name, &v4) == 1 && (ntohl(v4.s_addr) >> 24) == 127) ||
           (inet_pton(AF_INET6, name, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6));
}

bool ms_guard_is_own_host(const char *host, const char *address, uint16_t port) {
    char name[64], wanted[8];
    if (host == NULL)
        return false;
    bool in_brackets = host[0] == '[';
    size_t length = in_brackets ? strcspn(++host, "]") : strcspn(host, ":");
    if (length == 0 || length >= sizeof(name))
        return false;
    memcpy(name, host, length);
    name[length] = '\0';
    const char *rest = host + length;
    if (in_brackets && *rest++ != ']')
        return false;
    snprintf(wanted, sizeof(wanted), ":%u", (unsigned)port);
    if (strcmp(rest, wanted) != 0 && !(*rest == '\0' && port == 80))
        return false;
    return s_is_loopback(name) || strcasecmp(name, address) == 0;
}
