"""One cell as bytes: text stays text, whatever it begins with; nothing here can write a formula."""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import Final

from sheetsync.domain.model import CellValue, DateSystem
from sheetsync.domain.moments import local_to_serial
from sheetsync.trackers.excel.splices import escape_text
from sheetsync.trackers.receipts import NewValue

LONGEST_TEXT: Final = 32_767
_CONTROL: Final = r"\x00-\x08\x0b-\x1f\ufffe\uffff"
_ESCAPED: Final = re.compile(f"[{_CONTROL}]")
_LOOKS_ESCAPED: Final = re.compile(f"_(?=x[0-9A-Fa-f]{{4}}(?:_|[{_CONTROL}]))")


class Unwritable(ValueError):
    """A value that no cell can hold; the message says why, for a person."""


def cell_bytes(
    reference: str, style: int, value: NewValue, *, prefix: bytes, date_system: DateSystem
) -> bytes:
    """A whole `<c>` element. Raises Unwritable for a value that a cell cannot hold."""
    p = prefix.decode()
    head = f'<{p}c r="{reference}"' + (f' s="{style}"' if style else "")
    kind, content = _content(value, p, date_system)
    if not content:
        return f"{head}/>".encode()
    return f"{head}{kind}>{content}</{p}c>".encode()


def check(value: NewValue) -> None:
    """Raise Unwritable for a value that no cell can hold, in either date system."""
    systems: tuple[DateSystem, ...] = (1900, 1904) if isinstance(value, datetime) else (1900,)
    for date_system in systems:
        _content(value, "", date_system)


def _content(value: NewValue, p: str, date_system: DateSystem) -> tuple[str, str]:
    match value:
        case None | "":
            return "", ""
        case bool():
            return ' t="b"', f"<{p}v>{int(value)}</{p}v>"
        case str():
            text = escape_text(cell_text(value))
            return ' t="inlineStr"', f'<{p}is><{p}t xml:space="preserve">{text}</{p}t></{p}is>'
        case datetime():
            return "", f"<{p}v>{serial(value, date_system)!r}</{p}v>"
        case _:
            if not math.isfinite(value):
                raise Unwritable("this number is not finite and no cell can hold it")
            return "", f"<{p}v>{value!r}</{p}v>"


def cell_text(text: str) -> str:
    """Text as a cell stores it: control characters and look-alikes of escapes as `_xHHHH_`.

    Raises Unwritable for a broken character and for text longer than a cell can hold.
    """
    try:
        units = len(text.encode("utf-16-le")) // 2
    except UnicodeEncodeError as error:
        raise Unwritable(
            "the text holds half of a character, which no workbook can store; type it anew"
        ) from error
    if units > LONGEST_TEXT:
        raise Unwritable(
            f"the text has {units:,} characters and a cell holds {LONGEST_TEXT:,}; shorten it"
        )
    text = _LOOKS_ESCAPED.sub("_x005F_", text)
    return _ESCAPED.sub(lambda m: f"_x{ord(m[0]):04X}_", text)


def serial(value: datetime, date_system: DateSystem) -> float:
    """The serial number of a naive local moment. Raises Unwritable before the first day of the date system."""
    number = local_to_serial(value, date_system)
    if number < (61 if date_system == 1900 else 0):
        raise Unwritable(f"the date {value:%Y-%m-%d} is before the first day that a workbook knows")
    return number


def stored(value: NewValue, date_system: DateSystem) -> CellValue:
    """What a reader finds in a cell into which `value` was written."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return serial(value, date_system)
    return value
