"""The frozen table that every KPI is computed from: one row per order, nothing else is read.

`sheetsync report` freezes it once; the same rows and rules give the same figures for ever, and the
same figures in SQL, because each column is a plain moment, text, tick or number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.model import EVIDENCE, STAMPS

FactKind: TypeAlias = Literal["moment", "text", "tick", "number", "count"]

FACT_COLUMNS: Final[Mapping[str, FactKind]] = {
    "ordered_at": "moment",
    "customer": "text",
    "priority": "text",
    "carrier": "text",
    "tracking": "text",
    "status": "text",
    "handler": "text",
    "vendor": "text",
    "vendor_asked_at": "moment",
    "vendor_confirmed_at": "moment",
    "vendor_confirmed": "text",
    "vendor_ship_at": "moment",
    "promised_at": "moment",
    "dispatch_by": "moment",
    "csat": "number",
    **dict.fromkeys(EVIDENCE, "tick"),
    **dict.fromkeys(STAMPS, "moment"),
    **{f"{stamp}_from": "moment" for stamp in STAMPS},
    **{f"{evidence}_certainty": "text" for evidence in EVIDENCE},
    "first_seen": "moment",
    "errors": "count",
    "error_columns": "text",
    "exceptions": "text",
}
"""Column -> kind. The frame is indexed by order_id (unique text); kinds are those of `model.py`,
`count` is int64.

* `status`: the canonical status that the cell shows. `dispatch_by`: the promised dispatch, else the
  moment the dispatch SLA falls due.
* `vendor_asked_at`: when the letter to the vendor was decided; `vendor_confirmed`: the answer (Yes, No, Partial),
  `vendor_confirmed_at`: when it came; `vendor_ship_at`: the day on which the vendor promised to ship.
* `<evidence>_certainty`: "" (not done), `exact` (typed, or first seen within a usual interval), `approx`
  (first seen after a gap), `unsure` (seen together with the step before: the stage between has no
  time of its own), `unmeasured` (done before watching began).
* `errors`: how many errors Check shows; `error_columns`: their column keys, joined by commas.
* `exceptions`: the kinds of the open exceptions, joined by commas.
"""

_DTYPES: Final = {
    "moment": np.dtype("datetime64[s]"),
    "text": np.dtype(object),
    "tick": np.dtype("int8"),
    "number": np.dtype("float64"),
    "count": np.dtype("int64"),
}
_BLANKS: Final[dict[FactKind, Any]] = {
    "moment": np.datetime64("NaT", "s"),
    "text": "",
    "tick": 0,
    "number": np.nan,
    "count": 0,
}

_CLAIMS: Final = {
    "Packing": 2,
    "Ready": 3,
    "Shipped": 4,
    "In Transit": 4,
    "Out for Delivery": 4,
    "Delivery Failed": 4,
    "Returned": 4,
    "Delivered": 5,
    "Completed": 5,
}
_DERIVED: Final = np.array(
    ["Pending", "Allocated", "Packing", "Ready", "Shipped", "Delivered"], dtype=object
)
"""The status that each furthest piece of evidence gives."""


def build_facts(
    order_ids: Sequence[str] | npt.NDArray[np.object_], columns: Mapping[str, Any]
) -> pd.DataFrame:
    """The facts frame of these orders; a column that is not given is blank throughout.

    `columns` maps names of FACT_COLUMNS to arrays as long as `order_ids`. Raises ValueError for an
    unknown column, a length that differs or a doubled Order ID.
    """
    unknown = sorted(set(columns) - set(FACT_COLUMNS))
    if unknown:
        raise ValueError(f"Facts have no column {', '.join(unknown)}.")
    size = len(order_ids)
    index = pd.Index(np.asarray(order_ids, dtype=object), name="order_id", dtype=object)
    data = {
        name: pd.Series(
            _typed(columns[name], kind, size, name)
            if name in columns
            else np.full(size, _BLANKS[kind], dtype=_DTYPES[kind]),
            index=index,
            dtype=_DTYPES[kind],
            copy=False,
        )
        for name, kind in FACT_COLUMNS.items()
    }
    frame = pd.DataFrame(data, copy=False)
    check_facts(frame)
    return frame


def completed(facts: pd.DataFrame) -> pd.DataFrame:
    """Facts kept by an earlier sheetsync, with the columns that it did not know, blank."""
    if not len(facts.columns):
        return build_facts([], {})
    missing = [name for name in FACT_COLUMNS if name not in facts.columns]
    if not missing:
        return facts
    blank = {
        name: pd.Series(
            np.full(len(facts), _BLANKS[FACT_COLUMNS[name]], dtype=_DTYPES[FACT_COLUMNS[name]]),
            index=facts.index,
        )
        for name in missing
    }
    return facts.assign(**blank)


def check_facts(facts: pd.DataFrame) -> None:
    """Raise ValueError, naming everything wrong, unless `facts` is a frame of FACT_COLUMNS."""
    wrong = [f"column {name} is missing" for name in FACT_COLUMNS if name not in facts.columns]
    wrong += [
        f"column {name} is {facts[name].dtype}, not {_DTYPES[kind]}"
        for name, kind in FACT_COLUMNS.items()
        if name in facts.columns and not _fits(facts[name], kind)
    ]
    if not facts.index.is_unique:
        wrong.append("an Order ID stands there twice")
    if wrong:
        raise ValueError(f"These are not facts: {'; '.join(wrong)}.")


def _fits(column: pd.Series, kind: FactKind) -> bool:
    """Whether a column has its kind's dtype; text may come as pandas' own text dtype too."""
    if kind == "text" and isinstance(column.dtype, pd.StringDtype):
        return True
    return bool(column.dtype == _DTYPES[kind])


def _typed(values: Any, kind: FactKind, size: int, name: str) -> np.ndarray[Any, np.dtype[Any]]:
    array = np.asarray(values, dtype=_DTYPES[kind])
    if len(array) != size:
        raise ValueError(f"Column {name} has {len(array)} values for {size} orders.")
    return array


def facts_at(
    facts: pd.DataFrame, as_of: np.datetime64, events: pd.DataFrame | None
) -> pd.DataFrame:
    """The facts as they stood at `as_of`: what came later has not happened.

    Later orders go, later stamps and their ticks are taken back. A status that changed later is the
    one before that change where the event log tells it; one that claims a stamp taken back is the
    status that the evidence of that moment gives.
    """
    placed = facts["ordered_at"].to_numpy()
    first = facts["first_seen"].to_numpy()
    seen = np.where(np.isnat(placed), first, placed)
    kept = facts[~(seen > as_of)].copy()
    cut = np.zeros(len(kept), dtype=bool)
    reached = np.zeros(len(kept), dtype=np.int64)
    for place, (evidence, stamp) in enumerate(zip(EVIDENCE, STAMPS, strict=True), start=1):
        later = kept[stamp].to_numpy() > as_of
        kept[stamp] = kept[stamp].mask(later)
        kept[f"{stamp}_from"] = kept[f"{stamp}_from"].mask(later)
        kept[evidence] = kept[evidence].mask(later, 0).astype("int8")
        kept[f"{evidence}_certainty"] = kept[f"{evidence}_certainty"].mask(later, "")
        cut |= later
        reached[kept[evidence].to_numpy() == 1] = place
    status = kept["status"].to_numpy(dtype=object)
    if events is not None:
        status = _status_at(status, kept.index, as_of, events)
    stale = cut & (claimed_stage(status) > reached)
    shown = np.where(stale, _DERIVED[reached], status)
    kept["status"] = pd.Series(shown, index=kept.index, dtype=object)
    return kept


def claimed_stage(status: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """How far an order of each status must have come, from 0 to 5 pieces of evidence."""
    claims = pd.Series(status, dtype=object).map(_CLAIMS).fillna(0)
    return np.asarray(claims, dtype=np.int64)


def _status_at(
    status: npt.NDArray[np.object_],
    orders: pd.Index,
    as_of: np.datetime64,
    events: pd.DataFrame,
) -> npt.NDArray[np.object_]:
    later = events[(events["field"] == "status") & (events["at"] > as_of)]
    first = later.sort_values("at", kind="stable").drop_duplicates("order_id")
    out = status.copy()
    place = orders.get_indexer(pd.Index(first["order_id"]))
    out[place[place >= 0]] = first["old"].to_numpy(dtype=object)[place >= 0]
    return out
