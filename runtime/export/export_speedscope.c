/* SPDX-License-Identifier: MIT */
/*
 * A file for speedscope: the stacks once for each number, as a profile of its own.
 * Source: https://www.speedscope.app/file-format-schema.json
 */
#include <string.h>

#include "export/export.h"
#include "export/frame_table.h"
#include "export/profile_samples.h"

struct s_speedscope {
    struct ms_writer *writer;
    const struct ms_export_options *options;
    struct ms_profile_index rows;
    struct ms_frame_table frames; /* written behind everything else */
    enum ms_status status;
};

static void s_put_string(struct s_speedscope *speedscope, const char *text) {
    speedscope->writer->ops->string(speedscope->writer, text);
}

static void s_put_number(struct s_speedscope *speedscope, uint64_t value) {
    speedscope->writer->ops->unsigned_integer(speedscope->writer, value);
}

static void s_put_stack(struct s_speedscope *speedscope, const struct ms_profile_sample *sample) {
    struct ms_writer *writer = speedscope->writer;
    enum ms_export_root root = speedscope->options->root;
    size_t depth = ms_profile_depth(sample, root);
    writer->ops->begin_array(writer, depth);
    for (size_t i = 0; i < depth; i++) {
        char room[MS_PROFILE_NAME_BYTES];
        struct ms_profile_frame frame = ms_profile_frame_get(sample, root, i, room);
        /* speedscope takes a function at two lines for two functions. */
        frame.line = MEMSCOPE_UNKNOWN;
        uint32_t number = 0;
        if (ms_frame_table_add(&speedscope->frames, &frame, &number) != MS_OK) {
            speedscope->status = MS_NO_MEMORY;
        }
        s_put_number(speedscope, number);
    }
    writer->ops->end_array(writer);
}

/* The stacks that VALUE is not 0 of, or those values; returns their sum. */
static uint64_t s_put_samples(struct s_speedscope *speedscope, enum ms_export_value value,
                              const char *key) {
    struct ms_writer *writer = speedscope->writer;
    uint64_t sum = 0;
    bool stacks = strcmp(key, "samples") == 0;
    s_put_string(speedscope, key);
    writer->ops->begin_array(writer, 0);
    for (size_t i = 0; i < ms_profile_sample_count(&speedscope->rows); i++) {
        struct ms_profile_sample sample = ms_profile_sample_get(&speedscope->rows, i);
        uint64_t weight = ms_profile_value(&sample, value);
        sum += weight;
        if (weight != 0 && stacks) {
            s_put_stack(speedscope, &sample);
        } else if (weight != 0) {
            s_put_number(speedscope, weight);
        }
    }
    writer->ops->end_array(writer);
    return sum;
}

static void s_put_profile(struct s_speedscope *speedscope, enum ms_export_value value,
                          const char *name, bool is_bytes) {
    struct ms_writer *writer = speedscope->writer;
    writer->ops->begin_object(writer, 7);
    s_put_string(speedscope, "type");
    s_put_string(speedscope, "sampled");
    s_put_string(speedscope, "name");
    s_put_string(speedscope, name);
    s_put_string(speedscope, "unit");
    s_put_string(speedscope, is_bytes ? "bytes" : "none");
    s_put_string(speedscope, "startValue");
    s_put_number(speedscope, 0);
    s_put_samples(speedscope, value, "samples");
    uint64_t sum = s_put_samples(speedscope, value, "weights");
    s_put_string(speedscope, "endValue");
    s_put_number(speedscope, sum);
    writer->ops->end_object(writer);
}

static void s_put_frames(struct s_speedscope *speedscope) {
    struct ms_writer *writer = speedscope->writer;
    writer->ops->begin_object(writer, 1);
    s_put_string(speedscope, "frames");
    writer->ops->begin_array(writer, speedscope->frames.count);
    for (size_t i = 0; speedscope->status == MS_OK && i < speedscope->frames.count; i++) {
        const struct ms_profile_frame *frame = &speedscope->frames.list[i];
        writer->ops->begin_object(writer, 2);
        s_put_string(speedscope, "name");
        s_put_string(speedscope, frame->name);
        if (frame->file != NULL) {
            s_put_string(speedscope, "file");
            s_put_string(speedscope, frame->file);
        }
        writer->ops->end_object(writer);
    }
    writer->ops->end_array(writer);
    writer->ops->end_object(writer);
}

static void s_put_file(struct s_speedscope *speedscope) {
    struct ms_writer *writer = speedscope->writer;
    const char *executable = speedscope->rows.report->process.executable;
    writer->ops->begin_object(writer, 5);
    s_put_string(speedscope, "$schema");
    s_put_string(speedscope, "https://www.speedscope.app/file-format-schema.json");
    s_put_string(speedscope, "exporter");
    s_put_string(speedscope, "memscope");
    s_put_string(speedscope, "name");
    s_put_string(speedscope, executable != NULL ? executable : "memscope");
    s_put_string(speedscope, "profiles");
    writer->ops->begin_array(writer, MS_EXPORT_VALUE_COUNT);
#define X(name, spelling, is_bytes, summary)                                                       \
    s_put_profile(speedscope, MS_EXPORT_##name, summary, is_bytes);
    MS_EXPORT_VALUES(X)
#undef X
    writer->ops->end_array(writer);
    s_put_string(speedscope, "shared");
    s_put_frames(speedscope);
    writer->ops->end_object(writer);
}

enum ms_status ms_export_speedscope(const struct memscope_report *report,
                                    const struct ms_export_options *options, ms_sink_fn *sink,
                                    void *sink_data) {
    struct s_speedscope speedscope = {.options = options};
    enum ms_status status = ms_profile_index_init(&speedscope.rows, report);
    if (status != MS_OK) {
        return status;
    }
    ms_frame_table_init(&speedscope.frames);
    speedscope.writer = ms_json_writer_new(sink, sink_data, MS_JSON_COMPACT);
    status = MS_NO_MEMORY;
    if (speedscope.writer != NULL) {
        s_put_file(&speedscope);
        status = speedscope.writer->ops->finish(speedscope.writer);
    }
    ms_profile_index_fini(&speedscope.rows);
    ms_frame_table_fini(&speedscope.frames);
    return speedscope.status != MS_OK ? speedscope.status : status;
}
