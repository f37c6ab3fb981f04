"""The Order Lines tab: what each order is worth, by its lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sheetsync.domain.companions.findings import TabFinding
from sheetsync.domain.companions.reading import Ways, heading, read_table
from sheetsync.domain.grid import Cells
from sheetsync.domain.model import TabRows

COLUMNS: Final = {
    rule.key: rule
    for rule in (
        heading("key", "Order ID", "id", "Order No", "Order Number", "Order", required=True),
        heading("quantity", "Quantity", "number", "Qty", "Pieces"),
        heading("price", "Price", "number", "Unit Price", "Price Each", required=True),
        heading("discount", "Discount", "number"),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OrderLines:
    """The value of each order that the tab prices in full; `findings` say what could not be understood."""

    values: pd.Series
    """Order ID -> quantity x price less the discount of each line, summed."""
    findings: list[TabFinding]

    def of(self, order_ids: Cells) -> np.ndarray:
        """The value of each order, NaN where the tab does not tell it."""
        return self.values.reindex(order_ids).to_numpy(dtype=np.float64)


def read_order_lines(tab: TabRows, ways: Ways) -> OrderLines:
    """What each order of the tab is worth. One line without a price leaves its order without a value.

    A blank quantity is one piece; the discount is an amount off the whole line.
    """
    table = read_table(tab, COLUMNS, ways)
    quantity, price, discount = (table.columns[key] for key in ("quantity", "price", "discount"))
    unknown = np.isnan(price.astype(np.float64))
    for key in ("quantity", "discount"):
        unknown[sorted(table.wrong[key])] = True
    worth = np.nan_to_num(quantity.astype(np.float64), nan=1.0) * price.astype(np.float64)
    worth = np.where(unknown, np.nan, worth - np.nan_to_num(discount.astype(np.float64)))
    keys = table.columns["key"]
    named = np.asarray(keys != "", dtype=bool)
    lines = pd.Series(worth[named], index=pd.Index(keys[named], dtype=object))
    values = lines.groupby(level=0, sort=False).sum(min_count=1)
    priced = ~lines.isna().groupby(level=0, sort=False).any()
    return OrderLines(values=values[priced], findings=table.findings)
