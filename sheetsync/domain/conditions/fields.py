"""What a `when:` can ask about: the columns of the orders and what other rooms work out, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.findings import UNREADABLE_RULES
from sheetsync.domain.grid import Cells, Mask, object_array, repeated
from sheetsync.domain.model import Orders
from sheetsync.domain.parcels.words import parcel_states
from sheetsync.domain.rules import ColumnType, Rulebook
from sheetsync.domain.texts import fold

FieldKind: TypeAlias = Literal["text", "tick", "number", "moment"]

_KINDS: dict[ColumnType, FieldKind] = {
    "datetime": "moment", "checkbox": "tick", "number": "number",
}  # fmt: skip
_DATE_OF_TICK = {"dispatched": "dispatched_at", "delivered": "delivered_at"}


@dataclass(frozen=True, eq=False)
class Field:
    """One value per order. `data` is typed as in every frame of the domain.

    `filled` and `empty` are given where the value alone does not tell (a ticked date column has no
    moment, an unreadable cell is neither); a value that stands for a blank (a default) is compared
    all the same.
    """

    kind: FieldKind
    data: npt.NDArray[Any]
    given_filled: Mask | None = None
    unreadable: Mask | None = None

    @cached_property
    def filled(self) -> Mask:
        """Rows whose cell holds a value."""
        return self.has_value if self.given_filled is None else self.given_filled

    @cached_property
    def empty(self) -> Mask:
        """Rows whose cell holds nothing; an unreadable cell does hold something."""
        nothing = ~self.filled
        if self.kind == "tick":
            nothing = self.data == 0
        return nothing if self.unreadable is None else nothing & ~self.unreadable

    @cached_property
    def has_value(self) -> Mask:
        """Rows that have something to compare with."""
        match self.kind:
            case "text":
                return np.asarray(self.data != "", dtype=bool)
            case "tick":
                return np.asarray(self.data == 1)
            case "number":
                return np.asarray(~np.isnan(self.data))
            case "moment":
                return np.asarray(~np.isnat(self.data))

    @cached_property
    def distinct(self) -> tuple[npt.NDArray[np.intp], Cells]:
        """Codes per row, and the distinct texts (of a text field)."""
        codes, texts = pd.factorize(self.data)
        return codes, np.asarray(texts, dtype=object)

    @cached_property
    def folded(self) -> Cells:
        """The distinct texts, folded."""
        return object_array([fold(text) for text in self.distinct[1]])


Fields: TypeAlias = Mapping[str, Field]


def fields_of(orders: Orders, rules: Rulebook) -> dict[str, Field]:
    """Every column of the sheet as a field, with `dispatched` and `delivered` as ticks beside them.

    Beside Carrier Status stands what it means, as `parcel`.

    A blank acts as its column's default (Order Priority: Standard) in comparisons, yet stays empty.
    Other rooms add what they work out (`stage`, `sla_state`, ...) under its name.
    """
    frame = orders.frame
    unreadable = _unreadable(orders)
    fields: dict[str, Field] = {}
    for key in orders.header.columns:
        kind = _KINDS.get(rules.columns[key].type, "text")
        column = "order_id_read" if key == "order_id" else key
        field = Field(kind, frame[column].to_numpy(), unreadable=unreadable.get(key))
        fields[key] = _with_default(field, rules.columns[key].default)
    for tick, date_key in _DATE_OF_TICK.items():
        if date_key in fields:
            ticks = frame[tick].to_numpy()
            date = fields[date_key]
            fields[tick] = Field("tick", ticks)
            fields[date_key] = Field(
                "moment", date.data, given_filled=ticks == 1, unreadable=date.unreadable
            )
    fields["parcel"] = Field("text", _parcels(fields, len(frame), rules))
    return fields


def _parcels(fields: Fields, rows: int, rules: Rulebook) -> Cells:
    """What Carrier Status means; blank where the sheet has no such column, so that a rule may ask for it beside others."""
    if "carrier_status" not in fields:
        return repeated("", rows)
    carrier = fields["carrier"].data if "carrier" in fields else None
    return parcel_states(fields["carrier_status"].data, carrier, rules)


def _with_default(field: Field, default: str) -> Field:
    if not default or field.kind != "text":
        return field
    values = np.where(field.empty, default, field.data).astype(object, copy=False)
    return Field("text", values, given_filled=field.filled, unreadable=field.unreadable)


def _unreadable(orders: Orders) -> dict[str, Mask]:
    findings = orders.findings
    bad = findings[findings["rule"].isin(UNREADABLE_RULES)]
    rows = pd.Index(orders.frame["row"].to_numpy())
    masks: dict[str, Mask] = {}
    for key, group in bad.groupby("column", sort=False):
        mask = np.zeros(len(rows), dtype=bool)
        places = rows.get_indexer(group["row"].to_numpy())
        mask[places[places >= 0]] = True
        masks[str(key)] = mask
    return masks
