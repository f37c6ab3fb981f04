"""The event log's new lines: every change of evidence and of Status, with its interval.

Append-only and the base of all figures. The first pass over a sheet, or over one of its columns,
logs nothing: what was done before watching began has no time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sheetsync.domain.decision import Mask, Texts
from sheetsync.domain.evidence.claims import Typed
from sheetsync.domain.evidence.scene import Scene, labels
from sheetsync.domain.evidence.stamps import Track
from sheetsync.domain.grid import frame_of, repeated
from sheetsync.domain.model import STAGE_EVENT_COLUMNS
from sheetsync.domain.moments import Moments


def log_events(scene: Scene, typed: Typed, tracks: Sequence[Track], reopened: Mask) -> pd.DataFrame:
    """A frame of STAGE_EVENT_COLUMNS. Evidence goes from "no" to "yes" and back.

    Sources: those of memory for evidence, with `slip` and `rework` for what was taken back; for
    Status `person`, `worker` or `reopened`.
    """
    frames = [_status_lines(scene, typed, reopened)]
    if scene.baseline:
        return frames[0].iloc[:0]
    frames += [lines for track in tracks for lines in _evidence_lines(scene, track)]
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return frames[0]
    joined = pd.concat(filled, ignore_index=True)
    return joined.sort_values(["order_id", "field"], kind="stable", ignore_index=True)


def _evidence_lines(scene: Scene, track: Track) -> list[pd.DataFrame]:
    retold = track.done & ~track.first & _differ(track.stamp, scene.past[track.key])
    first = track.first & np.asarray(track.source != "baseline", dtype=bool)
    if not (first | retold | track.gone).any():
        return []
    undone = labels(scene.rows, ("pass", track.gone), ("rework", track.kept), ("slip", track.slip))
    now = np.full(scene.rows, scene.now)
    known = (track.stamp, track.low, track.source)
    return [
        _lines(scene, first, track.evidence, ("no", "yes"), known),
        _lines(scene, retold, track.evidence, ("yes", "yes"), known),
        _lines(scene, track.gone, track.evidence, ("yes", "no"), (now, scene.since, undone)),
    ]


def _status_lines(scene: Scene, typed: Typed, reopened: Mask) -> pd.DataFrame:
    differs = typed.changed & np.asarray(typed.status != typed.last, dtype=bool)
    by_person = typed.edited | np.asarray(typed.status == "", dtype=bool)
    who = labels(scene.rows, ("worker", differs), ("person", by_person), ("reopened", reopened))
    now = np.full(scene.rows, scene.now)
    return _lines(scene, differs, "status", (typed.last, typed.status), (now, scene.since, who))


def _lines(
    scene: Scene,
    where: Mask,
    field: str,
    values: tuple[Texts | str, Texts | str],
    known: tuple[Moments, Moments, Texts],
) -> pd.DataFrame:
    """One line per row of `where`: (old, new) values and (at, seen_from, source)."""
    places = np.flatnonzero(where)
    count = len(places)
    at, seen_from, source = known
    old, new = (
        repeated(value, count) if isinstance(value, str) else value[places] for value in values
    )
    lines = frame_of(
        {
            "order_id": scene.orders.frame["order_id"].to_numpy(object)[places],
            "field": repeated(field, count),
            "old": old,
            "new": new,
            "at": at[places],
            "seen_from": seen_from[places],
            "seen_to": np.full(count, scene.now),
            "source": source[places],
        }
    )
    return lines[list(STAGE_EVENT_COLUMNS)]


def _differ(one: Moments, other: Moments) -> Mask:
    return np.asarray((one != other) & ~(np.isnat(one) & np.isnat(other)), dtype=bool)
