# SPDX-License-Identifier: MIT
"""load_clients.py PORT PID SERVER SECONDS COUNT: so many clients ask `memscope serve` at once, for its
reports, pages, metrics, profiles and events; some read slowly, some go away in the middle, some never
finish their request. Each answer is looked at. Prints what there was and ends with 1 if an answer was
wrong, none came, or SERVER (its pid) kept memory or descriptors."""
import gzip
import http.client
import json
import os
import socket
import struct
import sys
import threading
import time

port, pid, server, seconds, count = (int(word) for word in sys.argv[1:6])
end = 0.0
counts = {}
failures = []
lock = threading.Lock()


def note(what, problem=None):
    with lock:
        counts[what] = counts.get(what, 0) + 1
        if problem is not None:
            failures.append(f"{what}: {problem}")


def get(path, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


def expect(what, path, good, headers=None):
    status, body, _ = get(path, headers)
    problem = None if status == 200 and good(body) else f"{status} {body[:200]!r}"
    note(what, problem)


def report(_):
    expect("report", "/api/v1/report", lambda body: json.loads(body)["process"]["pid"] == pid)


def page(_):
    status, body, headers = get("/api/v1/page", {"Accept-Encoding": "gzip"})
    if headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    good = status == 200 and json.loads(body)["process"]["pid"] == pid
    note("page", None if good else f"{status} {body[:200]!r}")
    status, body, _ = get("/api/v1/page", {"If-None-Match": headers["ETag"]})
    note("page again", None if status in (200, 304) and (status == 200) == (len(body) > 0) else status)


def whole_page(_):
    expect("whole page", "/", lambda body: body.endswith(b"</html>\n"))


def metrics(_):
    expect("metrics", "/metrics", lambda body: b'memscope_heap_live_bytes{pid="%d"' % pid in body)


def heap(_):
    expect("heap profile", "/debug/pprof/heap", lambda body: len(gzip.decompress(body)) > 0)


def processes(_):
    expect("processes", "/api/v1/processes", lambda body: json.loads(body)["processes"][0]["pid"] == pid)


def nothing(_):
    status, _, _ = get("/api/v1/report?process=1")
    note("no such process", None if status == 404 else status)


def raw(text, receive_bytes=None):
    client = socket.socket()
    if receive_bytes:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    client.settimeout(60)
    client.connect(("127.0.0.1", port))
    client.sendall(text.replace("\n", "\r\n").encode())
    return client


def request(path):
    return f"GET {path} HTTP/1.1\nHost: 127.0.0.1:{port}\n\n"


def goes_away(_):
    client = raw(request("/"))
    client.recv(100)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    note("went away")


def half_a_request(_):
    client = raw("GET /metrics HTTP/1.1\nHost: 127.0")
    time.sleep(0.5)
    client.close()
    note("half a request")


def slow(_):
    client = raw(request("/healthz") + request("/api/v1/page"), 4096)
    got = 0
    while got == 0 or (time.time() < end and got < 100000):
        piece = client.recv(1000)
        if not piece:
            break
        got += len(piece)
        time.sleep(0.01)
    client.close()
    note("slow", None if got > 0 else "nothing came")


def follow(_):
    client = raw(request(f"/api/v1/events?process={pid}"))
    text, begin = b"", time.time()
    while time.time() < end or b"event: changed" not in text:
        piece = client.recv(1000)
        if not piece:
            break
        text += piece
    client.close()
    wanted = max(1, int((end - begin) / 10))  # at the least: a busy server tells less often
    events = text.count(b"event: changed")
    note("events", None if events >= wanted else f"{events} events, not {wanted}: {text[:300]!r}")


def client(number):
    kinds = [report, page, whole_page, metrics, heap, processes, nothing, goes_away, half_a_request, slow]
    if number % 5 == 0:
        return follow
    return kinds[(number - number // 5) % len(kinds)]


def run(number):
    act = client(number)
    while time.time() < end:
        try:
            act(number)
        except Exception as error:  # whatever it is, it is a failure
            note(act.__name__, repr(error))


def held():
    with open(f"/proc/{server}/status") as status:
        lines = dict(line.split(":", 1) for line in status)
    return int(lines["VmRSS"].split()[0]), len(os.listdir(f"/proc/{server}/fd"))


def load(length):
    global end
    end = time.time() + length
    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    most = 0
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.1)
        most = max(most, held()[1])
    time.sleep(1.5)  # those that have gone are noticed within a second
    return most


load(min(1, seconds))  # names are looked up, pools filled
before, files = held()
most = load(seconds)
after, files_after = held()
print(", ".join(f"{count} {what}" for what, count in sorted(counts.items())))
print(f"resident {before} KiB before and {after} KiB after; descriptors {files}, at most {most}, {files_after} after")
for failure in failures[:10]:
    print("FAILED:", failure)
if after > before + 8192 or files_after > files + 2 or most > files + 64:
    failures.append("kept")
    print("FAILED: memory or descriptors are kept")
sys.exit(1 if failures else 0)
