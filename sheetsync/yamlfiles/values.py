"""Single values as people write them: `4h`, `3 working days`, `80%`, `lead@example.org`.

Each `parse_...` takes what stood in the file and returns the value or raises ValueError with one
plain sentence; each type beside it is for the models.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache, partial
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, PlainValidator, WithJsonSchema

from sheetsync.domain.rules import Span
from sheetsync.yamlfiles.words import did_you_mean, shown

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_PART: Final = re.compile(
    r"(\d{1,6})\s*(s|seconds?|m|min|minutes?|h|hours?|d|days?)(?=[\d\s]|$)\s*", re.IGNORECASE
)
_WORKING: Final = re.compile(r"(\d{1,4})\s*working\s+days?", re.IGNORECASE)
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])"
)
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_REPEATED_REPEAT: Final = re.compile(
    r"\((?:[^()\\]|\\.)*(?:[+*]|\{\d+,\})\??(?:[^()\\]|\\.)*\)(?:[+*]|\{\d*,\})"
)
LONGEST_PATTERN: Final = 200
LONGEST_SPAN: Final = 400 * 86_400


def parse_span(value: Any, *, working_days: bool = True) -> Span:
    """`30m`, `4h`, `1h 30m`, `2d`, and `3 working days` where those are allowed."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if match := _WORKING.fullmatch(text):
        if working_days:
            return Span(working_days=int(match[1]), text=text)
        raise ValueError(f"{shown(value)} cannot be used here; write hours or minutes, like 4h")
    parts = list(_PART.finditer(text))
    if not parts or "".join(part[0] for part in parts) != text:
        also = " or 3 working days" if working_days else ""
        raise ValueError(f"{shown(value)} is not a time span; write it like 30m, 4h, 2d{also}")
    seconds = sum(int(part[1]) * _UNITS[part[2][0].lower()] for part in parts)
    if seconds > LONGEST_SPAN:
        raise ValueError(f"{shown(value)} is more than 400 days")
    return Span(seconds=seconds, text=text)


def parse_positive_span(value: Any, *, working_days: bool = True) -> Span:
    """A time span of more than nothing."""
    span = parse_span(value, working_days=working_days)
    if not (span.seconds or span.working_days):
        raise ValueError(f"{shown(value)} is no time at all; it must be more than 0")
    return span


def parse_duration(value: Any) -> timedelta:
    """A time span by the clock, as a timedelta."""
    return timedelta(seconds=parse_span(value, working_days=False).seconds)


def parse_share(value: Any) -> float:
    """`80%` or `0.8`, from 0 to 1."""
    number: float | None = None
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value)
    elif isinstance(value, str) and re.fullmatch(r"\d{1,3}(\.\d+)?\s*%", value.strip()):
        number = round(float(value.strip().rstrip("%")) / 100, 10)
    if number is None:
        raise ValueError(f"{shown(value)} is not a share; write it like 80%")
    if not 0 <= number <= 1:
        raise ValueError(f"{shown(value)} is not between 0% and 100%; write it like 80%")
    return number


def parse_date(value: Any) -> date:
    """`2026-12-24`."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            raise ValueError(f"{shown(value)} is not a day of the calendar") from None
    raise ValueError(f"{shown(value)} is not a date; write it like 2026-12-24")


def parse_pattern(value: Any) -> str:
    """A regular expression that compiles, is short, and cannot run for ever on one cell."""
    if not isinstance(value, str):
        raise ValueError(f"a pattern in quotes is expected here, not {shown(value)}")  # noqa: TRY004 - pydantic asks for ValueError
    if len(value) > LONGEST_PATTERN:
        raise ValueError(f"the pattern has {len(value)} characters; at most {LONGEST_PATTERN}")
    try:
        re.compile(value)
    except re.error as error:
        where = f", at its character {error.pos + 1}" if error.pos is not None else ""
        raise ValueError(f"the pattern {shown(value)} is not valid{where}: {error.msg}") from None
    if _REPEATED_REPEAT.search(value):
        raise ValueError(
            f"the pattern {shown(value)} repeats a repetition, like (a+)+, and could run for ever; "
            "write it without one"
        )
    return value


def parse_email(value: Any) -> str:
    """Exactly one address."""
    text = value.strip() if isinstance(value, str) else ""
    if not _EMAIL.fullmatch(text):
        raise ValueError(f"{shown(value)} is not a mail address; write it like lead@example.org")
    return text


def parse_name(value: str) -> str:
    """A short name for use elsewhere in the rules: small letters, figures and `_`."""
    if not _NAME.fullmatch(value):
        raise ValueError(
            f"{shown(value)} cannot be a name here; use small letters, figures and _, like floor_lead"
        )
    return value


def parse_text(value: str) -> str:
    """A text with something in it, on one line."""
    if not value.strip() or "\n" in value.strip() or "\r" in value:
        raise ValueError("a text on one line is expected here, and it must not be empty")
    return value.strip()


@cache
def _timezones() -> frozenset[str]:
    """All time zones of this machine; finding them walks its whole zone folder."""
    return frozenset(available_timezones())


def parse_timezone(value: str) -> str:
    """An IANA time zone, such as Africa/Johannesburg."""
    known = _timezones()
    if value not in known:
        hint = did_you_mean(value, known) or "; write it like Africa/Johannesburg"
        raise ValueError(f"{shown(value)} is not a time zone{hint}")
    return ZoneInfo(value).key


def _typed(parse: Any, example: str, kind: str = "string") -> Any:
    return PlainValidator(parse), WithJsonSchema({"type": kind, "examples": [example]})


SpanText = Annotated[Span, *_typed(parse_span, "4h")]
PositiveSpan = Annotated[Span, *_typed(parse_positive_span, "4h")]
ClockSpan = Annotated[Span, *_typed(partial(parse_span, working_days=False), "4h")]
Duration = Annotated[timedelta, *_typed(parse_duration, "15m")]
Share = Annotated[
    float,
    PlainValidator(parse_share),
    WithJsonSchema({"type": ["string", "number"], "examples": ["80%"]}),
]
Day = Annotated[date, *_typed(parse_date, "2026-12-24")]
Pattern = Annotated[str, *_typed(parse_pattern, "^1Z[0-9A-Z]{16}$")]
Email = Annotated[str, *_typed(parse_email, "lead@example.org")]
Name = Annotated[str, AfterValidator(parse_name)]
Text = Annotated[str, AfterValidator(parse_text)]
Timezone = Annotated[str, AfterValidator(parse_timezone)]
