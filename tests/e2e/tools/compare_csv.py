# SPDX-License-Identifier: MIT
"""compare_csv.py REPORT.json TABLE...: whether each TABLE.csv, as Python's csv module reads it, says what that section of
the report says: the same keys, rows and values; lists inside of rows are left out."""
import csv
import io
import json
import sys


def columns(row, prefix=""):
    for key, value in row.items():
        if isinstance(value, list):
            continue
        yield prefix + key, value


def text(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)


def compare(report, table):
    with open(f"{table}.csv", "rb") as file:
        data = file.read().decode("utf-8", "strict")
    if not data.endswith("\r\n"):
        sys.exit(f"{table}: the last line does not end with CR LF")
    rows = list(csv.DictReader(io.StringIO(data, newline=""), strict=True))
    if len(rows) != len(report[table]):
        sys.exit(f"{table}: {len(rows)} rows and not {len(report[table])}")
    for number, (row, wanted) in enumerate(zip(rows, report[table])):
        flat = {}
        for key, value in columns(wanted):
            if key == "last_seen":
                value = value or {"var_name": None, "location": None, "function": None}
                flat.update(columns(value, "last_seen."))
            else:
                flat[key] = value
        if list(row) != list(flat):
            sys.exit(f"{table}: the columns are {list(row)} and not {list(flat)}")
        for key, value in flat.items():
            if row[key] != text(value) and (not isinstance(value, float) or float(row[key]) != value):
                sys.exit(f"{table}: row {number}: {key} is {row[key]!r} and not {text(value)!r}")
    print(f"{table}: {len(rows)} rows")


with open(sys.argv[1], encoding="utf-8") as file:
    whole = json.load(file)
for name in sys.argv[2:]:
    compare(whole, name)
