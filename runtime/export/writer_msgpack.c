/* SPDX-License-Identifier: MIT */
/* MessagePack by msgpack-c's packer. Integers take the smallest form, reals are 64 bits wide. */
#include "export/writer.h"

#include <math.h>
#include <msgpack.h>
#include <stdlib.h>
#include <string.h>

#include "export/sink_buffer.h"
#include "memscope/report.h"

struct msgpack_writer {
    struct ms_writer base;
    msgpack_packer packer;
    struct ms_sink_buffer out;
};

static msgpack_packer *packer_of(struct ms_writer *writer) {
    return &((struct msgpack_writer *)writer)->packer;
}

/* Never fails for the packer: the buffer keeps the error until finish(). */
static int put_bytes(void *context, const char *bytes, size_t size) {
    ms_sink_buffer_put(context, bytes, size);
    return 0;
}

static void begin_object(struct ms_writer *writer, size_t members) {
    msgpack_pack_map(packer_of(writer), members);
}

static void begin_array(struct ms_writer *writer, size_t elements) {
    msgpack_pack_array(packer_of(writer), elements);
}

static void end_container(struct ms_writer *writer) {
    (void)writer; /* its size was told when it began */
}

static void write_null(struct ms_writer *writer) {
    msgpack_pack_nil(packer_of(writer));
}

static void write_string(struct ms_writer *writer, const char *utf8) {
    if (utf8 == NULL) {
        write_null(writer);
        return;
    }
    size_t size = strlen(utf8);
    msgpack_pack_str(packer_of(writer), size);
    msgpack_pack_str_body(packer_of(writer), utf8, size);
}

static void write_integer(struct ms_writer *writer, int64_t value) {
    msgpack_pack_int64(packer_of(writer), value);
}

static void write_unsigned_integer(struct ms_writer *writer, uint64_t value) {
    if (value == MEMSCOPE_UNKNOWN) {
        write_null(writer);
        return;
    }
    msgpack_pack_uint64(packer_of(writer), value);
}

static void write_real(struct ms_writer *writer, double value) {
    if (!isfinite(value)) {
        write_null(writer);
        return;
    }
    msgpack_pack_double(packer_of(writer), value);
}

static void write_boolean(struct ms_writer *writer, bool value) {
    if (value) {
        msgpack_pack_true(packer_of(writer));
    } else {
        msgpack_pack_false(packer_of(writer));
    }
}

static enum ms_status finish(struct ms_writer *writer) {
    struct msgpack_writer *msgpack = (struct msgpack_writer *)writer;
    enum ms_status status = ms_sink_buffer_flush(&msgpack->out);
    free(msgpack);
    return status;
}

static const struct ms_writer_ops s_msgpack_ops = {
    .begin_object = begin_object,
    .begin_array = begin_array,
    .end_object = end_container,
    .end_array = end_container,
    .string = write_string,
    .integer = write_integer,
    .unsigned_integer = write_unsigned_integer,
    .real = write_real,
    .boolean = write_boolean,
    .null = write_null,
    .finish = finish,
};

struct ms_writer *ms_msgpack_writer_new(ms_sink_fn *sink, void *sink_data) {
    struct msgpack_writer *msgpack = malloc(sizeof(*msgpack));
    if (msgpack == NULL) {
        return NULL;
    }
    msgpack->base.ops = &s_msgpack_ops;
    ms_sink_buffer_init(&msgpack->out, sink, sink_data);
    msgpack_packer_init(&msgpack->packer, &msgpack->out, put_bytes);
    return &msgpack->base;
}
