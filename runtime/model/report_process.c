/* SPDX-License-Identifier: MIT */
/* The process, how it was measured, its modules and marks. */
#include "model/build.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "base/atomics.h"

static enum ms_status s_text(struct ms_build *build, uint32_t offset, const char **text) {
    ms_name name;
    enum ms_status status = ms_build_name(build, offset, &name);
    *text = status == MS_OK ? ms_build_text(build, name) : NULL;
    return status;
}

/* The arguments stand back to back; the list ends early where one is not a string. */
static enum ms_status s_fill_command(struct ms_build *build) {
    struct memscope_process *process = &build->report->process;
    uint64_t offset = build->header->command;
    uint64_t wanted = offset != 0 ? build->header->command_count : 0;
    uint64_t limit = ms_journal_count(build->journal, MS_TABLE_STRINGS);
    if (wanted > limit)
        wanted = limit;
    const char **command = ms_arena_array(build->arena, wanted, sizeof(*command));
    if (command == NULL)
        return MS_NO_MEMORY;
    process->command = command;
    while (process->command_count < wanted) {
        const char *argument = ms_journal_string(build->journal, offset);
        if (argument == NULL || offset > UINT32_MAX)
            break;
        offset += strlen(argument) + 1;
        ms_name name;
        enum ms_status status = ms_names_add(&build->names, argument, &name);
        if (status != MS_OK)
            return status;
        command[process->command_count++] = ms_build_text(build, name);
    }
    return MS_OK;
}

static enum memscope_exit s_how_it_ended(struct ms_build *build, uint64_t *code) {
    *code = MEMSCOPE_UNKNOWN;
    uint32_t state = ms_load_acquire(&build->header->state);
    if (state == MS_STATE_RUNNING)
        return ms_journal_alive(build->journal) ? MEMSCOPE_EXIT_RUNNING : MEMSCOPE_EXIT_KILLED;
    if (build->header->exit_code >= 0)
        *code = (uint64_t)build->header->exit_code;
    return state == MS_STATE_EXITED ? MEMSCOPE_EXIT_EXITED : MEMSCOPE_EXIT_SIGNALLED;
}

static uint64_t s_duration(const struct ms_build *build) {
    const struct ms_journal_header *header = build->header;
    uint64_t duration = ms_load_relaxed(&header->now_ns);
    if (header->copied_ns != 0)
        return header->copied_ns;
    if (build->report->process.exit == MEMSCOPE_EXIT_RUNNING) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        uint64_t now_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
        return ms_build_max(duration, ms_build_minus(now_ns, header->monotonic_start_ns));
    }
    if (build->report->process.exit != MEMSCOPE_EXIT_KILLED && header->end_ns != 0)
        return header->end_ns;
    /* Nobody wrote down when it ended: the last sign of life. */
    uint64_t ticks = ms_journal_count(build->journal, MS_TABLE_TICKS);
    const struct ms_tick *last =
        ticks != 0 ? ms_journal_entry(build->journal, MS_TABLE_TICKS, ticks - 1) : NULL;
    return last != NULL ? ms_build_max(duration, last->time_ns) : duration;
}

static enum ms_status s_fill_process(struct ms_build *build) {
    const struct ms_journal_header *header = build->header;
    struct memscope_process *process = &build->report->process;
    process->pid = header->pid;
    process->ppid = header->ppid;
    process->start_time = header->start_time_ns != 0 ? header->start_time_ns : MEMSCOPE_UNKNOWN;
    process->exit = s_how_it_ended(build, &process->exit_code);
    process->duration_ns = s_duration(build);
    enum ms_status status = s_text(build, header->executable, &process->executable);
    if (status == MS_OK)
        status = s_text(build, header->host, &process->host);
    if (status == MS_OK)
        status = s_fill_command(build);
    return status;
}

static bool s_has_drops(const struct ms_journal_header *header) {
    for (size_t i = 0; i < sizeof(header->dropped) / sizeof(header->dropped[0]); i++)
        if (ms_load_relaxed(&header->dropped[i]) != 0)
            return true;
    return false;
}

static enum ms_status s_fill_sampling(struct ms_build *build) {
    struct memscope_sampling *sampling = &build->report->sampling;
    double rate = build->header->sample_rate;
    sampling->sample_rate = rate >= 0 && rate <= 1 ? rate : NAN;
    sampling->sample_bytes = build->header->sample_bytes;
    sampling->rate_changes = build->header->sample_changes;
    sampling->seed = build->header->seed;
    build->has_drops = s_has_drops(build->header);
    build->sampled = build->header->sampled != 0;
    build->has_gaps = ms_load_relaxed(&build->header->gaps) != 0;
    sampling->exact = !build->sampled && !build->has_drops;
    sampling->heap_bytes = !build->sampled ? "requested" : build->has_gaps ? "estimated" : "usable";
    return s_text(build, build->header->preset, &sampling->preset);
}

static enum ms_status s_tell_resolver(struct ms_build *build, uint32_t index,
                                      const struct ms_module *module, size_t id_size,
                                      const char *path) {
    const struct memscope_resolver *resolver = build->resolver;
    if (resolver == NULL || resolver->add_module == NULL)
        return MS_OK;
    struct memscope_module_file file = {
        .path = path != NULL ? path : "",
        .build_id = id_size != 0 ? module->build_id : NULL,
        .build_id_size = id_size,
        .size = MEMSCOPE_UNKNOWN,
        .modified_ns = MEMSCOPE_UNKNOWN,
        .inode = MEMSCOPE_UNKNOWN,
    };
    if (id_size == 0 && (module->flags & MS_MODULE_STAMPED) != 0) {
        struct ms_module_stamp stamp;
        memcpy(&stamp, module->build_id, sizeof(stamp));
        file.size = stamp.size[0] | (uint64_t)stamp.size[1] << 32;
        file.modified_ns = stamp.modified_ns[0] | (uint64_t)stamp.modified_ns[1] << 32;
        file.inode = stamp.inode;
    }
    const char *note = resolver->add_module(resolver->context, index, &file);
    return note != NULL ? ms_build_note(build, "%s", note) : MS_OK;
}

static enum ms_status s_fill_module(struct ms_build *build, uint32_t index,
                                    const struct ms_module *module,
                                    struct memscope_module_report *out) {
    size_t size = module->build_id_size;
    if (size > sizeof(module->build_id))
        size = 0;
    if (size != 0) {
        char *hex = ms_arena_alloc(build->arena, 2 * size + 1);
        if (hex == NULL)
            return MS_NO_MEMORY;
        for (size_t i = 0; i < size; i++) {
            hex[2 * i] = "0123456789abcdef"[module->build_id[i] >> 4];
            hex[2 * i + 1] = "0123456789abcdef"[module->build_id[i] & 15];
        }
        out->build_id = hex;
    }
    out->base = module->base;
    enum ms_status status = s_text(build, module->path, &out->path);
    if (status == MS_OK) /* the path as the program gave it: it names a file */
        status = s_tell_resolver(build, index, module, size,
                                 ms_journal_string(build->journal, module->path));
    return status;
}

/* Entry 0 is no module; entry N is number N of the resolver and N - 1 of the report. */
static enum ms_status s_fill_modules(struct ms_build *build) {
    uint64_t count = ms_journal_count(build->journal, MS_TABLE_MODULES);
    uint64_t limit = UINT64_C(1) << (64 - MS_FRAME_MODULE_SHIFT);
    if (count > limit)
        count = limit;
    if (count < 1)
        count = 1;
    struct memscope_module_report *modules =
        ms_arena_array(build->arena, count - 1, sizeof(*modules));
    if (modules == NULL)
        return MS_NO_MEMORY;
    enum ms_status status = MS_OK;
    for (uint64_t i = 1; status == MS_OK && i < count; i++) {
        const struct ms_module *module = ms_journal_entry(build->journal, MS_TABLE_MODULES, i);
        if (module != NULL)
            status = s_fill_module(build, (uint32_t)i, module, &modules[i - 1]);
    }
    build->report->modules = modules;
    build->report->module_count = count - 1;
    return status;
}

static enum ms_status s_fill_marks(struct ms_build *build) {
    uint64_t count = ms_journal_count(build->journal, MS_TABLE_MARKS);
    struct memscope_mark_report *marks = ms_arena_array(build->arena, count, sizeof(*marks));
    if (marks == NULL)
        return MS_NO_MEMORY;
    enum ms_status status = MS_OK;
    for (uint64_t i = 0; status == MS_OK && i < count; i++) {
        const struct ms_mark *mark = ms_journal_entry(build->journal, MS_TABLE_MARKS, i);
        if (mark == NULL)
            break;
        marks[i].timestamp = mark->time_ns;
        status = s_text(build, mark->name, &marks[i].name);
        build->report->mark_count++;
    }
    build->report->marks = marks;
    return status;
}

enum ms_status ms_build_process(struct ms_build *build) {
    enum ms_status status = s_fill_process(build);
    if (status == MS_OK)
        status = s_fill_sampling(build);
    if (status == MS_OK)
        status = s_fill_modules(build);
    if (status == MS_OK)
        status = s_fill_marks(build);
    return status;
}
