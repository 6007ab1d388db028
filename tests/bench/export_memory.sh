#!/bin/sh
# SPDX-License-Identifier: MIT
#
# export_memory.sh DIR: what each format takes of a journal with a million live blocks and a hundred thousand call stacks:
# memory at the peak, processor time, bytes written. Fails when a format needs more than 16 MiB above what making the
# report needs: formats are written as they come, and do not hold what they write.
set -eu

mkdir -p "$1"
dir=$(cd "$1" && pwd)
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../realworld/lib.sh"
cd "$dir"
"$memscope" cc -std=gnu11 -g -O1 -o many_stacks "$here/many_stacks.c"
# Fifteen levels of two functions each, and three places: 98 304 stacks.
MEMSCOPE_OPTIONS="out=$dir/many.mscope:max_stack_depth=40" ./many_stacks 15 32

# measure OUT COMMAND...: "MIB SECONDS" of a command whose output goes to the file OUT
measure() {
    out=$1
    shift
    "$cpu_time" measured "$@" >"$out" || fail "$* ends with $?"
    awk '{ printf "%d %.1f\n", $3 / 1024, $2 / 1e6 }' measured
}

"$memscope" export --format json -o many.json many.mscope
stacks=$(jq '.stacks | length' many.json)
blocks=$(jq '.summary.active_allocations' many.json)
[ "$stacks" -ge 98304 ] && [ "$blocks" -ge 1000000 ] || fail "$blocks live blocks with $stacks stacks"
"$memscope" export -o many.msgpack many.json
echo "$blocks live blocks, $stacks stacks; journal: $(stat -c %s many.mscope) bytes"
set -- $(measure /dev/null "$memscope" summary many.mscope)
base=$1
echo "summary: $1 MiB, $2 s"
bad=0
for format in $("$memscope" help export | sed -n 's/^  \([a-z]*\) (\..*): .*/\1/p'); do
    set -- $(measure "out.$format" "$memscope" export --format "$format" many.mscope)
    echo "$format: $1 MiB, $2 s, $(stat -c %s "out.$format") bytes"
    rm -f "out.$format"
    [ "$1" -le $((base + 16)) ] || bad=1
done
for file in many.json many.msgpack; do
    set -- $(measure /dev/null "$memscope" summary "$file")
    echo "summary of $file: $1 MiB, $2 s"
done
rm -f many.mscope many.json many.msgpack
[ "$bad" -eq 0 ] || fail "a format needs more than 16 MiB above the $base MiB of the report"
