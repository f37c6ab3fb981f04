"""The worker's own columns (SLA, SLA Due, Check, Next Action): written only where they differ.

They belong to the worker, so whatever else stands there is put right; a cell with a formula or one
that may not be touched is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.grid import frame_of, object_array, repeated, word
from sheetsync.domain.model import CHANGE_COLUMNS, DOUBLED_ORDER_RULE, Orders
from sheetsync.domain.moments import Moments, to_local

OWN_COLUMNS: Final = ("sla", "sla_due", "check", "next_action", "vendor_confirmed_at")


def own_changes(orders: Orders, texts: Mapping[str, np.ndarray], sla_due: Moments) -> pd.DataFrame:
    """Changes (CHANGE_COLUMNS) of the worker's own cells, in sheet order within each column.

    Args:
        orders: as read.
        texts: wanted text per row, by column key; "" wants an empty cell.
        sla_due: naive local moment per row, NaT wants an empty cell.
    """
    frames = [
        _text_changes(orders, key, wanted) for key, wanted in texts.items() if orders.has(key)
    ]
    if orders.has("sla_due"):
        frames.append(moment_changes(orders, "sla_due", sla_due))
    return join(frames)


def join(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Several changes frames as one, sorted by row and then by column: the same plan every time."""
    some = [frame for frame in frames if len(frame)]
    if not some:
        empty = np.empty(0, dtype=object)
        columns = dict.fromkeys(CHANGE_COLUMNS, empty) | {"row": np.empty(0, dtype=np.int64)}
        return frame_of(columns)
    every = pd.concat(some, ignore_index=True) if len(some) > 1 else some[0]
    rows = every["row"].to_numpy()
    codes, _ = pd.factorize(every["column"], sort=True)
    return every.iloc[np.lexsort((codes, rows))].reset_index(drop=True)


def _text_changes(orders: Orders, key: str, wanted: np.ndarray) -> pd.DataFrame:
    raw = orders.raw[key]
    blank = np.asarray((raw == None) | (raw == ""), dtype=bool)  # noqa: E711 - elementwise
    same = np.asarray(raw == wanted, dtype=bool) | (blank & np.asarray(wanted == "", dtype=bool))
    places = _open_places(orders, key, ~same)
    return _changes(orders, key, places, [text or None for text in wanted[places]])


def moment_changes(orders: Orders, key: str, wanted: Moments) -> pd.DataFrame:
    """Changes of one own column of moments: `wanted` is naive local per row, NaT wants an empty cell."""
    stands = to_local(orders.frame[key].to_numpy("datetime64[s]"), orders.sheet.timezone)
    raw = orders.raw[key]
    blank = np.asarray((raw == None) | (raw == ""), dtype=bool)  # noqa: E711 - elementwise
    same = (stands == wanted) | (np.isnat(wanted) & blank)
    places = _open_places(orders, key, ~same)
    return _changes(orders, key, places, wanted[places].tolist())


def _open_places(orders: Orders, key: str, differs: np.ndarray) -> np.ndarray:
    """Rows to write: ours, different, and neither a formula nor barred."""
    places = np.flatnonzero(differs & _ours(orders, key))
    barred = orders.sheet.formulas | frozenset(orders.sheet.unwritable)
    if not barred:
        return places
    column = orders.header.columns[key]
    numbers = orders.frame["row"].to_numpy()[places]
    free = [(int(number), column) not in barred for number in numbers]
    open_places: npt.NDArray[np.intp] = places[np.array(free, dtype=bool)]
    return open_places


def _ours(orders: Orders, key: str) -> npt.NDArray[np.bool_]:
    """Usable rows; Check also names both rows of a doubled order, which are left alone otherwise."""
    usable: npt.NDArray[np.bool_] = orders.frame["usable"].to_numpy(bool)
    return usable | _doubled(orders) if key == "check" else usable


def _doubled(orders: Orders) -> npt.NDArray[np.bool_]:
    """Rows that cannot be used although their Order ID can be read."""
    doubled: npt.NDArray[np.bool_] = ~orders.frame["usable"].to_numpy(bool)
    read = orders.frame["order_id_read"].to_numpy(object)
    doubled[doubled] = read[doubled] != ""
    return doubled


def _changes(orders: Orders, key: str, places: np.ndarray, new: Sequence[object]) -> pd.DataFrame:
    frame = orders.frame
    return frame_of(
        {
            "order_id": frame["order_id_read"].to_numpy(object)[places],
            "row": frame["row"].to_numpy(np.int64)[places],
            "column": repeated(key, len(places)),
            "expected": orders.raw[key][places],
            "new": object_array(new),
            "rule": np.where(
                _doubled(orders)[places], word(DOUBLED_ORDER_RULE), word(f"own_{key}")
            ),
        }
    )
