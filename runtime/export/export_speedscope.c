/* SPDX-License-Identifier: MIT */
/*
 * A file for speedscope: the stacks once for each number, as a profile of its own.
 * Source: https://www.speedscope.app/file-format-schema.json
 */
#include <stdlib.h>
#include <string.h>

#include "export/export.h"
#include "export/profile_samples.h"
#include "model/arena.h"
#include "model/names.h"

struct speedscope {
    struct ms_writer *writer;
    const struct ms_export_options *options;
    struct ms_profile_index rows;
    struct ms_arena arena;
    struct ms_names names;
    struct ms_index frames; /* name, file -> index of the frame */
    struct frame {
        const char *name;
        const char *file;
    } * list; /* by index of the frame */
    size_t list_capacity;
    enum ms_status status;
};

static void put_string(struct speedscope *speedscope, const char *text) {
    speedscope->writer->ops->string(speedscope->writer, text);
}

static void put_number(struct speedscope *speedscope, uint64_t value) {
    speedscope->writer->ops->unsigned_integer(speedscope->writer, value);
}

static bool keep(struct speedscope *speedscope, size_t index, const struct frame *frame) {
    if (index >= speedscope->list_capacity) {
        size_t capacity = speedscope->list_capacity * 2 + 256;
        struct frame *grown = realloc(speedscope->list, capacity * sizeof(*grown));
        if (grown == NULL) {
            return false;
        }
        speedscope->list = grown;
        speedscope->list_capacity = capacity;
    }
    speedscope->list[index] = *frame;
    return true;
}

/* The index of FRAME in the table of frames, which is written behind everything else. Its line is
 * left out: speedscope takes a function at two lines for two functions. */
static uint32_t index_of(struct speedscope *speedscope, const struct ms_profile_frame *frame) {
    ms_name name, file;
    bool added;
    if (ms_names_add(&speedscope->names, frame->name, &name) != MS_OK ||
        ms_names_add(&speedscope->names, frame->file, &file) != MS_OK) {
        speedscope->status = MS_NO_MEMORY;
        return 0;
    }
    const uint32_t *index = ms_index_put(&speedscope->frames, ms_index_pair(name, file),
                                         (uint32_t)speedscope->frames.count, &added);
    if (index == NULL ||
        (added && !keep(speedscope, *index,
                        &(struct frame){ms_names_text(&speedscope->names, name),
                                        ms_names_text(&speedscope->names, file)}))) {
        speedscope->status = MS_NO_MEMORY;
        return 0;
    }
    return *index;
}

static void put_stack(struct speedscope *speedscope, const struct ms_profile_sample *sample) {
    struct ms_writer *writer = speedscope->writer;
    enum ms_export_root root = speedscope->options->root;
    size_t depth = ms_profile_depth(sample, root);
    writer->ops->begin_array(writer, depth);
    for (size_t i = 0; i < depth; i++) {
        char room[MS_PROFILE_NAME_BYTES];
        struct ms_profile_frame frame = ms_profile_frame_get(sample, root, i, room);
        put_number(speedscope, index_of(speedscope, &frame));
    }
    writer->ops->end_array(writer);
}

/* The stacks that VALUE is not 0 of, or those values; returns their sum. */
static uint64_t put_samples(struct speedscope *speedscope, enum ms_export_value value,
                            const char *key) {
    struct ms_writer *writer = speedscope->writer;
    uint64_t sum = 0;
    bool stacks = strcmp(key, "samples") == 0;
    put_string(speedscope, key);
    writer->ops->begin_array(writer, 0);
    for (size_t i = 0; i < ms_profile_sample_count(&speedscope->rows); i++) {
        struct ms_profile_sample sample = ms_profile_sample_get(&speedscope->rows, i);
        uint64_t weight = ms_profile_value(&sample, value);
        sum += weight;
        if (weight != 0 && stacks) {
            put_stack(speedscope, &sample);
        } else if (weight != 0) {
            put_number(speedscope, weight);
        }
    }
    writer->ops->end_array(writer);
    return sum;
}

static void put_profile(struct speedscope *speedscope, enum ms_export_value value, const char *name,
                        bool is_bytes) {
    struct ms_writer *writer = speedscope->writer;
    writer->ops->begin_object(writer, 7);
    put_string(speedscope, "type");
    put_string(speedscope, "sampled");
    put_string(speedscope, "name");
    put_string(speedscope, name);
    put_string(speedscope, "unit");
    put_string(speedscope, is_bytes ? "bytes" : "none");
    put_string(speedscope, "startValue");
    put_number(speedscope, 0);
    put_samples(speedscope, value, "samples");
    uint64_t sum = put_samples(speedscope, value, "weights");
    put_string(speedscope, "endValue");
    put_number(speedscope, sum);
    writer->ops->end_object(writer);
}

static void put_frames(struct speedscope *speedscope) {
    struct ms_writer *writer = speedscope->writer;
    writer->ops->begin_object(writer, 1);
    put_string(speedscope, "frames");
    writer->ops->begin_array(writer, speedscope->frames.count);
    for (size_t i = 0; speedscope->status == MS_OK && i < speedscope->frames.count; i++) {
        const struct frame *frame = &speedscope->list[i];
        writer->ops->begin_object(writer, 2);
        put_string(speedscope, "name");
        put_string(speedscope, frame->name);
        if (frame->file != NULL) {
            put_string(speedscope, "file");
            put_string(speedscope, frame->file);
        }
        writer->ops->end_object(writer);
    }
    writer->ops->end_array(writer);
    writer->ops->end_object(writer);
}

static void put_file(struct speedscope *speedscope) {
    struct ms_writer *writer = speedscope->writer;
    const char *executable = speedscope->rows.report->process.executable;
    writer->ops->begin_object(writer, 5);
    put_string(speedscope, "$schema");
    put_string(speedscope, "https://www.speedscope.app/file-format-schema.json");
    put_string(speedscope, "exporter");
    put_string(speedscope, "memscope");
    put_string(speedscope, "name");
    put_string(speedscope, executable != NULL ? executable : "memscope");
    put_string(speedscope, "profiles");
    writer->ops->begin_array(writer, MS_EXPORT_VALUE_COUNT);
#define X(name, spelling, is_bytes, summary)                                                       \
    put_profile(speedscope, MS_EXPORT_##name, summary, is_bytes);
    MS_EXPORT_VALUES(X)
#undef X
    writer->ops->end_array(writer);
    put_string(speedscope, "shared");
    put_frames(speedscope);
    writer->ops->end_object(writer);
}

enum ms_status ms_export_speedscope(const struct memscope_report *report,
                                    const struct ms_export_options *options, ms_sink_fn *sink,
                                    void *sink_data) {
    struct speedscope speedscope = {.options = options};
    enum ms_status status = ms_profile_index_init(&speedscope.rows, report);
    if (status != MS_OK) {
        return status;
    }
    speedscope.names.arena = &speedscope.arena;
    speedscope.writer = ms_json_writer_new(sink, sink_data, MS_JSON_COMPACT);
    status = MS_NO_MEMORY;
    if (speedscope.writer != NULL) {
        put_file(&speedscope);
        status = speedscope.writer->ops->finish(speedscope.writer);
    }
    ms_profile_index_fini(&speedscope.rows);
    ms_index_fini(&speedscope.frames);
    ms_names_fini(&speedscope.names);
    ms_arena_fini(&speedscope.arena);
    free(speedscope.list);
    return speedscope.status != MS_OK ? speedscope.status : status;
}
