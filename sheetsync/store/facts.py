"""The facts of each order, as reports and `explain` read them; rewritten only where they changed.

A frame of any declared columns goes in and the same typed frame comes out. What kind each column
is, is remembered beside it. A 64-bit digest per row tells which rows changed without parsing.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from sheetsync.domain.digests import row_digests, whole_digest
from sheetsync.store import frames
from sheetsync.store.settings import get_setting, put_setting
from sheetsync.store.tables import order_fact
from sheetsync.store.upsert import upsert

_KINDS_SETTING: Final = "facts_columns"
_WHOLE_SETTING: Final = "facts_digest"
_BLANKS: Final[dict[str, object]] = {"moment": None, "number": None, "text": "", "tick": 0,
                                     "whole": 0, "truth": False}  # fmt: skip


def save_facts(connection: Connection, tracker_id: int, facts: pd.DataFrame, now: datetime) -> int:
    """Keep `facts` (indexed by order_id); how many orders' facts were new or had changed."""
    if facts.empty:
        return 0
    kinds = {str(name): _kind(facts[name]) for name in facts.columns}
    if kinds != _kinds(connection, tracker_id):
        known = _kinds(connection, tracker_id) | kinds
        put_setting(connection, tracker_id, _KINDS_SETTING, json.dumps(known, sort_keys=True))
    ids = [str(value) for value in facts.index]
    digests = _digests(facts, kinds)
    whole = whole_digest(ids, digests)
    if whole == get_setting(connection, tracker_id, _WHOLE_SETTING):
        return 0
    put_setting(connection, tracker_id, _WHOLE_SETTING, whole)
    known_digests = _known_digests(connection, tracker_id)
    changed = [i for i, order in enumerate(ids) if known_digests.get(order) != digests[i]]
    texts = _texts(facts.iloc[changed], kinds)
    rows = [
        {
            "tracker_id": tracker_id,
            "order_id": ids[i],
            "digest": digests[i],
            "facts": text,
            "changed_at": now,
        }
        for i, text in zip(changed, texts, strict=True)
    ]
    upsert(connection, order_fact, rows, key=("tracker_id", "order_id"))
    return len(rows)


def changed_facts(connection: Connection, tracker_id: int, facts: pd.DataFrame) -> int:
    """How many known orders' facts are not what was kept; quickly told, without loading what was."""
    if facts.empty:
        return 0
    ids = [str(value) for value in facts.index]
    digests = _digests(facts, {str(name): _kind(facts[name]) for name in facts.columns})
    if whole_digest(ids, digests) == get_setting(connection, tracker_id, _WHOLE_SETTING):
        return 0
    known = _known_digests(connection, tracker_id)
    return sum(known.get(order, new) != new for order, new in zip(ids, digests, strict=True))


def load_facts(connection: Connection, tracker_id: int) -> pd.DataFrame:
    """All facts ever kept for this tracker, indexed by order_id, typed as they were given."""
    found = frames.by_column(
        connection,
        select(order_fact.c.order_id, order_fact.c.facts)
        .where(order_fact.c.tracker_id == tracker_id)
        .order_by(order_fact.c.order_id),
    )
    index = frames.order_index(found["order_id"])
    objects: list[dict[str, Any]] = json.loads("[" + ",".join(found["facts"]) + "]")
    kinds = _kinds(connection, tracker_id)
    data = {name: _series(objects, name, kind, index) for name, kind in kinds.items()}
    return pd.DataFrame(data, index=index)


def _kinds(connection: Connection, tracker_id: int) -> dict[str, str]:
    kinds: dict[str, str] = json.loads(get_setting(connection, tracker_id, _KINDS_SETTING) or "{}")
    return kinds


def _kind(column: pd.Series[Any]) -> str:
    dtype = column.dtype
    if pd.api.types.is_datetime64_dtype(dtype):
        return "moment"
    if pd.api.types.is_bool_dtype(dtype):
        return "truth"
    if dtype == np.dtype("int8"):
        return "tick"
    if pd.api.types.is_integer_dtype(dtype):
        return "whole"
    if pd.api.types.is_float_dtype(dtype):
        return "number"
    return "text"


def _digests(facts: pd.DataFrame, kinds: dict[str, str]) -> list[int]:
    """One signed 64-bit number per row that changes with any value, column name or kind."""
    columns = {str(name): np.asarray(facts[name]) for name in facts.columns}
    return row_digests(columns, len(facts), json.dumps(kinds, sort_keys=True))


def _known_digests(connection: Connection, tracker_id: int) -> dict[str, int]:
    found = frames.by_column(
        connection,
        select(order_fact.c.order_id, order_fact.c.digest).where(
            order_fact.c.tracker_id == tracker_id
        ),
    )
    return dict(zip(found["order_id"], found["digest"], strict=True))


def _texts(facts: pd.DataFrame, kinds: dict[str, str]) -> list[str]:
    names = list(kinds)
    columns = [_values(facts[name], kind) for name, kind in kinds.items()]
    blanks = [_BLANKS[kind] for kind in kinds.values()]
    return [
        json.dumps(
            {
                n: v
                for n, v, blank in zip(names, values, blanks, strict=True)
                if v is not None and v != blank
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for values in zip(*columns, strict=True)
    ]


def _values(column: pd.Series[Any], kind: str) -> list[Any]:
    if kind == "moment":
        return frames.seconds_list(column)
    if kind == "text":
        return frames.text_list(column)
    if kind == "number":
        return [None if np.isnan(value) else value for value in column.tolist()]
    return list(column.tolist())


def _series(
    objects: list[dict[str, Any]], name: str, kind: str, index: pd.Index[Any]
) -> pd.Series[Any]:
    blank = _BLANKS[kind]
    values = [entry.get(name, blank) for entry in objects]
    if kind == "moment":
        return pd.Series(frames.moments(values), index=index)
    if kind == "text":
        return frames.text_series(values, index)
    dtypes = {"number": "float64", "tick": "int8", "whole": "int64", "truth": "bool"}
    array = np.array([np.nan if value is None else value for value in values])
    return pd.Series(array.astype(dtypes[kind]), index=index)
