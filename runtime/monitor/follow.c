/* SPDX-License-Identifier: MIT */
#include "monitor/follow.h"

static bool s_parse_ids(struct ms_text *line, uint32_t ids[3]) {
    for (int i = 0; i < 3; i++) {
        uint64_t id;
        if (!ms_parse_number(line, &id) || id > UINT32_MAX)
            return false;
        ids[i] = (uint32_t)id;
    }
    return true;
}

bool ms_follow_parse_status(struct ms_text text, struct ms_credentials *credentials) {
    struct ms_credentials found;
    struct ms_text line;
    bool has_uid = false, has_gid = false;
    while ((!has_uid || !has_gid) && ms_parse_line(&text, &line)) {
        if (ms_parse_literal(&line, "Uid:"))
            has_uid = s_parse_ids(&line, found.uid);
        else if (ms_parse_literal(&line, "Gid:"))
            has_gid = s_parse_ids(&line, found.gid);
    }
    if (!has_uid || !has_gid)
        return false;
    *credentials = found;
    return true;
}

void ms_follow_program(const struct ms_moment *moment) {
    struct ms_text text;
    struct ms_credentials program, own;
    if (ms_moment_load(moment, NULL, "/proc/self/status", &text) &&
        ms_follow_parse_status(text, &program) && ms_credentials_get(&own) == 0 &&
        !ms_credentials_equal(&program, &own))
        ms_credentials_assume(&program);
}
