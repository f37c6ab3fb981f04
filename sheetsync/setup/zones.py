"""The time zone of a new tracker: the one named, else the one that this machine keeps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final
from zoneinfo import available_timezones

from sheetsync.errors import UsageError

LOCALTIME: Final = Path("/etc/localtime")
_ZONEINFO: Final = "zoneinfo/"
_OFFSET: Final = re.compile(r"(?:UTC|GMT)?\s*[+-]\s*\d{1,2}(?::?\d\d)?", re.IGNORECASE)
_LONGEST_ABBREVIATION: Final = 4  # SAST is like no city, and CET is not what a warehouse goes by
_ADVICE: Final = "Name it with --timezone, like --timezone Africa/Johannesburg."


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone by its IANA name, and in words how it was found."""

    name: str
    how: str


def named_zone(name: str) -> Zone:
    """The zone a person named. Raises UsageError, with the nearest names, for a wrong one."""
    wanted = name.strip()
    known = {zone.casefold(): zone for zone in available_timezones()}
    found = known.get(wanted.casefold().replace(" ", "_"))
    if found is not None:
        return Zone(found, "as named")
    if _OFFSET.fullmatch(wanted):
        raise UsageError(
            f"“{name}” is a difference to UTC, not a time zone: it knows no summer time. {_ADVICE}"
        )
    abbreviated = len(wanted) <= _LONGEST_ABBREVIATION and "/" not in wanted
    near = [] if abbreviated else _near(wanted, known)
    guess = f" Did you mean {' or '.join(near)}?" if near else f" {_ADVICE}"
    raise UsageError(f"There is no time zone “{name}”.{guess}")


def _near(wanted: str, known: Mapping[str, str]) -> list[str]:
    """Zones whose city, or whose whole name, is like what was written."""
    cities: dict[str, list[str]] = {}
    for folded, zone in sorted(known.items()):
        cities.setdefault(folded.rpartition("/")[2].replace("_", " "), []).append(zone)
    word = wanted.casefold().rpartition("/")[2].replace("_", " ")
    by_city = [
        z for city in get_close_matches(word, cities, n=2, cutoff=0.75) for z in cities[city]
    ]
    whole = [known[name] for name in get_close_matches(wanted.casefold(), known, n=2, cutoff=0.75)]
    full = [z for z in dict.fromkeys((*whole, *by_city)) if "/" in z and not z.startswith("Etc/")]
    return full[:3]


def machine_zone(environment: Mapping[str, str], localtime: Path = LOCALTIME) -> Zone:
    """The zone of this machine: of TZ, else of the link /etc/localtime, else of /etc/timezone.

    Raises UsageError where the machine does not say.
    """
    known = available_timezones()
    candidates = (
        (environment.get("TZ", "").removeprefix(":").partition(_ZONEINFO)[2]
         or environment.get("TZ", "").removeprefix(":"), "from the environment variable TZ"),
        (_linked(localtime), "from this machine's clock settings"),
        (_written(localtime.with_name("timezone")), "from this machine's clock settings"),
    )  # fmt: skip
    for name, how in candidates:
        if name in known:
            return Zone(name, how)
    raise UsageError(f"This machine does not say in which time zone it is. {_ADVICE}")


def _linked(localtime: Path) -> str:
    try:
        return str(localtime.resolve()).partition(_ZONEINFO)[2]
    except OSError:
        return ""


def _written(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
