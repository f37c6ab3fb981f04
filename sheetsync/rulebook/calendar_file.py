"""calendar.yaml: when work is done. Holidays come from the holidays library, listed day by day."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

import holidays as holiday_library
from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from sheetsync.domain.rules import CalendarRule
from sheetsync.rulebook.page import Page
from sheetsync.rulebook.values import Hours, Spans, parse_hours
from sheetsync.yamlfiles.checking import Misplaced, Strict
from sheetsync.yamlfiles.values import Day, Name, Timezone
from sheetsync.yamlfiles.words import did_you_mean, shown

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
YEARS: Final = range(2010, 2036)
"""The years for which holidays are listed."""

Week = dict[int, Spans]


def _week(value: Any) -> Week | Literal["24/7"]:
    if value == "24/7":
        return "24/7"
    if not isinstance(value, dict) or not value:
        raise ValueError("opening hours are expected here, like {Mon-Fri: 08:00-17:00}, or 24/7")
    week: Week = {}
    for name, text in value.items():
        for day in _days(name):
            if day in week:
                raise Misplaced(f"{DAYS[day]} has its hours twice; keep one", name, at_key=True)
            week[day] = _hours(text, name)
    return week


def _hours(text: Any, name: str) -> Spans:
    try:
        return parse_hours(text)
    except ValueError as wrong:
        raise Misplaced(str(wrong), name) from None


def _days(name: str) -> list[int]:
    """`Mon-Fri` or `Sat` as weekday numbers; a span may run over the end of the week."""
    first, dash, last = (part.strip().title() for part in name.partition("-"))
    for day in (first, last) if dash else (first,):
        if day not in DAYS:
            words = f"{shown(day)} is not a day of the week{did_you_mean(day, DAYS)}"
            raise Misplaced(words, name, at_key=True)
    start, end = DAYS.index(first), DAYS.index(last if dash else first)
    return [(start + n) % 7 for n in range((end - start) % 7 + 1)]


def _country(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    country, _, part = text.partition("-")
    known = holiday_library.list_supported_countries()
    if country not in known:
        hint = did_you_mean(country, known) or "; write a country code like ZA"
        raise ValueError(f"{shown(value)} is not a country whose holidays are known{hint}")
    if part and part not in known[country]:
        raise ValueError(
            f"{shown(part)} is not a part of {country}{did_you_mean(part, known[country])}"
        )
    return text


@lru_cache(maxsize=64)
def holiday_dates(country: str) -> tuple[tuple[date, str], ...]:
    """Every holiday of `ZA` or `DE-BY` in YEARS, oldest first, with its name."""
    code, _, part = country.partition("-")
    found = holiday_library.country_holidays(code, subdiv=part or None, years=YEARS)
    return tuple(sorted(found.items()))


WeekHours = Annotated[
    Any,
    PlainValidator(_week),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": "24/7"},
                {"type": "object", "additionalProperties": {"type": ["string", "array"]}},
            ],
            "examples": [{"Mon-Fri": "08:00-17:00"}],
        }
    ),
]
Country = Annotated[
    str, PlainValidator(_country), WithJsonSchema({"type": "string", "examples": ["ZA", "DE-BY"]})
]


class CalendarModel(Strict):
    """The opening hours of one place."""

    timezone: Timezone = Field(default="UTC", description="The zone of the hours below.")
    hours: WeekHours = Field(description="Days: opening hours; or 24/7.")
    holidays: Country = Field(default="", description="Country, or country and part: ZA, DE-BY.")
    closed: list[Day] = Field(default=[], description="Further days without any opening.")
    special: dict[str, Hours] = Field(default={}, description="Date: hours in place of the usual.")

    @model_validator(mode="before")
    @classmethod
    def _zone_needed(cls, value: Any) -> Any:
        closes = isinstance(value, dict) and value.get("hours", "24/7") != "24/7"
        if closes and value.get("timezone") is None:
            raise ValueError('the setting "timezone" is missing here, like Africa/Johannesburg')
        return value


class CalendarFile(Strict):
    """The whole of calendar.yaml."""

    version: Literal[1]
    calendars: dict[Name, CalendarModel] = Field(min_length=1)


def compile_calendars(page: Page, model: CalendarFile) -> dict[str, CalendarRule]:
    """All of calendar.yaml, by name."""
    return {name: _calendar(page, name, body) for name, body in model.calendars.items()}


def _calendar(page: Page, name: str, body: CalendarModel) -> CalendarRule:
    path = ("calendars", name)
    always = body.hours == "24/7"
    special = {}
    for text, spans in body.special.items():
        try:
            special[_special_day(text)] = spans
        except ValueError as wrong:
            page.problem((*path, "special", text), str(wrong), at_key=True)
    if always and (body.holidays or body.closed or special):
        words = "a calendar with 24/7 never closes; remove holidays, closed and special from it"
        page.problem((*path, "hours"), words)
    for day in sorted(set(body.closed) & set(special)):
        page.problem(
            (*path, "special", day.isoformat()),
            f"{day} is closed and special; keep one",
            at_key=True,
        )
    return CalendarRule(
        id=name,
        timezone=body.timezone,
        always=always,
        hours={} if always else body.hours,
        holidays=body.holidays,
        holiday_dates=dict(holiday_dates(body.holidays)) if body.holidays else {},
        closed=frozenset(body.closed),
        special=special,
        source=page.source(*path),
    )


def _special_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{shown(text)} is not a date; write it like 2026-12-24") from None
