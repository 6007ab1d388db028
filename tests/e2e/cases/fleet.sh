# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # what the other files set
# docs/fleet.md: what is collected of many machines and processes.

# shellcheck source=tests/e2e/cases/serve.sh
. "$MEMSCOPE_SOURCE/tests/e2e/cases/serve.sh"

# check_metrics [TYPES]: /metrics, in both formats.
check_metrics() {
    get /metrics
    mv body text
    get /metrics -H 'Accept: application/openmetrics-text; version=1.0.0'
    /usr/bin/python3 -I "$MEMSCOPE_SOURCE/tests/e2e/tools/check_metrics.py" text body "$@" >checked || fail "$(cat text)"
}

case_fleet_metrics() {
    /usr/bin/python3 -Ic 'import prometheus_client' 2>/dev/null || skip "there is no python3-prometheus-client"
    start
    serve --listen 127.0.0.1:0 j.mscope
    wait_for 10 sh -c "curl -s $url/metrics | grep -q memscope_process_resident_memory_bytes{"
    check_metrics
    grep -q '^14 families, 1[0-9] samples$' checked || fail "$(cat checked)"
    stop TERM
    # Types of names that nobody would write; those too long, and those behind the 20th, are one.
    build lives
    measure ./lives
    hostile_report report.json >hostile.json
    jq '[.types[] | .type_name // "(unknown)"] | [.[:1][], .[2:21][], "(other)"]' hostile.json >types
    serve --listen 127.0.0.1:0 hostile.json
    check_metrics types
    stop TERM
}
