#!/bin/bash
# SPDX-License-Identifier: MIT
# check_speedscope.sh MEMSCOPE MAKE_SAMPLE WORK: speedscope, in a real browser, opens what memscope writes for it and what
# it writes for others: its own format, folded stacks, traces and pprof's. The packages of npm stay in WORK. Exit status 77: there
# is no browser, or no speedscope.
set -u

memscope=${1:?usage: check_speedscope.sh MEMSCOPE MAKE_SAMPLE WORK}
make_sample=$2
packages=$3
here=$(cd "$(dirname "$0")" && pwd)
. "$here/cdp.sh"
cdp_need chromium jq
version=1.25.0
"$here/fetch_npm.sh" speedscope "$version" 2831f1e0d26df914b477e522d78b8485511495a6af81a0b88158f8b48f9e0d03 "$packages" || exit
page=$packages/speedscope-$version/package/dist/release/index.html

work=$(mktemp -d)
trap 'cdp_stop; rm -rf "$work"' EXIT
failures=0

expect() {
    if [ "$2" = "$3" ]; then
        echo "ok: $1"
    else
        echo "FAILED: $1:"
        diff <(echo "$3") <(echo "$2")
        failures=$((failures + 1))
    fi
}

# open_file FILE: as `speedscope FILE` does it, then its table of functions, which key 3 shows: TABLE is
# "TOTAL SELF NAME" a row.
open_file() {
    printf 'speedscope.loadFileFromBase64(%s, "%s")' "$(jq -Rn --arg name "${1##*/}" '$name')" "$(base64 -w0 "$1")" > "$work/load.js"
    cdp_open about:blank &&
        cdp_open "file://$page#localProfilePath=$work/load.js" || exit 1
    local wait='const until = (ready) => new Promise((done) => { const look = (tries) => ready() || tries > 100 ?
        done(1) : setTimeout(look, 100, tries + 1); look(0); });'
    cdp_eval "$wait until(() => document.title !== 'speedscope' && document.body.innerText.includes('Sandwich'))"
    cdp_call Input.dispatchKeyEvent '{"type":"keyDown","key":"3","code":"Digit3","windowsVirtualKeyCode":51,"text":"3"}'
    cdp_call Input.dispatchKeyEvent '{"type":"keyUp","key":"3","code":"Digit3","windowsVirtualKeyCode":51}'
    cdp_eval "until(() => document.querySelectorAll('td').length > 3)"
    cdp_eval '[...document.querySelectorAll("tr")].filter((row) => row.innerText.includes("%)")).map((row) =>
        [...row.querySelectorAll("td")].map((cell) => cell.innerText.replace(/ \(.*%\)/, "").trim()).join(" ")).join("\n")'
    TABLE=$(jq -r . <<< "$CDP_VALUE")
    cdp_eval 'document.body.innerText'
    TEXT=$(jq -r . <<< "$CDP_VALUE")
}

cat > "$work/lives.c" << 'END'
#include <stdlib.h>
#include <string.h>
struct session { char name[32]; };
struct node { struct node *next; };
void *volatile kept[3];
__attribute__((noipa)) void open_session(int i) { struct session *s = malloc(sizeof *s); memset(s, 0, sizeof *s); kept[i] = s; }
__attribute__((noipa)) void add_node(void) { struct node *n = malloc(sizeof *n); n->next = NULL; kept[2] = n; }
int main(void) {
    open_session(0);
    open_session(1);
    add_node();
    free(kept[0]);
    return 0;
}
END
MEMSCOPE_CC_TRACK=all "$memscope" cc -g -O1 -o "$work/lives" "$work/lives.c" || exit 1
MEMSCOPE_OPTIONS="out=$work/j.mscope" "$work/lives" || exit 1
"$memscope" export -o "$work/lives.json" "$work/j.mscope" &&
    "$memscope" export -o "$work/lives.speedscope.json" "$work/j.mscope" &&
    "$memscope" export -o "$work/lives.folded" "$work/j.mscope" &&
    "$memscope" export --value total --root type -o "$work/total.folded" "$work/j.mscope" &&
    "$memscope" export -o "$work/lives.pb.gz" "$work/j.mscope" &&
    "$make_sample" 60 20 "$work/hostile.speedscope.json" && "$make_sample" 60 20 "$work/hostile.folded" &&
    "$make_sample" 60 20 "$work/hostile.pb.gz" && "$make_sample" 60 20 "$work/hostile.trace.json" || exit 1
if ! cdp_start "$work/browser"; then
    cat "$work/browser/stderr"
    exit 1
fi

# High enough for all rows: those that are scrolled away are not there.
cdp_call Emulation.setDeviceMetricsOverride '{"width":1280,"height":3000,"deviceScaleFactor":1,"mobile":false}'
rows=$'40 B 0 B main\n40 B 0 B __libc_start_call_main\n32 B 32 B open_session\n8 B 8 B add_node'
open_file "$work/lives.speedscope.json"
expect "its own format" "$(sort <<< "$TABLE")" "$(sort <<< "$rows")"
expect "the first of five numbers is shown" "$(grep -cx 'live bytes (1/5)' <<< "$TEXT")" 1
open_file "$work/lives.pb.gz"
expect "a profile for pprof" "$(sort <<< "$TABLE")" "$(sort <<< "$rows")"
open_file "$work/lives.folded"
expect "folded stacks" "$(sort <<< "$TABLE")" "$(sed 's/ B / /g' <<< "$rows" | sort)"
open_file "$work/total.folded"
expect "folded stacks of all allocations, by type" "$(sort <<< "$TABLE")" \
    "$(printf '64 0 struct session\n64 64 open_session\n8 0 struct node\n8 8 add_node\n' | sort)"

# Of a trace it takes the phases of threads.
open_file "$work/hostile.trace.json"
expect "phases of a trace" "$(grep -o 'load {"total_allocations":900,"total_bytes":70000}' <<< "$TABLE")" \
    'load {"total_allocations":900,"total_bytes":70000}'

# Names that a hostile program would choose: shown, and not run.
for file in hostile.speedscope.json hostile.folded hostile.pb.gz; do
    open_file "$work/$file"
    expect "$file has its functions" "$(grep -c 'session_open$' <<< "$TABLE")" 1
    expect "$file shows a hostile name" "$(grep -qF '"><svg onload="' <<< "$TABLE" && echo yes)" yes
    cdp_eval 'Object.keys(document.body.dataset).filter((key) => key.startsWith("memscope")).length'
    expect "$file runs none" "$CDP_VALUE" 0
done

if [ "$failures" -gt 0 ]; then
    echo "$failures checks failed"
    exit 1
fi
