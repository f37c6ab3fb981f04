"""A1 notation: what a range means in a book, and how Google prints it in an answer."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Final

from tests.sheets_server.areas import Area, area_of, letters
from tests.sheets_server.model import ApiError, Book, Sheet, invalid

_SIDE: Final = r"(?:\$?([A-Za-z]{1,3}))?(?:\$?([1-9][0-9]*))?"
_CELLS: Final = re.compile(rf"{_SIDE}(?::{_SIDE})?")
_TAB: Final = re.compile(r"'((?:[^']|'')+)'(?:!(.*))?", re.DOTALL)
_CELL_NAME: Final = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*")
_PLAIN: Final = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Span:
    """A rectangle by indices from 0, ends not included; an end of None is open."""

    top: int
    bottom: int | None
    left: int
    right: int | None


WHOLE: Final = Span(0, None, 0, None)


@functools.lru_cache(maxsize=65_536)
def cells(text: str) -> Span | None:
    """The rectangle of `B2`, `A1:B2`, `A1:A`, `A1:1`, `A:C` or `1:3`; None for what is none of them."""
    found = _CELLS.fullmatch(text)
    if not found or not text:
        return None
    column, row, column2, row2 = found.groups()
    if ":" not in text:
        if not (column and row):
            return None
        column2, row2 = column, row
    elif not (column or row) or not (column2 or row2):
        return None
    top, bottom = _ends(int(row) if row else None, int(row2) if row2 else None)
    left, right = _ends(number(column), number(column2))
    return Span(top, bottom, left, right)


def _ends(first: int | None, last: int | None) -> tuple[int, int | None]:
    """Start and end of two lines counted from 1, in whichever order; one alone leaves the end open."""
    if first is None or last is None:
        return ((first or last or 1) - 1, None)
    return (min(first, last) - 1, max(first, last))


def number(name: str | None) -> int | None:
    """A column counted from 1 by its letters."""
    if not name:
        return None
    count = 0
    for letter in name.upper():
        count = count * 26 + ord(letter) - 64
    return count


@functools.lru_cache(maxsize=65_536)
def parted(text: str) -> tuple[str | None, str | None]:
    """The tab that a range names and what follows it; None for what is not there."""
    quoted = _TAB.fullmatch(text)
    if quoted:
        return quoted[1].replace("''", "'"), quoted[2]
    tab, mark, rest = text.rpartition("!")
    return (tab, rest) if mark else (None, rest)


def area(book: Book, text: str) -> Area:
    """The cells that a range means, its end clipped to the grid.

    Raises ApiError as Google words it where nothing of it can be found or it begins beyond the grid.
    """
    tab, rest = parted(text)
    if tab is not None:
        sheet = book.titled(tab)
        if sheet is None:
            raise _unknown(text)
        return _within(book, sheet, rest, text)
    span = cells(rest or "")
    if span is not None:
        return clipped(book.sheets[0], span)
    named = _named(book, rest or "")
    if named is not None:
        return named
    sheet = book.titled(rest or "")
    if sheet is None:
        raise _unknown(text)
    return clipped(sheet, WHOLE)


def _within(book: Book, sheet: Sheet, rest: str | None, text: str) -> Area:
    if rest is None:
        return clipped(sheet, WHOLE)
    span = cells(rest)
    if span is not None:
        return clipped(sheet, span)
    named = _named(book, rest)
    if named is None:
        raise _unknown(text)
    return named


def _named(book: Book, name: str) -> Area | None:
    for entry in book.named_ranges:
        if entry["name"].casefold() == name.casefold():
            return area_of(book, entry["range"])
    return None


def clipped(sheet: Sheet, span: Span) -> Area:
    """The part of the rectangle that lies in the grid. Raises ApiError where none does."""
    if span.top >= sheet.row_count or span.left >= sheet.column_count:
        raise exceeds(sheet, span)
    bottom = sheet.row_count if span.bottom is None else min(span.bottom, sheet.row_count)
    right = sheet.column_count if span.right is None else min(span.right, sheet.column_count)
    return Area(sheet, span.top, bottom, span.left, right)


def exceeds(sheet: Sheet, span: Span) -> ApiError:
    """The refusal of cells that the grid does not have."""
    bottom, right = span.bottom or sheet.row_count, span.right or sheet.column_count
    found = _cells_text(span.top, bottom, span.left, right)
    return invalid(
        f"Range ({title(sheet.title)}!{found}) exceeds grid limits. "
        f"Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
    )


def _unknown(text: str) -> ApiError:
    return invalid(f"Unable to parse range: {text}")


def text_of(found: Area) -> str:
    """An area as answers print it, such as `Sheet1!A1:Z1000`."""
    return f"{title(found.sheet.title)}!{_cells_text(found.top, found.bottom, found.left, found.right)}"


def _cells_text(top: int, bottom: int, left: int, right: int) -> str:
    first = f"{letters(left)}{top + 1}"
    last = f"{letters(right - 1)}{bottom}"
    return first if first == last else f"{first}:{last}"


@functools.lru_cache(maxsize=4096)
def title(name: str) -> str:
    """A tab's title, quoted where it would not be read as one."""
    if _PLAIN.fullmatch(name) and not _CELL_NAME.fullmatch(name):
        return name
    return "'" + name.replace("'", "''") + "'"
