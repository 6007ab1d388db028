/* SPDX-License-Identifier: MIT */
/* MessagePack by msgpack-c's packer. Integers take the smallest form, reals are 64 bits wide. */
#include "export/writer.h"

#include <math.h>
#include <msgpack.h>
#include <stdlib.h>
#include <string.h>

#include "export/sink_buffer.h"
#include "memscope/report.h"

struct s_msgpack_writer {
    struct ms_writer base;
    msgpack_packer packer;
    struct ms_sink_buffer out;
};

static msgpack_packer *s_packer_of(struct ms_writer *writer) {
    return &((struct s_msgpack_writer *)writer)->packer;
}

/* Never fails for the packer: the buffer keeps the error until s_finish(). */
static int s_put_bytes(void *context, const char *bytes, size_t size) {
    ms_sink_buffer_put(context, bytes, size);
    return 0;
}

static void s_begin_object(struct ms_writer *writer, size_t members) {
    msgpack_pack_map(s_packer_of(writer), members);
}

static void s_begin_array(struct ms_writer *writer, size_t elements) {
    msgpack_pack_array(s_packer_of(writer), elements);
}

static void s_end_container(struct ms_writer *writer) {
    (void)writer; /* its size was told when it began */
}

static void s_write_null(struct ms_writer *writer) {
    msgpack_pack_nil(s_packer_of(writer));
}

static void s_write_string(struct ms_writer *writer, const char *utf8) {
    if (utf8 == NULL) {
        s_write_null(writer);
        return;
    }
    size_t size = strlen(utf8);
    msgpack_pack_str(s_packer_of(writer), size);
    msgpack_pack_str_body(s_packer_of(writer), utf8, size);
}

static void s_write_integer(struct ms_writer *writer, int64_t value) {
    msgpack_pack_int64(s_packer_of(writer), value);
}

static void s_write_unsigned_integer(struct ms_writer *writer, uint64_t value) {
    if (value == MEMSCOPE_UNKNOWN) {
        s_write_null(writer);
        return;
    }
    msgpack_pack_uint64(s_packer_of(writer), value);
}

static void s_write_real(struct ms_writer *writer, double value) {
    if (!isfinite(value)) {
        s_write_null(writer);
        return;
    }
    msgpack_pack_double(s_packer_of(writer), value);
}

static void s_write_boolean(struct ms_writer *writer, bool value) {
    if (value) {
        msgpack_pack_true(s_packer_of(writer));
    } else {
        msgpack_pack_false(s_packer_of(writer));
    }
}

static enum ms_status s_finish(struct ms_writer *writer) {
    struct s_msgpack_writer *msgpack = (struct s_msgpack_writer *)writer;
    enum ms_status status = ms_sink_buffer_flush(&msgpack->out);
    free(msgpack);
    return status;
}

static const struct ms_writer_ops s_msgpack_ops = {
    .begin_object = s_begin_object,
    .begin_array = s_begin_array,
    .end_object = s_end_container,
    .end_array = s_end_container,
    .string = s_write_string,
    .integer = s_write_integer,
    .unsigned_integer = s_write_unsigned_integer,
    .real = s_write_real,
    .boolean = s_write_boolean,
    .null = s_write_null,
    .finish = s_finish,
};

struct ms_writer *ms_msgpack_writer_new(ms_sink_fn *sink, void *sink_data) {
    struct s_msgpack_writer *msgpack = malloc(sizeof(*msgpack));
    if (msgpack == NULL) {
        return NULL;
    }
    msgpack->base.ops = &s_msgpack_ops;
    ms_sink_buffer_init(&msgpack->out, sink, sink_data);
    msgpack_packer_init(&msgpack->packer, &msgpack->out, s_put_bytes);
    return &msgpack->base;
}
