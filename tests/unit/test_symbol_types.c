/* SPDX-License-Identifier: MIT */
/* Layouts of types by their C spelling, against what this program's own compiler says of them. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/address_ranges.h"
#include "symbols/key_table.h"
#include "symbols/symbols.h"
#include "symbols/text_pool.h"
#include "symbols/type_name.h"
#include "symbols_subject.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const char *const s_subjects[] = {SYMBOLS_SUBJECTS};

struct s_expected_member {
    const char *name, *type_name;
    uint64_t offset, size;
};

#define MEMBER(type, name, type_name)                                                              \
    { #name, type_name, offsetof(type, name), sizeof(((type *)0)->name) }

static const struct s_expected_member s_node[] = {
    MEMBER(struct node, tag, "char"),  MEMBER(struct node, next, "struct node *"),
    MEMBER(struct node, a, "int"),     MEMBER(struct node, b, "int[3]"),
    MEMBER(struct node, s, "short"),   MEMBER(struct node, d, "double"),
    MEMBER(struct node, tail, "char"),
};

static const struct s_expected_member s_nameless[] = {
    MEMBER(nameless_t, x, "int"),
    {"", "union {...}", offsetof(nameless_t, i), sizeof(double)},
    MEMBER(nameless_t, c, "char"),
    MEMBER(nameless_t, in, "struct {...}"),
};

static const struct s_expected_member s_packed[] = {
    MEMBER(struct packed, c, "char"),
    MEMBER(struct packed, i, "int"),
    MEMBER(struct packed, l, "long"),
};

static const struct s_expected_member s_packed_end[] = {
    MEMBER(struct packed_end, i, "int"),
    MEMBER(struct packed_end, c, "char"),
};

static const struct s_expected_member s_packed_even[] = {
    MEMBER(struct packed_even, c, "char"),
    MEMBER(struct packed_even, i, "int"),
    MEMBER(struct packed_even, d, "char[3]"),
};

/* As in symbols_subject_later.c. */
struct later {
    char c;
    long l;
};

static const struct s_expected_member s_later[] = {
    MEMBER(struct later, c, "char"),
    MEMBER(struct later, l, "long"),
};

static const struct s_expected_member s_flexible[] = {
    MEMBER(struct flexible, n, "int"),
    MEMBER(struct flexible, c, "char"),
    {"data", "char[]", offsetof(struct flexible, data), 0},
};

static const struct s_expected_member s_aligned[] = {
    MEMBER(struct aligned, c, "char"),
    MEMBER(struct aligned, x, "int"),
};

static const struct s_expected_member s_full[] = {
    MEMBER(struct full, p, "char *"),
    MEMBER(struct full, l, "long[2]"),
};

static const struct s_expected_member s_spelled[] = {
    MEMBER(struct spelled, function, "void (*)(int, const char *const *, ...)"),
    MEMBER(struct spelled, functions, "int (*[4])(void)"),
    MEMBER(struct spelled, chain, "int (*(*)(void))[3]"),
    MEMBER(struct spelled, name, "const char *const"),
    MEMBER(struct spelled, v, "volatile int"),
    MEMBER(struct spelled, matrix, "char[3][5]"),
    MEMBER(struct spelled, ok, "_Bool"),
    MEMBER(struct spelled, ul, "unsigned long"),
    MEMBER(struct spelled, sc, "signed char"),
    MEMBER(struct spelled, us, "unsigned short"),
    MEMBER(struct spelled, ll, "long long"),
    MEMBER(struct spelled, ld, "long double"),
    MEMBER(struct spelled, color, "enum color"),
    MEMBER(struct spelled, where, "void *"),
    MEMBER(struct spelled, row, "int (*)[7]"),
    MEMBER(struct spelled, nodes, "struct node[2]"),
    MEMBER(struct spelled, cv, "const void *"),
    MEMBER(struct spelled, vector, "vector_t"),
    MEMBER(struct spelled, typedefed, "node_t *"),
    MEMBER(struct spelled, either, "union either *"),
    MEMBER(struct spelled, incomplete, "struct incomplete *"),
    MEMBER(struct spelled, fixed, "char *const"),
    MEMBER(struct spelled, moving, "int *volatile *"),
    MEMBER(struct spelled, inner, "struct {...}"),
};

static const struct s_expected_type {
    const char *name;
    uint64_t size, alignment;
    const struct s_expected_member *members;
    size_t count;
    bool asked_alignment; /* only DWARF 5 has it */
} s_types[] = {
    {"struct node", sizeof(struct node), _Alignof(struct node), s_node, LENGTH(s_node), false},
    {"node_t", sizeof(node_t), _Alignof(node_t), s_node, LENGTH(s_node), false},
    {"*node_ptr", sizeof(node_t), _Alignof(node_t), s_node, LENGTH(s_node), false},
    {" const struct  node ", sizeof(node_t), _Alignof(node_t), s_node, LENGTH(s_node), false},
    {"nameless_t", sizeof(nameless_t), _Alignof(nameless_t), s_nameless, LENGTH(s_nameless), false},
    {"struct packed", sizeof(struct packed), _Alignof(struct packed), s_packed, LENGTH(s_packed),
     false},
    {"struct packed_end", sizeof(struct packed_end), _Alignof(struct packed_end), s_packed_end,
     LENGTH(s_packed_end), false},
    {"struct packed_even", sizeof(struct packed_even), _Alignof(struct packed_even), s_packed_even,
     LENGTH(s_packed_even), false},
    {"struct later", sizeof(struct later), _Alignof(struct later), s_later, LENGTH(s_later), false},
    {"*later_ptr", sizeof(struct later), _Alignof(struct later), s_later, LENGTH(s_later), false},
    {"struct flexible", sizeof(struct flexible), _Alignof(struct flexible), s_flexible,
     LENGTH(s_flexible), false},
    {"struct aligned", sizeof(struct aligned), _Alignof(struct aligned), s_aligned,
     LENGTH(s_aligned), true},
    {"struct full", sizeof(struct full), _Alignof(struct full), s_full, LENGTH(s_full), false},
    {"struct empty", 0, 1, NULL, 0, false},
    {"struct spelled", sizeof(struct spelled), _Alignof(struct spelled), s_spelled,
     LENGTH(s_spelled), false},
};

static struct ms_symbols *s_symbols;
static struct memscope_resolver s_resolver;

static const char *s_add_module(uint32_t number, const char *path) {
    struct memscope_module_file file = {
        path, NULL, 0, MEMSCOPE_UNKNOWN, MEMSCOPE_UNKNOWN, MEMSCOPE_UNKNOWN};
    return s_resolver.add_module(s_resolver.context, number, &file);
}

static void s_open(const char *path) {
    if (ms_symbols_new(NULL, &s_symbols) != MS_OK)
        abort();
    s_resolver = ms_symbols_resolver(s_symbols);
    CU_ASSERT_PTR_NULL(s_add_module(1, path));
}

static bool s_find(const char *name, struct memscope_type_layout *layout) {
    return s_resolver.find_type(s_resolver.context, name, NULL, layout);
}

/* Asked alignments are not in the debug information of old forms. */
static bool s_is_old(const char *subject) {
    return strstr(subject, "dwarf2") != NULL || strstr(subject, "dwarf3") != NULL ||
           strstr(subject, "dwarf4") != NULL;
}

/* The members of a struct, their holes, and that the holes are its padding. */
static void s_check_members(const struct memscope_type_layout *layout,
                            const struct s_expected_type *expected) {
    uint64_t holes = 0;
    CU_ASSERT_EQUAL_FATAL(layout->member_count, expected->count);
    for (size_t i = 0; i < layout->member_count; i++) {
        const struct memscope_member *member = &layout->members[i];
        const struct s_expected_member *like = &expected->members[i];
        uint64_t next = i + 1 < expected->count ? like[1].offset : expected->size;
        CU_ASSERT_STRING_EQUAL(member->name, like->name);
        CU_ASSERT_PTR_NOT_NULL_FATAL(member->type_name);
        if (strcmp(member->type_name, like->type_name) != 0)
            printf("\n    %s is spelled %s", like->type_name, member->type_name);
        CU_ASSERT_STRING_EQUAL(member->type_name, like->type_name);
        CU_ASSERT_EQUAL(member->offset, like->offset);
        CU_ASSERT_EQUAL(member->size, like->size);
        CU_ASSERT_EQUAL(member->hole_after, next - like->offset - like->size);
        holes += next - like->offset - like->size;
    }
    CU_ASSERT_EQUAL(layout->padding_bytes, holes);
}

static void test_layouts(void) {
    for (size_t i = 0; i < LENGTH(s_subjects); i++) {
        s_open(s_subjects[i]);
        for (size_t j = 0; j < LENGTH(s_types); j++) {
            struct memscope_type_layout layout, again;
            CU_ASSERT_FATAL(s_find(s_types[j].name, &layout));
            CU_ASSERT_EQUAL(layout.size, s_types[j].size);
            if (!s_types[j].asked_alignment || !s_is_old(s_subjects[i]))
                CU_ASSERT_EQUAL(layout.alignment, s_types[j].alignment);
            s_check_members(&layout, &s_types[j]);
            CU_ASSERT_FATAL(s_find(s_types[j].name, &again));
            CU_ASSERT_PTR_EQUAL(again.members, layout.members); /* kept */
        }
        ms_symbols_destroy(s_symbols);
    }
}

/* By hand, once: what the checks above compute. */
static void test_padding_of_node(void) {
    struct memscope_type_layout layout;
    s_open(s_subjects[0]);
    CU_ASSERT_FATAL(s_find("struct node", &layout));
    if (sizeof(void *) == 8) {
        CU_ASSERT_EQUAL(layout.size, 56);
        CU_ASSERT_EQUAL(layout.padding_bytes, 7 + 6 + 7);
        CU_ASSERT_EQUAL(layout.members[4].hole_after, 6);
        CU_ASSERT_EQUAL(layout.members[6].hole_after, 7);
    }
    ms_symbols_destroy(s_symbols);
}

static void test_union(void) {
    struct memscope_type_layout layout;
    s_open(s_subjects[0]);
    CU_ASSERT_FATAL(s_find("union either", &layout));
    CU_ASSERT_EQUAL(layout.size, sizeof(union either));
    CU_ASSERT_EQUAL(layout.alignment, _Alignof(union either));
    CU_ASSERT_EQUAL(layout.padding_bytes, 3);
    CU_ASSERT_EQUAL_FATAL(layout.member_count, 2);
    CU_ASSERT_EQUAL(layout.members[0].hole_after + layout.members[1].hole_after, 0);
    CU_ASSERT_EQUAL(layout.members[1].offset, 0);
    ms_symbols_destroy(s_symbols);
}

/* Where the compiler has put bit-fields: set one, and see which bytes of the object change. */
static void s_find_bytes(const struct bits *object, uint64_t *first, uint64_t *count) {
    const unsigned char *bytes = (const unsigned char *)object;
    *first = *count = 0;
    for (size_t i = 0; i < sizeof(*object); i++) {
        if (bytes[i] != 0 && *count == 0)
            *first = i;
        if (bytes[i] != 0)
            *count = i + 1 - *first;
    }
}

static void test_bit_fields(void) {
    struct bits objects[7];
    memset(objects, 0, sizeof(objects));
    objects[0].a = 7;
    objects[1].b = 31;
    objects[2].c = 511;
    objects[3].d = -1;
    objects[4].e = -1;
    objects[5].f = -1;
    objects[6].g = 1;
    for (size_t i = 0; i < LENGTH(s_subjects); i++) {
        struct memscope_type_layout layout;
        s_open(s_subjects[i]);
        CU_ASSERT_FATAL(s_find("struct bits", &layout));
        CU_ASSERT_EQUAL(layout.size, sizeof(struct bits));
        CU_ASSERT_EQUAL(layout.alignment, _Alignof(struct bits));
        CU_ASSERT_EQUAL_FATAL(layout.member_count, LENGTH(objects));
        unsigned char used[sizeof(struct bits)] = {0};
        for (size_t j = 0; j < LENGTH(objects); j++) {
            uint64_t first, count;
            s_find_bytes(&objects[j], &first, &count);
            CU_ASSERT_EQUAL(layout.members[j].offset, first);
            CU_ASSERT_EQUAL(layout.members[j].size, count);
            memset(used + first, 1, count);
        }
        uint64_t unused = 0, holes = 0;
        for (size_t j = 0; j < sizeof(used); j++)
            unused += used[j] == 0;
        for (size_t j = 0; j < LENGTH(objects); j++)
            holes += layout.members[j].hole_after;
        CU_ASSERT_EQUAL(layout.padding_bytes, unused);
        CU_ASSERT_EQUAL(holes, unused);
        ms_symbols_destroy(s_symbols);
    }
}

/* What a struct is called and where it is, in every form; what kind its members are. */
static void test_names_and_kinds(void) {
    for (size_t i = 0; i < LENGTH(s_subjects); i++) {
        struct memscope_type_layout node, bits, flexible, nameless, pointer;
        s_open(s_subjects[i]);
        CU_ASSERT_FATAL(s_find("node_t", &node) && s_find("struct bits", &bits));
        CU_ASSERT_FATAL(s_find("struct flexible", &flexible) && s_find("nameless_t", &nameless));
        CU_ASSERT_FATAL(s_find("node_ptr", &pointer));
        CU_ASSERT_PTR_NOT_NULL_FATAL(node.struct_name);
        CU_ASSERT_STRING_EQUAL(node.struct_name, "struct node");
        CU_ASSERT_TRUE(node.is_struct);
        CU_ASSERT_PTR_NOT_NULL_FATAL(node.declared);
        CU_ASSERT_PTR_NOT_NULL(strstr(node.declared, "symbols_subject.h:9"));
        CU_ASSERT_PTR_NULL(nameless.struct_name);
        CU_ASSERT_PTR_NULL(pointer.struct_name);
        CU_ASSERT_FALSE(pointer.is_struct);
        CU_ASSERT_STRING_EQUAL(node.members[0].kind, "member");
        CU_ASSERT_EQUAL(node.members[1].alignment, _Alignof(void *));
        CU_ASSERT_EQUAL(node.members[0].bit_offset, MEMSCOPE_UNKNOWN);
        CU_ASSERT_STRING_EQUAL(bits.members[2].kind, "bit_field");
        CU_ASSERT_EQUAL(bits.members[2].bit_offset, 8);
        CU_ASSERT_EQUAL(bits.members[2].bit_size, 9);
        CU_ASSERT_STRING_EQUAL(flexible.members[2].kind, "flexible_array");
        ms_symbols_destroy(s_symbols);
    }
}

static void test_spellings(void) {
    static const struct {
        const char *spelling;
        uint64_t size;
    } s_spellings[] = {
        {"int", sizeof(int)},
        {"unsigned long", sizeof(long)},
        {"long unsigned int", sizeof(long)},
        {"unsigned long long int", sizeof(long long)},
        {"short", sizeof(short)},
        {"short int", sizeof(short)},
        {"_Bool", 1},
        {"bool", 1},
        {"long double", sizeof(long double)},
        {"enum color", sizeof(enum color)},
        {"text_t", sizeof(char *)},
        {"*text_t", 1},
        {"node_ptr_ptr", sizeof(void *)},
        {"*node_ptr_ptr", sizeof(void *)},
        {"struct node *", sizeof(void *)},
        {"struct incomplete *", sizeof(void *)},
        {"const char *const", sizeof(void *)},
        {"int[16]", 16 * sizeof(int)},
        {"int [2][3]", 6 * sizeof(int)},
        {"int[]", 0},
        {"struct node[3]", 3 * sizeof(struct node)},
        {"char *[4]", 4 * sizeof(void *)},
        {"void (*)(int)", sizeof(void *)},
        {"int (*[4])(void)", 4 * sizeof(void *)},
        {"int (*)[7]", sizeof(void *)},
        {"vector_t", sizeof(vector_t)},
        {"struct in_function", 2 * sizeof(long)},
    };
    s_open(s_subjects[0]);
    for (size_t i = 0; i < LENGTH(s_spellings); i++) {
        struct memscope_type_layout layout = {0};
        bool found = s_find(s_spellings[i].spelling, &layout);
        if (!found || layout.size != s_spellings[i].size)
            printf("\n    %s: %s, %llu bytes", s_spellings[i].spelling,
                   found ? "found" : "not found", (unsigned long long)layout.size);
        CU_ASSERT(found);
        CU_ASSERT_EQUAL(layout.size, s_spellings[i].size);
    }
    struct memscope_type_layout one, three;
    CU_ASSERT(s_find("struct node", &one) && s_find("struct node[3]", &three));
    CU_ASSERT_EQUAL(three.padding_bytes, 3 * one.padding_bytes);
    CU_ASSERT_EQUAL(three.alignment, one.alignment);
    CU_ASSERT_EQUAL(three.member_count, 0);
    ms_symbols_destroy(s_symbols);
}

static void test_unknown_spellings(void) {
    static const char *const s_unknown[] = {
        "",
        " ",
        "*",
        "struct",
        "struct ",
        "struct absent",
        "node",
        "union node",
        "enum node",
        "struct node_t",
        "void",
        "void (int)",
        "int[x]",
        "int[",
        "int]",
        "*int",
        "*struct node",
        "struct incomplete",
        "[4]",
        "(*",
        "(*)",
        "int (*",
        "const",
        "**node_ptr_ptr",
        "struct node[18446744073709551615]",
        "int[99999999999999999999]",
        "int[9223372036854775807]",
        "*struct node *",
    };
    char long_name[4096];
    memset(long_name, 'x', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = 0;
    s_open(s_subjects[0]);
    struct memscope_type_layout layout;
    for (size_t i = 0; i < LENGTH(s_unknown); i++) {
        bool found = s_find(s_unknown[i], &layout);
        if (found)
            printf("\n    %s: found", s_unknown[i]);
        CU_ASSERT_FALSE(found);
        CU_ASSERT_FALSE(s_find(s_unknown[i], &layout)); /* also when it is remembered */
    }
    CU_ASSERT_FALSE(s_find(long_name, &layout));
    CU_ASSERT_FALSE(s_find(NULL, &layout));
    ms_symbols_destroy(s_symbols);
}

/* A type that a later module has is found, also if it was asked for before. */
static void test_second_module(void) {
    struct memscope_type_layout layout;
    if (ms_symbols_new(NULL, &s_symbols) != MS_OK)
        abort();
    s_resolver = ms_symbols_resolver(s_symbols);
    s_add_module(1, "[vdso]");
    CU_ASSERT_FALSE(s_find("struct node", &layout));
    CU_ASSERT_FALSE(s_find("char *", &layout));
    s_add_module(3, s_subjects[0]);
    CU_ASSERT(s_find("struct node", &layout));
    CU_ASSERT(s_find("char *", &layout));
    ms_symbols_destroy(s_symbols);
}

/* ---- the parts ---- */

static void test_names_of_standard_types(void) {
    static const char *const s_names[][2] = {
        {"long unsigned int", "unsigned long"},
        {"long long unsigned int", "unsigned long long"},
        {"long int", "long"},
        {"short unsigned int", "unsigned short"},
        {"signed", "int"},
        {"unsigned", "unsigned int"},
        {"signed short int", "short"},
        {"char", "char"},
        {"char unsigned", "unsigned char"},
        {"signed char", "signed char"},
        {"long double", "long double"},
        {"double", "double"},
        {"float", "float"},
        {"complex float", "complex float"},
        {"__int128 unsigned", "__int128 unsigned"},
        {"longish", "longish"},
        {"long short", "long short"},
        {"long long long", "long long long"},
        {"int char", "int char"},
        {"", ""},
    };
    for (size_t i = 0; i < LENGTH(s_names); i++)
        CU_ASSERT_STRING_EQUAL(ms_type_name_of_base(s_names[i][0]), s_names[i][1]);
}

static void test_ranges(void) {
    struct ms_ranges ranges = {0};
    CU_ASSERT(ms_ranges_add(&ranges, 100, 200, 1));
    CU_ASSERT(ms_ranges_add(&ranges, 300, 400, 2));
    CU_ASSERT(ms_ranges_add(&ranges, 50, 500, 3));
    CU_ASSERT(ms_ranges_add(&ranges, 0, 1000, 4)); /* dropped code */
    CU_ASSERT(ms_ranges_add(&ranges, 600, 600, 5));
    CU_ASSERT(ms_ranges_add(&ranges, 700, 650, 6));
    ms_ranges_sort(&ranges);
    static const uint32_t s_owners[][2] = {
        {49, MS_RANGE_NONE},
        {50, 3},
        {99, 3},
        {100, 1},
        {199, 1},
        {200, 3},
        {300, 2},
        {400, 3},
        {499, 3},
        {500, MS_RANGE_NONE},
    };
    for (size_t i = 0; i < LENGTH(s_owners); i++)
        CU_ASSERT_EQUAL(ms_ranges_find(&ranges, s_owners[i][0]), s_owners[i][1]);
    CU_ASSERT_EQUAL(ms_ranges_find(&ranges, 0), MS_RANGE_NONE);
    CU_ASSERT_EQUAL(ms_ranges_find(&ranges, UINT64_MAX), MS_RANGE_NONE);
    ms_ranges_fini(&ranges);
}

static void test_keys_and_pool(void) {
    struct ms_key_table table = {0};
    struct ms_pool pool = {0};
    for (uint32_t i = 0; i < 10000; i++)
        CU_ASSERT(ms_key_add(&table, (uint64_t)i << 33, i));
    CU_ASSERT_FALSE(ms_key_add(&table, 0, 7));
    size_t right = 0;
    for (uint32_t i = 0; i < 10000; i++)
        right += ms_key_find(&table, (uint64_t)i << 33) == i;
    CU_ASSERT_EQUAL(right, 10000);
    CU_ASSERT_EQUAL(ms_key_find(&table, 1), MS_KEY_NONE);
    ms_key_fini(&table);

    char *first = ms_pool_alloc(&pool, 1);
    for (size_t size = 1; size < 200000; size = size * 3 + 1) {
        unsigned char *bytes = ms_pool_alloc(&pool, size);
        CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
        CU_ASSERT_EQUAL((uintptr_t)bytes % 16, 0);
        CU_ASSERT_EQUAL(bytes[0] | bytes[size - 1], 0);
        memset(bytes, 0xff, size);
    }
    CU_ASSERT_EQUAL(*first, 0);
    CU_ASSERT_STRING_EQUAL(ms_pool_join(&pool, "a", "::", "b"), "a::b");
    CU_ASSERT_STRING_EQUAL(ms_pool_print(&pool, "%d %s", 7, "x"), "7 x");
    CU_ASSERT_STRING_EQUAL(ms_pool_copy(&pool, "abc", 2), "ab");
    CU_ASSERT_PTR_NULL(ms_pool_alloc(&pool, SIZE_MAX));
    ms_pool_fini(&pool);
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("symbol_types", NULL, NULL);
    CU_ADD_TEST(suite, test_layouts);
    CU_ADD_TEST(suite, test_padding_of_node);
    CU_ADD_TEST(suite, test_union);
    CU_ADD_TEST(suite, test_bit_fields);
    CU_ADD_TEST(suite, test_names_and_kinds);
    CU_ADD_TEST(suite, test_spellings);
    CU_ADD_TEST(suite, test_unknown_spellings);
    CU_ADD_TEST(suite, test_second_module);
    CU_ADD_TEST(suite, test_names_of_standard_types);
    CU_ADD_TEST(suite, test_ranges);
    CU_ADD_TEST(suite, test_keys_and_pool);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
