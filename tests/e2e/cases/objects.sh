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

case_allocas() {
    for level in -O0 -O1 -O2 '-O3 -fPIE -pie' -Os '-O2 -flto'; do
        # shellcheck disable=SC2086
        build_annotated allocas -pthread $level
        measure ./allocas
        object in_loop char 20 1100 0 550 0
        object level 'struct request' 4 640 0 640 0
        object jumped char 20 140 0 7 20
        object around char 1 100 0 100 0
        object worker char 1 1000 0 1000 0
        object last 'struct request' 1 64 0 64 0
        check '[.sites[] | select(.var_name == "either" and .total_allocations > 0) |
            [.kind, .total_allocations, .total_bytes]] | sort' \
            '[["object",1,100],["variable",1,1000]]'
        check '[.threads[] | .stack_peak_bytes] | sort' '[640,1000]'
    done
    measure ./allocas and exit
    object last 'struct request' 1 192 1 192 0
    check '[.leaks[], .types[] | select(.type_name == "struct request")]' '[]'
}

# static_units FLAGS...: ./static_objects of two units.
static_units() {
    "$memscope" cc -g -DOTHER_UNIT "$@" -c "$programs/static_objects.c" -o other.o ||
        fail "memscope cc could not compile the other unit"
    build static_objects other.o "$@"
}

# static_rows ROWS: all static variables, sorted.
static_rows() {
    check '[.variables[] | select(.kind == "static") | [.var_name, .type_name, .live_bytes, .peak_bytes]] | sort' "$1"
}

case_static_objects() {
    expected='[["in_function","char[7]",14,14],["per_thread","char[100]",100,100],'
    expected="$expected"'["table","struct entry[10]",320,320],["tentative","int[3]",12,12],["weak_one","long",8,8]]'
    export MEMSCOPE_CC_TRACK=annotated
    for level in -O0 -O2 '-O2 -flto' '-O3 -fno-toplevel-reorder' '-O2 -fPIC -pie' \
        '-O2 -fdata-sections -Wl,--gc-sections'; do
        # shellcheck disable=SC2086
        static_units $level
        measure ./static_objects
        check '.summary.static_bytes' 454
        static_rows "$expected"
        check '[.sites[] | select(.kind == "static" and .function != null) | .function] | unique' '["use"]'
        # No allocation of the program, and none is invented.
        check '[.summary.stack_peak_bytes, (.types | map(select(.type_name != null)))]' '[null,[]]'
    done
}

case_static_objects_all() {
    static_units -O2
    measure ./static_objects
    check '.summary.static_bytes' 1454
    check '[.sites[] | select(.var_name == "not_annotated") | [.kind, .type_name, .live_bytes]]' \
        '[["static","char[1000]",1000]]'
    "$memscope" summary j.mscope >summary || fail "summary ended with $?"
    grep -q '^  static  *1.42 KiB in 8 variables$' summary || fail "$(cat summary)"
}

# The machine code is that of the same unit without annotations.
case_static_objects_cost_nothing() {
    "$memscope" cc -O2 -DOTHER_UNIT -c "$programs/static_objects.c" -o with.o
    gcc -O2 -DOTHER_UNIT -I"$MEMSCOPE_SOURCE/include" -fno-omit-frame-pointer -c \
        "$programs/static_objects.c" -o without.o
    for unit in with without; do
        objdump -dr --no-show-raw-insn -j .text "$unit.o" | sed -n '/>:$/,$p' >"$unit"
    done
    [ "$(wc -l <with)" -gt 3 ] || fail "no code: $(cat with)"
    same "$(cat with)" "$(cat without)" 'the code'
}
