/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sites.h"

#include "gc_root.h"
#include "site_table.h"
#include "utf8.h"

static_assert(sizeof(struct memscope_site) == 96, "the runtime walks the section in steps of 96");

static std::vector<ms_site> s_sites;
static std::vector<ms_site> s_later; /* by the constant that stands for it, less 1 */

/* ---- the type ---- */

enum s_field_type { S_STRING, S_U64, S_U32, S_U16, S_U8 };

/* The fields of struct memscope_site, in order. */
static const struct s_field {
    const char *name;
    s_field_type type;
    size_t offset;
} s_fields[] = {
    {"var_name", S_STRING, offsetof(struct memscope_site, var_name)},
    {"type_name", S_STRING, offsetof(struct memscope_site, type_name)},
    {"file", S_STRING, offsetof(struct memscope_site, file)},
    {"function", S_STRING, offsetof(struct memscope_site, function)},
    {"label", S_STRING, offsetof(struct memscope_site, label)},
    {"element_name", S_STRING, offsetof(struct memscope_site, element_name)},
    {"deallocator", S_STRING, offsetof(struct memscope_site, deallocator)},
    {"type_size", S_U64, offsetof(struct memscope_site, type_size)},
    {"element_size", S_U64, offsetof(struct memscope_site, element_size)},
    {"header_size", S_U64, offsetof(struct memscope_site, header_size)},
    {"line", S_U32, offsetof(struct memscope_site, line)},
    {"column", S_U16, offsetof(struct memscope_site, column)},
    {"kind", S_U8, offsetof(struct memscope_site, kind)},
    {"evidence", S_U8, offsetof(struct memscope_site, evidence)},
    {"abi_version", S_U16, offsetof(struct memscope_site, abi_version)},
    {"flags", S_U16, offsetof(struct memscope_site, flags)},
    {"id", S_U32, offsetof(struct memscope_site, id)},
};

static tree s_character_pointer(void) {
    return build_pointer_type(build_qualified_type(char_type_node, TYPE_QUAL_CONST));
}

static tree s_tree_type(s_field_type type) {
    switch (type) {
    case S_STRING:
        return s_character_pointer();
    case S_U64:
        return uint64_type_node;
    case S_U32:
        return uint32_type_node;
    case S_U16:
        return uint16_type_node;
    default:
        return unsigned_char_type_node;
    }
}

tree ms_sites_record_type(void) {
    tree &record = ms_gc_root(MS_ROOT_SITE_TYPE);
    if (record != NULL_TREE)
        return record;
    record = make_node(RECORD_TYPE);
    tree last = NULL_TREE;
    for (const s_field &field : s_fields) {
        tree decl = build_decl(BUILTINS_LOCATION, FIELD_DECL, get_identifier(field.name),
                               s_tree_type(field.type));
        DECL_CONTEXT(decl) = record;
        DECL_CHAIN(decl) = last;
        last = decl;
    }
    TYPE_FIELDS(record) = nreverse(last);
    TYPE_NAME(record) = get_identifier("memscope_site");
    TYPE_ARTIFICIAL(record) = 1;
    layout_type(record);
    const s_field *expected = s_fields;
    for (tree decl = TYPE_FIELDS(record); decl != NULL_TREE; decl = DECL_CHAIN(decl), expected++)
        if (int_byte_position(decl) != (HOST_WIDE_INT)expected->offset)
            fatal_error(UNKNOWN_LOCATION,
                        "memscope: this target lays out %<struct memscope_site%> in another way "
                        "than the machine that built the plugin");
    return record;
}

/* ---- one record ---- */

static tree s_string(const std::string &text, bool is_there) {
    tree type = s_character_pointer();
    if (!is_there)
        return build_int_cst(type, 0);
    return fold_convert(type, build_string_literal(text.size() + 1, text.c_str()));
}

static tree s_value(const ms_site &site, const s_field &field, const expanded_location &at) {
    tree type = s_tree_type(field.type);
    switch (field.offset) {
    case offsetof(struct memscope_site, var_name):
        return s_string(site.var_name, !site.var_name.empty());
    case offsetof(struct memscope_site, type_name):
        return s_string(site.type_name, !site.type_name.empty());
    case offsetof(struct memscope_site, file):
        return s_string(site.file, true);
    case offsetof(struct memscope_site, function):
        return s_string(site.function, !site.function.empty());
    case offsetof(struct memscope_site, label):
        return s_string(site.label, site.has_label);
    case offsetof(struct memscope_site, element_name):
        return s_string(site.element_name, !site.element_name.empty());
    case offsetof(struct memscope_site, deallocator):
        return s_string(site.deallocator, !site.deallocator.empty());
    case offsetof(struct memscope_site, element_size):
        return build_int_cst(type, site.element_size);
    case offsetof(struct memscope_site, header_size):
        return build_int_cst(type, site.header_size);
    case offsetof(struct memscope_site, flags):
        return build_int_cst(type, site.flags);
    case offsetof(struct memscope_site, type_size):
        return build_int_cst(type, site.type_size);
    case offsetof(struct memscope_site, line):
        return build_int_cst(type, at.line);
    case offsetof(struct memscope_site, column):
        return build_int_cst(type, at.column <= UINT16_MAX ? at.column : 0);
    case offsetof(struct memscope_site, kind):
        return build_int_cst(type, site.kind);
    case offsetof(struct memscope_site, evidence):
        return build_int_cst(type, site.evidence);
    case offsetof(struct memscope_site, abi_version):
        return build_int_cst(type, MEMSCOPE_ABI_VERSION);
    default:
        return build_int_cst(type, 0);
    }
}

expanded_location ms_sites_place(const ms_site &site) {
    expanded_location at = expand_location(site.location);
    if (site.line != 0) {
        at.line = site.line;
        at.column = 0;
    }
    return at;
}

static tree s_initializer(const ms_site &site) {
    tree record = ms_sites_record_type();
    expanded_location at = ms_sites_place(site);
    vec<constructor_elt, va_gc> *values = nullptr;
    const s_field *field = s_fields;
    for (tree decl = TYPE_FIELDS(record); decl != NULL_TREE; decl = DECL_CHAIN(decl), field++)
        CONSTRUCTOR_APPEND_ELT(values, decl, s_value(site, *field, at));
    tree constructor = build_constructor(record, values);
    TREE_CONSTANT(constructor) = 1;
    TREE_STATIC(constructor) = 1;
    return constructor;
}

/* Exactly 8-byte aligned, so that records lie 96 bytes apart in every object and every module. */
static tree s_variable(const ms_site &site) {
    char name[sizeof "memscope_site." + 20];
    snprintf(name, sizeof name, "memscope_site.%zu", s_sites.size());
    tree decl =
        build_decl(UNKNOWN_LOCATION, VAR_DECL, get_identifier(name), ms_sites_record_type());
    TREE_STATIC(decl) = 1;
    TREE_ADDRESSABLE(decl) = 1;
    TREE_USED(decl) = 1;
    DECL_ARTIFICIAL(decl) = 1;
    DECL_IGNORED_P(decl) = 1;
    DECL_INITIAL(decl) = s_initializer(site);
    SET_DECL_ALIGN(decl, 64);
    DECL_USER_ALIGN(decl) = 1;
    set_decl_section_name(decl, MEMSCOPE_SITE_SECTION);
    varpool_node *node = varpool_node::get_create(decl);
    /* No code refers to the record of a static object. */
    node->force_output = site.kind == MEMSCOPE_SITE_STATIC;
    varpool_node::finalize_decl(decl);
    if (!node->analyzed) /* between the front end and SSA form nobody else would */
        node->analyze();
    return decl;
}

static void s_tell(const ms_site &site) {
    const char *kind = ms_site_kind_name(site.kind);
    const char *type = site.type_name.empty() ? "void" : site.type_name.c_str();
    const char *evidence = ms_evidence_name(site.evidence);
    if (site.var_name.empty())
        inform(site.location, "memscope: %s of type %qs (%s)", kind, type, evidence);
    else
        inform(site.location, "memscope: %s %qs of type %qs (%s)", kind, site.var_name.c_str(),
               type, evidence);
}

tree ms_sites_add(ms_site site) {
    expanded_location at = expand_location(site.location);
    site.file = ms_utf8_clean(at.file != nullptr ? remap_debug_filename(at.file) : "");
    for (std::string *text : {&site.var_name, &site.type_name, &site.function, &site.label,
                              &site.element_name, &site.deallocator})
        *text = ms_utf8_clean(*text);
    tree decl = s_variable(site);
    if (ms_arguments_given.verbose)
        s_tell(site);
    s_sites.push_back(site);
    return build_fold_addr_expr(decl);
}

tree ms_sites_later(const ms_site &site) {
    s_later.push_back(site);
    return build_int_cst(const_ptr_type_node, s_later.size());
}

const ms_site *ms_sites_later_site(tree argument) {
    if (TREE_CODE(argument) != INTEGER_CST || !tree_fits_uhwi_p(argument))
        return nullptr;
    unsigned HOST_WIDE_INT number = tree_to_uhwi(argument);
    return number - 1 < s_later.size() ? &s_later[number - 1] : nullptr;
}

tree ms_sites_now(tree argument) {
    const ms_site *site = ms_sites_later_site(argument);
    return site != nullptr ? ms_sites_add(*site) : NULL_TREE;
}

size_t ms_sites_count(void) {
    return s_sites.size();
}

void ms_sites_write(void *, void *) {
    const std::string &path = ms_arguments_given.sites_file;
    if (!path.empty())
        ms_site_table_write(path, s_sites);
}
