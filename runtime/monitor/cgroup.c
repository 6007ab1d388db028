/* SPDX-License-Identifier: MIT */
#include "monitor/cgroup.h"

#include <string.h>

#include "platform/os.h"

#define PERIOD_NS   UINT64_C(10000000000)
#define SHORTEST_NS UINT64_C(50000000)
#define SECOND_NS   UINT64_C(1000000000)

static bool s_has(struct ms_text controllers, const char *controller) {
    struct ms_text name;
    while (ms_parse_until(&controllers, ',', &name)) {
        if (ms_parse_equals(name, controller))
            return true;
    }
    return ms_parse_equals(controllers, controller);
}

/* Lines "id:controllers:path"; version 2 is "0::path". */
bool ms_cgroup_parse_group(struct ms_text text, const char *controller, struct ms_text *group,
                           bool *version2) {
    struct ms_text line, id, controllers;
    bool found = false;
    while (ms_parse_line(&text, &line)) {
        if (!ms_parse_until(&line, ':', &id) || !ms_parse_until(&line, ':', &controllers) ||
            line.at == line.end || *line.at != '/')
            continue;
        if (s_has(controllers, controller)) {
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

/* Quota and period may be in any unit. */
static bool s_quota(uint64_t quota, uint64_t period, uint64_t *ns) {
    uint64_t product;
    if (period == 0 || __builtin_mul_overflow(quota, SECOND_NS, &product) || product < period)
        return false;
    *ns = product / period;
    return true;
}

bool ms_cgroup_parse_quota(struct ms_text text, uint64_t *ns) {
    uint64_t quota, period;
    return ms_parse_number(&text, &quota) && ms_parse_number(&text, &period) &&
           s_quota(quota, period, ns);
}

/* ---- the files of a group ---- */

/* The first LENGTH bytes of AT; the files are below. */
struct s_directory {
    const struct ms_moment *moment;
    const char *at;
    size_t length;
};

/* Writes the path of FILE in DIRECTORY to PATH. */
static bool s_join(char *path, const struct s_directory *directory, const char *file) {
    size_t used = 0;
    return ms_parse_put(path, MS_CGROUP_PATH_BYTES, &used, directory->at, directory->length) &&
           ms_parse_put(path, MS_CGROUP_PATH_BYTES, &used, file, strlen(file));
}

static bool s_load(const struct s_directory *directory, const char *file, struct ms_text *text) {
    char path[MS_CGROUP_PATH_BYTES];
    return s_join(path, directory, file) && ms_moment_load(directory->moment, NULL, path, text);
}

static bool s_load_number(const struct s_directory *directory, const char *file, uint64_t *number) {
    struct ms_text text;
    return s_load(directory, file, &text) && ms_cgroup_parse_limit(text, number);
}

static bool s_memory_limit1(const struct s_directory *directory, uint64_t *limit) {
    return s_load_number(directory, "/memory.limit_in_bytes", limit);
}

static bool s_memory_limit2(const struct s_directory *directory, uint64_t *limit) {
    return s_load_number(directory, "/memory.max", limit);
}

static bool s_cpu_limit1(const struct s_directory *directory, uint64_t *limit) {
    uint64_t quota, period;
    return s_load_number(directory, "/cpu.cfs_quota_us", &quota) &&
           s_load_number(directory, "/cpu.cfs_period_us", &period) && s_quota(quota, period, limit);
}

static bool s_cpu_limit2(const struct s_directory *directory, uint64_t *limit) {
    struct ms_text text;
    return s_load(directory, "/cpu.max", &text) && ms_cgroup_parse_quota(text, limit);
}

struct s_resource {
    const char *controller;
    struct s_version {
        const char *root;
        const char *usage;
        bool (*load_limit)(const struct s_directory *directory, uint64_t *limit);
    } versions[2];
};

static const struct s_resource s_memory = {
    "memory",
    {{"/sys/fs/cgroup/memory", "/memory.usage_in_bytes", s_memory_limit1},
     {"/sys/fs/cgroup", "/memory.current", s_memory_limit2}}};
/* Version 1 has the two controllers in one hierarchy, by both names. */
static const struct s_resource s_cpu = {"cpu",
                                        {{"/sys/fs/cgroup/cpu", "/cpuacct.usage", s_cpu_limit1},
                                         {"/sys/fs/cgroup", "/cpu.stat", s_cpu_limit2}}};

/* From the group up to the root of the hierarchy. In a container the path may be the one outside,
 * which is not there: the root is the container's own group then. */
static void s_search(struct ms_cgroup_limit *found, const struct s_resource *resource,
                     const struct ms_moment *moment) {
    char path[MS_CGROUP_PATH_BYTES];
    struct s_directory directory = {moment, path, 0};
    struct ms_text text, group;
    found->limit = 0;
    if (!ms_moment_load(moment, NULL, "/proc/self/cgroup", &text) ||
        !ms_cgroup_parse_group(text, resource->controller, &group, &found->version2))
        return;
    const struct s_version *version = &resource->versions[found->version2];
    size_t root = strlen(version->root), length = 0;
    if (!ms_parse_put(path, sizeof(path), &length, version->root, root) ||
        !ms_parse_put(path, sizeof(path), &length, group.at, (size_t)(group.end - group.at)))
        return;
    for (;;) {
        uint64_t limit;
        while (length > root && path[length - 1] == '/')
            length--;
        directory.length = length;
        if (version->load_limit(&directory, &limit) && limit != 0 &&
            (found->limit == 0 || limit < found->limit) &&
            s_join(found->usage_path, &directory, version->usage))
            found->limit = limit;
        if (length == root)
            return;
        while (length > root && path[length - 1] != '/')
            length--;
    }
}

static bool s_find_limit(struct ms_cgroup_limit *found, const struct s_resource *resource,
                         const struct ms_moment *moment) {
    if (ms_cadence_begin(&found->cadence, moment)) {
        s_search(found, resource, moment);
        ms_cadence_end(&found->cadence, PERIOD_NS);
    }
    return found->limit != 0;
}

void ms_cgroup_read(struct ms_cgroup_limit *limit, const struct ms_moment *moment,
                    uint64_t *usage_bytes, uint64_t *total_bytes) {
    struct ms_text text;
    uint64_t usage;
    /* "Not limited" is a limit larger than any machine in version 1; an unknown total is larger
     * still. */
    if (!s_find_limit(limit, &s_memory, moment) || limit->limit >= *total_bytes ||
        limit->limit > INT64_MAX / 2 || !ms_moment_load(moment, NULL, limit->usage_path, &text) ||
        !ms_cgroup_parse_limit(text, &usage))
        return;
    *usage_bytes = usage;
    *total_bytes = limit->limit;
}

/* ---- processor time ---- */

static bool s_load_cpu_usage(const struct ms_cgroup_limit *limit, const struct ms_moment *moment,
                             uint64_t *ns) {
    struct ms_text text;
    uint64_t us;
    if (!ms_moment_load(moment, NULL, limit->usage_path, &text))
        return false;
    if (!limit->version2)
        return ms_parse_number(&text, ns);
    return ms_parse_literal(&text, "usage_usec") && ms_parse_number(&text, &us) &&
           !__builtin_mul_overflow(us, (uint64_t)1000, ns);
}

bool ms_cgroup_read_cpu(struct ms_cgroup_cpu *reader, const struct ms_moment *moment,
                        uint32_t *permille) {
    struct ms_cgroup_limit *limit = &reader->limit;
    uint64_t used;
    if (!s_find_limit(limit, &s_cpu, moment))
        return false;
    /* Another group's usage is no continuation. */
    uint64_t group = ms_parse_hash(0, ms_parse_text(limit->usage_path, strlen(limit->usage_path)));
    if (group != reader->group)
        ms_rate_lose(&reader->usage);
    reader->group = group;
    if (!s_load_cpu_usage(limit, moment, &used))
        return false;
    ms_rate_update(&reader->usage, ms_os_now_monotonic(), used, SHORTEST_NS);
    unsigned __int128 share = (unsigned __int128)reader->usage.per_second * 1000 / limit->limit;
    /* The kernel lets a group exceed its quota within a period, and the next one pays for it. */
    *permille = !reader->usage.known ? MS_UNKNOWN_PERMILLE : share < 1000 ? (uint32_t)share : 1000;
    return true;
}
