"""First-seen stamps: when each piece of evidence was done, and who says so.

A pass only knows that a tick was made after the last pass and before this one; it writes the upper
end and remembers both. A time that a person typed is theirs: it is used and never changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sheetsync.domain.decision import Mask, Texts
from sheetsync.domain.evidence.scene import Cells, Scene, among, labels
from sheetsync.domain.grid import word
from sheetsync.domain.model import EVIDENCE, STAMPS
from sheetsync.domain.moments import NAT, Moments

NO_TIME: Final = ("baseline", "undone")
"""Sources of evidence that counts as done and has no time of ours: nobody saw it, or it was taken back."""

IN_ITS_CELL: Final = frozenset({"dispatched", "delivered"})
"""Evidence that is itself a date cell: emptying the cell takes the evidence away."""

WIDE: Final = np.timedelta64(15 * 60, "s")
"""A longer interval than this means that passes were missed: the time is only approximate."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Track:
    """One piece of evidence over all rows, as of this pass.

    `done`: counted now. `stamp`, `low`: both ends of the interval in which it was done. `source`:
    as in memory. `first`, `gone`: done or taken back since the last pass; `slip`: taken back so
    soon that it was a mistake. `ours`: the cell of the stamp holds what the worker wrote.
    """

    evidence: str
    key: str
    cells: Cells
    done: Mask
    stamp: Moments
    low: Moments
    source: Texts
    first: Mask
    gone: Mask
    slip: Mask
    ours: Mask

    @property
    def kept(self) -> Mask:
        """Taken back too late for a slip: the stamp stays, flagged, until the next tick."""
        return np.asarray(~self.done & (self.source != ""), dtype=bool)

    @property
    def mine(self) -> Mask:
        """The stamp is ours: first seen in a pass, not typed into its cell."""
        return np.asarray(~np.isnat(self.stamp) & (self.source != "cell"), dtype=bool)


def follow(scene: Scene, evidence: str, taken_back: Mask) -> Track:
    """Follow one piece of evidence from the last pass to this one.

    `taken_back`: rows whose status claim to this evidence no longer stands.
    """
    key = STAMPS[EVIDENCE.index(evidence)]
    cells = scene.cells(key)
    stamp, source = scene.past[key], scene.past[f"{evidence}_source"]
    ours = _ours(scene, key, cells, stamp, source)
    foreign = scene.usable & ~np.isnat(cells.moment) & ~ours
    done = _done(scene, evidence, cells, ours=ours, foreign=foreign, taken_back=taken_back)
    seen = scene.past[f"seen_{evidence}"] == 1
    gone = scene.known & ~done & seen
    track = Track(
        evidence=evidence,
        key=key,
        cells=cells,
        done=done,
        stamp=stamp,
        low=scene.past[f"{key}_from"],
        source=source,
        first=done & (~seen | (source == "")),
        gone=gone,
        slip=gone & _slip(scene, source, stamp, scene.past[f"{key}_from"]),
        ours=ours,
    )
    track = _restored(scene, _cleared(_first_seen(scene, track)), seen)
    theirs = foreign & (track.done | track.kept)
    return _set(track, theirs, stamp=cells.moment, low=cells.moment, source="cell")


def claim(scene: Scene, track: Track, claims: Mask) -> Track:
    """Count as done what a status typed by a person asserts, at the time it was first seen."""
    claimed = _set(track, claims, stamp=scene.now, low=scene.since, source="claim")
    return replace(claimed, done=track.done | claims, first=track.first | claims)


def certainties(scene: Scene, tracks: tuple[Track, ...]) -> dict[str, Texts]:
    """How well each stamp is known, by evidence.

    `""` not done; `exact` within one usual interval, or typed; `approx` the interval is wide;
    `unsure` first seen together with evidence before it, so the stage between has no length;
    `unmeasured` done before watching began.
    """
    out: dict[str, Texts] = {}
    first_seen = [track.done & track.mine for track in tracks]
    for later, track in enumerate(tracks):
        shared = scene.none()
        for place, earlier in enumerate(tracks[:later]):
            both = (track.stamp == earlier.stamp) & (track.low == earlier.low)
            shared |= both & first_seen[place] & first_seen[later]
        out[track.evidence] = labels(
            scene.rows,
            ("exact", track.done),
            ("approx", first_seen[later] & ~(track.stamp - track.low <= WIDE)),
            ("unsure", shared),
            ("unmeasured", track.done & np.isnat(track.stamp)),
        )
    return out


def _ours(scene: Scene, key: str, cells: Cells, stamp: Moments, source: Texts) -> Mask:
    """Cells holding what the worker wrote: the intent or what a receipt confirmed."""
    filled = scene.known & ~np.isnat(cells.moment) & (source != "cell")
    ours = filled & (cells.moment == stamp)
    rest = np.flatnonzero(filled & ~ours)
    text = scene.canonical(cells.moment[rest])
    for kind in ("written", "confirmed"):
        ours[rest] |= np.asarray(scene.past[f"{kind}_{key}"][rest] == text, dtype=bool)
    return np.asarray(ours, dtype=bool)


def _done(
    scene: Scene, evidence: str, cells: Cells, *, ours: Mask, foreign: Mask, taken_back: Mask
) -> Mask:
    """Whether the evidence counts now; what cannot be read counts as it was last known."""
    tick = scene.orders.frame[evidence].to_numpy()
    seen = scene.past[f"seen_{evidence}"] == 1
    done = np.where(tick == -1, seen, tick == 1)
    if evidence in IN_ITS_CELL:
        source = scene.past[f"{evidence}_source"]
        claimed = (source == "claim") & seen
        done |= claimed & cells.blank & ~_emptied(scene, STAMPS[EVIDENCE.index(evidence)], cells)
        done &= ~(taken_back & claimed & ~foreign) & ~(ours & (source == ""))
    return np.asarray(done & scene.usable, dtype=bool)


def _emptied(scene: Scene, key: str, cells: Cells) -> Mask:
    """Rows where a person emptied a cell that stood filled with what we wrote."""
    written, confirmed = scene.past[f"written_{key}"], scene.past[f"confirmed_{key}"]
    return np.asarray(cells.present & cells.blank & (written == confirmed) & (written != ""), bool)


def _slip(scene: Scene, source: Texts, stamp: Moments, low: Moments) -> Mask:
    """Taken back within the grace time, and no missed passes hide when it was done."""
    grace = np.timedelta64(scene.rules.statuses.untick_grace)
    soon = (scene.now - stamp <= grace) & (stamp - low <= WIDE)
    return np.asarray((source == "pass") & soon, dtype=bool)


def _first_seen(scene: Scene, track: Track) -> Track:
    if scene.baseline or track.evidence in scene.unwatched:
        return _set(track, track.first, stamp=NAT, low=NAT, source="baseline")
    return _set(track, track.first, stamp=scene.now, low=scene.since, source="pass")


def _cleared(track: Track) -> Track:
    """Stamps that go with their evidence: slips, claims, and times that stood in the emptied cell."""
    emptied = np.isnat(track.cells.moment) & track.cells.present
    theirs = (track.source == "cell") & ~track.done & (emptied | (track.evidence in IN_ITS_CELL))
    unproved = track.gone & among(track.source, ("claim", *NO_TIME))
    goes = track.slip | unproved | theirs
    return _set(track, goes, stamp=NAT, low=NAT, source="")


def _restored(scene: Scene, track: Track, seen: Mask) -> Track:
    """A person took their typed time away: back to ours, or to "not measured" where we had none."""
    if track.evidence in IN_ITS_CELL or not track.cells.present:
        return track
    empty = track.done & seen & (track.source == "cell") & track.cells.blank
    places = np.flatnonzero(empty)
    if not len(places):
        return track
    stamp = np.full(scene.rows, NAT)
    stamp[places] = scene.moments_of(scene.past[f"written_{track.key}"][places])
    known = empty & ~np.isnat(stamp)
    restored = _set(track, empty, stamp=NAT, low=NAT, source="baseline")
    return _set(restored, known, stamp=stamp, low=stamp, source="pass")


def _set(
    track: Track,
    where: Mask,
    *,
    stamp: Moments | np.datetime64,
    low: Moments | np.datetime64,
    source: str,
) -> Track:
    if not where.any():
        return track
    return replace(
        track,
        stamp=np.where(where, stamp, track.stamp),
        low=np.where(where, low, track.low),
        source=np.where(where, word(source), track.source),
    )
