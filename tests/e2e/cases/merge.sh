# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# memscope merge: one report of many processes.

# run_as NAME ARGUMENTS...: NAME.mscope of budget.
run_as() {
    name=$1
    shift
    record ./budget "$@"
    mv j.mscope "$name.mscope"
}

# merged ARGUMENTS...: report.json of what is merged.
merged() {
    "$memscope" merge "$@" -o report.json || fail "memscope merge $* ended with $?"
}

case_merge_adds_up() {
    build budget
    run_as one 100 200 3
    run_as two 50 20 5
    merged one.mscope two.mscope
    check '[.schema, .version, (.processes | length)]' '["memscope-report",1,2]'
    check '.summary.total_allocations' $((301 + 71))
    check '.sites[] | select(.var_name == "session") | [.total_allocations, .total_bytes]' '[150,38400]'
    check '[.leaks[] | [.var_name, .count, .bytes]]' '[["s_names[]",8,512]]'
    check '.process | [.executable, .pid, .exit, .exit_code]' "[\"$PWD/budget\",null,\"exited\",0]"
    # They ran one after the other.
    check '.summary.peak_memory_bytes' $((100 * 256 + 100 * 8 + 200 * 64))
    check '.types[] | select(.type_name == "struct session") | .peak_bytes' 25600
    check '[.notes[] | select(startswith("merged: 2 processes, of which at most 1 ran at once"))] | length' 1
    check '[.stacks[].id] as $ids | [.leaks[].stack_id, .live[].stack_id] | all(. as $id | $ids | index($id) != null)' true
    # All commands read it, in both formats; merging it again with another run is the same as all at once.
    cp report.json both.json
    "$memscope" merge one.mscope two.mscope -o both.msgpack || fail "msgpack"
    "$memscope" summary both.msgpack >out || fail "memscope summary"
    grep -qF "2 processes, exited 0" out || fail "$(cat out)"
    for command in types variables hotspots leaks threads; do
        "$memscope" $command --json both.json >a || fail "memscope $command both.json"
        "$memscope" $command --json both.msgpack >b || fail "memscope $command both.msgpack"
        cmp a b || fail "$command differs"
    done
    # (Means are rounded in each step.)
    exact='del(.notes, .types[].average_bytes, .types[].average_lifetime_ns, .variables[].average_bytes,
        .variables[].average_lifetime_ns)'
    run_as three 7 7 7
    merged both.msgpack three.mscope
    jq -S "$exact | $plain_numbers" report.json >a
    merged one.mscope two.mscope three.mscope
    jq -S "$exact | $plain_numbers" report.json >b
    cmp a b || fail "merged in two steps: $(diff a b | head -20)"
    "$memscope" check --max-leaks 14 both.json >out || fail "$(cat out)"
    "$memscope" diff --json one.mscope both.json >out 2>err || fail "memscope diff"
    jq -e '.rows[] | select(.var_name == "session") | .total_bytes.change == 12800' out >/dev/null || fail "$(cat out)"
    # One process stays what it is.
    merged one.mscope
    jq -S '[.summary, [.sites[] | del(.id)], .types, .layouts, .lifetimes, .sizes]' report.json >a
    to_json one.mscope
    jq -S '[.summary, [.sites[] | del(.id)], .types, .layouts, .lifetimes, .sizes]' report.json | cmp - a ||
        fail "one process is not the same when it is merged"
}

# Another build of the same program, with other lines: variables and types are the same.
case_merge_of_builds() {
    build budget
    run_as one 10 20
    mkdir moved
    sed 's|^struct session {|\n\n\n&|' "$programs/budget.c" >moved/budget.c
    programs=$PWD/moved
    build budget
    run_as two 10 20
    merged one.mscope two.mscope
    check '[.sites[] | select(.var_name == "session") | .total_allocations]' '[10,10]'
    check '[.modules[].path | select(test("budget"))] | length' 2
    # What moved is another declaration, too.
    check '[.types[] | select(.type_name == "struct session") | .total_count]' '[10,10]'
    check '[.types[] | select(.type_name == "char") | .total_count]' '[40]'
}

# What a program and its children have recorded, found by the parents in the journals.
case_merge_of_a_tree() {
    build budget
    cat >tree.sh <<'END'
echo $$ >root.pid
read -r line <go
./budget 10 10 1 &
./budget 20 20 1
wait
sh -c './budget 30 30 1; :'
END
    mkfifo go
    "$memscope" run -q -- sh tree.sh &
    runner=$!
    wait_for 20 test -s root.pid
    ./budget 99 99 9 # at the same time, and not one of them
    echo >go
    wait "$runner" || fail "memscope run"
    merged --tree "$(cat root.pid)"
    check '[.processes[] | select(.executable | endswith("/budget"))] | length' 3
    check '.sites[] | select(.var_name == "session") | .total_allocations' 60
    check '[.leaks[] | select(.var_name == "s_names[]") | .count]' '[3]'
    check '[.threads[].name | select(test("^budget\\[[0-9]+\\]: budget$"))] | length' 3
    # The parents are there, and each child's parent is one of them.
    check '[.processes[].pid] as $pids | [.processes[1:][] | .ppid as $parent | $pids | index($parent) != null] | all' true
}

# Commands that take several files merge them.
case_merge_in_reports() {
    build budget
    run_as one 100 200 3
    run_as two 50 20 5
    merged one.mscope two.mscope
    "$memscope" export --format json one.mscope two.mscope >exported.json || fail "export ended with $?"
    cmp report.json exported.json || fail 'export merges in another way'
    "$memscope" report one.mscope two.mscope >out || fail "report ended with $?"
    same "$(cat out)" merged.html 'the page'
    grep -qF '2 processes' merged.html || grep -qF 'data-packed' merged.html || fail 'the page is of one process'
    status=0
    "$memscope" report --events one.mscope two.mscope 2>err || status=$?
    same "$status" 2 'status with --events'
    one_line err 'for one FILE'
    status=0
    "$memscope" export --format json one.mscope missing.mscope >out 2>err || status=$?
    same "$status" 2 'status with a file that is missing'
    one_line err 'cannot read missing.mscope'
}

case_merge_inputs() {
    build budget
    mkdir runs
    run_as one 10 10 1
    run_as two 10 10 1
    "$memscope" export --format msgpack two.mscope -o runs/two.msgpack
    cp one.mscope runs
    echo text >runs/README
    merged runs
    check '.processes | length' 2
    printf '%s\n' one.mscope '' runs | "$memscope" merge --files-from - -o - >report.json || fail "--files-from -"
    check '.processes | length' 3
    # What cannot be read is an error, or left out if that is asked for.
    head -c 5000 one.mscope >runs/cut.mscope
    found=0
    "$memscope" merge runs -o none.json 2>err || found=$?
    same "$found" 2 "status with a file that is cut off"
    one_line err runs/cut.mscope
    [ ! -e none.json ] || fail "there is a report all the same"
    "$memscope" merge --skip-unreadable runs -o report.json 2>err || fail "--skip-unreadable"
    one_line err runs/cut.mscope
    check '.processes | length' 2
    check '[.notes[] | select(. == "1 of the 3 files to merge could not be read")] | length' 1
}

# refused WORDS ARGUMENTS...: status 2 and one line.
refused() {
    words=$1
    shift
    found=0
    "$memscope" merge "$@" >out 2>err || found=$?
    same "$found" 2 "status of memscope merge $*"
    one_line err "$words"
}

case_merge_refused() {
    build budget
    run_as one
    mkdir empty
    refused "no file is given" -o x.json
    refused "-o OUT.json" one.mscope
    refused "'x.yaml' names no format" one.mscope -o x.yaml
    refused "empty" empty -o x.json
    refused "/no/such/directory/x.json" one.mscope -o /no/such/directory/x.json
    refused "./nothing.mscope" ./nothing.mscope -o x.json
    refused "--tree 999999999" --tree 999999999 -o x.json
    refused "nothing.list" --files-from nothing.list -o x.json
}
