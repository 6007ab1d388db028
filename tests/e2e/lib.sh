# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034 # what is set here is used by the cases
#
# What the cases share. A case is a shell function case_NAME in a file of cases/; run_case.sh calls it
# in an empty directory of its own. MEMSCOPE_BUILD is the build tree, MEMSCOPE_SOURCE the repository.

memscope=$MEMSCOPE_BUILD/bin/memscope
runtime=$MEMSCOPE_BUILD/lib/libmemscope.so
programs=$MEMSCOPE_SOURCE/tests/e2e/programs

unset MEMSCOPE_OPTIONS MEMSCOPE_CC MEMSCOPE_CXX MEMSCOPE_CC_TRACK LD_PRELOAD XDG_RUNTIME_DIR
export LC_ALL=C NO_COLOR=1 MEMSCOPE_DIR="$PWD/journals"

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

skip() {
    echo "skipped: $*"
    exit 77
}

# The interpreter of the distribution, which has its modules: another may come first in PATH.
python() {
    /usr/bin/python3 -I "$@"
}

# need_python MODULE: skips the case where there is none with it.
need_python() {
    python -c "import $1" 2>/dev/null || skip "there is no Python with $1 (apt-get install python3-$(echo "$1" | tr _ -))"
}

# build NAME [FLAGS...]: ./NAME from programs/NAME.c or .cc, instrumented. What follows in CFLAGS-like
# words may change the optimisation.
build() {
    build_name=$1
    shift
    if [ -e "$programs/$build_name.cc" ]; then
        "$memscope" c++ -g -O1 -Wall -Wextra -Werror -o "$build_name" "$programs/$build_name.cc" "$@"
    else
        "$memscope" cc -std=gnu11 -g -O1 -Wall -Wextra -Werror -o "$build_name" \
            "$programs/$build_name.c" "$@"
    fi || fail "memscope cc could not build $build_name"
}

# build_annotated NAME [FLAGS...]: the same, with nothing but annotated things instrumented.
build_annotated() {
    MEMSCOPE_CC_TRACK=annotated build "$@"
}

# record COMMAND...: runs it with the journal j.mscope; its output is in out and err, its status in
# $status. $options, if set, are further options.
options=
record() {
    rm -f j.mscope
    status=0
    MEMSCOPE_OPTIONS="out=$PWD/j.mscope${options:+:$options}" "$@" >out 2>err || status=$?
}

# start_listens: ./listens with its standard input at descriptor 7, and 200 live blocks.
start_listens() {
    build listens
    mkfifo input
    MEMSCOPE_OPTIONS="out=$PWD/j.mscope" ./listens <input >says 2>err &
    pid=$!
    exec 7>input
    printf xx >&7
    wait_for 10 test -s j.mscope
    wait_for 10 grep -q '\.\.' says
}

# to_json [JOURNAL]: its report in report.json.
to_json() {
    "$memscope" export --format json "${1:-j.mscope}" -o report.json ||
        fail "memscope export --format json ${1:-j.mscope} ended with $?"
}

# measure COMMAND...: record and to_json of a command that must end well and say nothing on stderr.
measure() {
    record "$@"
    [ "$status" -eq 0 ] || fail "$* ended with $status: $(cat err)"
    [ ! -s err ] || fail "$* wrote to standard error: $(cat err)"
    to_json
}

# Numbers as jq 1.6 prints them: later ones keep 1.0 as it is written.
plain_numbers='walk(if type == "number" then . + 0 else . end)'

# check FILTER VALUE: what jq makes of report.json, as compact JSON, strings bare.
check() {
    found=$(jq -cr "($1) | $plain_numbers" report.json) || fail "jq cannot evaluate $1"
    [ "$found" = "$2" ] || fail "$1 is
    $found
and not
    $2"
}

# by_stack RELATION [, KEY]: what the stacks of each place have made, and have of KEY, has that RELATION to what the place
# has, where that is known. KEY may be .bytes_at_peak where one thread was there: with several, sums are taken one after the other.
by_stack() {
    check "([.stacks[] | {id: .site_id, sums: [.total_allocations, .total_bytes, .temporary_allocations ${2-}]}]
        | group_by(.id) | map({key: (.[0].id | tostring), value: (map(.sums) | transpose | map(add))}) | from_entries) as \$sums
        | [.sites[] | select(.kind != \"object\" and .kind != \"static\")
            | [[.total_allocations, .total_bytes, .temporary_allocations ${2-}], (\$sums[.id | tostring] // [0, 0, 0, 0])]
            | transpose[] | select(.[0] != null and (.[1] $1 .[0] | not))]" '[]'
}

# check_true FILTER: the same for conditions.
check_true() {
    jq -e "$1" report.json >/dev/null ||
        fail "not so: $1 ($(jq -c '.summary' report.json))"
}

# line NAME MARK: the line of programs/NAME.c, or .cc, with the comment /* MARK */.
line() {
    line_file=$programs/$1.c
    [ -e "$line_file" ] || line_file=${line_file}c
    awk -v mark="/* $2 */" 'index($0, mark) { print NR; found = 1; exit }
        END { exit !found }' "$line_file" || fail "$1.c has no line marked $2"
}

same() {
    [ "$1" = "$2" ] || fail "$3: '$1' and not '$2'"
}

# one_line FILE WORDS: FILE is one line with these words in it.
one_line() {
    [ "$(wc -l <"$1")" -eq 1 ] || fail "$1 is not one line: $(cat "$1")"
    grep -qF -- "$2" "$1" || fail "'$2' is not in: $(cat "$1")"
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
    tries=$(($1 * 20))
    shift
    while ! "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || fail "waited in vain for: $*"
        sleep 0.05
    done
}
