# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# memscope whatis, and the commands in gdb.

# start_asked: ./asked waits, its addresses are in $items, $bytes, $gone and $object, its pid in $pid.
start_asked() {
    build asked
    mkfifo in
    MEMSCOPE_OPTIONS="out=$PWD/j.mscope" ./asked <in >addresses &
    pid=$!
    exec 4>in
    wait_for 10 grep -q . addresses
    read -r items bytes gone object <addresses
}

# tells PATTERN: the last answer, in out, has such a line.
tells() {
    grep -qE "$1" out || fail "no line like '$1' in: $(cat out err)"
}

case_whatis_address() {
    start_asked
    "$memscope" whatis j.mscope "$items" >out 2>err || fail "whatis ended with $?: $(cat err)"
    tells "^$items is the start of a live block of 128 B$"
    tells '^  type +struct item$'
    tells '^  member +next, at offset 0$'
    tells '^  held by +struct table\.first$'
    line=$(awk '/malloc\(4/ { print NR }' "$programs/asked.c")
    tells "^  made in +add, .*asked\.c:$line$"
    tells "^  stack +add, .*asked\.c:$line$"
    tells '^ +main, .*asked\.c:[0-9]+$'
    tells "by thread $pid$"
    # Inside of the second element, and past the end of all.
    "$memscope" whatis j.mscope "$(printf '%#x' $((items + 32 + 20)))" >out 2>err || fail "whatis ended with $?: $(cat err)"
    tells "is 52 B into the live block of 128 B at $items$"
    tells '^  member +text of element 1, at offset 16$'
    "$memscope" whatis j.mscope "$(printf '%#x' $((bytes + 99)))" >out 2>err || fail "whatis ended with $?: $(cat err)"
    tells '^  type +char$'
    for address in "$(printf '%#x' $((bytes + 100)))" "$gone" "$object"; do
        found=0
        "$memscope" whatis j.mscope "$address" >out 2>err || found=$?
        same "$found" 1 "status for no block"
        tells "^$address is in no live block$"
    done
    tells '^  module +0x[0-9a-f]+ of .*/asked$'
    exec 4>&-
    wait "$pid" || :
}

case_whatis_refused() {
    build asked
    echo x | record ./asked
    for arguments in "j.mscope x" "j.mscope 12y" "" "j.mscope 1 2" "nothing 0x10" "out 0x10"; do
        found=0
        # shellcheck disable=SC2086 # a list of arguments
        "$memscope" whatis $arguments >said 2>err || found=$?
        same "$found" 2 "status of memscope whatis $arguments"
        [ ! -s said ] || fail "memscope whatis $arguments says: $(cat said)"
        one_line err memscope
    done
}

case_whatis_in_gdb() {
    command -v gdb >/dev/null || skip "gdb is not installed"
    build asked
    MEMSCOPE_OPTIONS="out=$PWD/j.mscope" gdb -nx -batch -ex "source $MEMSCOPE_BUILD/share/memscope/memscope_gdb.py" \
        -ex 'break read' -ex run -ex up -ex 'memscope whatis item' -ex 'memscope whatis s_table.first->text' \
        -ex 'memscope types --top 1' -ex 'memscope whatis s_table' -ex kill \
        ./asked </dev/null >out 2>err || fail "gdb ended with $?: $(cat err)"
    tells '^0x[0-9a-f]+ is the start of a live block of 128 B$'
    tells '^  held by +struct table\.first$'
    tells '^0x[0-9a-f]+ is 16 B into the live block'
    tells '^  member +text, at offset 16$'
    tells '^TYPE +'
    tells '^0x[0-9a-f]+ is in no live block$'
    # Without a process.
    gdb -nx -batch -ex "source $MEMSCOPE_BUILD/share/memscope/memscope_gdb.py" -ex 'memscope types' >out 2>&1 || :
    tells 'There is no process'
}
