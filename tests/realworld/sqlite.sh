#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sqlite.sh DIR [long]: makes SQLite's amalgamation from the distribution's source package and builds its
# shell with the plain compiler and with `memscope cc`, twice: SQLite writes the size in front of each block
# ("measured"), or asks malloc_usable_size for it ("usable"). The same statements must print the same.
# Printed are the ratio of processor time, the share of bytes with a type, the types, and the largest places
# whose type is not known.
set -eu

mkdir -p "$1"
dir=$(cd "$1" && pwd)
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/lib.sh"

runs=3 rows=20000
if [ "${2-}" = long ]; then
    runs=5 rows=200000
fi

make_amalgamation() {
    ./configure --disable-tcl --disable-readline && make sqlite3.c shell.c
}

# compile NAME COMPILER...: the shell NAME.
compile() {
    program=$1
    shift
    "$@" -g -O1 -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION shell.c sqlite3.c -lm -o "$program" \
        >"$program.log" 2>&1 || {
        tail -n 20 "$program.log" >&2
        fail "does not compile: $program"
    }
}

# run PROGRAM: processor time in microseconds to least_PROGRAM, if it is the least so far.
run() {
    MEMSCOPE_OPTIONS="out=$dir/sqlite.mscope" "$cpu_time" time "./$1" -batch :memory: <load.sql >"$1.out" \
        2>"$1.err" || fail "$1 ended with $?: $(cat "$1.err")"
    [ ! -s "$1.err" ] || fail "$1: $(head -n 3 "$1.err")"
    used=$(cut -d' ' -f2 time)
    eval "least=\${least_$1-}"
    [ -n "$least" ] && [ "$used" -ge "$least" ] || eval "least_$1=$used"
}

# expect PROGRAM FILTER WHY: what the report of PROGRAM must say.
expect() {
    jq -e "$2" "$1.json" >/dev/null || {
        echo "sqlite $1: $3" >&2
        status=1
    }
}

command -v tclsh >/dev/null || {
    echo "skipped: SQLite's amalgamation is made by tclsh (package tcl)"
    exit 77
}
fetch sqlite3
[ -e "$dir/sqlite3-one-file/shell.c" ] && [ -e "$dir/sqlite3-one-file/sqlite3.c" ] ||
    build_in "$dir/sqlite3-one-file" "$dir/sqlite3/source" make_amalgamation
cd "$dir/sqlite3-one-file"
[ -x plain ] || compile plain cc
compile measured "$memscope" cc
compile usable "$memscope" cc -DHAVE_MALLOC_H=1 -DHAVE_MALLOC_USABLE_SIZE=1

export MEMSCOPE_DIR="$dir/journals"
sed "s/:rows/$rows/g" "$here/sqlite/load.sql" >load.sql
status=0
for name in measured usable; do
    if grep -q 'warning:' "$name.log" && ! grep -q 'warning:' plain.log; then
        fail "memscope cc brings new warnings: $(grep -m 3 'warning:' "$name.log")"
    fi
    i=0
    while [ "$i" -lt "$runs" ]; do
        run plain
        run "$name"
        cmp -s plain.out "$name.out" || fail "$name prints something else"
        i=$((i + 1))
    done
    [ "$(wc -l <plain.out)" -gt 100 ] || fail "the statements print too little: $(wc -l <plain.out) lines"
    "$memscope" export --format json "$dir/sqlite.mscope" -o "$name.json" || fail "no report of $name"
    eval "new=\$least_$name"
    # shellcheck disable=SC2154 # set by run
    jq -r --arg name "$name" --arg ratio "$(ratio "$new" "$least_plain")" '
        "sqlite \($name): processor time x\($ratio), \(.summary.total_allocations) allocations, " +
        "\(.summary.total_bytes) bytes, typed \(.summary.typed_bytes_percent * 100 | round / 100) %"' "$name.json"
    print_types "$name.json" total_bytes
    jq -r '[.sites[] | select(.type_name == null)] | sort_by(-.total_bytes) | .[0:5][] |
        "  not known: \(.total_bytes) bytes at \(.function // "?") \(.file // "?"):\(.line // 0)"' "$name.json"
    expect "$name" '.summary.typed_bytes_percent >= 95' "less than 95 % of the bytes have a type"
    expect "$name" '.sampling.exact and .summary.dropped_events == 0' "not everything was counted"
    expect "$name" '["PgHdr1", "Pager", "Vdbe", "Expr"] - [.types[].type_name] == []' "types of SQLite are missing"
done
exit $status
