"""What becomes of text when it is typed into a cell: a number, a date, a tick, a formula, or itself."""

from __future__ import annotations

import functools
import re
from typing import Final

from tests.sheets_server.locales import Locale, locale_of
from tests.sheets_server.model import Json
from tests.sheets_server.serials import fraction, serial

Entered = tuple[Json, Json | None]
"""An ExtendedValue, and the NumberFormat that typing it brings to a cell without one."""

_SIGNS: Final = "$€£¥₹"
_MONTHS: Final = {
    name: number + 1
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    )
}
_ISO: Final = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_WORDY: Final = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})[ -](\d{4})")
_WORDY_US: Final = re.compile(r"([A-Za-z]{3,9}) (\d{1,2}), (\d{4})")
_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?([AaPp][Mm]))?")


def entered(text: str, locale_name: str, *, as_text: bool = False) -> Entered:
    """What typing this text (not an empty one) into a cell leaves there.

    `as_text` is for a cell formatted as plain text, which keeps all but formulas as typed.
    """
    if text.startswith("=") and len(text) > 1:
        return {"formulaValue": text}, None
    if text.startswith("'"):
        return {"stringValue": text[1:]}, None
    if as_text:
        return {"stringValue": text}, None
    return _read(text, locale_name)


@functools.lru_cache(maxsize=65_536)
def _read(text: str, locale_name: str) -> Entered:
    bare, locale = text.strip(), locale_of(locale_name)
    if bare.upper() in {"TRUE", "FALSE"}:
        return {"boolValue": bare.upper() == "TRUE"}, None
    found = _number(bare, locale) or _date(bare, locale)
    return found or ({"stringValue": text}, None)


@functools.lru_cache(maxsize=32)
def _number_shape(locale: Locale) -> re.Pattern[str]:
    group, point = re.escape(locale.group), re.escape(locale.decimal)
    if locale.group.isspace():
        group = r"[ \xa0\u202f]"
    digits = rf"(?P<whole>\d{{1,3}}(?:{group}\d{{3}})+|\d+)?(?P<rest>{point}\d*)?"
    money = f"[{_SIGNS}]"
    return re.compile(
        rf"(?P<sign>[+-])?(?P<front>{money})? ?(?P<sign2>[+-])?{digits}"
        rf"(?P<power>[eE][+-]?\d+)?(?P<per>\s?%)?(?:\s?(?P<back>{money}))?"
    )


def _number(text: str, locale: Locale) -> Entered | None:
    bracketed = re.fullmatch(r"\((.+)\)", text)
    found = _number_shape(locale).fullmatch(bracketed[1] if bracketed else text)
    if not found or not re.search(r"\d", (found["whole"] or "") + (found["rest"] or "")):
        return None
    if (found["sign"] and found["sign2"]) or (bracketed and (found["sign"] or found["sign2"])):
        return None
    if (found["front"] and found["back"]) or (found["per"] and (found["front"] or found["back"])):
        return None
    whole = re.sub(r"\D", "", found["whole"] or "")
    value = float(
        f"{whole or 0}.{(found['rest'] or '.')[len(locale.decimal) :]}0{found['power'] or ''}"
    )
    if value in {float("inf"), float("-inf")}:
        return None
    value = value / 100 if found["per"] else value
    negative = bracketed or "-" in {found["sign"], found["sign2"]}
    return {"numberValue": -value if negative else value}, _number_format(found, whole, locale)


def _number_format(found: re.Match[str], whole: str, locale: Locale) -> Json | None:
    after = "0.00" if len(found["rest"] or "") > 1 else "0"
    if found["per"]:
        return {"type": "PERCENT", "pattern": f"{after}%"}
    sign = found["front"] or found["back"]
    if sign:
        digits = f"#,##{after}"
        known = f'"{sign}"{digits}' if found["front"] else f'{digits}" {sign}"'
        return {"type": "CURRENCY", "pattern": known}
    if found["power"]:
        return {"type": "SCIENTIFIC", "pattern": "0.00E+00"}
    if whole != (found["whole"] or ""):
        return {"type": "NUMBER", "pattern": f"#,##{after}"}
    return None


def _date(text: str, locale: Locale) -> Entered | None:
    if re.fullmatch(r"\d{1,2}:.*", text):
        clock = _clock(text)
        if clock is None:
            return None
        return {"numberValue": clock[0]}, {"type": "TIME", "pattern": clock[1]}
    for day_text, time_text in _parts(text):
        day = _day(day_text, locale)
        clock = _clock(time_text) if time_text else None
        if day is None or (time_text and clock is None):
            continue
        if clock is None:
            return {"numberValue": day[0]}, {"type": "DATE", "pattern": day[1]}
        pattern = f"{day[1]} {clock[1]}"
        return {"numberValue": day[0] + clock[0]}, {"type": "DATE_TIME", "pattern": pattern}
    return None


def _parts(text: str) -> list[tuple[str, str]]:
    """The text as a day alone, and as a day and a time of day."""
    found = re.fullmatch(r"(.*\d) +(\d{1,2}:.*)", text)
    return [(text, "")] + ([(found[1], found[2])] if found else [])


def _clock(text: str) -> tuple[float, str] | None:
    found = _TIME.fullmatch(text)
    if not found:
        return None
    hours, minutes, seconds = int(found[1]), int(found[2]), int(found[3] or 0)
    half = (found[4] or "").upper()
    if minutes > 59 or seconds > 59 or (half and not 1 <= hours <= 12):
        return None
    if half:
        hours = hours % 12 + (12 if half == "PM" else 0)
    elif hours > 23:
        return fraction(hours, minutes, seconds), "[h]:mm:ss"
    pattern = "h:mm:ss" if found[3] else "h:mm"
    return fraction(hours, minutes, seconds), f"{pattern} AM/PM" if half else pattern


def _day(text: str, locale: Locale) -> tuple[int, str] | None:
    """The serial of a day and the pattern it was written in; None for what is no day."""
    try:
        if found := _ISO.fullmatch(text):
            pattern = "yyyy{0}mm{0}dd".format(found[2])
            return serial(int(found[1]), int(found[3]), int(found[4])), pattern
        if found := _WORDY.fullmatch(text):
            day, word, year = found.groups()
            return serial(int(year), _MONTHS[word[:3].lower()], int(day)), "d mmm yyyy"
        if found := _WORDY_US.fullmatch(text):
            word, day, year = found.groups()
            return serial(int(year), _MONTHS[word[:3].lower()], int(day)), "mmm d, yyyy"
        return _local_day(text, locale)
    except (ValueError, KeyError):
        return None


def _local_day(text: str, locale: Locale) -> tuple[int, str] | None:
    """A day in the locale's own order. One without a year would need a clock, so it stays text."""
    if locale.order == "ymd":
        return None
    marks = r"[/-]" if locale.mark != "." else r"\."
    found = re.fullmatch(rf"(\d{{1,2}})({marks})(\d{{1,2}})\2(\d{{4}}|\d{{2}})", text)
    if not found:
        return None
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    if len(found[4]) == 2:
        year += 2000 if year < 50 else 1900
    day, month = (first, second) if locale.order == "dmy" else (second, first)
    return serial(year, month, day), locale.date if locale.order == "dmy" else "m/d/yyyy"
