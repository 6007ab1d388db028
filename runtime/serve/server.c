/* SPDX-License-Identifier: MIT */
#include "serve/server.h"

#include <microhttpd.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "serve/cache.h"
#include "serve/endpoints.h"
#include "serve/guard.h"

#define S_IDLE_SECONDS  15u
#define S_REQUEST_MS    UINT64_C(60000) /* from its first byte to the last one of the answer */
#define S_REQUEST_BYTES 16384u
#define S_DELTA_LIMIT   4u    /* each keeps a report */
#define S_LOOK_MS       1000u /* how often it is seen whether who waits for one is still there */
#define S_SECONDS_LIMIT 300u

struct s_connection {
    struct s_server *server;
    struct MHD_Connection *connection; /* NULL: free */
    int fd;
    uint64_t deadline_ms;
    /* Of a profile that waits for its end: */
    bool waits;
    uint64_t wakes_ms;
    void *before; /* its handle; NULL: none */
    const struct memscope_report *before_report;
};

struct s_server {
    const struct ms_serve_source *source;
    const struct ms_listen *listen;
    const char *token;
    struct MHD_Daemon *daemon;
    struct ms_cache cache;
    struct s_connection connections[MS_SERVER_CONNECTIONS];
};

static uint64_t s_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static const char *s_header(struct MHD_Connection *connection, const char *name) {
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static const char *s_argument(struct MHD_Connection *connection, const char *name) {
    return MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
}

/* ---- connections ---- */

static void s_drop_before(struct s_connection *slot) {
    const struct ms_serve_source *source = slot->server->source;
    if (slot->before != NULL)
        source->close(source->context, slot->before);
    slot->before = NULL;
    slot->before_report = NULL;
}

static void s_on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                            enum MHD_ConnectionNotificationCode code) {
    struct s_server *server = context;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        struct s_connection *slot = *socket_context;
        if (slot != NULL) {
            s_drop_before(slot);
            slot->connection = NULL;
        }
        return;
    }
    for (size_t i = 0; i < MS_SERVER_CONNECTIONS; i++) {
        struct s_connection *slot = &server->connections[i];
        if (slot->connection != NULL)
            continue;
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *slot = (struct s_connection){
            .server = server,
            .connection = connection,
            .fd = info != NULL ? info->connect_fd : -1,
            .deadline_ms = s_now_ms() + S_REQUEST_MS,
        };
        *socket_context = slot;
        return;
    }
}

static struct s_connection *s_slot(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info != NULL ? info->socket_context : NULL;
}

static void s_on_completed(void *context, struct MHD_Connection *connection, void **request,
                           enum MHD_RequestTerminationCode code) {
    (void)context;
    (void)request;
    (void)code;
    struct s_connection *slot = s_slot(connection);
    if (slot != NULL) {
        s_drop_before(slot);
        slot->deadline_ms = s_now_ms() + S_REQUEST_MS;
    }
}

/* Whether the client of a profile that waits has gone, which the library does not look for. */
static bool s_has_gone(const struct s_connection *slot) {
    char byte;
    return recv(slot->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* Ends who is late: the library finds the socket closed. Wakes who has waited long enough. Returns
 * when there is something to do again. */
static uint64_t s_look_after(struct s_server *server, uint64_t now) {
    uint64_t next = UINT64_MAX;
    for (size_t i = 0; i < MS_SERVER_CONNECTIONS; i++) {
        struct s_connection *slot = &server->connections[i];
        if (slot->connection == NULL)
            continue;
        if (slot->waits && (slot->wakes_ms <= now || s_has_gone(slot))) {
            slot->waits = false;
            slot->deadline_ms = now + S_REQUEST_MS;
            MHD_resume_connection(slot->connection);
            next = now; /* the library does it when it is run, and says nothing before */
        } else if (!slot->waits && slot->deadline_ms <= now && slot->fd >= 0) {
            shutdown(slot->fd, SHUT_RDWR);
            slot->deadline_ms = UINT64_MAX;
        }
        uint64_t looks_ms = slot->wakes_ms < now + S_LOOK_MS ? slot->wakes_ms : now + S_LOOK_MS;
        uint64_t due = slot->waits ? looks_ms : slot->deadline_ms;
        next = due < next ? due : next;
    }
    uint64_t expires = ms_cache_expire(&server->cache, now);
    return expires < next ? expires : next;
}

/* ---- answers ---- */

static void s_add_headers(struct MHD_Response *response, const struct ms_answer *answer) {
    MHD_add_response_header(response, "Content-Type", answer->type);
    MHD_add_response_header(response, "Cache-Control", "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "X-Frame-Options", "DENY");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
    if (!answer->has_inline_page) /* the page says its own */
        MHD_add_response_header(response, "Content-Security-Policy", "default-src 'none'");
    char seconds[16];
    snprintf(seconds, sizeof(seconds), "%u", answer->refresh);
    if (answer->refresh != 0)
        MHD_add_response_header(response, "Refresh", seconds);
    if (answer->status == MHD_HTTP_UNAUTHORIZED)
        MHD_add_response_header(response, "WWW-Authenticate", "Bearer");
    if (answer->status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, "Allow", "GET, HEAD");
}

/* Takes the bytes of ANSWER; NULL: out of memory. */
static struct MHD_Response *s_make_response(struct ms_answer *answer) {
    struct MHD_Response *response = MHD_create_response_from_buffer(
        answer->body.size, answer->body.bytes, MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        ms_body_fini(&answer->body);
    else
        s_add_headers(response, answer);
    return response;
}

static enum MHD_Result s_send(struct MHD_Connection *connection, struct ms_answer *answer) {
    struct MHD_Response *response = s_make_response(answer);
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result queued = MHD_queue_response(connection, answer->status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result s_refuse(struct MHD_Connection *connection, unsigned status,
                                const char *line) {
    struct ms_answer answer = {0};
    ms_endpoint_refuse(&answer, status, line);
    return s_send(connection, &answer);
}

/* The same answer for a moment, so that many viewers cost as much as one. */
static enum MHD_Result s_send_shared(struct s_server *server, struct MHD_Connection *connection,
                                     const struct ms_request *request) {
    uint64_t now = s_now_ms();
    struct MHD_Response *response = ms_cache_find(&server->cache, request, now);
    if (response != NULL)
        return MHD_queue_response(connection, MHD_HTTP_OK, response);
    struct ms_answer answer;
    ms_endpoint_answer(server->source, request, &answer);
    if (answer.status != MHD_HTTP_OK)
        return s_send(connection, &answer);
    response = s_make_response(&answer);
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result queued = MHD_queue_response(connection, MHD_HTTP_OK, response);
    ms_cache_keep(&server->cache, request, response, s_now_ms());
    return queued;
}

/* ---- profiles of some seconds ---- */

static size_t s_waiting(const struct s_server *server) {
    size_t count = 0;
    for (size_t i = 0; i < MS_SERVER_CONNECTIONS; i++)
        count += server->connections[i].connection != NULL && server->connections[i].before != NULL;
    return count;
}

static enum MHD_Result s_begin_delta(struct s_connection *slot, const char *process,
                                     const char *text) {
    struct s_server *server = slot->server;
    const struct ms_serve_source *source = server->source;
    size_t digits = strspn(text, "0123456789"), at;
    unsigned long seconds = strtoul(text, NULL, 10);
    if (digits == 0 || digits > 3 || text[digits] != '\0' || seconds == 0 ||
        seconds > S_SECONDS_LIMIT)
        return s_refuse(slot->connection, MHD_HTTP_BAD_REQUEST, "seconds is a number, 1 to 300");
    if (s_waiting(server) >= S_DELTA_LIMIT)
        return s_refuse(slot->connection, MHD_HTTP_SERVICE_UNAVAILABLE,
                        "others wait for profiles of some seconds; ask later");
    if (!ms_endpoint_find(source, process, &at))
        return s_refuse(slot->connection, MHD_HTTP_NOT_FOUND,
                        "there is no such process; /api/v1/processes lists those there are");
    slot->before_report = source->open(source->context, at, true, &slot->before);
    if (slot->before_report == NULL)
        return s_refuse(slot->connection, MHD_HTTP_INTERNAL_SERVER_ERROR,
                        "its journal cannot be read");
    slot->waits = true;
    slot->wakes_ms = s_now_ms() + seconds * 1000;
    MHD_suspend_connection(slot->connection);
    return MHD_YES;
}

static enum MHD_Result s_end_delta(struct s_connection *slot, struct ms_request *request) {
    struct ms_answer answer;
    char id[MS_ENDPOINT_ID_BYTES];
    const struct memscope_process *process = &slot->before_report->process;
    ms_endpoint_format_id(process->pid, process->start_time, id);
    request->process = id; /* another may be the first by now */
    request->before = slot->before_report;
    ms_endpoint_answer(slot->server->source, request, &answer);
    s_drop_before(slot);
    return s_send(slot->connection, &answer);
}

/* ---- requests ---- */

/* NULL: it may be answered. Else why not, with STATUS. */
static const char *s_check(const struct s_server *server, struct MHD_Connection *connection,
                           const char *method, unsigned *status) {
    *status = MHD_HTTP_METHOD_NOT_ALLOWED;
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return "only GET and HEAD";
    const char *length = s_header(connection, "Content-Length");
    *status = MHD_HTTP_BAD_REQUEST;
    if ((length != NULL && strcmp(length, "0") != 0) ||
        s_header(connection, "Transfer-Encoding") != NULL)
        return "a request has no body here";
    *status = MHD_HTTP_FORBIDDEN;
    if (server->listen->path == NULL && server->listen->is_loopback &&
        !ms_guard_is_own_host(s_header(connection, "Host"), server->listen->address,
                              server->listen->port))
        return "the host of the request is not this machine's loopback";
    *status = MHD_HTTP_UNAUTHORIZED;
    if (server->token != NULL &&
        !ms_guard_has_token(s_header(connection, "Authorization"), server->token))
        return "the token is missing or wrong";
    return NULL;
}

static enum MHD_Result s_on_request(void *context, struct MHD_Connection *connection,
                                    const char *url, const char *method, const char *version,
                                    const char *upload, size_t *upload_size, void **state) {
    static char s_seen;
    struct s_server *server = context;
    struct s_connection *slot = s_slot(connection);
    unsigned status;
    (void)version;
    (void)upload;
    if (slot == NULL || *upload_size != 0)
        return MHD_NO;
    if (*state == NULL) { /* the headers are there: all that is looked at */
        *state = &s_seen;
        const char *why = s_check(server, connection, method, &status);
        return why != NULL ? s_refuse(connection, status, why) : MHD_YES;
    }
    struct ms_request request = {
        .path = url,
        .accept = s_header(connection, "Accept"),
        .host = s_header(connection, "Host"),
        .process = s_argument(connection, "process"),
        .refresh = s_argument(connection, "refresh"),
    };
    const char *seconds = s_argument(connection, "seconds");
    if (!ms_endpoint_is_profile(url) || seconds == NULL)
        return s_send_shared(server, connection, &request);
    return slot->before == NULL ? s_begin_delta(slot, request.process, seconds)
                                : s_end_delta(slot, &request);
}

/* ---- the loop ---- */

static enum ms_status s_serve(struct s_server *server, int signals) {
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD_LINUX_ONLY);
    if (info == NULL)
        return MS_UNSUPPORTED;
    struct pollfd waits_for[] = {{.fd = info->epoll_fd, .events = POLLIN},
                                 {.fd = signals, .events = POLLIN}};
    for (;;) {
        unsigned MHD_LONG_LONG library_ms;
        uint64_t now = s_now_ms(), next = s_look_after(server, now);
        uint64_t timeout = next == UINT64_MAX ? 60000 : next > now ? next - now : 0;
        if (MHD_get_timeout(server->daemon, &library_ms) == MHD_YES && library_ms < timeout)
            timeout = library_ms;
        poll(waits_for, 2, timeout < 60000 ? (int)timeout : 60000);
        if ((waits_for[1].revents & POLLIN) != 0)
            return MS_OK;
        if (MHD_run(server->daemon) != MHD_YES)
            return MS_IO;
    }
}

/* Profiles that wait are woken, as the library asks before it is stopped. */
static void s_stop(struct s_server *server) {
    for (size_t i = 0; i < MS_SERVER_CONNECTIONS; i++) {
        struct s_connection *slot = &server->connections[i];
        if (slot->connection != NULL && slot->waits) {
            slot->waits = false;
            shutdown(slot->fd, SHUT_RDWR);
            MHD_resume_connection(slot->connection);
        }
    }
    MHD_stop_daemon(server->daemon);
    ms_cache_fini(&server->cache);
}

static void s_log(void *context, const char *format, va_list arguments) {
    (void)context; /* what clients do wrong is answered, and not written down */
    (void)format;
    (void)arguments;
}

enum ms_status ms_server_run(const struct ms_serve_source *source, const struct ms_listen *listen,
                             const char *token) {
    struct s_server *server = calloc(1, sizeof(*server));
    sigset_t ends;
    if (server == NULL)
        return MS_NO_MEMORY;
    *server = (struct s_server){.source = source, .listen = listen, .token = token};
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    int signals = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
    int fd = dup(listen->fd); /* the library closes its own */
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, s_on_request,
        server, MHD_OPTION_EXTERNAL_LOGGER, s_log, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, MS_SERVER_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
        S_IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)S_REQUEST_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION, s_on_connection, server,
        MHD_OPTION_NOTIFY_COMPLETED, s_on_completed, server, MHD_OPTION_END);
    enum ms_status status = server->daemon != NULL && signals >= 0 ? MS_OK : MS_IO;
    if (status == MS_OK)
        status = s_serve(server, signals);
    if (server->daemon != NULL)
        s_stop(server);
    else if (fd >= 0)
        close(fd);
    if (signals >= 0)
        close(signals);
    free(server);
    return status;
}
