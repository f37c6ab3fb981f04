"""Holds requests and replies against Google's own discovery document: names, types, enums."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from tests.sheets_server.mask import discovery
from tests.sheets_server.model import Json

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,), "boolean": (bool,), "integer": (int,), "number": (int, float), "object": (dict,),
    "array": (list,),
}  # fmt: skip


class Gate:
    """Collects what does not fit. `requests` and `replies` count what was looked at.

    Null in a request is tolerated, as by Google: gspread sends some.
    """

    def __init__(self) -> None:
        self.violations: list[str] = []
        self.requests = 0
        self.replies = 0

    def request(self, name: str, body: Json) -> None:
        """Look at the body of a request for the method `name`."""
        self._look("request", name, _flat(body))

    def reply(self, name: str, body: Any) -> None:
        """Look at a reply of the method `name`."""
        self._look("response", name, body)

    def _look(self, side: str, name: str, body: Any) -> None:
        reference = _methods().get(name, {}).get(side, {}).get("$ref")
        if reference is None:
            return
        if side == "request":
            self.requests += 1
        else:
            self.replies += 1
        schemas = discovery()["schemas"]
        self.violations += [
            f"{side} {name}: {fault}"
            for fault in faults(body, schemas[reference], reference, nulls=side == "request")
        ]


def faults(value: Any, shape: Json, path: str, *, nulls: bool) -> Iterator[str]:
    """Everything in `value` that the schema `shape` does not know or wants otherwise."""
    if value is None:
        if not nulls:
            yield f"{path} is null"
        return
    if "$ref" in shape:
        yield from faults(value, discovery()["schemas"][shape["$ref"]], path, nulls=nulls)
        return
    kind = shape.get("type", "any")
    if kind == "any":
        return
    if not isinstance(value, _TYPES[kind]) or (
        kind in {"integer", "number"} and isinstance(value, bool)
    ):
        yield f"{path} is {type(value).__name__}, not {kind}"
        return
    if "enum" in shape and value not in shape["enum"]:
        yield f"{path} is {value!r}, which is no value of its enum"
    if kind == "array":
        for place, item in enumerate(value):
            yield from faults(item, shape["items"], f"{path}[{place}]", nulls=nulls)
    if kind == "object":
        yield from _of_object(value, shape, path, nulls=nulls)


def _of_object(value: Json, shape: Json, path: str, *, nulls: bool) -> Iterator[str]:
    known, further = shape.get("properties", {}), shape.get("additionalProperties")
    for name, item in value.items():
        if name in known:
            yield from faults(item, known[name], f"{path}.{name}", nulls=nulls)
        elif further is not None:
            yield from faults(item, further, f"{path}.{name}", nulls=nulls)
        else:
            yield f"{path}.{name} is unknown"


def _flat(body: Json) -> Json:
    """gspread-formatting nests the list of requests once more, which Google is believed to take."""
    requests = body.get("requests")
    if isinstance(requests, list) and any(isinstance(one, list) for one in requests):
        flat = [one for part in requests for one in (part if isinstance(part, list) else [part])]
        return {**body, "requests": flat}
    return body


@cache
def _methods() -> dict[str, Json]:
    """Every method of the API by its name: sheets.spreadsheets.values.get without the first word."""
    found: dict[str, Json] = {}

    def collect(resource: Json) -> None:
        for method in resource.get("methods", {}).values():
            found[method["id"].removeprefix("sheets.")] = method
        for below in resource.get("resources", {}).values():
            collect(below)

    collect(discovery())
    return found
