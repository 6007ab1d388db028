#!/bin/bash
# SPDX-License-Identifier: MIT
# check_dashboard.sh MAKE_SAMPLE MEMSCOPE: the page in a real browser. Every row is there and can be reached, names cannot run,
# nothing is fetched, keyboard and pointer work, it fits a narrow screen. Exit status 77: there is no browser to ask.
set -u

make_sample=${1:?usage: check_dashboard.sh MAKE_SAMPLE MEMSCOPE}
memscope=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/cdp.sh"
cdp_need chromium jq

work=$(mktemp -d)
trap 'cdp_stop; rm -rf "$work"' EXIT
failures=0

# expect WHAT EXPRESSION WANTED: the value of EXPRESSION in the page, as JSON
expect() {
    if ! cdp_eval "$2"; then
        CDP_VALUE=error
    fi
    if [ "$CDP_VALUE" = "$3" ]; then
        echo "ok: $1"
    else
        echo "FAILED: $1: $CDP_VALUE, wanted $3"
        failures=$((failures + 1))
    fi
}

# What the browser had to say, and whatever it asked for beside the page itself.
expect_quiet() {
    cdp_eval 1
    local noise
    noise=$(jq -c 'select(.method == "Runtime.consoleAPICalled" or .method == "Runtime.exceptionThrown"
                          or .method == "Log.entryAdded"
                          or (.method == "Network.requestWillBeSent" and .params.type != "Document")) | .params' \
        "$work/browser/events")
    if [ -n "$noise" ]; then
        echo "FAILED: $1: the browser says: $(head -c 600 <<< "$noise")"
        failures=$((failures + 1))
    else
        echo "ok: $1: no message, no request"
    fi
    expect "$1: no error" 'document.body.dataset.errors' '"0"'
}

press() {
    cdp_call Input.dispatchKeyEvent "{\"type\":\"keyDown\",\"key\":\"$1\",\"code\":\"$1\",\"windowsVirtualKeyCode\":${2:-0},\"text\":\"${3:-}\"}" &&
        cdp_call Input.dispatchKeyEvent "{\"type\":\"keyUp\",\"key\":\"$1\",\"code\":\"$1\",\"windowsVirtualKeyCode\":${2:-0}}"
}

screen() {
    cdp_call Emulation.setDeviceMetricsOverride "{\"width\":$1,\"height\":900,\"deviceScaleFactor\":1,\"mobile\":false}"
}

"$make_sample" 60 205 "$work/full.html" && "$make_sample" 60 205 "$work/full.json" &&
    "$make_sample" 10000 2000 "$work/large.html" &&
    "$make_sample" empty 0 "$work/empty.html" &&
    "$make_sample" 60 20 "$work/sources.html" 1000 &&
    "$make_sample" 60 20 "$work/less.json" && "$make_sample" 80 40 "$work/new.json" &&
    jq -c '.sites |= (to_entries | map(.value.peak_bytes *= (if .key % 3 == 0 then 4 else 1 end) | .value))' \
        "$work/less.json" > "$work/old.json" &&
    sed 's|"src/main\.c|"/home/u/a b/src/main.c|g' "$work/full.json" > "$work/places.json" &&
    "$memscope" report --editor vscode -o "$work/editor.html" "$work/places.json" > "$work/out" &&
    jq -c '.process.exit = "exited" | .summary.peak_known_bytes = 1000000 | .summary.current_memory_bytes = 10 |
        .types |= map(.bytes_at_peak = .total_bytes) | .stacks |= map(.bytes_at_peak = 100)' "$work/full.json" > "$work/over.json" &&
    "$memscope" report -o "$work/over.html" "$work/over.json" > "$work/out" &&
    "$memscope" report --redact -o "$work/redacted.html" "$work/places.json" > "$work/out" &&
    "$memscope" diff --json "$work/old.json" "$work/new.json" > "$work/diff.json" &&
    "$memscope" diff -o "$work/diff.html" "$work/old.json" "$work/new.json" || exit 1
if ! cdp_start "$work/browser"; then
    cat "$work/browser/stderr"
    exit 1
fi
settle='new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => done(1))), 60))'

screen 1280
cdp_open "file://$work/full.html" || exit 1
cdp_eval "$settle"
expect "the page is ready" 'document.body.dataset.ready' '"1"'
expect "the page counts its rows" 'JSON.parse(document.body.dataset.rowCounts)' \
    '{"types":60,"layouts":2,"hotspots":60,"leaks":60,"problems":60,"variables":60,"threads":5,"sites":60,"modules":3,"system_snapshots":205,"stacks":60}'
expect "the sections are there" '[...document.querySelectorAll("main > section")].map((each) => each.id).join(" ")' \
    '"overview timeline types layouts hotspots leaks problems variables stacks threads sites blocks system events modules"'
expect "the title names the program" 'document.title' '"server – memscope report"'
expect "no name became markup" 'document.querySelectorAll("main img, main script, header img, header script").length' 0
expect "no name ran" 'Object.keys(document.body.dataset).filter((key) => key.startsWith("memscope")).length' 0
expect "a hostile name is shown as it is" \
    '[...document.querySelectorAll("#types .name")].some((each) => each.textContent.startsWith("</script><img src=x onerror="))' true
expect "turned text is written as an escape" \
    '[...document.querySelectorAll("#types .name")].some((each) => each.textContent.startsWith("\\u{202e}txt.exe"))' true
expect "the charts have their curves" \
    'document.querySelectorAll("#timeline path.area").length + " " + document.querySelectorAll("#timeline path.line").length' '"7 4"'
expect "marks are on the timeline" 'document.querySelectorAll("#timeline .mark").length' 3
expect "findings are told" 'document.querySelectorAll(".findings li").length' 2
expect "phases are on the timeline" 'document.querySelectorAll("#timeline .phase title").length' 3
expect "leaks are grouped by place" 'document.querySelector("#leaks tbody").closest("table").getAttribute("aria-rowcount")' '"21"'
expect "problems are told in words, with both places" \
    '[...document.querySelectorAll("#problems tr.opens")].slice(0, 2).map((row) => row.cells[0].textContent.trim() + " " + row.cells[6].textContent).join(", ")' \
    '"freed twice 60, freed by the wrong function 59"'
expect "a problem opens to its stack" \
    'const open = document.querySelector("#problems .opener"); open.click();
     const count = document.querySelectorAll("#problems .detail .stack li").length; open.click(); count' 3
expect "a row opens to its layout" \
    'document.querySelector("#types .opener").click(), document.querySelectorAll("#types .detail .plain tbody tr").length + " " +
     document.querySelectorAll("#types .detail .plain tr.hole").length' '"11 3"'
expect "a layout opens to itself and to a better order, both to scale" \
    'const opener = [...document.querySelectorAll("#layouts .opener")].find((each) => (each.click(), document.querySelectorAll("#layouts .strip").length === 2 || (each.click(), false)));
     const sizes = [...document.querySelectorAll("#layouts .strip")].map((strip) => [...strip.children].reduce((sum, part) => sum + Number(part.style.flexGrow), 0));
     opener.click(); sizes.length + " " + (sizes[1] < sizes[0])' '"2 true"'
expect "states of buttons are told both ways" \
    '[...new Set([...document.querySelectorAll("#hotspots .opener, #timeline .key")].map((each) =>
     each.ariaExpanded + " " + each.ariaPressed))].sort().join(", ")' '"false null, null true"'
expect "a hot spot opens to its stack" \
    'document.querySelector("#hotspots .opener").click(), document.querySelectorAll("#hotspots .detail .stack li").length' 3
expect "it closes again" 'document.querySelector("#hotspots .opener").click(), document.querySelectorAll("#hotspots .detail").length' 0
expect "sorting by a number puts the least first at the second click" \
    'const live = document.querySelector("#types th[data-key=blocks] button"); live.click(); live.click();
     const cells = [...document.querySelectorAll("#types tr.opens")].slice(0, 9).map((row) => Number(row.cells[3].textContent.replaceAll("\u202f", "")));
     cells.every((value, index) => index === 0 || cells[index - 1] <= value) && cells[0] < 30' true
expect "the head tells the order" 'document.querySelector("#types th[data-key=blocks]").getAttribute("aria-sort")' '"ascending"'
expect "an area goes when its key is pressed" \
    'document.querySelector("#timeline .key").click(), document.querySelectorAll("#timeline path.area").length' 6
expect "the flame graph zooms" \
    'const boxes = () => document.querySelectorAll("#stacks .box").length; const before = boxes();
     [...document.querySelectorAll("#stacks .box")].find((box) => box.querySelector("text")?.textContent === "parse_request").dispatchEvent(new MouseEvent("click"));
     before > 50 && boxes() < before && document.querySelectorAll("#stacks .above").length >= 2' true

cdp_eval 'document.querySelector("#timeline .plot").focus()'
press End 35
press ArrowLeft 37
expect "arrow keys read the timeline" \
    'document.querySelector("#timeline .readout").hidden + " " + document.querySelector("#timeline .readout b").textContent.startsWith("20.")' \
    '"false true"'
cdp_eval 'document.querySelector("#hotspots .opener").focus()'
press ArrowDown 40
expect "arrow keys walk the rows" 'document.activeElement.closest("tr").getAttribute("aria-rowindex")' '"3"'
press Enter 13 '\r'
expect "Enter opens a row" 'document.activeElement.getAttribute("aria-expanded")' '"true"'
expect "the first screen has the five largest holders, largest first" \
    'const held = [...document.querySelectorAll(".holder .fill")].map((each) => parseFloat(each.style.width));
     held.length + " " + held.every((value, index) => index === 0 || held[index - 1] >= value)' '"5 true"'
expect "a holder leads to its site" \
    'document.querySelector(".holder").click(), document.querySelectorAll("#sites .detail").length + " " + location.hash.startsWith("#view=sites&site=")' \
    '"1 true"'
expect "what stands out is told, and leads to its evidence" \
    'const told = [...document.querySelectorAll(".insights li")]; told[0].querySelector("button").click();
     (told.length > 2) + " " + told[0].textContent.includes("given back twice") + " " + location.hash' '"true true #view=problems"'
expect "the treemap has an area for each type, of its color in the timeline" \
    "document.querySelector('.treemap') === null || $settle.then(() => document.querySelectorAll('.tmbox').length > 30 &&
     document.querySelector('.tmbox rect').style.fill.startsWith('var(--series-'))" true
expect "rows are copied as CSV, quoted where they must be" \
    "const saved = []; const create = URL.createObjectURL; URL.createObjectURL = (blob) => (saved.push(blob), create.call(URL, blob));
     document.querySelector('#threads [aria-label^=Save]').click(); URL.createObjectURL = create;
     saved[0].text().then((text) => text.split('\\r\\n').length + ' ' + text.startsWith('Name,Id,Allocations,'))" '"7 true"'

wanted=$(jq -c '[([.lifetimes | to_entries[] | select(.value.count > 0) | .key] | last - first + 1), ([.lifetimes[].count] | add)]' "$work/full.json")
expect "so are the histograms" \
    "const parts = []; URL.createObjectURL = (blob) => (parts.push(blob), create.call(URL, blob));
     document.querySelector('#blocks [aria-label=\"Save the rows shown as a CSV file: freed blocks by lifetime\"]').click(); URL.createObjectURL = create;
     parts[0].text().then((text) => { const rows = text.split('\\r\\n').slice(1, -1).map((row) => row.split(',')); return [rows.length, rows.reduce((sum, row) => sum + Number(row[2]), 0)]; })" \
    "$wanted"
cdp_eval 'document.querySelector("#search").focus()'
cdp_call Input.insertText '{"text":"PARSE_REQ"}'
expect "the search finds a function on the stacks" \
    '[...document.querySelectorAll("#hits .kind")].some((each) => each.textContent.startsWith("Functions on call stacks"))' true
press ArrowDown 40
expect "arrow keys walk the hits" 'document.activeElement.className' '"hit"'
expect "a hit on the stacks is shown in the flame graph" \
    '[...document.querySelectorAll("#hits .kind")].find((each) => each.textContent.startsWith("Functions on call stacks")).nextElementSibling.click();
     document.querySelectorAll("#stacks .box.hit").length > 0 && location.hash.includes("function=")' true
choose='(text) => [...document.querySelectorAll("#stacks .choice")].find((each) => each.textContent === text).click()'
expect "the flame graph starts with types, or with the allocation" \
    "const choose = $choose; choose('By type'); const second = () => [...document.querySelectorAll('#stacks [aria-level=\"2\"]')].map((each) => each.querySelector('title').textContent);
     const types = new Set(data_types()); function data_types() { return [...document.querySelectorAll('#types tr.opens .name')].map((each) => each.textContent); }
     const divided = second().length; choose('Stacks'); choose('Bottom up'); const inner = second().join(); choose('Top down');
     divided > 3 && inner !== second().join()" true
expect "it can stand on its feet" \
    "choose('Flame'); const foot = document.querySelector('#stacks .box.root').getBoundingClientRect().top;
     const upper = document.querySelector('#stacks [aria-level=\"3\"]').getBoundingClientRect().top; choose('Icicle'); upper < foot" true
# Of each thread, and of those whose thread is not known: bytes, blocks, as live[] has them.
wanted=$(jq -c '[.live | group_by(.tid)[] | {tid: .[0].tid, bytes: (map(.bytes) | add), count: (map(.count) | add)}] | sort_by(-.bytes)' "$work/full.json")
words='(box) => box.querySelector("title").textContent.replaceAll("\u202f", "").replaceAll("\u00a0", " ")'
expect "the flame graph is divided by thread, and each has what the report says" \
    "const wanted = $wanted, wordsOf = $words; choose('By thread');
     const divisions = [...document.querySelectorAll('#stacks [aria-level=\"2\"]')].map(wordsOf); choose('Stacks');
     divisions.length === wanted.length && wanted.every((each, index) =>
     divisions[index].includes(' in ' + each.count + ' block') && (each.tid === null ? divisions[index].startsWith('thread not known: ') : divisions[index].includes(each.tid)))" true
expect "a thread leads to the stacks of its blocks alone" \
    "const threads = document.querySelector('#threads tr[aria-rowindex=\"3\"] .link'), tid = Number(threads.closest('tr').cells[1].textContent); threads.click();
     const root = () => wordsOf(document.querySelector('#stacks .box.root')), only = document.querySelector('#stacks .only');
     [!only.hidden, only.textContent.includes(tid), location.hash === '#view=stacks&thread=' + tid,
      root().includes(' in ' + wanted.find((each) => each.tid === tid).count + ' blocks, 100.0% of live bytes of this thread')].join()" '"true,true,true,true"'
expect "and back to those of all threads" \
    "only.querySelector('button').click();
     only.hidden + ' ' + location.hash + ' ' + root().includes(' in ' + wanted.reduce((sum, each) => sum + each.count, 0) + ' blocks')" '"true #view=stacks true"'
# What was ever made, by type: of each place as much as it has made, whatever its stacks have of it.
wanted=$(jq -c '[[.sites[] | select(.kind != "object" and .kind != "static" and (.pooled | not))] | group_by(.type_name)[] |
    {count: (map(.total_allocations) | add), temporary: (map(.temporary_allocations) | add), bytes: (map(.total_bytes) | add)}] | sort_by(-.bytes)' "$work/full.json")
expect "what was ever made adds up to what its places have made" \
    "const byType = $wanted; choose('Total'); choose('By type'); const most = byType.slice(0, 12);
     const made = [...document.querySelectorAll('#stacks [aria-level=\"2\"]')].map(wordsOf);
     [made.length > 12, most.every((each, index) => made[index].includes(' in ' + each.count + ' block')), root().startsWith('all blocks ever made: '), location.hash].join()" \
    '"true,true,true,#view=stacks&of=total&divide=type"'
expect "so does what was freed at once, of which there are blocks alone" \
    "choose('Temporary'); const rapid = byType.reduce((sum, each) => sum + each.temporary, 0);
     [root().replaceAll(/\s/g, '').startsWith('allblocksfreedatonce:' + rapid + 'blocks,100.0%ofblocks'), document.querySelector('#stacks .choice[aria-disabled=true]').textContent,
      [...document.querySelectorAll('#stacks .choice[aria-disabled=true]')].map((each) => each.textContent).join(' ')].join()" '"true,Peak,Peak Bytes By thread"'
expect "what cannot be shown says why, and changes nothing" \
    "choose('By thread'); const reason = document.querySelector('#stacks .status').textContent; choose('Peak');
     [reason.startsWith('Which thread has made a block is known of live'), document.querySelector('#stacks .status').textContent.startsWith('No call stacks of what was at the peak'),
     [...document.querySelectorAll('#stacks .choice[aria-pressed=true]')].map((each) => each.textContent).join()].join(' ')" \
    '"true true Temporary,Blocks,By type,Top down,Icicle"'
expect "a link leads to the same view of the stacks" \
    "const link = location.hash; choose('Live'); choose('Bytes'); choose('Stacks'); location.hash = link;
     $settle.then(() => root().startsWith('all blocks freed at once: ') + ' ' + [...document.querySelectorAll('#stacks .choice[aria-pressed=true]')].map((each) => each.textContent).join())" \
    '"true Temporary,Blocks,By type,Top down,Icicle"'
expect_quiet "full report"

# A stretch of the run, by dragging; what has a history follows it.
cdp_open about:blank && cdp_open "file://$work/full.html#view=types&type=struct%20session_3" || exit 1
cdp_eval "$settle"
expect "a link opens the row that it names" \
    'document.querySelector("#types .detail .fullname")?.textContent' '"struct session_3"'
cdp_eval "document.querySelector('#timeline').scrollIntoView(), $settle"
cdp_eval 'const area = document.querySelector("#timeline .plot").getBoundingClientRect(); ({x: area.left, y: area.top + 60, w: area.width})'
plot=$CDP_VALUE
at() { jq -c "{x: (.x + .w * $1), y: .y}" <<< "$plot"; }
mouse() { cdp_call Input.dispatchMouseEvent "$(jq -c ". + {type: \"$1\", button: \"left\", buttons: 1, clickCount: 1}" <<< "$(at "$2")")"; }
mouse mousePressed 0.3
mouse mouseMoved 0.5
mouse mouseReleased 0.6
cdp_eval "$settle"
expect "dragging selects a stretch" '/^#.*from=\d+&to=\d+$/.test(location.hash)' true
expect "what has a history follows it" \
    '[...document.querySelectorAll("#types th, #hotspots th, #variables th")].filter((each) => each.dataset.key === "change").length' 3
expect "changes are differences" \
    '[...document.querySelectorAll("#types tr.opens")].length' 6
expect "other charts show the stretch alone" \
    'const ticks = [...document.querySelectorAll("#system .tick")].map((each) => each.textContent).filter((text) => /\ss$/.test(text));
     ticks.length > 2 && !ticks.some((text) => parseFloat(text) < 5 || parseFloat(text) > 14)' true
expect "leaks are those first made in it" \
    'document.querySelector("#leaks h2").textContent.includes("first made in")' true
mouse mousePressed 0.4
mouse mouseReleased 0.4
cdp_eval "$settle"
expect "a click selects a moment" \
    'const chosen = new URLSearchParams(location.hash.slice(1)); chosen.get("from") === chosen.get("to") && chosen.get("to") !== null' true
expect "then there is one column of it" \
    'document.querySelectorAll("#types th[data-key=end]").length + " " + document.querySelectorAll("#types th[data-key=change]").length' '"1 0"'
expect "and a way back to the whole run" \
    'document.querySelector(".selected button").click(), document.querySelectorAll("#types th[data-key=allocations]").length + " " + location.hash.includes("from")' \
    '"1 false"'
expect_quiet "selected stretch"

expect "a chart is saved as a picture of itself" \
    "const blobs = []; const make = URL.createObjectURL; URL.createObjectURL = (blob) => (blobs.push(blob), make.call(URL, blob));
     const drawing = document.querySelector('#timeline .plot svg').getBoundingClientRect(); document.querySelector('#timeline .legend .action').click();
     new Promise((done) => setTimeout(done, 1500)).then(() => createImageBitmap(blobs[0])).then((image) => { URL.createObjectURL = make;
     const canvas = new OffscreenCanvas(image.width, image.height); const context = canvas.getContext('2d'); context.drawImage(image, 0, 0);
     const colors = new Set(); const pixels = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
     for (let i = 0; i < pixels.length; i += 97) colors.add(pixels[i]);
     return blobs[0].type + ' ' + (Math.abs(image.width - 2 * (drawing.width + 24)) < 3) + ' ' + (colors.size > 8); })" '"image/png true true"'

screen 400
cdp_eval "$settle"
expect "a narrow screen is not scrolled sideways" 'document.documentElement.scrollWidth' 400
expect "charts are as wide as a narrow screen lets them" \
    'Math.max(...[...document.querySelectorAll(".plot svg")].map((each) => each.getBoundingClientRect().right)) <= 400' true

screen 1280
cdp_open "file://$work/large.html" || exit 1
cdp_eval "$settle"
expect "a large report comes packed" 'document.getElementById("report").dataset.packed' '"JSON, zlib, base64"'
expect "a large report is ready" 'document.body.dataset.ready' '"1"'
expect "all rows are in the table" \
    '["types", "hotspots", "variables", "sites"].map((id) => document.querySelector(`#${id} .tablebox table`).getAttribute("aria-rowcount")).join(" ")' \
    '"10001 10001 10001 10001"'
expect "the scroll height is that of all rows" 'document.querySelector("#hotspots .tablebox").scrollHeight' 270027
expect "few rows are elements" 'document.querySelectorAll("tr.opens").length < 250' true
expect "the last row can be scrolled to" \
    "const box = document.querySelector('#hotspots .tablebox'); box.scrollTop = box.scrollHeight; $settle.then(() =>
     box.querySelector('tbody').lastElementChild.previousElementSibling.getAttribute('aria-rowindex'))" '"10001"'
expect "so can any other" \
    "box.scrollTop = 27 * 5000; $settle.then(() => [...box.querySelectorAll('tr.opens')].some((row) => row.ariaRowIndex === '5002'))" true
cdp_eval 'document.querySelector("#types-filter").focus()'
cdp_call Input.insertText '{"text":"STRUCT session_66"}'
cdp_eval "$settle"
expect "the filter finds rows that are not elements" 'document.querySelector("#types .status").textContent.replaceAll(/\s/g, " ")' \
    '"7 of 10 000 rows"'
cdp_call Input.insertText '{"text":" no such name"}'
expect "a filter that nothing passes says so" 'document.querySelector("#types .status").textContent.startsWith("0 of")' true
expect "it is drawn in good time" 'Number(document.body.dataset.readyMs) < 8000' true
cdp_eval 'document.body.dataset.readyMs'
echo "a page with 60 000 rows was ready after $CDP_VALUE ms"
expect_quiet "large report"

# Cut in the middle, as by a full disk or a broken download.
awk '{
    at = index($0, "data-packed=\"")
    from = at + index(substr($0, at), ">") # the first byte of the packed text
    size = index(substr($0, from), "<") - 1
    print (at && size > 20000 ? substr($0, 1, from + 19999) substr($0, from + size) : $0)
}' "$work/large.html" > "$work/cut.html"
cdp_open "file://$work/cut.html" || exit 1
cdp_eval "$settle"
expect "a damaged report says so" 'document.querySelector("main .fatal")?.textContent.startsWith("The report cannot be shown: ")' true

# Source files that were asked for.
cdp_open "file://$work/sources.html" || exit 1
cdp_eval "$settle"
expect "a place leads to its line" \
    "const at = (id) => document.querySelector(id + ' .toline'); const text = at('#sites').textContent; at('#sites').click();
     const now = document.querySelector('#source [aria-current] td:nth-child(4)').textContent;
     (text.split(':')[1] === now) + ' ' + location.hash.startsWith('#view=source&file=') + ' ' + document.querySelectorAll('#source [aria-current]').length" \
    '"true true 1"'
expect "the bytes of a line are those of its sites" \
    'const number = (cell) => cell.querySelector(".bytes").title;
     const site = document.querySelector("#sites tr.opens"), line = document.querySelector("#source [aria-current]");
     const column = (key) => [...document.querySelectorAll("#sites thead th")].findIndex((each) => each.dataset.key === key);
     [["live", 0], ["peak", 1], ["total", 2]].every(([key, at]) => number(site.cells[column(key)]) === number(line.cells[at]))' true
expect "the search finds a file" \
    'const box = document.querySelector("#search"), names = [...document.querySelector("#source-file").options].map((each) => each.textContent);
     box.value = names[1]; box.dispatchEvent(new Event("input"));
     [...document.querySelectorAll("#hits .kind")].find((each) => each.textContent === "Source files").nextElementSibling.click();
     document.querySelector("#source-file").selectedOptions[0].textContent === names[1] && box.value === ""' true
cdp_eval 'document.querySelector("#source-file").value = "0", document.querySelector("#source-file").dispatchEvent(new Event("change")), document.querySelector("#source .tablebox").scrollTop = 0'
cdp_eval "$settle"
expect "text of a file is text" \
    'document.querySelectorAll("main img, main script").length + " " + [...document.querySelectorAll("#source code")][2].textContent.startsWith("\t</script><img src=x onerror=")' \
    '"0 true"'
expect "a link leads to a line" \
    "const choice = document.querySelector('#source-file'); choice.value = '1'; choice.dispatchEvent(new Event('change'));
     const name = choice.selectedOptions[0].textContent; location.hash = '#view=source&file=' + encodeURIComponent(name) + '&line=150';
     $settle.then(() => document.querySelector('#source [aria-current] td:nth-child(4)').textContent + ' ' + document.querySelector('#source .doubt').textContent.startsWith('This file was changed'))" \
    '"150 true"'
expect "lines that are not in the page lead nowhere" \
    '[...document.querySelectorAll("#hotspots .path")].every((each) => (each.closest(".toline") === null) ===
     !(choice.options[0].textContent + ":" === each.textContent.replace(/\d+$/, "") || choice.options[1].textContent + ":" === each.textContent.replace(/\d+$/, "") && each.textContent.replace(/.*:/, "") > 100))' true
expect_quiet "sources"

# Back, from wherever a link has led to.
cdp_open about:blank && cdp_open "file://$work/sources.html" || exit 1
cdp_eval "$settle"
back="new Promise((done) => { addEventListener('popstate', () => setTimeout(done, 150), { once: true }); history.back(); })"
expect "a holder leads to its line of the source" \
    "const holder = document.querySelector('.holder.tosource'); scrollTo(0, 130); holder.focus({ preventScroll: true }); holder.click();
     $settle.then(() => location.hash.startsWith('#view=source&file=') + ' ' +
     (holder.querySelector('.where').textContent.split(':')[1] === document.querySelector('#source [aria-current] td:nth-child(4)').textContent) + ' ' + (scrollY > 2000))" \
    '"true true true"'
expect "Back leads to the holder" "$back.then(() => scrollY + ' ' + (document.activeElement === holder) + ' ' + location.hash)" '"130 true "'
expect "a link in a table is returned to, where the table was scrolled to" \
    "const sites = document.querySelector('#sites .tablebox'); document.querySelector('#sites').scrollIntoView(); sites.scrollTop = 270;
     const before = () => Math.round(document.querySelector('#sites').getBoundingClientRect().top) + ' ' + sites.scrollTop; let there, elsewhere;
     $settle.then(() => { there = before(); sites.querySelector('.toline').click(); return $settle; }).then(() => { elsewhere = before(); sites.scrollTop = 0; return $back; })
     .then(() => (there !== elsewhere) + ' ' + (before() === there))" '"true true"'
expect "and Forward leads on" \
    "new Promise((done) => { addEventListener('popstate', () => setTimeout(done, 150), { once: true }); history.forward(); })
     .then(() => location.hash.startsWith('#view=source&file=') + ' ' + (document.querySelector('#source').getBoundingClientRect().top < innerHeight))" '"true true"'
expect_quiet "back and forward"

# A program that has ended and left next to nothing: what it had at its peak comes first.
cdp_open "file://$work/over.html"
expect "of a program that is over the peak comes first" \
    "[document.querySelector('#types th[data-key=share]').textContent.includes('Share of peak'), document.querySelector('#stacks .choice[aria-pressed=true]').textContent].join()" \
    '"true,Peak"'
expect "an address tells what is not the usual there" \
    "[...document.querySelectorAll('#stacks .choice')].find((each) => each.textContent === 'Live').click(); location.hash" '"#view=stacks&of=live"'
# Places open in an editor.
cdp_open about:blank && cdp_open "file://$work/editor.html" || exit 1
cdp_eval "$settle"
expect "a place with a whole path opens in the editor, any other is copied" \
    'const edits = () => [...document.querySelectorAll("#sites tr.opens")].map((row) => row.querySelector(".edit"));
     const whole = () => edits().filter((each) => each?.dataset.place.startsWith("/home"));
     [whole().length > 1, whole().every((each) => each.getAttribute("href") === "vscode://file/home/u/a%20b/src/main.c:" + each.dataset.place.split(":").slice(1).join(":")),
      edits().every((each) => each === null || whole().includes(each) || each.localName === "button")].join()' '"true,true,true"'
expect "each place has it, unless it is not known" \
    '[...document.querySelectorAll("#sites tr.opens, #hotspots tr.opens")].every((row) => (row.querySelector(".edit") !== null) === /:\d/.test(row.querySelector(".path")?.textContent))' true
cdp_eval 'const choice = document.querySelector("#editor-choice"), template = document.querySelector("#editor-template");
    const choose = (name) => { choice.value = name; choice.dispatchEvent(new Event("change")); };
    const write = (text) => { template.value = text; template.dispatchEvent(new Event("input")); };
    const links = () => document.querySelectorAll("a.edit").length'
expect "the reader can choose another" \
    'choose("clion"); whole()[0].getAttribute("href").startsWith("clion://open?file=/home/u/a%20b/src/main.c&line=") + " " + localStorage.getItem("memscope-editor")' '"true clion"'
expect "or one of their own" \
    'choose("own"); write("x-edit:{line}:{file}"); /^x-edit:\d+:\/home\/u\/a%20b\/src\/main.c$/.test(whole()[0].getAttribute("href"))' true
expect "but none that the browser would run or load" \
    '["javascript:alert({file})", "JavaScript:{file}", "java\tscript:{file}", "data:text/html,{file}", "https://example.org/{file}", " javascript:{file}", "vscode:none", "{file}"]
     .map((text) => { write("x-edit:{file}"); const before = links(); write(text); return before > 0 && links() === 0 && document.querySelector(".editor .doubt").textContent !== ""; }).join()' \
    '"true,true,true,true,true,true,true,true"'
expect "what the browser has kept is not believed" \
    "localStorage.setItem('memscope-editor', 'javascript:alert({file})'); location.reload(); 1" 1
cdp_open about:blank && cdp_open "file://$work/editor.html" || exit 1
cdp_eval "$settle"
expect "so there is no editor" 'document.querySelectorAll("a.edit").length + " " + document.querySelector("#editor-choice").value' '"0 none"'
cdp_eval 'localStorage.removeItem("memscope-editor")'
expect_quiet "editors"
cdp_open "file://$work/redacted.html" || exit 1
cdp_eval "$settle"
expect "a redacted report opens nothing" 'document.querySelectorAll(".edit, #editor-choice").length + " " + (document.querySelectorAll("#sites .path").length > 20)' '"0 true"'

# Two runs compared.
cdp_open "file://$work/diff.html" || exit 1
cdp_eval "$settle"
expect "a comparison has its sections" '[...document.querySelectorAll("main > section")].map((each) => each.id).join(" ")' \
    '"totals timeline types variables functions rows"'
expect "and the number of its rows" 'JSON.parse(document.body.dataset.rowCounts).rows' "$(jq '.rows | length' "$work/diff.json")"
expect "both runs are on the timeline" 'document.querySelectorAll("#timeline path.line").length' 2
# Of each type of the heap that differs: how far its bar goes from the middle, to the right for growth, in percent of the largest.
wanted=$(jq -c '[.rows[] | select(.memory == "heap" or .memory == "pooled")] | group_by(.type_name) |
    map({name: .[0].type_name, change: (map(.peak_bytes.change) | add), live: (map(.live_bytes.change) | add), total: (map(.total_bytes.change) | add)} |
        select(.change != 0 or .live != 0 or .total != 0)) |
    (map(.change | fabs) | max) as $most | sort_by(-(.change | fabs)) | map(.change / $most * 50)' "$work/diff.json")
expect "types have bars as long as their growth" \
    "const lengths = $wanted; const bars = [...document.querySelectorAll('#types tbody tr:not(.space)')].map((row) => row.querySelector('.changebar > span'));
     bars.length > 8 && bars.every((bar, index) => Math.abs((bar === null ? 0 : parseFloat(bar.style.width) * (bar.className === 'more' ? 1 : -1)) - lengths[index]) < 0.01)" true
expect "growth goes right, the rest left" \
    'const all = [...document.querySelectorAll(".changebar > span")];
     ["more", "less"].every((name) => all.some((bar) => bar.className === name)) && all.every((bar) => bar.className === "more" ? bar.style.left === "50%" :
     Math.abs(parseFloat(bar.style.left) + parseFloat(bar.style.width) - 50) < 0.02)' true
# What is live of it was estimated in both: their errors are of draws of their own.
wanted=$(jq -c '[.rows[] | select(.memory == "heap" or .memory == "pooled")] | group_by(.type_name) | map({name: .[0].type_name,
    errors: map(.live_error_bytes.old, .live_error_bytes.new)}) | map(.error = (if (.errors | any(. == null)) then null else (.errors | map(. * .) | add | sqrt) end)) |
    map({(.name // ""): .error}) | add' "$work/diff.json")
expect "what is live is told with its error" \
    "const errors = $wanted, cellsOf = [...document.querySelectorAll('#types thead th')].findIndex((each) => each.dataset.key === 'live');
     const exact = (text) => { const [, number, unit] = /\u00b1 ([\d.]+)\u00a0(\w+)/.exec(text) ?? []; return number === undefined ? null : number * 1024 ** ['B', 'KiB', 'MiB', 'GiB'].indexOf(unit); };
     const told = [...document.querySelectorAll('#types tbody tr:not(.space)')].map((row) => [errors[row.querySelector('.name')?.textContent ?? ''], row.cells[cellsOf].textContent]);
     told.length > 8 && told.some(([error]) => error > 0) && told.every(([error, text]) => error === undefined || (error === 0 ? !text.includes('\u00b1') :
     error === null ? text.endsWith('\u00b1 ?') : Math.abs(exact(text) - error) <= 0.51 + error * 0.005))" true
expect "the search finds what differs, and leads to its row" \
    "const find = document.querySelector('#search'); find.value = 'struct'; find.dispatchEvent(new Event('input'));
     const hit = document.querySelector('#hits .hit'), name = hit.textContent; hit.click();
     document.querySelector('#types tr[aria-current] .name').textContent === name && location.hash.startsWith('#view=types&name=struct')" true
expect "no name of a comparison became markup" \
    'document.querySelectorAll("main img, main script, header img, header script").length + Object.keys(document.body.dataset).filter((key) => key.startsWith("memscope")).length' 0
expect_quiet "comparison"

size=$(wc -c < "$work/empty.html")
expect "the page itself is less than 500 KiB" "$size < 500 * 1024" true
cdp_open "file://$work/empty.html" || exit 1
cdp_eval "$settle"
expect "an empty report is a page" 'document.querySelectorAll("main > section").length + " " + document.querySelectorAll(".empty").length' '"15 16"'
expect_quiet "empty report"

# As `memscope merge` makes it of different programs.
sed 's/"executable":\("[^"]*"\|null\)/"executable":null/; s/"pid":[0-9]*/"pid":null/; s/"processes":\[\]/"processes":[{},{}]/' \
    "$work/empty.html" > "$work/merged.html"
cdp_open "file://$work/merged.html" || exit 1
cdp_eval "$settle"
expect "a merged report says of how many" 'document.title' '"2 processes – memscope report"'
expect "and not that its process is not known" 'document.querySelector(".facts dd").textContent' '"2, merged"'
expect_quiet "merged report"

cdp_call Emulation.setEmulatedMedia '{"features":[{"name":"prefers-color-scheme","value":"dark"}]}'
expect "it is dark where dark is asked for" 'getComputedStyle(document.body).backgroundColor' '"rgb(14, 18, 23)"'
cdp_call Emulation.setEmulatedMedia '{"features":[{"name":"prefers-color-scheme","value":"light"}]}'
expect "and light where light is" 'getComputedStyle(document.body).backgroundColor' '"rgb(244, 245, 247)"'

if [ "$failures" -gt 0 ]; then
    echo "$failures checks failed"
    exit 1
fi
