# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# memscope serve: every endpoint, who is let in, and who cannot disturb.

command -v curl >/dev/null || skip "there is no curl"

# serve ARGUMENTS...: in the background; its address without the last slash is $url.
serve() {
    : >address
    "$memscope" serve "$@" >address 2>serve.err 7>&- &
    server=$!
    wait_for 10 test -s address
    same "$(wc -l <address)" 1 "lines that serve prints"
    url=$(sed 's,/$,,' address)
}

# get PATH [CURL OPTIONS...]: into body and headers; the status is in $code.
get() {
    path=$1
    shift
    code=$(curl -sS --max-time 20 --path-as-is -o body -D headers -w '%{http_code}' "$@" "$url$path") ||
        fail "curl $url$path ended with $?"
}

# has PATH STATUS WORDS [CURL OPTIONS...]
has() {
    wanted_path=$1 wanted_code=$2 wanted_words=$3
    shift 3
    get "$wanted_path" "$@"
    same "$code" "$wanted_code" "status of $wanted_path $*"
    grep -qF -- "$wanted_words" body || fail "'$wanted_words' is not in the answer to $wanted_path: $(head -c 2000 body)"
}

# stop SIGNAL: it ends well.
stop() {
    kill "-$1" "$server"
    found=0
    wait "$server" || found=$?
    same "$found" 0 "status of serve after SIG$1"
    [ ! -s serve.err ] || fail "serve wrote to standard error: $(cat serve.err)"
}

case_serve_endpoints() {
    start_listens
    serve --listen 127.0.0.1:0 j.mscope
    has /healthz 200 ok
    has / 200 '<title>memscope report</title>'
    grep -qF 'struct node' body || fail "no data in the page"
    has / 200 "connect-src 'self'"
    has / 200 "id=\"live\">{\"process\":\"$pid-"
    # The same again is not sent again; what is large is packed.
    get / --compressed
    grep -qi '^content-encoding: gzip' headers || fail "$(cat headers)"
    grep -qF 'struct node' body || fail "no data in a page that was packed"
    get /api/v1/page
    cp body report.json
    check '.types[] | select(.type_name == "struct node") | .live_count' 200
    etag=$(tr -d '\r' <headers | sed -n 's/^ETag: //p')
    get /api/v1/page -H "If-None-Match: $etag"
    same "$code" 304 "status of what is known"
    get /api/v1/page -H 'If-None-Match: W/"1"'
    same "$code" 200 "status of what has changed"
    get /api/v1/report
    grep -qi '^content-type: application/json' headers || fail "$(cat headers)"
    grep -qi '^access-control' headers && fail "other origins are let in: $(cat headers)"
    mv body report.json
    check '.process.exit' running
    check '.types[] | select(.type_name == "struct node") | .live_count' 200
    get /api/v1/report -H 'Accept: application/msgpack'
    grep -qi '^content-type: application/msgpack' headers || fail "$(cat headers)"
    same "$(head -c 1 body | od -An -tx1 | tr -d ' ')" de "the first byte of msgpack (a map)"
    "$memscope" export --format json body -o report.json || fail "no msgpack"
    check '.types[] | select(.type_name == "struct node") | .live_count' 200
    get /api/v1/processes
    mv body report.json
    check '[.processes[] | [.pid, .program, .running]]' "[[$pid,\"listens\",true]]"
    id=$(jq -r '.processes[0].id' report.json)
    get /api/v1/targets
    tr -d '\r' <headers | grep -qix 'content-type: application/json' || fail "$(cat headers)"
    mv body targets.json
    same "$(jq -cS . targets.json)" \
        "[{\"labels\":{\"__param_process\":\"$id\",\"pid\":\"$pid\",\"program\":\"listens\"},\"targets\":[\"${url#http://}\"]}]" targets
    get /api/v1/targets -H "Host: localhost:${url##*:}"
    same "$(jq -r '.[0].targets[0]' body)" "localhost:${url##*:}" "the target by another name"
    has "/api/v1/report?process=$pid" 200 '"struct node"'
    has "/api/v1/report?process=$(jq -r '.processes[0].id' report.json)" 200 '"struct node"'
    # What the program does next is in the next answer.
    printf x >&7
    wait_for 10 grep -q '\.\.\.' says
    sleep 1.1
    get /api/v1/report
    mv body report.json
    check '.types[] | select(.type_name == "struct node") | .live_count' 300
    stop TERM
    if grep -q '^0*1 ' /proc/net/if_inet6 2>/dev/null; then
        serve --listen '[::1]:0' j.mscope
    else
        serve --listen 127.0.0.2:0 j.mscope
    fi
    has /healthz 200 ok
    stop INT
    serve --listen 127.0.0.1:0 j.mscope
    exec 7>&-
    wait "$pid" || fail "listens ended with $?"
    has / 200 '<title>memscope report</title>'
    grep -qE 'connect-src|id="live"' body && fail "the page of a process that has ended asks for more"
    stop TERM
    [ ! -s err ] || fail "listens wrote to standard error: $(cat err)"
}

# events FILE PATH [CURL OPTIONS...]: follows a stream in the background, as $follower.
events() {
    file=$1 path=$2
    shift 2
    curl -sSN --max-time 60 "$@" "$url$path" >"$file" 2>&1 7>&- &
    follower=$!
}

case_serve_events() {
    start_listens
    mkdir d
    mv j.mscope d
    serve --listen 127.0.0.1:0 d
    has '/api/v1/events?process=1' 404 'no such process'
    events list /api/v1/events
    lister=$follower
    events one "/api/v1/events?process=$pid"
    wait_for 10 sh -c 'test "$(grep -c "^event: changed" one)" -ge 3'
    same "$(head -1 one)" 'retry: 2000' "the first line"
    same "$(grep -c '^id:' one)" "$(grep '^id:' one | sort -u | wc -l)" "ids that are not used twice"
    same "$(grep -c '^event: processes' list)" 1 "events of a list that stays as it is"
    # Who comes again is told what has changed, and not what it knows.
    id=$(sed -n 's/^id: //p' list)
    events known /api/v1/events -H "Last-Event-ID: $id"
    events unknown /api/v1/events -H 'Last-Event-ID: 1'
    wait_for 10 grep -q '^event: processes' unknown
    grep -q '^event:' known && fail "an event that is known: $(cat known)"
    # It ends with the process, and the list says so.
    exec 7>&-
    wait "$pid"
    wait_for 10 grep -q '^event: ended' one
    same "$(tail -4 one | sed -n 's/^event: //p')" ended "the last event"
    wait_for 10 sh -c 'test "$(grep -c "^event: processes" list)" -eq 2'
    wait_for 10 grep -q '^event: processes' known
    kill "$lister"
    events late "/api/v1/events?process=$pid"
    wait "$follower" || fail "the stream of a process that has ended does not end"
    grep -q '^event: ended' late || fail "$(cat late)"
    stop TERM
}

case_serve_profiles() {
    start_listens
    serve --listen 127.0.0.1:0 j.mscope
    HOME=$PWD go tool pprof -top -unit=B "$url/debug/pprof/heap" >rows 2>pprof.err || fail "$(cat pprof.err)"
    grep -q 'Type: inuse_space' rows || fail "$(cat rows)"
    grep -qE '^ *9600B +100% +100% +9600B +100% +main' rows || fail "$(cat rows)"
    HOME=$PWD go tool pprof -top -unit=B "$url/debug/pprof/allocs" >rows 2>pprof.err || fail "$(cat pprof.err)"
    grep -q 'Type: alloc_space' rows || fail "$(cat rows)"
    # A difference: 200 blocks were there, 300 come. Newer versions of pprof take percents of the sum of what was added and
    # what was taken off.
    (sleep 1 && printf xxx >&7) &
    get '/debug/pprof/heap?seconds=3'
    same "$code" 200 "status of a difference"
    HOME=$PWD go tool pprof -top -unit=B body >rows 2>pprof.err || fail "$(cat pprof.err)"
    grep -qE '^ *14400B +[0-9.]+% +[0-9.]+% +14400B +[0-9.]+% +main' rows || fail "$(cat rows)"
    grep -qE 'Duration: (2\.[89]|3\.)' rows || fail "$(cat rows)"
    # Four may wait at a time, and who does not wait any more leaves the place to others.
    for _ in 1 2 3 4; do
        curl -s --max-time 3 "$url/debug/pprof/heap?seconds=200" >later &
    done
    sleep 1
    has '/debug/pprof/heap?seconds=1' 503 'ask later'
    has /debug/pprof/heap 200 ''
    sleep 4
    get '/debug/pprof/heap?seconds=1'
    same "$code" 200 "status when the others have gone"
    has '/debug/pprof/heap?seconds=0' 400 'seconds is'
    has '/debug/pprof/heap?seconds=1e9' 400 'seconds is'
    has '/debug/pprof/heap?seconds=9999999999' 400 'seconds is'
    stop TERM
}

# value METRIC: of the only process.
value() {
    sed -n "s/^$1{[^}]*} //p" body
}

case_serve_metrics() {
    start_listens
    serve --listen 127.0.0.1:0 j.mscope
    wait_for 10 sh -c "curl -s $url/metrics | grep -q memscope_process_resident_memory_bytes{"
    get /metrics
    same "$(value memscope_heap_live_bytes)" 9600 "live bytes"
    same "$(value memscope_heap_peak_bytes)" 9600 "peak bytes"
    same "$(value memscope_allocations_total)" 200 "allocations"
    same "$(value memscope_frees_total)" 0 "frees"
    same "$(value memscope_process_running)" 1 "running"
    same "$(value memscope_dropped_events_total)" 0 "dropped events"
    [ "$(value memscope_process_resident_memory_bytes)" -gt 500000 ] || fail "resident memory: $(cat body)"
    [ "$(value memscope_process_open_fds)" -gt 2 ] || fail "descriptors: $(cat body)"
    same "$(value memscope_process_threads)" 1 "threads"
    grep -qF "memscope_type_live_bytes{pid=\"$pid\",program=\"listens\",type=\"struct node\"} 9600" body ||
        fail "no bytes of struct node: $(cat body)"
    grep -q '^# EOF' body && fail "OpenMetrics where it was not asked for"
    get /metrics -H 'Accept: application/openmetrics-text; version=1.0.0'
    grep -qi '^content-type: application/openmetrics-text' headers || fail "$(cat headers)"
    same "$(tail -1 body)" '# EOF' "the end of OpenMetrics"
    grep -qx '# TYPE memscope_allocations counter' body || fail "$(cat body)"
    stop TERM
}

# start_prometheus: with ./prometheus.yml.
start_prometheus() {
    prometheus_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    prometheus --config.file=prometheus.yml --storage.tsdb.path="$PWD/data" \
        --web.listen-address="127.0.0.1:$prometheus_port" >prometheus.out 2>&1 7>&- &
    prometheus=$!
}

# query EXPRESSION: its value as Prometheus has it.
query() {
    curl -sG "http://127.0.0.1:$prometheus_port/api/v1/query" --data-urlencode "query=$1" |
        jq -r '.data.result[0].value[1] // "none"'
}

# The real one collects what two servers have, one of them with a token.
case_serve_prometheus() {
    command -v prometheus >/dev/null || skip "there is no prometheus"
    start_listens
    serve --listen 127.0.0.1:0 j.mscope
    target=${url#http://}
    first=$server
    (umask 077 && echo 0123456789abcdef0123 >token)
    serve --listen 0.0.0.0:0 --token-file token j.mscope
    cat >prometheus.yml <<END
scrape_configs:
  - job_name: open
    scrape_interval: 1s
    static_configs: [{targets: ['$target']}]
  - job_name: token
    scrape_interval: 1s
    authorization: {credentials_file: $PWD/token}
    static_configs: [{targets: ['127.0.0.1:${url##*:}']}]
END
    start_prometheus
    for job in open token; do
        wait_for 60 sh -c "curl -sG http://127.0.0.1:$prometheus_port/api/v1/query \
            --data-urlencode 'query=memscope_heap_live_bytes{job=\"$job\"}' | grep -q '\"9600\"'"
        same "$(query "up{job=\"$job\"}")" 1 "up{job=$job}"
        same "$(query "memscope_type_live_bytes{job=\"$job\",type=\"struct node\"}")" 9600 "bytes of struct node ($job)"
        same "$(query "memscope_allocations_total{job=\"$job\"}")" 200 "allocations ($job)"
    done
    kill "$prometheus" "$first"
    wait "$prometheus" || :
    stop TERM
}

# A report with names that nobody would write, and more types than are listed.
hostile_report() {
    jq -c '.process.pid = 1 | .process.executable = "/x/a\"b\\c\nd{}" |
        .types = [range(60) as $i | (.types[0] | .live_bytes = 1000 - $i | .type_name =
            if $i == 0 then "a\"} 1\nmemscope_fake{x=\"\\" elif $i == 1 then ("x" * 5000)
            elif $i == 2 then null else "struct t\($i)" end)]' "$1"
}

case_serve_hostile_labels() {
    build lives
    measure ./lives
    hostile_report report.json >hostile.json
    serve --listen 127.0.0.1:0 hostile.json
    get /metrics
    same "$code" 200 "status"
    grep -q '^memscope_fake' body && fail "a name has made a metric: $(cat body)"
    grep -qF 'program="a\"b\\c\nd{}"' body || fail "no escaped program: $(cat body)"
    grep -qF 'type="a\"} 1\nmemscope_fake{x=\"\\"} 1000' body || fail "no escaped type: $(cat body)"
    same "$(grep -c '^memscope_type_live_bytes' body)" 21 "types listed"
    grep -qF 'type="(unknown)"} 998' body || fail "blocks of no type: $(cat body)"
    same "$(sed -n 's/^memscope_type_live_bytes{.*} //p' body | awk '{ sum += $1 } END { print sum }')" \
        "$(jq '[.types[].live_bytes] | add' hostile.json)" "bytes of all types"
    stop TERM
}

# promtool_is_content: with what /metrics is.
promtool_is_content() {
    get /metrics
    promtool check metrics <body >out 2>&1 || fail "promtool: $(cat out)"
    [ ! -s out ] || fail "promtool: $(cat out)"
}

# (fleet_metrics has the same rules without promtool.)
case_serve_promtool() {
    command -v promtool >/dev/null || skip "there is no promtool (package prometheus)"
    start_listens
    serve --listen 127.0.0.1:0 j.mscope
    promtool_is_content
    stop TERM
    build lives
    measure ./lives
    hostile_report report.json >hostile.json
    serve --listen 127.0.0.1:0 hostile.json
    promtool_is_content
    stop TERM
}

case_serve_refuses() {
    start_listens
    serve --listen 127.0.0.1:0 j.mscope
    port=${url##*:}
    has /healthz 403 'loopback' -H 'Host: evil.example'
    has /healthz 403 'loopback' -H "Host: evil.example:$port"
    has /healthz 403 'loopback' -H "Host: 127.0.0.1.evil.example:$port"
    has /healthz 403 'loopback' -H "Host: 127.0.0.1:1$port"
    has /healthz 200 ok -H "Host: localhost:$port"
    has /healthz 405 GET -X POST -d x=1
    has /healthz 405 GET -X DELETE
    has /healthz 400 'no body' -X GET -d x=1
    has /../../../../etc/passwd 404 'there is:'
    has /%2e%2e/%2e%2e/etc/passwd 404 'there is:'
    has "/api/v1/report?process=$PWD/j.mscope" 404 'no such process'
    has '/api/v1/report?process=../j.mscope' 404 'no such process'
    has '/?process=%3Cscript%3E' 404 'no such process'
    # Larger than what is read of a request.
    get /healthz -H "X-Large: $(head -c 40000 /dev/zero | tr '\0' x)"
    case $code in 4??) ;; *) fail "a large header is answered with $code" ;; esac
    get "/healthz?$(head -c 40000 /dev/zero | tr '\0' x)"
    case $code in 4??) ;; *) fail "a long address is answered with $code" ;; esac
    has /healthz 200 ok
    stop TERM
}

# refused WORDS ARGUMENTS...: serve ends with 2 and one line.
refused() {
    words=$1
    shift
    found=0
    timeout 20 "$memscope" serve "$@" >refused 2>&1 || found=$?
    same "$found" 2 "status of serve $*"
    one_line refused "$words"
}

case_serve_token() {
    start_listens
    refused 'give --token-file' --listen 0.0.0.0:0 j.mscope
    refused 'give --token-file' --listen '[::]:0' j.mscope
    refused 'takes 127.0.0.1:PORT' --listen 7430 j.mscope
    refused 'takes 127.0.0.1:PORT' --listen 127.0.0.1:99999 j.mscope
    refused 'no journal' nothing-of-that-name
    refused 'No such file' --token-file none j.mscope
    (umask 077 && echo short >token)
    refused '16 to 512' --token-file token j.mscope
    echo 0123456789abcdef0123 >token
    chmod 644 token
    refused 'others may read it' --token-file token j.mscope
    chmod 600 token
    serve --listen 0.0.0.0:0 --token-file token j.mscope
    url=http://127.0.0.1:${url##*:}
    has /healthz 401 'token'
    has /metrics 401 'token' -H 'Authorization: Bearer 0123456789abcdef0124'
    has /metrics 401 'token' -H 'Authorization: Bearer 0123456789abcdef012'
    has /metrics 401 'token' -H 'Authorization: Bearer 0123456789abcdef01230123456789abcdef0123'
    has /metrics 401 'token' -H 'Authorization: Basic 0123456789abcdef0123'
    has /metrics 401 'token' -H 'Authorization: Bearer '
    has /metrics 200 memscope_ -H 'Authorization: Bearer 0123456789abcdef0123'
    has /api/v1/targets 200 '"host1:7430"' -H 'Authorization: Bearer 0123456789abcdef0123' -H 'Host: host1:7430'
    has /api/v1/targets 200 '"host2:7430"' -H 'Authorization: Bearer 0123456789abcdef0123' -H 'Host: host2:7430'
    has /api/v1/targets 400 'no Host' -H 'Authorization: Bearer 0123456789abcdef0123' --http1.0 -H Host:
    # A browser asks its user, and sends it as the password.
    grep -qi '^www-authenticate' headers && fail "$(cat headers)"
    get /
    grep -qi '^www-authenticate: Basic realm="memscope"' headers || fail "$(cat headers)"
    has / 401 'token' -u me:0123456789abcdef0124
    has / 401 'token' -u 0123456789abcdef0123:
    has / 200 '<title>memscope report</title>' -u me:0123456789abcdef0123
    stop TERM
}

case_serve_unix_socket() {
    start_listens
    serve --listen "unix:$PWD/socket" j.mscope
    same "$(cat address)" "unix:$PWD/socket" "address"
    same "$(stat -c %a socket)" 600 "mode of the socket"
    url=http://memscope
    has /healthz 200 ok --unix-socket socket
    refused 'cannot listen there' --listen "unix:$PWD/socket" j.mscope
    kill -KILL "$server"
    wait "$server" || :
    [ -S socket ] || fail "no socket is left"
    serve --listen "unix:$PWD/socket" j.mscope
    stop TERM
    [ ! -e socket ] || fail "the socket is left"
    echo precious >file
    refused 'cannot listen there' --listen "unix:$PWD/file" j.mscope
    same "$(cat file)" precious "a file in the way"
}

# Clients that do not read, do not finish their request or do nothing, while others are answered.
case_serve_slow_clients() {
    start_listens
    serve --listen 127.0.0.1:0 j.mscope
    port=${url##*:}
    python3 - "$port" <<'END' &
import socket, sys, time
held = []
for i in range(40):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.connect(("127.0.0.1", int(sys.argv[1])))
    if i % 3 == 1:
        s.sendall(b"GET / HTTP/1.1\r\nHost: 127.0")
    elif i % 3 == 2:
        s.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n\r\n" % sys.argv[1].encode())
    held.append(s)
open("held", "w").close()
time.sleep(60)
END
    wait_for 20 test -e held
    for _ in 1 2 3 4 5; do
        same "$(curl -s --max-time 5 "$url/healthz")" ok "the answer beside slow clients"
        curl -s --max-time 10 "$url/api/v1/report" | jq -e '.process.exit == "running"' >/dev/null ||
            fail "no report beside slow clients"
    done
    # A profile of some seconds keeps nobody waiting either.
    curl -s "$url/debug/pprof/heap?seconds=5" -o later &
    sleep 0.3
    same "$(curl -s --max-time 2 "$url/healthz")" ok "the answer beside a profile"
    stop TERM
}

# load SECONDS CLIENTS
load() {
    start_listens
    serve --listen 127.0.0.1:0 j.mscope
    python3 "$MEMSCOPE_SOURCE/tests/e2e/load_clients.py" "${url##*:}" "$pid" "$server" "$1" "$2" >load || fail "$(cat load)"
    cat load
    has /healthz 200 ok
    stop TERM
}

case_serve_load() {
    load 2 50
}

case_serve_load_long() {
    load 120 60
}

# As many follow as may, and others get in; who goes makes room.
case_serve_streams() {
    start_listens
    serve --listen 127.0.0.1:0 j.mscope
    python3 - "${url##*:}" "$pid" <<'END' || fail "streams"
import socket, sys, time
port, pid = sys.argv[1:]
def follow():
    s = socket.create_connection(("127.0.0.1", int(port)), 20)
    s.sendall(f"GET /api/v1/events?process={pid} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    return s, s.recv(100)
held = [follow() for _ in range(48)]
assert all(b" 200 " in answer for _, answer in held), held
assert b" 503 " in follow()[1]
s = socket.create_connection(("127.0.0.1", int(port)), 20)
s.sendall(f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
assert b" 200 " in s.recv(100)
held.pop()[0].close()
for _ in range(100):
    if b" 200 " in follow()[1]:
        break
    time.sleep(0.1)
else:
    raise SystemExit("who has gone has made no room")
END
    stop TERM
}

# A client that follows and does not read is let go, and the others go on.
case_serve_stream_unread() {
    start_listens
    serve --listen "unix:$PWD/socket" j.mscope
    python3 - "$pid" "$server" <<'END' || fail "an unread stream"
import os, socket, sys, time
pid, server = sys.argv[1:]
def files():
    return len(os.listdir(f"/proc/{server}/fd"))
before = files()
s = socket.socket(socket.AF_UNIX)
s.connect("socket")
s.sendall(f"GET /api/v1/events?process={pid} HTTP/1.1\r\nHost: memscope\r\n\r\n".encode())
time.sleep(1)
assert files() == before + 1
end = time.time() + 200
while files() != before:
    assert time.time() < end, "it is still there"
    time.sleep(1)
END
    url=http://memscope
    has /healthz 200 ok --unix-socket socket
    stop TERM
}

# What there is no memory for is refused, and nothing else.
case_serve_no_memory() {
    build lives
    "$memscope" cc -g -O1 -o many "$MEMSCOPE_SOURCE/tests/bench/many_stacks.c"
    mkdir d
    MEMSCOPE_OPTIONS="out=$PWD/d/lives.mscope" ./lives >out
    MEMSCOPE_OPTIONS="out=$PWD/d/many.mscope:max_stack_depth=64" ./many 15 1
    "$memscope" list >listed
    (
        ulimit -d 40000
        exec "$memscope" serve --listen 127.0.0.1:0 d >address 2>serve.err
    ) &
    server=$!
    wait_for 10 test -s address
    url=$(sed 's,/$,,' address)
    get /api/v1/processes
    large=$(jq -r '.processes[] | select(.program == "many") | .id' body)
    small=$(jq -r '.processes[] | select(.program == "lives") | .id' body)
    for _ in 1 2 3; do
        has "/api/v1/report?process=$large" 503 'there is no memory for'
        has "/?process=$large" 503 'there is no memory for'
        has "/api/v1/report?process=$small" 200 '"lives"'
        has /healthz 200 ok
    done
    : >serve.err
    stop TERM
}

# Journals with any bytes changed, and one that is cut off while it is read.
case_serve_hostile_journals() {
    build lives
    mkdir d
    MEMSCOPE_OPTIONS="out=$PWD/j.mscope" ./lives >out
    cp j.mscope d/good.mscope
    serve --listen 127.0.0.1:0 d
    cat >hostile.py <<'END'
import json, random, shutil, sys, threading, time, urllib.error, urllib.request
url, rounds = sys.argv[1], int(sys.argv[2])
good = open("j.mscope", "rb").read()
path = "d/bad.mscope"
statuses = {}
def get(rest):
    request = urllib.request.Request(url + rest, headers={"Accept": f"text/{sum(statuses.values())}"})  # none from before
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            status, body = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, body = error.code, error.read()
    statuses[status] = statuses.get(status, 0) + 1
    assert status in (200, 404, 500, 503), (rest, status, body[:200])
    return body
def ask():
    listed = get("/api/v1/processes")
    assert listed[:1] == b"{", (listed[:300], statuses)
    for process in json.loads(listed)["processes"]:
        get("/api/v1/report?process=" + process["id"])
    get("/metrics")
for seed in range(rounds):
    some = random.Random(seed)
    bytes_ = bytearray(good)
    # The tables are where bytes are; each third time the header alone.
    places = [at for at in range(4096 if seed % 3 == 0 else len(bytes_)) if bytes_[at] != 0]
    for at in some.sample(places, min(len(places), 1 << some.randrange(8))):
        bytes_[at] = some.randrange(256)
    open(path, "wb").write(bytes_)
    ask()
# While it is read: bytes change, and the file gets shorter and longer.
done = False
def change():
    some = random.Random(1)
    while not done:
        with open(path, "r+b") as file:
            file.truncate(some.randrange(len(good)))
            time.sleep(0.001)
            file.seek(0)
            file.write(good)
changer = threading.Thread(target=change, daemon=True)
changer.start()
end = time.time() + 1
while time.time() < end:
    ask()
done = True
changer.join()
print(statuses)
END
    python3 hostile.py "$url" 20 >hostile 2>&1 || fail "$(tail -5 hostile; cat serve.err)"
    get "/api/v1/processes"
    has "/api/v1/report?process=$(jq -r '[.processes[] | select(.program == "lives")][0].id' body)" 200 '"struct'
    sort -u serve.err | cut -c1-200
    grep -vE '^memscope: cannot (read|make a report of) ' serve.err | grep . && fail "other words"
    : >serve.err
    stop TERM
}

case_serve_directory() {
    build lives
    build listens
    serve --listen 127.0.0.1:0
    has / 200 '{"processes":[]}'
    ./lives >out
    ./lives >out
    mkfifo input
    ./listens <input >says &
    pid=$!
    exec 7>input
    printf x >&7
    wait_for 10 grep -q '\.' says
    sleep 1.1
    get /api/v1/processes
    mv body report.json
    check '[.processes[] | [.program, .running]]' '[["listens",true],["lives",false],["lives",false]]'
    id=$(jq -r '.processes[1].id' report.json)
    has / 200 "\"id\":\"$id\""
    has "/?process=$id" 200 '<title>memscope report</title>'
    get "/api/v1/report?process=$id"
    mv body report.json
    check .summary.total_allocations 621
    # Those that have ended are no series, and no targets.
    get /api/v1/targets
    same "$(jq -r '.[].labels.program' body)" listens "targets"
    get /metrics
    same "$(grep -c '^memscope_heap_live_bytes' body)" 1 "processes with metrics"
    exec 7>&-
    wait "$pid"
    wait_for 10 sh -c "curl -s $url/metrics | grep -c '^memscope_heap_live_bytes{' | grep -qx 0"
    # What is no journal is not shown, and does no harm.
    head -c 100000 /dev/urandom >"$MEMSCOPE_DIR/random.mscope"
    ln -s /etc/passwd "$MEMSCOPE_DIR/link.mscope"
    sleep 1.1
    get /api/v1/processes
    mv body report.json
    check '.processes | length' 3
    stop TERM
}

# Another user's journal that could be read is not served; root serves all.
case_serve_other_users() {
    [ "$(id -u)" -eq 0 ] || skip "only root can be somebody else"
    build lives
    MEMSCOPE_OPTIONS="out=$PWD/j.mscope" ./lives >out
    mkdir theirs
    cp j.mscope theirs/ours.mscope
    cp j.mscope theirs/theirs.mscope
    chown 54321 theirs theirs/theirs.mscope
    chmod 755 . theirs
    chmod 644 j.mscope theirs/*
    cat >as_other <<END
#!/bin/sh
exec setpriv --reuid=54321 --regid=54321 --clear-groups "$memscope" "\$@"
END
    chmod 755 as_other
    ./as_other --version >out 2>&1 || skip "another user cannot run $memscope"
    root=$memscope
    memscope=$PWD/as_other
    refused 'belongs to another user' --listen 127.0.0.1:0 j.mscope
    serve --listen 127.0.0.1:0 theirs
    get /api/v1/processes
    mv body report.json
    check '.processes | length' 1
    get /api/v1/report
    same "$code" 200 "status of their own"
    stop TERM
    memscope=$root
    serve --listen 127.0.0.1:0 theirs
    get /api/v1/processes
    mv body report.json
    check '.processes | length' 2
    stop TERM
}
