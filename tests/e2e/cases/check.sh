# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# memscope check: limits, growth, and what CI services read.

# verdict STATUS ARGUMENTS...: what memscope check ends with; its output is in out and err.
verdict() {
    wanted=$1
    shift
    found=0
    "$memscope" check "$@" >out 2>err || found=$?
    same "$found" "$wanted" "status of memscope check $* ($(cat out err))"
}

# refused WORDS ARGUMENTS...: status 2 and one line.
refused() {
    words=$1
    shift
    verdict 2 "$@"
    [ ! -s out ] || fail "memscope check $* printed: $(cat out)"
    one_line err "$words"
}

case_check_limits() {
    build budget
    record ./budget 100 200 3
    # 100 sessions of 256 bytes, their table, 200 names of 64: all live at once.
    peak=$((100 * 256 + 100 * 8 + 200 * 64))
    for limits in "--max-peak $peak" "--max-live 192" "--max-total $peak" "--max-allocations 301" \
        "--max-leaks 3" "--max-problems 0" "--max-stack 0"; do
        # shellcheck disable=SC2086 # an option and its value
        verdict 0 $limits j.mscope
        [ ! -s out ] && [ ! -s err ] || fail "$limits prints $(cat out err)"
    done
    verdict 0 --max-type 'struct session=25600' --max-variable 's_names[]=12800' j.mscope
    for limits in "--max-peak $((peak - 1))" "--max-live 191" "--max-total $((peak - 1))" \
        "--max-allocations 300" "--max-leaks 2" "--max-type struct*session=25599" \
        "--max-variable s_names[]=12799"; do
        # shellcheck disable=SC2086
        verdict 1 $limits j.mscope
        same "$(wc -l <out)" 1 "lines for $limits"
    done
    # A variable that has only taken over blocks, which were made and counted in the same expression.
    "$memscope" cc -g -O1 -o words "$MEMSCOPE_SOURCE/samples/ci_gate/words.c" || fail "words does not build"
    MEMSCOPE_OPTIONS="out=$PWD/words.mscope" ./words "$MEMSCOPE_SOURCE/samples/ci_gate/words.c" >/dev/null || fail "words"
    verdict 1 --max-variable ranking=8K words.mscope
    grep -qF 'is not known: its blocks were made elsewhere, and counted there; limit their type' out || fail "$(cat out)"
    # As compilers say it, at the largest place behind it; several limits, several lines.
    verdict 1 --source-root "$MEMSCOPE_SOURCE" --max-peak 32K --max-leaks 0 --max-live 1M \
        --max-type 'char=1K' j.mscope
    same "$(cut -d ' ' -f 1-2 out)" "tests/e2e/programs/budget.c:$(line budget session):35: error:
tests/e2e/programs/budget.c:$(line budget name):22: error:
tests/e2e/programs/budget.c:$(line budget name):22: error:" "places"
    grep -qF "error: the peak of the heap is 38.3 KiB, 6.28 KiB over the limit of 32.0 KiB" out || fail "$(cat out)"
    grep -qF "struct session (session) in open_sessions, 25.0 KiB [max-peak]" out || fail "$(cat out)"
    verdict 0 -v --max-peak 1M j.mscope
    one_line out "ok: the peak of the heap is 38.3 KiB, within the limit of 1.00 MiB [max-peak]"
    # A name that is not there limits nothing, which is said: it may be misspelt.
    verdict 0 --max-type 'struct sesion=1M' j.mscope
    one_line err "struct sesion"
}

# What `memscope leaks` does not show does not count.
case_check_known_leaks() {
    build budget
    record ./budget 10 20 3
    verdict 1 --max-leaks 0 j.mscope
    echo 'leak:^read_names$' >known
    verdict 0 --max-leaks 0 --suppressions known j.mscope
    echo 'leak:^write_names$' >known
    verdict 1 --max-leaks 0 --suppressions known j.mscope
    # s_names still holds them at the end.
    options=leaks=1 record ./budget 10 20 3
    verdict 0 --max-leaks 0 j.mscope
    verdict 1 --max-live 0 j.mscope
    refused "nothing.here" --max-leaks 0 --suppressions nothing.here j.mscope
}

case_check_growth() {
    build budget
    record ./budget 100 200
    mv j.mscope old.mscope
    # The same program with other lines.
    mkdir moved
    sed 's|^struct session {|\n\n\n&|' "$programs/budget.c" >moved/budget.c
    programs=$PWD/moved
    build budget
    record ./budget 104 200
    verdict 0 --baseline old.mscope --max-growth 5% j.mscope
    verdict 0 --baseline old.mscope --max-growth 2K j.mscope
    verdict 1 --baseline old.mscope --max-growth 1% j.mscope
    one_line out "moved/budget.c:$(line budget session):35: error: the peak of the heap is 39.3 KiB"
    one_line out "the baseline's 38.3 KiB and 1 %; grown most: struct session (session) in open_sessions, 1.00 KiB"
    verdict 1 --baseline old.mscope --max-growth 1K j.mscope
    # To the byte where people's units would show the same.
    one_line out "is 40,256 B, 32 B over the 40,224 B allowed by the baseline's 39,200 B;"
    record ./budget 100 200 1
    verdict 1 --baseline old.mscope --max-growth 50% j.mscope
    one_line out "what was live at the end is 64 B, 64 B over"
    verdict 0 --baseline j.mscope --max-growth 0% old.mscope
}

case_check_for_services() {
    build budget
    record ./budget 100 200 3
    set -- --source-root "$MEMSCOPE_SOURCE" --max-peak 1K --max-padding 1K --max-leaks 0 --max-live 1M
    verdict 1 "$@" --github --sarif found.sarif --code-quality found.json j.mscope
    file=tests/e2e/programs/budget.c
    leak=$(line budget name)
    grep -qF "::error file=$file,line=$leak,col=22,title=memscope max-leaks::the number of blocks never freed is 3, 3 over" \
        out || fail "$(cat out)"
    same "$(grep -c '^::error ' out)" "$(wc -l <out)" "commands of GitHub's"
    jq -e --arg file "$file" --argjson line "$leak" '.[] | select(.check_name == "max-leaks") |
        .location.path == $file and .location.lines.begin == $line and .severity == "major" and
        (.description | length > 0) and (.fingerprint | test("^[0-9a-f]{16}$"))' found.json >/dev/null ||
        fail "$(cat found.json)"
    jq -e --arg file "$file" --argjson line "$leak" '.runs[0].results[] | select(.ruleId == "max-leaks") |
        .locations[0].physicalLocation | .artifactLocation.uri == $file and .region.startLine == $line' \
        found.sarif >/dev/null || fail "$(cat found.sarif)"
    # Rules are named by their index, too.
    jq -e '.runs[0] | .tool.driver.rules as $rules |
        all(.results[]; $rules[.ruleIndex].id == .ruleId)' found.sarif >/dev/null || fail "$(cat found.sarif)"
    # Another build, the same finding.
    jq -S '[.runs[0].results[].partialFingerprints]' found.sarif >first
    mkdir moved
    sed 's|^struct session {|\n\n\n&|' "$programs/budget.c" >moved/budget.c
    programs=$PWD/moved
    build budget
    record ./budget 101 200 3
    verdict 1 "$@" --sarif moved.sarif j.mscope
    jq -S '[.runs[0].results[].partialFingerprints]' moved.sarif | cmp - first || fail "other fingerprints"
    # No finding is an empty list, not no file.
    verdict 0 --max-peak 1G --sarif none.sarif --code-quality none.json j.mscope
    same "$(jq -c '[.runs[0].results, (.runs[0].tool.driver.rules | length > 10)]' none.sarif)" '[[],true]' "no results"
    same "$(jq -c . none.json)" '[]' "no findings"
    verdict 2 --max-peak 1G --sarif /no/such/directory/x.sarif j.mscope
    one_line err /no/such/directory/x.sarif
    need_python jsonschema
    for sarif in found.sarif moved.sarif none.sarif; do
        python -W ignore - "$MEMSCOPE_SOURCE/tests/e2e/sarif_subset.schema.json" "$sarif" <<'END' || fail "$sarif is no SARIF"
import json, sys, jsonschema
schema, instance = (json.load(open(name)) for name in sys.argv[1:])
jsonschema.Draft7Validator.check_schema(schema)
jsonschema.Draft7Validator(schema).validate(instance)
END
    done
}

# Samples give an estimate and its error. What it breaks for sure is an error; what it may break, a warning.
case_check_estimates() {
    build budget
    options=sample_rate=0.5:seed=3 record ./budget 400 2000 1000
    to_json
    estimate=$(jq '[.leaks[].count] | add' report.json)
    [ "$estimate" -gt 700 ] && [ "$estimate" -lt 1300 ] || fail "$estimate leaks are estimated"
    verdict 0 --max-leaks 3000 j.mscope
    grep -qF "only a sample of the blocks was recorded" err || fail "$(cat err)"
    verdict 1 --max-leaks 100 j.mscope
    grep -qE "error: the number of blocks never freed is about [0-9,]+ \(± [0-9.]+ %\)" out || fail "$(cat out)"
    verdict 0 --max-leaks "$estimate" j.mscope
    grep -qF "warning: the number of blocks never freed is about" out || fail "$(cat out)"
    verdict 1 --strict --max-leaks "$estimate" j.mscope
    grep -qF "error: the number of blocks never freed is about" out || fail "$(cat out)"
    # What was allocated is exact at any rate.
    verdict 0 --max-allocations 2401 j.mscope
    verdict 1 --max-allocations 2400 j.mscope
    grep -qF "is 2,401, 1 over the limit of 2,400" out || fail "$(cat out)"
}

case_check_refused() {
    build budget
    record ./budget
    refused "takes a size, as in 64M or 1.5GiB, not '64X'" --max-peak 64X j.mscope
    refused "takes a whole number, not '1K'" --max-leaks 1K j.mscope
    refused "NAME=SIZE" --max-type 'struct session' j.mscope
    refused "NAME=SIZE" --max-type '=4M' j.mscope
    refused "takes a percentage or a size" --baseline j.mscope --max-growth 5%% j.mscope
    refused "--baseline OLD" --max-growth 5% j.mscope
    refused "--max-growth" --baseline j.mscope --max-peak 1M j.mscope
    refused "no limit is given" j.mscope
    refused "no-such-option" --no-such-option j.mscope
    refused "./nothing.mscope" --max-peak 1M ./nothing.mscope
    refused "./nothing.mscope" --baseline ./nothing.mscope --max-growth 5% j.mscope
    refused "/no/such/directory" --source-root /no/such/directory --max-peak 1M j.mscope
    # A journal that was not copied as a whole says nothing about limits.
    head -c 40000 j.mscope >cut.mscope
    refused "cut off" --max-peak 1G ./cut.mscope
    # Nor is a number that is not known within any.
    options=start=0 record ./budget
    verdict 1 --max-padding 1G j.mscope
    one_line out "what padding wastes is not known"
}
