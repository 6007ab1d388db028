/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "typing.h"

#include "written_type.h"

/* How good a typed use is; less is better. What the size asked for agrees with is best. What lies
 * at an offset in the block counts less than what is at its start, bytes and single numbers count
 * less than a struct. */
enum s_class { S_CONFIRMED, S_EXACT, S_BYTES_IN_VARIABLE, S_BEHIND_OFFSET, S_HINT };

struct s_candidate {
    s_class use_class;
    const ms_use *use;
};

static bool s_is_earlier(const ms_use &a, const ms_use &b) {
    return std::tie(a.evidence, a.depth, a.order) < std::tie(b.evidence, b.depth, b.order);
}

static bool s_is_better(const s_candidate &a, const s_candidate &b) {
    return a.use_class != b.use_class ? a.use_class < b.use_class : s_is_earlier(*a.use, *b.use);
}

/* A pointer typedef is the program's own handle of a block, wherever in it that points (Redis' sds,
 * behind a header). */
static bool s_is_handle(const ms_pointee *pointee) {
    return pointee->spelling[0] == '*';
}

static s_class s_class_of(const ms_use &use, gimple *origin) {
    bool is_hint =
        use.pointee->weak || (use.evidence == MEMSCOPE_EVIDENCE_FIRST_USE && use.pointee->scalar);
    if (is_hint)
        return use.evidence == MEMSCOPE_EVIDENCE_LHS && use.at_start ? S_BYTES_IN_VARIABLE : S_HINT;
    if (!use.at_start)
        return s_is_handle(use.pointee) ? S_EXACT : S_BEHIND_OFFSET;
    bool is_confirmed =
        !use.pointee->scalar && use.pointee->size > 1 && ms_size_fits(origin, use.pointee->size);
    return is_confirmed ? S_CONFIRMED : S_EXACT;
}

static s_candidate s_best(const std::vector<ms_use> &uses, gimple *origin) {
    s_candidate best = {S_HINT, nullptr};
    for (const ms_use &use : uses) {
        s_candidate candidate = {s_class_of(use, origin), &use};
        if (best.use == nullptr || s_is_better(candidate, best))
            best = candidate;
    }
    return best;
}

static const ms_use *s_annotated_place(const ms_block_uses &uses) {
    const ms_use *found = nullptr;
    for (const ms_use &use : uses.places)
        if (use.place.annotation.present && (found == nullptr || s_is_earlier(use, *found)))
            found = &use;
    return found;
}

static const ms_use *s_first_place(const ms_block_uses &uses) {
    const ms_use *found = nullptr;
    for (const ms_use &use : uses.places)
        if (found == nullptr || s_is_earlier(use, *found))
            found = &use;
    return found;
}

/* What is handed on untyped is the caller's, unless it is one object of just the size asked for (an
 * object behind a void *). */
static bool s_belongs_to_caller(const ms_block_uses &uses, const s_candidate &best,
                                gimple *origin) {
    if (!uses.handing_on.untyped)
        return false;
    if (!uses.handing_on.moves.empty() || best.use_class > S_EXACT || best.use->pointee->scalar)
        return true;
    return !ms_size_is(origin, best.use->pointee->size);
}

/* The statement that takes ORIGIN's result straight into the annotated place, if there is one. */
static gimple *s_direct_store(gimple *origin) {
    tree result = gimple_get_lhs(origin);
    if (ms_place_of(result).annotation.present)
        return origin;
    use_operand_p use;
    gimple *statement;
    if (SSA_NAME_VAR(result) != NULL_TREE && !DECL_ARTIFICIAL(SSA_NAME_VAR(result)))
        return nullptr;
    if (!single_imm_use(result, &use, &statement) || !gimple_assign_single_p(statement) ||
        gimple_bb(statement) != gimple_bb(origin) || gimple_assign_rhs1(statement) != result)
        return nullptr;
    return ms_place_of(gimple_assign_lhs(statement)).annotation.present ? statement : nullptr;
}

/* USE tells the type, and the variable where it or another use has one. */
static void s_take(const ms_block_uses &uses, const ms_use &use, ms_typing *typing) {
    typing->pointee = use.pointee;
    typing->evidence = use.evidence;
    typing->offset = use.offset;
    if (use.pointee->annotation.present) {
        typing->is_annotated = true;
        typing->evidence = MEMSCOPE_EVIDENCE_DECLARED;
    }
    if (!typing->place.name.empty())
        return;
    const ms_use *place = s_first_place(uses);
    typing->place = use.place.name.empty() && place != nullptr ? place->place : use.place;
    if (use.pointee->annotation.has_label && !typing->place.annotation.has_label) {
        typing->place.annotation.has_label = true;
        typing->place.annotation.label = use.pointee->annotation.label;
    }
}

/* Handed on as bytes that lie behind something else: bytes, until a caller says more. */
static void s_take_result(const ms_block_uses &uses, ms_typing *typing) {
    for (const ms_use &use : uses.typed) {
        if (use.evidence != MEMSCOPE_EVIDENCE_RETURN)
            continue;
        typing->pointee = use.pointee;
        typing->evidence = use.evidence;
    }
}

static void s_conclude(const ms_block_uses &uses, gimple *origin, ms_typing *typing) {
    const ms_use *declared = s_annotated_place(uses);
    s_candidate best = s_best(uses.typed, origin);
    if (declared != nullptr) {
        typing->place = declared->place;
        typing->is_annotated = true;
        typing->direct_store = s_direct_store(origin);
        if (declared->pointee != nullptr && !declared->pointee->spelling.empty()) {
            typing->pointee = declared->pointee;
            typing->evidence = MEMSCOPE_EVIDENCE_DECLARED;
            return;
        }
    }
    if (best.use == nullptr)
        return;
    if (declared != nullptr || !s_belongs_to_caller(uses, best, origin))
        s_take(uses, *best.use, typing);
    else if (uses.handing_on.typed)
        s_take_result(uses, typing);
}

/* ---- what is written ---- */

/* The type that sizeof names in the arguments of ORIGIN and that the size is really made of; null:
 * none. *IS_WHOLE: of nothing else. */
static const ms_pointee *s_written(gimple *origin, bool *is_whole) {
    for (const ms_pointee *pointee : ms_written_at(origin)) {
        if (pointee->size <= 1 || !ms_size_elements(origin, pointee).is_known)
            continue;
        *is_whole = ms_size_elements(origin, pointee).size == pointee->size;
        return pointee;
    }
    return nullptr;
}

/* Whether a block that is used as USED is rather what sizeof names: the program cannot use more of
 * it than it has asked for. A pointer to bytes or to void says less than any struct; a number is
 * what it is used as. */
static bool s_is_rather(const ms_pointee *written, const ms_pointee *used) {
    if (written->scalar)
        return used->spelling == "void *" && written->spelling != used->spelling;
    return used->weak || !used->scalar;
}

static void s_consider_written(const ms_block_uses &uses, gimple *origin, ms_typing *typing) {
    bool is_whole = false;
    const ms_pointee *written = s_written(origin, &is_whole);
    if (written == nullptr || typing->evidence == MEMSCOPE_EVIDENCE_DECLARED)
        return;
    if (typing->pointee == nullptr) {
        if (uses.handing_on.untyped && !ms_size_is(origin, written->size))
            return; /* a wrapper's header */
        typing->pointee = written;
        const ms_use *place = s_first_place(uses);
        if (typing->place.name.empty() && place != nullptr)
            typing->place = place->place;
    } else if (typing->pointee->identity != written->identity) {
        if (!is_whole || !s_is_rather(written, typing->pointee))
            return;
        typing->pointee = written;
        typing->offset = 0;
    }
    typing->evidence = MEMSCOPE_EVIDENCE_SIZEOF;
}

/* Whether ORIGIN asks for less than an object of SIZE bytes. */
static bool s_is_too_small(gimple *origin, uint64_t size) {
    const gcall *call = dyn_cast<gcall *>(origin);
    tree asked =
        call != nullptr && gimple_call_num_args(call) == 1 ? gimple_call_arg(call, 0) : NULL_TREE;
    return asked != NULL_TREE && tree_fits_uhwi_p(asked) && tree_to_uhwi(asked) < size;
}

/* A cast in front of the call, where the pointer is then kept as void * or bytes. */
static void s_consider_cast(const ms_block_uses &uses, gimple *origin, ms_typing *typing) {
    const ms_pointee *cast = ms_written_cast(origin);
    if (cast == nullptr || cast->spelling.empty() || typing->evidence == MEMSCOPE_EVIDENCE_SIZEOF ||
        typing->evidence == MEMSCOPE_EVIDENCE_DECLARED || s_is_too_small(origin, cast->size))
        return;
    if (typing->pointee == nullptr) {
        if (uses.handing_on.untyped && !ms_size_is(origin, cast->size))
            return; /* a wrapper's header */
        const ms_use *place = s_first_place(uses);
        if (typing->place.name.empty() && place != nullptr)
            typing->place = place->place;
    } else if (!typing->pointee->weak || cast->weak) {
        return;
    }
    typing->pointee = cast;
    typing->offset = 0;
    typing->evidence = MEMSCOPE_EVIDENCE_CAST;
}

ms_typing ms_typing_find(function *fun, gimple *statement) {
    ms_typing typing;
    ms_block_uses uses = ms_block_uses_find(fun, statement);
    s_conclude(uses, statement, &typing);
    s_consider_written(uses, statement, &typing);
    s_consider_cast(uses, statement, &typing);
    typing.is_handed_on = uses.handing_on.typed && typing.evidence != MEMSCOPE_EVIDENCE_DECLARED;
    typing.moves = uses.handing_on.moves;
    if (typing.pointee != nullptr)
        typing.elements = ms_size_elements(statement, typing.pointee, typing.offset);
    return typing;
}

ms_typing ms_typing_refine(function *fun, gimple *statement) {
    ms_typing typing;
    gcall *call = as_a<gcall *>(statement);
    const ms_pointee *given = ms_types_of_result(gimple_call_fntype(call));
    ms_block_uses uses = ms_block_uses_find(fun, statement), larger;
    larger.places = uses.places;
    for (const ms_use &use : uses.typed)
        if (use.at_start && given != nullptr && (given->weak || !use.pointee->scalar) &&
            use.pointee->size > given->size &&
            (use.evidence == MEMSCOPE_EVIDENCE_LHS || use.evidence == MEMSCOPE_EVIDENCE_RETURN))
            larger.typed.push_back(use);
    s_conclude(larger, statement, &typing);
    typing.is_handed_on = uses.handing_on.typed && typing.evidence != MEMSCOPE_EVIDENCE_DECLARED;
    if (typing.pointee != nullptr)
        typing.elements = ms_size_elements(statement, typing.pointee, typing.offset);
    return typing;
}
