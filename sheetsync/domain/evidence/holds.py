"""Pauses opened and closed by statuses, and orders opened again after they were closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.decision import Mask, Texts
from sheetsync.domain.evidence.claims import Typed
from sheetsync.domain.evidence.scene import Scene, among
from sheetsync.domain.grid import frame_of
from sheetsync.domain.model import PAUSE_COLUMNS
from sheetsync.domain.moments import NAT, Moments


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pauses:
    """The next pauses (PAUSE_COLUMNS) and which of them are new or now closed.

    The time between closing an order and opening it again stands among them, with the closing
    status as reason: no clock runs in it, whatever the stage.
    """

    frame: pd.DataFrame
    changed: Mask


def keep_pauses(
    scene: Scene, before: pd.DataFrame, typed: Typed, standing: Texts, reopened: Mask
) -> Pauses:
    """Open a pause where a pausing status is first seen, close it where it is seen no more.

    `before`: the pauses of memory. `standing`: the status in force. Rows that cannot be used and
    orders that are gone from the sheet keep their pauses as they are. A pause of an order whose Order
    ID is another's now ended when it was last seen.
    """
    pausing = [r.name for r in scene.rules.statuses.statuses.values() if r.pauses]
    reason = np.where(scene.usable & among(standing, pausing), standing, "").astype(
        object, copy=False
    )
    ids = scene.orders.frame["order_id"].to_numpy(object)
    row = scene.rows_of(before["order_id"].to_numpy(object))
    stop = before["stop"].to_numpy("datetime64[s]")
    lasting = np.isnat(stop) & (row >= 0)
    same = lasting & np.asarray(
        before["reason"].to_numpy(object) == _at(reason, row, ""), dtype=bool
    )
    ends = lasting & ~same
    ended = np.where(scene.new_life, scene.since, scene.now)
    running = scene.none()
    running[row[same]] = True
    begins = np.flatnonzero((reason != "") & ~running)
    again = np.flatnonzero(reopened)
    closed_since = np.where(
        typed.last == scene.past["status_seen"], scene.past["status_since"], scene.since
    )
    new = frame_of(
        {
            "order_id": np.concatenate([ids[again], ids[begins]]),
            "start": np.concatenate([closed_since[again], np.full(len(begins), scene.now)]),
            "stop": np.concatenate([np.full(len(again), scene.now), np.full(len(begins), NAT)]),
            "reason": np.concatenate([typed.last[again], reason[begins]]),
        }
    )
    kept = frame_of(
        {
            "order_id": before["order_id"].to_numpy(object),
            "start": before["start"].to_numpy("datetime64[s]"),
            "stop": np.where(ends, _at(ended, row, NAT), stop),
            "reason": before["reason"].to_numpy(object),
        }
    )
    frame = pd.concat([kept, new], ignore_index=True) if len(new) else kept
    changed = np.concatenate([ends, np.ones(len(new), dtype=bool)])
    return Pauses(frame=frame[list(PAUSE_COLUMNS)], changed=changed)


def opened_again(scene: Scene, typed: Typed, open_order: Mask) -> Mask:
    """Orders that were completed or cancelled when last seen and now run again."""
    final = [r.name for r in scene.rules.statuses.statuses.values() if r.final]
    was_final = among(typed.last, final)
    return np.asarray(scene.known & was_final & typed.changed & open_order, dtype=bool)


def last_opened(scene: Scene, pauses: pd.DataFrame) -> Moments:
    """When each order was last opened again; NaT for most."""
    out = np.full(scene.rows, NAT)
    final = [r.name for r in scene.rules.statuses.statuses.values() if r.final]
    ended = pauses[among(pauses["reason"].to_numpy(object), final) & pauses["stop"].notna()]
    row = scene.rows_of(ended["order_id"].to_numpy(object))
    stop = ended["stop"].to_numpy("datetime64[s]")
    order = np.argsort(stop, kind="stable")
    order = order[row[order] >= 0]
    out[row[order]] = stop[order]
    return out


def _at(values: npt.NDArray[Any], row: npt.NDArray[np.intp], blank: object) -> npt.NDArray[Any]:
    """The values of these rows; `blank` for an order that is not in the sheet (row -1)."""
    more = np.concatenate([values, np.array([blank], dtype=values.dtype)])
    taken: npt.NDArray[Any] = more[row]
    return taken
