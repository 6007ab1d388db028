#!/bin/sh
# SPDX-License-Identifier: MIT
#
# merge.sh [FEW [MANY]]: time and memory of merging the journals of FEW and of MANY processes (10 and 100 if not said; the
# figures in docs/cli.md are of 200 and 2000). The second must not need more memory but for a row a process.
# MEMSCOPE_BUILD is the build tree, MEMSCOPE_SOURCE the repository.
set -eu

: "${MEMSCOPE_BUILD:?the build tree}" "${MEMSCOPE_SOURCE:?the repository}"
few=${1:-10} many=${2:-100}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset MEMSCOPE_OPTIONS MEMSCOPE_CC
"$MEMSCOPE_BUILD/bin/memscope" cc -g -O1 -o budget "$MEMSCOPE_SOURCE/tests/e2e/programs/budget.c"
mkdir journals
made=0
# make COUNT: so many journals in all.
make_journals() {
    while [ "$made" -lt "$1" ]; do
        made=$((made + 1))
        MEMSCOPE_OPTIONS="out=$work/journals/$made.mscope" ./budget $((made % 100 + 1)) $((made % 37)) $((made % 3))
    done
}
# measure COUNT: sets $rss, in KiB.
measure() {
    make_journals "$1"
    "$MEMSCOPE_BUILD/tests/bin/cpu_time" used "$MEMSCOPE_BUILD/bin/memscope" merge journals -o merged.msgpack
    read -r wall cpu rss <used
    printf '%d journals, %d MiB: %d ms, of these %d ms of processor time; %d MiB\n' "$1" \
        $(($(du -sk journals | cut -f 1) / 1024)) $((wall / 1000)) $((cpu / 1000)) $((rss / 1024))
}
measure "$few"
few_rss=$rss
measure "$many"
allowed=$((few_rss + 1024 + (many - few) / 2))
[ "$rss" -le "$allowed" ] || {
    echo "FAILED: $many journals need $rss KiB, where $few need $few_rss" >&2
    exit 1
}
