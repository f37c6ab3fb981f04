"""One side of a merge: every order once, every cell as the text by which it is compared.

Compared is what a cell means, not how a program stores it: a tick is `Yes` whether it was saved as ✓ or
as TRUE, a date is local `YYYY-MM-DD HH:MM:SS` whatever its format, and a number its digits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.cell_texts import cell_text
from sheetsync.domain.findings import UNREADABLE_RULES
from sheetsync.domain.grid import Cells, Mask, Places, object_array
from sheetsync.domain.model import CellError, Orders, Uncalculated
from sheetsync.domain.moments import Moments, to_local
from sheetsync.domain.rules import ColumnRule
from sheetsync.domain.texts import clean_text, number_text

TICKED: Final = "Yes"
_EXACT: Final = 1e15
_TICK_OF_DATE: Final = {"dispatched_at": "dispatched", "delivered_at": "delivered"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Copy:
    """The usable orders of one side.

    `ids` are unique; `columns[key][i]` is the text of order `ids[i]`, "" for blank. `places[i]` is its
    place in the frame it was read from. `unreadable[key]` marks cells whose value could not be made out.
    `doubled` are Order IDs that stand in several rows; `no_orders` tells of rows that are no orders.
    """

    ids: pd.Index[Any]
    columns: Mapping[str, Cells]
    places: Places
    unreadable: Mapping[str, Mask] = field(default_factory=dict)
    doubled: frozenset[str] = frozenset()
    no_orders: tuple[str, ...] = ()
    forgotten: frozenset[str] = frozenset()
    """Orders whose values were cut from this side since, at somebody's wish."""

    def taken(self, wanted: Places) -> Copy:
        """The same side with only the orders at these places."""
        return Copy(
            ids=self.ids[wanted],
            columns={key: cells[wanted] for key, cells in self.columns.items()},
            places=self.places[wanted],
            unreadable={key: mask[wanted] for key, mask in self.unreadable.items()},
            doubled=self.doubled,
            no_orders=self.no_orders,
            forgotten=self.forgotten,
        )


def copy_of(orders: Orders, columns: Mapping[str, ColumnRule]) -> Copy:
    """The orders of a sheet or a file as a side of a merge."""
    frame = orders.frame
    usable = frame["usable"].to_numpy(bool)
    places = np.flatnonzero(usable)
    read = frame["order_id_read"].to_numpy(object)
    others = set(read[~usable].tolist()) - {""}
    keys = [key for key in orders.header.columns if key != "order_id"]
    every = len(places) == len(frame)
    texts = {key: column_texts(key, orders, columns[key]) for key in keys}
    unreadable = _unreadable(orders)
    if not every:
        texts = {key: cells[places] for key, cells in texts.items()}
        unreadable = {key: mask[places] for key, mask in unreadable.items()}
    return Copy(
        ids=pd.Index(read if every else read[places], dtype=object),
        columns=texts,
        places=places,
        unreadable=unreadable,
        doubled=frozenset(others),
        no_orders=_no_orders(orders),
    )


def column_texts(key: str, orders: Orders, rule: ColumnRule) -> Cells:
    """The cells of one column as the texts by which they are compared, for every row of the frame."""
    values = orders.frame[key].to_numpy()
    raw = orders.raw[key]
    match rule.type:
        case "datetime":
            return _moment_texts(key, orders, values.astype("datetime64[s]"))
        case "checkbox":
            return _with_raw(np.where(values == 1, TICKED, "").astype(object), values < 0, raw)
        case "number":
            known = ~np.isnan(values.astype(float))
            numbers = zip(values.tolist(), known.tolist(), strict=True)
            texts = object_array([_digits(v) if is_known else "" for v, is_known in numbers])
            return _with_raw(texts, ~known, raw)
        case _:
            return values


def _digits(number: float) -> str:
    """A number by the fifteen digits that every spreadsheet keeps."""
    rounded = float(f"{number:.15g}")
    exact = (number.is_integer() and abs(number) < _EXACT) or math.isinf(rounded)
    return number_text(number if exact else rounded)


def _moment_texts(key: str, orders: Orders, moments: Moments) -> Cells:
    unknown = np.isnat(moments)
    local = to_local(moments, orders.sheet.timezone)
    texts = local_texts(local)
    if key in _TICK_OF_DATE:
        ticked = unknown & (orders.frame[_TICK_OF_DATE[key]].to_numpy() == 1)
        texts[ticked] = TICKED
        unknown = unknown & ~ticked
    return _with_raw(texts, unknown, orders.raw[key])


def local_texts(local: Moments) -> Cells:
    """Local moments as `YYYY-MM-DD HH:MM:SS`; NaT is "". Each distinct moment is spelled once."""
    codes, distinct = pd.factorize(local.astype("int64"))
    spelled = np.datetime_as_string(distinct.astype("datetime64[s]"), unit="s")
    words = object_array([text.replace("T", " ") for text in spelled.tolist()])
    words[np.isnat(distinct.astype("datetime64[s]"))] = ""
    return np.asarray(words[codes], dtype=object)


def _with_raw(texts: Cells, where: npt.NDArray[np.bool_], raw: Cells) -> Cells:
    """`texts` with the cell as it stands where its value could not be made out."""
    for place in np.flatnonzero(where).tolist():
        cell = raw[place]
        if cell is not None and cell != "" and cell is not False:
            texts[place] = raw_text(cell)
    return texts


def raw_text(cell: Any) -> str:
    """A cell as it stands, as text; an error or an uncalculated formula has none."""
    if isinstance(cell, CellError | Uncalculated):
        return ""
    if isinstance(cell, str):
        return clean_text(cell)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return number_text(cell)
    return cell_text(cell, moment=False, date_system=1900)


def _unreadable(orders: Orders) -> dict[str, Mask]:
    findings = orders.findings
    bad = findings[findings["rule"].isin(UNREADABLE_RULES).to_numpy(bool)]
    if bad.empty:
        return {}
    rows = pd.Index(orders.frame["row"].to_numpy())
    masks: dict[str, Mask] = {}
    for key, group in bad.groupby("column", sort=False):
        mask = np.zeros(len(rows), dtype=bool)
        places = rows.get_indexer(pd.Index(group["row"].to_numpy()))
        mask[places[places >= 0]] = True
        masks[str(key)] = mask
    return masks


def _no_orders(orders: Orders) -> tuple[str, ...]:
    """A sentence for each row that holds something and is no order, and each Order ID that is unreadable."""
    findings = orders.findings
    about_ids = (findings["column"] == "order_id").to_numpy(bool)
    lost = findings["rule"].isin({"not_an_order", *UNREADABLE_RULES}).to_numpy(bool)
    return tuple(findings.loc[about_ids & lost, "message"].tolist())
