"""Evidence: what ticks, dates and Status say about each order, and since when.

`observe` is the face of this room. It joins the orders as read with what memory knows: first-seen
stamps (`stamps.py`), claims by Status (`claims.py`), the decision table (`..decision`), pauses and
re-openings (`holds.py`), the cells to write (`changes.py`), the words (`remarks.py`) and the event
log (`events.py`). Cells are computed from state, so a killed pass heals in the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.decision import Codes, Mask, Situation, Texts, decide, furthest
from sheetsync.domain.evidence.changes import (
    Wanted,
    join_changes,
    wanted_stamp,
    wanted_status,
)
from sheetsync.domain.evidence.claims import Typed, read_status, taken_back, with_claims
from sheetsync.domain.evidence.events import log_events
from sheetsync.domain.evidence.holds import keep_pauses, last_opened, opened_again
from sheetsync.domain.evidence.observation import Observation
from sheetsync.domain.evidence.remarks import remark
from sheetsync.domain.evidence.scene import Scene, differs, labels, memory_frame, set_scene
from sheetsync.domain.evidence.stamps import Track, certainties, follow
from sheetsync.domain.grid import frame_of
from sheetsync.domain.model import EVIDENCE, STAGES, Memory, Orders
from sheetsync.domain.moments import NAT, Moments
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.texts import clean_id

__all__ = ["Observation", "delivered_moments", "observe"]


def observe(
    orders: Orders,
    memory: Memory,
    rules: Rulebook,
    now: datetime,
    complete_after: Moments | None = None,
) -> Observation:
    """What this pass sees of every order, and what follows from it.

    `now` is aware UTC. `complete_after`: per row the moment (naive UTC) after which a delivered and
    quiet order is closed, NaT for never; count it from `delivered_moments`. Nothing is changed in
    place; equal arguments give an equal answer, whatever the order of the rows.
    """
    scene = set_scene(orders, memory, rules, now)
    typed = read_status(scene)
    tracks = _tracks(scene, typed)
    since = _moved_forward(scene, tracks)
    decision = decide(_situation(scene, typed, tracks, since, complete_after), rules.statuses)
    reopened = opened_again(scene, typed, decision.open_order)
    pauses = keep_pauses(scene, memory.pauses, typed, decision.standing, reopened)
    wanted = [wanted_status(scene, typed, decision), *(wanted_stamp(scene, t) for t in tracks)]
    certainty = certainties(scene, tracks)
    columns = _next_memory(
        scene, typed, tracks, wanted=wanted, evidence_since=since, reopened=reopened
    )
    start, low = _stage_start(scene, tracks, decision.level)
    opened = last_opened(scene, pauses.frame)
    running = scene.usable & decision.open_order
    stage = np.where(running, np.array(STAGES, dtype=object)[decision.level], "")
    missing, unusable = _out_of_sight(scene, memory)
    return Observation(
        ticks=frame_of({t.evidence: t.done.astype(np.int8) for t in tracks}),
        stamps=_stamps(tracks, certainty),
        derived=_where(scene.usable, decision.derived),
        shown=_where(scene.usable, decision.shown),
        standing=_where(scene.usable, decision.standing),
        stage=stage.astype(object),
        stay=_stays(decision.level, columns["cycle"], running),
        stage_start=np.where(running, _later(start, opened), NAT),
        stage_start_from=np.where(running, _later(low, opened), NAT),
        open_order=running,
        exception=scene.usable & decision.exception,
        reopened=reopened,
        cells=join_changes(scene, wanted),
        findings=remark(scene, typed, decision, tracks, wanted),
        memory=memory_frame(scene, columns),
        memory_changed=differs(scene, columns)[scene.usable],
        pauses=pauses.frame,
        pauses_changed=pauses.changed,
        stage_events=log_events(scene, typed, tracks, reopened),
        missing=missing,
        unusable=unusable,
        baseline=scene.baseline,
    )


def delivered_moments(orders: Orders, memory: Memory) -> Moments:
    """When each row was delivered, as memory knew it before this pass; NaT where it is not.

    The quiet time before closing counts from here. What is first seen delivered in this pass is
    never due at once, so nothing is lost.
    """
    ids = pd.Index(orders.frame["order_id"].to_numpy(object), dtype=object)
    if "delivered_at" not in memory.orders.columns or memory.orders.empty:
        return np.full(len(ids), NAT)
    places = memory.orders.index.get_indexer(ids)
    known = memory.orders["delivered_at"].to_numpy("datetime64[s]")
    return np.where((places >= 0) & orders.frame["usable"].to_numpy(bool), known[places], NAT)


def _tracks(scene: Scene, typed: Typed) -> tuple[Track, ...]:
    tracks = tuple(follow(scene, e, taken_back(scene, typed, e)) for e in EVIDENCE)
    return with_claims(scene, typed, tracks)


def _moved_forward(scene: Scene, tracks: Sequence[Track]) -> Moments:
    """When the furthest evidence last moved forward; NaT once it is taken back."""
    level, before = _levels(scene, tracks)
    known = np.where(level < before, NAT, scene.past["evidence_since"])
    moved = scene.usable & (level > before) & (not scene.baseline)
    return np.where(moved, scene.now, known)


def _levels(scene: Scene, tracks: Sequence[Track]) -> tuple[Codes, Codes]:
    """The furthest evidence now and in the last pass; a column not watched before moves nothing on."""
    seen = np.column_stack(
        [
            t.done if t.evidence in scene.unwatched else scene.past[f"seen_{t.evidence}"] == 1
            for t in tracks
        ]
    )
    return furthest(np.column_stack([t.done for t in tracks])), furthest(seen)


def _situation(
    scene: Scene,
    typed: Typed,
    tracks: Sequence[Track],
    evidence_since: Moments,
    complete_after: Moments | None,
) -> Situation:
    handler = scene.none()
    if scene.orders.has("handler"):
        handler = np.asarray(scene.orders.frame["handler"].to_numpy(object) != "", dtype=bool)
    return Situation(
        ticks=np.column_stack([t.done for t in tracks]),
        handler=handler,
        typed=typed.status,
        unknown=typed.unknown,
        edited=typed.edited,
        moved_on=evidence_since > typed.since,
        retracted=_retracted(scene, typed, tracks),
        quiet=_quiet(scene, typed, complete_after),
    )


def _retracted(scene: Scene, typed: Typed, tracks: Sequence[Track]) -> Mask:
    """Our own status, when the tick behind it was a slip or its correction was not yet written."""
    level, before = _levels(scene, tracks)
    grace = np.timedelta64(scene.rules.statuses.untick_grace)
    slip = (level < before) & (scene.now - scene.past["evidence_since"] <= grace)
    written = scene.past["written_status"]
    open_intent = (written != "") & (typed.status != written)
    ours = scene.known & ~typed.edited & (typed.status != "")
    return np.asarray(ours & (slip | open_intent), dtype=bool)


def _quiet(scene: Scene, typed: Typed, complete_after: Moments | None) -> Mask:
    """Delivered and quiet for long enough; what a person typed after that moment is not quiet."""
    if complete_after is None:
        return scene.none()
    later = typed.edited & (typed.since >= complete_after)
    return np.asarray((complete_after <= scene.now) & ~later, dtype=bool)


def _next_memory(
    scene: Scene,
    typed: Typed,
    tracks: Sequence[Track],
    *,
    wanted: Sequence[Wanted],
    evidence_since: Moments,
    reopened: Mask,
) -> dict[str, npt.NDArray[Any]]:
    """Every memory column after this pass, aligned with the orders."""
    filled = np.asarray(typed.status != "", dtype=bool)
    columns = dict(scene.past)
    columns |= {
        "first_seen": np.where(
            np.isnat(scene.past["first_seen"]), scene.now, scene.past["first_seen"]
        ),
        "missing_since": np.full(scene.rows, NAT),
        "status_seen": typed.seen,
        "status_since": typed.since,
        "status_by": labels(
            scene.rows,
            ("worker", filled),
            ("person", typed.edited),
            ("worker", wanted[0].where & ~wanted[0].taken_back),
            ("undo", wanted[0].taken_back),
        ),
        "evidence_since": evidence_since,
        "cycle": scene.past["cycle"] + reopened,
    }
    for track in tracks:
        columns |= {
            f"seen_{track.evidence}": track.done.astype(np.int8),
            f"{track.evidence}_source": track.source,
            track.key: track.stamp,
            f"{track.key}_from": track.low,
        }
    for item in wanted:
        columns |= {f"written_{item.key}": item.written, f"confirmed_{item.key}": item.confirmed}
    return columns


def _stamps(tracks: Sequence[Track], certainty: dict[str, Texts]) -> pd.DataFrame:
    columns: dict[str, npt.NDArray[Any]] = {}
    for track in tracks:
        columns |= {
            track.key: np.where(track.done, track.stamp, NAT),
            f"{track.key}_from": np.where(track.done, track.low, NAT),
            f"{track.evidence}_source": _where(track.done, track.source),
            f"{track.evidence}_certainty": certainty[track.evidence],
        }
    return frame_of(columns)


def _stage_start(scene: Scene, tracks: Sequence[Track], level: Codes) -> tuple[Moments, Moments]:
    """Both ends of the interval in which the running stage began."""
    ordered = scene.cells("ordered_at").moment
    ends = [
        np.column_stack([ordered, *(getattr(track, name) for track in tracks)])
        for name in ("stamp", "low")
    ]
    rows = np.arange(scene.rows)
    start, low = ends[0][rows, level], ends[1][rows, level]
    return start, np.where(np.isnat(start), NAT, low)


def _stays(level: Codes, cycle: npt.NDArray[np.int64], running: Mask) -> Texts:
    """`packing#0`; every re-opening counts one up."""
    width = len(STAGES)
    kinds, place = np.unique(cycle * width + level, return_inverse=True)
    names = [f"{STAGES[kind % width].lower()}#{kind // width}" for kind in kinds.tolist()]
    return _where(running, np.array([*names, ""], dtype=object)[place])


def _later(start: Moments, opened: Moments) -> Moments:
    """A clock of an order that was opened again starts no earlier than that."""
    return np.where(np.isnat(opened), start, np.fmax(start, opened))


def _where(mask: Mask, texts: Texts) -> Texts:
    return np.where(mask, texts, "").astype(object, copy=False)


def _out_of_sight(scene: Scene, memory: Memory) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Orders of memory that no row shows any more, and those that only unusable rows still show."""
    if memory.orders.empty:
        return (), ()
    there = np.isnat(memory.orders["missing_since"].to_numpy("datetime64[s]"))
    lost = set(memory.orders.index.to_numpy(object)[there & (scene.row_of < 0)])
    if not lost or not scene.orders.has("order_id"):
        return tuple(sorted(lost)), ()
    doubtful = {clean_id(str(cell)) for cell in scene.orders.raw["order_id"][~scene.usable]}
    return tuple(sorted(lost - doubtful)), tuple(sorted(lost & doubtful))
