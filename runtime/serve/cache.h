/* SPDX-License-Identifier: MIT */
/* Answers that are given again for a moment. Answers in it are whole and good (200). */
#ifndef MS_SERVE_CACHE_H
#define MS_SERVE_CACHE_H

#include <stdbool.h>
#include <stdint.h>

struct MHD_Response;
struct ms_request;

#define MS_CACHE_COUNT      8u
#define MS_CACHE_MS         1000u
#define MS_CACHE_ETAG_BYTES 24

struct ms_cache {
    struct {
        struct MHD_Response *response; /* NULL: free */
        char *path, *accept, *host, *process;
        bool is_packed;
        char etag[MS_CACHE_ETAG_BYTES];
        uint64_t expires_ms;
    } entries[MS_CACHE_COUNT];
};

/* The answer to the same request, which belongs to the cache, and its ETAG; NULL: there is none. */
struct MHD_Response *ms_cache_find(struct ms_cache *cache, const struct ms_request *request,
                                   uint64_t now_ms, const char **etag);

/* Takes RESPONSE, the answer to REQUEST. */
void ms_cache_keep(struct ms_cache *cache, const struct ms_request *request,
                   struct MHD_Response *response, const char etag[MS_CACHE_ETAG_BYTES],
                   uint64_t now_ms);

/* Lets old ones go. When the next will be; UINT64_MAX: there is none. */
uint64_t ms_cache_expire(struct ms_cache *cache, uint64_t now_ms);

/* Lets all of them go. */
void ms_cache_fini(struct ms_cache *cache);

#endif
