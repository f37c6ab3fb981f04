"""Whose sheet is this? The sheet carries the mark of the store that watches it, and its last pass."""

from __future__ import annotations

from typing import Final

from sheetsync.domain.guard.limits import Trip
from sheetsync.domain.model import Memory, Plan

MARK_GONE: Final = "mark-gone"


def other_identity(plan: Plan, memory: Memory) -> tuple[Trip, ...]:
    """A sheet of another store, of a later state of this one, or without the mark it had.

    A mark that a person adopted is as good as ours for as long as nobody writes another one.
    """
    found, ours = plan.orders.sheet.marker, memory.marker
    if found is None:
        return _mark_gone(memory)
    if ours is None or found == memory.adopted:
        return ()
    if found.uuid != ours.uuid:
        return (_trip(
            "other-identity",
            "The sheet is watched by another sheetsync, or is a copy, or this store is not the one it was "
            "watched with: it would be looked at as for the first time.",
        ),)  # fmt: skip
    if (found.epoch, found.seq) > (ours.epoch, ours.seq):
        return (_trip(
            "old-store",
            f"The sheet was last written by pass {found.seq}, but this store knows only {ours.seq} passes, so "
            "it is an old backup and would send mails a second time.",
        ),)  # fmt: skip
    return ()


def _mark_gone(memory: Memory) -> tuple[Trip, ...]:
    if memory.baseline_at is None or not memory.mark_seen:
        return ()
    sentence = (
        "The mark that this sheet bore is gone from it: its tab was deleted, or this is an old version of the "
        "sheet, or another one."
    )
    return (Trip(breaker=MARK_GONE, sentence=sentence, settle="either"),)


def _trip(breaker: str, sentence: str) -> Trip:
    return Trip(breaker=breaker, sentence=sentence, settle="adopt")
