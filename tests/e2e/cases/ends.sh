# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# However a process ends, what it had recorded is there.

# ended STATUS EXIT CODE: of 5000 nodes, of which 40 stay.
ended() {
    same "$status" "$1" "status"
    to_json
    check '.process | [.exit, .exit_code]' "[\"$2\",$3]"
    check '.summary | [.total_allocations, .total_deallocations, .current_memory_bytes]' '[5000,4960,1920]'
    check '[.leaks[] | [.type_name, .count, .bytes]]' '[["struct node",40,1920]]'
}

case_exit_status() {
    build counts
    record ./counts 5000 40 return=0
    ended 0 exited 0
    record ./counts 5000 40 return=42
    ended 42 exited 42
}

case_quick_exits() {
    build counts
    for way in _exit=3 quick_exit; do
        record ./counts 5000 40 $way
        to_json
        check '.summary | [.total_allocations, .total_deallocations, .current_memory_bytes]' '[5000,4960,1920]'
        check_true '.process.exit == "exited" or .process.exit == "killed"'
    done
}

case_kill9() {
    build counts
    record ./counts 5000 40 kill
    ended 137 killed null
}

case_crash() {
    build counts
    record ./counts 5000 40 crash 2>/dev/null
    ended 139 killed null
    record ./counts 5000 40 abort 2>/dev/null
    ended 134 killed null
}

case_exec() {
    build counts
    # The new program is measured into a journal of its own; the old one stays as it was.
    options=
    status=0
    MEMSCOPE_OPTIONS="out=$PWD/%e.mscope" ./counts 5000 40 exec >out 2>err || status=$?
    same "$status" 0 status
    to_json counts.mscope
    check '.summary | [.total_allocations, .total_deallocations]' '[5000,4960]'
}

case_running() {
    build counts
    MEMSCOPE_OPTIONS="out=$PWD/j.mscope" ./counts 5000 40 wait >out 2>err &
    pid=$!
    wait_for 10 grep -q ready out
    to_json
    check '.process | [.exit, .exit_code]' '["running",null]'
    check '.process.pid' "$pid"
    check '.summary | [.total_allocations, .total_deallocations, .current_memory_bytes]' '[5000,4960,1920]'
    check '.leaks' '[]'
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null || :
    to_json
    check '.process.exit' killed
    check '.leaks[0].count' 40
}

case_run_passes_status_through() {
    build counts
    for status in 0 1 42 255; do
        found=0
        "$memscope" run -o j.mscope -- ./counts 5000 40 return=$status >out 2>err || found=$?
        same "$found" "$status" "status of memscope run"
    done
    to_json
    check '.process | [.exit, .exit_code]' '["exited",255]'
    found=0
    "$memscope" run -o j.mscope -- ./counts 5000 40 _exit=9 >out 2>err || found=$?
    same "$found" 9 "status of memscope run"
    to_json
    check '.process | [.exit, .exit_code]' '["exited",9]'
}

case_run_tells_signals() {
    build counts
    found=0
    "$memscope" run -o j.mscope -- ./counts 5000 40 kill >out 2>err || found=$?
    same "$found" 137 "status of memscope run"
    to_json
    check '.process | [.exit, .exit_code]' '["signalled",9]'
    check '[.leaks[] | [.type_name, .count]]' '[["struct node",40]]'
}

case_run_cannot_start() {
    found=0
    "$memscope" run -- ./no-such-program >out 2>err || found=$?
    same "$found" 127 "status for a program that is not there"
    one_line err no-such-program
    : >plain-file
    found=0
    "$memscope" run -- ./plain-file >out 2>err || found=$?
    same "$found" 126 "status for a file that is no program"
    one_line err plain-file
}

case_early_and_late() {
    build early -pthread
    measure ./early
    check '[.types[] | select(.type_name == "struct early_block") | [.total_count, .live_count]]' '[[1,0]]'
    check '[.types[] | select(.type_name == "struct late_block") | [.total_count, .live_count]]' '[[1,1]]'
    check '[.types[] | select(.type_name == "struct thread_block") | [.total_count, .live_count]]' '[[100,0]]'
    # libc keeps the bookkeeping of one thread's stack for the next thread: a block without a type.
    check '[.leaks[] | select(.type_name != null) | [.type_name, .bytes]]' '[["struct late_block",40]]'
}
