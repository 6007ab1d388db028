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

/* ":2" at *AT; false: there is no such number. */
static bool s_read_number(const char **at, unsigned *number) {
    char *end;
    if (**at != ':' || (*at)[1] < '1' || (*at)[1] > '9')
        return false;
    *number = strtoul(*at + 1, &end, 10);
    *at = end;
    return *number <= 255;
}

/* "f:2", with MOST 2 also "f:2:1". C++ names have colons too: numbers are looked for at the end. */
static bool s_read_function(const std::string &text, unsigned most, ms_named_function *function) {
    size_t at = text.find_last_not_of("0123456789:");
    if (at == std::string::npos)
        return false;
    at = text.find(':', at);
    if (at == std::string::npos)
        return false;
    function->text = text;
    function->name = text.substr(0, at);
    const char *rest = text.c_str() + at;
    return s_read_number(&rest, &function->first) &&
           (*rest == '\0' ||
            (most > 1 && s_read_number(&rest, &function->second) && *rest == '\0'));
}

static bool s_read_functions(const char *key, const char *value, unsigned most, const char *form,
                             std::vector<ms_named_function> *out) {
    std::vector<std::string> parts;
    if (!s_split(value, &parts))
        return s_fail(key, "an empty name in the comma-separated list");
    for (const std::string &part : parts) {
        ms_named_function function;
        if (!s_read_function(part, most, &function))
            return s_fail(key, "\"" + part + "\" is not of the form " + form +
                                   ", with numbers of arguments, of which 1 is the first");
        out->push_back(function);
    }
    return true;
}

static bool s_set_alloc(const char *key, const char *value) {
    return s_read_functions(key, value, 2, "FUNCTION:SIZE[:COUNT]", &ms_arguments_given.allocators);
}

static bool s_set_dealloc(const char *key, const char *value) {
    return s_read_functions(key, value, 1, "FUNCTION:POINTER", &ms_arguments_given.deallocators);
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
