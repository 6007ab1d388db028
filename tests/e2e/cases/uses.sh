# SPDX-License-Identifier: MIT
# shellcheck shell=sh

case_uses_of_types() {
    build uses -pthread
    measure ./uses
    # A hundred of them lived for a second of more, as the program says to the millisecond; nothing was allocated before the last was freed.
    check '.types[] | select(.type_name == "struct second") | [.average_bytes, .total_count, .temporary_count]' \
        '[32,100,1]'
    lived=$(sed -n 2p out)
    check ".types[] | select(.type_name == \"struct second\") | .average_lifetime_ns / 1e6 - $lived | . > -150 and . < 150" \
        true
    check ".variables[] | select(.var_name == \"s_seconds[]\" and .kind != \"static\") |
        [.total_allocations, (.average_lifetime_ns / 1e6 - $lived | . > -150 and . < 150)]" '[100,true]'
    # No sample has seen one of those.
    check '.types[] | select(.type_name == "struct moment") | [.average_bytes, .total_count, .temporary_count, .average_lifetime_ns]' \
        '[16,10000,10000,null]'
    check '.summary | [.temporary_allocations >= 10000 and .temporary_allocations < 10010, .freed_elsewhere]' '[true,30]'
    "$memscope" summary j.mscope >out
    grep -q 'elsewhere  *30 blocks' out || fail "$(head -n 1 out)"
    grep -q '^Blocks by size$' out && grep -q '^Blocks by lifetime' out || fail "$(cat out)"
    grep -qE '^ +800 ms +100 +' out || fail "no 100 blocks that lived 800 ms or more: $(cat out)"
}

case_uses_growth() {
    build uses -pthread
    measure ./uses
    place=$(line uses badly)
    check ".sites[] | select(.line == $place) | .moved_bytes > 0.9 * .total_bytes" true
    check ".sites[] | select(.line == $(line uses well)) | .moved_bytes > 0 and .moved_bytes < 0.6 * .total_bytes" true
    check ".hotspots[] | select(.location | endswith(\"uses.c:$place\")) | .moved_bytes > 0.9 * .total_size" true
    check '[.notes[] | select(test("by little at a time"))] | length' 1
    check "[.notes[] | select(test(\"uses.c:$place: realloc has moved .* to make s_badly larger\"))] | length" 1
    check '([.sites[] | select(.kind != "object") | .moved_bytes] | add) == .summary.moved_bytes' true
    check '([.types[].moved_bytes] | add) == .summary.moved_bytes' true
}

case_uses_slack() {
    build uses -pthread
    measure ./uses
    check ".sites[] | select(.line == $(line uses rounded)) | .slack_bytes" "$(head -n 1 out)"
    check '([.types[].slack_bytes] | add) == .summary.slack_bytes' true
    # Of another allocator nothing is said.
    library=$(ldconfig -p | awk 'index($1, "libjemalloc.so") == 1 { print $NF; exit }')
    [ -n "$library" ] || skip "there is no jemalloc"
    build uses -pthread -Wl,--no-as-needed "$library"
    measure ./uses
    check '.summary.slack_bytes, ([.types[].slack_bytes] | unique[])' 'null
null'
}

# A block made elsewhere: what the variable has had in all is not known.
case_uses_taken_over() {
    build_annotated uses -pthread
    measure ./uses
    check '.variables[] | select(.var_name == "s_owner" and .kind != "static") |
        [.live_count, .live_bytes, .peak_bytes, .total_bytes, .total_allocations, .average_bytes]' \
        '[1,50,50,null,null,null]'
    "$memscope" variables --filter s_owner j.mscope | grep -qE '^s_owner .* 50 B .* 50 B +1 +- +- +- ' ||
        fail "$("$memscope" variables j.mscope)"
}

# Types are spelled as the source does: typedefs, tags, and qualifiers but for the outermost, since a block
# is no more const than the next one.
case_types_as_spelled() {
    build spelled
    measure ./spelled
    check '[.types[] | [.type_name, .live_count]] | sort' \
        '[["char *",1],["const char *",1],["enum color",1],["fixed_node_t",1],["nameless_t",1],["node_ptr",1],["node_t",2],["struct node",2],["struct node[4]",1],["uint64_t",1],["union either",1],["unsigned long long",1],["void (*)(int, const char *)",1]]'
    check '.layouts[] | select(.type_name == "struct node") | .names | sort' '["fixed_node_t","node_t","struct node"]'
}
