"""The Status cell as a claim: what a person typed there, since when, and what it asserts.

A person who types `Shipped` says that the order left, even if nobody filled in the date. Such a
claim fills the blank date with the time it was first seen; taken back at once, our date goes too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sheetsync.domain.decision import Codes, Mask, Texts, asserted_levels
from sheetsync.domain.evidence.scene import Cells, Scene, among
from sheetsync.domain.evidence.stamps import IN_ITS_CELL, Track, claim
from sheetsync.domain.grid import repeated
from sheetsync.domain.model import EVIDENCE, STAMPS
from sheetsync.domain.moments import Moments


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Typed:
    """The Status cells of one pass.

    `status`: canonical, "" when blank or unknown. `changed`: another status than `last`, the one
    before. `seen`, `since`: as memory will hold them. `asserts`: the evidence level that the status
    asserts, -1 for none. `taking_back`: the cell still holds what an undo took back, so `status` is
    already what it goes back to. `left_blank`: an undo left the cell empty.
    """

    cells: Cells
    status: Texts
    unknown: Mask
    edited: Mask
    changed: Mask
    last: Texts
    seen: Texts
    since: Moments
    asserts: Codes
    taking_back: Mask
    left_blank: Mask


def read_status(scene: Scene) -> Typed:
    """The Status column against memory. "Edited" = differs from what the worker last wrote."""
    cells = scene.cells("status")
    text, unknown = repeated("", scene.rows), scene.none()
    if cells.present:
        text = scene.orders.frame["status"].to_numpy(object)
        unknown = ~scene.orders.frame["status_known"].to_numpy(bool) & ~cells.blank
    status = np.where(unknown, "", text).astype(object, copy=False)
    written, confirmed = scene.past["written_status"], scene.past["confirmed_status"]
    undone = np.asarray(scene.past["status_by"] == "undo", dtype=bool)
    taking_back = undone & ~unknown & np.asarray((status == confirmed) & (status != written), bool)
    status = np.where(taking_back, written, status).astype(object, copy=False)
    ours = np.asarray((status == written) | (status == confirmed), dtype=bool) & ~undone
    seen = scene.past["status_seen"]
    last = _left_standing(scene)
    differs = np.asarray((status != seen) | (status != last), dtype=bool)
    changed = scene.usable & ~unknown & (differs | ~scene.known)
    return Typed(
        cells=cells,
        status=status,
        unknown=unknown,
        edited=unknown | (~ours & np.asarray(status != "", dtype=bool)),
        changed=changed,
        last=np.where(status == last, seen, last).astype(object),
        seen=np.where(changed, status, seen).astype(object),
        since=np.where(changed, scene.now, scene.past["status_since"]),
        asserts=asserted_levels(status, scene.rules.statuses),
        taking_back=taking_back,
        left_blank=undone & ~unknown & np.asarray((status == "") & (written == ""), dtype=bool),
    )


def _left_standing(scene: Scene) -> Texts:
    """The status that stood after the last pass: what it read, or what it is known to have written."""
    written, by = scene.past["written_status"], scene.past["status_by"]
    landed = (by == "worker") & (written == scene.past["confirmed_status"]) & (written != "")
    return np.where(landed, written, scene.past["status_seen"]).astype(object, copy=False)


def taken_back(scene: Scene, typed: Typed, evidence: str) -> Mask:
    """Rows whose status no longer makes the claim that once filled this evidence.

    Within the grace time any status from before dispatch takes it back; where no column shows the
    date, a person has no other way, so an earlier status takes it back at any time.
    """
    if evidence not in IN_ITS_CELL or not typed.cells.present:
        return scene.none()
    level = EVIDENCE.index(evidence) + 1
    key = STAMPS[level - 1]
    claimed = scene.past[f"{evidence}_source"] == "claim"
    if not claimed.any():
        return scene.none()
    blank = (typed.status == "") & ~typed.unknown
    earlier = blank | ((typed.asserts >= 0) & (typed.asserts < level))
    holds = among(typed.status, _before_dispatch(scene))
    grace = np.timedelta64(scene.rules.statuses.untick_grace)
    at_once = scene.now - scene.past[key] <= grace
    unseen = not scene.orders.has(key)
    return np.asarray(claimed & ((at_once & (earlier | holds)) | (earlier & unseen)), dtype=bool)


def with_claims(scene: Scene, typed: Typed, tracks: tuple[Track, ...]) -> tuple[Track, ...]:
    """Let a status newly typed ahead of all evidence fill the blank date that it asserts.

    Never on the first pass over a sheet, or over its Status column, which invents no time.
    """
    if scene.baseline or "status" in scene.unwatched:
        return tracks
    level = np.zeros(scene.rows, dtype=np.intp)
    for place, track in enumerate(tracks):
        level = np.where(track.done, place + 1, level)
    ahead = typed.changed & typed.edited & (typed.asserts > level)
    return tuple(
        claim(scene, track, ahead & (typed.asserts == place + 1) & track.cells.blank)
        if track.evidence in IN_ITS_CELL
        else track
        for place, track in enumerate(tracks)
    )


def _before_dispatch(scene: Scene) -> list[str]:
    """Overlays that mean the order has not left: holds, and the end without delivery."""
    return [
        rule.name
        for rule in scene.rules.statuses.statuses.values()
        if rule.pauses or (rule.final and rule.name != "Completed")
    ]
