"""New orders below everything that stands in the tab, in one atomic request that finds its own place.

`appendCells` resolves "below" when it is carried out, so that no row that somebody adds at the same
moment is written over. Whether it was carried out is read from the sheet, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sheetsync.domain.model import CellValue, HeaderMap, Receipt
from sheetsync.domain.rules import ColumnRule
from sheetsync.errors import TrackerRefused
from sheetsync.trackers.google.api import AnswerLost, QuotaUsedUp, SheetsApi
from sheetsync.trackers.google.judging import LONGEST_TEXT, TOO_LONG
from sheetsync.trackers.google.looking import Eyes
from sheetsync.trackers.google.sending import MOST_BYTES, extended, weight
from sheetsync.trackers.google.snapshot import Snapshot, stored
from sheetsync.trackers.google.structure import Json
from sheetsync.trackers.matching import order_key
from sheetsync.trackers.receipts import NewValue, Verdict, outcomes_frame

_THERE: Final = "the order is already in the tracker"


class Adding:
    """Adds orders to one tab."""

    def __init__(self, api: SheetsApi, eyes: Eyes, columns: Mapping[str, ColumnRule]) -> None:
        self._api, self._eyes, self._columns = api, eyes, columns
        self._requests = 0

    def add(self, rows: Sequence[Mapping[str, NewValue]]) -> Receipt:
        """One row per mapping (column key -> value); the receipt has a line per value. Raises TrackerError."""
        self._api.prepare_write()
        snapshot = self._eyes.plain_look()
        header = self._eyes.headed(snapshot).header
        key_column, top = header.columns["order_id"], header.row_number
        _refuse_below(snapshot, key_column, top)
        taken = set(snapshot.by_key(key_column, top))
        judged = [(row, self._judge(row, header, taken)) for row in rows]
        fitting = [
            {
                header.columns[key]: stored(row[key])
                for key, v in verdicts.items()
                if v[0] == "applied"
            }
            for row, verdicts in judged
            if not any(v[0] == "dropped" for v in verdicts.values())
        ]
        missing = self._send(fitting, key_column)
        lines = [
            (order_key(stored(row.get("order_id"))), key, verdict)
            for row, verdicts in judged
            for key, verdict in verdicts.items()
        ]
        late: Verdict = ("dropped", "Google did not answer for it; add it again")
        return Receipt(
            outcomes=outcomes_frame(
                [order for order, _, _ in lines],
                [key for _, key, _ in lines],
                [late if order in missing and v[0] == "applied" else v for order, _, v in lines],
            ),
            fingerprint=self._eyes.plain_look().fingerprint()
            if fitting
            else snapshot.fingerprint(),
            requests=self._requests,
        )

    def _judge(
        self, row: Mapping[str, NewValue], header: HeaderMap, taken: set[str]
    ) -> dict[str, Verdict]:
        order, keys = order_key(stored(row.get("order_id"))), tuple(row) or ("order_id",)
        if not order:
            return dict.fromkeys(keys, ("dropped", "the Order ID is missing"))
        if order in taken:
            return dict.fromkeys(keys, ("dropped", _THERE))
        if any(isinstance(v, str) and len(v) > LONGEST_TEXT for v in row.values()):
            return dict.fromkeys(keys, ("dropped", TOO_LONG))
        taken.add(order)
        nowhere: Verdict = ("refused", "the tracker has no such column")
        return {key: ("applied", "") if key in header.columns else nowhere for key in keys}

    def _send(self, rows: Sequence[Mapping[int, CellValue]], key_column: int) -> set[str]:
        """Add the rows in as few requests as the advised size allows; gives orders that did not arrive."""
        missing: set[str] = set()
        for part in _parts(rows):
            request = {
                "sheetId": self._eyes.tab().id,
                "rows": [_line(row) for row in part],
                "fields": "userEnteredValue",
            }
            self._requests += 1
            try:
                self._api.batch([{"appendCells": request}])
            except QuotaUsedUp as full:
                raise full.problem from full
            except AnswerLost:
                header = self._eyes.located(self._eyes.plain_look())
                keys = {order_key(row[key_column]) for row in part}
                missing |= {key for key in keys if not header.rows(key)}
        return missing


def _parts(rows: Sequence[Mapping[int, CellValue]]) -> list[list[Mapping[int, CellValue]]]:
    parts: list[list[Mapping[int, CellValue]]] = []
    size = MOST_BYTES + 1
    for row in rows:
        heavy = sum(weight(value) for value in row.values())
        if size + heavy > MOST_BYTES:
            parts.append([])
            size = 0
        parts[-1].append(row)
        size += heavy
    return parts


def _line(row: Mapping[int, CellValue]) -> Json:
    values = [row.get(column) for column in range(max(row) + 1)]
    return {
        "values": [{"userEnteredValue": v} if (v := extended(value)) else {} for value in values]
    }


def _refuse_below(snapshot: Snapshot, key_column: int, top: int) -> None:
    """Below the last order may stand nothing but empty tick boxes."""
    last = max(
        [top, *(r for key, rows in snapshot.by_key(key_column, top).items() if key for r in rows)]
    )
    for number in range(last + 1, len(snapshot.rows) + 1):
        if any(cell not in (None, False) for cell in snapshot.row(number)):
            raise TrackerRefused(
                f"Below the last order, in row {number}, stands something that is no order, so no row was added. "
                "Move it away from below the orders."
            )
