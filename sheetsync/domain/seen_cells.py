"""The cells of people as one read saw them: what the next read is compared with.

The worker's own columns are not among them: whatever stands there is put right in the same pass.
A digest per row tells which rows may differ, so that only those are looked at cell by cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.cell_texts import MOMENT_COLUMNS, cell_text, column_texts
from sheetsync.domain.digests import row_digests
from sheetsync.domain.grid import Cells
from sheetsync.domain.model import DateSystem, Orders, Plan, Uncalculated
from sheetsync.domain.own_cells import OWN_COLUMNS

Texts: TypeAlias = Mapping[str, str]
"""Column key -> text of the cell, blanks left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRow:
    """One order as the pass before saw it, and what that pass meant to write there ("" empties)."""

    cells: Texts
    ours: Texts


@dataclass(frozen=True, slots=True, eq=False)
class SeenCells:
    """The usable orders of one read, by place: `ids[place]`, the sheet row `rows[place]`."""

    ids: Sequence[str]
    rows: Sequence[int]
    keys: tuple[str, ...]
    columns: Mapping[str, Cells]
    moments: frozenset[str]
    ticks: Mapping[str, npt.NDArray[np.int8]]
    orders: Orders

    @classmethod
    def of(cls, orders: Orders) -> SeenCells:
        """What this read saw."""
        usable = orders.frame["usable"].to_numpy(bool)
        keys = tuple(
            k for k in sorted(orders.header.columns) if k not in {"order_id", *OWN_COLUMNS}
        )
        every = bool(usable.all())
        return cls(
            ids=orders.frame["order_id"].to_numpy(object)[usable].tolist(),
            rows=orders.frame["row"].to_numpy()[usable].tolist(),
            keys=keys,
            columns={k: orders.raw[k] if every else orders.raw[k][usable] for k in keys},
            moments=frozenset(k for k in keys if orders.frame[k].dtype.kind == "M"),
            ticks={
                k: orders.frame[k].to_numpy(np.int8)[usable]
                for k in keys
                if orders.frame[k].dtype == np.int8
            },
            orders=orders,
        )

    def digests(self) -> list[int]:
        """One number per row that changes with any cell, or with the columns there are."""
        return row_digests(self.columns, len(self.ids), "seen")

    def texts(self, places: Sequence[int]) -> list[dict[str, str]]:
        """The cells of these rows as text."""
        at = np.array(places, dtype=np.intp)
        system = self.orders.sheet.date_system
        columns = [
            column_texts(self.columns[key][at], moment=key in self.moments, date_system=system)
            if key not in self.ticks
            else _tick_texts(self.columns[key][at], self.ticks[key][at], system)
            for key in self.keys
        ]
        return [
            {key: text for key, text in zip(self.keys, texts, strict=True) if text}
            for texts in zip(*columns, strict=True)
        ] or [{} for _ in places]

    def calculated(self, place: int, key: str) -> bool:
        """Whether a formula stands in the cell: nobody typed what it shows."""
        cell = (int(self.rows[place]), self.orders.header.columns[key])
        return cell in self.orders.sheet.formulas

    def without_value(self, place: int, key: str) -> bool:
        """Whether the cell holds a formula that was never worked out."""
        return isinstance(self.columns[key][place], Uncalculated)


def _tick_texts(cells: Cells, ticks: npt.NDArray[np.int8], system: DateSystem) -> list[str]:
    """Yes or blank, in whatever words a box was ticked; what is neither stays as typed."""
    texts = ["Yes" if tick == 1 else "" for tick in ticks.tolist()]
    for place in np.flatnonzero(ticks < 0).tolist():
        texts[place] = cell_text(cells[place], moment=False, date_system=system)
    return texts


def meant_texts(plan: Plan) -> dict[str, dict[str, str]]:
    """Per order what the plan means to write into cells that people fill, too."""
    changes = plan.changes
    mine = changes[~changes["column"].isin(OWN_COLUMNS)]
    system = plan.orders.sheet.date_system
    found: dict[str, dict[str, str]] = {}
    for order, column, new in zip(*_lists(mine, "order_id", "column", "new"), strict=True):
        text = cell_text(new, moment=column in MOMENT_COLUMNS, date_system=system)
        found.setdefault(str(order), {})[str(column)] = text
    return found


def _lists(frame: pd.DataFrame, *names: str) -> list[list[Any]]:
    return [list(frame[name]) for name in names]
