/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arguments.h"

ms_arguments ms_arguments_given;

#define OPTION_PREFIX "-fplugin-arg-memscope-"

static std::string s_known_names() {
    std::string names;
#define X(name, value, what)                                                                       \
    names += (names.empty() ? "" : ", ") + std::string(#name) +                                    \
             (value[0] != '\0' ? "=" + std::string(value) : std::string());
#include "arguments.def"
#undef X
    return names;
}

static bool s_fail(const char *key, const std::string &why) {
    error_at(UNKNOWN_LOCATION, "memscope: %qs: %s", (std::string(OPTION_PREFIX) + key).c_str(),
             why.c_str());
    return false;
}

/* The parts of "a,b,c"; false when there is an empty one. */
static bool s_split(const char *text, std::vector<std::string> *out) {
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, ",");
        if (length == 0)
            return false;
        out->emplace_back(at, length);
        at += length;
        if (*at == '\0')
            return true;
    }
}

static bool s_read_globs(const char *key, const char *value, std::vector<std::string> *out) {
    return s_split(value, out) || s_fail(key, "an empty pattern in the comma-separated list");
}

static bool s_set_track(const char *key, const char *value) {
    ms_arguments_given.track_all = strcmp(value, "all") == 0;
    return ms_arguments_given.track_all || strcmp(value, "annotated") == 0 ||
           s_fail(key, "the value is \"annotated\" or \"all\", not \"" + std::string(value) + "\"");
}

static bool s_set_types(const char *key, const char *value) {
    return s_read_globs(key, value, &ms_arguments_given.types);
}

static bool s_set_exclude(const char *key, const char *value) {
    return s_read_globs(key, value, &ms_arguments_given.exclude);
}

static bool s_set_verbose(const char *, const char *) {
    ms_arguments_given.verbose = true;
    return true;
}

static bool s_set_sites(const char *, const char *value) {
    ms_arguments_given.sites_file = value;
    return true;
}

static bool s_read(const char *key, const char *value) {
#define X(name, form, what)                                                                        \
    if (strcmp(key, #name) == 0) {                                                                 \
        if (form[0] == '\0' && value != nullptr)                                                   \
            return s_fail(key, "takes no value");                                                  \
        if (form[0] != '\0' && (value == nullptr || *value == '\0'))                               \
            return s_fail(key, "needs a value: " #name "=" form);                                  \
        return s_set_##name(key, value);                                                           \
    }
#include "arguments.def"
#undef X
    if (strcmp(key, "alloc") == 0 || strcmp(key, "dealloc") == 0)
        return s_fail(key,
                      "not supported by this version of memscope, which knows: " + s_known_names());
    return s_fail(key, "unknown argument; known are: " + s_known_names());
}

bool ms_arguments_read(const struct plugin_argument *list, int count) {
    bool good = true;
    for (int i = 0; i < count; i++)
        good = s_read(list[i].key, list[i].value) && good;
    return good;
}

static bool s_matches(const std::vector<std::string> &globs, const char *text) {
    for (const std::string &glob : globs)
        if (fnmatch(glob.c_str(), text, 0) == 0)
            return true;
    return false;
}

bool ms_arguments_want_type(const std::string &spelling) {
    return ms_arguments_given.types.empty() ||
           (!spelling.empty() && s_matches(ms_arguments_given.types, spelling.c_str()));
}

bool ms_arguments_exclude(const char *file, const std::string &name) {
    const std::vector<std::string> &globs = ms_arguments_given.exclude;
    if (globs.empty())
        return false;
    if (s_matches(globs, name.c_str()))
        return true;
    if (file == nullptr)
        return false;
    const char *slash = strrchr(file, '/');
    return s_matches(globs, file) || (slash != nullptr && s_matches(globs, slash + 1));
}
