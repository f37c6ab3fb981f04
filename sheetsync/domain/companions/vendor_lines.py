"""The Order Lines tab once more: which article of an order is whose, where the tab says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sheetsync.domain.companions.reading import Ways, heading, read_table
from sheetsync.domain.model import TabRows
from sheetsync.domain.texts import fold

COLUMNS: Final = {
    rule.key: rule
    for rule in (
        heading("key", "Order ID", "id", "Order No", "Order Number", "Order", required=True),
        heading("sku", "SKU", "text", "Article", "Item", required=True),
        heading("product", "Product", "text", "Description", "Product Name"),
        heading("quantity", "Quantity", "number", "Qty", "Pieces"),
        heading("vendor", "Vendor", "text", "Supplier", "Vendor Name"),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an order; texts are as typed, `quantity` None where it is blank or cannot be read."""

    sku: str
    product: str
    quantity: float | None
    vendor: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VendorLines:
    """The lines of every order that the tab has."""

    by_order: Mapping[str, Sequence[Line]]

    def of(self, order_id: str, names: frozenset[str]) -> tuple[Line, ...] | None:
        """The lines of an order for the vendor of these folded names; None where the tab has none of the order.

        A line without a vendor is of whoever has the order.
        """
        lines = self.by_order.get(order_id)
        if not lines:
            return None
        return tuple(line for line in lines if not line.vendor or fold(line.vendor) in names)


def read_vendor_lines(tab: TabRows, ways: Ways) -> VendorLines:
    """The lines of the tab; what cannot be understood in it is told where its values are read."""
    table = read_table(tab, COLUMNS, ways)
    found: dict[str, list[Line]] = {}
    for place in range(len(table)):
        number = float(table.columns["quantity"][place])
        line = Line(
            sku=table.text("sku", place),
            product=table.text("product", place),
            quantity=None if np.isnan(number) else number,
            vendor=table.text("vendor", place),
        )
        if line.sku and (order := table.text("key", place)):
            found.setdefault(order, []).append(line)
    return VendorLines(by_order=found)
