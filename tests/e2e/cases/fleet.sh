# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # what the other files set
# docs/fleet.md: what is collected of many machines and processes.

# shellcheck source=tests/e2e/cases/serve.sh
. "$MEMSCOPE_SOURCE/tests/e2e/cases/serve.sh"

fleet=$MEMSCOPE_SOURCE/samples/fleet

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
    # The dashboard and the rules know no others. (What rules record has a colon in its name.)
    sed -n 's/^# HELP \([^ ]*\).*/\1/p' text >names
    for file in "$fleet"/grafana-dashboard.json "$fleet"/memscope.rules.yml; do
        grep -o '[a-z:]*memscope_[a-z_:0-9]*' "$file" | grep -v : | sort -u >used
        [ "$(wc -l <used)" -ge 5 ] || fail "only these metrics are in $file: $(cat used)"
        ! grep -vxFf names used >unknown || fail "there are no metrics $(cat unknown), which are in $file"
    done
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

# dashboard FILTER: of the dashboard, with what Grafana puts for variables.
dashboard() {
    jq -r "$1"' | gsub("\\$(instance|program|pid)\\b"; ".+") | gsub("\\$__rate_interval"; "5s") |
        gsub("\\$__range"; "30s")' "$fleet/grafana-dashboard.json"
}

# rows EXPRESSION TIME: how many Prometheus has.
rows() {
    curl -sG "http://127.0.0.1:$prometheus_port/api/v1/query" --data-urlencode "query=$1" --data-urlencode "time=$2" >answer
    jq -e '.status == "success"' answer >/dev/null || fail "$1: $(cat answer)"
    jq '.data.result | length' answer
}

# Each expression of the dashboard, and what the rules record, has rows, of a program that does something.
case_fleet_dashboard() {
    command -v prometheus >/dev/null || skip "there is no prometheus"
    promtool check rules "$fleet/memscope.rules.yml" >out 2>&1 || fail "$(cat out)"
    promtool test rules "$fleet/memscope.rules.test.yml" >out 2>&1 || fail "$(cat out)"
    mkdir -m 700 journals
    serve --listen 127.0.0.1:0 journals
    cat >prometheus.yml <<END
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [$fleet/memscope.rules.yml]
scrape_configs:
  - job_name: memscope
    static_configs: [{targets: ['${url#http://}']}]
END
    promtool check config prometheus.yml >out 2>&1 || fail "$(cat out)"
    start_prometheus
    wait_for 60 sh -c "curl -sG http://127.0.0.1:$prometheus_port/api/v1/query --data-urlencode 'query=up == 1' | grep -q '\"1\"'"
    MEMSCOPE_OPTIONS="out=$PWD/journals/j.mscope" "$MEMSCOPE_BUILD/samples/identifier_index" -n 1 /usr/include \
        /usr/include /usr/include >says 2>err &
    pid=$!
    middle=
    while kill -0 $pid 2>/dev/null; do
        sleep 1
        samples=$(query 'count_over_time(memscope_heap_live_bytes[1m])')
        case $samples in '' | none | [0-4]) ;; *) middle=${middle:-$(date +%s)} ;; esac
    done
    [ -n "$middle" ] || fail "the program has ended before five samples were there"
    wait $pid || fail "it ended with $?"
    sleep 3
    end=$(date +%s)
    dashboard '.panels[].targets[].expr' >expressions
    sed -n 's/.*- record: //p' "$fleet/memscope.rules.yml" >>expressions
    while read -r expression; do
        found=$(rows "$expression" "$middle")
        [ "$found" -gt 0 ] || found=$(rows "$expression" "$end")
        [ "$found" -gt 0 ] || fail "no rows: $expression"
    done <expressions
    [ "$(wc -l <expressions)" -ge 20 ] || fail "only these expressions: $(cat expressions)"
    same "$(rows 'memscope_type_live_bytes{type="struct posting"}' "$middle")" 1 "rows of struct posting"
    dashboard '.templating.list[] | select(.type == "query") | .definition' >variables
    same "$(wc -l <variables)" 3 "variables"
    while read -r variable; do
        selector=${variable#label_values(} label=${variable##*, }
        selector=${selector%, *} label=${label%)}
        curl -sG "http://127.0.0.1:$prometheus_port/api/v1/label/$label/values" --data-urlencode "match[]=$selector" >answer
        jq -e '.status == "success" and (.data | length) == 1' answer >/dev/null || fail "$variable: $(cat answer)"
    done <variables
    kill "$prometheus"
    wait "$prometheus" || :
    stop TERM
}

# Of several processes, each is found by HTTP and asked for with ?process=, by the code that Parca and Alloy have from
# Prometheus. (It has no profiles to ask for: the path here is the report, which it can make nothing of.)
case_fleet_discovery() {
    command -v prometheus >/dev/null || skip "there is no prometheus"
    start
    MEMSCOPE_OPTIONS="out=$PWD/other.mscope" ./listens <input >says2 2>err2 &
    other=$!
    wait_for 10 test -s other.mscope
    mkdir -m 700 two
    mv j.mscope other.mscope two
    (umask 077 && echo 0123456789abcdef0123 >token)
    serve --listen 0.0.0.0:0 --token-file token two
    address=127.0.0.1:${url##*:}
    cat >prometheus.yml <<END
scrape_configs:
  - job_name: profiles
    scrape_interval: 1s
    metrics_path: /api/v1/report
    authorization: {credentials_file: $PWD/token}
    http_sd_configs:
      - url: http://$address/api/v1/targets
        authorization: {type: Bearer, credentials_file: $PWD/token}
END
    promtool check config prometheus.yml >out 2>&1 || fail "$(cat out)"
    start_prometheus
    wait_for 20 sh -c "curl -s http://127.0.0.1:$prometheus_port/api/v1/targets | jq -es '.[0].data.activeTargets | length == 2'"
    curl -s "http://127.0.0.1:$prometheus_port/api/v1/targets" >targets
    same "$(jq -c '[.data.activeTargets[].labels | [.instance, .program, .pid]] | sort' targets)" \
        "$(jq -nc "[[\"$address\",\"listens\",\"$pid\"],[\"$address\",\"listens\",\"$other\"]] | sort")" "labels of the targets"
    for process in $pid $other; do
        asked=$(jq -r ".data.activeTargets[] | select(.labels.pid == \"$process\").scrapeUrl" targets)
        case $asked in
        "http://$address/api/v1/report?process=$process-"*) ;;
        *) fail "$process is asked for by $asked" ;;
        esac
        curl -s -H 'Authorization: Bearer 0123456789abcdef0123' "$asked" >report.json
        check .process.pid "$process"
    done
    kill "$prometheus"
    wait "$prometheus" || :
    stop TERM
}
