"""Answers by mail that the sheet does not show yet: seen by now, on their way, or against what a person typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sheetsync.domain.feeds.planning import CellTexts
from sheetsync.domain.vendors.memory import Asked, Reply
from sheetsync.domain.vendors.scene import ANSWER, NOTE, Scene

_BLANK = "-"


@dataclass(slots=True, kw_only=True)
class Replied:
    """What became of them: `at` by order, where the sheet shows the answer; `settled` action keys; `against`."""

    at: dict[str, datetime] = field(default_factory=dict)
    settled: list[str] = field(default_factory=list)
    against: list[Against] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """An answer that a person's value stands against; nothing is written over it."""

    row: int
    order: str
    column: str
    said: str
    stands: str
    at: datetime
    stood: str


def look_at_replies(scene: Scene, rows: Mapping[str, int], asked: Mapping[str, Asked]) -> Replied:
    """Compare every answer with its row; a later one of the same order takes the place of an earlier."""
    found = Replied()
    newest = {reply.order_id: reply for reply in scene.before.replies}
    cells = scene.cells()
    for reply in scene.before.replies:
        record, row = asked.get(reply.order_id), rows.get(reply.order_id)
        if row is None:
            continue
        dead = record is None or record.epoch != reply.epoch
        if dead or newest[reply.order_id] is not reply or record is None:
            found.settled.append(reply.action_key)
        else:
            differs = dict(_differing(scene, cells, row, reply))
            _look(scene, row, record, reply, differs, found)
    return found


def _look(  # noqa: PLR0917 - the row, then what was found
    scene: Scene, row: int, record: Asked, reply: Reply, differs: Mapping[str, str], found: Replied
) -> None:
    if not differs:
        found.settled.append(reply.action_key)
        found.at[reply.order_id] = reply.at
        return
    if any((reply.order_id, key) in scene.arriving for key in differs):
        return
    stood = "\n".join(f"{key}={text or _BLANK}" for key, text in sorted(differs.items()))
    if record.stood not in ("", stood):
        found.settled.append(reply.action_key)  # somebody has decided otherwise since
        return
    column = ANSWER if ANSWER in differs else next(iter(sorted(differs)))
    found.against.append(
        Against(
            row=row, order=reply.order_id, column=column, said=reply.cells[column],
            stands=differs[column], at=reply.at, stood=stood,
        )
    )  # fmt: skip


def _differing(scene: Scene, cells: CellTexts, row: int, reply: Reply) -> Iterator[tuple[str, str]]:
    """The cells that say something else, as they stand. Of a note, both may be true."""
    for key, text in reply.cells.items():
        if key not in ("vendor", NOTE) and scene.orders.has(key):
            stands = cells.at(key, row)
            if stands != text:
                yield key, stands
