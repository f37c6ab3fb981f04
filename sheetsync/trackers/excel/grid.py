"""The words of a scanned sheet part: cells, rows, areas and the `Scan` that holds them.

Row numbers count from 1, column indices from 0; spans are byte offsets into `Scan.data`.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

from sheetsync.trackers.excel.markup import STRICT, Element, damaged

MAX_ROW: Final = 1_048_576
MAX_COLUMN: Final = 16_384

FormulaKind: TypeAlias = Literal["plain", "shared-master", "shared", "array", "data-table"]

_REFERENCE: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})\Z")


class Area(NamedTuple):
    """A block of cells, both corners inside it."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    def holds(self, row: int, column: int) -> bool:
        """Whether the cell lies in the block."""
        return (
            self.first_row <= row <= self.last_row
            and self.first_column <= column <= self.last_column
        )


class CellScan(NamedTuple):
    """One `<c>`: `raw` is the text of `<v>` (or the joined text of `<is>`), None when there is none.

    `type` is the `t` attribute ("n" when absent), `style` the index `s`, `metadata` whether it
    carries `cm` (a dynamic array). `start`, `end` span the whole element, -1 without spans.
    """

    column: int
    type: str
    style: int
    formula: FormulaKind | None
    raw: str | None
    metadata: bool = False
    start: int = -1
    end: int = -1


class RowScan(NamedTuple):
    """One `<row>`; `start`..`open_end` is its open tag, `close_start`..`end` its close tag.

    A self-closing row has `open_end == close_start == end`. `attributes` are those without a
    namespace; a patch keeps the others by copying the open tag.
    """

    number: int
    attributes: Mapping[str, str]
    cells: list[CellScan]
    start: int = -1
    open_end: int = -1
    close_start: int = -1
    end: int = -1


class FormulaArea(NamedTuple):
    """The cells that one array, shared formula or data table covers, and the cell that holds it."""

    kind: FormulaKind
    area: Area
    row: int
    column: int


@dataclass(slots=True)
class RowIndex:
    """Number and byte span of every row of the part in order (spans only when asked for)."""

    numbers: array[int] = field(default_factory=lambda: array("q"))
    starts: array[int] = field(default_factory=lambda: array("q"))
    ends: array[int] = field(default_factory=lambda: array("q"))

    def position(self, number: int) -> int:
        """How many rows stand before row `number`."""
        return bisect_left(self.numbers, number)

    def has(self, number: int) -> bool:
        """Whether the part holds a `<row>` of that number."""
        at = self.position(number)
        return at < len(self.numbers) and self.numbers[at] == number


@dataclass(slots=True, eq=False)
class Scan:
    """What one sheet part holds. Elements carry spans and attributes; `rows` only wanted rows.

    `children` are the direct children of `<worksheet>` in order (`<sheetData>` too), without their
    own children. `sqrefs` are the `xm:sqref` elements of 2010 conditional formats, validations and
    sparklines, text included. `utf8` False: the part may be read but never written.
    `plain`: proved to be well-formed and laid out in the usual way (the fast path read it).
    """

    data: bytes
    namespace: str = ""
    prefix: bytes = b""
    utf8: bool = True
    plain: bool = False
    root: Element | None = None
    children: list[Element] = field(default_factory=list)
    rows: list[RowScan] = field(default_factory=list)
    index: RowIndex = field(default_factory=RowIndex)
    columns: list[Element] = field(default_factory=list)
    dimension: Element | None = None
    sheet_data: Element | None = None
    auto_filter: Element | None = None
    protection: Element | None = None
    conditional_formats: list[Element] = field(default_factory=list)
    validations: list[Element] = field(default_factory=list)
    merges: list[Area] = field(default_factory=list)
    sqrefs: list[Element] = field(default_factory=list)
    table_parts: list[str] = field(default_factory=list)
    formula_areas: list[FormulaArea] = field(default_factory=list)

    @property
    def strict(self) -> bool:
        """Whether the part is Strict Open XML."""
        return self.namespace == STRICT

    @property
    def last_row(self) -> int:
        """The number of the last `<row>`, 0 when there is none."""
        return self.index.numbers[-1] if self.index.numbers else 0

    def row(self, number: int) -> RowScan | None:
        """The scanned row of that number, if it was wanted and exists."""
        at = bisect_left(self.rows, number, key=lambda row: row.number)
        found = at < len(self.rows) and self.rows[at].number == number
        return self.rows[at] if found else None


@lru_cache(maxsize=20_000)
def column_index(letters: str) -> int:
    """Column letters -> index from 0: A -> 0, AA -> 26."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


@lru_cache(maxsize=20_000)
def column_letters(index: int) -> str:
    """Index from 0 -> column letters."""
    letters, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """The name staff see: row 7, column 1 -> B7."""
    return f"{column_letters(column)}{row}"


def parse_cell(reference: str) -> tuple[int, int] | None:
    """`B7` or `$B$7` -> (row from 1, column from 0); None when it is no cell of a sheet."""
    match = _REFERENCE.match(reference)
    if match is None:
        return None
    row, column = int(match[2]), column_index(match[1])
    return (row, column) if 1 <= row <= MAX_ROW and column < MAX_COLUMN else None


def parse_area(reference: str) -> Area | None:
    """`A1:C3`, `A1`, `A:C` or `1:3` -> Area; None when it is no block of cells."""
    first, _, last = reference.replace("$", "").partition(":")
    last = last or first
    if first.isalpha() and last.isalpha():
        first, last = f"{first}1", f"{last}{MAX_ROW}"
    elif first.isdigit() and last.isdigit():
        first, last = f"A{first}", f"{column_letters(MAX_COLUMN - 1)}{last}"
    a, b = parse_cell(first), parse_cell(last)
    if a is None or b is None:
        return None
    return Area(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))


def formula_kind(attributes: Mapping[str, str]) -> FormulaKind:
    """What an `<f>` is, by its attributes."""
    match attributes.get("t", "normal"):
        case "shared":
            return "shared-master" if "ref" in attributes else "shared"
        case "array":
            return "array"
        case "dataTable":
            return "data-table"
        case _:
            return "plain"


def row_number(reference: str | None, previous: int, part: str) -> int:
    """The number of a row: its `r`, else one more than the row before. Rows must ascend."""
    number = previous + 1
    if reference is not None:
        if not (reference.isascii() and reference.isdigit() and len(reference) <= 7):
            raise damaged(part, "a row has no readable number")
        number = int(reference)
    if not previous < number <= MAX_ROW:
        raise damaged(part, f"its rows are not in order (row {number} after row {previous})")
    return number


def cell_column(reference: str | None, row: int, previous: int, part: str) -> int:
    """The column of a cell: by its `r`, else one after the cell before. Cells must ascend."""
    column = previous + 1
    if reference is not None:
        place = parse_cell(reference)
        if place is None or place[0] != row:
            raise damaged(part, f"a cell of row {row} says that it stands in {reference[:20]!r}")
        column = place[1]
    if not previous < column < MAX_COLUMN:
        raise damaged(part, f"the cells of row {row} are not in order")
    return column


def style_index(text: str | None, part: str) -> int:
    """The `s` attribute of a cell as a number."""
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise damaged(part, "a cell has no readable style")
    return int(text)
