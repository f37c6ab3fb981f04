"""The cells that should hold something else: Status and the stamps, only where they differ.

What a person typed is never a target. A cell with a formula, or one that may not be written, is
left alone and named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.decision import Decision, Mask, Texts
from sheetsync.domain.evidence.claims import Typed
from sheetsync.domain.evidence.scene import Scene, among
from sheetsync.domain.evidence.stamps import Track
from sheetsync.domain.grid import frame_of, object_array, repeated, word
from sheetsync.domain.model import CHANGE_COLUMNS
from sheetsync.domain.moments import NAT, to_local

TAKEN_BACK: Final = "taken_back"
"""The rule under which a cell is written that an undo took back and could not write at once."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wanted:
    """What one column should hold. `where`: rows to change; `barred`: those that must not be.

    `new`: the values of `where`, in its order. `written`, `confirmed`: memory afterwards.
    `taken_back`: rows in which what an undo did is in force.
    """

    key: str
    where: Mask
    barred: Mask
    new: Texts
    rules: Texts
    written: Texts
    confirmed: Texts
    taken_back: Mask


def wanted_status(scene: Scene, typed: Typed, decision: Decision) -> Wanted:
    """The Status cells to write. What stands there and is ours becomes the intent again.

    Once a person's status stands, what we wrote before it is forgotten: typing that again is an
    edit too. A value to be written anew is not confirmed until it lands.
    """
    cells = typed.cells
    written, confirmed = scene.past["written_status"], scene.past["confirmed_status"]
    kept = _kept_blank(scene, typed, decision)
    writes = decision.worker_writes & ~kept
    shown = np.where(writes, decision.shown, written).astype(object, copy=False)
    wants = scene.usable & cells.present & (writes | typed.taking_back)
    where = wants & cells.open
    settled = scene.known & (typed.status != "") & ~typed.edited
    nothing = repeated("", scene.rows)
    theirs = scene.usable & typed.edited & ~where & ~typed.taking_back
    intent = _chosen(theirs, nothing, _chosen(settled & ~where, typed.status, written))
    stands = _chosen(settled & (typed.status == written), typed.status, confirmed)
    return Wanted(
        key="status",
        where=where,
        barred=wants & ~cells.open,
        new=object_array([text or None for text in shown[where]]),
        rules=np.where(writes[where], word("status_follows_evidence"), word(TAKEN_BACK)),
        written=_chosen(where, shown, intent),
        confirmed=_chosen(theirs | (where & (shown == confirmed)), nothing, stands),
        taken_back=(typed.taking_back & ~writes) | kept,
    )


def _kept_blank(scene: Scene, typed: Typed, decision: Decision) -> Mask:
    """Status cells that an undo emptied and evidence has not moved on since: what it took away stays away."""
    same = np.asarray(decision.shown == scene.past["confirmed_status"], dtype=bool)
    return np.asarray(typed.left_blank & same, dtype=bool)


def wanted_stamp(scene: Scene, track: Track) -> Wanted:
    """The cells of one stamp: filled when blank, moved or emptied only when still as we wrote it."""
    key, cells = track.key, track.cells
    written, confirmed = scene.past[f"written_{key}"], scene.past[f"confirmed_{key}"]
    mine = track.mine
    held = track.ours & scene.usable
    moved = held & mine & (cells.moment != track.stamp)
    moved &= _other_text(scene, cells.moment, track.stamp, moved)
    emptied = held & among(track.source, ("", "undone"))
    wants = scene.usable & cells.present & ((mine & cells.blank) | moved | emptied)
    where = wants & cells.open
    stamps = np.where(mine, track.stamp, NAT)[where]
    texts = repeated("", scene.rows)
    texts[where] = scene.canonical(stamps)
    nothing = scene.usable & (track.source == "")
    next_written = _chosen(where | (nothing & (written != "")), texts, written)
    return Wanted(
        key=key,
        where=where,
        barred=wants & ~cells.open,
        new=_cell_values(scene, stamps),
        rules=np.where(
            track.source[where] == "claim", word("claim_dates_the_order"), word("first_seen_stamp")
        ),
        written=next_written,
        confirmed=_confirmed(scene, track, written, confirmed),
        taken_back=scene.none(),
    )


def join_changes(scene: Scene, wanted: Sequence[Wanted]) -> pd.DataFrame:
    """All wanted changes as one frame of CHANGE_COLUMNS, in sheet order."""
    ids = scene.orders.frame["order_id"].to_numpy(object)
    rows = scene.orders.frame["row"].to_numpy(np.int64)
    some = [item for item in wanted if item.where.any()]
    places = [np.flatnonzero(item.where) for item in some]
    flat = np.concatenate([np.empty(0, dtype=np.intp), *places])
    nothing = np.empty(0, dtype=object)
    raw = [scene.orders.raw[item.key][at] for item, at in zip(some, places, strict=True)]
    keys = [repeated(item.key, len(at)) for item, at in zip(some, places, strict=True)]
    frame = frame_of(
        {
            "order_id": ids[flat],
            "row": rows[flat],
            "column": np.concatenate([nothing, *keys]),
            "expected": np.concatenate([nothing, *raw]),
            "new": np.concatenate([nothing, *(item.new for item in some)]),
            "rule": np.concatenate([nothing, *(item.rules for item in some)]),
        }
    )
    order = np.argsort(flat, kind="stable")
    return frame.iloc[order].reset_index(drop=True)[list(CHANGE_COLUMNS)]


def _cell_values(scene: Scene, stamps: npt.NDArray[np.datetime64]) -> Texts:
    """Moments (UTC) as the naive local datetimes of cells; NaT empties the cell."""
    local: list[datetime | None] = to_local(stamps, scene.orders.sheet.timezone).tolist()
    return object_array(local)


def _other_text(
    scene: Scene,
    here: npt.NDArray[np.datetime64],
    there: npt.NDArray[np.datetime64],
    where: Mask,
) -> Mask:
    """Rows of `where` that differ on the wall clock too; a repeated autumn hour has two moments."""
    out = scene.none()
    out[where] = scene.canonical(here[where]) != scene.canonical(there[where])
    return out


def _confirmed(scene: Scene, track: Track, written: Texts, confirmed: Texts) -> Texts:
    """What is seen standing as intended is confirmed, even if its receipt was lost."""
    unsure = scene.known & np.asarray(written != confirmed, dtype=bool)
    timeless = among(track.source, ("", "undone"))
    emptied = scene.known & track.cells.present & track.cells.blank & timeless
    places = np.flatnonzero(unsure & track.cells.present)
    stands = scene.none()
    stands[places] = scene.canonical(track.cells.moment[places]) == written[places]
    stands &= ~track.cells.blank
    return _chosen(emptied, repeated("", scene.rows), _chosen(stands, written, confirmed))


def _chosen(where: Mask, one: Texts, other: Texts) -> Texts:
    """`one` where it applies; the very same `other` when it applies nowhere."""
    mask = np.asarray(where, dtype=bool)
    return np.where(mask, one, other) if mask.any() else other
