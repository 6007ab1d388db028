# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What docs/ci.md says, done.

# block LANGUAGE N: the N-th block of that language in docs/ci.md.
block() {
    awk -v fence="\`\`\`$1" -v wanted="$2" '
        $0 == fence { if (++count == wanted) { on = 1; next } }
        $0 == "```" { on = 0 }
        on { print }' "$MEMSCOPE_SOURCE/docs/ci.md" >block
    [ -s block ] || fail "docs/ci.md has no block $2 of $1"
    cat block
}

# An installed tree, its program in the PATH, and the sample in project.
set_up() {
    cmake --install "$MEMSCOPE_BUILD" --prefix "$PWD/tree" >out
    PATH=$PWD/tree/bin:$PATH
    cp -r "$MEMSCOPE_SOURCE/samples/ci_gate" project
}

# ctest_of FOLDER [FLAGS]: how its tests end; what they print is in out.
ctest_of() {
    rm -rf made
    cmake -S "$1" -B made -DCMAKE_PREFIX_PATH="$PWD/tree" -DCMAKE_BUILD_TYPE=RelWithDebInfo ${2:+"-DCMAKE_C_FLAGS=$2"} >out 2>&1 ||
        fail "$(cat out)"
    cmake --build made >out 2>&1 || fail "$(cat out)"
    found=0
    ctest --test-dir made -V >out 2>&1 || found=$?
}

case_ci_sample() {
    set_up
    ctest_of project
    same "$found" 0 "status of the sample's tests: $(cat out)"
    grep -qF '[max-peak]' out || fail "$(cat out)"
    # With a leak in it, the second test fails, at the place.
    ctest_of project -DWORDS_REGRESSION
    [ "$found" -ne 0 ] || fail "the tests pass with a leak"
    line=$(awk '/MEMSCOPE struct word \*\*ranking/ { print NR }' project/words.c)
    grep -qE "words.c:$line:[0-9]+: error: the number of blocks never freed is 1, 1 over the limit of 0" out || fail "$(cat out)"
    grep -qE '1/2 Test #1: words +\.+ +Passed' out || fail "$(cat out)"
    # Its README shows that line.
    grep -F "error: the number of blocks never freed" out | sed 's/^2: //' >line
    grep -qF "$(cat line)" project/README.md || fail "samples/ci_gate/README.md shows another line than: $(cat line)"
}

case_ci_ctest() {
    set_up
    block cmake 1 >project/CMakeLists.txt
    ctest_of project
    same "$found" 0 "status of the tests: $(cat out)"
    sed -i 's/--max-peak 64K/--max-peak 1K/' project/CMakeLists.txt
    ctest_of project
    [ "$found" -ne 0 ] || fail "the tests pass over the limit"
    grep -qF '[max-peak]' out || fail "$(cat out)"
}

# steps: the shell commands of a workflow or job, but for the installation.
steps() {
    awk '
        /^ *(- )?run: \|$/ { on = 1; match($0, /^ */); depth = RLENGTH; next }
        on && /[^ ]/ { match($0, /^ */); if (RLENGTH <= depth) on = 0 }
        on { print }
        /^  script:$/ { list = 1; next }
        list && /^    - / { print substr($0, 7); next }
        list { list = 0 }' block
}

# The task for VS Code: its command is run, and what its matcher finds in the lines compared.
case_ci_editors() {
    command -v node >/dev/null || skip "there is no node"
    set_up
    cd project
    block json 1 >/dev/null
    memscope cc -g -O1 -DWORDS_REGRESSION -o words words.c || fail "memscope cc"
    MEMSCOPE_OPTIONS=out=words.mscope:leaks=1 ./words words.c >words.txt
    found=0
    jq -r '.tasks[0].command' block | sh >out || found=$?
    same "$found" 1 "status of the task"
    node -e '
        const { readFileSync } = require("fs");
        const pattern = JSON.parse(readFileSync("block")).tasks[0].problemMatcher.pattern;
        for (const line of readFileSync("out", "utf8").trimEnd().split("\n")) {
            const match = new RegExp(pattern.regexp).exec(line);
            console.log(["file", "line", "column", "severity", "message"].map((key) => match && match[pattern[key]]).join("|"));
        }' >problems
    line=$(awk '/MEMSCOPE struct word \*\*ranking/ { print NR }' words.c)
    same "$(cat problems)" "words.c|$line|38|error|the number of blocks never freed is 1, 1 over the limit of 0; most: \
struct word * (ranking) in print_words, 864 B [max-leaks]" "what the matcher finds"
}

case_ci_services() {
    set_up
    cd project
    block yaml 1 >/dev/null
    steps >steps
    same "$(wc -l <steps)" 3 "commands in the workflow"
    sh -e steps || fail "the workflow ends with $?"
    same "$(jq -c '.runs[0].results' memory.sarif)" '[]' "results"
    [ -e words.mscope ] || fail "no journal is kept"
    sed 's/--max-peak 64K/--max-peak 1K/' steps >over
    found=0
    sh -e over >out || found=$?
    same "$found" 1 "status of a workflow over its limit"
    grep -qE '^::error file=words.c,line=[0-9]+,col=[0-9]+,title=memscope max-peak::the peak of the heap' out || fail "$(cat out)"
    same "$(jq -r '.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri' memory.sarif)" words.c "uri"
    block yaml 2 >/dev/null
    steps >steps
    same "$(wc -l <steps)" 3 "commands in the job"
    sh -e steps || fail "the job ends with $?"
    same "$(jq -c . gl-code-quality-report.json)" '[]' "findings"
    if python -c 'import yaml' 2>/dev/null; then
        for number in 1 2; do
            block yaml $number | python -c 'import sys, yaml; yaml.safe_load(sys.stdin)' || fail "YAML block $number"
        done
    fi
    # A baseline, and a directory of journals.
    block sh 1 >/dev/null
    sh -e block >out 2>&1 || fail "the baseline: $(cat out)"
    grep -qF "none: nothing differs" out || fail "$(cat out)"
    mkdir journals
    for text in words.c README.md; do
        MEMSCOPE_OPTIONS=out=journals/%e.%p.mscope:leaks=1 ./words $text >/dev/null
    done
    block sh 2 >/dev/null
    sh -e block || fail "many journals end with $?"
    same "$("$memscope" export --format json suite.msgpack | jq '.processes | length')" 2 "processes"
}
