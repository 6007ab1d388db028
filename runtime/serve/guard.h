/* SPDX-License-Identifier: MIT */
/* Who may ask. Pure functions of what a request says; any thread. */
#ifndef MS_SERVE_GUARD_H
#define MS_SERVE_GUARD_H

#include <stdbool.h>
#include <stdint.h>

/* Whether AUTHORIZATION (the header, or NULL) is "Bearer TOKEN", or PASSWORD (of "Basic", with any
 * name; NULL: none) is TOKEN. How long it takes tells nothing of where it differs. */
bool ms_guard_has_token(const char *authorization, const char *password, const char *token);

/* Whether HOST (the header, or NULL) names this machine's loopback or ADDRESS, at PORT. A web page
 * that has its own name lead here (DNS rebinding) sends its own name. */
bool ms_guard_is_own_host(const char *host, const char *address, uint16_t port);

#endif
