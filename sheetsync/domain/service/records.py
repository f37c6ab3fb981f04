"""What is kept of the tabs Inquiries, Issues and Feedback: orders, topics, moments and marks, and no word of anybody.

Questions, comments and names stay in the tracker alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

Column: TypeAlias = tuple[str, str]
"""Name, and kind: text, moment or number."""
CASES: Final[tuple[Column, ...]] = (
    ("order_id", "text"), ("topic", "text"), ("channel", "text"), ("opened_at", "moment"),
    ("answered_at", "moment"), ("resolved_at", "moment"),
)  # fmt: skip
RATINGS: Final[tuple[Column, ...]] = (
    ("order_id", "text"), ("sent_at", "moment"), ("answered_at", "moment"),
    ("timeliness", "number"), ("accuracy", "number"), ("tracking", "number"),
)  # fmt: skip
_PACKED: Final = 1
_NAT: Final = np.datetime64("NaT", "s")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ServiceRecords:
    """One frame for each tab; None where it is not read, or not there. An unknown moment is NaT, an unknown mark NaN."""

    inquiries: pd.DataFrame | None = None
    issues: pd.DataFrame | None = None
    feedback: pd.DataFrame | None = None


NO_RECORDS: Final = ServiceRecords()
_FRAMES: Final[Mapping[str, tuple[Column, ...]]] = {
    "inquiries": CASES, "issues": CASES, "feedback": RATINGS,
}  # fmt: skip


def pack(records: ServiceRecords) -> str:
    """The records as one JSON text, always spelled the same way."""
    frames = {
        name: None if (frame := getattr(records, name)) is None else _plain(frame, columns)
        for name, columns in _FRAMES.items()
    }
    return json.dumps({"packed": _PACKED, **frames}, ensure_ascii=False, separators=(",", ":"))


def unpack(text: str | None) -> ServiceRecords:
    """The records of a text that `pack` made; nothing for none."""
    if not text:
        return NO_RECORDS
    found = json.loads(text)
    return ServiceRecords(**{
        name: None if found.get(name) is None else frame_of(found[name], columns)
        for name, columns in _FRAMES.items()
    })  # fmt: skip


def frame_of(values: Mapping[str, Any], columns: tuple[Column, ...]) -> pd.DataFrame:
    """A frame of these columns from plain lists: moments as seconds since 1970 UTC, None for unknown."""
    return pd.DataFrame({name: _typed(values[name], kind) for name, kind in columns})


def _typed(values: Any, kind: str) -> Any:
    if kind == "moment":
        seconds = [_NAT if value is None else np.datetime64(int(value), "s") for value in values]
        return np.array(seconds, dtype="datetime64[s]")
    if kind == "number":
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def _plain(frame: pd.DataFrame, columns: tuple[Column, ...]) -> dict[str, list[Any]]:
    return {name: _list(frame[name].to_numpy(), kind) for name, kind in columns}


def _list(values: Any, kind: str) -> list[Any]:
    if kind == "moment":
        unknown = np.isnat(values)
        seconds = values.astype("datetime64[s]").astype(np.int64).tolist()
        return [None if gone else second for gone, second in zip(unknown, seconds, strict=True)]
    if kind == "number":
        return [None if np.isnan(value) else value for value in values.tolist()]
    return [str(value) for value in values.tolist()]
