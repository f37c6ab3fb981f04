"""Faults by script: which call meets which one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from tests.sheets_server.access import denied, unauthenticated
from tests.sheets_server.answers import JSON_TYPE, Answer, Call, json_answer, refusal
from tests.sheets_server.model import ApiError
from tests.sheets_server.quota import exceeded

_SAMPLE: Final = (
    b"<!DOCTYPE html>\n<html lang=en>\n<title>Error 502 (Server Error)!!1</title>\n"
    b"<p><b>502.</b> <ins>That's an error.</ins>\n<p>The server encountered a temporary error and "
    b"could not complete your request. <p>Please try again in 30 seconds."
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a call. Without an `answer`, a `lost` or an `alter` it is answered as usual."""

    name: str
    answer: Callable[[Call], Answer] | None = None
    """Given instead of doing anything."""
    lost: Literal["", "connect", "read", "reset"] = ""
    """The client gets no answer."""
    applied: bool = False
    """Whether the call is carried out before its answer is lost."""
    alter: Callable[[Answer], Answer] | None = None
    stale: bool = False
    """Answered from how the book stood before its last change."""
    delay: float = 0


@dataclass(slots=True)
class _Rule:
    fault: Fault
    fits: Callable[[Call], bool]
    times: int
    skip: int


@dataclass(slots=True)
class Faults:
    """The script. Rules are tried in the order they were added; the first that fits is used up by one."""

    rules: list[_Rule] = field(default_factory=list)
    seen: list[tuple[int, str]] = field(default_factory=list)
    """Call number and name of each fault that happened."""
    history: bool = False
    """Set once a stale read may be wanted: the server then keeps each book's previous state."""

    def add(
        self,
        fault: Fault,
        *,
        number: int | None = None,
        kind: str = "",
        path: str = "",
        when: Callable[[Call], bool] | None = None,
        times: int = 1,
        skip: int = 0,
    ) -> None:
        """Let a fault happen to calls that fit all that is given, `times` times after `skip` spared ones."""
        self.history = self.history or fault.stale

        def fits(call: Call) -> bool:
            return (
                (number is None or call.number == number)
                and (not kind or call.kind == kind)
                and path in call.path
                and (when is None or when(call))
            )

        self.rules.append(_Rule(fault, fits, times, skip))

    def clear(self) -> None:
        """No more faults."""
        self.rules.clear()

    def pick(self, call: Call) -> Fault | None:
        """The fault that this call meets."""
        for rule in self.rules:
            if rule.times > 0 and rule.fits(call):
                if rule.skip > 0:
                    rule.skip -= 1
                    continue
                rule.times -= 1
                self.seen.append((call.number, rule.fault.name))
                return rule.fault
        return None


def _plain(code: int, status: str, message: str) -> Callable[[Call], Answer]:
    return lambda call: refusal(ApiError(code, status, message))


def too_many(retry_after: int | None = None) -> Fault:
    """429; with or without Retry-After."""

    def answer(call: Call) -> Answer:
        found = refusal(exceeded(call.kind))
        if retry_after is not None:
            found.headers["retry-after"] = str(retry_after)
        return found

    return Fault("429", answer)


def server_error() -> Fault:
    """500."""
    return Fault("500", _plain(500, "INTERNAL", "Internal error encountered."))


def bad_gateway() -> Fault:
    """502, as the page of HTML that Google's front end gives."""
    return Fault(
        "502", lambda call: Answer(502, {"content-type": "text/html; charset=UTF-8"}, _SAMPLE)
    )


def unavailable() -> Fault:
    """503."""
    return Fault("503", _plain(503, "UNAVAILABLE", "The service is currently unavailable."))


def slow(seconds: float) -> Fault:
    """An answer that takes its time."""
    return Fault("slow", delay=seconds)


def connect_timeout() -> Fault:
    """No connection comes about."""
    return Fault("connect time-out", lost="connect")


def read_timeout(*, applied: bool = False) -> Fault:
    """The call arrives, no answer comes."""
    return Fault("read time-out", lost="read", applied=applied)


def reset() -> Fault:
    """The connection breaks before the call is carried out."""
    return Fault("reset", lost="reset")


def answer_lost() -> Fault:
    """The call is carried out, then the connection breaks."""
    return Fault("answer lost", lost="reset", applied=True)


def stale_read() -> Fault:
    """An answer from before the last change. Add it before that change is made."""
    return Fault("stale", stale=True)


def empty_values() -> Fault:
    """A 200 that says the ranges are empty."""
    return Fault("empty", alter=_without_values)


def empty_body() -> Fault:
    """A 200 that says nothing at all."""
    return Fault("empty body", alter=lambda answer: json_answer({}))


def truncated() -> Fault:
    """A 200 whose JSON breaks off in the middle."""
    return Fault(
        "truncated",
        alter=lambda answer: Answer(
            answer.code, answer.headers, answer.body[: len(answer.body) // 2]
        ),
    )


def unauthorised() -> Fault:
    """401."""
    return Fault("401", lambda call: refusal(unauthenticated()))


def forbidden() -> Fault:
    """403."""
    return Fault("403", lambda call: refusal(denied()))


def refused_with(code: int, status: str, message: str) -> Fault:
    """Any other refusal."""
    return Fault(str(code), _plain(code, status, message))


def no_token(description: str) -> Fault:
    """The token endpoint's `invalid_grant`; add it with `kind="token"`."""
    body = {"error": "invalid_grant", "error_description": description}
    return Fault("invalid_grant", lambda call: json_answer(body, 400))


def _without_values(answer: Answer) -> Answer:
    found = json.loads(answer.body)
    for one in [found, *found.get("valueRanges", [])]:
        one.pop("values", None)
    for sheet in found.get("sheets", []):
        for data in sheet.get("data", []):
            data.pop("rowData", None)
    return Answer(answer.code, {"content-type": JSON_TYPE}, json.dumps(found).encode())
