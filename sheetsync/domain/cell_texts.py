"""A cell as words for the logs: the same cell gives the same text, whatever read it.

Moments are local `YYYY-MM-DD HH:MM:SS`, ticks `Yes` and `No`, blank is "".
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from sheetsync.domain.grid import Cells
from sheetsync.domain.model import STAMPS, CellError, DateSystem, Uncalculated
from sheetsync.domain.moments import canonical_local, serials_to_local

MOMENT_COLUMNS: Final = frozenset(
    {
        "ordered_at",
        "sla_due",
        *STAMPS,
        "promised_at",
        "dispatch_by",
        "eta",
        "carrier_update",
        "vendor_confirmed_at",
        "vendor_ship_at",
    }
)
"""The columns of moments that the worker may write, on its own account or a feed's."""


def cell_text(value: Any, *, moment: bool, date_system: DateSystem) -> str:
    """One cell as text; `moment`: a number in it is a date."""
    if value is None or value is pd.NaT or isinstance(value, Uncalculated):
        return ""
    if isinstance(value, CellError):
        return value.text
    if isinstance(value, (bool, np.bool_)):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (int, float, np.number)):
        return _number_text(float(value), moment=moment, date_system=date_system)
    return str(value)


def column_texts(values: Cells, *, moment: bool, date_system: DateSystem) -> list[str]:
    """Each cell of a column as text; FALSE counts as blank here, since a cleared box may be either."""
    cells: list[Any] = values.tolist()
    if set(map(type, cells)) <= {str}:
        return cells
    numbers = np.array([type(cell) in {int, float} for cell in cells], dtype=bool)
    texts = [
        "" if number or cell is False else cell_text(cell, moment=moment, date_system=date_system)
        for cell, number in zip(cells, numbers.tolist(), strict=True)
    ]
    if moment and numbers.any():
        serials = values[numbers].astype(np.float64)
        words = canonical_local(serials_to_local(serials, date_system)).tolist()
    else:
        words = [_plain_number(float(cells[place])) for place in np.flatnonzero(numbers)]
    for place, word in zip(np.flatnonzero(numbers).tolist(), words, strict=True):
        texts[place] = word or _plain_number(float(cells[place]))
    return texts


def _number_text(value: float, *, moment: bool, date_system: DateSystem) -> str:
    if moment and not np.isnan(value):
        local = canonical_local(serials_to_local(np.array([value]), date_system))[0]
        if local:
            return str(local)
    return _plain_number(value)


def _plain_number(value: float) -> str:
    if np.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() else repr(value)
