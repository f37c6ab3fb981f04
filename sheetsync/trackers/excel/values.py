"""From the text of a cell to its value: the one place where a workbook's types are understood.

A date stays its serial number (promise 7: Google gives the same), a formula gives its cached value,
and what has no value yet says so. A cell that contradicts its own type makes the file damaged.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sheetsync.domain.model import CellError, CellValue, DateSystem, Uncalculated
from sheetsync.domain.moments import local_to_serial
from sheetsync.errors import TrackerRefused
from sheetsync.trackers.excel.grid import cell_name

MAX_TEXT: Final = 32_767
_MAX_DIGITS: Final = 300
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NUMBER: Final = re.compile(
    r"(-?[0-9]+)\Z|[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,5})?\Z"
)
_ISO_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?)?\Z", re.ASCII)
_ISO_TIME: Final = re.compile(r"\d\d:\d\d(:\d\d(\.\d+)?)?\Z", re.ASCII)
UNCALCULATED: Final = Uncalculated()


def decode_escapes(text: str) -> str:
    """Undo the workbook's `_xHHHH_` escapes, once; surrogate pairs become their character."""
    if "_x" not in text:
        return text
    decoded = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    if any("\ud800" <= letter <= "\udfff" for letter in decoded):
        return decoded.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return decoded


class Values:
    """Turns the raw text of cells into values, given the shared strings and the date system."""

    def __init__(self, strings: Sequence[str], date_system: DateSystem, tab: str) -> None:
        self.strings = strings
        self.date_system = date_system
        self.tab = tab
        self._seen: dict[str, str] = {}

    def value(
        self, kind: str, raw: str | None, row: int, column: int, *, formula: bool
    ) -> CellValue:
        """The value of a cell of type `kind` whose text is `raw`.

        Raises TrackerRefused naming the cell when text and type contradict each other.
        """
        if not raw:
            calculated_blank = kind == "str" and raw is not None
            return UNCALCULATED if formula and not calculated_blank else None
        match kind:
            case "n":
                return self.number(raw, row, column)
            case "s":
                return self.shared(raw, row, column)
            case "str" | "inlineStr":
                return self.text(raw, row, column)
            case "b":
                return self._boolean(raw, row, column)
            case "e":
                return CellError(raw[:100])
            case "d":
                return self._iso(raw)
            case _:
                raise self._contradiction(f"of the unknown type {kind[:20]!r}", row, column)

    def number(self, raw: str, row: int, column: int) -> int | float:
        """A number: int when it is written as a whole number, else float."""
        match = _NUMBER.match(raw) or _NUMBER.match(raw.strip())
        if match is None or len(raw) > _MAX_DIGITS:
            raise self._contradiction(f"a number but holds {raw[:40]!r}", row, column)
        number = int(raw) if match.lastindex else float(raw)
        if not math.isfinite(number):
            raise self._contradiction(f"a number but holds {raw[:40]!r}", row, column)
        return number

    def shared(self, raw: str, row: int, column: int) -> str | None:
        """A shared string by its position; blank text is None."""
        place = int(raw) if len(raw) < 10 and raw.isascii() and raw.isdigit() else -1
        if not 0 <= place < len(self.strings):
            raise self._contradiction("a text that the workbook does not hold", row, column)
        return self.strings[place] or None

    def text(self, raw: str, row: int, column: int) -> str | None:
        """A text of the cell's own, escapes decoded; equal texts become one object."""
        text = decode_escapes(raw)
        if len(text) > MAX_TEXT:
            raise too_long(f"cell {cell_name(row, column)} of tab {self.tab!r}")
        return self._seen.setdefault(text, text) or None

    def _boolean(self, raw: str, row: int, column: int) -> bool:
        if raw in ("1", "true"):
            return True
        if raw in ("0", "false"):
            return False
        raise self._contradiction(f"a tick box but holds {raw[:40]!r}", row, column)

    def _iso(self, raw: str) -> CellValue:
        try:
            if _ISO_TIME.match(raw):
                clock = datetime.fromisoformat(f"1970-01-01T{raw}")
                return local_to_serial(clock, 1900) % 1
            moment = datetime.fromisoformat(raw) if _ISO_DATE.match(raw) else None
        except ValueError:
            moment = None
        if moment is None:
            return raw
        serial = local_to_serial(moment, self.date_system)
        if self.date_system == 1900 and serial < 61:
            serial -= 1
        return int(serial) if serial.is_integer() else serial

    def _contradiction(self, what: str, row: int, column: int) -> TrackerRefused:
        return TrackerRefused(
            f"The workbook is damaged: cell {cell_name(row, column)} of tab {self.tab!r} says that it "
            f"is {what}. Open it in Excel, let Excel repair it and save, or restore an earlier version."
        )


def too_long(place: str) -> TrackerRefused:
    """The refusal for a text beyond what a cell can hold."""
    return TrackerRefused(
        f"The workbook holds a text of more than {MAX_TEXT:,} characters ({place}), the most that a "
        "cell can hold. Shorten it, or open the workbook in Excel and save it."
    )
