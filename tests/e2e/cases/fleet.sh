# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # what the other files set
# docs/fleet.md: what is collected of many machines and processes.

# shellcheck source=tests/e2e/cases/serve.sh
. "$MEMSCOPE_SOURCE/tests/e2e/cases/serve.sh"

# start_with PROGRAM BYTES: the program that does something for each byte that descriptor 7 gets, and has done so for these.
start_with() {
    [ -e "$1" ] || build "$1"
    mkfifo input
    MEMSCOPE_OPTIONS="out=$PWD/j.mscope" "./$1" <input >says 2>err &
    pid=$!
    exec 7>input
    do_bytes "$2"
    wait_for 10 test -s j.mscope
}

said_bytes() {
    [ "$(wc -c <says)" -eq "$1" ]
}

# do_bytes BYTES: the program has done what they say.
do_bytes() {
    done_before=$(wc -c <says)
    printf %s "$1" >&7
    wait_for 10 said_bytes $((done_before + ${#1}))
}

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

# What Parca, Grafana Alloy and pprof do with the profiles that they fetch.
case_fleet_profiles() {
    gopath=/usr/share/gocode
    [ -d $gopath/src/github.com/google/pprof/profile ] || skip "there is no golang-github-google-pprof-dev"
    start_with scraped ab
    serve --listen 127.0.0.1:0 j.mscope
    for profile in heap allocs; do
        get /debug/pprof/$profile -H 'Accept-Encoding: gzip' -H 'User-Agent: Alloy/v1'
        same "$code" 200 "status of $profile"
        tr -d '\r' <headers | grep -qix 'content-type: application/octet-stream' || fail "$(cat headers)"
        mv body $profile.first
    done
    do_bytes aabf
    sleep 1.1
    for profile in heap allocs; do
        get /debug/pprof/$profile
        mv body $profile.second
        GO111MODULE=off GOPATH=$gopath GOCACHE=$PWD/gocache HOME=$PWD \
            go run "$MEMSCOPE_SOURCE/tests/e2e/tools/scrape_profiles.go" $profile.first $profile.second >out ||
            fail "$profile cannot be collected"
        cat >wanted <<'WANTED'
alloc_objects 30
alloc_space 960
inuse_objects 29
inuse_space 928
make_a alloc_objects 20
make_b alloc_objects 10
WANTED
        cmp out wanted || fail "the difference of $profile: $(cat out)"
    done
    stop TERM
}
