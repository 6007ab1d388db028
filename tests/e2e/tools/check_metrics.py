# SPDX-License-Identifier: MIT
#
# check_metrics.py TEXT OPENMETRICS [TYPES]: TEXT is Prometheus' text format and OPENMETRICS the same in OpenMetrics, as
# one server has given them. Both must be read by the parsers of Prometheus' own client for Python, of which that of
# OpenMetrics is strict, and say the same; the names and the grammar must be what promtool asks for. With TYPES, a JSON
# list, the labels `type` are exactly those, however they had to be escaped.
import json
import re
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_open_metrics
from prometheus_client.parser import text_string_to_metric_families as read_text

SAMPLE = re.compile(r'([a-z_:]+)\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\} ([-+0-9.e]+)')
# https://prometheus.io/docs/practices/naming/, as promtool's linter has it.
RESERVED = ("_count", "_sum", "_bucket", "_info", "_created")
NO_BASE_UNITS = {"ms", "us", "ns", "kb", "mb", "gb", "kib", "mib", "gib", "milliseconds", "microseconds", "nanoseconds",
                 "minutes", "hours", "kilobytes", "megabytes", "bits", "percent", "gauge", "counter"}


def fail(words):
    sys.exit(f"check_metrics.py: {words}")


def check_grammar(text):
    """Of a family: HELP, TYPE, then all of its samples, and nothing else."""
    if not text.endswith("\n") or "\r" in text:
        fail("lines end with something else than one newline")
    family, kind, seen, helps = None, None, set(), {}
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            _, _, family, words = line.split(" ", 3)
            if family in seen:
                fail(f"{family} is there twice")
            if words in helps.values() or words.strip() != words or not words.endswith("."):
                fail(f"the help of {family}: {words}")
            seen.add(family)
            helps[family], kind = words, None
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            if name != family or kind not in ("counter", "gauge"):
                fail(f"{line} behind the help of {family}")
            if (kind == "counter") != name.endswith("_total"):
                fail(f"{name} is a {kind}")
            if name.endswith(RESERVED) or not re.fullmatch("memscope(_[a-z0-9]+)+", name):
                fail(f"a bad name: {name}")
            if NO_BASE_UNITS.intersection(name.split("_")):
                fail(f"{name} has no base unit, or says its type")
        else:
            sample = SAMPLE.fullmatch(line)
            if sample is None:
                fail(f"no sample: {line}")
            if kind is None or sample[1] != family:
                fail(f"{line} behind the type of {family}")
            float(sample[3])
    return helps


def samples_of(families):
    found = {}
    for family in families:
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            if key in found:
                fail(f"{key} is there twice")
            if sample.timestamp is not None:
                fail(f"{key} has a time")
            found[key] = sample.value
    return found


def main():
    text, open_text = (open(path, newline="", encoding="utf-8").read() for path in sys.argv[1:3])
    helps = check_grammar(text)
    plain, strict = list(read_text(text)), list(read_open_metrics(open_text))
    # The parsers take _total off the names of counters.
    named = [(f.name + ("_total" if f.type == "counter" else ""), f.type, f.documentation) for f in plain]
    if [(name, words) for name, _, words in named] != list(helps.items()):
        fail(f"the parser has found {named}")
    if [(f.name, f.type, f.documentation) for f in plain] != [(f.name, f.type, f.documentation) for f in strict]:
        fail("the two formats have other families")
    one, other = samples_of(plain), samples_of(strict)
    if one.keys() != other.keys():
        fail(f"only one of the formats has {set(one) ^ set(other)}")
    # What the monitor measures goes on while one asks twice.
    differ = [key for key in one if one[key] != other[key] and not key[0].startswith("memscope_process_")]
    if differ:
        fail(f"not the same in both formats: {differ}")
    if len(sys.argv) > 3:
        types = [dict(labels)["type"] for name, labels in one if name == "memscope_type_live_bytes"]
        wanted = json.load(open(sys.argv[3], encoding="utf-8"))
        if sorted(types) != sorted(wanted):
            fail(f"the types are {sorted(types)} and not {sorted(wanted)}")
    print(f"{len(named)} families, {len(one)} samples")


main()
