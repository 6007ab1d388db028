#!/bin/bash
# SPDX-License-Identifier: MIT
#
# capture.sh PAGE OUT.png [SELECTOR [WIDTH [THEME [EXPRESSION [FRAGMENT]]]]]: a picture of what SELECTOR ("body") is in PAGE, at
# WIDTH pixels (1400) in THEME (dark or light), after EXPRESSION was evaluated there. For whoever changes the page.
set -eu

page=$(realpath "${1:?usage: capture.sh PAGE OUT.png [SELECTOR [WIDTH [THEME [EXPRESSION [FRAGMENT]]]]]}")
. "$(dirname "$0")/cdp.sh"
work=$(mktemp -d)
trap 'cdp_stop; rm -rf "$work"' EXIT
cdp_start "$work/browser"
cdp_call Emulation.setDeviceMetricsOverride "{\"width\":${4:-1400},\"height\":1000,\"deviceScaleFactor\":1,\"mobile\":false}"
cdp_call Emulation.setEmulatedMedia "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"${5:-light}\"}]}"
cdp_open "file://$page${7:-}"
settle='new Promise((done) => setTimeout(() => requestAnimationFrame(() => done(1)), 400))'
cdp_eval "$settle"
cdp_eval "${6:-1}"
cdp_eval "$settle"
cdp_capture "${3:-body}" "$2"
