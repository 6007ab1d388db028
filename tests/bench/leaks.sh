#!/bin/sh
# SPDX-License-Identifier: MIT
#
# leaks.sh [BLOCKS]: what it takes to look which of a million blocks a program can still reach, by the clock of its
# journal, in a program whose blocks are a list in no order of memory; LeakSanitizer's whole end of the same program for
# comparison. MEMSCOPE_BUILD is the build tree.
set -eu

: "${MEMSCOPE_BUILD:?the build tree}"
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
gcc -O2 -g "$here/reach.c" -o plain
gcc -O2 -g -fsanitize=leak "$here/reach.c" -o sanitized
for order in 0 1; do
    for turn in 1 2 3 4 5; do
        MEMSCOPE_OPTIONS="leaks=1:out=$work/j.mscope:stack=0" LD_PRELOAD=$MEMSCOPE_BUILD/lib/libmemscope.so \
            ./plain "${1:-1000000}" "$order" >/dev/null
        # header.scan_took_ns and header.scan_result
        od -A n -t u8 -j 560 -N 8 j.mscope | tr -d ' ' >>took
        [ "$(od -A n -t u4 -j 568 -N 4 j.mscope | tr -d ' ')" -eq 1 ] || echo "turn $turn: nothing was found"
        ./sanitized "${1:-1000000}" "$order" >>theirs
    done
    printf '%s: %.1f ms, LeakSanitizer %.1f ms\n' "$([ "$order" -eq 0 ] && echo 'in order' || echo 'at random')" \
        "$(sort -n took | awk 'NR == 3 { print $1 / 1e6 }')" "$(sort -n theirs | awk 'NR == 3 { print $1 / 1e6 }')"
    rm took theirs
done
