/* SPDX-License-Identifier: MIT */
#include "symbols/symbol_server.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "symbols/wire.h"

#define CPU_SECONDS  60 /* of one request, unless the places say another number */
#define MEMORY_LIMIT ((rlim_t)4 << 30)
/* Fewer addresses are not worth a second process. */
#define SPLIT_COUNT 1024u

struct s_server {
    volatile uint32_t *current;
    struct ms_symbols *symbols;
    struct memscope_resolver resolver;
};

/* A sanitizer's shadow needs all addresses there are. */
static void s_limit_memory(void) {
#ifndef __SANITIZE_ADDRESS__
    struct rlimit limit = {MEMORY_LIMIT, MEMORY_LIMIT};
    setrlimit(RLIMIT_AS, &limit);
#endif
}

static void s_limit_time(unsigned seconds) {
    struct rusage used;
    struct rlimit limit;
    if (getrusage(RUSAGE_SELF, &used) != 0 || getrlimit(RLIMIT_CPU, &limit) != 0)
        return;
    rlim_t end = (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                 (seconds != 0 ? seconds : CPU_SECONDS);
    limit.rlim_cur = end < limit.rlim_max ? end : limit.rlim_max;
    setrlimit(RLIMIT_CPU, &limit);
}

static void s_add(struct s_server *server, struct ms_wire *in, struct ms_wire *out) {
    struct memscope_module_file file;
    unsigned char build_id[256];
    uint32_t number = (uint32_t)ms_wire_take_number(in);
    enum ms_symbol_depth depth = (enum ms_symbol_depth)ms_wire_take_number(in);
    ms_wire_take(in, &file, sizeof(file));
    file.path = ms_wire_take_text(in);
    if (file.build_id_size > sizeof(build_id))
        file.build_id_size = 0;
    ms_wire_take(in, build_id, file.build_id_size);
    file.build_id = file.build_id_size != 0 ? build_id : NULL;
    ms_symbols_limit(server->symbols, number, depth);
    ms_wire_put_text(out, server->resolver.add_module(server->resolver.context, number, &file));
}

static void s_put_frames(struct s_server *server, uint64_t module, uint64_t address,
                         struct ms_wire *out) {
    struct memscope_frame frames[MS_SYMBOL_FRAME_LIMIT];
    size_t count = server->resolver.find_frames(server->resolver.context, (uint32_t)module, address,
                                                frames, MS_SYMBOL_FRAME_LIMIT);
    ms_wire_put_number(out, count);
    for (size_t i = 0; i < count; i++) {
        ms_wire_put(out, &frames[i], sizeof(frames[i]));
        ms_wire_put_again(out, frames[i].function);
        ms_wire_put_again(out, frames[i].file);
    }
}

/* One part of a reply. */
static void s_put_all(struct s_server *server, struct ms_wire *in, uint64_t count,
                      struct ms_wire *out) {
    ms_wire_put_number(out, count);
    for (uint64_t i = 0; i < count && !in->failed; i++) {
        uint64_t module = ms_wire_take_number(in), address = ms_wire_take_number(in);
        if (!in->failed)
            s_put_frames(server, module, address, out);
    }
}

/* Another process does the second half of many addresses, which are in order, so that most units
 * are read by one of the two. */
static void s_frames(struct s_server *server, struct ms_wire *in, struct ms_wire *out) {
    uint64_t count = ms_wire_take_number(in), half = count / 2;
    int ends[2];
    if (count > in->size / 16 || count < SPLIT_COUNT || sysconf(_SC_NPROCESSORS_ONLN) < 2 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        s_put_all(server, in, count, out);
        return;
    }
    server->current[1] = 0;
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(ends[0]);
        ms_symbols_watch(server->symbols, server->current + 1);
        in->at += (size_t)half * 16;
        s_put_all(server, in, count - half, out);
        _exit(ms_wire_send(out, ends[1]) ? 0 : 1);
    }
    close(ends[1]);
    s_put_all(server, in, child > 0 ? half : count, out);
    struct ms_wire rest = {0};
    if (child > 0 && !ms_wire_receive(&rest, ends[0])) {
        *server->current = server->current[1];
        _exit(1);
    }
    ms_wire_put(out, rest.bytes, rest.size);
    ms_wire_fini(&rest);
    close(ends[0]);
}

static void s_type(struct s_server *server, struct ms_wire *in, struct ms_wire *out) {
    struct memscope_type_layout layout = {0};
    const char *name = ms_wire_take_text(in), *file = ms_wire_take_text(in);
    bool known =
        name != NULL && server->resolver.find_type(server->resolver.context, name, file, &layout);
    ms_wire_put_number(out, known);
    if (!known)
        return;
    ms_wire_put(out, &layout, sizeof(layout));
    ms_wire_put_text(out, layout.struct_name);
    ms_wire_put_text(out, layout.declared);
    for (size_t i = 0; i < layout.member_count; i++) {
        const struct memscope_member *member = &layout.members[i];
        ms_wire_put(out, member, sizeof(*member));
        ms_wire_put_text(out, member->name);
        ms_wire_put_text(out, member->type_name);
        ms_wire_put_text(out, member->kind);
    }
}

static void s_variable(struct s_server *server, struct ms_wire *in, struct ms_wire *out) {
    uint32_t module = (uint32_t)ms_wire_take_number(in);
    uint64_t address = ms_wire_take_number(in);
    const char *name = ms_wire_take_text(in);
    bool pointed_to = ms_wire_take_number(in) != 0;
    ms_wire_put_text(out, name == NULL
                              ? NULL
                              : server->resolver.find_variable_type(
                                    server->resolver.context, module, address, name, pointed_to));
}

static void s_folders(struct s_server *server, struct ms_wire *in, struct ms_wire *out) {
    const char *folders[MS_SYMBOL_FOLDER_LIMIT];
    const char *file = ms_wire_take_text(in);
    size_t count = file == NULL ? 0
                                : ms_symbols_find_folders(server->symbols, file, folders,
                                                          MS_SYMBOL_FOLDER_LIMIT);
    ms_wire_put_number(out, count);
    for (size_t i = 0; i < count; i++)
        ms_wire_put_text(out, folders[i]);
}

static void s_answer(struct s_server *server, struct ms_wire *in, struct ms_wire *out) {
    switch ((enum ms_symbol_request)ms_wire_take_number(in)) {
    case MS_SYMBOL_ADD:
        s_add(server, in, out);
        break;
    case MS_SYMBOL_FRAMES:
        s_frames(server, in, out);
        break;
    case MS_SYMBOL_TYPE:
        s_type(server, in, out);
        break;
    case MS_SYMBOL_VARIABLE:
        s_variable(server, in, out);
        break;
    case MS_SYMBOL_NOTE:
        ms_wire_put_text(out, server->resolver.next_note(server->resolver.context));
        break;
    case MS_SYMBOL_FOLDERS:
        s_folders(server, in, out);
        break;
    }
}

/* What else is open belongs to the program that asks: its clients, its other readers. Returns where
 * FD is now. */
static int s_close_others(int fd) {
    int kept = fd > 3 ? dup2(fd, 3) : fd;
    if (kept < 0)
        _exit(1);
    close_range((unsigned)(kept < 3 ? 3 : kept + 1), ~0u, 0);
    return kept;
}

void ms_symbol_serve(int fd, const struct ms_symbol_places *places, volatile uint32_t *current) {
    static const int s_signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGXCPU};
    struct s_server server = {.current = current};
    struct ms_wire in = {0};
    struct rlimit no_core = {0, 0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    fd = s_close_others(fd);
    for (size_t i = 0; i < sizeof(s_signals) / sizeof(s_signals[0]); i++)
        signal(s_signals[i], SIG_DFL);
    setrlimit(RLIMIT_CORE, &no_core);
    s_limit_memory();
    if (ms_symbols_new(places, &server.symbols) != MS_OK)
        _exit(1);
    ms_symbols_watch(server.symbols, current);
    server.resolver = ms_symbols_resolver(server.symbols);
    while (ms_wire_receive(&in, fd)) {
        struct ms_wire out = {0};
        s_limit_time(places != NULL ? places->cpu_seconds : 0);
        s_answer(&server, &in, &out);
        if (!ms_wire_send(&out, fd))
            break;
        ms_wire_fini(&out);
    }
    _exit(0);
}
