#!/bin/sh
# SPDX-License-Identifier: MIT
#
# golden.sh DIR [update]: the instructions that memscope adds to what a program does to blocks (paths.c),
# counted by callgrind, against golden.txt. They are the same in every run; a change that adds some shows
# here. With `update` golden.txt is written anew.
set -eu

mkdir -p "$1"
dir=$(cd "$1" && pwd)
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../realworld/lib.sh"
[ -e /usr/include/valgrind/callgrind.h ] || {
    echo "skipped: no valgrind here"
    exit 77
}

cd "$dir"
export MEMSCOPE_DIR="$dir/journals"
flags='-fno-omit-frame-pointer -fno-optimize-sibling-calls'
# shellcheck disable=SC2086 # a list of flags
gcc -O2 -g $flags -I "$MEMSCOPE_BUILD/include" -o paths_bare "$here/paths.c"
# shellcheck disable=SC2086
"$memscope" cc -O2 -g $flags -o paths "$here/paths.c"

# count NAME OPTIONS PROGRAM: a line "NAME PATH INSTRUCTIONS" for each path, a round of it.
count() {
    rm -f golden.mscope "$1".callgrind.*
    MEMSCOPE_OPTIONS="out=$dir/golden.mscope:$2" valgrind --tool=callgrind --collect-atstart=no \
        --callgrind-out-file="$1.callgrind" "$3" 2>"$1.log" || fail "$3 with $2 ended with $?"
    awk -v name="$1" '/^desc: Trigger: Client Request: / { path = $5 }
        /^totals: / && path != "" { printf "%s %s %.0f\n", name, path, $2 / 1000; path = "" }' "$1".callgrind.*
}

{
    count bare preset=off ./paths_bare
    count off preset=off ./paths
    count not_started start=0 ./paths
    count sampled sample_bytes=512K:seed=1 ./paths
    count no_stacks stack=0 ./paths
    count events stack=0:events=1024 ./paths
    count stacks_of_8 max_stack_depth=8 ./paths
    count stacks_of_20 max_stack_depth=20 ./paths
} >counts

# What is added to the bare program.
awk '$1 == "bare" { bare[$2] = $3; next } { print $1, $2, $3 - bare[$2] }' counts | LC_ALL=C sort >added
[ "$(wc -l <added)" -eq 49 ] || fail "not every path was counted: $(cat added)"
if [ "${2-}" = update ]; then
    {
        echo "# Instructions that memscope adds to a path of paths.c: configuration, path, instructions. By"
        echo "# golden.sh update, with GCC $(gcc -dumpversion)."
        cat added
    } >"$here/golden.txt"
fi

# Another compiler makes other code: a tenth more is let pass there.
slack=0
grep -q "GCC $(gcc -dumpversion)\.\$" "$here/golden.txt" || slack=10
awk -v slack="$slack" '
    FNR == NR { if ($1 != "#") golden[$1 " " $2] = $3; next }
    {
        key = $1 " " $2
        most = golden[key] * (1 + slack / 100) + 2
        verdict = !(key in golden) ? "not in golden.txt" : $3 > most ? "MORE" : \
            slack == 0 && $3 < golden[key] - 2 ? "less: write golden.txt anew" : ""
        printf "%-14s %-14s %6d %6d  %s\n", $1, $2, golden[key], $3, verdict
        if (verdict != "")
            bad = 1
    }
    END { exit bad }' "$here/golden.txt" added || fail "instructions differ from golden.txt (golden, now)"
