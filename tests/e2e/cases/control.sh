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
    fi
    finish
}
