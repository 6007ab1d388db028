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
