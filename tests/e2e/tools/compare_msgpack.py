# SPDX-License-Identifier: MIT
"""compare_msgpack.py REPORT.json REPORT.msgpack: whether the msgpack module reads what the json module reads, with the
same types and the same order of keys."""
import json
import sys

import msgpack


def compare(a, b, path):
    if type(a) is not type(b):
        sys.exit(f"{path}: {a!r} is not of the type of {b!r}")
    if isinstance(a, dict):
        if list(a) != list(b):
            sys.exit(f"{path}: keys {list(a)} and {list(b)}")
        for key in a:
            compare(a[key], b[key], f"{path}.{key}")
    elif isinstance(a, list):
        if len(a) != len(b):
            sys.exit(f"{path}: {len(a)} elements and {len(b)}")
        for index, pair in enumerate(zip(a, b)):
            compare(*pair, f"{path}[{index}]")
    elif a != b:
        sys.exit(f"{path}: {a!r} and {b!r}")


with open(sys.argv[1], encoding="utf-8") as one, open(sys.argv[2], "rb") as two:
    compare(json.load(one), msgpack.load(two, raw=False, strict_map_key=True), "report")
print(f"the same, by msgpack {'.'.join(map(str, msgpack.version))}")
