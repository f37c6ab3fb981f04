"""The schema gate: every request and every reply, held against Google's own description of the API."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from tests.sheets_server.answers import Call
from tests.sheets_server.mask import discovery
from tests.sheets_server.model import ApiError, Json

Report: TypeAlias = Callable[[str, str], None]
Check: TypeAlias = Callable[[Any, str, Report], None]
"""Looks at a value; tells the report the place and what is wrong with it."""

_TYPES: Final[dict[str, type | tuple[type, ...]]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}


class SchemaViolation(AssertionError):
    """A request or a reply that Google's description does not allow."""


class SchemaGate:
    """Collects what breaks the description; with `strict` it raises instead.

    Null fields in requests are let through: gspread sends them and Google takes them.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict
        self.violations: list[str] = []
        self.requests = 0
        self.replies = 0
        """How many requests and replies were looked at."""

    def request(self, call: Call) -> None:
        """Check the parameters and the body of a request, whatever becomes of it."""
        method = methods().get(call.name)
        if method is None:
            return
        self.requests += 1
        report = self._report(f"request of {call.name}")
        for name, values in call.query.items():
            for value in values:
                _check_parameter(method, name, value, report)
        if "request" in method:
            self._body(call, method["request"]["$ref"], report)
        elif call.body:
            report("", "a body where none is taken")

    def unknown(self, call: Call) -> None:
        """Tell of a request that is for the Sheets API and for no method of it."""
        if call.path.startswith("/v4/"):
            self.requests += 1
            self._report(f"request {call.method} {call.path}")("", "is no method of the API")

    def reply(self, call: Call, reply: Any) -> None:
        """Check what was answered; nothing in it may be null."""
        method = methods().get(call.name)
        if method is not None:
            self.replies += 1
            report = self._report(f"reply to {call.name}")
            compiled(method["response"]["$ref"], nulls=False)(reply, "", report)

    @staticmethod
    def _body(call: Call, schema: str, report: Report) -> None:
        try:
            body = _flat(call.json)
        except ApiError as error:
            report("", error.message)
        else:
            compiled(schema)(body, "", report)

    def _report(self, what: str) -> Report:
        def report(place: str, fault: str) -> None:
            text = f"{what}: {place or 'it'}: {fault}"
            self.violations.append(text)
            if self.strict:
                raise SchemaViolation(text)

        return report


EVERYTHING: Final = SchemaGate()
"""Looks at whatever any server of this process is asked and answers, unless one was given its own gate.

It costs about one hundredth of the time that a whole pass over a small sheet takes, so no test and no race goes
without it; `tests/support/google_schema.py` fails the test that broke the description.
"""


def _flat(body: Json) -> Json:
    """The body with `requests` as one list, as the server itself reads it."""
    given = body.get("requests")
    if isinstance(given, list) and any(isinstance(one, list) for one in given):
        flat = [r for one in given for r in (one if isinstance(one, list) else [one])]
        return body | {"requests": flat}
    return body


@functools.cache
def methods() -> dict[str, Json]:
    """The methods of the API by name, such as `spreadsheets.values.get`."""
    found: dict[str, Json] = {}

    def collect(resources: Json, prefix: str) -> None:
        for name, resource in resources.items():
            for method, described in resource.get("methods", {}).items():
                found[f"{prefix}{name}.{method}"] = described
            collect(resource.get("resources", {}), f"{prefix}{name}.")

    collect(discovery()["resources"], "")
    return found


def _check_parameter(method: Json, name: str, value: str, report: Report) -> None:
    described = method.get("parameters", {}).get(name)
    if described is None:
        if name not in discovery()["parameters"]:
            report(name, "is no parameter of this method")
    elif "enum" in described and value not in described["enum"]:
        report(name, f"{value!r} is not one of {described['enum']}")
    elif described["type"] == "boolean" and value.lower() not in {"true", "false"}:
        report(name, f"{value!r} is not true or false")


@functools.cache
def compiled(name: str, *, nulls: bool = True) -> Check:
    """What checks a value against the schema of this name; `nulls` lets null fields through."""
    described = discovery()["schemas"][name]
    fields: dict[str, Check] = {}

    def check(value: Any, place: str, report: Report) -> None:
        if not fields:  # made at the first use, since schemas hold one another
            for field, shape in described.get("properties", {}).items():
                fields[field] = _shape(shape, nulls=nulls)
        if not isinstance(value, dict):
            report(place, f"{value!r} is no {name}")
            return
        for field, inner in value.items():
            known = fields.get(field)
            if known is None:
                report(f"{place}.{field}", f"is no field of {name}")
            elif inner is not None or not nulls:
                known(inner, f"{place}.{field}", report)

    return check


def _shape(shape: Json, *, nulls: bool) -> Check:
    if "$ref" in shape:
        return compiled(shape["$ref"], nulls=nulls)
    kind = shape["type"]
    if kind == "array":
        inner = _shape(shape["items"], nulls=nulls)
        return _any_list if inner is _anything else _list_of(inner, nulls=nulls)
    if kind == "object" and shape.get("additionalProperties"):
        return _map_of(_shape(shape["additionalProperties"], nulls=nulls))
    if kind in {"object", "any"}:
        return _anything
    return _scalar(_TYPES[kind], kind, tuple(shape.get("enum", ())))


def _anything(value: Any, place: str, report: Report) -> None:
    """Whatever it is."""


def _any_list(value: Any, place: str, report: Report) -> None:
    """A list of anything."""
    if not isinstance(value, list):
        report(place, f"{value!r} is no list")


def _list_of(inner: Check, *, nulls: bool) -> Check:
    def check(value: Any, place: str, report: Report) -> None:
        if not isinstance(value, list):
            report(place, f"{value!r} is no list")
            return
        for number, item in enumerate(value):
            if item is not None or not nulls:
                inner(item, f"{place}[{number}]", report)

    return check


def _map_of(inner: Check) -> Check:
    def check(value: Any, place: str, report: Report) -> None:
        if not isinstance(value, dict):
            report(place, f"{value!r} is no object")
            return
        for name, item in value.items():
            inner(item, f"{place}.{name}", report)

    return check


def _scalar(types: type | tuple[type, ...], kind: str, words: tuple[str, ...]) -> Check:
    def check(value: Any, place: str, report: Report) -> None:
        if not isinstance(value, types) or (kind != "boolean" and isinstance(value, bool)):
            report(place, f"{value!r} is no {kind}")
        elif words and value not in words:
            report(place, f"{value!r} is not one of the words for it")

    return check
