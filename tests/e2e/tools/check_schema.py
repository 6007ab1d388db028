# SPDX-License-Identifier: MIT
"""check_schema.py SCHEMA REPORT.json...: whether the reports are valid, also when no key may be there that the schema does
not name. With --all, every kind of object that the schema names must be in one of them."""
import copy
import json
import sys

import jsonschema


def strict(schema):
    """The same with no other keys."""
    if isinstance(schema, dict):
        schema = {key: strict(value) for key, value in schema.items()}
        if schema.get("type") == "object":
            schema["additionalProperties"] = False
    elif isinstance(schema, list):
        schema = [strict(value) for value in schema]
    return schema


def visit(root, schema, value, seen):
    reference = schema.get("$ref")
    if reference is not None:
        name = reference.rsplit("/", 1)[1]
        if isinstance(value, dict):
            seen.add(name)
        visit(root, root["$defs"][name], value, seen)
    for choice in schema.get("oneOf", []):
        visit(root, choice, value, seen)
    if isinstance(value, dict):
        for key, inner in schema.get("properties", {}).items():
            if key in value:
                visit(root, inner, value[key], seen)
    elif isinstance(value, list) and "items" in schema:
        for element in value:
            visit(root, schema["items"], element, seen)


def main():
    arguments = [word for word in sys.argv[1:] if word != "--all"]
    with open(arguments[0], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validators = [jsonschema.Draft202012Validator(schema), jsonschema.Draft202012Validator(strict(copy.deepcopy(schema)))]
    seen, bad = set(), 0
    for path in arguments[1:]:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
        for validator in validators:
            error = jsonschema.exceptions.best_match(validator.iter_errors(report))
            if error is not None:
                print(f"{path}: {'.'.join(map(str, error.absolute_path))}: {error.message[:300]}")
                bad += 1
                break
        visit(schema, schema, report, seen)
    objects = {name for name, inner in schema["$defs"].items() if inner.get("type") == "object"}
    if "--all" in sys.argv and objects - seen:
        print(f"no report has {', '.join(sorted(objects - seen))}")
        bad += 1
    return bad != 0


sys.exit(main())
