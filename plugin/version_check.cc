/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "version_check.h"

#include <cstring>

static bool s_same(const char *a, const char *b) {
    return strcmp(a != nullptr ? a : "", b != nullptr ? b : "") == 0;
}

static std::string s_major(const char *base) {
    return std::string(base, strcspn(base, "."));
}

std::string ms_version_mismatch(const ms_compiler_version &built,
                                const ms_compiler_version &running) {
    std::string us = std::string("memscope: this plugin was built for GCC ") + built.base;
    if (!s_same(built.base, running.base)) {
        std::string line = us + ", but this compiler is GCC " + running.base;
        if (s_major(built.base) != s_major(running.base))
            return line + "; use the plugin in lib/memscope/gcc-" + s_major(running.base) + "/";
        return line + "; build the plugin again with this compiler";
    }
    if (!s_same(built.date, running.date) || !s_same(built.phase, running.phase) ||
        !s_same(built.revision, running.revision))
        return us + " of " + built.date + ", but this compiler is of " + running.date +
               "; build the plugin again with this compiler";
    if (!s_same(built.configuration, running.configuration))
        return us + ", but this GCC " + running.base +
               " was configured in another way; build the plugin again with this compiler";
    return std::string();
}
