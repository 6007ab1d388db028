/* SPDX-License-Identifier: MIT */
#include "export/listings.h"

static void s_write_parts(struct ms_writer *writer, const struct ms_listing *file) {
    writer->ops->begin_array(writer, file->part_count);
    for (size_t i = 0; i < file->part_count; i++) {
        writer->ops->begin_object(writer, 2);
        writer->ops->string(writer, "first_line");
        writer->ops->unsigned_integer(writer, file->parts[i].first_line);
        writer->ops->string(writer, "text");
        writer->ops->string(writer, file->parts[i].text);
        writer->ops->end_object(writer);
    }
    writer->ops->end_array(writer);
}

static void s_write_file(struct ms_writer *writer, const struct ms_listing *file) {
    writer->ops->begin_object(writer, 4);
    writer->ops->string(writer, "names");
    writer->ops->begin_array(writer, file->name_count);
    for (size_t i = 0; i < file->name_count; i++) {
        writer->ops->string(writer, file->names[i]);
    }
    writer->ops->end_array(writer);
    writer->ops->string(writer, "path");
    writer->ops->string(writer, file->path);
    writer->ops->string(writer, "changed");
    writer->ops->boolean(writer, file->changed);
    writer->ops->string(writer, "parts");
    s_write_parts(writer, file);
    writer->ops->end_object(writer);
}

void ms_listings_write(struct ms_writer *writer, const struct ms_listings *listings) {
    writer->ops->begin_array(writer, listings->count);
    for (size_t i = 0; i < listings->count; i++) {
        s_write_file(writer, &listings->files[i]);
    }
    writer->ops->end_array(writer);
}
