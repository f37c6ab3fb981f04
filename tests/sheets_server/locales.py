"""What a book's locale decides: separators of numbers, the order of dates, and the usual patterns."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Locale:
    """`order` is how day, month and year follow each other, as "mdy", "dmy" or "ymd"."""

    decimal: str = "."
    group: str = ","
    order: str = "mdy"
    mark: str = "/"
    currency: str = '"$"#,##0.00'
    date: str = "M/d/yyyy"
    time: str = "h:mm:ss AM/PM"

    @property
    def date_time(self) -> str:
        """Date and time of day."""
        return f"{self.date} H:mm:ss"


_EURO: Final = "#,##0.00\\ [$€-1]"
_COMMA: Final = {
    "de": (".", "dmy", ".", "dd.MM.yyyy"),
    "at": (".", "dmy", ".", "dd.MM.yyyy"),
    "fr": ("\u202f", "dmy", "/", "dd/MM/yyyy"),
    "es": (".", "dmy", "/", "dd/MM/yyyy"),
    "it": (".", "dmy", "/", "dd/MM/yyyy"),
    "nl": (".", "dmy", "-", "dd-MM-yyyy"),
    "pl": ("\xa0", "dmy", ".", "dd.MM.yyyy"),
    "pt": (".", "dmy", "/", "dd/MM/yyyy"),
    "sv": ("\xa0", "ymd", "-", "yyyy-MM-dd"),
    "da": (".", "dmy", "-", "dd-MM-yyyy"),
    "fi": ("\xa0", "dmy", ".", "d.M.yyyy"),
    "ru": ("\xa0", "dmy", ".", "dd.MM.yyyy"),
    "cs": ("\xa0", "dmy", ".", "d.M.yyyy"),
    "tr": (".", "dmy", ".", "dd.MM.yyyy"),
}
_POINT_DAY_FIRST: Final = ("en_GB", "en_IE", "en_AU", "en_NZ", "en_IN")


@functools.lru_cache(maxsize=64)
def locale_of(name: str) -> Locale:
    """What this locale decides; one that is not known is read as en_US."""
    known = _COMMA.get(name.partition("_")[0])
    if known:
        group, order, mark, date = known
        return Locale(",", group, order, mark, _EURO, date, "HH:mm:ss")
    if name in _POINT_DAY_FIRST:
        return Locale(order="dmy", date="dd/MM/yyyy", time="HH:mm:ss", currency='"£"#,##0.00')
    return Locale()
