/* SPDX-License-Identifier: MIT */
/* The socket that the server waits at. */
#ifndef MS_SERVE_LISTEN_H
#define MS_SERVE_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

#define MS_LISTEN_WHY_BYTES 256

struct ms_listen {
    int fd;
    bool is_loopback; /* of this machine alone */
    char *path;       /* of a Unix socket; NULL: TCP */
    char address[64]; /* of TCP, without brackets; */
    uint16_t port;    /* the one that was picked for port 0 */
};

/* ADDRESS is "HOST:PORT" with a numeric host ("127.0.0.1", "[::1]") or "localhost", or "unix:PATH"
 * (mode 0600). False with WHY for people. Beyond loopback only where that is ALLOWED. */
bool ms_listen_open(struct ms_listen *out, const char *address, bool beyond_loopback_allowed,
                    char why[MS_LISTEN_WHY_BYTES]);
void ms_listen_close(struct ms_listen *out);

#endif
