# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Numbers that are known beforehand, and must be found exactly.

case_exact_counts() {
    build counts
    measure ./counts 12345 100 return=0
    check '.sampling.exact' true
    check '.summary | [.total_allocations, .total_deallocations, .active_allocations]' '[12345,12245,100]'
    check '.summary | [.total_bytes, .peak_memory_bytes, .current_memory_bytes]' '[592560,592560,4800]'
    check '.summary | [.typed_bytes_percent, .dropped_events]' '[100,0]'
    check '[.sites[] | select(.kind != "static") |
        [.type_name, .total_allocations, .total_bytes, .live_allocations, .live_bytes, .peak_bytes]]' \
        '[["struct node",12345,592560,100,4800,592560]]'
    check '.hotspots[0] | [.type_name, .total_size, .allocation_count, .live_size, .live_count, .function]' \
        '["struct node",592560,12345,4800,100,"push"]'
    check '.hotspots[0].location | sub(".*/"; "")' "counts.c:$(line counts node)"
    check '[.sizes[] | select(.count > 0)]' '[{"from":32,"to":64,"count":12345}]'
    check '[.lifetimes[].count] | add' 12245
    check '[.timeline.heap_live_bytes[-1], .timeline.allocations[-1], .timeline.frees[-1]]' '[4800,12345,12245]'
}

case_no_allocations() {
    build counts
    measure ./counts 0 0 return=0
    check '.summary | [.total_allocations, .total_deallocations, .total_bytes, .peak_memory_bytes]' '[0,0,0,0]'
    check '.summary.typed_bytes_percent' null
    check '[.leaks, .hotspots, .types]' '[[],[],[]]'
}

# family NAMES ALLOCATIONS FREES BYTES
family() {
    # shellcheck disable=SC2086 # a list of names
    measure ./family $1
    check '.summary | [.total_allocations, .total_deallocations, .total_bytes, .active_allocations]' \
        "[$2,$3,$4,0]"
}

case_malloc_family() {
    build family
    family malloc 1 1 11
    family calloc 1 1 21
    family realloc 3 3 2510
    family reallocarray 2 2 594
    family posix_memalign 1 1 300
    family aligned_alloc 1 1 1024
    family memalign 1 1 33
    family valloc 1 1 77
    family pvalloc 1 1 78
    family strdup 1 1 5
    family strndup 1 1 6
    family usable 1 1 40
    family zero 1 1 0
    family free_null 1 1 1
    family realloc_to_zero 1 1 64
    family too_big 1 1 24
    family 'malloc calloc malloc strdup' 4 4 48
}

case_threads() {
    build threads -pthread
    measure ./threads
    check '[.sites[] | select(.type_name == "struct message") | [.total_allocations, .total_bytes, .live_allocations, .live_bytes]]' \
        '[[80000,3840000,40000,1920000]]'
    check '[.threads[] | select(.total_allocations >= 20000) | [.total_allocations, .freed_elsewhere, .live_bytes]]' \
        '[[20000,10000,480000],[20000,10000,480000],[20000,10000,480000],[20000,10000,480000]]'
    check '[.leaks[] | select(.type_name == "struct message") | .count] | unique' '[40000]'
    # A row for each thread, and they say what threads[] says.
    check '[.live[] | select(.type_name == "struct message") | [.count, .bytes]]' \
        '[[10000,480000],[10000,480000],[10000,480000],[10000,480000]]'
    check '[.live | group_by(.tid)[] | [.[0].tid, (map(.bytes) | add)]] ==
        [.threads | sort_by(.tid)[] | select(.live_bytes > 0) | [.tid, .live_bytes]]' true
    check '.summary.dropped_events' 0
    # Who made them has freed none; the peak is kept by percents.
    check '.types[] | select(.type_name == "struct message") | .peak_bytes >= 3700000 and .peak_bytes <= 3840000' true
    check '[.types[] | select(.bytes_at_peak > .peak_bytes)]' '[]'
}

case_freed_by_another_thread() {
    build ping_pong -pthread
    measure ./ping_pong
    check '[.sites[] | select(.type_name == "struct ball") | [.total_allocations, .total_bytes, .live_allocations, .live_bytes]]' \
        '[[100000,2400000,0,0]]'
    check '[.threads[].freed_elsewhere] | max' 100000
    check '[.leaks[] | select(.type_name == "struct ball")]' '[]'
}

case_temporary() {
    build lives
    measure ./lives
    check "[.sites[] | select(.line == $(line lives temporary)) | [.total_allocations, .temporary_allocations, .live_allocations]]" \
        '[[500,500,0]]'
}

case_leak() {
    build lives
    measure ./lives
    check '[.leaks[] | [.var_name, .type_name, .function]] | unique' \
        '[["forgotten","struct session","leak_sessions"]]'
    # each went out of scope
    check '[([.leaks[].bytes] | add), (.leaks[] | [.count, .last_seen.var_name])]' \
        '[224,[7,"forgotten"]]'
    check '.leaks[0].location | sub(".*/"; "")' "lives.c:$(line lives leak)"
    check '. as $r | [$r.stacks[] | select(.id == $r.leaks[0].stack_id) | .frames[].function] | .[0:2]' \
        '["leak_sessions","main"]'
}

case_stacks() {
    build inlined -O2
    measure ./inlined
    check '. as $r | [$r.stacks[] | select(.id == $r.leaks[0].stack_id) | .frames[] | [.function, .inlined]] | .[0:4]' \
        '[["inner",false],["middle",true],["outer",false],["main",false]]'
    check '. as $r | [$r.stacks[] | select(.id == $r.leaks[0].stack_id) | .frames[].line] | .[0:4]' \
        "[$(line inlined inner),$(line inlined middle),$(line inlined outer),$(line inlined main)]"
    check '. as $r | [$r.stacks[] | select(.id == $r.leaks[0].stack_id) | .frames[0:4][].file | sub(".*/"; "")] | unique' \
        '["inlined.c"]'
    check '.leaks[0].count' 9
}

# Each block that was ever made counts at its stack, whoever frees it and when.
case_stack_totals() {
    build churn -pthread
    measure ./churn
    by_stack '=='
    check_true '([.stacks[].bytes_at_peak] | add) / ([.sites[] | select(.kind != "object") | .bytes_at_peak] | add) | . > 0.9 and . < 1.1'
    check_true '[.stacks[] | select(.live_count == 0 and .total_allocations > 0)] | length > 10'
    check '[.stacks[].total_error_percent] | unique' '[0]'
    check "[.sites[] | select(.line == $(line churn brief)) | .id] as [\$brief] | [.stacks[] | select(.site_id == \$brief)]
        | [(map(.temporary_allocations) | add) == (map(.total_allocations) | add), length > 12]" '[true,true]'
    "$memscope" export --format folded --value total j.mscope -o total || fail "folded totals"
    same "$(awk '{ sum += $NF } END { print sum }' total)" "$(jq .summary.total_bytes report.json)" "bytes in folded totals"
    grep -q ';main;\|;run;' total || fail "no callers in $(head -3 total)"
    options=unwind=tables
    measure ./churn
    by_stack '=='
    options=stack_totals=0
    measure ./churn
    check '[.stacks[] | .total_allocations, .total_bytes, .temporary_allocations, .bytes_at_peak] | unique' '[null]'
    options=
    MEMSCOPE_OPTIONS="out=$PWD/%p.mscope" ./churn fork || fail "churn fork ended with $?"
    for journal in [0-9]*.mscope; do
        to_json "$journal"
        by_stack '==' ', .bytes_at_peak'
    done
}

# Killed at any instant: no stack has what its place has not.
case_stack_totals_of_killed() {
    build churn -pthread
    killed=0
    for pause in 0.02 0.03 0.04 0.05 0.06 0.08; do
        rm -f j.mscope
        MEMSCOPE_OPTIONS="out=$PWD/j.mscope" sh -c "timeout -s KILL $pause ./churn; :" 2>err
        "$memscope" export --format json j.mscope -o report.json 2>err || continue
        [ "$(jq '.summary.total_allocations' report.json)" -gt 1000 ] || continue
        killed=$((killed + 1))
        by_stack '<='
        check_true "([.sites[] | .total_allocations] | add) - ([.stacks[] | .total_allocations] | add) <= 8"
    done
    [ "$killed" -gt 1 ] || fail "only $killed of 6 were killed while they were at it"
}
