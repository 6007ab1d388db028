#!/bin/sh
# SPDX-License-Identifier: MIT
#
# object_pairs.sh DIR [LIMIT]: how many instructions it costs to enter and leave the scope of one
# annotated object on the stack (object_pairs.c), under callgrind: the difference of two runs, less that
# of the program without memscope. Fails above LIMIT.
set -eu

mkdir -p "$1"
dir=$(cd "$1" && pwd)
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../realworld/lib.sh"
limit=${2-220}
pairs=100000

if ! command -v valgrind >/dev/null; then
    echo "skipped: valgrind is not on this machine"
    exit 77
fi
cd "$dir"
export MEMSCOPE_DIR="$dir/journals"
gcc -O2 -I "$here/../../include" -o bare "$here/object_pairs.c"
"$memscope" cc -O2 -o tracked "$here/object_pairs.c"

# instructions PROGRAM COUNT
instructions() {
    valgrind --tool=callgrind --callgrind-out-file=callgrind.out "./$1" "$2" 2>callgrind.err ||
        fail "$1 under callgrind: $(cat callgrind.err)"
    sed -n 's/.*Collected : \([0-9]*\).*/\1/p' callgrind.err
}

# a_pair PROGRAM: instructions of one, in tenths
a_pair() {
    few=$(instructions "$1" 1000)
    many=$(instructions "$1" $((pairs + 1000)))
    echo $(((many - few) * 10 / pairs))
}

cost=$(($(a_pair tracked) - $(a_pair bare)))
echo "enter and leave: $((cost / 10)).$((cost % 10)) instructions"
"$memscope" export --format json -o report.json
entered=$(jq '.sites[] | select(.var_name == "object") | .total_allocations' report.json)
[ "$entered" = $((pairs + 1000)) ] || fail "the program was not measured: $entered objects"
[ "$cost" -le $((limit * 10)) ] || fail "more than $limit instructions"
