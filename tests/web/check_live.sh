#!/bin/bash
# SPDX-License-Identifier: MIT
# check_live.sh MEMSCOPE: the page of `memscope serve` in a real browser. It follows its process without losing the reader's
# place, can be paused, comes back when the server does, and ends with the process. Exit status 77: there is no browser.
set -u

memscope=${1:?usage: check_live.sh MEMSCOPE}
here=$(cd "$(dirname "$0")" && pwd)
. "$here/cdp.sh"
cdp_need chromium jq curl

work=$(mktemp -d)
server= subject=
# shellcheck disable=SC2086
trap 'cdp_stop; kill $server $subject 2> /dev/null; rm -rf "$work"' EXIT
failures=0

ok() { echo "ok: $1"; }
failed() {
    echo "FAILED: $1: $2"
    failures=$((failures + 1))
}

# expect WHAT EXPRESSION WANTED: the value of EXPRESSION in the page is WANTED, as JSON
expect() {
    cdp_eval "$2" || CDP_VALUE=error
    if [ "$CDP_VALUE" = "$3" ]; then ok "$1"; else failed "$1" "$CDP_VALUE, wanted $3"; fi
}

# becomes WHAT EXPRESSION WANTED: the same, soon: a machine that is busy takes its time
becomes() {
    local tries=0
    until cdp_eval "new Promise((done) => { const end = Date.now() + 40000; const look = () => {
            let value = null; try { value = $2; } catch {}
            JSON.stringify(value) === $(jq -Rn --arg wanted "$3" '$wanted') || Date.now() > end ? done(value) : setTimeout(look, 50); }; look(); })" 2> /dev/null; do
        tries=$((tries + 1)) # another page has come
        [ "$tries" -lt 100 ] || break
        sleep 0.1
    done
    if [ "$CDP_VALUE" = "$3" ]; then ok "$1"; else failed "$1" "$CDP_VALUE, wanted $3"; fi
}

# run_subject JOURNAL: reads descriptor 5 of this shell
run_subject() {
    rm -f "$work/input"
    mkfifo "$work/input"
    MEMSCOPE_OPTIONS="out=$1" "$work/subject" < "$work/input" 7>&- 8>&- &
    subject=$!
    exec 5> "$work/input"
    printf abbcccddddeeeeeffffffggggggghhhhhhhhiiiiiiiiijjjjjjjjjjkkkkkkkkkkkllllllllllll >&5
}

# serve ARGUMENTS...: sets url
serve() {
    : > "$work/address"
    "$memscope" serve "$@" > "$work/address" 2> "$work/serve.err" 5>&- 7>&- 8>&- &
    server=$!
    local tries=0
    until [ -s "$work/address" ] || [ "$tries" -gt 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    url=$(cat "$work/address")
}

stop_server() {
    kill "$server"
    wait "$server" || failed "the server ends" "$?"
    server=
}

# What the page shows of a type: the live blocks in its row.
blocks_of='(type) => [...document.querySelectorAll("#types tr.opens")].find((row) => row.querySelector(".name").textContent === type)
    ?.cells[[...document.querySelectorAll("#types th")].findIndex((head) => head.dataset.key === "blocks")].textContent'

"$memscope" cc -g -o "$work/subject" "$here/live_subject.c" || exit 1
cdp_start "$work/browser" || exit 1
cdp_call Emulation.setDeviceMetricsOverride '{"width":1280,"height":900,"deviceScaleFactor":1,"mobile":false}'

run_subject "$work/j.mscope"
sleep 0.5
serve --listen 127.0.0.1:0 "$work/j.mscope"
cdp_open "$url" || exit 1
becomes "the page is live" 'document.body.dataset.live' '"live"'
becomes "it shows what there is" "($blocks_of)('struct type_a')" '"100"'

cdp_eval 'const flameBlocks = () => Number(/ in ([\d\s]+)blocks/.exec(document.querySelector("#stacks .box.root title").textContent)[1].replaceAll(/\s/g, ""));
    const flameFirst = flameBlocks(); 1'

# The reader finds a place.
cdp_eval 'document.querySelector("#types th[data-key=type_name] button, #types th button").click();
    const filter = document.getElementById("types-filter"); filter.value = "type_"; filter.dispatchEvent(new Event("input"));
    [...document.querySelectorAll("#types tr.opens")].find((row) => row.querySelector(".name").textContent === "struct type_c").querySelector(".opener").click();
    document.querySelector("#timeline .key").click();
    const box = document.querySelector("#types .tablebox"); box.style.height = "160px"; box.scrollTop = 40;
    document.getElementById("types").scrollIntoView(); filter.focus(); filter.setSelectionRange(1, 3); 1'
place='[document.querySelector("#types th[aria-sort=ascending], #types th[aria-sort=descending]").textContent,
    document.getElementById("types-filter").value, document.querySelectorAll("#types .detail").length,
    document.querySelector("#types .detail")?.previousElementSibling.querySelector(".name").textContent,
    document.querySelector("#timeline .key").getAttribute("aria-pressed"), document.querySelector("#types .tablebox").scrollTop,
    Math.round(scrollY), document.activeElement.id, document.activeElement.selectionStart, document.activeElement.selectionEnd, location.hash].join()'
cdp_eval "$place"
before=$CDP_VALUE
grep -q 'type_,1,struct type_c,false,40,' <<< "$before" || failed "the reader's place" "$before"
printf aaa >&5
becomes "it follows the program" "($blocks_of)('struct type_a')" '"400"'
becomes "so does the flame graph" 'flameBlocks() - flameFirst' 300
expect "the reader's place is kept" "$place" "$before"
cdp_eval 'document.querySelector("#types .opener[aria-expanded=true]").focus()'
printf a >&5
becomes "and once more" "($blocks_of)('struct type_a')" '"500"'
expect "a row keeps the focus" 'document.activeElement.closest("tr")?.querySelector(".name").textContent' '"struct type_c"'

# Text that is being marked is not taken away.
cdp_eval 'getSelection().selectAllChildren(document.querySelector("#types h2")), document.body.dataset.updates'
marked=$CDP_VALUE
sleep 1.2
expect "marked text stays" 'document.body.dataset.updates + getSelection().toString().startsWith("Types")' "\"${marked//\"/}true\""
cdp_eval 'getSelection().removeAllRanges()'

cdp_eval 'document.querySelector(".following button").click()'
expect "it is paused" 'document.body.dataset.live + document.querySelector(".following").textContent' '"pausedpausedGo on"'
printf a >&5
sleep 1.2
expect "a paused page stays as it is" "($blocks_of)('struct type_a')" '"500"'
cdp_eval 'document.querySelector(".following button").click()'
becomes "it goes on where it was left" "($blocks_of)('struct type_a')" '"600"'

stop_server
becomes "it says that the server has gone" 'document.body.dataset.live' '"reconnecting"'
printf a >&5
serve --listen "${url:7:-1}" "$work/j.mscope"
becomes "it comes back by itself" 'document.body.dataset.live' '"live"'
becomes "with what it has missed" "($blocks_of)('struct type_a')" '"700"'
curl -s "$url" > "$work/saved.html"

printf a >&5
exec 5>&-
wait "$subject" || failed "the subject" "$?"
becomes "it ends with the process" 'document.body.dataset.live' '"ended"'
expect "with its last numbers" "($blocks_of)('struct type_a')" '"800"'
expect "and how it has ended" 'document.querySelector(".title").textContent.includes("exited with 0")' true
expect "nothing went wrong in the page" 'document.body.dataset.errors' '"0"'
stop_server

# The same as a file.
cdp_open "file://$work/saved.html" || exit 1
expect "as a file it is not live" 'document.querySelectorAll(".following").length + document.body.dataset.errors' '"00"'
expect "nor may it ask anybody" \
    'new Promise((done) => { document.addEventListener("securitypolicyviolation", () => done("refused"), { once: true });
     fetch("http://127.0.0.1:1/").then(() => done("asked"), () => setTimeout(() => done("failed"), 500)); })' '"refused"'

# The list of a directory, and a page that asks for the token.
mkdir "$work/journals"
(umask 077 && echo 0123456789abcdef0123 > "$work/token")
serve --listen 0.0.0.0:0 --token-file "$work/token" "$work/journals"
cdp_open "http://me:0123456789abcdef0123@127.0.0.1:${url##*:}" || exit 1
expect "an empty list" 'document.querySelector("main").textContent.includes("No journals yet")' true
becomes "the list is live" 'document.body.dataset.live' '"live"'
run_subject "$work/journals/one.mscope"
rows='[...document.querySelectorAll("#processes tbody tr:not(.space)")].map((row) => row.cells[0].textContent + " " + row.cells[3]?.textContent).join()'
becomes "a process appears" "$rows" '"subject running"'
cdp_eval 'document.querySelector("#processes a").click()'
becomes "its page is live, with the token" 'document.body.dataset.live + document.querySelector("h1")?.textContent' '"livesubject"'
printf a >&5
becomes "and follows" "($blocks_of)('struct type_a')" '"200"'
cdp_eval 'history.back()'
becomes "back in the list" "$rows" '"subject running"'
exec 5>&-
wait "$subject"
subject=
becomes "it is said to have ended" "$rows" '"subject exited 0"'
stop_server
[ ! -s "$work/serve.err" ] || failed "serve is quiet" "$(cat "$work/serve.err")"

echo "check_live: $failures failures"
[ "$failures" -eq 0 ]
