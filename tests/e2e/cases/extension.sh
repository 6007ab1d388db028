# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Exporters and analyzers of the user's own: memscope/extension.h, --load.

folded=$MEMSCOPE_BUILD/samples/extension_folded.so
padding=$MEMSCOPE_BUILD/samples/extension_padding.so

# bad KIND: ./KIND.so of programs/bad_extension.c.
bad() {
    gcc -std=gnu11 -Wall -Wextra -Werror -shared -fPIC "-D$1" -I"$MEMSCOPE_BUILD/include" -o "$1.so" \
        "$programs/bad_extension.c" || fail "no $1.so"
}

# refused WORDS ARGUMENTS...: status 2, nothing printed, one line with WORDS in it.
refused() {
    words=$1
    shift
    found=0
    "$memscope" "$@" >out 2>err || found=$?
    same "$found" 2 "status of memscope $*"
    [ ! -s out ] || fail "memscope $* printed $(cat out)"
    one_line err "$words"
}

case_extension_exporter() {
    build lives
    measure ./lives
    "$memscope" export --load "$folded" --format live-stacks j.mscope >out || fail "status $?"
    # The same stacks and bytes as in JSON.
    jq -r '.stacks[] | select(.live_bytes > 0) |
        "\([.frames | reverse[] | .function // "?" | gsub("[; ]"; "_")] | join(";")) \(.live_bytes)"' report.json >wanted
    [ -s wanted ] || fail 'there are no live stacks'
    cmp out wanted || fail "not the stacks of JSON: $(diff out wanted)"
    # By the file's extension; a second library beside it; over a file that is there.
    echo old >live.stacks
    "$memscope" export --load "$padding" --load "$folded" -o live.stacks j.mscope || fail "status $?"
    cmp live.stacks wanted || fail 'live.stacks is another'
    same "$(ls live.stacks.* 2>/dev/null)" '' 'temporary files'
    # A library in the working directory; C++ is as good.
    cp "$folded" here.so
    "$memscope" export --load here.so -f live-stacks j.mscope | cmp - wanted || fail 'here.so writes another'
    cat >own.cc <<'END'
#include <memscope/extension.h>
static int write_types(const memscope_report *report, FILE *out, void *) {
    return fprintf(out, "%zu types\n", report->type_count) < 0;
}
MEMSCOPE_EXTENSION(registry) {
    static const memscope_exporter exporter = {"types", "txt", write_types, nullptr};
    memscope_register_exporter(registry, &exporter);
}
END
    g++ -std=c++11 -Wall -Wextra -Wpedantic -Werror -shared -fPIC -I"$MEMSCOPE_BUILD/include" -o own.so own.cc ||
        fail 'no own.so'
    same "$("$memscope" export --load own.so --format types j.mscope)" "$(jq '.types | length' report.json) types" 'own.so'
}

case_extension_analyzer() {
    build padded
    bad CANNOT_RUN
    measure ./padded
    check .findings '[]'
    half="struct half: 14 of 24 bytes are padding" quarter="struct quarter: 7 of 24 bytes are padding"
    "$memscope" export --load "$padding" -o report.json j.mscope || fail "status $?"
    check '[.findings[] | [.severity, .name, .text, (.location | split("/")[-1])]]' \
        "[[\"warning\",\"padding\",\"$half\",\"padded.c:$(line padded half)\"],\
[\"note\",\"padding\",\"$quarter\",\"padded.c:$(line padded quarter)\"]]"
    "$memscope" export --load "$padding" -o report.msgpack j.mscope || fail "status $?"
    "$MEMSCOPE_BUILD/tests/bin/msgpack_to_json" <report.msgpack | jq -c .findings >of_msgpack
    jq -c .findings report.json | cmp - of_msgpack || fail 'findings of msgpack are others'
    "$memscope" summary --load "$padding" --json j.mscope | jq -c .findings | cmp - of_msgpack ||
        fail 'findings of summary --json are others'
    "$memscope" report --load "$padding" -o page.html j.mscope >/dev/null || fail "status $?"
    grep -qF "\"text\":\"$half\"" page.html || fail 'the finding is not in the page'
    refused "'cannot_run' has failed" report --load CANNOT_RUN.so -o none.html j.mscope
    [ ! -e none.html ] || fail 'none.html is there'
    "$memscope" summary j.mscope >without || fail "status $?"
    "$memscope" summary --load "$padding" j.mscope >with || fail "status $?"
    ! grep -q Findings without || fail 'findings without an analyzer'
    sed -n '/^Findings$/,/^$/p' with >findings
    same "$(wc -l <findings)" 5 "lines under Findings ($(cat with))"
    grep -qE "^  warning +$half +.*padded\.c:$(line padded half) +padding" findings || fail "findings: $(cat findings)"
    "$memscope" summary --load "$padding" --top 1 j.mscope | grep -q '^Findings (1 of 2; --top 0 shows all)$' ||
        fail 'the rest is not told of'
    "$memscope" summary --load "$padding" --filter 'struct quarter*' j.mscope >filtered
    ! grep -q "$half" filtered || fail 'not filtered'
    grep -q "$quarter" filtered || fail 'filtered out'
}

# What an extension says is untrusted and bounded.
case_extension_that_fails() {
    build padded
    measure ./padded
    for kind in EXPORTERS FINDS_TOO_MUCH CANNOT_RUN; do bad $kind; done
    echo old >there.txt
    for output in there.txt new.txt; do
        refused 'the exporter has failed' export --load EXPORTERS.so -f fails -o $output j.mscope
        refused 'the exporter has written nothing' export --load EXPORTERS.so -f writes_nothing -o $output j.mscope
    done
    refused "the analyzer 'cannot_run' has failed (-1)" export --load CANNOT_RUN.so -f json -o there.txt j.mscope
    refused "the analyzer 'cannot_run' has failed (-1)" summary --load CANNOT_RUN.so j.mscope
    same "$(cat there.txt)" old 'there.txt'
    same "$(ls there.txt.* new.txt* 2>/dev/null)" '' 'what is left behind'
    # Closing the stream is harmless; a full disk is no failure of the exporter.
    "$memscope" export --load EXPORTERS.so -o closed.cl j.mscope || fail "status $?"
    same "$(cat closed.cl)" closed 'closed.cl'
    refused 'No space left' export --load "$folded" -f live-stacks -o /dev/full j.mscope

    "$memscope" export --load FINDS_TOO_MUCH.so -o report.json j.mscope 2>err || fail "status $?"
    one_line err '5 findings are left out: 1000 are kept'
    check '.findings | length' 1000
    check '[.findings[0] | .severity, .location, (.text | test("^é{511}$"))]' '["error","b.c:2",true]'
    check '[.findings[1:-2][].severity] | unique' '["warning"]'
    check '.findings[-2:]' '[{"name":"finds_too_much","severity":"note","text":"\u001b[31mred\nsecond line �","location":null},{"name":"finds_too_much","severity":"note","text":"(no text)","location":"a.c:1"}]'
    "$memscope" summary --load FINDS_TOO_MUCH.so --top 0 j.mscope >out 2>err || fail "status $?"
    grep -q 'note  *?\[31mred?second line' out || fail 'the finding is not there, or not clean'
}

case_extension_refused() {
    build padded
    measure ./padded
    load() {
        refused "$2" summary --load "$1" j.mscope
        grep -qF "cannot load $1: " err || fail "the library is not named: $(cat err)"
        refused "$2" export --load "$1" -f json -o out.json j.mscope
        [ ! -e out.json ] || fail 'out.json is there'
    }
    load missing.so 'No such file'
    echo 'no library' >text.so
    load text.so 'file too short'
    mkdir folder.so
    load folder.so 'irectory'
    load "$runtime" 'it has no MEMSCOPE_EXTENSION'
    for kind in NO_ENTRY OTHER_VERSION OTHER_REPORT NOTHING TAKEN TAKEN_EXTENSION NAMED UNNAMED EMPTY TWICE; do
        bad $kind
    done
    load NO_ENTRY.so 'it has no MEMSCOPE_EXTENSION'
    load OTHER_VERSION.so "it is for version 4711 of memscope's extensions, and this memscope has version 1"
    load OTHER_REPORT.so 'compile it again'
    # Each struct that extensions read is looked at.
    cd "$MEMSCOPE_SOURCE/include/memscope"
    for struct in $(sed -n 's/^struct \(memscope_[a-z_]*\) {$/\1/p' report.h report_rows.h); do
        case $struct in
        memscope_address | memscope_resolver | memscope_type_layout | memscope_module_file) ;; # none of a report
        memscope_timeline) ;;                       # in struct memscope_report itself
        *) grep -qF "sizeof(struct $struct)" extension.h || fail "$struct is not in MEMSCOPE_EXTENSION_ABI" ;;
        esac
    done
    cd "$OLDPWD"
    load NOTHING.so 'it registers nothing'
    load TAKEN.so "there already is a format or file extension 'json'"
    load TAKEN_EXTENSION.so "there already is a format or file extension 'html'"
    load NAMED.so "'?[31m red' is no name of an exporter"
    load UNNAMED.so "'' is no name of an exporter"
    load EMPTY.so "its exporter 'empty' has no function"
    load TWICE.so "there already is an analyzer 'finds_too_much'"
    refused ', live-stacks' export --load "$folded" -f yaml j.mscope
    refused "there already is a format or file extension 'live-stacks'" export --load "$folded" --load "$folded" j.mscope
    refused "'--load' needs a value" summary --load
}

# A program names the library whose exporter its own reports are written by.
case_extension_in_the_program() {
    build registers
    record ./registers "$folded" live-stacks out.stacks
    same "$status" 0 "status of registers: $(cat err)"
    same "$(cat out)" '1 1 1
0 0
written 0
1 0' "what registers says ($(cat err))"
    grep -qE '(^|;)main;?.* 1000$' out.stacks || fail "out.stacks: $(cat out.stacks)"
    # An analyzer's findings are in what the program writes.
    bad FINDS_TOO_MUCH
    record ./registers "$PWD/FINDS_TOO_MUCH.so" json report.json
    same "$status" 0 "status of registers: $(cat err)"
    check '.findings | length' 1000
    record ./registers "$PWD/missing.so" json missing.json
    grep -q '^not written 5$' out || fail "out: $(cat out)"
    one_line err "cannot load $PWD/missing.so"
    [ ! -e missing.json ] || fail 'missing.json is there'
}
