# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Recording switched on and off from another process.

# start OPTIONS: ./listens with its standard input at descriptor 7.
start() {
    rm -f input out j.mscope
    mkfifo input
    MEMSCOPE_OPTIONS="out=$PWD/j.mscope:$1" ./listens <input >out 2>err &
    pid=$!
    exec 7>input
    wait_for 10 test -s j.mscope
    said=0
}

# more: 100 blocks are made.
more() {
    printf x >&7
    said=$((said + 1))
    wait_for 10 says_all
}

says_all() {
    [ "$(wc -c <out)" -eq "$said" ]
}

# finish: the program ends; its report.
finish() {
    exec 7>&-
    wait "$pid" || fail "listens ended with $?: $(cat err)"
    [ ! -s err ] || fail "listens wrote to standard error: $(cat err)"
    to_json
}

case_pause_from_outside() {
    build listens
    start monitor=1
    more
    "$memscope" pause j.mscope
    more
    more
    "$memscope" resume j.mscope
    more
    finish
    check '.summary.total_allocations' 200
    check '.types[] | select(.type_name == "struct node") | .live_count' 200
}

# With start=0 the monitor runs before anything is recorded.
case_resume_from_outside() {
    build listens
    for sampling in sample_rate=1 sample_bytes=1K; do
        start start=0:$sampling
        more
        "$memscope" resume j.mscope
        more
        more
        "$memscope" pause j.mscope
        more
        finish
        check '.summary.total_allocations' 200
    done
    check .sampling.heap_bytes estimated
}

marks='[.marks[].name] | sort | join(" ")'

case_mark_from_outside() {
    build listens
    start monitor=1
    more
    "$memscope" mark j.mscope 'first mark'
    more
    "$memscope" mark "$pid" 2>/dev/null && fail 'a mark needs a name'
    # Several at once: none is lost, none is made twice.
    askers=
    kill -STOP "$pid"
    for i in 1 2 3 4 5 6; do
        "$memscope" mark j.mscope "m$i" &
        askers="$askers $!"
    done
    sleep 0.2
    kill -CONT "$pid"
    "$memscope" pause j.mscope
    for asker in $askers; do
        wait "$asker" || fail "asker ended with $?"
    done
    more
    finish
    check "$marks" 'first mark m1 m2 m3 m4 m5 m6'
    check '.marks[0].name' 'first mark'
    check '[.marks[].timestamp] | . == sort and .[0] > 0' true
    check '.summary.total_allocations' 200
}

# What was given up is not done later, and what a killed asker has left is done once.
case_control_stopped() {
    build listens
    start monitor=1
    more
    kill -STOP "$pid"
    refused 'does not answer' "$memscope" mark j.mscope 'given up'
    "$memscope" mark j.mscope left &
    asker=$!
    sleep 0.3
    kill -KILL "$asker"
    wait "$asker" && fail 'the asker was not killed'
    "$memscope" mark j.mscope behind &
    asker=$!
    sleep 0.1
    kill -CONT "$pid"
    wait "$asker" || fail "the asker behind it ended with $?"
    finish
    check "$marks" 'behind left'
    start monitor=1
    more
    kill -STOP "$pid"
    "$memscope" mark j.mscope never 2>asked &
    asker=$!
    sleep 0.3
    kill -KILL "$pid"
    found=0
    wait "$asker" || found=$?
    exec 7>&-
    wait "$pid" && fail 'listens was not killed'
    same "$found" 2 'status of the asker'
    one_line asked 'has ended'
}

# without_times FILE: its report, but for what tells when it was made and where it is.
without_times() {
    "$memscope" export --format json "$1" | jq -S 'del(.process.duration_ns) |
        .summary |= del(.allocation_rate_per_sec, .deallocation_rate_per_sec, .peak_known_ns)'
}

case_snapshot() {
    build listens
    for how in monitor=1 monitor=0:sample_rate=0.5; do
        rm -f listens.*.mscope
        start $how
        more
        same "$("$memscope" snapshot j.mscope)" "listens.$pid.1.mscope" 'name of the first'
        more
        # Of a process that stands still, all is the same.
        kill -STOP "$pid"
        same "$("$memscope" snapshot j.mscope)" "listens.$pid.2.mscope" 'name of the second'
        without_times j.mscope >now.json
        without_times "listens.$pid.2.mscope" >copy.json
        cmp -s now.json copy.json || fail "the copy differs: $(diff now.json copy.json | head -20)"
        kill -CONT "$pid"
        more
        finish
        check '[.summary.total_allocations, .process.exit]' '[300,"exited"]'
        to_json "listens.$pid.1.mscope"
        check '[.summary.total_allocations, .summary.active_allocations, .process.exit]' '[100,100,"running"]'
        check_true '.process.duration_ns > 0 and .process.duration_ns < 10000000000'
        to_json "listens.$pid.2.mscope"
        check '[.summary.total_allocations, .process.exit]' '[200,"running"]'
    done
    "$memscope" diff "listens.$pid.1.mscope" "listens.$pid.2.mscope" >grown 2>noted
    grep -q 'struct node' grown || fail "nothing has grown: $(cat grown)"
    # Of one that has ended, all there is.
    "$memscope" snapshot -o ended.mscope j.mscope >said
    one_line said ended.mscope
    without_times j.mscope >now.json
    without_times ended.mscope >copy.json
    cmp -s now.json copy.json || fail "the copy of an ended one differs: $(diff now.json copy.json | head -20)"
    refused 'is a snapshot' "$memscope" pause "listens.$pid.1.mscope"
    "$memscope" snapshot -o ended.mscope "listens.$pid.1.mscope" >said
    to_json ended.mscope
    check '[.summary.total_allocations, .process.exit]' '[100,"running"]'
    echo text >text.mscope
    refused 'is no journal' "$memscope" snapshot -o text.mscope j.mscope
    same "$(cat text.mscope)" text 'what was there'
    refused 'cannot write nowhere/x.mscope: No such file' "$memscope" snapshot -o nowhere/x.mscope j.mscope
    refused 'not a journal' "$memscope" snapshot text.mscope
    [ -z "$(find . -name '*.part*')" ] || fail 'a part was left'
}

# While threads allocate and free as fast as they can.
case_snapshot_of_turmoil() {
    build turmoil -pthread -ldl
    build loaded -shared -fPIC
    MEMSCOPE_OPTIONS="out=$PWD/j.mscope:max_stack_depth=8:events=256:follow_fork=0" ./turmoil ./loaded 20000 >out 2>err &
    pid=$!
    wait_for 10 test -s j.mscope
    taken=0
    while kill -0 "$pid" 2>/dev/null && [ "$taken" -lt 8 ]; do
        "$memscope" snapshot -o "s$taken.mscope" j.mscope >said || fail "no snapshot $taken"
        taken=$((taken + 1))
    done
    kill -KILL "$pid" 2>/dev/null || :
    wait "$pid" || :
    [ "$taken" -ge 2 ] || fail "turmoil ended too soon: $(cat err)"
    for i in 1 $((taken - 1)); do
        to_json "s$i.mscope"
        check_true '.summary.total_allocations > 0'
        check_true '.summary.active_allocations <= .summary.total_allocations'
        check_true '[.leaks[].bytes] | add // 0 | . < 1000000000'
        "$memscope" export --events --format json "s$i.mscope" >events.json || fail 'no events'
    done
}

# refused WORDS COMMAND...: it ends with 2 and one line with these words.
refused() {
    words=$1
    shift
    found=0
    "$@" >refused 2>&1 || found=$?
    same "$found" 2 "status of $*"
    one_line refused "$words"
}

case_control_refused() {
    build listens
    refused 'no journal' "$memscope" pause nothing
    echo text >text.mscope
    refused 'text.mscope is not a journal' "$memscope" pause text.mscope
    refused 'takes one FILE' "$memscope" resume one two
    refused 'takes a NAME' "$memscope" mark
    refused 'control character' "$memscope" mark j.mscope "$(printf 'a\nb')"
    refused 'not UTF-8' "$memscope" mark j.mscope "$(printf 'a\377b')"
    refused '1 to 255 bytes' "$memscope" mark j.mscope ''
    refused '1 to 255 bytes' "$memscope" mark j.mscope "$(printf '%256s' x)"
    start monitor=1
    more
    refused 'records every block' "$memscope" sample j.mscope 512K
    refused 'takes a RATE' "$memscope" sample
    for rate in 0 0.0 1.5 x 5x 1e-3 101% '' 0%; do
        refused 'is no rate' "$memscope" sample j.mscope "$rate"
    done
    finish
    start sample_rate=0
    more
    refused 'started with sample_rate=0' "$memscope" sample j.mscope 0.1
    finish
    start monitor=0
    more
    refused 'without a monitor' "$memscope" pause j.mscope
    finish
    refused 'has ended' "$memscope" resume j.mscope
    start monitor=1
    more
    kill -STOP "$pid"
    refused 'does not answer' "$memscope" pause j.mscope
    kill -CONT "$pid"
    if [ "$(id -u)" -ne 0 ]; then
        chmod 0400 j.mscope
        refused 'cannot be written' "$memscope" pause j.mscope
    else
        refused 'j.mscope cannot be written: Permission denied' \
            setpriv --reuid=65534 --regid=65534 --clear-groups "$memscope" pause "$PWD/j.mscope"
    fi
    finish
}
