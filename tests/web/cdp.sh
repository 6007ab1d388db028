#!/bin/bash
# SPDX-License-Identifier: MIT
# A browser on a leash, for tests: chromium's DevTools protocol over two pipes (it reads commands from descriptor 3 and
# writes answers to 4, each ended by a NUL byte). Source this file; it needs bash, chromium and jq.
#
#   cdp_need PROGRAM...          ends with 77, as a test that is left out, where one is not installed
#   cdp_start DIRECTORY          the browser with one empty page; DIRECTORY holds its profile and pipes
#   cdp_call METHOD [PARAMS]     sets CDP_RESULT to the answer; events are kept in DIRECTORY/events, one a line
#   cdp_open URL                 loads a page and waits for it
#   cdp_eval EXPRESSION          sets CDP_VALUE to its value as JSON
#   cdp_run FILE                 runs a script
#   cdp_capture SELECTOR FILE [HEIGHT]   a PNG of what SELECTOR is, over the width of the page
#   cdp_stop

CDP_ID=0
CDP_SESSION=

cdp_need() {
    local program
    for program in "$@"; do
        if ! command -v "$program" > /dev/null; then
            echo "skipped: $program is not installed (apt-get install $program)"
            exit 77
        fi
    done
}

cdp_start() {
    CDP_DIR=$1
    mkdir -p "$CDP_DIR/profile"
    mkfifo "$CDP_DIR/to" "$CDP_DIR/from"
    # Root (in a container) has no user namespace to build the sandbox in.
    local sandbox=()
    if [ "$(id -u)" -eq 0 ]; then
        sandbox=(--no-sandbox)
    fi
    chromium --headless "${sandbox[@]}" --remote-debugging-pipe --disable-gpu --disable-quic --no-first-run \
        --disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage \
        --hide-scrollbars --user-data-dir="$CDP_DIR/profile" about:blank \
        3<"$CDP_DIR/to" 4>"$CDP_DIR/from" 2>"$CDP_DIR/stderr" &
    CDP_PID=$!
    exec 7>"$CDP_DIR/to" 8<"$CDP_DIR/from"
    : > "$CDP_DIR/events"
    cdp_call Target.createTarget '{"url":"about:blank"}' || return 1
    cdp_call Target.attachToTarget "{\"targetId\":$(jq .targetId <<< "$CDP_RESULT"),\"flatten\":true}" || return 1
    CDP_SESSION=$(jq -r .sessionId <<< "$CDP_RESULT")
    local domain
    for domain in Page Runtime Log Network; do
        cdp_call "$domain.enable" || return 1
    done
}

cdp_call() {
    local method=$1 params=${2:-'{}'} message session=
    CDP_ID=$((CDP_ID + 1))
    if [ -n "$CDP_SESSION" ]; then
        session=",\"sessionId\":\"$CDP_SESSION\""
    fi
    printf '{"id":%d,"method":"%s","params":%s%s}\0' "$CDP_ID" "$method" "$params" "$session" >&7
    while IFS= read -r -d '' -t 60 message <&8; do
        case $message in
        "{\"id\":$CDP_ID,"*)
            if jq -e 'has("error")' > /dev/null <<< "$message"; then
                echo "cdp: $method: $(jq -r .error.message <<< "$message")" >&2
                return 1
            fi
            CDP_RESULT=$(jq -c .result <<< "$message")
            return 0
            ;;
        *) printf '%s\n' "$message" >> "$CDP_DIR/events" ;;
        esac
    done
    echo "cdp: $method: the browser does not answer" >&2
    return 1
}

cdp_open() {
    : > "$CDP_DIR/events"
    cdp_call Page.navigate "{\"url\":$(jq -Rn --arg url "$1" '$url')}" || return 1
    local tries=0
    while ! grep -q '"Page.loadEventFired"' "$CDP_DIR/events"; do
        tries=$((tries + 1))
        if [ "$tries" -gt 600 ]; then
            echo "cdp: $1 does not load" >&2
            return 1
        fi
        sleep 0.1
        cdp_call Runtime.evaluate '{"expression":"1"}' || return 1 # reads what events there are
    done
}

cdp_eval() {
    cdp_call Runtime.evaluate "$(jq -nc --arg expression "$1" \
        '{expression: $expression, returnByValue: true, awaitPromise: true}')" || return 1
    if jq -e 'has("exceptionDetails")' > /dev/null <<< "$CDP_RESULT"; then
        echo "cdp: $1: $(jq -r '.exceptionDetails | .exception.description // .text' <<< "$CDP_RESULT")" >&2
        return 1
    fi
    CDP_VALUE=$(jq -c .result.value <<< "$CDP_RESULT")
}

cdp_run() {
    cdp_call Runtime.evaluate "$(jq -nc --rawfile expression "$1" '{expression: $expression}')"
}

cdp_capture() {
    cdp_eval "const part = document.querySelector($(jq -n --arg text "$1" '$text')).getBoundingClientRect();
        ({x: 0, y: part.top + scrollY, width: innerWidth, height: ${3:-Math.min(part.height, 4000)}, scale: 1})" || return 1
    cdp_call Page.captureScreenshot "{\"captureBeyondViewport\":true,\"clip\":$CDP_VALUE}" || return 1
    jq -r .data <<< "$CDP_RESULT" | base64 -d > "$2"
}

cdp_stop() {
    if [ -n "${CDP_PID:-}" ]; then
        CDP_SESSION=
        cdp_call Browser.close 2> /dev/null || kill "$CDP_PID" 2> /dev/null
        wait "$CDP_PID" 2> /dev/null
        CDP_PID=
    fi
    exec 7>&- 8<&-
}
