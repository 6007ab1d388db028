# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Memory that is not on the heap: annotated objects on the stack, static ones.

# object NAME TYPE ENTERED BYTES LIVE PEAK JUMPED: an object of stack_objects.c as the report must have it.
object() {
    check "[.sites[] | select(.var_name == \"$1\") | [.kind, .type_name, .total_allocations, .total_bytes,
        .live_allocations, .peak_bytes, .left_by_jump]]" "[[\"object\",\"$2\",$3,$4,$5,$6,$7]]"
}

all_objects() {
    object level 'char[100]' 15 1500 0 1000 0
    object through 'char[]' 20 140 0 7 20
    object jumped 'struct request' 20 1280 0 64 20
    object around 'char[10]' 20 200 0 10 0
    object coroutine 'char[50]' 5 250 1 50 0
    object turn 'char[30]' 5 150 0 30 0
    object vla 'int[]' 4 40 0 16 0
    # pthread_exit leaves one without a word.
    object worker 'char[1000]' 3 3000 0 "$1" 1
}

case_stack_objects() {
    for level in -O0 -O1 -O2 -O3 -Os '-O2 -fno-omit-frame-pointer'; do
        # shellcheck disable=SC2086
        build_annotated stack_objects -pthread $level
        measure ./stack_objects
        # Each thread has a peak of its own, unless it has the counters of one that has ended.
        check_true '.sites[] | select(.var_name == "worker") | .peak_bytes | . % 1000 == 0 and . >= 1000 and . <= 3000'
        all_objects "$(jq '.sites[] | select(.var_name == "worker") | .peak_bytes' report.json)"
        object last 'struct request' 1 64 0 64 0
        check_true '.summary.total_allocations == ([.threads[].total_allocations] | add)'
        check_true '.summary.total_bytes == ([.threads[].total_bytes] | add)'
        check_true '.summary.stack_peak_bytes >= 1000 and .summary.stack_peak_bytes <= 4000'
        check '[.threads[] | .stack_peak_bytes | select(. != null)]' '[1000,1000,1000,1000]'
    done
}

case_stack_objects_at_exit() {
    build_annotated stack_objects -pthread
    measure ./stack_objects and exit
    object last 'struct request' 1 64 1 64 0
    check '[.variables[] | select(.var_name == "last") | .kind, .live_bytes]' '["object",64]'
    # Not a leak, and not in what is said of the heap.
    check '[.leaks[], .types[], .hotspots[] | select(.type_name == "struct request")]' '[]'
}

case_stack_objects_address_sanitizer() {
    build_annotated stack_objects -pthread -fsanitize=address
    record ./stack_objects # says something about coroutines
    same "$status" 0 'exit status'
    to_json
    object around 'char[10]' 20 200 0 10 0
    object level 'char[100]' 15 1500 0 1000 0
    object vla 'int[]' 4 40 0 16 0
}
