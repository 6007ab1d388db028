/* SPDX-License-Identifier: MIT */
/*
 * Folded stacks: `main;parse;node_new 4096`, the outermost function first, as stackcollapse
 * programs write and flamegraph programs read them. The last blank parts the number from the names.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/export.h"
#include "export/profile_samples.h"
#include "export/sink_buffer.h"

/* A name may have anything in it but what ends it (';') or the line: these become ':' and ' '. */
static void s_put_name(struct ms_sink_buffer *out, const char *name) {
    while (*name != '\0') {
        size_t plain = 0;
        while ((unsigned char)name[plain] >= ' ' && name[plain] != ';' && name[plain] != 0x7f) {
            plain++;
        }
        ms_sink_buffer_put(out, name, plain);
        name += plain;
        if (*name != '\0') {
            ms_sink_buffer_put(out, *name++ == ';' ? ":" : " ", 1);
        }
    }
}

static void s_put_sample(struct ms_sink_buffer *out, const struct ms_profile_sample *sample,
                         const struct ms_export_options *options) {
    uint64_t value = ms_profile_value(sample, options->value);
    if (value == 0) {
        return;
    }
    char room[MS_PROFILE_NAME_BYTES], number[32];
    size_t depth = ms_profile_depth(sample, options->root);
    for (size_t i = 0; i < depth; i++) {
        if (i != 0) {
            ms_sink_buffer_put(out, ";", 1);
        }
        s_put_name(out, ms_profile_frame_get(sample, options->root, i, room).name);
    }
    int length = snprintf(number, sizeof(number), " %" PRIu64 "\n", value);
    ms_sink_buffer_put(out, number, (size_t)length);
}

enum ms_status ms_export_folded(const struct memscope_report *report,
                                const struct ms_export_options *options, ms_sink_fn *sink,
                                void *sink_data) {
    struct ms_profile_index rows;
    struct ms_sink_buffer *out = malloc(sizeof(*out));
    enum ms_status status = out != NULL ? ms_profile_index_init(&rows, report) : MS_NO_MEMORY;
    if (status != MS_OK) {
        free(out);
        return status;
    }
    ms_sink_buffer_init(out, sink, sink_data);
    for (size_t i = 0; i < ms_profile_sample_count(&rows); i++) {
        struct ms_profile_sample sample = ms_profile_sample_get(&rows, i);
        s_put_sample(out, &sample, options);
    }
    status = ms_sink_buffer_flush(out);
    ms_profile_index_fini(&rows);
    free(out);
    return status;
}
