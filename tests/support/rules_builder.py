"""Rules made by hand, for tests that decide and do not want to read files."""

from __future__ import annotations

from datetime import date

from sheetsync.domain.rules import ALWAYS, CalendarRule, Condition, Source, Span, TargetLine, Test

HERE = Source("sla.yaml", 1)


def hms(text: str) -> int:
    """`08:30` -> seconds of the day; `24:00` is the end of the day."""
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def spans(text: str) -> tuple[tuple[int, int], ...]:
    """`08:00-12:00, 13:00-17:00` -> spans."""
    pairs = [part.strip().split("-") for part in text.split(",") if part.strip()]
    return tuple((hms(a), hms(b)) for a, b in pairs)


def calendar(
    name: str = "warehouse",
    timezone: str = "Africa/Johannesburg",
    week: dict[int, str] | str = "08:00-17:00",
    *,
    holidays: dict[date, str] | None = None,
    closed: frozenset[date] = frozenset(),
    special: dict[date, str] | None = None,
    always: bool = False,
) -> CalendarRule:
    """A calendar; `week` as one text means Monday to Friday."""
    hours = dict.fromkeys(range(5), week) if isinstance(week, str) else week
    return CalendarRule(
        id=name,
        timezone=timezone,
        always=always,
        hours={day: spans(text) for day, text in hours.items()},
        holiday_dates=holidays or {},
        closed=closed,
        special={day: spans(text) for day, text in (special or {}).items()},
        source=HERE,
    )


def span(text: str) -> Span:
    """`4h`, `30m`, `2d`, `3 working days`, `0m`."""
    if "working" in text:
        return Span(working_days=int(text.split(maxsplit=1)[0]), text=text)
    unit = {"m": 60, "h": 3600, "d": 86_400}[text[-1]]
    return Span(seconds=int(text[:-1]) * unit, text=text)


def when(field: str = "", value: str = "", line: int = 1) -> Condition:
    """One equality, or the condition that always holds."""
    if not field:
        return ALWAYS
    source = Source("sla.yaml", line)
    return Condition(
        tests=(Test(field=field, operator="is", operand=value.casefold(), source=source),)
    )


def line(within: str, field: str = "", value: str = "", number: int = 1) -> TargetLine:
    """One line of `by:`."""
    return TargetLine(
        when=when(field, value, number), within=span(within), source=Source("sla.yaml", number)
    )
