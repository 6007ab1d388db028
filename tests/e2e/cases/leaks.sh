# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What the program can still reach when it ends: `leaks=1`, `memscope run --leaks`, `memscope leaks`.

# plain NAME [FLAGS...]: ./NAME from programs/NAME.c or .cc, as the compiler makes it without memscope.
plain() {
    plain_name=$1
    shift
    if [ -e "$programs/$plain_name.cc" ]; then
        g++ -g -O1 -Wall -Wextra -Werror -pthread "$@" "$programs/$plain_name.cc" -o "$plain_name"
    else
        gcc -std=gnu11 -g -O1 -Wall -Wextra -Werror -pthread "$@" "$programs/$plain_name.c" \
            -o "$plain_name"
    fi || fail "cannot build $plain_name"
}

# look COMMAND...: runs it with the runtime and looks at its end; report.json are its leaks.
look() {
    rm -f j.*.mscope
    status=0
    MEMSCOPE_OPTIONS="leaks=1:out=$PWD/j.%p.mscope${options:+:$options}" LD_PRELOAD=$runtime \
        "$@" >out 2>err || status=$?
}

leaks() {
    "$memscope" leaks --reachable --json "$@" >report.json || fail "memscope leaks ended with $?"
}

# sums: the bytes of report.json that are unreachable, indirect and reachable. libstdc++ has a pool for
# exceptions, in a function without a name, which it gives back for valgrind alone.
sums() {
    jq -r '[.[] | select((.function // "pool") | test("pool") | not)] as $all |
        [("unreachable", "indirect", "reachable") as $kind |
            [$all[] | select(.reachability == $kind) | .bytes] | add // 0] | join(" ")' report.json
}

# What valgrind calls them. A pointer into a block is enough for us: what is "possibly lost" is
# reachable.
valgrind_sums() {
    valgrind --leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=none "$@" 2>&1 |
        tr -d , | awk '
            /definitely lost:/ { definitely = $4 }
            /indirectly lost:/ { indirectly = $4 }
            /possibly lost:/ { possibly = $4 }
            /still reachable:/ { reachable = $4 }
            END { print definitely + 0, indirectly + 0, possibly + reachable }'
}

# LeakSanitizer calls all of a circle indirect, so that the sum of both kinds is compared.
sanitizer_sum() {
    LSAN_OPTIONS=exitcode=0 "$@" 2>&1 |
        awk '/^(Direct|Indirect) leak of/ { sum += $4 } /LeakSanitizer.*fatal/ { bad = 1 }
            END { print bad ? "no LeakSanitizer" : sum + 0 }'
}

# each NAME COMMAND [REMAINDER]: COMMAND for each case of the program, or every second one.
each() {
    plain "$1"
    "./$1" list | awk -v rest="${3-2}" 'rest == 2 || NR % 2 == rest' >cases
    [ "$(wc -l <cases)" -gt 5 ] || fail "no cases: $(cat cases)"
    while read -r case; do
        look "./$1" "$case"
        [ "$status" -eq 0 ] && [ ! -s err ] || fail "$case ended with $status: $(cat err)"
        leaks j.*.mscope
        "$2" "./$1" "$case" "$(sums)"
    done <cases
}

as_valgrind() {
    theirs=$(valgrind_sums "$1" "$2")
    ours=$3
    case $2 in # a running thread's table of thread-local storage is counted otherwise
    of_thread | of_dead_thread*)
        ours=${ours% *}
        theirs=${theirs% *}
        ;;
    esac
    same "$ours" "$theirs" "unreachable, indirect and reachable bytes of $2, and valgrind's"
}

as_sanitizer() {
    ours=${3% *}
    theirs=$(sanitizer_sum "$1.sanitized" "$2")
    [ "$theirs" != 'no LeakSanitizer' ] || skip "LeakSanitizer does not work here"
    same "$((${ours% *} + ${ours#* }))" "$theirs" "bytes of $2, and LeakSanitizer's"
}

with_valgrind() {
    command -v valgrind >/dev/null || skip "valgrind is not here"
    each "$1" as_valgrind "${2-2}"
}

with_sanitizer() {
    plain "$1" -fsanitize=leak
    mv "$1" "$1.sanitized"
    each "$1" as_sanitizer
}

case_leaks_as_valgrind_has_them() {
    with_valgrind leak_set 0
}

case_leaks_as_valgrind_has_them_too() {
    with_valgrind leak_set 1
}

case_leaks_as_valgrind_has_them_cxx() {
    with_valgrind leak_cxx
}

case_leaks_as_sanitizers_have_them() {
    with_sanitizer leak_set
}

case_leaks_as_sanitizers_have_them_cxx() {
    with_sanitizer leak_cxx
}

case_leaks_static() {
    build leak_set -static -pthread
    for expected in 'lost 301024 0 0' 'chain 112 1064 0' 'circle 112 56 0' 'interior 0 0 200' \
        'thread_local_one 0 0 100' 'overwritten 112 0 176' 'large 2097152 104 3145816'; do
        rm -f j.*.mscope
        MEMSCOPE_OPTIONS="leaks=1:out=$PWD/j.%p.mscope" ./leak_set "${expected%% *}"
        leaks j.*.mscope
        same "${expected%% *} $(sums)" "$expected" "a static program"
    done
}

# leaks_one CASE: of 1000 and 2000 bytes the first leak and the second do not.
leaks_one() {
    look ./leak_places "$1"
    [ "$status" -eq 0 ] && [ ! -s err ] || fail "$1 ended with $status: $(cat err)"
    leaks j.*.mscope
    same "$(jq -c '[.[] | select(.bytes == 1000 or .bytes == 2000) | [.bytes, .reachability]] |
        sort' report.json)" '[[1000,"unreachable"],[2000,"reachable"]]' "what $1 leaks"
}

case_leaks_in_unusual_places() {
    plain leak_places
    for case in plain mapped sealed unreadable cut_off sparse handlers ignored_children \
        ended_quickly; do
        leaks_one $case
    done
}

case_leaks_among_threads() {
    plain leak_places
    leaks_one busy
    [ "$(uname -m)" != x86_64 ] || leaks_one in_register
    look ./leak_places many
    leaks j.*.mscope
    [ "$(uname -m)" != x86_64 ] ||
        check '[.[] | select(.bytes == 100000) | .reachability]' '["reachable"]'
    check '[.[] | select(.bytes == 1000) | .reachability]' '["unreachable"]'
}

# Where threads cannot be stopped it is looked all the same, and said.
case_leaks_among_threads_that_run() {
    plain leak_places
    look ./leak_places untraceable
    [ "$status" -ne 77 ] || skip "no filters of system calls here"
    leaks j.*.mscope
    check '[.[] | select(.bytes == 1000) | .reachability]' '["unreachable"]'
    to_json j.*.mscope
    check_true '.notes | any(startswith("threads ran on while"))'
}

case_leaks_of_a_child() {
    plain leak_places
    look ./leak_places forked
    [ "$(find . -name 'j.*.mscope' | wc -l)" -eq 2 ] || fail "not two journals"
    for journal in j.*.mscope; do
        leaks "$journal"
        check '[.[] | select(.bytes == 1000) | .reachability]' '["unreachable"]'
        jq -c '[.[] | select(.bytes == 3000) | .reachability]' report.json >>children
    done
    same "$(sort children | tr '\n' ' ')" '["unreachable"] [] ' "the child's own"
}

case_leaks_after_a_kill() {
    plain leak_places
    look ./leak_places killed
    leaks j.*.mscope
    check '[.[] | .reachability] | unique' '[null]'
    "$memscope" leaks j.*.mscope >text
    grep -q '2 blocks, .*: in use when the process was killed' text || fail "not said: $(cat text)"
}

# One line says so, and the program ends as it would.
case_leaks_without_means() {
    plain leak_places
    for case in few_addresses no_files; do
        look ./leak_places $case
        [ "$status" -eq 0 ] || fail "$case ended with $status"
        one_line err 'what can still be reached is not known: '
        leaks j.*.mscope
        check '[.[] | .reachability] | unique' '[null]'
        to_json j.*.mscope
        check_true '.notes | any(startswith("what the program can still reach is not known: "))'
    done
}

says() {
    [ "$(cat out)" = "$1" ]
}

# asked COUNT: as often as that a block was lost and one kept, says a look at the running program.
asked() {
    "$memscope" leaks --scan --reachable --json "$pid" >report.json || fail "--scan ended with $?"
    check '[.[] | select(.bytes % 1000 == 0) | [.reachability, .count, .bytes]] | sort' \
        "[[\"reachable\",$1,$(($1 * 2000))],[\"unreachable\",$1,$(($1 * 1000))]]"
}

case_leaks_of_a_running_program() {
    build leak_asked -pthread
    mkfifo input
    MEMSCOPE_OPTIONS=stack=0 ./leak_asked <input >out 2>err &
    pid=$!
    exec 7>input
    printf xx >&7
    wait_for 10 says ..
    "$memscope" leaks --reachable --json "$pid" >report.json
    check length 0 # nobody has looked
    "$memscope" leaks "$pid" | grep -q 'nobody has looked; --scan' || fail "not said"
    asked 2
    printf x >&7
    wait_for 10 says ...
    asked 3
    exec 7>&-
    wait "$pid" || fail "the program ended with $?: $(cat err)"
    [ ! -s err ] || fail "it wrote to standard error: $(cat err)"
    status=0
    "$memscope" leaks --scan "$pid" >/dev/null 2>err || status=$?
    same "$status" 2 'a program that has ended'
    one_line err "process $pid of "
}

case_leaks_that_a_program_asks_for() {
    build leak_asked -pthread
    printf xxx | record ./leak_asked itself
    same "$(tr '\n' ' ' <out)" '1000 2000 3000 ' 'what is lost'
    [ ! -s err ] || fail "it wrote to standard error: $(cat err)"
    options=preset=off
    printf x | record ./leak_asked itself
    same "$(cat out)" 18446744073709551615 'without a journal'
    options=
}

# Nothing is lost in the end; a leak finder says nothing.
case_leaks_that_grow() {
    build growing
    measure ./growing
    check '[.leaks | length]' '[0]'
    check '[.growing[] | [.type_name, .function, .by, (.location | sub(".*/"; ""))]]' \
        "[[\"struct entry\",\"add_entries\",\"time\",\"growing.c:$(line growing grows)\"]]"
    check '.growing[0] | .start_bytes < 150000 and .end_bytes > 450000' true
    "$memscope" leaks j.mscope >text
    grep -q '^Growing all the time' text || fail "not said: $(cat text)"
    grep -q 'struct entry .* add_entries' text || fail "no row: $(cat text)"
}

case_leaks_sampled() {
    plain leak_set
    # A list is held by blocks without a record, and those by nothing: only the first can be lost, and
    # nobody can tell whether others are held by it alone.
    for seed in 1 2 3 4; do
        options=sample_rate=0.9:seed=$seed
        look ./leak_set long_chain
        leaks j.*.mscope
        check 'map(select(.reachability == "unreachable")) | map(.count) | add // 0 | . <= 1' true
        check 'map(select(.reachability == "indirect")) | length' 0
        check 'map(select(.reachability == "reachable")) | length' 1
    done
    to_json j.*.mscope
    check_true '.notes | any(startswith("not all blocks have a record"))'
    options=
}

case_leaks_as_text() {
    plain leak_set
    "$memscope" run --leaks -q -o j.mscope -- ./leak_set large
    "$memscope" leaks j.mscope >text
    grep -q '1 block, 2.00 MiB: unreachable' text || fail "not said: $(cat text)"
    grep -q '2 blocks, 3.00 MiB: reachable, so no leaks' text || fail "not said: $(cat text)"
    [ "$(grep -c '^unreachable .* 2.00 MiB' text)" -eq 1 ] || fail "no row: $(cat text)"
    ! grep -q '^reachable' text || fail "what is reachable is shown: $(cat text)"
    "$memscope" leaks --reachable j.mscope | grep -q '^reachable .* 3.00 MiB' || fail "not shown"
    status=0
    "$memscope" leaks --fail j.mscope >/dev/null || status=$?
    same "$status" 1 "--fail with leaks"
    "$memscope" run --leaks -q -o j.mscope -- ./leak_set global
    "$memscope" leaks --fail j.mscope >text || fail "--fail without leaks ended with $?"
    grep -qx 'no leaks' text || fail "not said: $(cat text)"
    "$memscope" check --max-leaks 0 j.mscope >/dev/null || fail "check without leaks ended with $?"
}

case_leaks_suppressed() {
    plain leak_set
    "$memscope" run --leaks -q -o j.mscope -- ./leak_set large
    for pattern in large '^large$' 'l*rge' 'leak_set.c' '*/leak_set' '^make'; do
        printf '# known\n\nleak:%s\n' "$pattern" >known
        "$memscope" leaks --fail --suppressions known j.mscope >text ||
            fail "--fail with leak:$pattern ended with $?: $(cat text)"
        grep -qF "2 blocks, 2.00 MiB: suppressed by leak:$pattern" text || fail "not said: $(cat text)"
    done
    for pattern in 'large_' '^arge' 'mak$' '^lar$'; do
        printf 'leak:%s\n' "$pattern" >known
        ! "$memscope" leaks --fail --suppressions known j.mscope >text || fail "leak:$pattern matches"
    done
    printf 'leak:x\nrace:y\n' >known
    status=0
    "$memscope" leaks --suppressions known j.mscope >/dev/null 2>err || status=$?
    same "$status" 2 'a wrong line'
    one_line err "known:2: 'race:y' is no suppression"
}

case_leaks_grouped() {
    build leak_set -pthread
    "$memscope" run --leaks -q -o j.mscope -- ./leak_set lost
    for group in all:3 variable:1 type:1 site:1 stack:3; do
        "$memscope" leaks --by "${group%:*}" --json j.mscope >report.json
        check 'length' "${group#*:}"
        check '[.[].bytes] | add' 301024
        check '[.[].count] | add' 3
    done
    status=0
    "$memscope" leaks --by colour j.mscope 2>err || status=$?
    same "$status" 2 'a wrong group'
    one_line err 'it is all, variable, type, site or stack'
}

# What the C library keeps to itself comes last when nobody has looked.
case_leaks_of_the_c_library() {
    plain leak_places
    record env LD_PRELOAD="$runtime" ./leak_places printing
    "$memscope" leaks j.mscope >text
    tail -n 1 text | grep -q '_IO_file_doallocate' || fail "not the last: $(cat text)"
    grep -q ': of these the C library.s own' text || fail "not said: $(cat text)"
}
