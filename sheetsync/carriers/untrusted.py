"""Reading what a provider sent: whatever is missing or of another kind is a blank, nothing raises."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sheetsync.domain.texts import clean_text

LONGEST: Final = 200
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_EARLIEST, _LATEST = 2000, 2100


def group(content: Any, *path: str) -> Mapping[str, Any]:
    """The object at `path`; an empty one where there is none."""
    for name in path:
        content = content.get(name) if isinstance(content, dict) else None
    return content if isinstance(content, dict) else {}


def groups(content: Any, *path: str) -> Iterator[Mapping[str, Any]]:
    """The objects of the list at `path`; anything else among them is left out."""
    *above, last = path
    listed = group(content, *above).get(last)
    yield from (
        (each for each in listed if isinstance(each, dict)) if isinstance(listed, list) else ()
    )


def text(content: Mapping[str, Any], name: str) -> str:
    """A short text in one line; "" for anything else."""
    found = content.get(name)
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found) if abs(found) < 10**40 else ""
    return " ".join(clean_text(found[: 4 * LONGEST]).split())[:LONGEST] if isinstance(found, str) else ""  # fmt: skip


def moment(content: Mapping[str, Any], name: str, zone: str) -> tuple[datetime | None, bool]:
    """A moment (aware UTC), and whether it came without a time zone and was taken for one of `zone`."""
    found = _parsed(content.get(name))
    if found is None:
        return None, False
    local = found.tzinfo is None
    aware = (found.replace(tzinfo=ZoneInfo(zone)) if local else found).astimezone(UTC)
    return aware.replace(microsecond=0), local


def day_or_moment(content: Mapping[str, Any], name: str, zone: str) -> datetime | date | None:
    """A day where only that came, else a moment (aware UTC)."""
    said = content.get(name)
    if isinstance(said, str) and _DAY.fullmatch(said.strip()):
        found = _parsed(said)
        return None if found is None else found.date()
    return moment(content, name, zone)[0]


def _parsed(said: Any) -> datetime | None:
    if not isinstance(said, str) or not 10 <= len(said.strip()) <= 40:
        return None
    try:
        found = datetime.fromisoformat(said.strip())
    except ValueError:
        return None
    return found if _EARLIEST <= found.year < _LATEST else None
