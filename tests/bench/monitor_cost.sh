#!/bin/sh
# SPDX-License-Identifier: MIT
#
# monitor_cost.sh DIR [WINDOWS [LIMIT]]: processor time that the monitor's thread takes, as a share of one
# processor, while a program (sleeper.c) has a hundred thousand live blocks and sleeps: the least of
# so many windows of two seconds, since what else the machine does only adds to it. Fails above LIMIT
# (millionths of a processor, 1000 if left out) at the standard interval of 100 ms.
set -eu

mkdir -p "$1"
dir=$(cd "$1" && pwd)
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../realworld/lib.sh"
windows=${2-10}
limit=${3-1000}
cd "$dir"
export MEMSCOPE_DIR="$dir/journals"
"$memscope" cc -O1 -o sleeper "$here/sleeper.c"

# nanoseconds: of processor time that the thread named memscope of the program has used
nanoseconds() {
    for task in /proc/"$pid"/task/*; do
        if [ "$(cat "$task/comm")" = memscope ]; then
            cut -d' ' -f1 "$task/schedstat"
            return
        fi
    done
    fail "the program has no monitor thread"
}

# share INTERVAL: what the thread takes with it, in millionths of a processor
share() {
    MEMSCOPE_OPTIONS=monitor_ms=$1 ./sleeper >ready &
    pid=$!
    until [ -s ready ]; do sleep 0.1; done
    sleep 1
    least=
    for _ in $(seq "$windows"); do
        before=$(nanoseconds)
        sleep 2
        cost=$((($(nanoseconds) - before) / 2000))
        if [ -z "$least" ] || [ "$cost" -lt "$least" ]; then least=$cost; fi
    done
    kill "$pid"
    wait "$pid" 2>/dev/null || :
    rm ready
    echo "$least"
}

standard=$(share 100)
often=$(share 10)
awk -v standard="$standard" -v often="$often" 'BEGIN {
    printf "every 100 ms: %.3f %%, every 10 ms: %.3f %% of one processor\n", standard / 1e4, often / 1e4
}'
[ "$standard" -le "$limit" ] || fail "more than $limit millionths of one processor"
