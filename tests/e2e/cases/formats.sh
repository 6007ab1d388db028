# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Formats of other tools, read by these tools.

# A report whose names are what a hostile program would choose, in hostile.json.
make_hostile() {
    "$MEMSCOPE_BUILD/tests/bin/make_sample" 40 30 hostile.json || fail "make_sample"
}

# pprof INDEX OPTIONS...: what `go tool pprof` makes of profile.pb.gz: "FLAT CUM NAME" a line, bytes as numbers.
pprof() {
    index=$1
    shift
    HOME=$PWD go tool pprof -top -unit=B -nodecount=0 -nodefraction=0 -sample_index="$index" "$@" profile.pb.gz \
        >top 2>pprof.err || fail "go tool pprof: $(cat pprof.err)"
    awk 'header { sub(/B$/, "", $1); sub(/B$/, "", $4); $2 = $3 = $5 = ""; gsub(/ +/, " "); print }
         $1 == "flat" { header = 1 }' top
}

# pprof_has INDEX "FLAT CUM NAME" OPTIONS...
pprof_has() {
    index=$1 wanted=$2
    shift 2
    pprof "$index" "$@" >rows
    grep -qxF -- "$wanted" rows || fail "no row '$wanted' of $index $*: $(cat rows)"
}

# pprof_total INDEX: the sum of all samples.
pprof_total() {
    pprof "$1" | awk '{ sum += $1 } END { print sum + 0 }'
}

to_pprof() {
    command -v go >/dev/null || skip "there is no go (apt-get install golang-go)"
    "$memscope" export --format pprof j.mscope -o profile.pb.gz || fail "memscope export --format pprof"
}

case_pprof() {
    build lives
    measure ./lives
    to_pprof
    same "$(pprof_total alloc_objects)" "$(jq .summary.total_allocations report.json)" "alloc_objects"
    same "$(pprof_total alloc_space)" "$(jq .summary.total_bytes report.json)" "alloc_space"
    same "$(pprof_total inuse_objects)" 7 "inuse_objects"
    same "$(pprof_total inuse_space)" 224 "inuse_space"
    pprof_has inuse_space '224 224 leak_sessions'
    pprof_has inuse_space '0 224 main'
    pprof_has alloc_objects '500 500 temporaries'
    HOME=$PWD go tool pprof -list='^leak_sessions$' -unit=B profile.pb.gz >list 2>pprof.err || fail "$(cat pprof.err)"
    grep -qE "224B +224B +$(line lives leak):" list || fail "not at its line: $(cat list)"
    HOME=$PWD go tool pprof -raw profile.pb.gz >raw
    build_id=$(jq -r '.modules[0].build_id' report.json)
    grep -qF "$PWD/lives $build_id [FN][FL][LN]" raw || fail "no mapping with a build-id: $(cat raw)"
    # The extension picks it too, and what is inlined is told apart.
    build inlined -O2
    measure ./inlined
    "$memscope" export -o two.dots.pb.gz j.mscope || fail "pb.gz picks no format"
    mv two.dots.pb.gz profile.pb.gz
    pprof inuse_space >rows
    grep -qF '(inline)' rows || fail "nothing is inlined: $(cat rows)"
}

case_pprof_labels() {
    build lives
    measure ./lives
    to_pprof
    pprof_has inuse_space '0 224 struct session' -tagroot=type
    pprof_has inuse_space '0 224 forgotten' -tagroot=variable
    pprof_has alloc_space '0 4000 struct record' -tagroot=type
    pprof_has alloc_space '4000 4000 checked_malloc' -tagfocus=type='struct record'
    pprof_has alloc_space '0 4000 make_records' -tagfocus=type='struct record'
    build churn -pthread
    measure ./churn
    to_pprof
    made=$(jq "[.sites[] | select(.line == $(line churn node)) | .total_bytes] | add" report.json)
    pprof_has alloc_space "$made $made make_node" # all but a few of these blocks are gone
    pprof_has alloc_space "0 $made churn" -focus=make_node
    build_annotated annotated
    measure ./annotated
    to_pprof
    jq -r '.types[] | select(.live_bytes > 0 and .type_name != null) | "0 \(.live_bytes) \(.type_name)"' report.json >wanted
    [ -s wanted ] || fail "nothing is live: $(jq -c .types report.json)"
    while read -r row; do
        pprof_has inuse_space "$row" -tagroot=type
    done <wanted
    label=$(jq -r '[.sites[].label | strings][0]' report.json)
    pprof alloc_objects -tagroot=label >rows
    grep -qE "^0 [0-9]+ $label\$" rows || fail "no label $label: $(cat rows)"
}

# What a command says of an export is what it says of the journal.
case_exports_read_back() {
    build lives
    measure ./lives
    "$memscope" export -o report.msgpack j.mscope || fail "msgpack"
    jq -S . report.json >sorted.json # keys in another order, numbers as doubles
    for command in summary types hotspots variables leaks problems threads phases 'types --json' 'leaks --fail' \
        'export --format json' 'export --format msgpack' 'export --format pprof' 'export --format html'; do
        status=0
        # shellcheck disable=SC2086 # a command and its options
        "$memscope" $command j.mscope >wanted || status=$?
        for file in report.json report.msgpack ./report.json; do
            found=0
            # shellcheck disable=SC2086
            "$memscope" $command "$file" >found || found=$?
            same "$found" "$status" "status of memscope $command $file"
            cmp wanted found || fail "memscope $command $file differs: $(diff wanted found | head -5)"
        done
    done
    "$memscope" types j.mscope >wanted
    "$memscope" types sorted.json >found
    cmp wanted found || fail "types of a report with sorted keys: $(diff wanted found | head -5)"
    cp report.json plain
    "$memscope" report plain -o page.html >out || fail "a report without an extension"
}

case_exports_refused() {
    build lives
    measure ./lives
    "$memscope" export -o report.msgpack j.mscope
    # refuse WORDS FILE
    refuse() {
        found=0
        "$memscope" types "$2" >out 2>err || found=$?
        same "$found" 2 "status of types $2"
        one_line err "$1"
        one_line err "$2"
        [ ! -s out ] || fail "something was printed of $2"
    }
    head -c 3000 report.json >cut.json
    refuse 'damaged: line 1' cut.json
    head -c 3000 report.msgpack >cut.msgpack
    refuse 'cut off' cut.msgpack
    echo '{"name": "package", "version": "1.0"}' >package.json
    refuse 'not a report of memscope' package.json
    echo 'name: x' >text.json
    refuse 'not a report of memscope' text.json
    : >empty.json
    refuse 'empty' empty.json
    jq '.version = 2' report.json >later.json
    refuse 'version 2' later.json
    jq '.types[0].size = "big"' report.json >wrong.json
    refuse 'size is not a whole number' wrong.json
    mkdir directory.json
    refuse 'a directory' directory.json
    refuse 'no such file' missing.json
}

case_msgpack_by_python() {
    need_python msgpack
    build lives
    measure ./lives
    make_hostile
    for report in report hostile; do
        "$memscope" export --events -o $report.msgpack $report.json 2>err || fail "export $report.msgpack: $(cat err)"
        python "$MEMSCOPE_SOURCE/tests/e2e/tools/compare_msgpack.py" $report.json $report.msgpack || fail "$report"
    done
}

case_csv() {
    need_python csv
    build lives
    measure ./lives
    make_hostile
    tables=$("$memscope" export --format csv --table none j.mscope 2>&1 | sed 's/.* one of //; s/, not .*//; s/,//g')
    for report in report hostile; do
        for table in $tables; do
            "$memscope" export --format csv --table "$table" -o "$table.csv" $report.json || fail "$table"
        done
        # shellcheck disable=SC2086 # a list of words
        python "$MEMSCOPE_SOURCE/tests/e2e/tools/compare_csv.py" $report.json $tables || fail "$report.json"
    done
    case " $tables " in *" sites "*" leaks "*) ;; *) fail "the tables are $tables" ;; esac
    "$memscope" export -o standard.csv hostile.json
    cmp standard.csv sites.csv || fail "sites is not the standard table"
}

# Names stay one line and one frame each, numbers last.
case_folded() {
    build inlined
    measure ./inlined
    "$memscope" export -o live.folded j.mscope || fail "folded"
    grep -qE ';main;outer;middle;inner [0-9]+$' live.folded || fail "$(cat live.folded)"
    # value OPTION: the sum of the numbers.
    value() {
        "$memscope" export --format folded --value "$1" report.json | awk '{ sum += $NF } END { print sum }'
    }
    same "$(value live)" "$(jq .summary.current_memory_bytes report.json)" "live"
    same "$(value live-count)" "$(jq .summary.active_allocations report.json)" "live-count"
    same "$(value total)" "$(jq .summary.total_bytes report.json)" "total"
    same "$(value count)" "$(jq .summary.total_allocations report.json)" "count"
    "$memscope" export --format folded --root type report.json >by_type
    grep -q '^struct leaf;' by_type || fail "no root: $(cat by_type)"
    make_hostile
    "$memscope" export --format folded --root type hostile.json >hostile.folded || fail "hostile.folded"
    same "$(wc -l <hostile.folded)" "$(jq '[.live[] | select(.bytes > 0)] | length' hostile.json)" "number of lines"
    same "$(awk '{ sum += $NF } END { print sum }' hostile.folded)" "$(jq '[.live[].bytes] | add' hostile.json)" "sum"
    if LC_ALL=C grep -na '[[:cntrl:]]' hostile.folded; then
        fail "there are control characters"
    fi
    jq -r '.stacks as $stacks | .live[] | select(.bytes > 0) | .stack_id as $id |
        2 + (([$stacks[] | select(.id == $id) | .frames | length] + [1])[0]) - 1' hostile.json >depths
    awk -F';' '{ print NF }' hostile.folded | cmp - depths || fail "the number of frames differs"
}

case_export_options() {
    build lives
    measure ./lives
    # refuse WORDS ARGUMENTS...
    refuse() {
        words=$1
        shift
        found=0
        "$memscope" export "$@" j.mscope >out 2>err || found=$?
        same "$found" 2 "status of export $*"
        one_line err "$words"
    }
    refuse 'live, live-count, total, count, temporary, peak' --format folded --value size
    refuse 'none, type, variable' --format folded --root thread
    refuse 'sites, types' --format csv --table summary
    refuse 'json takes no --value' --format json --value live
    refuse 'pprof takes no --root' --format pprof --root type
    refuse 'folded takes no --table' --format folded --table sites
}

# What ms_print makes of report.massif, as ms.out.
print_massif() {
    "$memscope" export --format massif "$@" -o report.massif || fail "massif $*"
    ms_print report.massif >ms.out 2>ms.err || fail "ms_print: $(cat ms.err)"
    [ ! -s ms.err ] || fail "ms_print says: $(cat ms.err)"
}

# massif_has "NUMBER NAME": a line of a tree with that many bytes, and its name and place.
massif_has() {
    awk 'match($0, /[0-9.]+% \([0-9,]+B\) /) {
        number = substr($0, RSTART, RLENGTH)
        sub(/^[^(]*\(/, "", number); gsub(/[,B) ]/, "", number)
        print number, substr($0, RSTART + RLENGTH) }' ms.out >rows
    grep -qxF -- "$1" rows || fail "no '$1' in: $(cat rows)"
}

case_massif() {
    command -v ms_print >/dev/null || skip "there is no ms_print (apt-get install valgrind)"
    build lives
    measure ./lives
    source=$programs/lives.c
    print_massif j.mscope
    grep -qx 'Command:            ./lives' ms.out || fail "$(head -5 ms.out)"
    grep -qE '^ Detailed snapshots: \[[0-9]+ \(peak\), [0-9]+\]$' ms.out || fail "$(grep Detailed ms.out)"
    massif_has "16384 grow_table ($source:$(line lives grow))"
    massif_has "4000 make_records ($source:$(line lives wrapper))"
    massif_has "224 leak_sessions ($source:$(line lives leak))"
    grep -qE '^  *[0-9]+ +[0-9,]+ +224 +224 +0 +0$' ms.out || fail "no snapshot with what is left: $(cat ms.out)"
    print_massif --root type j.mscope
    massif_has '224 struct session'
    massif_has '16384 struct table_entry'
    make_hostile
    print_massif --root variable hostile.json
    massif_has "$(jq '[.live[].bytes] | add' hostile.json) (heap allocation functions) malloc/new/new[], --alloc-fns, etc."
    grep -qF '</script><img src=x onerror=' report.massif || fail "no hostile name"
    grep -q "in [0-9]* places, all below massif's threshold" report.massif || fail "small places are not put together"
    # A timeline longer than Massif's own.
    "$MEMSCOPE_BUILD/tests/bin/make_sample" 10 5000 long.json
    print_massif long.json
    snapshots=$(sed -n 's/^Number of snapshots: //p' ms.out)
    [ "$snapshots" -gt 50 ] && [ "$snapshots" -le 100 ] || fail "$snapshots snapshots"
    peak=$(jq '.timeline.heap_live_bytes | max' long.json)
    grep -qx "mem_heap_B=$peak" report.massif || fail "the highest point of $peak bytes is left out"
    "$MEMSCOPE_BUILD/tests/bin/make_sample" empty 0 empty.json
    print_massif empty.json
}

case_trace() {
    need_python json
    build phases
    measure ./phases
    make_hostile
    "$MEMSCOPE_BUILD/tests/bin/make_sample" empty 0 empty.json
    for report in report hostile empty; do
        "$memscope" export -o $report.trace.json $report.json || fail "trace"
        python "$MEMSCOPE_SOURCE/tests/e2e/tools/check_trace.py" $report.json $report.trace.json || fail "$report"
    done
    [ "$(jq '[.traceEvents[] | select(.ph == "X")] | length' report.trace.json)" -gt 0 ] || fail "no phases"
}

# Reports keep to the published schema, and it names all that is in them.
case_json_schema() {
    need_python jsonschema
    schema=$MEMSCOPE_SOURCE/docs/report.schema.json
    check_schema="python $MEMSCOPE_SOURCE/tests/e2e/tools/check_schema.py"
    for program in lives phases inlined threads; do
        build $program
        record "./$program"
        "$memscope" export -o $program.json j.mscope || fail "$program.json"
    done
    build_annotated annotated
    record ./annotated
    "$memscope" export -o annotated.json j.mscope || fail "annotated.json"
    options=sample_bytes=4096:events=64
    record ./lives
    "$memscope" export --events -o sampled.json j.mscope || fail "sampled.json"
    make_hostile
    "$memscope" export --events -o all.json hostile.json 2>err || fail "all.json: $(cat err)"
    "$MEMSCOPE_BUILD/tests/bin/make_sample" empty 0 empty.json
    $check_schema "$schema" lives.json phases.json inlined.json threads.json annotated.json sampled.json empty.json ||
        fail "a report is not as docs/report.schema.json says"
    $check_schema --all "$schema" all.json || fail "docs/report.schema.json has not all that reports have, or more"
    # refuse FILTER: a report that jq has changed so is not valid.
    refuse() {
        jq "$1" all.json >changed.json
        if $check_schema "$schema" changed.json >found; then
            fail "not noticed: $1"
        fi
    }
    refuse '.summary.total_bytes = "many"'
    refuse 'del(.summary.total_bytes)'
    refuse '.sites[0].line = -1'
    refuse '.sites[3].unheard_of = 1'
    refuse '.version = 2'
    refuse '.process.exit = "away"'
    refuse '.timeline.by_type[0].live_bytes[0] = 1.5'
}
