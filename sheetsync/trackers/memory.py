"""A tracker that lives in memory: for trying rules out, and the yardstick of the contract suite.

It keeps the same promises as the workbook and the Google sheet over plain Python lists, and people
can edit it: sort, type, insert columns, hold it open.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sheetsync.domain.columns import find_header
from sheetsync.domain.model import CellValue, DateSystem, HeaderMap, Marker, Receipt, Sheet, TabRows
from sheetsync.domain.moments import local_to_serial
from sheetsync.domain.rules import ColumnRule
from sheetsync.domain.tabs import Tab
from sheetsync.errors import TrackerRefused
from sheetsync.trackers.base import WriteBatch
from sheetsync.trackers.matching import order_key, row_of, rows_by_order, same, single_row
from sheetsync.trackers.receipts import (
    NewValue,
    Verdict,
    change_receipt,
    drop_whole_rows,
    outcomes_frame,
    plain,
    plain_new,
)

Cell = tuple[int, int]
"""Row number from 1, column index from 0."""


class MemoryTracker:
    """A tracker over a list of rows; `cells[0]` is row 1. What people do has methods of its own."""

    def __init__(
        self,
        cells: Sequence[Sequence[CellValue]],
        *,
        columns: Mapping[str, ColumnRule],
        timezone: str = "UTC",
        tab: str = "Orders",
        name: str = "memory",
        search_rows: int = 20,
        date_system: DateSystem = 1900,
        companions: Collection[str] = (),
    ) -> None:
        self.name, self.tab = name, tab
        self.cells: list[list[CellValue]] = [list(row) for row in cells]
        self.formulas: set[Cell] = set()
        self.unwritable: dict[Cell, str] = {}
        self.tabs: dict[str, Tab] = {}
        self.beside: dict[str, list[list[CellValue]]] = {}
        """People's own tabs beside the orders, by title."""
        self.staff_tabs: set[str] = set()
        self.marker: Marker | None = None
        self.holder = ""
        """Who has the tracker open; writing is deferred while it is not ""."""
        self.requests = 0
        self._columns, self._timezone = columns, timezone
        self._search_rows, self._date_system = search_rows, date_system
        self._companions = tuple(companions)
        self._read: Sheet | None = None

    # What a tracker does --------------------------------------------------------------------

    def fingerprint(self) -> str:
        """Changes whenever anything in the tracker does."""
        marker = self.marker
        state = (
            self.cells,
            sorted(self.formulas),
            sorted(self.unwritable.items()),
            self.tabs,
            marker,
            *self._companion_rows().items(),
        )
        return hashlib.sha256(repr(state).encode("utf-8", "surrogatepass")).hexdigest()

    def in_the_way(self) -> tuple[str, ...]:
        """Nothing ever is: there is one version of these cells."""
        return ()

    def read(self) -> Sheet:
        """The cells as they stand; the earlier Sheet while nothing changed."""
        fingerprint = self.fingerprint()
        if self._read is None or self._read.fingerprint != fingerprint:
            rows, row_numbers = _filled(self.cells)
            self._read = Sheet(
                tracker=self.name,
                tab=self.tab,
                rows=rows,
                row_numbers=row_numbers,
                timezone=self._timezone,
                date_system=self._date_system,
                fingerprint=fingerprint,
                formulas=frozenset(self.formulas),
                unwritable=dict(self.unwritable),
                marker=self.marker,
                tabs=self._companion_rows(),
            )
        return self._read

    def write(self, batch: WriteBatch) -> Receipt:
        """Write what still fits; see `trackers.base`. Raises PlanRefused when the header is gone."""
        if self.holder:
            return self._deferred(batch)
        unread = self.fingerprint() != batch.fingerprint
        header = self._header()
        orders = [str(order) for order in batch.changes["order_id"]]
        places = self._places(batch, header, orders)
        verdicts = drop_whole_rows(orders, self._judge(batch, places))
        written = 0
        for place, verdict, new in zip(places, verdicts, batch.changes["new"], strict=True):
            value = self._stored(plain_new(new))
            if verdict[0] == "applied" and place[0] and not same(self._cell(*place[0]), value):
                self._put(*place[0], value)
                written += 1
        tabs, refused = self._publish(batch.tabs)
        if batch.marker is not None and (written or tabs or _moved(self.marker, batch.marker)):
            written, self.marker = written + 1, batch.marker
        requests = int(bool(written or tabs))
        self.requests += requests
        return change_receipt(
            batch.changes,
            verdicts,
            self.fingerprint(),
            tabs_written=tabs,
            tabs_refused=refused,
            requests=requests,
            unread=unread,
        )

    def append(self, rows: Sequence[Mapping[str, NewValue]]) -> Receipt:
        """Add one row per mapping below the last order; see `trackers.base`."""
        header = self._header()
        keys = [(n, c) for n, c in self._keys(header)]
        taken = {order_key(cell) for _, cell in keys}
        last = max([header.row_number, *(n for n, cell in keys if order_key(cell))])
        lines: list[tuple[str, str, Verdict]] = []
        fitting: list[dict[int, CellValue]] = []
        for row in rows:
            order = order_key(self._stored(row.get("order_id")))
            verdict = self._row_verdict(order, taken)
            lines += [(order, key, self._value_verdict(key, header, verdict)) for key in row]
            if verdict[0] == "applied":
                taken.add(order)
                known = {k: v for k, v in row.items() if k in header.columns}
                fitting.append({header.columns[k]: self._stored(v) for k, v in known.items()})
        self._add_below(last, fitting)
        self.requests += int(bool(fitting))
        return Receipt(
            outcomes=outcomes_frame(
                [order for order, _, _ in lines],
                [key for _, key, _ in lines],
                [verdict for _, _, verdict in lines],
            ),
            fingerprint=self.fingerprint(),
            requests=int(bool(fitting)),
        )

    # What people do -------------------------------------------------------------------------

    def type_in(self, order: str, column: str, value: NewValue) -> None:
        """A person types into a cell of an order."""
        header = self._header()
        row, why = single_row(rows_by_order(self._keys(header), {order})[order])
        if why:
            raise KeyError(order, why)
        self._put(row, header.columns[column], self._stored(value))

    def sort_orders(self, *, reverse: bool = False) -> None:
        """A person sorts the rows below the header by their Order ID."""
        header = self._header()
        column, top = header.columns["order_id"], header.row_number
        below = sorted(
            self.cells[top:],
            key=lambda row: str(row[column] if column < len(row) else ""),
            reverse=reverse,
        )
        self.cells[top:] = below

    def insert_column(self, index: int, heading: str) -> None:
        """A person inserts a column before column `index`."""
        header = self._header()
        for number, row in enumerate(self.cells, start=1):
            row[len(row) :] = [None] * (index - len(row))
            row.insert(index, heading if number == header.row_number else None)

    def delete_order(self, order: str) -> None:
        """A person deletes the rows of an order."""
        for number in reversed(rows_by_order(self._keys(self._header()), {order})[order]):
            del self.cells[number - 1]

    def copy_order(self, order: str) -> None:
        """A person copies the first row of an order to the end."""
        number = rows_by_order(self._keys(self._header()), {order})[order][0]
        self.cells.append(copy.copy(self.cells[number - 1]))

    # Within ---------------------------------------------------------------------------------

    def _companion_rows(self) -> dict[str, TabRows]:
        """The companion tabs that are asked for and exist, in any case of their titles."""
        titles = {title.casefold(): title for title in self.beside}
        found: dict[str, TabRows] = {}
        for name in self._companions:
            title = titles.get(name.casefold())
            if title is not None:
                rows, row_numbers = _filled(self.beside[title])
                found[name] = TabRows(title=title, rows=rows, row_numbers=row_numbers)
        return found

    def _header(self) -> HeaderMap:
        sheet = self.read()
        return find_header(sheet.rows, sheet.row_numbers, self._columns, self._search_rows)

    def _keys(self, header: HeaderMap) -> list[tuple[int, CellValue]]:
        column, top = header.columns["order_id"], header.row_number
        return [(n, self._cell(n, column)) for n in range(top + 1, len(self.cells) + 1)]

    def _places(
        self, batch: WriteBatch, header: HeaderMap, orders: Sequence[str]
    ) -> list[tuple[Cell | None, str]]:
        rows = rows_by_order(self._keys(header), set(orders))
        out: list[tuple[Cell | None, str]] = []
        changes = batch.changes
        for order, key, read_at, rule in zip(
            orders, *(changes[name] for name in ("column", "row", "rule")), strict=True
        ):
            row, why = row_of(rows[order], int(read_at), str(rule))
            column = header.columns.get(key)
            if column is None:
                out.append((None, why or "the column is no longer in the tracker"))
            else:
                out.append((None, why) if why else ((row, column), ""))
        return out

    def _judge(self, batch: WriteBatch, places: Sequence[tuple[Cell | None, str]]) -> list[Verdict]:
        verdicts: list[Verdict] = []
        seen: set[Cell] = set()
        for (place, why), expected in zip(places, batch.changes["expected"], strict=True):
            if place is None:
                verdicts.append(("dropped", why))
            elif place in self.formulas:
                verdicts.append(("refused", "the cell holds a formula, which is staff's"))
            elif place in self.unwritable:
                verdicts.append(("refused", self.unwritable[place]))
            elif not same(self._cell(*place), plain(expected)):
                verdicts.append(("dropped", "the cell no longer holds what the plan was made from"))
            elif place in seen:
                verdicts.append(("refused", "the cell would be written twice in one pass"))
            else:
                verdicts.append(("applied", ""))
                seen.add(place)
        return verdicts

    def _publish(self, tabs: Sequence[Tab]) -> tuple[list[str], dict[str, str]]:
        written, refused = [], {}
        for tab in tabs:
            if tab.title in self.staff_tabs or tab.title == self.tab:
                refused[tab.title] = f"The tab {tab.title!r} is staff's own."
            elif self.tabs.get(tab.title) != tab:
                self.tabs[tab.title] = tab
                written.append(tab.title)
        return written, refused

    def _deferred(self, batch: WriteBatch) -> Receipt:
        why = f"{self.name} is open by {self.holder}."
        return change_receipt(
            batch.changes,
            [("deferred", why)] * len(batch.changes),
            batch.fingerprint,
            tabs_refused={tab.title: why for tab in batch.tabs},
            remarks=(f"Writing was deferred: {why}",),
            deferred=why,
        )

    def _row_verdict(self, order: str, taken: set[str]) -> Verdict:
        if self.holder:
            return "deferred", f"{self.name} is open by {self.holder}."
        if not order:
            return "dropped", "the Order ID is missing"
        if order in taken:
            return "dropped", "the order is already in the tracker"
        return "applied", ""

    def _value_verdict(self, key: str, header: HeaderMap, verdict: Verdict) -> Verdict:
        if verdict[0] == "applied" and key not in header.columns:
            return "refused", "the tracker has no such column"
        return verdict

    def _add_below(self, last: int, rows: Sequence[Mapping[int, CellValue]]) -> None:
        if rows and any(cell not in (None, "", False) for r in self.cells[last:] for cell in r):
            raise TrackerRefused(
                "Below the last order stands something that is no order, so no row was added. "
                "Move it away from below the orders."
            )
        for number, row in enumerate(rows, start=last + 1):
            for column, value in row.items():
                self._put(number, column, value)

    def _cell(self, row: int, column: int) -> CellValue:
        cells = self.cells[row - 1] if row <= len(self.cells) else []
        return cells[column] if column < len(cells) else None

    def _put(self, row: int, column: int, value: CellValue) -> None:
        while len(self.cells) < row:
            self.cells.append([])
        cells = self.cells[row - 1]
        cells.extend([None] * (column + 1 - len(cells)))
        cells[column] = value

    def _stored(self, value: NewValue) -> CellValue:
        if isinstance(value, datetime):
            return local_to_serial(value, self._date_system)
        return None if value == "" and isinstance(value, str) else value


def _filled(cells: Sequence[Sequence[CellValue]]) -> tuple[list[tuple[CellValue, ...]], list[int]]:
    """The rows that hold anything, with their numbers from 1."""
    rows = [(number, _trimmed(row)) for number, row in enumerate(cells, start=1)]
    return [row for _, row in rows if row], [number for number, row in rows if row]


def _trimmed(row: Sequence[CellValue]) -> tuple[CellValue, ...]:
    """The row without the blanks at its end."""
    end = max((i for i, cell in enumerate(row, start=1) if cell not in (None, "")), default=0)
    return tuple(row[:end])


def _moved(known: Marker | None, marker: Marker) -> bool:
    return known is None or (known.uuid, known.epoch) != (marker.uuid, marker.epoch)
