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
    : >says # which the program may not have opened when the pipe is open
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
    python "$MEMSCOPE_SOURCE/tests/e2e/tools/check_metrics.py" text body "$@" >checked || fail "$(cat text)"
}

case_fleet_metrics() {
    need_python prometheus_client
    start_listens
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
    jq -e '[.panels[] | .id] == ([.panels[] | .id] | unique) and
        ([.panels[] | .gridPos | range(.x; .x + .w) as $x | range(.y; .y + .h) as $y | [$x, $y]] |
            length == (unique | length) and all(.[0] < 24)) and
        all(.panels[]; (.targets | length) > 0 and all(.targets[]; .expr != "" and .datasource.uid == "${datasource}"))' \
        "$fleet/grafana-dashboard.json" >/dev/null || fail "panels of the dashboard overlap, or have the same number or no query"
    grep -q '^15 families, 1[0-9] samples$' checked || fail "$(cat checked)"
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
    start_listens
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

# job_is_whole JSON PROCESSES: the report of a job of particles, with 20000 of them, and what it says that has moved.
job_is_whole() {
    cp "$1" report.json
    moved=$(sed -n 's/^20000 particles, ids 199990000, \([0-9]*\) moved to a neighbour$/\1/p' says)
    [ "$moved" -gt 1000 ] || fail "the program says: $(cat says)"
    check '.processes | length' "$2"
    check '.types[] | select(.type_name == "struct particle") | [.total_count, .live_count]' "[$((20000 + moved)),0]"
    check_true '[.types[] | select(.type_name == "struct state") | .live_count] == [0]'
}

# most_memory COMMAND...: how much it has had resident, in KiB.
most_memory() {
    python -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$@"
}

build_particles() {
    "$memscope" cc -g -O2 -Wall -Wextra -Werror -o particles "$MEMSCOPE_SOURCE/samples/mpi/particles.c" \
        "$MEMSCOPE_SOURCE/samples/mpi/ranks_fork.c" -pthread || fail "particles cannot be built"
}

# A job without MPI: a journal for each process, by %h and %p, and one report.
case_fleet_batch() {
    build_particles
    mkdir few many
    RANKS=4 MEMSCOPE_OPTIONS="out=$PWD/few/%h.%p.mscope" ./particles >says 2>err || fail "particles ended with $?"
    [ ! -s err ] || fail "particles wrote to standard error: $(cat err)"
    host=$(uname -n)
    same "$(find few -name "$host.[0-9]*.mscope" | wc -l)" 5 "journals of four ranks and who has started them"
    few=$(most_memory "$memscope" merge few -o few.json)
    job_is_whole few.json 5
    "$memscope" check --max-type 'struct particle=1M' few.json >out || fail "$(cat out)"
    found=0
    "$memscope" check --max-type 'struct particle=100K' few.json >out || found=$?
    same "$found" 1 "status of a limit that is broken"
    grep -q 'particles.c:[0-9]*:' out || fail "$(cat out)"
    "$memscope" report few.json -o few.html >out || fail "no page of a job"
    # Sixteen times as many take hardly more memory to merge.
    RANKS=64 MEMSCOPE_OPTIONS="out=$PWD/many/%h.%p.mscope" ./particles >says 2>err || fail "particles ended with $?"
    many=$(most_memory "$memscope" merge many -o many.json)
    job_is_whole many.json 65
    [ "$many" -lt $((few * 3 / 2)) ] || fail "merging 5 takes $few KiB, merging 65 takes $many KiB"
}

# start_slurm: a cluster of this machine alone, without services or a configuration of the machine.
start_slurm() {
    host=$(uname -n)
    mkdir state spool
    python -c 'import socket
pair = [socket.socket() for i in range(2)]
for s in pair:
    s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in pair))' >ports
    cat >slurm.conf <<END
ClusterName=test
SlurmctldHost=${host%%.*}(127.0.0.1)
SlurmctldPort=$(cut -d' ' -f1 ports)
SlurmdPort=$(cut -d' ' -f2 ports)
AuthType=auth/none
CredType=cred/none
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
StateSaveLocation=$PWD/state
SlurmdSpoolDir=$PWD/spool
SlurmctldPidFile=$PWD/slurmctld.pid
SlurmdPidFile=$PWD/slurmd.pid
SlurmctldLogFile=$PWD/slurmctld.log
SlurmdLogFile=$PWD/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmdParameters=config_overrides
NodeName=${host%%.*} NodeAddr=127.0.0.1 CPUs=4
PartitionName=all Nodes=ALL Default=YES
END
    export SLURM_CONF="$PWD/slurm.conf"
    slurmctld -D >slurmctld.out 2>&1 &
    slurmd -D >slurmd.out 2>&1 &
    wait_for 60 sh -c 'sinfo -h -o %t | grep -qx idle'
}

# The job script, under Slurm.
case_fleet_slurm() {
    for command in slurmctld slurmd sbatch; do
        command -v $command >/dev/null || skip "there is no $command (packages slurmctld, slurmd, slurm-client)"
    done
    build_particles
    start_slurm
    mkdir bin
    ln -s "$memscope" bin/memscope
    export PATH="$PWD/bin:$PATH" RANKS=1
    cp "$MEMSCOPE_SOURCE/samples/mpi/job.slurm" .
    job=$(timeout 60 sbatch --parsable --wait job.slurm 100) || fail "sbatch: $(cat slurm-*.out slurmctld.log)"
    # (Each rank is a particles and the only process of its own, which has its pid in the name, too.)
    for rank in 0 1 2 3; do
        [ -s "job-$job/rank$rank.$host.mscope" ] || fail "there is no journal of rank $rank: $(ls "job-$job")"
    done
    same "$(grep -c '^100 particles, ids 4950, ' "slurm-$job.out")" 4 "ranks that have said something"
    cp "job-$job.json" report.json
    check '.processes | length' 8
    check_true '.types[] | select(.type_name == "struct particle") | .total_count >= 400 and .live_count == 0'
    # A limit that is broken fails the job.
    sed -i 's/particle=16M/particle=1K/' job.slurm
    timeout 60 sbatch --parsable --wait job.slurm 100 >out 2>&1 && fail "the job has not failed"
    grep -q 'max-type' "slurm-$(cat out).out" || fail "it has failed otherwise: $(cat slurm-*.out)"
    # An array.
    rm -r job-*
    sed -i 's/particle=1K/particle=16M/' job.slurm
    timeout 60 sbatch --parsable --wait --array=1-2 job.slurm 100 >out 2>&1 || fail "$(cat out slurm-*.out)"
    memscope merge job-*/ -o report.json
    check '.processes | length' 16
}

# The same by MPI, as the page says.
case_fleet_mpi() {
    command -v mpicc >/dev/null || skip "there is no MPI (packages mpich, libmpich-dev)"
    mpicc -show | grep -q mpich || skip "mpicc is not MPICH's"
    cp "$MEMSCOPE_SOURCE"/samples/mpi/* .
    mkdir bin
    ln -s "$memscope" bin/memscope
    PATH=$PWD/bin:$PATH
    MPICH_CC="memscope cc" mpicc -g -O2 -Wall -Wextra -Werror -o particles particles.c ranks_mpi.c || fail "mpicc"
    mkdir job hosts
    mpirun -n 4 sh -c 'MEMSCOPE_OPTIONS=out=job/rank$PMI_RANK.mscope exec ./particles' >says 2>err || fail "$(cat err)"
    [ ! -s err ] || fail "standard error: $(cat err)"
    same "$(ls job)" "$(printf 'rank%d.mscope\n' 0 1 2 3)" "journals"
    memscope merge job -o job.json
    job_is_whole job.json 4
    MEMSCOPE_OPTIONS=out=$PWD/hosts/%h.%p.mscope mpirun -n 3 ./particles >says 2>err || fail "$(cat err)"
    same "$(find hosts -name "$(uname -n).[0-9]*.mscope" | wc -l)" 3 "journals by host and pid"
    memscope merge hosts -o job.json
    job_is_whole job.json 3
    # Without being built for it: the blocks, and no types.
    mpicc -g -O2 -o plain particles.c ranks_mpi.c
    mkdir plainly
    mpirun -n 2 memscope run -o 'plainly/%h.%p.mscope' -- ./plain >says 2>err || fail "$(cat err)"
    memscope merge plainly -o report.json
    check '.processes | length' 2
    check_true '.summary.total_allocations > 20000'
}

# The service: systemd has nothing to say about it, and what it starts works.
case_fleet_unit() {
    command -v systemd-analyze >/dev/null || skip "there is no systemd-analyze (package systemd)"
    mkdir -p bin units state/memscope/someone etc
    ln -s "$memscope" bin/memscope
    sed "s,/usr/bin/memscope,$PWD/bin/memscope," "$fleet/memscope-serve@.service" >units/memscope-serve@.service
    systemd-analyze verify --man=no units/memscope-serve@someone.service >out 2>&1 || fail "systemd: $(cat out)"
    [ ! -s out ] || fail "systemd: $(cat out)"
    build listens
    mkfifo input
    MEMSCOPE_DIR=$PWD/state/memscope/someone ./listens <input >says 2>err &
    pid=$!
    exec 7>input
    (umask 077 && head -c 24 /dev/urandom | base64 >etc/someone.token)
    command=$(sed -n 's/^ExecStart=//p' units/memscope-serve@.service |
        sed "s,%i,someone,g; s,%S,$PWD/state,; s,/etc/memscope,$PWD/etc,; s,0\.0\.0\.0:7430,0.0.0.0:0,")
    case $command in *%*) fail "not replaced: $command" ;; esac
    # shellcheck disable=SC2086 # words
    $command >address 2>serve.err 7>&- &
    server=$!
    wait_for 10 test -s address
    url=http://127.0.0.1:$(sed 's,/$,,; s,.*:,,' address)
    has /api/v1/targets 200 "\"$pid\"" -H "Authorization: Bearer $(cat etc/someone.token)"
    stop TERM
}

# block LANGUAGE NUMBER: of docs/fleet.md.
page_block() {
    awk -v start="\`\`\`$1" -v wanted="$2" '
        $0 == start { inside = ++number == wanted; next }
        /^```/ { inside = 0 }
        inside' "$MEMSCOPE_SOURCE/docs/fleet.md"
}

# What is said of Prometheus' configuration, and what Parca's has of it, is what Prometheus takes.
case_fleet_configurations() {
    command -v promtool >/dev/null || skip "there is no promtool (package prometheus)"
    (umask 077 && echo 0123456789abcdef0123 >token)
    {
        page_block yaml 1
        echo "  - job_name: profiles"
        page_block yaml 2
    } | sed "s,/etc/memscope/token,$PWD/token," >prometheus.yml
    same "$(grep -c "_configs:" prometheus.yml)" 3 "lists in $(cat prometheus.yml)"
    promtool check config prometheus.yml >out 2>&1 || fail "$(cat out)"
    # Parca has its scrape_configs from Prometheus, but for profiling_config.
    awk '/^[a-z]/ { inside = $1 == "scrape_configs:" } /^    [a-z]/ && inside { profiling = $1 == "profiling_config:" }
        inside && !profiling' "$fleet/parca.yaml" | sed "s,/etc/memscope/token,$PWD/token," >parca.yml
    same "$(grep -c http://host parca.yml)" 2 "lists of targets in $(cat parca.yml)"
    promtool check config parca.yml >out 2>&1 || fail "$(cat out)"
}
