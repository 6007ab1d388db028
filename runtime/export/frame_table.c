/* SPDX-License-Identifier: MIT */
#include "export/frame_table.h"

#include <stdlib.h>

#include "model/array.h"

void ms_frame_table_init(struct ms_frame_table *table) {
    *table = (struct ms_frame_table){.count = 0};
    table->names.arena = &table->arena;
}

void ms_frame_table_fini(struct ms_frame_table *table) {
    ms_names_fini(&table->names);
    ms_index_fini(&table->places);
    ms_index_fini(&table->lines);
    ms_arena_fini(&table->arena);
    free(table->list);
}

enum ms_status ms_frame_table_add(struct ms_frame_table *table,
                                  const struct ms_profile_frame *frame, uint32_t *number) {
    ms_name name, file;
    bool added;
    if (ms_names_add(&table->names, frame->name, &name) != MS_OK ||
        ms_names_add(&table->names, frame->file, &file) != MS_OK) {
        return MS_NO_MEMORY;
    }
    const uint32_t *place = ms_index_put(&table->places, ms_index_pair(name, file),
                                         (uint32_t)table->places.count, NULL);
    if (place == NULL) {
        return MS_NO_MEMORY;
    }
    uint32_t line = frame->line < UINT32_MAX ? (uint32_t)frame->line : UINT32_MAX;
    const uint32_t *index =
        ms_index_put(&table->lines, ms_index_pair(*place, line), table->count, &added);
    if (index == NULL) {
        return MS_NO_MEMORY;
    }
    *number = *index;
    if (!added) {
        return MS_OK;
    }
    void *list = ms_array_grow(table->list, &table->capacity, table->count, sizeof(*table->list));
    if (list == NULL) {
        return MS_NO_MEMORY;
    }
    table->list = list;
    table->list[table->count++] = (struct ms_profile_frame){
        ms_names_text(&table->names, name), ms_names_text(&table->names, file), frame->line};
    return MS_OK;
}
