# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Where a leak was last seen: `memscope leaks`.

# leaks_of COMMAND...: what it leaks, as report.json.
leaks_of() {
    record "$@"
    [ "$status" -eq 0 ] || fail "$* ended with $status: $(cat err)"
    [ ! -s err ] || fail "$* wrote to standard error: $(cat err)"
    "$memscope" leaks --json j.mscope >report.json || fail "memscope leaks --json ended with $?"
}

# lost TYPE VARIABLE [MARK [BLOCKS]]: blocks of that struct were last seen there.
lost() {
    check "[.[] | select(.type_name | IN(\"$1\", \"struct $1\")) | [.count, .last_seen.var_name,
        (.last_seen.location // \"\" | sub(\".*/\"; \"\") | sub(\"[.]cc?:\"; \":\"))]]" \
        "[[${4:-1},\"$2\",\"$program:$(line "$program" "${3:-$1}")\"]]"
}

# held TYPE BLOCKS: they leak, and a variable has them to the end, or none ever had.
held() {
    check "[.[] | select(.type_name | IN(\"$1\", \"struct $1\"))] | [(map(.count) | add), (map(.last_seen) | unique[])]" "[$2,null]"
}

# freed TYPE: no leak.
freed() {
    check "[.[] | select(.type_name | IN(\"$1\", \"struct $1\"))]" '[]'
}

overwritten() {
    lost by_local local
    lost by_null null
    lost by_global g_global
    lost by_static s_static
    lost by_thread t_thread
    lost by_loop loop by_loop 2
    lost by_branch branch
    lost by_parameter given
    lost by_out_parameter filled
    lost by_member 'struct owner.member'
    check '[.[] | select(.last_seen.var_name == "struct item.next") |
        [.count, (.last_seen.location | sub(".*/"; ""))]]' "[[1,\"lost.c:$(line lost item)\"]]"
}

not_lost() {
    held again 1
    held held 1
    held borrowed 1
    held moved 1
    held resized 1
    freed freed
}

case_lost_overwritten() {
    program=lost
    build_annotated lost
    leaks_of ./lost
    overwritten
}

case_lost_not() {
    program=lost
    build_annotated lost
    leaks_of ./lost
    not_lost
}

case_lost_at_every_level() {
    program=lost
    for flags in -O0 -O2 -O3 '-O2 -flto' '-Os -fPIC -pie'; do
        # shellcheck disable=SC2086 # a list of flags
        build lost $flags
        leaks_of ./lost
        overwritten
        not_lost
    done
}

case_lost_in_the_table() {
    build_annotated lost
    record ./lost
    "$memscope" leaks --filter 'struct by_global' j.mscope >table || fail "memscope leaks ended with $?"
    grep -q 'LAST SEEN' table || fail "no column: $(cat table)"
    grep -q "g_global at .*lost.c:$(line lost by_global)\$" table || fail "not in: $(cat table)"
    "$memscope" leaks --filter 'struct held' j.mscope >table
    ! grep -q 'LAST SEEN' table || fail "an empty column: $(cat table)"
}

left() {
    lost by_end p
    lost by_return p
    lost by_inner_return inner
    lost by_goto jumped
    lost by_break broken
    lost by_continue continued by_continue 2
    lost by_turn turn by_turn 3
    lost by_case chosen
    lost by_loop loop
    lost by_block block
    lost by_parameter given
    lost by_parameter_end given
    lost by_recursion deep
    lost by_branches deep
    lost by_address filled
    lost by_inner in_inner
    lost by_outer in_outer
    held returned 1
    held chosen 1
    held stored 1
    held borrowed 1
    held item 3
    freed freed
}

case_lost_out_of_scope() {
    program=left
    for flags in -O0 -O1 -O2 -O3 -Os '-O2 -flto' '-O1 -fexceptions'; do
        # shellcheck disable=SC2086 # a list of flags
        build_annotated left $flags
        case $flags in
        -O[23s]*) leaks_of ./left 1000000 ;; # would be out of stack if GCC made no loops
        *) leaks_of ./left ;;
        esac
        left
    done
}

case_lost_by_exceptions() {
    program=thrown
    for flags in -O0 -O1 -O2 -O3 -Os; do
        build_annotated thrown "$flags"
        leaks_of ./thrown
        lost by_throw p
        lost by_inner_throw inner
        lost by_call p
        lost by_calls p
        lost by_parameter given
        lost by_destructor q
        lost by_range each by_range 3
        lost by_lambda p
        lost by_method p
        lost by_condition p
        held caught 1
    done
}

copied() {
    lost by_copy 'struct owner.copy'
    lost by_nested 'struct owner.inside.nested' by_copy
    lost by_zero 'struct owner.zero'
    lost by_result 'struct owner.result'
    lost by_next_line next
    lost by_exchange cleared
    held copied 1
    held held_by_copy 1
    held kept_by_comma 1
    held kept_in_memory 1
    held kept_by_exchange 1
    held kept_by_atomic 1
}

case_lost_by_copies() {
    program=copied
    for flags in -O0 -O1 -O2 -O3 -Os '-O2 -flto'; do
        # shellcheck disable=SC2086 # a list of flags
        build_annotated copied $flags
        leaks_of ./copied
        copied
    done
}
