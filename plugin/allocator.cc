/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "allocator.h"

#include "arguments.h"
#include "known_types.h"

/* By DECL_UID. Nodes of a map do not move. */
static std::unordered_map<unsigned, ms_allocator> s_allocators;
static std::unordered_map<unsigned, bool> s_are_allocators;
static std::unordered_map<unsigned, unsigned> s_released;

static std::string s_name(const_tree decl) {
    return ms_types_function_name(const_cast<tree>(decl));
}

static bool s_is_systems(const_tree decl) {
    return fndecl_built_in_p(decl) || in_system_header_at(DECL_SOURCE_LOCATION(decl));
}

/* T::operator new and delete, not the global ones. */
static bool s_is_of_class(const_tree decl) {
    return DECL_CONTEXT(decl) != NULL_TREE && TYPE_P(DECL_CONTEXT(decl));
}

/* Parameter NUMBER of FNDECL; NULL_TREE: it has fewer, or they are not known. */
static tree s_parameter(const_tree fndecl, unsigned number) {
    tree at = TYPE_ARG_TYPES(TREE_TYPE(fndecl));
    while (at != NULL_TREE && number > 1) {
        at = TREE_CHAIN(at);
        number--;
    }
    return at != NULL_TREE && !VOID_TYPE_P(TREE_VALUE(at)) ? TREE_VALUE(at) : NULL_TREE;
}

/* ---- the plugin's arguments ---- */

/* What was said of FNDECL in LIST; null: nothing. */
static const ms_named_function *s_find_named(const std::vector<ms_named_function> &list,
                                             const_tree fndecl) {
    for (const ms_named_function &function : list)
        if (function.name == s_name(fndecl))
            return &function;
    return nullptr;
}

/* False: ARGUMENT of FNDECL is not what the option wants, which is told. */
static bool s_check_parameter(const char *option, const_tree fndecl, unsigned number,
                              bool is_pointer) {
    tree type = s_parameter(fndecl, number);
    location_t where = DECL_SOURCE_LOCATION(fndecl);
    if (!prototype_p(TREE_TYPE(fndecl)))
        return true;
    if (type == NULL_TREE) {
        warning_at(where, OPT_Wattributes, "memscope: %qs ignored: %qD has no argument %u", option,
                   const_cast<tree>(fndecl), number);
        return false;
    }
    if (is_pointer ? POINTER_TYPE_P(type) : INTEGRAL_TYPE_P(type))
        return true;
    warning_at(where, OPT_Wattributes, "memscope: %qs ignored: argument %u of %qD is not %s",
               option, number, const_cast<tree>(fndecl), is_pointer ? "a pointer" : "an integer");
    return false;
}

static bool s_fill_from_argument(const_tree fndecl, ms_allocator *out) {
    const ms_named_function *named = s_find_named(ms_arguments_given.allocators, fndecl);
    if (named == nullptr)
        return false;
    std::string option = "-fplugin-arg-memscope-alloc=" + named->text;
    if (!POINTER_TYPE_P(TREE_TYPE(TREE_TYPE(fndecl)))) {
        warning_at(DECL_SOURCE_LOCATION(fndecl), OPT_Wattributes,
                   "memscope: %qs ignored: %qD does not return a pointer", option.c_str(),
                   const_cast<tree>(fndecl));
        return false;
    }
    if (!s_check_parameter(option.c_str(), fndecl, named->first, false) ||
        (named->second != 0 && !s_check_parameter(option.c_str(), fndecl, named->second, false)))
        return false;
    out->size = named->first;
    out->count = named->second;
    out->is_annotated = true;
    return true;
}

/* ---- GCC's attributes ---- */

/* The arguments of alloc_size, which belongs to the type. False: there is none. */
static bool s_fill_size(const_tree fndecl, ms_allocator *out) {
    tree attribute = lookup_attribute("alloc_size", TYPE_ATTRIBUTES(TREE_TYPE(fndecl)));
    if (attribute == NULL_TREE)
        return false;
    unsigned *number[] = {&out->size, &out->count};
    tree at = TREE_VALUE(attribute);
    for (unsigned *into : number) {
        if (at == NULL_TREE || !tree_fits_uhwi_p(TREE_VALUE(at)))
            break;
        *into = tree_to_uhwi(TREE_VALUE(at));
        at = TREE_CHAIN(at);
    }
    return true;
}

/* malloc (f), malloc (f, 2): GCC keeps one attribute for each, with the function itself. */
std::string ms_allocator_deallocator(const_tree fndecl) {
    std::string names;
    tree at = DECL_ATTRIBUTES(fndecl);
    while ((at = lookup_attribute("malloc", at)) != NULL_TREE) {
        tree args = TREE_VALUE(at);
        tree function = args != NULL_TREE ? TREE_VALUE(args) : NULL_TREE;
        if (function != NULL_TREE && TREE_CODE(function) == FUNCTION_DECL) {
            std::string name = s_name(function);
            if (name.compare(0, 10, "__builtin_") == 0) /* as glibc's headers spell free */
                name.erase(0, 10);
            if ((", " + names + ", ").find(", " + name + ", ") == std::string::npos)
                names += (names.empty() ? "" : ", ") + name;
        }
        at = TREE_CHAIN(at);
    }
    return names;
}

/* ---- blocks that free does not give back ---- */

static std::unordered_set<unsigned> s_guarded; /* by TYPE_UID of what allocators return */
static bool s_any_is_guarded;                  /* some return void */

static bool s_is_freed_by_free(const std::string &names) {
    return (", " + names + ",").find(", free,") != std::string::npos;
}

void ms_allocator_note(void *data, void *) {
    tree decl = static_cast<tree>(data);
    if (TREE_CODE(decl) != FUNCTION_DECL || s_is_systems(decl) ||
        !POINTER_TYPE_P(TREE_TYPE(TREE_TYPE(decl))) ||
        !(ms_arguments_given.track_all || ms_attribute_of_decl(decl).present))
        return;
    std::string deallocator = ms_allocator_deallocator(decl);
    if (deallocator.empty() || s_is_freed_by_free(deallocator))
        return;
    tree type = TYPE_MAIN_VARIANT(TREE_TYPE(TREE_TYPE(TREE_TYPE(decl))));
    s_any_is_guarded |= VOID_TYPE_P(type);
    s_guarded.insert(TYPE_UID(type));
}

bool ms_allocator_is_guarded(const_tree value) {
    tree type = TYPE_MAIN_VARIANT(TREE_TYPE(TREE_TYPE(value)));
    return s_any_is_guarded || (VOID_TYPE_P(type) && !s_guarded.empty()) ||
           s_guarded.count(TYPE_UID(type)) != 0;
}

/* ---- allocators ---- */

static bool s_has_attributes(const_tree fndecl, ms_allocator *out) {
    bool is_malloc = DECL_IS_MALLOC(fndecl) || !out->deallocator.empty();
    if (DECL_IS_OPERATOR_NEW_P(fndecl)) {
        /* operator new (size_t, void *) gives back what it is given. */
        tree second = s_parameter(fndecl, 2);
        if (!s_is_of_class(fndecl) || (second != NULL_TREE && POINTER_TYPE_P(second)))
            return false;
        out->size = 1;
        out->deallocator = s_name(fndecl);
        out->deallocator.replace(out->deallocator.rfind("new"), 3, "delete");
        return true;
    }
    return s_fill_size(fndecl, out) || is_malloc;
}

static unsigned s_first_pointer(const_tree fndecl) {
    for (unsigned number = 1;; number++) {
        tree type = s_parameter(fndecl, number);
        if (type == NULL_TREE)
            return 0;
        if (POINTER_TYPE_P(type))
            return number;
    }
}

static bool s_is_allocator(const_tree fndecl, ms_allocator *out) {
    out->annotation = ms_attribute_of_decl(fndecl);
    out->deallocator = ms_allocator_deallocator(fndecl);
    if (s_fill_from_argument(fndecl, out))
        return true;
    if (!POINTER_TYPE_P(TREE_TYPE(TREE_TYPE(fndecl))))
        return false;
    if (out->annotation.present) {
        out->is_annotated = true;
        s_has_attributes(fndecl, out);
        return true;
    }
    return ms_arguments_given.track_all && !s_is_systems(fndecl) && s_has_attributes(fndecl, out);
}

const ms_allocator *ms_allocator_find(tree fndecl) {
    if (fndecl == NULL_TREE)
        return nullptr;
    auto [at, is_new] = s_are_allocators.try_emplace(DECL_UID(fndecl));
    if (is_new) {
        ms_allocator allocator;
        at->second = s_is_allocator(fndecl, &allocator);
        allocator.pool = s_first_pointer(fndecl);
        if (at->second)
            s_allocators[DECL_UID(fndecl)] = allocator;
    }
    return at->second ? &s_allocators[DECL_UID(fndecl)] : nullptr;
}

/* ---- deallocators ---- */

/* GCC notes with a deallocator whose it is: "*dealloc" (allocator, argument). */
static unsigned s_released_of_attribute(const_tree fndecl) {
    tree at = DECL_ATTRIBUTES(fndecl);
    while ((at = lookup_attribute("*dealloc", at)) != NULL_TREE) {
        tree args = TREE_VALUE(at), number = args != NULL_TREE ? TREE_CHAIN(args) : NULL_TREE;
        at = TREE_CHAIN(at);
        if (args == NULL_TREE || TREE_CODE(TREE_VALUE(args)) != IDENTIFIER_NODE)
            continue;
        if (!ms_arguments_given.track_all &&
            !ms_attribute_is_on_function(IDENTIFIER_POINTER(TREE_VALUE(args))))
            continue;
        return number != NULL_TREE && tree_fits_uhwi_p(TREE_VALUE(number))
                   ? tree_to_uhwi(TREE_VALUE(number))
                   : 1;
    }
    return 0;
}

static unsigned s_find_released(const_tree fndecl) {
    const ms_named_function *named = s_find_named(ms_arguments_given.deallocators, fndecl);
    if (named != nullptr) {
        std::string option = "-fplugin-arg-memscope-dealloc=" + named->text;
        return s_check_parameter(option.c_str(), fndecl, named->first, true) ? named->first : 0;
    }
    if (s_is_systems(fndecl))
        return 0;
    if (DECL_IS_OPERATOR_DELETE_P(fndecl))
        return ms_arguments_given.track_all && s_is_of_class(fndecl) ? 1 : 0;
    return s_released_of_attribute(fndecl);
}

unsigned ms_allocator_released(tree fndecl) {
    if (fndecl == NULL_TREE)
        return 0;
    auto [at, is_new] = s_released.try_emplace(DECL_UID(fndecl));
    if (is_new)
        at->second = s_find_released(fndecl);
    return at->second;
}

void ms_allocator_remember(tree fndecl) {
    if (fndecl != NULL_TREE)
        ms_allocator_note(fndecl, nullptr);
    ms_allocator_find(fndecl);
    ms_allocator_released(fndecl);
}
