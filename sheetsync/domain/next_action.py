"""The Next Action column: one short sentence that tells staff what moves the order on.

It depends on the stage and on what stands in the row, never on the clock, so that an unchanged
row keeps its text.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.grid import word

Texts = npt.NDArray[np.object_]

BY_STAGE: Final = {
    "Allocation": "Allocate stock",
    "Picking": "Pick the items",
    "Packing": "Pack the parcel",
    "Dispatch": "Hand over to the carrier",
    "Transit": "Wait for delivery",
    "Closeout": "Confirm with the customer",
}
HELD: Final = {
    "On Hold": "Release the hold",
    "Payment Failed": "Settle the payment",
    "Backordered": "Get stock",
    "Delivery Failed": "Arrange a new delivery",
    "Returned": "Handle the return",
    "Delayed": "Tell the customer a new date",
}
MEND: Final = "Mend what Check says"


def next_actions(
    orders: pd.DataFrame,
    *,
    stage: Texts,
    shown: Texts,
    open_order: npt.NDArray[np.bool_],
    has_error: npt.NDArray[np.bool_],
) -> Texts:
    """What to do next for each row, "" for closed orders and rows without a usable Order ID.

    Args:
        orders: Orders.frame.
        stage: running stage, per row.
        shown: status in effect, per row.
        open_order: whether the order is still open.
        has_error: rows with a finding of severity error; mending comes first.
    """
    texts = pd.Series(stage).map(BY_STAGE).fillna("").to_numpy(object)
    if "carrier" in orders:
        unassigned = (stage == "Dispatch") & (orders["carrier"].to_numpy(object) == "")
        texts[unassigned] = "Assign a shipping partner"
    if "carrier" in orders and "dispatched_at" in orders:
        named = (stage == "Dispatch") & (orders["carrier"].to_numpy(object) != "")
        texts[named] = "Hand over to " + orders["carrier"].to_numpy(object)[named]
    held = pd.Series(shown).map(HELD)
    texts = np.where(held.notna(), held.to_numpy(object), texts)
    texts = np.where(has_error & open_order, word(MEND), texts)
    return np.where(open_order & orders["usable"].to_numpy(), texts, "").astype(object, copy=False)
