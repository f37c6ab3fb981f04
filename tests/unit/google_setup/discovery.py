"""Every request that is built must be one that Google's own description of the API knows."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import googleapiclient

_DOCUMENT = "discovery_cache/documents/sheets.v4.json"
_TYPES = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
}


@cache
def schemas():
    text = (Path(googleapiclient.__file__).parent / _DOCUMENT).read_text(encoding="utf-8")
    return json.loads(text)["schemas"]


def problems(requests):
    """What the description of batchUpdate does not know of these requests; [] when all is well."""
    found = list(_object({"requests": requests}, "BatchUpdateSpreadsheetRequest", "batch"))
    found += [
        f"requests[{i}] has {len(request)} kinds"
        for i, request in enumerate(requests)
        if len(request) != 1
    ]
    return found


def _object(value, name, place):
    known = schemas()[name].get("properties", {})
    if not isinstance(value, dict):
        yield f"{place} is no object"
        return
    for field, inner in value.items():
        if field not in known:
            yield f"{place}.{field} is unknown"
        else:
            yield from _value(inner, known[field], f"{place}.{field}")


def _value(value, schema, place):
    if "$ref" in schema:
        yield from _object(value, schema["$ref"], place)
        return
    kind = schema["type"]
    if not isinstance(value, _TYPES[kind]) or (kind != "boolean" and isinstance(value, bool)):
        yield f"{place} is no {kind}: {value!r}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place} cannot be {value!r}"
    if kind == "array":
        for i, element in enumerate(value):
            yield from _value(element, schema["items"], f"{place}[{i}]")
    if kind == "object" and "additionalProperties" in schema:
        for key, element in value.items():
            yield from _value(element, schema["additionalProperties"], f"{place}[{key}]")
