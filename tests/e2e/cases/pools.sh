# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Allocators of the program's own, and blocks that are freed wrongly.

# pools KIND: the report of programs/pools.c.
pools() {
    [ -e pools ] || build pools -pthread -fplugin-arg-memscope-dealloc=arena_reset:1
    measure ./pools "$1"
    # Whatever lies in a block is taken off that block.
    check '([.types[].live_bytes] | add) - .summary.pooled_outside_bytes - .summary.current_memory_bytes' 0
    check '([.sites[] | select(.kind != "static").live_bytes] | add) - .summary.pooled_outside_bytes - .summary.current_memory_bytes' 0
    check '([.leaks[].bytes] | add // 0) - .summary.pooled_outside_bytes - .summary.current_memory_bytes' 0
    check .problems '[]'
}

# type NAME LIVE BYTES TOTAL: blocks and bytes that are live, and blocks in all, of a type.
type() {
    check "[.types[] | select(.type_name == \"$1\") | [.live_count, .live_bytes, .total_count]]" "[[$2,$3,$4]]"
}

# heap ALLOCATIONS LIVE: of the heap alone.
heap() {
    check '.summary | [.total_allocations, .current_memory_bytes]' "[$1,$2]"
}

case_wrapper_of_malloc() {
    pools wrapper
    heap 100 1600
    type 'struct node' 40 1600 100
    check '.summary.pooled_allocations' 0
    check '[.sites[] | select(.type_name == "struct node") | [.kind, .var_name, .function, .pooled]]' \
        '[["call","node","run_wrapper",false]]'
}

case_arena() {
    pools arena
    heap 1 65536
    type 'struct node' 100 4000 100
    type char 1 61536 1
    check '.summary | [.pooled_allocations, .pooled_bytes, .pooled_outside_bytes]' '[100,4000,0]'
    check '[.sites[] | select(.pooled) | [.var_name, .type_name, .function]]' \
        '[["node","struct node","arena_fill"]]'
    pools macros
    heap 1 16384
    type 'struct node' 25 1000 25
    type 'struct leaf' 25 400 25
    pools indirect # typed by the caller of the function that calls the allocator
    type 'struct node' 30 1200 30
}

case_arena_grows() {
    pools grow
    heap 2 1048576
    type 'struct node' 0 0 100
}

case_arena_reset() {
    pools reset
    heap 1 65536
    type 'struct node' 50 2000 150
    pools reset_silent
    type 'struct node' 100 4000 180
}

case_slab_freed_first() {
    pools parent
    heap 1 0
    type 'struct node' 0 0 100
}

case_free_list() {
    pools pool
    heap 2 5120
    type 'struct node' 40 1600 110
}

case_pool_of_another_thread() {
    pools threads
    type 'struct node' 0 0 100
    type char 2 5120 2
}

case_nested_pools() {
    pools nested
    heap 1 65536
    type 'struct leaf' 40 640 40
    # four chunks of 1024 less what is in them, and the slab less the chunks
    type char 5 64896 5
    check '.summary | [.pooled_allocations, .pooled_bytes]' '[44,4736]'
}

case_mapped_pool() {
    pools mmap
    heap 0 0
    type 'struct node' 1000 40000 1000
    check '.summary | [.pooled_bytes, .pooled_outside_bytes]' '[40000,40000]'
    pools static
    heap 0 0
    type 'struct node' 100 4000 100
}

# wrong KIND STATUS: the report of programs/wrong_frees.c, which ends with STATUS.
wrong() {
    [ -e wrong_frees ] || build wrong_frees
    record ./wrong_frees "$1"
    same "$status" "$2" "wrong_frees $1 ends with"
    to_json
}

# problem KIND TIMES TYPE MADE FREED_BY MARK: MADE and MARK are the marks of lines, MADE may be null.
problem() {
    made=null
    [ "$4" = null ] || made=$(line wrong_frees "$4")
    check "[.problems[] | select(.kind == \"$1\") | [.count, .type_name,
        (.made_location | if . then (sub(\".*:\"; \"\") | tonumber) else null end), .freed_by,
        (.freed_location | sub(\".*:\"; \"\") | tonumber)]] | .[-1]" \
        "[$2,$3,$made,\"$5\",$(line wrong_frees "$6")]"
}

case_double_free() {
    wrong double 0
    problem double_free 2 '"struct node"' made free again
    check '[.problems[].count] | add' 4
    check '.problems[0] | .stack_id != null' true
    check '.summary | [.total_allocations, .active_allocations]' '[9,0]'
    wrong double_abort 134 # by the C library
    problem double_free 1 '"struct node"' made free abort
    wrong pool_double 0
    problem double_free 1 '"struct node"' pool pool_free 'pool again'
}

case_realloc_of_freed() {
    wrong realloc 0
    problem realloc_of_freed 1 '"struct node"' made realloc realloc
}

case_foreign_free() {
    wrong inside 134
    problem foreign_free 1 '"char"' block free inside
    wrong stack 134
    problem foreign_free 1 null null free stack
    wrong static 134
    problem foreign_free 1 null null free static
}

case_pooled_block_freed_wrongly() {
    wrong pool_wrong 0
    problem wrong_deallocator 1 '"struct node"' 'pool wrong' other_free other_free
    check '.problems[0].deallocator' pool_free
    wrong pool_to_malloc 134
    problem wrong_deallocator 1 '"struct node"' 'pool to malloc' free 'to malloc'
}

case_wrapper_freed_wrongly() {
    wrong wrapper_to_free 0
    problem wrong_deallocator 3 '"struct thing"' thing free 'thing to free'
    check '.problems | length' 1
    check '.problems[0] | [.deallocator, .var_name, .freed_function]' '["thing_free","thing","run_wrapper_to_free"]'
    check '.problems[0] | .stack_id != null' true
    wrong wrapper_to_realloc 0
    problem wrong_deallocator 1 '"struct thing"' 'thing grows' realloc 'thing to realloc'
    wrong wrapper_to_other 0
    problem wrong_deallocator 1 '"struct thing"' 'thing other' thing_close 'thing to other'
    check '.problems | length' 1
    check '.summary.active_allocations' 0
    wrong opaque_to_free 0
    problem wrong_deallocator 1 '"struct opaque"' 'opaque again' free 'opaque to free'
    check '.problems | length' 1
}

case_right_frees() {
    wrong wrapper_right 0
    check .problems '[]'
    wrong slab_right 0
    check .problems '[]'
    wrong right 0
    check .problems '[]'
    check '[.types[] | select(.type_name == "struct node") | [.live_count, .total_count]]' '[[0,3002]]'
}

case_problems_as_text() {
    wrong pool_double 0
    "$memscope" problems j.mscope >text || fail "memscope problems ended with $?"
    grep -q 'double_free .*struct node .*pool_free' text || fail "not in: $(cat text)"
    "$memscope" summary j.mscope >text || fail "memscope summary ended with $?"
    grep -q 'Freed wrongly' text || fail "not in: $(cat text)"
    grep -q 'pools  *2 blocks out of larger ones' text || fail "not in: $(cat text)"
    "$memscope" problems --fail j.mscope >text && fail "problems --fail does not fail"
    wrong right 0
    "$memscope" problems --fail j.mscope >text || fail "problems --fail fails where there are none"
}
