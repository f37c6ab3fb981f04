"""Dates, times and durations by a pattern such as `ddd, d mmm yyyy h:mm AM/PM` or `[h]:mm`."""

from __future__ import annotations

import functools
import re
from datetime import datetime
from typing import Final

from tests.sheets_server.serials import moment

_TOKEN: Final = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[(?P<span>[hH]+|[mM]+|[sS]+)\]|\[[^\]]*\]'
    r"|(?P<half>[Aa][Mm]/[Pp][Mm]|[Aa]/[Pp])|(?P<part>[yY]+|[mM]+|[dD]+|[hH]+|[sS]+)"
    r"|(?P<tenths>\.0+)|(?P<plain>.)",
    re.DOTALL,
)
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@functools.lru_cache(maxsize=1024)
def is_date_pattern(section: str) -> bool:
    """Whether the pattern tells of days or times rather than of a number."""
    bare = re.sub(
        r'"[^"]*"|\\.|\[\$[^\]]*\]|\[(?![hHmMsS]+\])[^\]]*\]|General|[Ee][+-]0+', "", section
    )
    return bool(re.search(r"[yYmMdDhHsS]", bare))


def shown_date(value: float, section: str) -> str:
    """The text of a moment; a number that no calendar reaches is shown as it is."""
    when = moment(value)
    if when is None:
        return repr(value)
    tokens = list(_TOKEN.finditer(section))
    half = any(token["half"] for token in tokens)
    return "".join(_piece(tokens, place, when, value, half) for place in range(len(tokens)))


def _piece(
    tokens: list[re.Match[str]], place: int, when: datetime, value: float, half: bool
) -> str:
    token = tokens[place]
    if token["span"]:
        return _span(token["span"], value)
    if token["half"]:
        words = ("AM", "PM") if len(token["half"]) > 3 else ("A", "P")
        return words[when.hour >= 12]
    if token["tenths"]:
        return f".{when.microsecond // 1000:03d}"[: len(token["tenths"])]
    if not token["part"]:
        return token["quoted"] or token["escaped"] or token["plain"] or ""
    return _part(token["part"].lower(), when, half, minutes=_is_minutes(tokens, place))


def _span(unit: str, value: float) -> str:
    seconds = round(value * 86_400)
    size = {"h": 3600, "m": 60, "s": 1}[unit[0].lower()]
    return f"{seconds // size:0{len(unit)}d}"


def _is_minutes(tokens: list[re.Match[str]], place: int) -> bool:
    """Whether an `m` stands beside hours before it or seconds after it."""
    before = [_unit(t) for t in tokens[:place] if _unit(t)]
    after = [_unit(t) for t in tokens[place + 1 :] if _unit(t)]
    return before[-1:] == ["h"] or after[:1] == ["s"]


def _unit(token: re.Match[str]) -> str:
    return (token["part"] or token["span"] or "")[:1].lower()


def _part(part: str, when: datetime, half: bool, *, minutes: bool) -> str:
    size = len(part)
    if part[0] == "y":
        return f"{when.year:04d}" if size > 2 else f"{when.year % 100:02d}"
    if part[0] == "d":
        if size > 2:
            return _DAYS[when.weekday()][: 3 if size == 3 else None]
        return f"{when.day:0{size}d}"
    if part[0] == "h":
        hour = (when.hour % 12 or 12) if half else when.hour
        return f"{hour:0{min(size, 2)}d}"
    if part[0] == "s":
        return f"{when.second:0{min(size, 2)}d}"
    if minutes:
        return f"{when.minute:0{min(size, 2)}d}"
    if size > 2:
        return _MONTHS[when.month - 1][: 3 if size == 3 else None]
    return f"{when.month:0{size}d}"
