# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What the monitor thread writes down every 100 ms.

case_monitor() {
    build busy -pthread
    measure ./busy
    # A second and a bit in ticks of 100 ms; a loaded machine may leave some out.
    check_true '.system_snapshots | length >= 6 and length <= 40'
    check_true '[.system_snapshots[].timestamp] | . == sort'
    check_true '[.system_snapshots[].process_rss_bytes] | max > 64 * 1048576 and max < 256 * 1048576'
    # The percents of all intervals together are the time that the program says it has used, however
    # busy the machine is; the first sample has no interval.
    used=$(cat out)
    check_true "[.system_snapshots | .[1:] as \$to | .[:-1] as \$from | range(\$to | length)
        | (\$to[.].timestamp - \$from[.].timestamp) * (\$to[.].process_cpu_percent // 0) / 1e8]
        | add > 0.7 * $used and add < 1.1 * $used + 20"
    # a megabyte of pages was touched, and descriptors 0 to 2 are open at least
    check_true '.system_snapshots[-1] | .process_minor_faults > 256 and .process_fds >= 3'
    check_true '.system_snapshots[-1] | .process_pss_bytes > 262144 and .process_pss_bytes <= .process_rss_bytes + 1048576'
    # main and two sleepers; the monitor's own thread does not count
    check '[.system_snapshots[].thread_count] | max' 3
    check '[.system_snapshots[].heap_live_bytes] | max >= 67108864' true
    check_true '[.system_snapshots[].memory_usage_percent | numbers] | length > 0 and min > 0 and max <= 100'
    check '[.timeline.timestamps, .timeline.heap_live_bytes, .timeline.allocations, .timeline.frees | length] | unique | length' 1
    check '.timeline.by_type[] | select(.type_name == "struct piece") | [.live_bytes[] | numbers] | max' 67108864
}

case_monitor_off() {
    build counts
    options=monitor=0
    measure ./counts 100 1 return=0
    check '.system_snapshots' '[]'
    check .summary.total_allocations 100
}

case_monitor_period() {
    build busy -pthread
    options=monitor_ms=20
    measure ./busy
    check_true '.system_snapshots | length >= 25'
    check '.timeline.interval_ns' 20000000
}

# A library of NVIDIA's that is none: gpu_library makes it, for LD_LIBRARY_PATH.
gpu_library() {
    mkdir -p gpu
    gcc -shared -fPIC -o gpu/libnvidia-ml.so.1 "$programs/stand_in_nvml.c" ||
        fail "the library cannot be built"
}

# run_with_gpu [VARIABLE=VALUE...]: $program under memscope run with the library.
run_with_gpu() {
    measure env "$@" LD_LIBRARY_PATH="$PWD/gpu" "$memscope" run -q -- "./$program"
    same "$(wc -l <out)" 1 "lines that the program and the library have printed"
}

case_gpu() {
    build busy -pthread
    gpu_library
    program=gpu$$
    cp busy "$program"
    run_with_gpu STAND_IN_PROCESS="$program"
    check '[.system_snapshots[-1] | .gpu_usage_percent, .gpu_memory_used / 1073741824,
        .gpu_memory_total / 1073741824, .process_gpu_bytes / 1048576]' '[37,4,12,200]'
    check '[.system_snapshots[-1].gpus[] | [.usage_percent, .memory_used / 1073741824,
        .memory_total / 1073741824]]' '[[37,3,8],[null,1,4]]'
    # The program itself has not loaded it, and has no thread more.
    check '[.modules[].path | select(test("nvidia"))]' '[]'
    check '[.system_snapshots[].thread_count] | max' 3
    # Nobody publishes any more.
    sleep 4
    measure "./$program"
    check '[.system_snapshots[] | .gpu_usage_percent, .gpu_memory_used] | unique' '[null]'
}

# A program that is started by itself has the numbers as long as some memscope run publishes them.
case_gpu_of_another_run() {
    build busy -pthread
    gpu_library
    MEMSCOPE_OPTIONS="out=$PWD/other.mscope" LD_LIBRARY_PATH=$PWD/gpu "$memscope" run -q -- \
        sh -c "echo \$\$ >pid; exec sleep 60" >/dev/null 2>&1 &
    runner=$!
    wait_for 10 test -s "$MEMSCOPE_DIR/gpu"
    measure ./busy
    check '.system_snapshots[-1] | [.gpu_usage_percent, .process_gpu_bytes]' '[37,null]'
    # What publishes ends with the memscope run, however that ends.
    kill -KILL "$runner" "$(cat pid)"
    sleep 1
    before=$(cat "$MEMSCOPE_DIR/gpu")
    sleep 1
    same "$(cat "$MEMSCOPE_DIR/gpu")" "$before" "what is published after the end"
}

case_gpu_refused() {
    build busy -pthread
    gpu_library
    program=busy
    run_with_gpu STAND_IN_REFUSES=1
    check '[.system_snapshots[] | .gpu_usage_percent, .gpu_memory_used, .gpu_memory_total] | unique' '[null]'
    [ ! -e "$MEMSCOPE_DIR/gpu" ] || fail "something was published"
}

case_marks() {
    build marks
    measure ./marks
    check '[.marks[].name] == ["loaded","a\ufffd</script>",""]' true
    check_true '[.marks[].timestamp] | . == sort and .[1] - .[0] >= 30000000 and .[0] < 1000000000'
    measure ./marks 70000
    check '[(.marks | length), .summary.dropped_events]' '[65536,4467]'
}

# What the program counted itself, by phase. The one that is open at the end of its thread has the
# end of that.
case_phases() {
    build phases -pthread
    measure ./phases
    found=$(jq -c '[.phases[] | [.name, .depth, .total_allocations, .total_bytes]] | sort' report.json)
    same "$found" "$(jq -sc sort out)" "phases"
    check '[.phases[].tid] | unique | length' 16
    check '[.phases[] | select(.end_ns == null) | .name]' '["main"]'
    check '[.phases[] | select(.heap_live_bytes_at_end == null) | .name] | group_by(.) | map([.[0], length])' \
        '[["brief",12],["main",1],["open",3]]'
    check_true '.phases | all(.end_ns == null or .end_ns >= .start_ns) and ([.[].start_ns] | . == sort)'
    check '.phases[0] | .heap_live_bytes_at_end - .heap_live_bytes_at_start' 2000
    check '.summary.current_memory_bytes - .phases[-1].heap_live_bytes_at_start' 1
    same "$("$memscope" phases --filter inner j.mscope | grep -c inner)" 6 "rows of memscope phases"
    measure ./phases 70000
    check '[(.phases | length), .summary.dropped_events]' '[65536,4464]'
    options=preset=off
    record ./phases
    same "$status" 0 "status with preset=off"
    [ ! -s err ] && [ ! -e j.mscope ] || fail "preset=off: $(cat err)"
    options=sample_rate=0.1
    measure ./phases
    found=$(jq -c '[.phases[] | [.name, .depth, .total_allocations, .total_bytes]] | sort' report.json)
    same "$found" "$(jq -sc sort out)" "phases of a sampled journal"
}

case_phases_of_ends() {
    build phases -pthread
    record ./phases kill
    same "$status" 137 status
    to_json
    check '[.phases[] | [.name, .depth, .end_ns, .total_allocations, .total_bytes]]' \
        '[["outer",0,null,5,130],["inner",1,null,3,90]]'
    MEMSCOPE_OPTIONS="out=$PWD/%p.mscope" ./phases fork || fail "phases fork ended with $?"
    for journal in [0-9]*.mscope; do
        to_json "$journal"
        jq -c '[.process.exit_code, (.phases[] | .name, .depth, .total_allocations, .end_ns > 0)]' report.json
    done | sort >found
    same "$(tr -d '\n' <found)" '[0,"parent",0,3,true][7,"child",0,3,true]' "phases of parent and child"
}
