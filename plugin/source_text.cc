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
    const char *begin = out->text.data(), *end = begin + out->text.size();
    out->lines.reserve(out->text.size() / 32); /* lines are about that long */
    out->lines.push_back(0);
    for (const char *at = begin; (at = (const char *)memchr(at, '\n', end - at)) != nullptr;)
        out->lines.push_back(++at - begin);
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

/* ---- casts ---- */

static bool s_is_word(char c) {
    return ISALNUM(c) || c == '_' || c == '$';
}

/* AT without the white space in front of it in TEXT. */
static size_t s_skip_back(const std::string &text, size_t at) {
    while (at > 0 && ISSPACE(text[at - 1]))
        at--;
    return at;
}

/* Behind white space and comments. */
static size_t s_skip_on(const std::string &text, size_t at) {
    while (at < text.size() && (ISSPACE(text[at]) || text[at] == '/')) {
        if (ISSPACE(text[at]))
            at++;
        else if (!s_skip(text, &at))
            break;
    }
    return at;
}

/* Behind the word at AT. */
static size_t s_skip_word(const std::string &text, size_t at) {
    while (at < text.size() && s_is_word(text[at]))
        at++;
    return at;
}

/* The one call of NAME in the call that begins at AT; npos: there is none, or several. *END is
 * behind it. */
static size_t s_find_call(const std::string &text, size_t at, const std::string &name,
                          size_t *end) {
    size_t found = std::string::npos, limit = MIN(text.size(), at + MAX_ARGUMENTS);
    unsigned depth = 0, depth_of_call = 0;
    while (at < limit) {
        if (s_skip(text, &at))
            continue;
        char c = text[at];
        if (s_is_word(c)) {
            size_t start = at;
            at = s_skip_word(text, at);
            if (text.compare(start, at - start, name) != 0)
                continue;
            if (found != std::string::npos || text[s_skip_on(text, at)] != '(')
                return std::string::npos;
            found = start;
            depth_of_call = depth + 1;
            continue;
        }
        at++;
        if (c == ';' || c == '{')
            break;
        if (c == ')' && found != std::string::npos && depth == depth_of_call &&
            depth_of_call != 0) {
            *end = at;
            depth_of_call = 0;
        }
        depth += c == '(';
        if (c == ')' && --depth == 0)
            break;
    }
    return depth_of_call == 0 ? found : std::string::npos;
}

/* Whether the word that ends at END makes the parenthesis behind it something else than a cast. */
static bool s_is_called(const std::string &text, size_t end) {
    size_t start = end;
    while (start > 0 && s_is_word(text[start - 1]))
        start--;
    std::string word = text.substr(start, end - start);
    return !word.empty() && word != "return" && word != "else" && word != "do";
}

/* A cast takes all of a postfix expression: "f(n)->member". */
static bool s_goes_on(const std::string &text, size_t at) {
    at = s_skip_on(text, at);
    return at == text.size() || strchr("([.", text[at]) != nullptr ||
           text.compare(at, 2, "->") == 0;
}

std::string ms_source_cast(location_t location, const std::string &name) {
    size_t at, end = 0;
    const s_file *file = s_find(location, &at);
    if (file == nullptr || linemap_location_from_macro_expansion_p(line_table, location))
        return std::string();
    const std::string &text = file->text;
    size_t call = s_find_call(text, at, name, &end);
    size_t close = call != std::string::npos ? s_skip_back(text, call) : 0;
    if (close < 2 || text[close - 1] != ')' || s_goes_on(text, end))
        return std::string();
    size_t open = text.find_last_of("()", close - 2);
    if (open == std::string::npos || text[open] != '(' ||
        s_is_called(text, s_skip_back(text, open)))
        return std::string();
    std::string inside = text.substr(open + 1, close - open - 2);
    return inside.find_first_of(";{}\"'/") == std::string::npos ? inside : std::string();
}
