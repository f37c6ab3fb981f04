"""Finding orders by what stood in their cells, in the log, in what was last seen, and in the archive."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from sheetsync.domain.redaction import is_cut
from sheetsync.domain.texts import fold
from sheetsync.store import frames
from sheetsync.store.tables import (
    archived_order,
    change_log,
    feed_row,
    merge_conflict,
    order_fact,
    order_seen,
)

_JSON: Final = ((order_seen, "cells"), (order_fact, "facts"), (feed_row, "cells"))
"""Where the cells of an order are kept as JSON."""
SHIP_TO: Final = "ship_to"
_LINES_OF: Final = re.compile(r"[\n;]+")
"""An address is told to a vendor line by line, so it is looked for so, too."""


def orders_with(
    connection: Connection, tracker_id: int, value: str, columns: frozenset[str]
) -> list[str]:
    """The orders that ever held `value` in one of `columns`; case and spaces do not matter."""
    wanted = fold(value)
    return sorted(
        {
            order
            for order, text in _personal(connection, tracker_id, None, columns)
            if fold(text) == wanted
        }
    )


def personal_values(
    connection: Connection, tracker_id: int, orders: Sequence[str], columns: frozenset[str]
) -> dict[str, frozenset[str]]:
    """By order, every value that these columns ever held, as far as the store knows."""
    found: dict[str, set[str]] = {}
    for ids in frames.chunks(orders):
        for order, text in _personal(connection, tracker_id, ids, columns):
            found.setdefault(order, set()).add(text)
    return {order: frozenset(values) for order, values in found.items()}


def _personal(
    connection: Connection, tracker_id: int, ids: Sequence[str] | None, columns: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """Order and value of every personal cell that is not cut yet, of these orders or of all."""
    for order, cells in _kept(connection, tracker_id, ids):
        for key in columns & cells.keys():
            if isinstance(cells[key], str) and cells[key] and not is_cut(cells[key]):
                yield order, cells[key]
                for line in _LINES_OF.split(cells[key]) if key == SHIP_TO else ():
                    yield order, line.strip(" ,")


def _kept(
    connection: Connection, tracker_id: int, ids: Sequence[str] | None
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Cells by column key, from wherever the store keeps them."""

    def mine(table: Table, *names: str) -> Any:
        query = select(table.c.order_id, *(table.c[name] for name in names))
        query = query.where(table.c.tracker_id == tracker_id)
        return connection.execute(query if ids is None else query.where(table.c.order_id.in_(ids)))

    for order, column, old, new in mine(change_log, "column", "old", "new"):
        yield order, {column: old}
        yield order, {column: new}
    for order, column, *texts in mine(merge_conflict, "column", "base", "theirs", "ours"):
        for text in texts:
            yield order, {column: text}
    for table, name in _JSON:
        for order, packed in mine(table, name):
            if order:  # a feed may speak of a tracking number that no order has
                yield order, json.loads(packed)
    for order, packed in mine(archived_order, "packed"):
        rows = json.loads(packed)
        for table, name in _JSON:
            for row in rows.get(table.name, ()):
                yield order, json.loads(row[name])


def orders_touched(
    connection: Connection, tracker_id: int, orders: Sequence[str], since: datetime
) -> list[str]:
    """Those of `orders` of which facts or changes were kept after `since`."""
    found: set[str] = set()
    for ids in frames.chunks(orders):
        for table, moment in ((change_log, "seen_at"), (order_fact, "changed_at")):
            query = select(table.c.order_id).where(
                table.c.tracker_id == tracker_id,
                table.c.order_id.in_(ids),
                table.c[moment] > since,
            )
            found.update(connection.execute(query).scalars())
    return sorted(found)
