#!/bin/bash
# SPDX-License-Identifier: MIT
# check_accessibility.sh MAKE_SAMPLE WORK MEMSCOPE: what axe has to say of the page, wide and narrow, light and dark, with open rows and
# with a selected stretch of time. Nothing serious may be found. The package of npm stays in WORK. Exit status 77: there is no
# browser, or no axe.
set -u

make_sample=${1:?usage: check_accessibility.sh MAKE_SAMPLE WORK MEMSCOPE}
packages=$2
memscope=$3
here=$(cd "$(dirname "$0")" && pwd)
. "$here/cdp.sh"
cdp_need chromium jq
version=4.14.1
"$here/fetch_npm.sh" axe-core "$version" e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745 "$packages" || exit

work=$(mktemp -d)
trap 'cdp_stop; rm -rf "$work"' EXIT
"$make_sample" 20 60 "$work/page.html" && "$make_sample" 20 60 "$work/sources.html" 400 &&
    "$make_sample" 20 60 "$work/old.json" && sed 's|"src/main\.c|"/home/main.c|g' "$work/old.json" > "$work/places.json" &&
    "$memscope" report --editor vscode -o "$work/editor.html" "$work/places.json" > "$work/out" && "$make_sample" 30 90 "$work/new.json" &&
    "$memscope" diff -o "$work/diff.html" "$work/old.json" "$work/new.json" || exit 1
if ! cdp_start "$work/browser"; then
    cat "$work/browser/stderr"
    exit 1
fi
failures=0
settle='new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => done(1))), 100))'

# findings: what is wrong in the page now, a line for each rule and place.
findings() {
    cdp_run "$packages/axe-core-$version/package/axe.min.js" || exit 1
    cdp_eval 'axe.run(document, { resultTypes: ["violations"] }).then((results) => results.violations
        .filter((each) => ["serious", "critical"].includes(each.impact))
        .flatMap((each) => each.nodes.slice(0, 3).map((node) => `${each.id} (${each.help}) at ${node.target.join(" ")}: ${node.html.slice(0, 150)}`)).join("\n"))' ||
        exit 1
    jq -r . <<< "$CDP_VALUE"
}

# look WIDTH THEME FRAGMENT EXPRESSION [PAGE]: the page like that has no serious finding.
look() {
    cdp_call Emulation.setDeviceMetricsOverride "{\"width\":$1,\"height\":900,\"deviceScaleFactor\":1,\"mobile\":false}"
    cdp_call Emulation.setEmulatedMedia "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"$2\"}]}"
    cdp_open about:blank && cdp_open "file://$work/${5:-page.html}$3" || exit 1
    cdp_eval "$settle"
    cdp_eval "$4"
    cdp_eval "$settle"
    local found
    found=$(findings) || exit 1
    if [ -z "$found" ]; then
        echo "ok: $1 pixels, $2${3:+, $3}${5:+, $5}"
    else
        printf 'FAILED: %s pixels, %s%s:\n%s\n' "$1" "$2" "${3:+, $3}${5:+, $5}" "$found"
        failures=$((failures + 1))
    fi
}

# The check itself: a picture without a text is found.
cdp_open "file://$work/page.html" || exit 1
cdp_eval 'document.querySelector("#main").append(document.createElement("button")), 1'
findings | grep -q '^button-name ' || {
    echo "FAILED: axe does not find a button without a name"
    failures=$((failures + 1))
}

open='["#types", "#layouts", "#leaks", "#hotspots"].forEach((id) => document.querySelector(id + " .opener").click())'
look 1280 dark '' "$open" editor.html
look 360 light '' "$open"
look 1280 light '#from=2000000000&to=4000000000' 'document.querySelector("#search").focus(), document.querySelector("#search").value = "s",
    document.querySelector("#search").dispatchEvent(new Event("input"))'
look 1280 dark '' 'document.querySelector("#sites .toline").click()' sources.html
look 360 light '#view=source' 1 sources.html
look 1280 light '' 1 diff.html
look 360 dark '' 1 diff.html
if [ "$failures" -gt 0 ]; then
    echo "$failures looks failed"
    exit 1
fi
