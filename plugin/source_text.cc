/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "source_text.h"

#define MAX_FILE      (64u << 20)
#define MAX_FILES     256u
#define MAX_ARGUMENTS 2000u

struct s_file {
    std::string text;
    std::vector<size_t> lines; /* where each begins */
};

static void s_read(const char *path, s_file *out) {
    FILE *file = fopen(path, "r");
    if (file == nullptr)
        return;
    char buffer[65536];
    size_t size;
    while (out->text.size() < MAX_FILE && (size = fread(buffer, 1, sizeof buffer, file)) != 0)
        out->text.append(buffer, size);
    fclose(file);
    if (out->text.size() >= MAX_FILE)
        out->text.clear();
    out->lines.push_back(0);
    for (size_t at = 0; (at = out->text.find('\n', at)) != std::string::npos;)
        out->lines.push_back(++at);
}

static const s_file *s_file_of(const char *path) {
    static std::unordered_map<std::string, s_file> files;
    auto known = files.find(path);
    if (known != files.end())
        return &known->second;
    if (files.size() == MAX_FILES)
        return nullptr;
    s_file *file = &files[path];
    s_read(path, file);
    return file;
}

/* Moves AT behind the comment, string or character constant that begins there; false: none does. */
static bool s_skip(const std::string &text, size_t *at) {
    char c = text[*at];
    size_t end;
    if (c == '/' && text.compare(*at, 2, "/*") == 0) {
        end = text.find("*/", *at + 2);
        *at = end == std::string::npos ? text.size() : end + 2;
        return true;
    }
    if (c == '/' && text.compare(*at, 2, "//") == 0) {
        end = text.find('\n', *at);
        *at = end == std::string::npos ? text.size() : end;
        return true;
    }
    if (c != '"' && c != '\'')
        return false;
    for (end = *at + 1; end < text.size() && text[end] != c && text[end] != '\n'; end++)
        end += text[end] == '\\';
    *at = end + 1;
    return true;
}

/* The text up to the parenthesis that closes the one at AT. */
static std::string s_inside(const std::string &text, size_t at) {
    std::string inside;
    unsigned depth = 0;
    size_t limit = MIN(text.size(), at + MAX_ARGUMENTS);
    while (at < limit) {
        if (s_skip(text, &at)) {
            inside += ' ';
            continue;
        }
        char c = text[at++];
        if (c == ')' && --depth == 0)
            return inside;
        if (depth != 0)
            inside += c;
        depth += c == '(';
    }
    return std::string();
}

/* Where LOCATION is in the text of its file; null: it is not there. */
static const s_file *s_find(location_t location, size_t *at) {
    expanded_location place = expand_location(location);
    const s_file *file = place.file != nullptr ? s_file_of(place.file) : nullptr;
    if (file == nullptr || place.line < 1 || (size_t)place.line > file->lines.size() ||
        place.column < 1)
        return nullptr;
    *at = file->lines[place.line - 1] + place.column - 1;
    return file;
}

std::string ms_source_arguments(location_t location) {
    size_t at;
    const s_file *file = s_find(location, &at);
    if (file == nullptr)
        return std::string();
    /* The name that is called, "state->methods[kind]->get", comes first. */
    size_t open = file->text.find_first_of("(;{\n", at);
    if (open == std::string::npos || file->text[open] != '(')
        return std::string();
    return s_inside(file->text, open);
}

unsigned ms_source_closing_brace(location_t location) {
    size_t at;
    const s_file *file = s_find(location, &at);
    if (file == nullptr || linemap_location_from_macro_expansion_p(line_table, location))
        return 0;
    const std::string &text = file->text;
    std::string open; /* brackets, to be closed */
    while (at < text.size()) {
        if (s_skip(text, &at))
            continue;
        char c = text[at];
        if (c == '(' || c == '{')
            open += c;
        else if ((c == ')' || c == '}') && !open.empty())
            open.pop_back();
        else if (c == '}')
            return std::upper_bound(file->lines.begin(), file->lines.end(), at) -
                   file->lines.begin();
        else if (c == ')')
            return 0;
        at++;
    }
    return 0;
}
