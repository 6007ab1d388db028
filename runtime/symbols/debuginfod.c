/* SPDX-License-Identifier: MIT */
#include "symbols/debuginfod.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LIBRARY         "libdebuginfod.so.1"
#define DEFAULT_SECONDS 20
/* The library gives up by itself, and is let to: what it is stopped at it takes for what no server
 * has, for ten minutes. But it waits for a connection for as long as that takes, and from 0.192 on
 * tells no progress meanwhile. */
#define GRACE_SECONDS 2

/* As <elfutils/debuginfod.h> declares them; the soname has not changed since they are there. */
struct debuginfod_client;
struct s_library {
    struct debuginfod_client *(*begin)(void);
    void (*end)(struct debuginfod_client *);
    int (*find_debuginfo)(struct debuginfod_client *, const unsigned char *, int, char **);
    void (*set_progressfn)(struct debuginfod_client *,
                           int (*)(struct debuginfod_client *, long, long));
};

/* Synchronization: one thread at a time (symbols.h) */
static struct s_library s_library;
static bool s_failed, s_answered;
static struct {
    time_t since; /* when the last byte came */
    long bytes;
    bool given_up;
} s_wait;

static time_t s_now(void) {
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static int s_limit(void) {
    const char *text = getenv("DEBUGINFOD_TIMEOUT");
    long seconds = text != NULL ? strtol(text, NULL, 10) : 0;
    return seconds > 0 && seconds < 86400 ? (int)seconds : DEFAULT_SECONDS;
}

/* BYTES of TOTAL have come; until the total is known, BYTES is something else. */
static int s_on_progress(struct debuginfod_client *client, long bytes, long total) {
    (void)client;
    if (total > 0 && bytes != s_wait.bytes) {
        s_wait.bytes = bytes;
        s_wait.since = s_now();
    }
    s_wait.given_up = s_now() - s_wait.since > s_limit() + GRACE_SECONDS;
    return s_wait.given_up;
}

static bool s_find(void *handle, const char *name, void *function) {
    void *symbol = dlsym(handle, name);
    memcpy(function, &symbol, sizeof(symbol)); /* ISO C has no conversion */
    return symbol != NULL;
}

static bool s_load(void) {
    if (s_library.find_debuginfo != NULL)
        return true;
    void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    struct s_library found = {0};
    if (handle == NULL || !s_find(handle, "debuginfod_begin", &found.begin) ||
        !s_find(handle, "debuginfod_end", &found.end) ||
        !s_find(handle, "debuginfod_find_debuginfo", &found.find_debuginfo) ||
        !s_find(handle, "debuginfod_set_progressfn", &found.set_progressfn))
        return false;
    s_library = found;
    return true;
}

bool ms_debuginfod_is_there(void) {
    const char *urls = getenv("DEBUGINFOD_URLS");
    return urls != NULL && urls[strspn(urls, " ")] != 0 && !s_failed;
}

/* The library itself ends a request SECONDS after its start, whatever comes; 0: it does not. */
static int s_request_within(int seconds, struct debuginfod_client *client,
                            const unsigned char *build_id, size_t size, char **path) {
    char text[16];
    const char *set = getenv("DEBUGINFOD_MAXTIME");
    char *before = set != NULL ? strdup(set) : NULL;
    snprintf(text, sizeof(text), "%d", seconds);
    if (seconds > 0)
        setenv("DEBUGINFOD_MAXTIME", text, 1);
    s_wait.since = s_now();
    s_wait.bytes = 0;
    s_wait.given_up = false;
    int result = s_library.find_debuginfo(client, build_id, (int)size, path);
    if (before != NULL)
        setenv("DEBUGINFOD_MAXTIME", before, 1);
    else
        unsetenv("DEBUGINFOD_MAXTIME");
    free(before);
    return result;
}

/* As long as no server has said anything, a request has a limit of its own. When it ends in the
 * middle of a file that comes, it is made again without. */
static int s_request(struct debuginfod_client *client, const unsigned char *build_id, size_t size,
                     char **path) {
    int seconds = s_answered ? 0 : s_limit() + GRACE_SECONDS;
    int result = s_request_within(seconds, client, build_id, size, path);
    bool is_cut = seconds > 0 && result == -ETIME;
    s_answered |= s_wait.bytes > 0; /* else it may be known from before */
    if (is_cut && s_answered)
        return s_request_within(0, client, build_id, size, path);
    s_wait.given_up |= is_cut;
    return result;
}

static const char *s_ask(struct ms_pool *pool, const unsigned char *build_id, size_t size,
                         const char **why) {
    char seconds[16];
    snprintf(seconds, sizeof(seconds), "%d", s_limit());
    setenv("DEBUGINFOD_TIMEOUT", seconds, 1); /* the library's own default is 90 */
    struct debuginfod_client *client = s_library.begin();
    char *path = NULL;
    if (client == NULL) {
        *why = "debuginfod cannot be asked: out of memory";
        return NULL;
    }
    s_library.set_progressfn(client, s_on_progress);
    int result = s_request(client, build_id, size, &path);
    s_library.end(client);
    const char *found = result >= 0 && path != NULL ? ms_pool_copy(pool, path, strlen(path)) : NULL;
    if (result >= 0)
        close(result);
    else if (s_wait.given_up)
        *why = ms_pool_print(pool, "debuginfod has not answered for %d s and is not asked again",
                             s_limit());
    else if (result != -ENOENT && result != -ENOSYS)
        *why = ms_pool_print(pool, "debuginfod cannot be reached (%s) and is not asked again",
                             strerror(-result));
    free(path);
    return found;
}

const char *ms_debuginfod_find(struct ms_pool *pool, const unsigned char *build_id, size_t size,
                               const char **why) {
    const char *path = NULL;
    *why = NULL;
    if (size == 0 || size > INT16_MAX || !ms_debuginfod_is_there())
        return NULL;
    if (!s_load())
        *why = "DEBUGINFOD_URLS is set, but " LIBRARY " cannot be loaded";
    else
        path = s_ask(pool, build_id, size, why);
    s_failed = *why != NULL;
    return path;
}
