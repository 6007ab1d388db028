/* SPDX-License-Identifier: MIT */
#include "monitor/cgroup.h"

#include <string.h>

#define PERIOD_NS UINT64_C(10000000000)

struct s_files {
    const char *root;
    const char *limit;
    const char *usage;
};

static const struct s_files s_version1 = {"/sys/fs/cgroup/memory", "/memory.limit_in_bytes",
                                          "/memory.usage_in_bytes"};
static const struct s_files s_version2 = {"/sys/fs/cgroup", "/memory.max", "/memory.current"};

static bool s_has_memory(struct ms_text controllers) {
    struct ms_text name;
    while (ms_parse_until(&controllers, ',', &name)) {
        if (ms_parse_equals(name, "memory"))
            return true;
    }
    return ms_parse_equals(controllers, "memory");
}

/* Lines "id:controllers:path"; version 2 is "0::path". */
bool ms_cgroup_parse_group(struct ms_text text, struct ms_text *group, bool *version2) {
    struct ms_text line, id, controllers;
    bool found = false;
    while (ms_parse_line(&text, &line)) {
        if (!ms_parse_until(&line, ':', &id) || !ms_parse_until(&line, ':', &controllers) ||
            line.at == line.end || *line.at != '/')
            continue;
        if (s_has_memory(controllers)) {
            *group = line;
            *version2 = false;
            return true;
        }
        if (ms_parse_equals(id, "0") && controllers.at == controllers.end) {
            *group = line;
            *version2 = true;
            found = true;
        }
    }
    return found;
}

bool ms_cgroup_parse_limit(struct ms_text text, uint64_t *bytes) {
    return ms_parse_number(&text, bytes);
}

static bool s_load_number(const struct ms_moment *moment, const char *path, uint64_t *value) {
    struct ms_text text;
    return ms_moment_load(moment, NULL, path, &text) && ms_cgroup_parse_limit(text, value);
}

/* Writes DIRECTORY (the first LENGTH bytes of it) and FILE to PATH. */
static bool s_join(char *path, const char *directory, size_t length, const char *file) {
    size_t used = 0;
    return ms_parse_put(path, MS_CGROUP_PATH_BYTES, &used, directory, length) &&
           ms_parse_put(path, MS_CGROUP_PATH_BYTES, &used, file, strlen(file));
}

/* From the group up to the root of the hierarchy. In a container the path may be the one outside,
 * which is not there: the root is the container's own group then. */
static void s_search(struct ms_cgroup_reader *reader, const struct ms_moment *moment) {
    char directory[MS_CGROUP_PATH_BYTES], path[MS_CGROUP_PATH_BYTES];
    struct ms_text text, group;
    bool version2;
    reader->limit_bytes = 0;
    if (!ms_moment_load(moment, NULL, "/proc/self/cgroup", &text) ||
        !ms_cgroup_parse_group(text, &group, &version2))
        return;
    const struct s_files *files = version2 ? &s_version2 : &s_version1;
    size_t root = strlen(files->root), length = 0;
    if (!ms_parse_put(directory, sizeof(directory), &length, files->root, root) ||
        !ms_parse_put(directory, sizeof(directory), &length, group.at,
                      (size_t)(group.end - group.at)))
        return;
    for (;;) {
        uint64_t limit;
        while (length > root && directory[length - 1] == '/')
            length--;
        if (s_join(path, directory, length, files->limit) && s_load_number(moment, path, &limit) &&
            limit != 0 && (reader->limit_bytes == 0 || limit < reader->limit_bytes) &&
            s_join(reader->usage_path, directory, length, files->usage))
            reader->limit_bytes = limit;
        if (length == root)
            return;
        while (length > root && directory[length - 1] != '/')
            length--;
    }
}

void ms_cgroup_read(struct ms_cgroup_reader *reader, const struct ms_moment *moment,
                    uint64_t *usage_bytes, uint64_t *total_bytes) {
    uint64_t usage;
    if (ms_cadence_begin(&reader->cadence, moment)) {
        s_search(reader, moment);
        ms_cadence_end(&reader->cadence, PERIOD_NS);
    }
    /* "Not limited" is a limit larger than any machine in version 1; an unknown total is larger
     * still. */
    if (reader->limit_bytes == 0 || reader->limit_bytes >= *total_bytes)
        return;
    if (reader->limit_bytes > INT64_MAX / 2 || !s_load_number(moment, reader->usage_path, &usage))
        return;
    *usage_bytes = usage;
    *total_bytes = reader->limit_bytes;
}
