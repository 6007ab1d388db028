# SPDX-License-Identifier: MIT
"""check_trace.py REPORT.json TRACE.json: whether the trace keeps to the "Trace Event Format" (the members that each kind of
event must have, their types, slices of a thread that nest) and its numbers are those of the report."""
import json
import sys


def fail(text):
    sys.exit(f"check_trace.py: {text}")


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


MEMBERS = {  # of each kind of event, besides ph, name and pid
    "M": {"args": dict},
    "C": {"args": dict, "ts": float},
    "i": {"ts": float, "tid": int, "s": str},
    "X": {"ts": float, "dur": float, "tid": int, "args": dict},
}


def check_event(event):
    kind = event["ph"]
    if kind not in MEMBERS:
        fail(f"unknown kind: {event}")
    wanted = {"ph": str, "name": str, "pid": int, **MEMBERS[kind]}
    if kind == "M" and event["name"] == "thread_name":
        wanted["tid"] = int
    if set(event) != set(wanted):
        fail(f"members {sorted(event)} and not {sorted(wanted)}")
    for key, type_ in wanted.items():
        if not isinstance(event[key], type_):
            fail(f"{key} is {event[key]!r}: {event}")
    if kind == "C" and not (event["args"] and all(map(is_number, event["args"].values()))):
        fail(f"a counter without numbers: {event}")
    if kind == "i" and event["s"] not in "gpt":
        fail(f"no scope: {event}")
    if event["pid"] < 1 or event.get("ts", 0) < 0 or event.get("dur", 0) < 0:
        fail(f"a number below 0: {event}")


def check_nesting(events):
    open_slices = {}
    for event in sorted((e for e in events if e["ph"] == "X"), key=lambda e: (e["ts"], -e["dur"])):
        stack = open_slices.setdefault(event["tid"], [])
        while stack and stack[-1] <= event["ts"]:
            stack.pop()
        if stack and event["ts"] + event["dur"] > stack[-1] + 0.001:
            fail(f"it does not nest: {event}")
        stack.append(event["ts"] + event["dur"])


def counter(events, name, key):
    return [(e["ts"], e["args"][key]) for e in events if e["ph"] == "C" and e["name"] == name and key in e["args"]]


def same(what, found, wanted):
    if found != wanted:
        fail(f"{what}: {found[:3]} ({len(found)}) and not {wanted[:3]} ({len(wanted)})")


def main():
    with open(sys.argv[1], encoding="utf-8") as one, open(sys.argv[2], encoding="utf-8") as two:
        report, trace = json.load(one), json.load(two)
    events, timeline = trace["traceEvents"], report["timeline"]
    for event in events:
        check_event(event)
    check_nesting(events)
    times = [time / 1000 for time in timeline["timestamps"]]
    same("heap", counter(events, "heap", "live bytes"), list(zip(times, timeline["heap_live_bytes"])))
    live = [made - freed for made, freed in zip(timeline["allocations"], timeline["frees"])]
    same("blocks", counter(events, "blocks", "live"), list(zip(times, live)))
    for series in timeline["by_type"]:
        name = series["type_name"] if series["type_name"] is not None else "[no type known]"
        numbers = [number or 0 for number in series["live_bytes"]]
        same(name, counter(events, "heap by type", name), list(zip(times, numbers)))
    rss = [(s["timestamp"] / 1000, s["process_rss_bytes"]) for s in report["system_snapshots"]
           if s["process_rss_bytes"] is not None]
    same("resident set", counter(events, "resident set", "bytes"), rss)
    same("marks", [(e["ts"], e["name"]) for e in events if e["ph"] == "i"],
         [(mark["timestamp"] / 1000, mark["name"]) for mark in report["marks"]])
    same("phases", [(e["ts"], e["name"], e["tid"]) for e in events if e["ph"] == "X"],
         [(phase["start_ns"] / 1000, phase["name"] or "[unknown]", phase["tid"]) for phase in report["phases"]])
    print(f"{len(events)} events")


main()
