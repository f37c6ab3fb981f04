"""What each kind of feed may say: how it names what it speaks of, and the columns that it fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sheetsync.domain.feeds.news import Keyed, Kind
from sheetsync.domain.rules import ColumnRule, Source

_OURS: Final = Source("columns.yaml", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """One kind of feed. `keyed`: what may name the order, the first that the file has.

    `fills`: the columns that it may write, none for all that people fill; `said_at`: the column with the
    feed's own time, if it has one; `proves`: columns that must agree with the tracker's row.
    """

    keyed: tuple[Keyed, ...]
    fills: tuple[str, ...] = ()
    said_at: str = ""
    proves: tuple[str, ...] = ()
    columns: Mapping[str, ColumnRule] | None = None
    """Columns of its own, where it does not speak of orders."""


def _column(key: str, title: str, aliases: tuple[str, ...], kind: str = "text") -> ColumnRule:
    return ColumnRule(key=key, title=title, aliases=aliases, type=kind, source=_OURS)  # type: ignore[arg-type]


STOCK_COLUMNS: Final = {
    rule.key: rule
    for rule in (
        _column("sku", "SKU", ("Article", "Item", "Product Code", "SKU(s)"), "id"),
        _column("product", "Product", ("Description", "Product Name", "Name")),
        _column("on_hand", "On Hand", ("Quantity", "Qty", "Stock", "In Stock", "Quantity On Hand"), "number"),
        _column("reserved", "Reserved", ("Allocated", "Committed"), "number"),
        _column("available", "Available", ("Free", "Available To Sell"), "number"),
        _column("reorder_point", "Reorder Point", ("Minimum", "Reorder Level"), "number"),
        _column("restock_at", "Restock ETA", ("Restock Date", "Next Delivery", "Expected On"), "datetime"),
        _column("as_of", "As Of", ("Counted At", "Updated At", "Timestamp"), "datetime"),
    )
}  # fmt: skip

RULES: Final[Mapping[Kind, KindRule]] = {
    "orders": KindRule(keyed=("order_id",)),
    "stock": KindRule(
        keyed=("sku",), said_at="as_of", columns=STOCK_COLUMNS,
        fills=tuple(key for key in STOCK_COLUMNS if key != "sku"),
    ),
    "carrier": KindRule(
        keyed=("order_id", "tracking"), said_at="carrier_update",
        fills=("carrier_status", "eta", "carrier_update", "delivered_at"),
    ),
    "answers": KindRule(
        keyed=("order_id",), proves=("vendor",),
        fills=("vendor_confirmed", "promised_at", "vendor_ship_at", "vendor_note"),
    ),
    "payments": KindRule(keyed=("order_id",), fills=("payment_status",)),
}  # fmt: skip

NEVER_CHANGED: Final = frozenset({"order_id", "status"})
"""What a feed of orders may give a new row only: from then on Status follows evidence and people."""


def may_change(rule: ColumnRule) -> bool:
    """Whether a feed of orders may change this column of a row that it made."""
    return rule.owner != "worker" and rule.key not in NEVER_CHANGED
