"""Between frames and rows: columns as plain lists on the way in, typed columns on the way out.

Moments travel as whole seconds since 1970 UTC; NaT is an empty database value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Connection, Select

CHUNK: Final = 500
"""How many values one `IN (...)` takes; well below every database's limit."""
_NAT: Final = int(np.iinfo(np.int64).min)


def seconds_list(column: pd.Series[Any]) -> list[int | None]:
    """A moment column (`datetime64[s]`, naive UTC) -> seconds since 1970; NaT -> None."""
    values = np.asarray(column).astype("datetime64[s]").astype("int64")
    return [None if value == _NAT else value for value in values.tolist()]


def text_list(column: pd.Series[Any]) -> list[str]:
    """A text column -> a list of str."""
    return [str(value) for value in column.tolist()]


def int_list(column: pd.Series[Any]) -> list[int]:
    """A tick or whole-number column -> a list of int."""
    return [int(value) for value in column.tolist()]


def moments(values: Sequence[int | None]) -> npt.NDArray[np.datetime64]:
    """Seconds since 1970 or None -> `datetime64[s]`, NaT for None."""
    filled = [_NAT if value is None else value for value in values]
    return np.array(filled, dtype="int64").astype("datetime64[s]")


def text_series(values: Iterable[Any], index: pd.Index[Any]) -> pd.Series[Any]:
    """A text column of dtype object, whatever pandas would infer."""
    out = np.empty(len(index), dtype=object)
    out[:] = list(values)
    return pd.Series(out, index=index, dtype=object)


def order_index(ids: Sequence[str]) -> pd.Index[Any]:
    """The index `order_id`, dtype object."""
    index: pd.Index[Any] = pd.Index(np.array(ids, dtype=object), dtype=object, name="order_id")
    return index


def by_column(connection: Connection, query: Select[Any]) -> dict[str, list[Any]]:
    """The rows of `query` as one list per column, by name; for columns of plain values.

    Taken from the driver itself and in parts: a hundred thousand row objects alive at once keep
    Python busy for longer than the database.
    """
    names = [column.name for column in query.selected_columns]
    columns: list[list[Any]] = [[] for _ in names]
    text = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
    cursor = connection.connection.cursor()
    try:
        cursor.execute(text)
        while part := cursor.fetchmany(2_000):
            for column, values in zip(columns, zip(*part, strict=True), strict=True):
                column.extend(values)
    finally:
        cursor.close()
    return dict(zip(names, columns, strict=True))


def record_key(*parts: object) -> str:
    """A short stable key of a record, for a UNIQUE column: the same parts, the same key."""
    joined = "\x1f".join("" if part is None else str(part) for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def chunks(values: Sequence[str], size: int = CHUNK) -> Iterator[Sequence[str]]:
    """`values` in pieces small enough for one statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
