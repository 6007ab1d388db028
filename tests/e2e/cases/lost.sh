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
    check "[.[] | select(.type_name == \"struct $1\") | [.count, .last_seen.var_name,
        (.last_seen.location // \"\" | sub(\".*/\"; \"\"))]]" \
        "[[${4:-1},\"$2\",\"$program.c:$(line "$program" "${3:-$1}")\"]]"
}

# held TYPE BLOCKS: they leak, and a variable has them to the end, or none ever had.
held() {
    check "[.[] | select(.type_name == \"struct $1\") | [.count, .last_seen]]" "[[$2,null]]"
}

# freed TYPE: no leak.
freed() {
    check "[.[] | select(.type_name == \"struct $1\")]" '[]'
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
