#!/bin/sh
# SPDX-License-Identifier: MIT
#
# lua.sh DIR [long]: builds Lua with the plain compiler and, by its own Makefile, with `memscope cc`;
# runs scripts that allocate a lot with both. They must print the same; the ratio of processor time, the
# share of bytes with a type and the types are printed.
set -eu

mkdir -p "$1"
dir=$(cd "$1" && pwd)
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/lib.sh"

runs=3 rounds=10
if [ "${2-}" = long ]; then
    runs=9 rounds=60
fi

fetch lua5.4
source=$dir/lua5.4/source
[ -x "$dir/lua-plain/src/lua" ] ||
    build_in "$dir/lua-plain" "$source" make -C src -j2 linux MYCFLAGS=-g
build_in "$dir/lua-memscope" "$source" \
    make -C src -j2 linux MYCFLAGS=-g "CC=$memscope cc -std=gnu99"
if grep -E 'warning:' "$dir/lua-memscope.log" >"$dir/lua-warnings"; then
    if ! grep -qE 'warning:' "$dir/lua-plain.log"; then
        fail "memscope cc brings new warnings: $(head -n 3 "$dir/lua-warnings")"
    fi
fi

export MEMSCOPE_DIR="$dir/journals"
cd "$dir"
# The types are known one caller down from where all objects are made, as GCObject. Where Lua makes them as bytes, with
# the object somewhere in these (5.4.7, of Debian 13), they are char.
objects='index("Table") != null and index("GCObject") == null'
if grep -q 'cast_charp(luaM_newobject' "$source/src/lgc.c"; then
    echo 'lua: this version makes objects as bytes, so their type is char'
    objects='index("char") != null and index("GCObject") == null'
fi
status=0
for script in tables strings closures; do
    best_plain= best_measured=
    run=0
    while [ "$run" -lt "$runs" ]; do
        "$cpu_time" time.plain lua-plain/src/lua "$here/lua/$script.lua" $rounds >out.plain ||
            fail "plain lua $script.lua ended with $?"
        MEMSCOPE_OPTIONS="out=$dir/lua.mscope" "$cpu_time" time.measured lua-memscope/src/lua \
            "$here/lua/$script.lua" $rounds >out.measured 2>err.measured ||
            fail "measured lua $script.lua ended with $?: $(cat err.measured)"
        cmp -s out.plain out.measured || fail "$script.lua: plain and measured Lua print different things"
        [ ! -s err.measured ] || fail "$script.lua: $(cat err.measured)"
        plain=$(cut -d' ' -f2 time.plain) measured=$(cut -d' ' -f2 time.measured)
        [ -n "$best_plain" ] && [ "$plain" -ge "$best_plain" ] || best_plain=$plain
        [ -n "$best_measured" ] && [ "$measured" -ge "$best_measured" ] || best_measured=$measured
        run=$((run + 1))
    done
    "$memscope" export --format json lua.mscope -o "lua-$script.json" || fail "no report of $script.lua"
    jq -r --arg script "$script" --arg ratio "$(ratio "$best_measured" "$best_plain")" '
        "lua \($script): processor time x\($ratio), \(.summary.total_allocations) allocations, " +
        "\(.summary.total_bytes) bytes, typed \(.summary.typed_bytes_percent * 100 | round / 100) %"' \
        "lua-$script.json"
    print_types "lua-$script.json" total_bytes
    jq -e '.summary.typed_bytes_percent >= 95' "lua-$script.json" >/dev/null || {
        echo "lua $script: less than 95 % of the bytes have a type" >&2
        status=1
    }
    jq -e '.sampling.exact and .summary.dropped_events == 0' "lua-$script.json" >/dev/null || {
        echo "lua $script: not everything was counted" >&2
        status=1
    }
    jq -e "[.types[].type_name] | $objects" "lua-$script.json" >/dev/null || {
        echo "lua $script: objects of Lua have the type that they are made with" >&2
        status=1
    }
    # Lua frees all it has when it ends.
    jq -e '[.types[] | select(.type_name | . != null and test("^(Node|TValue|TString|Table)$"))
            | .live_count] | add == 0' "lua-$script.json" >/dev/null || {
        echo "lua $script: objects of Lua are said to be live after the end, or are not named" >&2
        status=1
    }
done
exit $status
