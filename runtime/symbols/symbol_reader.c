/* SPDX-License-Identifier: MIT */
#include "symbols/symbol_reader.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "symbols/grow.h"
#include "symbols/key_table.h"
#include "symbols/symbol_server.h"
#include "symbols/text_pool.h"
#include "symbols/wire.h"

/* A report with more damaged modules has no names of the rest. */
#define RESTART_LIMIT 64u

struct s_module {
    const char *path;    /* NULL: there is no such module */
    struct ms_wire file; /* the rest of the request that adds it */
    enum ms_symbol_depth depth;
};

/* Frames that were read ahead. */
struct s_known {
    struct memscope_frame *frames;
    size_t count;
};

struct ms_symbol_reader {
    struct ms_symbol_places places;
    pid_t pid; /* 0: there is none */
    int fd;
    unsigned restarts;
    volatile uint32_t *current;
    struct s_module *modules;
    size_t module_count, module_capacity;
    struct s_known *known;
    size_t known_count, known_capacity;
    struct ms_key_table by_address;
    const char **texts; /* of the part of a reply that is taken, by number */
    size_t text_count, text_capacity;
    const char **notes;
    size_t note_count, note_capacity, note_told;
    struct ms_pool pool;
};

/* ---- the process ---- */

static bool s_start(struct ms_symbol_reader *reader) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    *reader->current = 0;
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        ms_symbol_serve(ends[1], &reader->places, reader->current);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return false;
    }
    reader->pid = pid;
    reader->fd = ends[0];
    return true;
}

static int s_stop(struct ms_symbol_reader *reader, bool kill_it) {
    int status = 0;
    if (reader->pid == 0)
        return 0;
    close(reader->fd);
    if (kill_it)
        kill(reader->pid, SIGKILL);
    while (waitpid(reader->pid, &status, 0) < 0 && errno == EINTR) {
    }
    reader->pid = 0;
    return status;
}

static void s_add_note(struct ms_symbol_reader *reader, const char *note) {
    if (note != NULL && ms_grow_room(&reader->notes, reader->note_count, &reader->note_capacity,
                                     sizeof(*reader->notes)))
        reader->notes[reader->note_count++] = note;
}

/* The process has ended: the module that it was at is read less deep from now on. */
static void s_blame(struct ms_symbol_reader *reader, int status) {
    uint32_t number = *reader->current;
    struct s_module *module = number < reader->module_count ? &reader->modules[number] : NULL;
    if (module == NULL || module->path == NULL)
        return;
    bool slow = WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU;
    if (module->depth == MS_SYMBOL_DEPTH_ALL)
        module->depth = MS_SYMBOL_DEPTH_SYMBOLS;
    else
        module->depth = MS_SYMBOL_DEPTH_NOTHING;
    s_add_note(reader,
               ms_pool_print(
                   &reader->pool, "%s has damaged %s: reading it %s; %s", module->path,
                   module->depth == MS_SYMBOL_DEPTH_SYMBOLS ? "debug information" : "symbols",
                   slow ? "came to no end" : "failed",
                   module->depth == MS_SYMBOL_DEPTH_SYMBOLS ? "functions come from its symbol table"
                                                            : "its functions have no names"));
}

static bool s_add_again(struct ms_symbol_reader *reader) {
    struct ms_wire reply = {0};
    bool good = true;
    for (size_t i = 0; i < reader->module_count && good; i++) {
        if (reader->modules[i].path == NULL)
            continue;
        struct ms_wire request = {0};
        ms_wire_put_number(&request, MS_SYMBOL_ADD);
        ms_wire_put_number(&request, i);
        ms_wire_put_number(&request, reader->modules[i].depth);
        ms_wire_put(&request, reader->modules[i].file.bytes, reader->modules[i].file.size);
        good = ms_wire_send(&request, reader->fd) && ms_wire_receive(&reply, reader->fd);
        ms_wire_fini(&request);
    }
    ms_wire_fini(&reply);
    return good;
}

/* Sends REQUEST and waits for its reply, with a new process as often as one ends there. False: that
 * was too often. */
static bool s_ask(struct ms_symbol_reader *reader, const struct ms_wire *request,
                  struct ms_wire *reply) {
    while (reader->pid != 0) {
        if (ms_wire_send(request, reader->fd) && ms_wire_receive(reply, reader->fd))
            return true;
        for (bool good = false; !good;) {
            s_blame(reader, s_stop(reader, false));
            if (reader->restarts++ >= RESTART_LIMIT || !s_start(reader))
                return false;
            good = s_add_again(reader);
        }
    }
    return false;
}

/* ---- the resolver ---- */

static const char *s_add_module(void *context, uint32_t number,
                                const struct memscope_module_file *file) {
    struct ms_symbol_reader *reader = context;
    if (file->path == NULL || number >= MS_SYMBOL_MODULE_LIMIT)
        return NULL;
    while (reader->module_count <= number) {
        if (!ms_grow_room(&reader->modules, reader->module_count, &reader->module_capacity,
                          sizeof(*reader->modules)))
            return NULL;
        reader->modules[reader->module_count++] = (struct s_module){0};
    }
    struct s_module *module = &reader->modules[number];
    if (module->path != NULL)
        return NULL;
    module->path = ms_pool_copy(&reader->pool, file->path, strlen(file->path));
    ms_wire_put(&module->file, file, sizeof(*file));
    ms_wire_put_text(&module->file, file->path);
    ms_wire_put(&module->file, file->build_id, file->build_id != NULL ? file->build_id_size : 0);
    struct ms_wire request = {0}, reply = {0};
    ms_wire_put_number(&request, MS_SYMBOL_ADD);
    ms_wire_put_number(&request, number);
    ms_wire_put_number(&request, module->depth);
    ms_wire_put(&request, module->file.bytes, module->file.size);
    const char *note = s_ask(reader, &request, &reply) ? ms_wire_take_text(&reply) : NULL;
    if (note != NULL)
        note = ms_pool_copy(&reader->pool, note, strlen(note));
    ms_wire_fini(&request);
    ms_wire_fini(&reply);
    return note;
}

static const char *s_keep(struct ms_symbol_reader *reader, const char *text) {
    return text != NULL ? ms_pool_copy(&reader->pool, text, strlen(text)) : NULL;
}

/* A text of a part of frames, kept once. */
static const char *s_take_again(struct ms_symbol_reader *reader, struct ms_wire *reply) {
    const char *text;
    uint32_t number = ms_wire_take_again(reply, &text);
    if (number == MS_WIRE_NO_TEXT)
        return NULL;
    if (text != NULL) {
        if (!ms_grow_room(&reader->texts, number, &reader->text_capacity, sizeof(*reader->texts)))
            return NULL;
        reader->texts[number] = s_keep(reader, text);
        reader->text_count = number + 1;
    }
    return number < reader->text_count ? reader->texts[number] : NULL;
}

static uint64_t s_key(uint32_t module, uint64_t address) {
    return ((uint64_t)module << 48 ^ address) + 1;
}

static void s_take_frames(struct ms_symbol_reader *reader, const struct memscope_address *place,
                          struct ms_wire *reply) {
    uint64_t count = ms_wire_take_number(reply);
    if (reply->failed || count == 0 || count > MS_SYMBOL_FRAME_LIMIT)
        return;
    struct memscope_frame *frames = ms_pool_alloc(&reader->pool, count * sizeof(*frames));
    if (frames == NULL)
        return;
    for (uint64_t i = 0; i < count; i++) {
        ms_wire_take(reply, &frames[i], sizeof(frames[i]));
        frames[i].function = s_take_again(reader, reply);
        frames[i].file = s_take_again(reader, reply);
        frames[i].module =
            place->module < reader->module_count ? reader->modules[place->module].path : NULL;
    }
    if (!reply->failed && reader->known_count < MS_KEY_NONE &&
        ms_grow_room(&reader->known, reader->known_count, &reader->known_capacity,
                     sizeof(*reader->known)) &&
        ms_key_add(&reader->by_address, s_key(place->module, place->address),
                   (uint32_t)reader->known_count))
        reader->known[reader->known_count++] = (struct s_known){frames, (size_t)count};
}

static int s_compare(const void *a, const void *b) {
    const struct memscope_address *x = a, *y = b;
    if (x->module != y->module)
        return x->module < y->module ? -1 : 1;
    return x->address < y->address ? -1 : x->address > y->address;
}

static void s_prepare_frames(void *context, struct memscope_address *places, size_t count) {
    struct ms_symbol_reader *reader = context;
    struct ms_wire request = {0}, reply = {0};
    size_t wanted = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t key = s_key(places[i].module, places[i].address);
        if (ms_key_find(&reader->by_address, key) == MS_KEY_NONE)
            places[wanted++] = places[i];
    }
    count = wanted;
    if (count == 0)
        return;
    qsort(places, count, sizeof(*places), s_compare);
    ms_wire_put_number(&request, MS_SYMBOL_FRAMES);
    ms_wire_put_number(&request, count);
    for (size_t i = 0; i < count; i++) {
        ms_wire_put_number(&request, places[i].module);
        ms_wire_put_number(&request, places[i].address);
    }
    if (!request.failed && s_ask(reader, &request, &reply)) {
        for (size_t i = 0; i < count && !reply.failed;) {
            uint64_t part = ms_wire_take_number(&reply);
            ms_wire_forget(&reply);
            reader->text_count = 0;
            if (part == 0)
                break;
            for (; part != 0 && i < count && !reply.failed; part--, i++)
                s_take_frames(reader, &places[i], &reply);
        }
    }
    ms_wire_fini(&request);
    ms_wire_fini(&reply);
}

static size_t s_find_frames(void *context, uint32_t number, uint64_t address,
                            struct memscope_frame *frames, size_t capacity) {
    struct ms_symbol_reader *reader = context;
    if (capacity == 0)
        return 0;
    uint32_t index = ms_key_find(&reader->by_address, s_key(number, address));
    if (index == MS_KEY_NONE) {
        struct memscope_address place = {number, address};
        s_prepare_frames(reader, &place, 1);
        index = ms_key_find(&reader->by_address, s_key(number, address));
    }
    if (index == MS_KEY_NONE) {
        frames[0] = (struct memscope_frame){
            .line = MEMSCOPE_UNKNOWN, .column = MEMSCOPE_UNKNOWN, .address = address};
        if (number < reader->module_count)
            frames[0].module = reader->modules[number].path;
        return 1;
    }
    size_t count = reader->known[index].count < capacity ? reader->known[index].count : capacity;
    memcpy(frames, reader->known[index].frames, count * sizeof(*frames));
    return count;
}

static bool s_take_type(struct ms_symbol_reader *reader, struct ms_wire *reply,
                        struct memscope_type_layout *out) {
    if (ms_wire_take_number(reply) == 0)
        return false;
    struct memscope_type_layout layout;
    ms_wire_take(reply, &layout, sizeof(layout));
    layout.struct_name = s_keep(reader, ms_wire_take_text(reply));
    layout.declared = s_keep(reader, ms_wire_take_text(reply));
    layout.members = NULL;
    if (reply->failed || layout.member_count > reply->size)
        return false;
    if (layout.member_count != 0) {
        struct memscope_member *members =
            ms_pool_alloc(&reader->pool, layout.member_count * sizeof(*members));
        if (members == NULL)
            return false;
        for (size_t i = 0; i < layout.member_count; i++) {
            ms_wire_take(reply, &members[i], sizeof(members[i]));
            members[i].name = s_keep(reader, ms_wire_take_text(reply));
            members[i].type_name = s_keep(reader, ms_wire_take_text(reply));
            members[i].kind = s_keep(reader, ms_wire_take_text(reply));
        }
        layout.members = members;
    }
    if (reply->failed)
        return false;
    *out = layout;
    return true;
}

static bool s_find_type(void *context, const char *name, const char *file,
                        struct memscope_type_layout *layout) {
    struct ms_symbol_reader *reader = context;
    struct ms_wire request = {0}, reply = {0};
    ms_wire_put_number(&request, MS_SYMBOL_TYPE);
    ms_wire_put_text(&request, name);
    ms_wire_put_text(&request, file);
    bool known = s_ask(reader, &request, &reply) && s_take_type(reader, &reply, layout);
    ms_wire_fini(&request);
    ms_wire_fini(&reply);
    return known;
}

static const char *s_find_variable_type(void *context, uint32_t number, uint64_t address,
                                        const char *name, bool pointed_to) {
    struct ms_symbol_reader *reader = context;
    struct ms_wire request = {0}, reply = {0};
    ms_wire_put_number(&request, MS_SYMBOL_VARIABLE);
    ms_wire_put_number(&request, number);
    ms_wire_put_number(&request, address);
    ms_wire_put_text(&request, name);
    ms_wire_put_number(&request, pointed_to);
    const char *type = NULL;
    if (s_ask(reader, &request, &reply))
        type = s_keep(reader, ms_wire_take_text(&reply));
    ms_wire_fini(&request);
    ms_wire_fini(&reply);
    return type;
}

static const char *s_next_note(void *context) {
    struct ms_symbol_reader *reader = context;
    struct ms_wire request = {0}, reply = {0};
    if (reader->note_told < reader->note_count)
        return reader->notes[reader->note_told++];
    ms_wire_put_number(&request, MS_SYMBOL_NOTE);
    const char *note = NULL;
    if (s_ask(reader, &request, &reply))
        note = s_keep(reader, ms_wire_take_text(&reply));
    ms_wire_fini(&request);
    ms_wire_fini(&reply);
    return note;
}

size_t ms_symbol_reader_find_folders(struct ms_symbol_reader *reader, const char *file,
                                     const char **folders, size_t capacity) {
    struct ms_wire request = {0}, reply = {0};
    size_t count = 0;
    ms_wire_put_number(&request, MS_SYMBOL_FOLDERS);
    ms_wire_put_text(&request, file);
    if (s_ask(reader, &request, &reply)) {
        for (uint64_t left = ms_wire_take_number(&reply); left != 0 && count < capacity; left--) {
            const char *folder = s_keep(reader, ms_wire_take_text(&reply));
            if (folder == NULL)
                break;
            folders[count++] = folder;
        }
    }
    ms_wire_fini(&request);
    ms_wire_fini(&reply);
    return count;
}

/* ---- beginning and end ---- */

enum ms_status ms_symbol_reader_new(const struct ms_symbol_places *places,
                                    struct ms_symbol_reader **out) {
    struct ms_symbol_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        return MS_NO_MEMORY;
    void *page = mmap(NULL, 2 * sizeof(*reader->current), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (places != NULL)
        reader->places = *places;
    reader->current = page;
    if (page == MAP_FAILED || !s_start(reader)) {
        if (page != MAP_FAILED)
            munmap(page, 2 * sizeof(*reader->current));
        free(reader);
        return MS_IO;
    }
    *out = reader;
    return MS_OK;
}

void ms_symbol_reader_destroy(struct ms_symbol_reader *reader) {
    if (reader == NULL)
        return;
    s_stop(reader, true);
    munmap((void *)(uintptr_t)reader->current, 2 * sizeof(*reader->current));
    for (size_t i = 0; i < reader->module_count; i++)
        ms_wire_fini(&reader->modules[i].file);
    free(reader->modules);
    free(reader->known);
    free(reader->notes);
    free(reader->texts);
    ms_key_fini(&reader->by_address);
    ms_pool_fini(&reader->pool);
    free(reader);
}

struct memscope_resolver ms_symbol_reader_resolver(struct ms_symbol_reader *reader) {
    return (struct memscope_resolver){
        .context = reader,
        .add_module = s_add_module,
        .find_frames = s_find_frames,
        .find_type = s_find_type,
        .find_variable_type = s_find_variable_type,
        .prepare_frames = s_prepare_frames,
        .next_note = s_next_note,
    };
}
