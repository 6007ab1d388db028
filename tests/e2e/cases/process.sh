# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Children, libraries, signals, and that the program does not notice.

case_fork() {
    build forks
    status=0
    MEMSCOPE_OPTIONS="out=$PWD/%e.%p.mscope" ./forks >out 2>err || status=$?
    same "$status" 0 status
    [ ! -s err ] || fail "$(cat err)"
    parent= child=
    for journal in forks.*.mscope; do
        to_json "$journal"
        if [ "$(jq .process.exit_code report.json)" = 7 ]; then
            child=$journal
        else
            parent=$journal
        fi
    done
    [ -n "$parent" ] && [ -n "$child" ] || fail "no two journals: $(echo ./*.mscope)"
    to_json "$parent"
    parent_pid=$(jq .process.pid report.json)
    check '[.types[] | [.type_name, .total_count, .live_count]]' '[["struct parent_block",3,3]]'
    to_json "$child"
    check '.process.ppid' "$parent_pid"
    grep -qF "$PWD/${parent#./}" "$child" || fail "the child's journal does not name its parent's"
    # What the child inherited is live there and was not made there; one of three it freed.
    check '[.types[] | select(.type_name == "struct child_block") | [.total_count, .live_count]]' '[[5,5]]'
    check '[.types[] | select(.type_name == "struct parent_block") | .live_count]' '[2]'
}

case_fork_not_followed() {
    build forks
    options=follow_fork=0
    record ./forks
    same "$status" 0 status
    [ ! -s err ] || fail "$(cat err)"
    same "$(echo ./*.mscope)" ./j.mscope "journals"
    to_json
    check '.process.exit_code' 0
    check '[.types[] | [.type_name, .total_count]]' '[["struct parent_block",3]]'
}

case_dlopen() {
    build loader -ldl
    build loaded -shared -fPIC
    measure ./loader ./loaded
    check '[.sites[] | select(.type_name == "struct loaded_thing") | [.function, .line, .var_name]] | unique' \
        "[[\"make_thing\",$(line loaded loaded),\"thing\"]]"
    check '.types[] | select(.type_name == "struct loaded_thing") | [.total_count, .total_bytes, .live_count]' \
        '[8,384,0]'
    check '[.modules[].path | select(endswith("/loaded"))] | length >= 1' true
}

case_signal_handler() {
    build handler
    measure ./handler
    # What the handler made while memscope was at work is counted as dropped, never lost silently.
    check '(.summary.total_allocations + .summary.dropped_events) >= 1002' true
    check '[.types[] | select(.type_name == "struct work_block") | [.total_count, .live_count]]' '[[2,0]]'
    check '[.types[] | select(.type_name == "struct alarm_block") | .live_count]' '[0]'
    check '[.types[] | select(.type_name == "struct alarm_block") | .total_count][0] + .summary.dropped_events >= 1000' true
}

case_errno() {
    build keeps_errno -pthread
    measure ./keeps_errno
}

case_output_untouched() {
    build says
    gcc -o plain "$programs/says.c"
    plain=0
    ./plain 5 >plain.out 2>plain.err || plain=$?
    record ./says 5
    same "$status" "$plain" status
    cmp out plain.out || fail "standard output differs"
    cmp err plain.err || fail "standard error differs"
}

# uninstrumented COMPILER [FLAGS...]: counts.c by that compiler alone.
uninstrumented() {
    "$@" -g -o counts "$programs/counts.c"
    found=0
    "$memscope" run -o j.mscope -- ./counts 5000 40 return=3 >out 2>err || found=$?
    same "$found" 3 status
    to_json
    check '.summary | [.total_allocations, .total_deallocations, .total_bytes]' '[5000,4960,240000]'
    check '.summary.typed_bytes_percent' 0
    # no plugin: the place comes from the debug information of the return address
    check '[.sites[] | [.kind, .type_name, .total_allocations]]' '[["caller",null,5000]]'
    check '.hotspots[0] | [.function, (.location | sub(".*/"; ""))]' \
        "[\"push\",\"counts.c:$(line counts node)\"]"
}

case_uninstrumented_program() {
    uninstrumented gcc -O1 -fno-omit-frame-pointer
}

# What clang inlines, and how it says so, is its own choice: all functions of the source are there, with their lines.
case_program_of_clang() {
    command -v clang >/dev/null || skip 'there is no clang'
    uninstrumented clang -O1 -Wno-unknown-attributes
    for flags in -O0 -O2 '-O2 -gdwarf-4' '-O2 -fomit-frame-pointer' '-O2 -gsplit-dwarf'; do
        # shellcheck disable=SC2086 # a list of flags
        clang -g $flags -Wno-unknown-attributes -o inlined "$programs/inlined.c"
        "$memscope" run -o j.mscope ./inlined >out 2>err || fail "inlined by clang $flags ended with $?: $(cat err)"
        to_json
        check '. as $r | [$r.leaks[].stack_id as $id | $r.stacks[] | select(.id == $id) | .frames[0:4] |
            map([.function, .line, (.file | sub(".*/"; ""))])] | unique' \
            "[[[\"inner\",$(line inlined inner),\"inlined.c\"],[\"middle\",$(line inlined middle),\"inlined.c\"],\
[\"outer\",$(line inlined outer),\"inlined.c\"],[\"main\",$(line inlined main),\"inlined.c\"]]]"
        check '[.leaks[].count] | add' 9 # clang may unroll the loop around the call
    done
}

# callback_frames: the program's own functions in the stack of the block that callback.c keeps, and
# whether libc's frames lie between them.
callback_frames() {
    check '. as $r | [$r.stacks[] | select(.id == $r.leaks[0].stack_id) | .frames[] |
        select(.module | endswith("callback")) | .function] - ["_start"]' "$1"
    check '. as $r | [$r.stacks[] | select(.id == $r.leaks[0].stack_id) | any(.frames[1:-1][];
        .module | contains("libc"))]' "[$2]"
}

case_stacks_without_frame_pointers() {
    [ "$(uname -m)" = x86_64 ] || skip "frame pointers are the only way here"
    gcc -O2 -fomit-frame-pointer -g -o callback "$programs/callback.c"
    "$memscope" run -q -o j.mscope -- ./callback
    to_json
    callback_frames '["compare","sort","main"]' true
    MEMSCOPE_OPTIONS=unwind=frame_pointers "$memscope" run -q -o j.mscope -- ./callback
    to_json
    callback_frames '["compare"]' false
}

case_stacks_by_tables() {
    [ "$(uname -m)" = x86_64 ] || skip "frame pointers are the only way here"
    build callback -O2
    options=unwind=tables
    measure ./callback
    callback_frames '["compare","sort","main"]' true
}

case_system_program() {
    "$memscope" run -o j.mscope -- ls -la / >out 2>err || fail "ls ended with $?"
    to_json
    check_true '.summary.total_allocations > 10 and .process.exit_code == 0'
    check '.process.command[0:2]' '["ls","-la"]'
}

case_statically_linked() {
    build counts -static
    if file=$(ldd ./counts 2>&1) && ! echo "$file" | grep -q 'not a dynamic'; then
        fail "the program is not static: $file"
    fi
    measure ./counts 12345 100 return=0
    # The libgcc of some compilers allocates too in a static program, for its unwinder.
    check '[.sites[] | select(.type_name != null and .kind != "static") | [.type_name, .total_allocations, .total_bytes, .live_allocations]]' \
        '[["struct node",12345,592560,100]]'
    check '.process | [.exit, .exit_code]' '["exited",0]'
    # Its call stacks are as long as any.
    for link in -static -static-pie; do
        build truth $link -pthread
        record ./truth
        to_json
        check_true '[.stacks[].frames | map(.function) | select(index("make") == 0) | index("main")] | length > 0 and all'
    done
}

case_address_sanitizer() {
    # A program of its own allocator or interposer still works; what memscope sees of it may be little.
    for sanitizer in address thread; do
        build counts -fsanitize=$sanitizer
        record ./counts 10 0 return=4
        same "$status" 4 "status with -fsanitize=$sanitizer"
        grep -q ready out || fail "no output"
        to_json
        check '.summary.total_allocations' 0
        check "[.notes[] | select(contains(\"malloc of\") and contains(\"san.so\"))] | length" 1
    done
    build counts -no-pie
    measure ./counts 10 0 return=0
    check '.notes' '[]'
    # Not compiled by memscope cc, it is measured, and the sanitizer finds what it always finds.
    gcc -O1 -g -fsanitize=address -o plain "$programs/counts.c"
    found=0
    "$memscope" run -q -o j.mscope -- ./plain 500 0 return=4 >out 2>err || found=$?
    same "$found" 4 "status under memscope run: $(cat err)"
    to_json
    check '[.sites[] | select(.total_allocations == 500) | [.total_bytes, .live_allocations]]' '[[24000,0]]'
    echo '#include <stdlib.h>
int main(int argc, char **argv) { char *p = malloc(10); (void)argv; free(p); return p[argc]; }' >late.c
    gcc -g -fsanitize=address -Wno-use-after-free -o late late.c
    found=0
    ASAN_OPTIONS=exitcode=33 "$memscope" run -q -o j.mscope -- ./late >out 2>err || found=$?
    same "$found" 33 "status of a use after free"
    grep -q heap-use-after-free err || fail "the sanitizer did not find it: $(cat err)"
}

# The kernel refuses a user namespace to a process of several threads; the monitor must not count.
case_user_namespace() {
    [ "$(unshare -Ur id -u 2>&1)" = 0 ] || skip "user namespaces cannot be made here"
    "$memscope" run -q -o "$PWD/j.mscope" -- unshare -Ur id -u >out 2>err || fail "$(cat err)"
    same "$(cat out)" 0 "the user in the namespace"
}

# Nobody tells memscope of such a child; it must not write into its parent's journal.
case_raw_clone() {
    build raw_clone
    measure ./raw_clone
    check '[.types[] | [.type_name, .total_count, .live_count]]' '[["struct parent_block",3,2]]'
    check '[.process.exit_code, .summary.total_deallocations, .summary.peak_memory_bytes]' '[0,1,300]'
    same "$(echo ./*.mscope)" ./j.mscope journals
}

# Two forks right behind each other: each child has its own journal.
case_forks_at_once() {
    MEMSCOPE_OPTIONS="out=$PWD/%e.%p.mscope" LD_PRELOAD=$runtime bash -c \
        'for i in 1 2 3 4 5 6 7 8 9 10; do (sleep 0.2; :) & done; wait' 2>err || fail "$(cat err)"
    [ ! -s err ] || fail "$(cat err)"
    same "$(find . -name 'bash.*.mscope' | wc -l)" 11 "journals of bash"
    same "$(find . -name '*.fork*')" "" "copies left behind"
}
