# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A program of many threads keeps a record of its own of what it did (programs/survivor.c). However it
# ends, what was done is in the report, and at most the one call that a thread was in may be torn.

# build_survivor: it, and what kills it.
build_survivor() {
    build survivor -pthread
    gcc -O1 -Wall -Wextra -Werror -o kill_after "$MEMSCOPE_SOURCE/tests/e2e/tools/kill_after.c"
}

# survived [JOURNAL]: the report agrees with ./truth.
survived() {
    to_json "$@"
    MEMSCOPE_OPTIONS=preset=off ./survivor truth >truth.json || fail "no truth: $?"
    jq -r --slurpfile truth truth.json '
        ($truth[0]) as $threads
        | . as $report
        | (.summary.torn_blocks // 0) as $torn
        | def sum(kind; what; at): [$threads[][kind][what][at]] | add // 0;
          def between(name; low; found; high):
              if found >= low and found <= high then empty
              else "\(name) is \(found) and not from \(low) to \(high)" end;
          ("red", "green", "blue") as $kind
        | ([.types[] | select(.type_name == "struct \($kind)_block")][0]
           // {total_count: 0, total_bytes: 0, live_count: 0}) as $type
        | ([.leaks[] | select(.type_name == "struct \($kind)_block") | .count] | add // 0) as $left
        | (sum($kind; "made"; 0) - sum($kind; "freed"; 1)) as $live_low
        | (sum($kind; "made"; 1) - sum($kind; "freed"; 0)) as $live_high
        | between("\($kind): total"; sum($kind; "made"; 0); $type.total_count; sum($kind; "made"; 1) + $torn),
          (select($torn == 0)
           | between("\($kind): bytes"; sum($kind; "made_bytes"; 0); $type.total_bytes; sum($kind; "made_bytes"; 1))),
          between("\($kind): live"; $live_low - $torn; $type.live_count; $live_high + $torn),
          (select($report.process.exit != "running")
           | between("\($kind): left"; $live_low - $torn; $left; $live_high + $torn))' report.json >wrong
    jq -r --slurpfile truth truth.json '
        .summary.torn_blocks as $torn
        | ($truth[0] | length) as $count
        | ([.types[] | select(.type_name == null) | .total_count] | add // 0) as $others
        | if $torn != null and $torn > $count + 1 then "\($torn) torn blocks of \($count) threads" else empty end,
          if .summary.dropped_events != 0 then "dropped: \(.notes)" else empty end,
          ($truth[0][] as $thread
           | [$thread | .red, .green, .blue] as $kinds
           | ([.threads[] | select(.tid == $thread.tid) | .total_allocations][0] // 0) as $found
           | ([$kinds[].made[0]] | add) as $low
           | (([$kinds[].made[1]] | add) + $others) as $high
           | if $found < $low or $found > $high then "thread \($thread.tid): \($found) and not from \($low) to \($high)"
             else empty end)' report.json >>wrong
    [ ! -s wrong ] || fail "$(cat wrong) ($(jq -c .summary report.json))"
    by_stack '<='
}

# kill_often TIMES: at instants within a fifth of a second.
kill_often() {
    build_survivor
    awk -v seed="$$" -v times="$1" 'BEGIN { srand(seed); while (times-- > 0) print int(rand() * 200000) }' >instants
    killed=0 torn=0
    while read -r instant; do
        rm -f truth
        record ./kill_after "$instant" ./survivor truth 4 0 stay
        same "$status" 0 "status of kill_after $instant"
        [ -e truth ] || continue # before its main
        survived
        check .process.exit killed
        killed=$((killed + 1))
        torn=$((torn + $(jq .summary.torn_blocks report.json)))
    done <instants
    echo "$killed of $1 runs killed behind the start of main, $torn blocks torn"
    [ "$killed" -gt $(($1 / 2)) ] || fail "only $killed of $1 runs came to main"
}

case_kill_at_random() {
    kill_often 20
}

case_kill_at_random_often() {
    kill_often 400
}

# ends_as STATUS WAY: all threads at work while one ends the process.
ends_as() {
    rm -f truth
    record ./survivor truth 4 "${3:-0}" "$2"
    same "$status" "$1" "status of $2"
    survived
}

case_ends_among_threads() {
    build_survivor
    ends_as 139 segv 2>/dev/null
    check .process.exit killed
    ends_as 134 abort 2>/dev/null
    ends_as 11 _exit
    check '.process | [.exit, .exit_code]' '["exited",11]'
    ends_as 11 exit
    check '.process | [.exit, .exit_code]' '["exited",11]'
    ends_as 11 quick_exit
    ends_as 11 exit_group
    ends_as 0 return_from_main 100000
    check '.summary.torn_blocks' 0
}

case_stopped_and_continued() {
    build_survivor
    MEMSCOPE_OPTIONS="out=$PWD/j.mscope" ./survivor truth 3 0 stay >out 2>err &
    pid=$!
    wait_for 10 test -s truth
    for _ in 1 2 3 4 5; do
        sleep 0.1
        kill -STOP "$pid"
        wait_for 10 grep -q '^State:.*stopped' "/proc/$pid/status"
        survived
        check '.process.exit' running
        check '.summary.torn_blocks' null
        kill -CONT "$pid"
    done
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null || :
    survived
    check '.process.exit' killed
}

# RLIMIT_AS: malloc says no, the program goes on.
case_address_space_limit() {
    build_survivor
    status=0
    (
        ulimit -v 400000
        MEMSCOPE_OPTIONS="out=$PWD/j.mscope" exec ./survivor truth 1 0 take_all
    ) >out 2>err || status=$?
    same "$status" 12 "status under a limit of the address space: $(cat err)"
    [ "$(grep -c '^memscope: ' err)" -le 1 ] || fail "more than one line: $(cat err)"
    to_json
    MEMSCOPE_OPTIONS=preset=off ./survivor truth >truth.json
    # Recorded are all, or the report says how many are missing.
    made=$(jq '.[0].blue.made[0]' truth.json)
    [ "$made" -gt 10000 ] || fail "only $made blocks under the limit"
    check_true ".summary | .total_allocations + .dropped_events >= $made and .total_allocations <= $made + 3"
}

# The OOM killer, in a memory cgroup of the case's own.
case_out_of_memory() {
    [ "$(id -u)" -eq 0 ] || skip "only root can make a memory cgroup"
    build_survivor
    group=
    for limit in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
        parent=${limit%/*} name=memscope-test-$$
        grep -qw memory "$parent/cgroup.subtree_control" 2>/dev/null || [ -e "$limit" ] || continue
        mkdir "$parent/$name" 2>/dev/null || continue
        if [ -e "$parent/$name/${limit##*/}" ] && echo 96M >"$parent/$name/${limit##*/}"; then
            group=$parent/$name
            break
        fi
        rmdir "$parent/$name"
    done
    [ -n "$group" ] || skip "no memory cgroup can be made here"
    status=0
    MEMSCOPE_OPTIONS="out=$PWD/j.mscope" sh -c 'echo $$ >"$1"/cgroup.procs; exec ./survivor truth 4 0 touch' \
        sh "$group" >out 2>err || status=$?
    rmdir "$group"
    same "$status" 137 "status of a program that used up its memory"
    survived
    check .process.exit killed
    check_true '.summary.total_allocations > 10000'
}
