/* SPDX-License-Identifier: MIT */
#include "serve/server.h"

#include <inttypes.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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
#include "serve/stream.h"

#define S_IDLE_SECONDS  15u
#define S_REQUEST_MS    UINT64_C(60000) /* from its first byte to the last one of the answer */
#define S_REQUEST_BYTES 16384u
#define S_DELTA_LIMIT   4u    /* each keeps a report */
#define S_LOOK_MS       1000u /* how often it is seen whether who waits for one is still there */
#define S_SECONDS_LIMIT 300u
#define S_STREAM_LIMIT  48u /* others get in beside them */
#define S_STREAM_BYTES  512u
#define S_UNSENT_MS     30000  /* a peer that is not there any more */
#define S_UNREAD_BYTES  4096   /* that the kernel keeps of events for who does not read them */
#define S_TICK_MS       1000u  /* between two events */
#define S_TICK_COSTS    4u     /* and at least so many times what a report takes */
#define S_PACKED_BYTES  16384u /* smaller answers are sent as they are */

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
    /* Of events, which wait for the next one: */
    bool streams;
    struct ms_stream stream;
};

struct s_server {
    const struct ms_serve_source *source;
    const struct ms_listen *listen;
    const char *token;
    struct MHD_Daemon *daemon;
    struct ms_cache cache;
    uint64_t tick_ms; /* of the next events */
    uint64_t cost_ms; /* of the answers since the last ones */
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
        slot->streams = false;
        slot->deadline_ms = s_now_ms() + S_REQUEST_MS;
    }
}

/* Whether a client that waits has gone, which the library does not look for. */
static bool s_has_gone(const struct s_connection *slot) {
    char byte;
    return recv(slot->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static size_t s_streams(const struct s_server *server) {
    size_t count = 0;
    for (size_t i = 0; i < MS_SERVER_CONNECTIONS; i++)
        count += server->connections[i].connection != NULL && server->connections[i].streams;
    return count;
}

/* Whether what a client waits for is there. */
static bool s_is_due(const struct s_connection *slot, uint64_t now) {
    return slot->streams ? slot->stream.size != 0 || slot->stream.has_ended : slot->wakes_ms <= now;
}

/* Has the streams told what is new, at the pace at which reports can be made. What is asked for
 * then is not one from before. */
static uint64_t s_tick(struct s_server *server, uint64_t now) {
    const struct ms_serve_process *processes;
    if (s_streams(server) == 0)
        return UINT64_MAX;
    if (now < server->tick_ms)
        return server->tick_ms;
    uint64_t pause_ms = server->cost_ms * S_TICK_COSTS;
    server->tick_ms = now + (pause_ms > S_TICK_MS ? pause_ms : S_TICK_MS);
    server->cost_ms = 0;
    size_t count = server->source->list(server->source->context, &processes);
    for (size_t i = 0; i < MS_SERVER_CONNECTIONS; i++) {
        struct s_connection *slot = &server->connections[i];
        if (slot->connection != NULL && slot->streams)
            ms_stream_update(&slot->stream, processes, count, now);
    }
    ms_cache_fini(&server->cache);
    return server->tick_ms;
}

/* Ends who is late: the library finds the socket closed. Wakes who has waited long enough. Returns
 * when there is something to do again. */
static uint64_t s_look_after(struct s_server *server, uint64_t now) {
    uint64_t next = s_tick(server, now);
    for (size_t i = 0; i < MS_SERVER_CONNECTIONS; i++) {
        struct s_connection *slot = &server->connections[i];
        if (slot->connection == NULL)
            continue;
        bool gone = slot->waits && s_has_gone(slot);
        if (gone && slot->streams)
            slot->stream.has_ended = true;
        if (gone || (slot->waits && s_is_due(slot, now))) {
            slot->waits = false;
            slot->deadline_ms = slot->streams ? UINT64_MAX : now + S_REQUEST_MS;
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
    if (answer->is_packed)
        MHD_add_response_header(response, "Content-Encoding", "gzip");
    if (answer->status == MHD_HTTP_UNAUTHORIZED) {
        MHD_add_response_header(response, "WWW-Authenticate", "Bearer");
        MHD_add_response_header(response, "WWW-Authenticate", "Basic realm=\"memscope\"");
    }
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

/* What tells one answer of a path from another. */
static void s_make_etag(const struct ms_body *body, char etag[MS_CACHE_ETAG_BYTES]) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (size_t i = 0; i < body->size; i++)
        hash = (hash ^ (unsigned char)body->bytes[i]) * UINT64_C(0x100000001b3);
    snprintf(etag, MS_CACHE_ETAG_BYTES, "W/\"%016" PRIx64 "\"", hash);
}

/* The client may have it already. */
static enum MHD_Result s_queue(struct MHD_Connection *connection, struct MHD_Response *response,
                               const char *etag) {
    const char *known = s_header(connection, "If-None-Match");
    if (known == NULL || strcmp(known, etag) != 0)
        return MHD_queue_response(connection, MHD_HTTP_OK, response);
    response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    MHD_add_response_header(response, "ETag", etag);
    enum MHD_Result queued = MHD_queue_response(connection, MHD_HTTP_NOT_MODIFIED, response);
    MHD_destroy_response(response);
    return queued;
}

/* The same answer for a moment, so that many viewers cost as much as one. */
static enum MHD_Result s_send_shared(struct s_server *server, struct MHD_Connection *connection,
                                     const struct ms_request *request) {
    uint64_t now = s_now_ms();
    char etag[MS_CACHE_ETAG_BYTES];
    const char *kept;
    struct MHD_Response *response = ms_cache_find(&server->cache, request, now, &kept);
    if (response != NULL)
        return s_queue(connection, response, kept);
    struct ms_answer answer;
    ms_endpoint_answer(server->source, request, &answer);
    if (answer.status != MHD_HTTP_OK)
        return s_send(connection, &answer);
    s_make_etag(&answer.body, etag);
    if (request->takes_gzip && answer.body.size >= S_PACKED_BYTES && !answer.is_packed)
        answer.is_packed = ms_body_pack(&answer.body);
    response = s_make_response(&answer);
    if (response == NULL)
        return MHD_NO;
    MHD_add_response_header(response, "ETag", etag);
    MHD_add_response_header(response, "Vary", "Accept, Accept-Encoding");
    enum MHD_Result queued = s_queue(connection, response, etag);
    uint64_t end = s_now_ms();
    server->cost_ms += end - now;
    ms_cache_keep(&server->cache, request, response, etag, end);
    return queued;
}

/* ---- events ---- */

static ssize_t s_read_stream(void *context, uint64_t at, char *bytes, size_t size) {
    struct s_connection *slot = context;
    (void)at;
    size_t taken = ms_stream_take(&slot->stream, bytes, size);
    if (taken != 0)
        return (ssize_t)taken;
    if (slot->stream.has_ended)
        return MHD_CONTENT_READER_END_OF_STREAM;
    slot->waits = true;
    MHD_suspend_connection(slot->connection);
    return 0;
}

/* Nothing is asked of a client that has gone without a word, and little is kept for one that does
 * not read: the kernel and the library's own limit of S_IDLE_SECONDS end them. */
static void s_limit_unsent(const struct s_connection *slot) {
    int bytes = S_UNREAD_BYTES, unsent_ms = S_UNSENT_MS;
    setsockopt(slot->fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
    if (slot->server->listen->path == NULL)
        setsockopt(slot->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unsent_ms, sizeof(unsent_ms));
}

static enum MHD_Result s_begin_stream(struct s_connection *slot, const char *process) {
    struct s_server *server = slot->server;
    const struct ms_serve_process *processes;
    const struct ms_answer answer = {.type = "text/event-stream"};
    char id[MS_ENDPOINT_ID_BYTES];
    size_t at = 0;
    if (s_streams(server) >= S_STREAM_LIMIT)
        return s_refuse(slot->connection, MHD_HTTP_SERVICE_UNAVAILABLE,
                        "as many watch as may; ask later");
    if (process != NULL && !ms_endpoint_find(server->source, process, &at))
        return s_refuse(slot->connection, MHD_HTTP_NOT_FOUND, ms_endpoint_no_process);
    size_t count = server->source->list(server->source->context, &processes);
    if (process != NULL && at < count)
        ms_endpoint_format_id(processes[at].pid, processes[at].start_time, id);
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, S_STREAM_BYTES, s_read_stream, slot, NULL);
    if (response == NULL)
        return MHD_NO;
    s_add_headers(response, &answer);
    s_limit_unsent(slot);
    ms_stream_init(&slot->stream, process != NULL && at < count ? id : process,
                   s_header(slot->connection, "Last-Event-ID"));
    uint64_t now = s_now_ms();
    ms_stream_update(&slot->stream, processes, count, now);
    if (server->tick_ms < now)
        server->tick_ms = now + S_TICK_MS;
    slot->streams = true;
    slot->deadline_ms = UINT64_MAX;
    enum MHD_Result queued = MHD_queue_response(slot->connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
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
        return s_refuse(slot->connection, MHD_HTTP_NOT_FOUND, ms_endpoint_no_process);
    enum ms_status status;
    slot->before_report = source->open(source->context, at, true, &slot->before, &status);
    if (slot->before_report == NULL) {
        struct ms_answer answer = {0};
        ms_endpoint_refuse_report(&answer, status);
        return s_send(slot->connection, &answer);
    }
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

/* Programs send it as it is; browsers ask their user for a name and a password. */
static bool s_has_token(struct MHD_Connection *connection, const char *token) {
    char *password = NULL;
    char *user = MHD_basic_auth_get_username_password(connection, &password);
    bool has = ms_guard_has_token(s_header(connection, "Authorization"), password, token);
    MHD_free(user);
    MHD_free(password);
    return has;
}

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
    return server->token == NULL || s_has_token(connection, server->token)
               ? NULL
               : "the token is missing or wrong";
}

/* Those who would rather not have it say so by "gzip;q=0". */
static bool s_takes_gzip(const char *accepted) {
    const char *at = accepted != NULL ? strstr(accepted, "gzip") : NULL;
    return at != NULL && strncmp(at, "gzip;q=0", 8) != 0;
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
        .takes_gzip = s_takes_gzip(s_header(connection, "Accept-Encoding")),
    };
    if (strcmp(url, "/api/v1/events") == 0)
        return s_begin_stream(slot, request.process);
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

/* Who waits is woken, as the library asks before it is stopped. */
static void s_stop(struct s_server *server) {
    for (size_t i = 0; i < MS_SERVER_CONNECTIONS; i++) {
        struct s_connection *slot = &server->connections[i];
        if (slot->connection != NULL && slot->waits) {
            slot->waits = false;
            slot->stream.has_ended = true;
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

static sigset_t s_ends(void) {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    return ends;
}

void ms_server_hold_ends(void) {
    sigset_t ends = s_ends();
    sigprocmask(SIG_BLOCK, &ends, NULL);
}

enum ms_status ms_server_run(const struct ms_serve_source *source, const struct ms_listen *listen,
                             const char *token) {
    struct s_server *server = calloc(1, sizeof(*server));
    sigset_t ends = s_ends();
    if (server == NULL)
        return MS_NO_MEMORY;
    *server = (struct s_server){.source = source, .listen = listen, .token = token};
    signal(SIGPIPE, SIG_IGN);
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
