# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What programs do to themselves, their stacks, their children and their allocator; none of them
# notices memscope.

# counted TYPE TOTAL LIVE: of a type, in report.json.
counted() {
    check "[.types[] | select(.type_name == \"$1\") | [.total_count, .live_count]]" "[[$2,$3]]"
}

case_stacks_of_all_kinds() {
    build stacks -pthread
    measure ./stacks
    counted "struct coroutine_block" 300 0
    counted "struct handler_block" 100 0
    counted "struct small_block" 200 0
    counted "struct deep_block" 20001 0
    counted "struct jump_block" 100 0
    check_true '.types[] | select(.type_name == "struct cancel_block") | .total_count >= 20 and .live_count == 0'
    check '.summary.dropped_events' 0
}

case_split_stack() {
    echo 'int main(void) { return 0; }' >empty.c
    gcc -fsplit-stack -o empty empty.c 2>/dev/null || skip "this GCC has no -fsplit-stack"
    build stacks -pthread -fsplit-stack
    measure ./stacks
    counted "struct deep_block" 20001 0
    counted "struct jump_block" 100 0
}

case_exceptions() {
    build thrower -pthread
    measure ./thrower
    same "$(cat out)" "done" "standard output"
    counted Held 374 0
}

case_spawns_and_daemon() {
    build spawns
    status=0
    MEMSCOPE_OPTIONS="out=$PWD/%e.%p.mscope" "$PWD/spawns" "$PWD/file" >out 2>err || status=$?
    same "$status" 0 status
    [ ! -s err ] || fail "$(cat err)"
    wait_for 20 grep -q "done" file
    ended() {
        for journal in spawns.*.mscope; do
            "$memscope" summary --json "$journal" | jq -e '.process.exit == "exited"' || return 1
        done
    }
    wait_for 10 ended
    for journal in spawns.*.mscope; do
        to_json "$journal"
        jq -c '[.process.exit_code, [.types[] | select(.type_name == "struct spawn_block") | [.total_count, .live_count]][0]]' report.json
    done | sort >found
    # The program, the child that makes the daemon, three spawned ones, and the daemon; those that were
    # forked still have what the program had made.
    printf '%s\n' '[0,[7,7]]' '[0,[7,7]]' '[11,[11,11]]' '[22,[22,22]]' '[33,[33,33]]' '[44,[20051,51]]' | sort >expected
    cmp found expected || fail "journals: $(cat found)"
}

case_libraries_among_threads() {
    build plugins -pthread -ldl
    build loaded -shared -fPIC
    record ./plugins ./loaded 2000
    same "$status" 0 "status: $(cat err)"
    to_json
    counted "struct busy_block" "$(cat out)" 0
    counted "struct loaded_thing" 4000 0
    check '.summary.dropped_events' 0
    check '.process | [.exit, .exit_code]' '["exited",0]'
}

case_turmoil() {
    build turmoil -pthread -ldl
    build loaded -shared -fPIC
    status=0
    MEMSCOPE_OPTIONS="out=$PWD/%e.%p.mscope" timeout -s ABRT 60 ./turmoil ./loaded 2000 >out 2>err || status=$?
    same "$status" 0 "status (134: it stood still): $(cat err)"
    same "$(cat out)" "forked often" "standard output"
    [ ! -s err ] || fail "$(cat err)"
    journals=0
    for journal in $(find . -name 'turmoil.*.mscope' | head -n 8); do
        "$memscope" summary --json "$journal" >summary.json || fail "$journal cannot be read"
        jq -e '.process.exit == "exited"' summary.json >/dev/null || fail "$(cat summary.json)"
        journals=$((journals + 1))
    done
    [ "$journals" -gt 5 ] || fail "only $journals journals"
    same "$(find . -name '*.fork*')" "" "copies left behind"
}

case_static_pie() {
    build counts -static-pie
    measure ./counts 12345 100 return=0
    counted "struct node" 12345 100
}

# allocator NAME: a library that brings malloc, linked and loaded before or behind memscope's.
allocator() {
    library=$(ldconfig -p | awk -v name="$1.so" 'index($1, name) == 1 { print $NF; exit }')
    [ -n "$library" ] || skip "lib $1 is not installed"
    build counts -Wl,--no-as-needed "$library" # the program names nothing of it; Ubuntu's GCC would drop it
    measure ./counts 12345 100 return=0
    counted "struct node" 12345 100
    check '.types[] | select(.type_name == "struct node") | .live_bytes' 4800
    # memscope run puts itself in front of what is preloaded.
    gcc -O1 -g -o plain "$programs/counts.c"
    found=0
    LD_PRELOAD=$library "$memscope" run -o j.mscope -- ./plain 12345 100 return=3 >out 2>err || found=$?
    same "$found" 3 "status with $1 preloaded"
    to_json
    check_true '[.sites[] | select(.total_allocations == 12345 and .live_allocations == 100)] | length == 1'
    # In front of memscope it keeps everything to itself: the program runs, and there is nothing to see.
    status=0
    LD_PRELOAD=$library MEMSCOPE_OPTIONS="out=$PWD/j.mscope" ./counts 12345 100 return=3 >out 2>err || status=$?
    same "$status" 3 "status with $1 in front"
    [ ! -s err ] || fail "$(cat err)"
    to_json
    check_true "[.notes[] | select(contains(\"calls the malloc of $library\"))] | length == 1"
}

case_jemalloc() {
    allocator libjemalloc
}

case_mimalloc() {
    allocator libmimalloc
}

case_tcmalloc() {
    allocator libtcmalloc_minimal
}

case_own_malloc() {
    build own_malloc -fno-builtin
    record ./own_malloc
    same "$status $(cat out)" "0 100" "a program with a malloc of its own"
    [ ! -s err ] || fail "$(cat err)"
    to_json
    check .notes '["the program has a malloc of its own: its blocks were not seen"]'
    gcc -fno-builtin -o plain "$programs/own_malloc.c"
    found=0
    "$memscope" run -q -o j.mscope -- ./plain >out 2>err || found=$?
    same "$found $(cat out)" "0 100" "the same under memscope run"
}

# valgrind's malloc takes the place of everybody's, unless it is told to leave ours alone.
case_valgrind() {
    command -v valgrind >/dev/null || skip "valgrind is not installed"
    build counts
    for synonyms in default=ours somalloc=nouserintercepts; do
        status=0
        MEMSCOPE_OPTIONS="out=$PWD/j.mscope" valgrind -q --error-exitcode=9 --soname-synonyms=$synonyms \
            ./counts 500 40 return=3 >out 2>err || status=$?
        same "$status" 3 "status under valgrind: $(cat err)"
        [ ! -s err ] || fail "$(cat err)"
    done
    to_json
    counted "struct node" 500 40
}

case_debugger() {
    command -v gdb >/dev/null || skip "gdb is not installed"
    build counts
    MEMSCOPE_OPTIONS="out=$PWD/j.mscope" gdb -nx -batch -ex 'break pop' -ex run -ex backtrace -ex delete -ex continue \
        --args ./counts 50 10 return=3 </dev/null >out 2>err || fail "gdb ended with $?: $(cat err)"
    if grep -q 'ptrace: Operation not permitted' err; then
        skip "programs cannot be traced here"
    fi
    grep -q '#1 .* in main' out || fail "no backtrace: $(cat out err)"
    grep -q 'exited with code 03' out || fail "it did not end as ever: $(cat out err)"
    to_json
    counted "struct node" 50 10
}

# A set-user-id program lets nobody write files in its name.
case_setuid() {
    [ "$(id -u)" -eq 0 ] || skip "only root can make a set-user-id program for others"
    build says
    chmod 755 .
    mkdir -m 777 theirs
    for mode in 0755 4755; do
        chmod $mode says
        status=0
        MEMSCOPE_OPTIONS="out=$PWD/theirs/$mode.mscope" setpriv --reuid 12345 --clear-groups ./says 5 >out 2>err ||
            status=$?
        same "$status" 5 "status of mode $mode: $(cat err)"
        same "$(cat err)" "to standard error" "standard error of mode $mode"
    done
    same "$(ls theirs)" 0755.mscope "journals"
}
