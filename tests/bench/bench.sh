#!/bin/sh
# SPDX-License-Identifier: MIT
#
# bench.sh DIR [PAIRS]: what memscope costs a program that only allocates (alloc_pairs.c), as ratios to
# the bare program: processor time, the least of several runs in turn, and instructions under callgrind,
# which are the same in every run. Fails when the program was not measured.
set -eu

mkdir -p "$1"
dir=$(cd "$1" && pwd)
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../realworld/lib.sh"
pairs=${2-10000000}
runs=5

cd "$dir"
export MEMSCOPE_DIR="$dir/journals"
gcc -O2 -g -fno-omit-frame-pointer -o bare "$here/alloc_pairs.c"
"$memscope" cc -O2 -g -o compiled "$here/alloc_pairs.c"

# variant NAME: its command, and the options it runs with.
variant() {
    program=./bare preload='' options=
    case $1 in
    preloaded) preload=$MEMSCOPE_BUILD/lib/libmemscope.so ;;
    compiled) program=./compiled ;;
    compiled_sampled) program=./compiled options=preset=high_performance ;;
    compiled_no_stacks) program=./compiled options=stack=0 ;;
    compiled_off) program=./compiled options=preset=off ;;
    esac
    options=out=$dir/bench.mscope${options:+:$options}
}

variants='bare preloaded compiled compiled_sampled compiled_no_stacks compiled_off'
run=0
while [ "$run" -lt "$runs" ]; do
    for name in $variants; do
        variant "$name"
        "$cpu_time" time env LD_PRELOAD="$preload" MEMSCOPE_OPTIONS="$options" "$program" "$pairs" ||
            fail "$name ended with $?"
        cpu=$(cut -d' ' -f2 time)
        eval "best=\${cpu_$name-}"
        [ -n "$best" ] && [ "$cpu" -ge "$best" ] || eval "cpu_$name=$cpu"
    done
    run=$((run + 1))
done

# Instructions of a hundredth of the pairs less those of none: start and end do not count.
instructions() {
    LD_PRELOAD=$preload MEMSCOPE_OPTIONS=$options:monitor=0 valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        "$program" "$1" 2>&1 | sed -n 's/.*Collected : *//p'
}
small=$((pairs / 100))
for name in $variants; do
    variant "$name"
    eval "instructions_$name=$(($(instructions $small) - $(instructions 0)))"
done

printf '%-20s %12s %8s %22s %8s\n' program 'ns a pair' ratio 'instructions a pair' ratio
for name in $variants; do
    eval "cpu=\$cpu_$name instructions=\$instructions_$name"
    awk -v name="$name" -v cpu="$cpu" -v bare="$cpu_bare" -v pairs="$pairs" -v count="$instructions" \
        -v base="$instructions_bare" -v small="$small" 'BEGIN {
            printf "%-20s %12.1f %8.2f %22.1f %8.2f\n", name, cpu * 1000 / pairs, cpu / bare,
                count / small, count / base }'
done

variant compiled
MEMSCOPE_OPTIONS=$options ./compiled 100000
"$memscope" export --format json bench.mscope -o bench.json
jq -e '.summary | .total_allocations == 100000 and .typed_bytes_percent == 100' bench.json >/dev/null ||
    fail "the program was not measured: $(jq -c .summary bench.json)"
