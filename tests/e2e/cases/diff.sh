# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# memscope diff: two runs, also of different builds.

# two_builds OLD-ARGUMENTS -- NEW-ARGUMENTS: old.mscope and j.mscope of budget, the second from sources
# in another directory in which every line has moved.
two_builds() {
    old_arguments=
    while [ "$1" != -- ]; do
        old_arguments="$old_arguments $1"
        shift
    done
    shift
    build budget
    # shellcheck disable=SC2086 # a list of words
    record ./budget $old_arguments
    mv j.mscope old.mscope
    mkdir moved
    sed 's|^struct session {|\n\n\n&|' "$programs/budget.c" >moved/budget.c
    programs=$PWD/moved
    build budget
    record ./budget "$@"
}

# row VARIABLE KEY: old, new and change of a row of diff.json.
row() {
    jq -c --arg name "$1" --arg key "$2" \
        '[.rows[] | select(.var_name == $name and .memory == "heap")] |
        if length == 1 then .[0][$key] | [.old, .new, .change] else "\(length) rows" end' diff.json
}

case_diff_moved_lines() {
    two_builds 100 200 3 -- 104 180 5
    "$memscope" diff --json old.mscope j.mscope >diff.json || fail "memscope diff --json"
    same "$(jq -c '[.schema, .version, (.rows | length)]' diff.json)" '["memscope-diff",1,5]' "shape"
    same "$(jq -c '[.rows[].status] | unique' diff.json)" '["changed","same"]' "states"
    same "$(row session peak_bytes)" '[25600,26624,1024]' "peak of sessions"
    same "$(row session total_count)" '[100,104,4]' "sessions"
    same "$(row 's_names[]' live_bytes)" '[192,320,128]' "names that are live"
    same "$(row 's_names[]' live_count)" '[3,5,2]' "names that are live"
    same "$(row 's_names[]' total_bytes)" '[12800,11520,-1280]' "bytes of names"
    same "$(jq -c '.summary.total_allocations | [.old, .new, .change]' diff.json)" '[301,285,-16]' "allocations"
    # What has changed most, up or down, comes first; rows without a change are not shown.
    "$memscope" diff old.mscope j.mscope >out || fail "memscope diff"
    same "$(awk '/^TYPE/ { on = 1; next } on { print $1, $2 }' out | head -2)" "char s_names[]
struct session" "order"
    grep -qE '^char +s_names\[\] +read_names +12.5 KiB +11.2 KiB +-1.25 KiB +-10.0 % +\+128 B' out || fail "$(cat out)"
    if grep -q 'char \*\[10000\]' out; then
        fail "a row is shown that has not changed: $(cat out)"
    fi
    "$memscope" diff --sort live_bytes --top 1 old.mscope j.mscope >out
    grep -qE '^char +s_names\[\] +read_names +192 B +320 B +\+128 B' out || fail "$(cat out)"
    grep -qF "1 of 3; --top 0 shows all" out || fail "$(cat out)"
    "$memscope" diff --filter 'struct *' old.mscope j.mscope >out
    same "$(grep -cE '^(struct|char)' out)" 2 "rows of structs"
    # Nothing has changed between a run and itself.
    "$memscope" diff j.mscope j.mscope >out || fail "memscope diff of the same"
    grep -qF "none: nothing differs in 5 rows" out || fail "$(cat out)"
}

case_diff_new_and_gone() {
    build budget
    record ./budget
    mv j.mscope old.mscope
    build lives
    record ./lives
    "$memscope" diff old.mscope j.mscope >out 2>err || fail "memscope diff"
    one_line err "different programs: budget and lives"
    grep -qE '^struct session +session +open_sessions .* gone +heap ' out || fail "$(cat out)"
    grep -qE '^struct record +record +make_records .* new +heap ' out || fail "$(cat out)"
    grep -qE '^char \*\[10000\] +s_names .* gone +static ' out || fail "$(cat out)"
    "$memscope" diff --json old.mscope j.mscope >diff.json 2>err
    same "$(row record total_bytes)" '[0,4000,4000]' "bytes of a new row"
    same "$(jq -c '[.rows[].status] | unique' diff.json)" '["gone","new"]' "states"
}

case_diff_as_json() {
    two_builds 10 20 -- 11 20
    "$memscope" diff --json --top 1 --sort total_count old.mscope j.mscope >diff.json || fail "memscope diff --json"
    same "$(jq -c '.rows | length' diff.json)" 1 "rows"
    same "$(jq -c '.rows[0] | [.type_name, .var_name, .function, .memory, .status]' diff.json)" \
        '["struct session","session","open_sessions","heap","changed"]' "row"
    same "$(jq -r '.rows[0].location' diff.json)" "$PWD/moved/budget.c:$(line budget session)" "place"
    same "$(jq -c '[.old, .new | .process.command[1]]' diff.json)" '["10","11"]' "processes"
}

# Red is growth, green is less, and that on a terminal alone.
case_diff_colors() {
    command -v script >/dev/null || skip "there is no script(1) to make a terminal"
    two_builds 10 20 -- 11 19
    unset NO_COLOR
    escape=$(printf '\033')
    "$memscope" diff old.mscope j.mscope >out
    if grep -q "$escape" out; then
        fail "colors in a file: $(cat out)"
    fi
    TERM=xterm COLUMNS=200 script -qec "$memscope diff old.mscope j.mscope 2>/dev/null" /dev/null >out </dev/null
    grep -qF "$escape[31m+256 B$escape[0m" out || fail "growth is not red: $(cat -v out)"
    grep -qF "$escape[32m-64 B$escape[0m" out || fail "less is not green: $(cat -v out)"
    NO_COLOR=1 TERM=xterm script -qec "$memscope diff old.mscope j.mscope 2>/dev/null" /dev/null >out </dev/null
    if grep -q "$escape" out; then
        fail "colors with NO_COLOR: $(cat -v out)"
    fi
}

case_diff_estimates() {
    build budget
    record ./budget 400 2000 1000
    mv j.mscope old.mscope
    options=sample_rate=0.5:seed=3 record ./budget 400 2000 1000
    "$memscope" diff --sort live_bytes --json old.mscope j.mscope >diff.json 2>err || fail "memscope diff"
    grep -qF "the new one is estimated" err || fail "$(cat err)"
    grep -qF "requested bytes, the new one in usable bytes" err || fail "$(cat err)"
    jq -e '.rows[] | select(.var_name == "s_names[]") | .live_bytes.old == 64000 and
        .live_error_bytes.old == 0 and .live_error_bytes.new > 0 and
        (.live_bytes.change | fabs) < 2 * .live_error_bytes.new and .total_bytes.change == 0' diff.json >/dev/null ||
        fail "$(jq -c '.rows[]' diff.json)"
    "$memscope" diff --sort live_bytes old.mscope j.mscope >out 2>err
    grep -qE '^char +s_names\[\] .*[+-][0-9.]+ (B|KiB) ± [0-9.]+ (B|KiB)' out || fail "$(cat out)"
}

# refused WORDS ARGUMENTS...: status 2 and one line.
refused() {
    words=$1
    shift
    found=0
    "$memscope" diff "$@" >out 2>err || found=$?
    same "$found" 2 "status of memscope diff $*"
    one_line err "$words"
}

case_diff_refused() {
    build budget
    record ./budget
    refused "takes two files" j.mscope
    refused "takes two files" j.mscope j.mscope j.mscope
    refused "sort by 'size'" --sort size j.mscope j.mscope
    refused "not 'x'" --top x j.mscope j.mscope
    refused "--no-such-option" --no-such-option j.mscope j.mscope
    refused "./nothing.mscope" ./nothing.mscope j.mscope
    refused "./nothing.mscope" j.mscope ./nothing.mscope
    found=0
    "$memscope" diff --json j.mscope j.mscope >/dev/full 2>err || found=$?
    same "$found" 2 "status on a full device"
    one_line err "standard output"
}

# The page has what --json has, and both timelines.
case_diff_as_a_page() {
    two_builds 100 200 3 -- 104 180 5
    "$memscope" diff --json old.mscope j.mscope >diff.json || fail "memscope diff --json"
    same "$("$memscope" diff -o page.html old.mscope j.mscope)" page.html "what is printed"
    sed -n 's/.*<script type="application\/json" id="diff">\([^<]*\)<\/script>.*/\1/p' page.html >page.json
    same "$(jq -cS 'del(.old.timeline, .new.timeline)' page.json)" "$(jq -cS . diff.json)" "the page and --json"
    same "$(jq -c '[.old, .new] | map(.timeline.heap_live_bytes | length > 0)' page.json)" '[true,true]' "timelines"
    ! grep -qF 'id="report"' page.html || fail "there is a report in the page"
    "$memscope" diff -o - old.mscope j.mscope | cmp - page.html || fail "standard output has another page"
    "$memscope" diff --top 2 -o page.html old.mscope j.mscope >out || fail "memscope diff --top 2"
    same "$(grep -o '"status":' page.html | wc -l)" 2 "rows of --top 2"
    status=0
    "$memscope" diff --json -o no.html old.mscope j.mscope >out 2>err || status=$?
    same "$status $(cat err)" '2 memscope: diff: --json prints, -o writes a page; give one of them' "both"
    status=0
    "$memscope" diff -o nowhere/page.html old.mscope j.mscope >out 2>err || status=$?
    same "$status $(cat err)" '2 memscope: cannot write nowhere/page.html: No such file or directory' "no directory"
}
