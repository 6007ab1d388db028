# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The events of blocks, one by one, against what the program says it did.

# with_events [JOURNAL]: the report with events[] in report.json.
with_events() {
    "$memscope" export --events --format json "${1:-j.mscope}" -o report.json ||
        fail "memscope export --events ended with $?"
}

# The events of blocks made in the program itself, as it prints them.
own_events='([.sites[] | select(.file != null and (.file | endswith("events.c"))) | .id]) as $own
    | .events[] | select(.site_id as $id | $own | index($id) != null)'
as_printed="$own_events | \"\\(.kind) \\(.address) \\(.size) \\(.former_address // 0)\""

case_events() {
    build events -pthread -fno-builtin
    options=events=100000
    measure ./events list
    check 'has("events")' false
    with_events
    check .summary.missing_events 0
    jq -r "$as_printed" report.json >found
    [ "$(wc -l <found)" -eq 3000 ] || fail "there are $(wc -l <found) events"
    diff out found >differences || fail "the program did, and the events are: $(head -5 differences)"
    check '[.events[].timestamp] | . == sort and .[0] > 0 and (unique | length) > 2900' true
    check '.process.duration_ns > .events[-1].timestamp' true
    # What they name is in the report.
    check '([.stacks[].id]) as $stacks | [.events[].stack_id | select(. != null)] | length > 2900 and (. - $stacks == [])' true
    check '([.sites[].id]) as $sites | [.events[].site_id] - $sites' '[]'
    check '[.events[].thread_id] | unique == [.[0]]' true
}

# Of a thread the newest are kept.
case_events_overwritten() {
    build events -pthread -fno-builtin
    options=events=100000
    measure ./events list
    with_events
    check .summary.missing_events 0
    all=$(jq '.events | length' report.json)
    options=events=200 # 256: whole pieces
    measure ./events list
    with_events
    check '.events | length' 256
    check .summary.missing_events $((all - 256))
    check '[.notes[] | select(test("events are not here"))] | length' 1
    jq -r "$as_printed" report.json >found
    tail -n "$(wc -l <found)" out >last
    [ "$(wc -l <found)" -gt 200 ] || fail "only $(wc -l <found) are of the program"
    diff last found >differences || fail "the last ones are: $(head -5 differences)"
    check .sampling.exact true
}

# Those of the sampled blocks are written without being asked for, each with its whole life.
case_events_sampled() {
    build events -pthread -fno-builtin
    for options in sample_rate=0.5:seed=3:events=5000 sample_rate=0.2:seed=9 sample_bytes=16K:seed=4; do
        measure ./events list
        with_events
        check .summary.missing_events 0
        check '[.events[] | select(.site_id == null)] | length' 0
        jq -r "$as_printed" report.json >found
        [ "$(wc -l <found)" -gt 100 ] || fail "only $(wc -l <found) are of the program"
        # All of them happened, in this order.
        awk 'NR == FNR { wanted[NR] = $0; next }
            { for (at++; at in wanted && wanted[at] != $0; at++); if (!(at in wanted)) { print; exit } }' \
            out found >wrong
        [ ! -s wrong ] || fail "with $options there is no such event: $(cat wrong)"
    done
    options=sample_rate=0.5:seed=3:events=0
    measure ./events list
    with_events
    check '[.events, .summary.missing_events]' '[[],null]'
}

# By rate a block's events are all there or none is, whatever it becomes.
case_events_of_sampled_blocks() {
    build events -pthread -fno-builtin
    options=sample_rate=0.3:seed=5:events=2000
    measure ./events list
    with_events
    jq -r "$as_printed" report.json >found
    awk 'NR == FNR { sampled[$0] = 1; next }
        $1 == "alloc" { followed[$2] = $0 in sampled; next }
        {
            is = $0 in sampled
            before = $1 == "realloc" ? $4 : $2
            if (is != followed[before]) print
            delete followed[before]
            if ($1 == "realloc") followed[$2] = is
        }' found out >wrong
    [ ! -s wrong ] || fail "half of a life: $(head -3 wrong)"
    [ "$(wc -l <found)" -gt 300 ] || fail "only $(wc -l <found) events"
}

# A ring goes to the next thread when one has ended; the monitor notices that.
case_events_of_threads() {
    build events -pthread -fno-builtin
    options=events=64:monitor_ms=10
    measure ./events threads
    with_events
    check '([.threads[].tid]) as $tids | ([.events[].thread_id] | unique) - $tids' '[]'
    check "([.threads[] | .total_allocations] | add) * 2 - (.leaks | map(.count) | add // 0) == (.events | length) + .summary.missing_events" true
    # The last thread's last blocks are the newest of all.
    check "[$own_events][-1] | [.kind, .size]" '["free",623]'
    options=events=100000
    measure ./events threads
    with_events
    check .summary.missing_events 0
    check "[$own_events] | group_by(.thread_id) | map(length) | sort" '[200,400,600,800,1000,1200]'
}

# However a process is killed, what is believed has happened.
case_events_of_killed() {
    build events -pthread -fno-builtin
    for pause in 0.02 0.05 0.1 0.15 0.2; do
        for events in events=1000 sample_rate=0.3 events=64; do
            rm -f j.mscope
            MEMSCOPE_OPTIONS="out=$PWD/j.mscope:$events" ./events endless >begun &
            pid=$!
            wait_for 20 grep -q begun begun
            sleep "$pause"
            kill -9 "$pid"
            wait "$pid" 2>/dev/null && fail "it was not killed"
            with_events
            check '.events | length > 100' true
            check "[$own_events | [.kind, .size]] | unique" '[["alloc",24],["alloc",40],["free",24],["free",40]]'
            check '([.sites[].id]) as $sites | [.events[].site_id | select(. != null)] - $sites' '[]'
            check '[.events[] | select(.address == 0 or .timestamp == 0 or .thread_id == null)]' '[]'
            check '.events | group_by(.thread_id) | map([.[].timestamp] | . == sort) | unique' '[true]'
        done
    done
}

case_events_of_forks() {
    build forks
    MEMSCOPE_OPTIONS="out=$PWD/%e.%p.mscope:events=1000" ./forks || fail "forks ended with $?"
    for journal in forks.*.mscope; do
        with_events "$journal"
        own="[(.sites[] | select(.type_name != null) | {key: (.id | tostring), value: .type_name})] | from_entries"
        of=". as \$r | ($own) as \$own | [.events[] | select(\$own[.site_id | tostring] != null) | [.kind, \$own[.site_id | tostring]] | join(\" \")]"
        if [ "$(jq .process.exit_code report.json)" = 7 ]; then
            # It begins with those of its parent.
            check "$of" '["alloc struct parent_block","alloc struct parent_block","alloc struct parent_block","free struct parent_block","alloc struct child_block","alloc struct child_block","alloc struct child_block","alloc struct child_block","alloc struct child_block"]'
        else
            check "$of" '["alloc struct parent_block","alloc struct parent_block","alloc struct parent_block"]'
        fi
    done
    options=events=1000:follow_fork=0
    record ./forks
    with_events
    check "$of" '["alloc struct parent_block","alloc struct parent_block","alloc struct parent_block"]'
}

# Threads that come and go, fork, load libraries and get signals, with all events written.
case_events_in_turmoil() {
    build turmoil -pthread -ldl
    build loaded -shared -fPIC
    status=0
    MEMSCOPE_OPTIONS="out=$PWD/%e.%p.mscope:events=64" timeout -s ABRT 60 ./turmoil ./loaded 2000 >out 2>err || status=$?
    same "$status" 0 "status (134: it stood still): $(cat err)"
    same "$(cat out)" "forked often" "standard output"
    [ ! -s err ] || fail "$(cat err)"
    journals=0
    for journal in $(find . -name 'turmoil.*.mscope' | head -n 5); do
        with_events "$journal"
        check '.process.exit' exited
        check '[.events[].timestamp] | length > 100 and . == sort' true
        check '([.sites[].id]) as $sites | [.events[].site_id | select(. != null)] - $sites' '[]'
        check_true '.summary.missing_events > 10000'
        journals=$((journals + 1))
    done
    [ "$journals" -eq 5 ] || fail "only $journals journals"
}

# What cannot be is said.
case_events_refused() {
    build events -pthread -fno-builtin
    record ./events list
    "$memscope" export --events --format json j.mscope -o report.json 2>err || fail "it ended with $?"
    one_line err "no events were written down"
    check '[.events, .summary.missing_events]' '[[],null]'
    status=0
    "$memscope" export --events --format pprof j.mscope -o report.pb 2>err || status=$?
    same "$status" 2 status
    one_line err "pprof has no events"
    [ ! -e report.pb ] || fail "there is a profile"
    options=events=many
    record ./events list
    one_line err "option events cannot be 'many'"
}
