"""How it stands with the vendor of each order after a look at its row: assigned anew, answered, or as before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from sheetsync.domain.companions import Vendor
from sheetsync.domain.vendors.memory import Asked
from sheetsync.domain.vendors.scene import ANSWER, SHIP_ON, STAMP, Scene, key_of

_NOBODY: Final = Asked(vendor="", epoch=0)


def stands_now(
    scene: Scene, row: int, vendor: Vendor | None, old: Asked | None, replied: datetime | None
) -> Asked | None:
    """The record of a row; None where there is none to keep.

    Args:
        scene: of this pass.
        row: a row that can be used.
        vendor: whom its Vendor cell names; None where it is blank.
        old: the record so far.
        replied: when an answer by mail came that the cells now show.
    """
    if vendor is None:
        return old if old is None or old.off or not old.vendor else replace(old, off=True)
    key, answer = key_of(vendor), scene.text(ANSWER, row)
    if old is None or old.vendor != key:
        back = _came_back(old, key)
        if back is None:
            return _assigned(scene, row, key, old, answer)
        old = back
    named = scene.text("vendor", row)
    if old.off or old.named != named:
        old = replace(old, off=False, named=named)
    return _answered(scene, row, old, answer, replied)


def _came_back(old: Asked | None, key: str) -> Asked | None:
    """The assignment before, where the order goes back before anybody else was written to."""
    if old is None or old.stands != "new" or old.prior is None or old.prior.vendor != key:
        return None
    return replace(old.prior, letters=old.letters)


def _assigned(scene: Scene, row: int, key: str, old: Asked | None, answer: str) -> Asked:
    """A vendor is named who was not before."""
    before = old or _NOBODY
    theirs = answer if answer and before.vendor else ""
    answered = bool(answer) and not theirs
    known = scene.silent or answered or not scene.open_order[row]
    confirmed = scene.moment(STAMP, row) if answered else None
    if answered and confirmed is None and not scene.silent:
        confirmed = scene.now
    prior = (before if before.stands == "asked" else before.prior) if before.vendor else None
    return Asked(
        vendor=key,
        named=scene.text("vendor", row),
        epoch=before.epoch + 1,
        since=None if scene.silent else scene.now,
        stands="known" if known else "new",
        answer=answer if answered else "",
        confirmed_at=confirmed,
        heard_at=confirmed,
        stale=theirs,
        prior=None if prior is None else replace(prior, prior=None),
        letters=before.letters,
    )


def _answered(scene: Scene, row: int, old: Asked, answer: str, replied: datetime | None) -> Asked:
    """The same vendor: whether the answer in the cell is news."""
    if old.stale:
        if answer == old.stale:
            return old
        old = replace(old, stale="")
    heard = old.heard_at
    if heard is None and (answer or replied or scene.moment(SHIP_ON, row) is not None):
        heard = replied or scene.now
    if answer == old.answer:
        return old if heard == old.heard_at else replace(old, heard_at=heard)
    at = (old.confirmed_at or replied or scene.now) if answer else None
    return replace(old, answer=answer, confirmed_at=at, heard_at=heard, stood="")
