/* SPDX-License-Identifier: MIT */
/* Orders of members, against every order there is. That compilers lay the proposed ones out so is
 * checked by tests/e2e/cases/layout.sh. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/reorder.h"

#define LIMIT 8

static struct memscope_member s_plain(const char *name, uint64_t offset, uint64_t size,
                                      uint64_t alignment) {
    return (struct memscope_member){
        .name = name,
        .type_name = "t",
        .kind = "member",
        .offset = offset,
        .size = size,
        .alignment = alignment,
        .bit_offset = MEMSCOPE_UNKNOWN,
        .bit_size = MEMSCOPE_UNKNOWN,
    };
}

static struct memscope_member s_bits(const char *name, uint64_t at, uint64_t bits,
                                     uint64_t alignment) {
    struct memscope_member member = s_plain(name, at / 8, (at + bits + 7) / 8 - at / 8, alignment);
    member.kind = "bit_field";
    member.bit_offset = at;
    member.bit_size = bits;
    return member;
}

static struct ms_reorder s_find(const struct memscope_member *members, size_t count, uint64_t size,
                                uint64_t alignment, bool open_end) {
    struct ms_reorder_input input = {members, count, size, alignment, open_end};
    struct ms_reorder found;
    CU_ASSERT_EQUAL_FATAL(ms_reorder_find(&input, &found), MS_OK);
    return found;
}

/* WANTED: the names in the best order, NULL: there is no better one. */
static void s_check(const struct memscope_member *members, size_t count, uint64_t size,
                    uint64_t alignment, bool open_end, const char *wanted, uint64_t best) {
    struct ms_reorder found = s_find(members, count, size, alignment, open_end);
    char order[256] = "";
    CU_ASSERT_PTR_NULL(found.reason);
    for (size_t i = 0; i < count && found.order != NULL; i++)
        snprintf(order + strlen(order), sizeof(order) - strlen(order), "%s%s", i != 0 ? " " : "",
                 members[found.order[i]].name);
    if (strcmp(order, wanted != NULL ? wanted : "") != 0)
        printf("\n    got '%s', wanted '%s'", order, wanted);
    CU_ASSERT_STRING_EQUAL(order, wanted != NULL ? wanted : "");
    CU_ASSERT_EQUAL(found.order != NULL, wanted != NULL);
    if (wanted != NULL)
        CU_ASSERT_EQUAL(found.size, best);
    ms_reorder_fini(&found);
}

static void s_test_holes(void) {
    /* char a; long b; char c; */
    struct memscope_member members[] = {s_plain("a", 0, 1, 1), s_plain("b", 8, 8, 8),
                                        s_plain("c", 16, 1, 1)};
    struct ms_reorder found = s_find(members, 3, 24, 8, false);
    CU_ASSERT_EQUAL(found.size, 16);
    CU_ASSERT_EQUAL_FATAL(found.move_count, 1);
    CU_ASSERT_EQUAL(found.moves[0].member, 0);
    CU_ASSERT_EQUAL(found.moves[0].behind, 1);
    ms_reorder_fini(&found);
    s_check(members, 3, 24, 8, false, "b a c", 16);
}

static void s_test_nothing_to_save(void) {
    struct memscope_member members[] = {s_plain("a", 0, 8, 8), s_plain("b", 8, 1, 1)};
    s_check(members, 2, 16, 8, false, NULL, 16);
    s_check(members, 0, 1, 1, false, NULL, 1);
}

/* The bits of a struct are moved as one, and share a byte with nothing else. */
static void s_test_bit_fields(void) {
    /* unsigned a : 3, b : 5; long c; unsigned char d; */
    struct memscope_member members[] = {s_bits("a", 0, 3, 4), s_bits("b", 3, 5, 4),
                                        s_plain("c", 8, 8, 8), s_plain("d", 16, 1, 1)};
    s_check(members, 4, 24, 8, false, "c a b d", 16);
}

static void s_test_what_stays(void) {
    struct memscope_member first[] = {s_plain("base", 0, 4, 4), s_plain("a", 8, 8, 8),
                                      s_plain("b", 16, 4, 4)};
    first[0].traits = MEMSCOPE_MEMBER_STRUCT;
    s_check(first, 3, 24, 8, false, "base b a", 16);
    struct memscope_member last[] = {s_plain("a", 0, 1, 1), s_plain("b", 8, 8, 8),
                                     s_plain("c", 16, 1, 1), s_plain("data", 17, 0, 1)};
    last[3].kind = "flexible_array";
    s_check(last, 4, 24, 8, false, "b a c data", 16);
    last[3] = s_plain("data", 18, 2, 2);
    last[3].type_name = "short[1]";
    s_check(last, 4, 24, 8, false, "b a c data", 16);
    /* The last of a block that is larger than the struct goes on behind it. */
    struct memscope_member open[] = {s_plain("a", 0, 1, 1), s_plain("b", 8, 8, 8),
                                     s_plain("c", 16, 1, 1)};
    s_check(open, 3, 24, 8, true, "b a c", 16);
    struct memscope_member behind[] = {s_plain("a", 0, 1, 1), s_plain("b", 4, 4, 4),
                                       s_plain("data", 8, 1, 1)};
    s_check(behind, 3, 12, 4, true, "b a data", 8);
    struct memscope_member pinned[] = {s_plain("a", 0, 8, 8), s_plain("c", 8, 1, 1),
                                       s_plain("d", 16, 8, 8), s_plain("e", 24, 1, 1),
                                       s_plain("data", 32, 8, 8)};
    s_check(pinned, 5, 40, 8, true, "a d c e data", 32);
    struct memscope_member derived[] = {s_plain("_vptr", 0, 8, 8), s_plain("a", 8, 1, 1),
                                        s_plain("b", 16, 8, 8), s_plain("c", 24, 1, 1)};
    derived[0].kind = "vtable";
    s_check(derived, 4, 32, 8, false, "_vptr b a c", 24);
}

/* A base class without members takes no room, one with padding may have members in it. */
static void s_test_bases(void) {
    struct memscope_member members[] = {s_plain("", 0, 1, 1), s_plain("a", 0, 1, 1),
                                        s_plain("b", 8, 8, 8), s_plain("c", 16, 1, 1)};
    members[0].kind = "base";
    members[0].traits = MEMSCOPE_MEMBER_STRUCT | MEMSCOPE_MEMBER_EMPTY | MEMSCOPE_MEMBER_PADDED;
    s_check(members, 4, 24, 8, false, " b a c", 16);
    members[0] = s_plain("", 0, 16, 8);
    members[0].kind = "base";
    members[0].traits = MEMSCOPE_MEMBER_STRUCT | MEMSCOPE_MEMBER_PADDED;
    members[1] = s_plain("a", 13, 1, 1);
    members[2] = s_plain("b", 16, 8, 8);
    members[3] = s_plain("c", 24, 1, 1);
    struct ms_reorder found = s_find(members, 4, 32, 8, false);
    CU_ASSERT_PTR_NOT_NULL(found.reason);
    CU_ASSERT_PTR_NULL(found.order);
    ms_reorder_fini(&found);
}

/* Nothing is said of a layout that the rules do not lead to. */
static void s_test_unusual(void) {
    struct memscope_member packed[] = {s_plain("a", 0, 1, 1), s_plain("b", 1, 8, 8),
                                       s_plain("c", 12, 1, 1)};
    struct ms_reorder found = s_find(packed, 3, 16, 1, false);
    CU_ASSERT_PTR_NOT_NULL(found.reason);
    ms_reorder_fini(&found);
    /* unsigned a : 3; unsigned : 0; unsigned b : 5; char c; */
    struct memscope_member apart[] = {s_bits("a", 0, 3, 4), s_bits("b", 32, 5, 4),
                                      s_plain("c", 5, 1, 1)};
    found = s_find(apart, 3, 8, 4, false);
    CU_ASSERT_PTR_NOT_NULL(found.reason);
    ms_reorder_fini(&found);
    struct memscope_member odd[] = {s_plain("a", 0, 1, MEMSCOPE_UNKNOWN), s_plain("b", 8, 8, 8)};
    found = s_find(odd, 2, 16, 8, false);
    CU_ASSERT_PTR_NOT_NULL(found.reason);
    ms_reorder_fini(&found);
}

/* ---- every order ---- */

static uint64_t s_lay_out(struct memscope_member *members, const unsigned *order, size_t count,
                          uint64_t alignment) {
    uint64_t at = 0;
    for (size_t i = 0; i < count; i++) {
        struct memscope_member *member = &members[order[i]];
        at = (at + member->alignment - 1) / member->alignment * member->alignment;
        member->offset = at;
        at += member->size;
    }
    return (at + alignment - 1) / alignment * alignment;
}

static uint64_t s_least(const struct memscope_member *members, unsigned *order, size_t fixed,
                        size_t count, uint64_t alignment) {
    struct memscope_member copy[LIMIT];
    uint64_t least = UINT64_MAX;
    if (fixed == count) {
        memcpy(copy, members, count * sizeof(*members));
        return s_lay_out(copy, order, count, alignment);
    }
    for (size_t i = fixed; i < count; i++) {
        unsigned first = order[fixed];
        order[fixed] = order[i];
        order[i] = first;
        uint64_t size = s_least(members, order, fixed + 1, count, alignment);
        least = size < least ? size : least;
        order[i] = order[fixed];
        order[fixed] = first;
    }
    return least;
}

static void s_test_every_order(void) {
    static const uint64_t s_sizes[][2] = {{1, 1}, {2, 2}, {4, 4},  {8, 8},  {16, 16},
                                          {3, 1}, {6, 2}, {12, 4}, {24, 8}, {5, 1}};
    static const char *const s_names[LIMIT] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    uint64_t random = 1;
    for (unsigned round = 0; round < 400; round++) {
        struct memscope_member members[LIMIT];
        unsigned order[LIMIT];
        size_t count = 2 + round % 5;
        uint64_t alignment = 1;
        bool has_head = round % 3 == 0;
        for (size_t i = 0; i < count; i++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            const uint64_t *kind = s_sizes[(random >> 33) % (sizeof(s_sizes) / sizeof(s_sizes[0]))];
            members[i] = s_plain(s_names[i], 0, kind[0], kind[1]);
            alignment = kind[1] > alignment ? kind[1] : alignment;
            order[i] = (unsigned)i;
        }
        if (has_head)
            members[0].traits = MEMSCOPE_MEMBER_STRUCT;
        uint64_t size = s_lay_out(members, order, count, alignment);
        uint64_t least = s_least(members, order, has_head ? 1 : 0, count, alignment);
        struct ms_reorder found = s_find(members, count, size, alignment, false);
        CU_ASSERT_PTR_NULL(found.reason);
        CU_ASSERT_EQUAL(found.order != NULL, least < size);
        if (found.order != NULL) {
            unsigned seen = 0;
            for (size_t i = 0; i < count; i++)
                seen |= 1u << (order[i] = found.order[i]);
            CU_ASSERT_EQUAL(seen, (1u << count) - 1);
            CU_ASSERT_TRUE(!has_head || order[0] == 0);
            CU_ASSERT_EQUAL(found.size, least);
            CU_ASSERT_EQUAL(s_lay_out(members, order, count, alignment), least);
        }
        ms_reorder_fini(&found);
    }
}

/* Large ones take no time to speak of. */
static void s_test_large(void) {
    enum { COUNT = 5000 };
    struct memscope_member *members = calloc(COUNT, sizeof(*members));
    CU_ASSERT_PTR_NOT_NULL_FATAL(members);
    for (size_t i = 0; i < COUNT; i++)
        members[i] = s_plain("m", i / 2 * 16 + i % 2 * 8, i % 2 != 0 ? 8 : 1, i % 2 != 0 ? 8 : 1);
    struct ms_reorder found = s_find(members, 4000, 32000, 8, false);
    CU_ASSERT_EQUAL(found.size, 2000 * 9);
    CU_ASSERT_EQUAL(found.move_count, 0);
    ms_reorder_fini(&found);
    found = s_find(members, COUNT, 40000, 8, false);
    CU_ASSERT_PTR_NOT_NULL(found.reason);
    ms_reorder_fini(&found);
    free(members);
}

int main(void) {
    static const struct {
        const char *name;
        CU_TestFunc function;
    } s_tests[] = {
        {"holes", s_test_holes},
        {"nothing_to_save", s_test_nothing_to_save},
        {"bit_fields", s_test_bit_fields},
        {"what_stays", s_test_what_stays},
        {"bases", s_test_bases},
        {"unusual", s_test_unusual},
        {"every_order", s_test_every_order},
        {"large", s_test_large},
    };
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("reorder", NULL, NULL);
    for (size_t i = 0; i < sizeof(s_tests) / sizeof(s_tests[0]); i++)
        CU_add_test(suite, s_tests[i].name, s_tests[i].function);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
