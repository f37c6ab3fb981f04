"""The opening hours of a new tracker: in its own time zone, with the holidays of that zone's country."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

import holidays

CALENDAR: Final = "calendar.yaml"
_SHIPPED_ZONE: Final = "timezone: Africa/Johannesburg  "
_SHIPPED_HOLIDAYS: Final = "holidays: ZA  "


def country_of(timezone: str) -> str:
    """The two-letter country of an IANA zone whose public holidays are known, "" where there is none.

    By the zone table of the time zone database; a zone of several countries counts for the first.
    """
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    country = next((line[0] for line in lines if len(line) > 2 and line[2] == timezone), "")
    return country if country in holidays.list_supported_countries() else ""


def localise(rules: Path, timezone: str) -> str:
    """Put `timezone` and its country's holidays into the calendar of a fresh rules folder.

    Returns in a few words what was put in.
    """
    file = rules / CALENDAR
    text = file.read_text(encoding="utf-8")
    country = country_of(timezone)
    wanted = f"holidays: {country}  " if country else "# holidays: ZA"
    for shipped, own in ((_SHIPPED_ZONE, f"timezone: {timezone}  "), (_SHIPPED_HOLIDAYS, wanted)):
        if shipped not in text:
            raise ValueError(f"the shipped {CALENDAR} no longer says {shipped.strip()!r}")
        text = text.replace(shipped, own, 1)
    file.write_text(text, encoding="utf-8")
    days = f"public holidays of {country}" if country else "no public holidays"
    return f"opening hours in {timezone}, {days}"
