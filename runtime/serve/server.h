/* SPDX-License-Identifier: MIT */
/*
 * The HTTP server: one thread, at most MS_SERVER_CONNECTIONS at a time, none of which waits for
 * another's network. Nothing is read of a request but its line and its headers.
 */
#ifndef MS_SERVE_SERVER_H
#define MS_SERVE_SERVER_H

#include "base/status.h"
#include "serve/listen.h"
#include "serve/source.h"

#define MS_SERVER_CONNECTIONS 64u

/* Blocks SIGINT and SIGTERM. Before ms_server_run, which they end, and before its address is told:
 * who reads that may end it at once. */
void ms_server_hold_ends(void);

/* Serves SOURCE at LISTEN until SIGINT or SIGTERM. Who asks must know TOKEN, unless it is NULL. */
enum ms_status ms_server_run(const struct ms_serve_source *source, const struct ms_listen *listen,
                             const char *token);

#endif
