"""What a spreadsheet is made of, in the API's own JSON shapes wherever a thing is only kept.

Cells, formats and decorations are plain JSON dictionaries that are **never changed in place**: a write
puts a new dictionary where the old one was. So a copy for a rollback shares every cell and costs
only the lists of the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
"""An object of the API as it came in or goes out."""


class ApiError(Exception):
    """An answer that is not 200: HTTP code, Google's status word, and the message a client is shown."""

    def __init__(
        self, code: int, status: str, message: str, details: list[Json] | None = None
    ) -> None:
        self.code, self.status, self.message, self.details = code, status, message, details or []
        super().__init__(message)

    def body(self) -> Json:
        """The error as Google words it."""
        error: Json = {"code": self.code, "message": self.message, "status": self.status}
        if self.details:
            error["details"] = self.details
        return {"error": error}


def invalid(message: str) -> ApiError:
    """A 400 INVALID_ARGUMENT."""
    return ApiError(400, "INVALID_ARGUMENT", message)


def unsupported(what: str) -> ApiError:
    """What Google can do and this server cannot: it says so rather than doing nothing."""
    return ApiError(501, "UNIMPLEMENTED", f"The local server does not know {what}.")


@dataclass(slots=True)
class Metadata:
    """One entry of developer metadata. `location` is spreadsheet, a sheet, or a span that moves with it.

    `dimension` is "" for the spreadsheet or a whole sheet, else ROWS or COLUMNS with `start`, `end`.
    """

    id: int
    key: str
    value: str | None
    visibility: str
    sheet_id: int | None = None
    dimension: str = ""
    start: int = 0
    end: int = 0


@dataclass(slots=True)
class Sheet:
    """One tab. `rows[r][c]` is a CellData dictionary as typed by people and programs (userEnteredValue,
    userEnteredFormat, note, dataValidation, textFormatRuns ...) or None; rows may be shorter than the grid.

    Computed values are not kept: `values.py` gives effectiveValue and formattedValue of a cell.
    """

    id: int
    title: str
    index: int
    row_count: int = 1000
    column_count: int = 26
    rows: list[list[Json | None]] = field(default_factory=list)
    properties: Json = field(default_factory=dict)
    """Further SheetProperties: hidden, tabColor, tabColorStyle, rightToLeft."""
    grid: Json = field(default_factory=dict)
    """Further GridProperties: frozenRowCount, frozenColumnCount, hideGridlines ..."""
    row_dimensions: dict[int, Json] = field(default_factory=dict)
    """DimensionProperties by row index where they differ from the default (pixelSize 21)."""
    column_dimensions: dict[int, Json] = field(default_factory=dict)
    """The same by column index (default pixelSize 100)."""
    merges: list[Json] = field(default_factory=list)
    protected_ranges: list[Json] = field(default_factory=list)
    conditional_formats: list[Json] = field(default_factory=list)
    filter_views: list[Json] = field(default_factory=list)
    banded_ranges: list[Json] = field(default_factory=list)
    charts: list[Json] = field(default_factory=list)
    row_groups: list[Json] = field(default_factory=list)
    column_groups: list[Json] = field(default_factory=list)
    basic_filter: Json | None = None

    def cell(self, row: int, column: int) -> Json | None:
        """The cell at indices from 0, None where nothing stands."""
        cells = self.rows[row] if row < len(self.rows) else []
        return cells[column] if column < len(cells) else None

    def put(self, row: int, column: int, cell: Json | None) -> None:
        """Put a cell; the dictionary belongs to the sheet from now on and is never changed."""
        while len(self.rows) <= row:
            self.rows.append([])
        cells = self.rows[row]
        if column >= len(cells):
            cells.extend([None] * (column + 1 - len(cells)))
        cells[column] = cell or None

    def copy(self) -> Sheet:
        """A copy that shares cells and decorations, for a rollback."""
        return replace(
            self,
            rows=[list(row) for row in self.rows],
            properties=dict(self.properties),
            grid=dict(self.grid),
            row_dimensions=dict(self.row_dimensions),
            column_dimensions=dict(self.column_dimensions),
            merges=list(self.merges),
            protected_ranges=list(self.protected_ranges),
            conditional_formats=list(self.conditional_formats),
            filter_views=list(self.filter_views),
            banded_ranges=list(self.banded_ranges),
            charts=list(self.charts),
            row_groups=list(self.row_groups),
            column_groups=list(self.column_groups),
        )


@dataclass(slots=True)
class Book:
    """One spreadsheet. `reserved_ids` are ids that were ever given out, so that none is given twice."""

    id: str
    title: str
    locale: str = "en_US"
    timezone: str = "Etc/GMT"
    auto_recalc: str = "ON_CHANGE"
    sheets: list[Sheet] = field(default_factory=list)
    named_ranges: list[Json] = field(default_factory=list)
    metadata: list[Metadata] = field(default_factory=list)
    next_id: int = 1
    user: str = "sheetsync@example.iam.gserviceaccount.com"
    """Who the caller is: a range they protect has them as its editor."""
    parse_replacement: bool = True
    """Whether findReplace reads the replaced text as if it were typed (believed of Google)."""
    row_metadata_follows_sort: bool = False
    """Whether developer metadata of a row goes with it when rows are sorted (believed not to)."""
    version: int = 0
    """Counts every change by anybody; the live page asks whether it moved."""

    def sheet(self, sheet_id: int) -> Sheet:
        """The tab with this id. Raises ApiError as Google words it."""
        for sheet in self.sheets:
            if sheet.id == sheet_id:
                return sheet
        raise invalid(f"No grid with id: {sheet_id}")

    def titled(self, title: str) -> Sheet | None:
        """The tab of that title, in any case, as Sheets compares them."""
        return next((s for s in self.sheets if s.title.casefold() == title.casefold()), None)

    def copy(self) -> Book:
        """A copy that shares the cells; entries of metadata are copied, since they move."""
        return replace(
            self,
            sheets=[sheet.copy() for sheet in self.sheets],
            named_ranges=list(self.named_ranges),
            metadata=[replace(entry) for entry in self.metadata],
        )

    def restore(self, before: Book) -> None:
        """Become `before` again, in place: the rollback of a batch that failed."""
        self.title, self.locale, self.timezone = before.title, before.locale, before.timezone
        self.auto_recalc, self.next_id = before.auto_recalc, before.next_id
        self.sheets, self.named_ranges = before.sheets, before.named_ranges
        self.metadata = before.metadata

    def fresh_id(self, taken: Iterator[int]) -> int:
        """An id nobody has."""
        used = set(taken)
        while self.next_id in used:
            self.next_id += 1
        self.next_id += 1
        return self.next_id - 1
