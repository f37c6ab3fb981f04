"""What staff should know about ticks, dates and Status, in plain words.

Every text holds moments and limits only, never a running figure, so that it stays the same from
pass to pass and costs no write. A status that no rule knows is named where it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from sheetsync.domain.decision import FLAGS, Decision, Mask
from sheetsync.domain.evidence.changes import Wanted
from sheetsync.domain.evidence.claims import Typed
from sheetsync.domain.evidence.scene import SHOWN_BY, Scene
from sheetsync.domain.evidence.stamps import WIDE, Track
from sheetsync.domain.findings import FindingList
from sheetsync.domain.model import Severity
from sheetsync.domain.moments import Moments, to_local
from sheetsync.domain.texts import both
from sheetsync.domain.wording import days, days_and_times, times_of_day

SEEN_AFTER_GAP: Final = "seen_after_gap"
STAGE_UNTICKED: Final = "stage_unticked"
CELL_CLOSED: Final = "cell_not_writable"


def remark(
    scene: Scene,
    typed: Typed,
    decision: Decision,
    tracks: Sequence[Track],
    wanted: Sequence[Wanted],
) -> pd.DataFrame:
    """All findings of this room, one frame of FINDING_COLUMNS."""
    ids = scene.orders.frame["order_id"].to_numpy(object)
    found = FindingList(ids, scene.orders.frame["row"].to_numpy(np.int64))
    _flags(found, scene, typed, decision)
    running = scene.usable & decision.open_order
    _gaps(found, scene, tracks, running)
    _unticked(found, scene, tracks, running)
    _closed_cells(found, scene, wanted)
    return found.frame()


def _flags(found: FindingList, scene: Scene, typed: Typed, decision: Decision) -> None:
    words = _flag_words(scene)
    for rule, mask in decision.flags.items():
        if rule not in words:
            continue
        places = np.flatnonzero(mask & scene.usable)
        if not len(places):
            continue
        pairs = list(zip(typed.status[places], decision.derived[places], strict=True))
        sentence = {pair: words[rule](*pair) for pair in set(pairs)}
        texts = [sentence[pair] for pair in pairs]
        found.add(places, "status", rule, FLAGS[rule], texts)


def _flag_words(scene: Scene) -> Mapping[str, Callable[[str, str], str]]:
    """Per rule id the sentence for (typed, derived)."""
    status, packed = scene.heading("status"), scene.heading("packed")
    sent, arrived = scene.heading("dispatched_at"), scene.heading("delivered_at")
    return {
        "status_behind_ticks": lambda typed, derived: (
            f'{status} says "{typed}", but the ticks and dates say {derived}. Empty {status} to let '
            "it follow them, or correct the tick or date that is wrong."
        ),
        "status_ahead_of_ticks": lambda typed, derived: (
            f'{status} says "{typed}", but the ticks and dates only say {derived}. Tick what is '
            f"done, or empty {status} to let it follow them."
        ),
        "hold_after_dispatch": lambda typed, _: (
            f'{status} says "{typed}", but {sent} is filled in. If the order has left, empty '
            f"{status}; if not, empty {sent}."
        ),
        "backordered_but_packed": lambda typed, _: (
            f'{status} says "{typed}", but {packed} is ticked or {sent} is filled in. Empty {status} '
            "if the goods were found, or correct the tick or date."
        ),
        "needs_dispatch": lambda typed, _: (
            f'{status} says "{typed}", but {sent} is empty. Fill in {sent}, or choose another '
            f"{status}."
        ),
        "cancelled_but_dispatched": lambda typed, _: (
            f'{status} says "{typed}", but {sent} is filled in. Call the parcel back or choose '
            f"Returned; if it never left, empty {sent}."
        ),
        "closed_evidence_but_open_exception": lambda typed, _: (
            f'{status} says "{typed}", but the order is delivered ({arrived} or {status} said so). '
            f"Empty {status} if the problem is solved, or correct {arrived}."
        ),
    }


def _gaps(
    found: FindingList,
    scene: Scene,
    tracks: Sequence[Track],
    running: Mask,
) -> None:
    """One line per order and gap, naming all that was first seen after it."""
    hidden = [running & _after_gap(track) for track in tracks]
    for place, track in enumerate(tracks):
        told = scene.none()
        for earlier in range(place):
            same = (tracks[earlier].stamp == track.stamp) & (tracks[earlier].low == track.low)
            told |= hidden[earlier] & same
        places = np.flatnonzero(hidden[place] & ~told)
        if not len(places):
            continue
        together = [
            hidden[later][places]
            & (tracks[later].stamp[places] == track.stamp[places])
            & (tracks[later].low[places] == track.low[places])
            for later in range(place, len(tracks))
        ]
        names = [_shown_by(scene, t.evidence) for t in tracks[place:]]
        spans = _spans(scene, track.low[places], track.stamp[places])
        typing = f"If you know the time, type it in {scene.heading(track.key)}."
        texts = [
            f"{_seen([n for n, hit in zip(names, hits, strict=True) if hit])} {span}. {typing}"
            for span, *hits in zip(spans, *together, strict=True)
        ]
        found.add(places, _column(track.evidence), SEEN_AFTER_GAP, "unsure", texts)


def _seen(names: Sequence[str]) -> str:
    return f"{both(names)} {'were' if len(names) > 1 else 'was'} seen"


def _after_gap(track: Track) -> Mask:
    return track.done & track.mine & (track.stamp - track.low > WIDE)


def _spans(scene: Scene, low: Moments, high: Moments) -> list[str]:
    """`between 08:10 and 11:42`, with the days where they differ."""
    zone = scene.orders.sheet.timezone
    first, last = to_local(low, zone), to_local(high, zone)
    parts = (days(first), days(last), times_of_day(first), times_of_day(last))
    long = (days_and_times(first), days_and_times(last))
    return [
        f"between {a} and {b}" if day == end else f"between {c} and {d}"
        for day, end, a, b, c, d in zip(*parts, *long, strict=True)
    ]


def _unticked(found: FindingList, scene: Scene, tracks: Sequence[Track], running: Mask) -> None:
    """Rework: the tick is gone, its time is kept until the next tick."""
    for track in tracks:
        places = np.flatnonzero(running & track.kept)
        if not len(places):
            continue
        name = _shown_by(scene, track.evidence)
        when = days_and_times(to_local(track.stamp[places], scene.orders.sheet.timezone))
        texts = [
            f"{name} was done ({moment}) and is no longer ticked. Tick it again when it is done "
            "again; the later time then counts."
            for moment in when
        ]
        found.add(places, _column(track.evidence), STAGE_UNTICKED, "warning", texts)


def _closed_cells(found: FindingList, scene: Scene, wanted: Sequence[Wanted]) -> None:
    """Cells that should be filled in and may not be touched; formulas are named where they are read."""
    severity: Severity = "warning"
    for item in wanted:
        places = np.flatnonzero(item.barred)
        if not len(places):
            continue
        index = scene.orders.header.columns[item.key]
        rows = scene.orders.frame["row"].to_numpy()[places].tolist()
        reasons = [scene.orders.sheet.unwritable.get((row, index), "") for row in rows]
        named = np.array([bool(reason) for reason in reasons])
        heading = scene.heading(item.key)
        texts = [f"{heading} cannot be filled in: {reason}" for reason in reasons if reason]
        found.add(places[named], item.key, CELL_CLOSED, severity, texts)


def _shown_by(scene: Scene, evidence: str) -> str:
    return scene.heading(_column(evidence))


def _column(evidence: str) -> str:
    return SHOWN_BY.get(evidence, evidence)
