/* SPDX-License-Identifier: MIT */
#include "store/marks.h"

#include <stddef.h>

#include "platform/os.h"
#include "store/store.h"
#include "store/strings.h"

bool ms_marks_add(const char *name, uint32_t thread) {
    uint64_t signals, offset;
    ms_store_lock(&signals);
    struct ms_mark *mark = NULL;
    if (ms_store.tables[MS_TABLE_MARKS].appended / sizeof(*mark) < MS_MARK_LIMIT)
        mark = ms_store_append(MS_TABLE_MARKS, sizeof(*mark), &offset);
    else
        ms_store_count_drop(MS_DROP_LIMIT);
    if (mark != NULL) {
        mark->time_ns = ms_store_now_precise();
        mark->name = ms_strings_intern(name);
        mark->thread = thread;
        ms_store_publish(MS_TABLE_STRINGS);
        ms_store_publish(MS_TABLE_MARKS);
    }
    ms_store_unlock(&signals);
    return mark != NULL;
}
