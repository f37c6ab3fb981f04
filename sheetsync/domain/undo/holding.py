"""What memory and the event log keep of an undo, so that the next pass does not write it again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from sheetsync.domain.evidence.stamps import IN_ITS_CELL
from sheetsync.domain.grid import frame_of, object_array
from sheetsync.domain.model import (
    EVIDENCE,
    STAGE_EVENT_COLUMNS,
    STAMPS,
    WRITABLE,
    Memory,
    Orders,
)
from sheetsync.domain.moments import NAT, as_moment, to_utc
from sheetsync.domain.rules import StatusRules
from sheetsync.domain.texts import fold
from sheetsync.domain.undo.cells import TakenBack

_EVIDENCE_OF: Final = dict(zip(STAMPS, EVIDENCE, strict=True))
_OURS: Final = ("pass", "claim")
_MOMENTS: Final = frozenset({"at", "seen_from", "seen_to"})


class Holding:
    """Gathers memory rows and events of one undo at `at` (aware UTC)."""

    def __init__(
        self,
        *,
        taken: Sequence[TakenBack],
        orders: Orders,
        memory: Memory,
        events: pd.DataFrame,
        statuses: StatusRules,
        at: datetime,
    ) -> None:
        self._orders, self._events, self._statuses = orders, events, statuses
        self._at = as_moment(at)
        ids = sorted({cell.order_id for cell in taken} & set(memory.orders.index))
        rows = memory.orders.loc[ids]
        self._index = rows.index
        self._columns = {str(name): rows[name].to_numpy(copy=True) for name in rows.columns}
        self._lines: list[dict[str, Any]] = []
        for cell in taken:
            if cell.order_id not in self._index:
                continue
            if cell.column == "status":
                self._status(cell)
            elif cell.column in STAMPS:
                self._stamp(cell)
            elif cell.column in WRITABLE:
                self._keep(cell.order_id, **{f"written_{cell.column}": cell.back_text})

    @property
    def memory(self) -> pd.DataFrame:
        """The rows of `Memory.orders` to keep."""
        series = {
            name: pd.Series(values, index=self._index, dtype=values.dtype)
            for name, values in self._columns.items()
        }
        return pd.DataFrame(series, index=self._index)

    @property
    def stage_events(self) -> pd.DataFrame:
        """A frame of STAGE_EVENT_COLUMNS: what the undo adds to the log."""
        columns: dict[str, Any] = {}
        for name in STAGE_EVENT_COLUMNS:
            values = [line[name] for line in self._lines]
            if name in _MOMENTS:
                columns[name] = np.array(values, dtype="datetime64[s]")
            else:
                columns[name] = object_array(values)
        return frame_of(columns)

    def _status(self, cell: TakenBack) -> None:
        back, undone = self._canonical(cell.back_text), self._canonical(cell.now_text)
        self._keep(
            cell.order_id, status_by="undo", status_seen=back, status_since=self._at,
            written_status=back, confirmed_status=undone,
        )  # fmt: skip
        self._log(cell.order_id, "status", (undone, back), (self._at, self._at), "undo")

    def _canonical(self, text: str) -> str:
        return self._statuses.aliases.get(fold(text), text)

    def _stamp(self, cell: TakenBack) -> None:
        evidence = _EVIDENCE_OF[cell.column]
        if isinstance(cell.back, datetime):
            self._time_back(cell, evidence, cell.back)
        elif evidence in IN_ITS_CELL:
            self._stamp_is(cell, evidence, source="", done=False)
            self._log(cell.order_id, evidence, ("yes", "no"), (self._at, self._at), "undone")
        elif self._known(cell.order_id, f"{evidence}_source"):
            self._stamp_is(cell, evidence, source="undone", done=True)
            self._log(cell.order_id, evidence, ("yes", "yes"), (NAT, NAT), "undone")

    def _time_back(self, cell: TakenBack, evidence: str, local: datetime) -> None:
        """A time goes back into its cell; it is ours again where the log knows it as ours."""
        stamp = to_utc(np.array([local], dtype="datetime64[s]"), self._orders.sheet.timezone)[0]
        if not self._done(cell.order_id, evidence):
            self._keep(cell.order_id, **{f"written_{cell.column}": "", f"confirmed_{cell.column}": ""})  # fmt: skip
            return
        before = "yes" if self._known(cell.order_id, f"seen_{evidence}") == 1 else "no"
        low, source = self._as_logged(cell.order_id, evidence, stamp)
        self._stamp_is(cell, evidence, source=source, done=True, stamp=stamp, low=low)
        self._log(cell.order_id, evidence, (before, "yes"), (stamp, low), source)

    def _done(self, order_id: str, evidence: str) -> bool:
        if evidence in IN_ITS_CELL:
            return True
        frame = self._orders.frame
        mine = frame.loc[(frame["order_id"] == order_id).to_numpy(bool), evidence].to_numpy()
        return bool((mine == 1).all())

    def _as_logged(
        self, order_id: str, evidence: str, stamp: np.datetime64
    ) -> tuple[np.datetime64, str]:
        """The lower end and the source under which the log knows this time; else a typed one."""
        log = self._events
        same = (log["order_id"] == order_id) & (log["field"] == evidence) & (log["new"] == "yes")
        same &= (log["at"] == stamp) & log["source"].isin(_OURS)
        if not same.any():
            return stamp, "cell"
        last = log[same].iloc[-1]
        return np.datetime64(last["seen_from"], "s"), str(last["source"])

    def _stamp_is(
        self,
        cell: TakenBack,
        evidence: str,
        *,
        source: str,
        done: bool,
        stamp: np.datetime64 = NAT,
        low: np.datetime64 = NAT,
    ) -> None:
        """What we meant and what stands there are apart until the write has landed."""
        ours = source in _OURS
        self._keep(
            cell.order_id,
            **{
                f"seen_{evidence}": int(done),
                f"{evidence}_source": source,
                cell.column: stamp,
                f"{cell.column}_from": low,
                f"written_{cell.column}": cell.back_text if ours else "",
                f"confirmed_{cell.column}": cell.now_text if source != "cell" else "",
            },
        )

    def _known(self, order_id: str, name: str) -> Any:
        return self._columns[name][self._index.get_loc(order_id)]

    def _keep(self, order_id: str, **values: object) -> None:
        place = self._index.get_loc(order_id)
        for name, value in values.items():
            self._columns[name][place] = value

    def _log(
        self,
        order_id: str,
        field: str,
        values: tuple[str, str],
        moment: tuple[np.datetime64, np.datetime64],
        source: str,
    ) -> None:
        self._lines.append({
            "order_id": order_id, "field": field, "old": values[0], "new": values[1],
            "at": moment[0], "seen_from": moment[1], "seen_to": self._at, "source": source,
        })  # fmt: skip
