/* SPDX-License-Identifier: MIT */
#include "serve/cache.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "serve/endpoints.h"

static bool s_same(const char *kept, const char *asked) {
    return strcmp(kept, asked != NULL ? asked : "") == 0;
}

static void s_drop(struct ms_cache *cache, size_t at) {
    MHD_destroy_response(cache->entries[at].response);
    free(cache->entries[at].path);
    free(cache->entries[at].accept);
    free(cache->entries[at].host);
    free(cache->entries[at].process);
    memset(&cache->entries[at], 0, sizeof(cache->entries[at]));
}

struct MHD_Response *ms_cache_find(struct ms_cache *cache, const struct ms_request *request,
                                   uint64_t now_ms, const char **etag) {
    for (size_t i = 0; i < MS_CACHE_COUNT; i++) {
        if (cache->entries[i].response != NULL && cache->entries[i].expires_ms > now_ms &&
            s_same(cache->entries[i].path, request->path) &&
            s_same(cache->entries[i].accept, request->accept) &&
            s_same(cache->entries[i].host, request->host) &&
            s_same(cache->entries[i].process, request->process) &&
            cache->entries[i].is_packed == request->takes_gzip) {
            *etag = cache->entries[i].etag;
            return cache->entries[i].response;
        }
    }
    return NULL;
}

static char *s_copy(const char *text) {
    return strdup(text != NULL ? text : "");
}

void ms_cache_keep(struct ms_cache *cache, const struct ms_request *request,
                   struct MHD_Response *response, const char etag[MS_CACHE_ETAG_BYTES],
                   uint64_t now_ms) {
    size_t oldest = 0;
    for (size_t i = 1; i < MS_CACHE_COUNT; i++) {
        if (cache->entries[i].expires_ms < cache->entries[oldest].expires_ms)
            oldest = i;
    }
    if (cache->entries[oldest].response != NULL)
        s_drop(cache, oldest);
    cache->entries[oldest].response = response;
    cache->entries[oldest].path = s_copy(request->path);
    cache->entries[oldest].accept = s_copy(request->accept);
    cache->entries[oldest].host = s_copy(request->host);
    cache->entries[oldest].process = s_copy(request->process);
    cache->entries[oldest].is_packed = request->takes_gzip;
    memcpy(cache->entries[oldest].etag, etag, MS_CACHE_ETAG_BYTES);
    cache->entries[oldest].expires_ms = now_ms + MS_CACHE_MS;
    if (cache->entries[oldest].path == NULL || cache->entries[oldest].accept == NULL ||
        cache->entries[oldest].host == NULL || cache->entries[oldest].process == NULL)
        s_drop(cache, oldest);
}

uint64_t ms_cache_expire(struct ms_cache *cache, uint64_t now_ms) {
    uint64_t next = UINT64_MAX;
    for (size_t i = 0; i < MS_CACHE_COUNT; i++) {
        if (cache->entries[i].response == NULL)
            continue;
        if (cache->entries[i].expires_ms <= now_ms)
            s_drop(cache, i);
        else if (cache->entries[i].expires_ms < next)
            next = cache->entries[i].expires_ms;
    }
    return next;
}

void ms_cache_fini(struct ms_cache *cache) {
    ms_cache_expire(cache, UINT64_MAX);
}
