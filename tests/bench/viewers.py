# SPDX-License-Identifier: MIT
"""viewers.py URL PID COUNT [SECONDS]: so many viewers follow the page of a process, as a browser does: by
its events, after each of which the report is fetched. Until it has ended, or for SECONDS. Prints how many
reports a viewer got, how large one is as JSON and as it is sent, and the bytes a viewer gets each second."""
import gzip
import http.client
import sys
import threading
import time
import urllib.parse

host = urllib.parse.urlsplit(sys.argv[1]).netloc
process = "?process=" + sys.argv[2]
end = time.time() + (float(sys.argv[4]) if len(sys.argv) > 4 else 3600)
got = []


def view():
    stream = http.client.HTTPConnection(host, timeout=60)
    stream.request("GET", "/api/v1/events" + process)
    events = stream.getresponse()
    pages = http.client.HTTPConnection(host, timeout=60)
    sizes, body, begin = [], b"", time.time()
    for line in events:
        if not line.startswith(b"event: changed"):
            continue
        pages.request("GET", "/api/v1/page" + process, headers={"Accept-Encoding": "gzip"})
        answer = pages.getresponse()
        body = answer.read()
        sizes.append(len(body))
        if time.time() > end:
            break
    if answer.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    got.append((len(sizes), len(body), sizes[-1], sum(sizes) / (time.time() - begin)))


threads = [threading.Thread(target=view) for _ in range(int(sys.argv[3]))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if len(got) != len(threads):
    sys.exit("viewers: some got nothing")
print(" ".join(f"{sum(each) / len(got):.0f}" for each in zip(*got)))
