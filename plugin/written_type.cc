/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "written_type.h"

#include "named_types.h"
#include "source_text.h"

static std::unordered_map<location_t, std::vector<const ms_pointee *>> s_written;

using s_call_key = std::pair<location_t, unsigned>;
static std::map<s_call_key, const ms_pointee *> s_casts;

/* ---- words ---- */

static bool s_is_word(char c) {
    return ISALNUM(c) || c == '_' || c == '$';
}

/* The next word or character of TEXT; empty at the end. */
static std::string s_next(const std::string &text, size_t *at) {
    while (*at < text.size() && ISSPACE(text[*at]))
        ++*at;
    size_t start = *at;
    while (*at < text.size() && s_is_word(text[*at]))
        ++*at;
    if (*at == start && *at < text.size())
        ++*at;
    return text.substr(start, *at - start);
}

static std::vector<std::string> s_words(const std::string &text) {
    std::vector<std::string> words;
    for (size_t at = 0;;) {
        std::string word = s_next(text, &at);
        if (word.empty())
            return words;
        words.push_back(word);
    }
}

/* ---- groups ---- */

/* Appends to OPERAND what is in the parentheses or brackets that open at AT, with them. */
static void s_take_group(const std::vector<std::string> &words, size_t *at,
                         std::vector<std::string> *operand) {
    unsigned depth = 0;
    while (*at < words.size()) {
        const std::string &word = words[(*at)++];
        operand->push_back(word);
        depth += word == "(" || word == "[";
        if ((word == ")" || word == "]") && --depth == 0)
            return;
    }
}

/* OPERAND without parentheses around all of it. */
static std::vector<std::string> s_bare(std::vector<std::string> operand) {
    while (operand.size() > 2 && operand.front() == "(") {
        std::vector<std::string> group;
        size_t at = 0;
        s_take_group(operand, &at, &group);
        if (at != operand.size() || group.back() != ")")
            break;
        operand = std::vector<std::string>(group.begin() + 1, group.end() - 1);
    }
    return operand;
}

/* ---- what a sizeof is of ---- */

/* The type of the variable or parameter NAME of FUN; NULL_TREE: none, or several. */
static tree s_variable_type(function *fun, const std::string &name) {
    tree type = NULL_TREE, decl;
    unsigned i;
    auto look = [&](tree candidate) {
        if (DECL_NAME(candidate) == NULL_TREE || name != IDENTIFIER_POINTER(DECL_NAME(candidate)))
            return;
        if (type != NULL_TREE && TYPE_MAIN_VARIANT(type) != TYPE_MAIN_VARIANT(TREE_TYPE(candidate)))
            type = error_mark_node;
        else
            type = TREE_TYPE(candidate);
    };
    for (tree p = DECL_ARGUMENTS(fun->decl); p != NULL_TREE; p = DECL_CHAIN(p))
        look(p);
    FOR_EACH_LOCAL_DECL(fun, i, decl)
    look(decl);
    return type != error_mark_node ? type : NULL_TREE;
}

static tree s_pointed_to(tree type) {
    return type != NULL_TREE && (POINTER_TYPE_P(type) || TREE_CODE(type) == ARRAY_TYPE)
               ? TREE_TYPE(type)
               : NULL_TREE;
}

static tree s_member_type(tree type, const std::string &name) {
    if (type == NULL_TREE || !RECORD_OR_UNION_TYPE_P(type))
        return NULL_TREE;
    for (tree field = TYPE_FIELDS(type); field != NULL_TREE; field = DECL_CHAIN(field))
        if (TREE_CODE(field) == FIELD_DECL && DECL_NAME(field) != NULL_TREE &&
            name == IDENTIFIER_POINTER(DECL_NAME(field)))
            return TREE_TYPE(field);
    return NULL_TREE;
}

/* How many of WORDS from AT on say one member or element of TYPE, which becomes its type; 0: none.
 */
static size_t s_step(const std::vector<std::string> &words, size_t at, tree *type) {
    size_t left = words.size() - at;
    if (left >= 2 && words[at] == ".") {
        *type = s_member_type(*type, words[at + 1]);
        return 2;
    }
    if (left >= 3 && words[at] == "-" && words[at + 1] == ">") {
        *type = s_member_type(s_pointed_to(*type), words[at + 2]);
        return 3;
    }
    if (left < 3 || words[at] != "[")
        return 0;
    size_t end = at;
    for (unsigned depth = 0; end < words.size(); end++) {
        depth += words[end] == "[";
        if (words[end] == "]" && --depth == 0)
            break;
    }
    *type = s_pointed_to(*type);
    return MIN(end + 1, words.size()) - at;
}

/* "* p", "p [ 0 ]", "p - > next . key": an expression of a variable. */
static tree s_expression_type(function *fun, const std::vector<std::string> &written) {
    std::vector<std::string> words = s_bare(written);
    if (words.size() > 1 && words[0] == "*")
        return s_pointed_to(
            s_expression_type(fun, std::vector<std::string>(words.begin() + 1, words.end())));
    if (words.empty() || !s_is_word(words[0][0]))
        return NULL_TREE;
    tree type = s_variable_type(fun, words[0]);
    size_t at = 1;
    while (type != NULL_TREE && at < words.size()) {
        size_t step = s_step(words, at, &type);
        if (step == 0)
            return NULL_TREE;
        at += step;
    }
    return type;
}

/* "const struct node * *", "ns : : node". */
static tree s_type_of_name(const std::vector<std::string> &words) {
    std::string name;
    size_t at = 0;
    for (; at < words.size() && (s_is_word(words[at][0]) || words[at] == ":"); at++) {
        if (words[at] == ":")
            name.clear(); /* only the last part of a qualified name */
        else if (words[at] != "const" && words[at] != "volatile" && words[at] != "class")
            name += (name.empty() ? "" : " ") + words[at];
    }
    tree type = ms_named_types_find(name);
    for (; type != NULL_TREE && at < words.size(); at++) {
        if (words[at] == "*")
            type = build_pointer_type(type);
        else if (words[at] != "const" && words[at] != "restrict")
            return NULL_TREE;
    }
    return type;
}

static bool s_is_postfix(const std::vector<std::string> &words, size_t at) {
    return at < words.size() &&
           (words[at] == "[" || words[at] == "." || words[at] == "(" ||
            (words[at] == "-" && at + 1 < words.size() && words[at + 1] == ">"));
}

/* The operand of the sizeof before AT, which moves behind it. */
static std::vector<std::string> s_operand(const std::vector<std::string> &words, size_t *at) {
    std::vector<std::string> operand;
    while (*at < words.size() && words[*at] == "*")
        operand.push_back(words[(*at)++]);
    if (*at < words.size() && words[*at] == "(")
        s_take_group(words, at, &operand);
    else if (*at < words.size())
        operand.push_back(words[(*at)++]);
    while (s_is_postfix(words, *at)) {
        if (words[*at] == "[" || words[*at] == "(") {
            s_take_group(words, at, &operand);
            continue;
        }
        size_t length = words[*at] == "." ? 2 : 3;
        for (; length > 0 && *at < words.size(); length--)
            operand.push_back(words[(*at)++]);
    }
    return operand;
}

static const ms_pointee *s_read_sizeof(function *fun, const std::vector<std::string> &written) {
    std::vector<std::string> operand = s_bare(written);
    tree type = s_expression_type(fun, operand);
    if (type == NULL_TREE)
        type = s_type_of_name(operand);
    if (type == NULL_TREE || VOID_TYPE_P(type) || FUNC_OR_METHOD_TYPE_P(type) ||
        TREE_CODE(type) >= LAST_AND_UNUSED_TREE_CODE)
        return nullptr;
    return ms_types_of_object(TYPE_QUALS(type) == 0 ? type : TYPE_MAIN_VARIANT(type));
}

/* Several calls may be at one place, see source_text.h. */
static s_call_key s_key(gimple *call) {
    return {gimple_location(call), DECL_UID(gimple_call_fndecl(call))};
}

static void s_remember_cast(gcall *call) {
    tree callee = gimple_call_fndecl(call);
    if (callee == NULL_TREE || DECL_NAME(callee) == NULL_TREE)
        return;
    std::string text = ms_source_cast(gimple_location(call), IDENTIFIER_POINTER(DECL_NAME(callee)));
    tree type = text.empty() ? NULL_TREE : s_type_of_name(s_words(text));
    if (type != NULL_TREE && POINTER_TYPE_P(type) && !FUNC_OR_METHOD_TYPE_P(TREE_TYPE(type)))
        s_casts[s_key(call)] = ms_types_pointee(type);
}

void ms_written_remember(function *fun, gcall *call) {
    location_t location = gimple_location(call);
    if (location <= BUILTINS_LOCATION)
        return;
    if (lang_GNU_C())
        s_remember_cast(call);
    if (s_written.count(location) != 0)
        return;
    std::vector<const ms_pointee *> *types = &s_written[location];
    std::string text = ms_source_arguments(location);
    if (text.find("sizeof") == std::string::npos)
        return;
    std::vector<std::string> words = s_words(text);
    for (size_t at = 0; at < words.size(); at++) {
        if (words[at] != "sizeof")
            continue;
        const ms_pointee *type = s_read_sizeof(fun, s_operand(words, &++at));
        at--;
        if (type != nullptr)
            types->push_back(type);
    }
}

const ms_pointee *ms_written_cast(gimple *statement) {
    if (!is_gimple_call(statement) || gimple_call_fndecl(statement) == NULL_TREE)
        return nullptr;
    auto found = s_casts.find(s_key(statement));
    return found != s_casts.end() ? found->second : nullptr;
}

const std::vector<const ms_pointee *> &ms_written_at(gimple *statement) {
    static const std::vector<const ms_pointee *> none;
    auto found = s_written.find(gimple_location(statement));
    return found != s_written.end() ? found->second : none;
}
