#!/bin/sh
# SPDX-License-Identifier: MIT
#
# viewers.sh DIR [ROUNDS [PAIRS]]: what it costs a process that ten viewers follow its page in `memscope serve`.
# The instructions that it runs, alone and watched, by callgrind; its processor time in interleaved pairs of
# runs, alone at one processor with serve and the viewers at another, as the mean difference with the 95 %
# interval of it; and how much each viewer gets of reports of two sizes. The program reads the clock, so that
# two runs are not the same to the last instruction: fails where they differ by more than half a percent.
set -eu

mkdir -p "$1"
dir=$(cd "$1" && pwd)
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../realworld/lib.sh"
rounds=${2-10}
pairs=${3-10000000}
cd "$dir"
rm -f ./*.mscope
export MEMSCOPE_DIR="$dir/journals"
"$memscope" cc -O2 -g -o alloc_pairs "$here/alloc_pairs.c" -lpthread
cat >stays.c <<'C'
#define main make_stacks
#include "many_stacks.c"
#undef main
#include <unistd.h>
int main(int argc, char **argv) {
    return make_stacks(argc, argv) || sleep(60) != 0;
}
C
"$memscope" cc -O1 -g -I "$here" -o stays stays.c

# watch JOURNAL [SECONDS]: serve and ten viewers of it, until the process ends or for so long.
watch() {
    watched_pid=
    until [ -n "$watched_pid" ]; do
        sleep 0.05
        watched_pid=$("$memscope" export --format json "$1" 2>/dev/null | jq .process.pid)
    done
    # shellcheck disable=SC2086 # taskset and its arguments
    $elsewhere "$memscope" serve --listen 127.0.0.1:0 "$1" >address 2>serve.err &
    server=$!
    tries=0
    until [ -s address ] || [ "$tries" -gt 500 ]; do
        tries=$((tries + 1))
        sleep 0.01
    done
    # shellcheck disable=SC2086
    $elsewhere python3 "$here/viewers.py" "$(cat address)" "$watched_pid" 10 ${2+"$2"} >>viewed || :
    kill "$server"
    wait "$server" || :
}

elsewhere=
at=
if [ "$(nproc)" -gt 1 ]; then
    at='taskset -c 0'
    elsewhere='taskset -c 1'
fi

# ---- instructions ----

# count NAME WATCHED: what callgrind has counted of the program.
count() {
    rm -f count.mscope address
    if [ "$2" = yes ]; then
        watch count.mscope &
        watcher=$!
    fi
    MEMSCOPE_OPTIONS="out=$dir/count.mscope:monitor=0" valgrind --tool=callgrind \
        --callgrind-out-file="$1.callgrind" ./alloc_pairs one 400000 2>"$1.log" || fail "callgrind: $(tail -3 "$1.log")"
    if [ "$2" = yes ]; then wait "$watcher"; fi
    awk '/^totals: / { sum += $2 } END { printf "%.0f", sum }' "$1".callgrind*
}

: >viewed
if [ -e /usr/include/valgrind/callgrind.h ]; then
    alone=$(count alone no)
    watched=$(count watched yes)
    [ -s viewed ] || fail "nobody has watched"
    echo "instructions: $alone alone, $watched with ten viewers"
    awk -v a="$alone" -v b="$watched" 'BEGIN { exit !((a - b) ^ 2 <= (a / 200) ^ 2) }' || fail "other instructions"
fi

# ---- processor time ----

# run_once WATCHED: microseconds
run_once() {
    rm -f j.mscope address
    if [ "$1" = yes ]; then
        watch j.mscope &
        watcher=$!
    fi
    # shellcheck disable=SC2086 # taskset and its arguments
    MEMSCOPE_OPTIONS="out=$dir/j.mscope" $at "$cpu_time" times ./alloc_pairs one "$pairs"
    if [ "$1" = yes ]; then wait "$watcher"; fi
    cut -d' ' -f2 times
}

: >viewed
: >table
for _ in $(seq "$rounds"); do
    echo "$(run_once no) $(run_once yes)" >>table
done
awk '{ ratio = $2 / $1 - 1; sum += ratio; squares += ratio ^ 2; alone += $1 }
    END {
        mean = sum / NR
        half = NR > 1 ? 2.1 * sqrt((squares - NR * mean ^ 2) / (NR - 1) / NR) : 0
        printf "processor time: %.2f s alone; with ten viewers %+.2f %% (95 %%: %+.2f to %+.2f %%), %d pairs\n",
            alone / NR / 1e6, 100 * mean, 100 * (mean - half), 100 * (mean + half), NR
    }' table

# ---- what a viewer gets ----

: >viewed
for levels in 6 14; do
    rm -f j.mscope address
    MEMSCOPE_OPTIONS="out=$dir/j.mscope:max_stack_depth=64" ./stays "$levels" 1 &
    pid=$!
    sleep 1
    watch j.mscope 10
    kill "$pid"
    wait "$pid" 2>/dev/null || :
done
awk '{ printf "a report of %.2f MB is sent as %.3f MB; %d reports in 10 s, %.3f MB each second for each of ten viewers\n",
    $2 / 1e6, $3 / 1e6, $1, $4 / 1e6 }' viewed
