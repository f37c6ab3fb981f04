"""Copies that went offline and what their return left open: the base of each merge, and the conflicts.

A base is what the file and the tracker last knew alike. It is packed column by column, and it goes when it
is older than the configuration says, or when somebody it names is forgotten.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from sheetsync.domain.grid import object_array
from sheetsync.domain.merge.copies import Copy
from sheetsync.domain.model import Plan, Receipt
from sheetsync.store import trackers
from sheetsync.store.changes import log_changes
from sheetsync.store.engine import reading, writing
from sheetsync.store.holds import note_act
from sheetsync.store.memory import came_back
from sheetsync.store.passes import close_pass, open_line
from sheetsync.store.tables import merge_conflict, offline_copy
from sheetsync.store.upsert import upsert

SUPERSEDED: Final = "superseded"
"""The choice of a conflict in whose place another one of the same cell stands."""
_FAST: Final = 1
"""zlib's quickest level: texts of a sheet shrink to a fifth all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyLine:
    """One copy that went offline. `about`: facts of it; `returned`: facts of its last return."""

    id: str
    made_at: datetime
    made_by: str
    about: Mapping[str, Any] = field(default_factory=dict)
    returned_at: datetime | None = None
    returned: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One cell that both sides changed. `choice`: file, tracker, or "" while nobody has chosen.

    `number` is 0 until it is kept.
    """

    number: int = 0
    copy_id: str
    order_id: str
    column: str
    base: str
    theirs: str
    ours: str
    found_at: datetime
    choice: str = ""
    settled_at: datetime | None = None
    settled_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bases:
    """What both sides last knew alike: as it was exported, and as it came back last, if it did."""

    exported: Copy
    returned: Copy | None = None

    def without(self, gone: Collection[str]) -> Bases:
        """The same without these orders, whose values are to be forgotten."""
        left = (_without(copy, gone) for copy in (self.exported, self.returned) if copy is not None)
        return Bases(exported=next(left), returned=next(left, None))


def _without(copy: Copy, gone: Collection[str]) -> Copy:
    keep = np.array([order not in gone for order in copy.ids], dtype=bool)
    return replace(copy.taken(np.flatnonzero(keep)), forgotten=copy.forgotten | frozenset(gone))


def pack_bases(bases: Bases) -> bytes:
    """Both as bytes."""
    content = [_content(bases.exported)]
    content += [_content(bases.returned)] if bases.returned is not None else []
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode("utf-8", "surrogatepass"), _FAST)


def _content(copy: Copy) -> dict[str, Any]:
    return {
        "ids": copy.ids.tolist(),
        "columns": {key: cells.tolist() for key, cells in copy.columns.items()},
        "forgotten": sorted(copy.forgotten),
    }


def unpack_bases(packed: bytes) -> Bases:
    """Both from their bytes."""
    content = json.loads(zlib.decompress(packed).decode("utf-8", "surrogatepass"))
    exported, *returned = map(_copy, content)
    return Bases(exported=exported, returned=next(iter(returned), None))


def _copy(content: dict[str, Any]) -> Copy:
    ids = content["ids"]
    return Copy(
        ids=pd.Index(ids, dtype=object),
        columns={key: object_array(cells) for key, cells in content["columns"].items()},
        places=np.arange(len(ids)),
        forgotten=frozenset(content["forgotten"]),
    )


def forget_in_copies(
    connection: Connection, tracker_id: int, cut_from: Callable[[Copy], Collection[str]]
) -> int:
    """Take the orders that `cut_from` names out of every kept base; in how many there were any.

    What stands of them in a file that comes back later is refused.
    """
    query = select(offline_copy.c.id, offline_copy.c.packed)
    found = connection.execute(query.where(offline_copy.c.tracker_id == tracker_id)).all()
    changed = 0
    for copy_id, packed in found:
        bases = unpack_bases(packed)
        sides = [bases.exported, *([bases.returned] if bases.returned is not None else [])]
        gone = {order for side in sides for order in cut_from(side)} & {
            o for s in sides for o in s.ids
        }
        if gone:
            _put(connection, tracker_id, copy_id, packed=pack_bases(bases.without(gone)))
            changed += 1
    return changed


def _put(connection: Connection, tracker_id: int, copy_id: str, **values: Any) -> None:
    connection.execute(
        update(offline_copy)
        .where(offline_copy.c.tracker_id == tracker_id, offline_copy.c.id == copy_id)
        .values(**values)
    )


class Offline:
    """The offline copies of one tracker over an open store; each method is one transaction."""

    def __init__(self, engine: Engine, path: Path | None, tracker_id: int) -> None:
        self._engine, self._path, self._tracker_id = engine, path, tracker_id

    def keep(self, line: CopyLine, base: Copy, *, note: str = "") -> None:
        """Remember a copy and its base, in place of an earlier one of that id; `note` goes to the audit."""
        row = {
            "tracker_id": self._tracker_id, "id": line.id, "made_at": line.made_at,
            "made_by": line.made_by, "about": _json(line.about), "returned_at": line.returned_at,
            "returned": _json(line.returned), "packed": pack_bases(Bases(exported=base)),
        }  # fmt: skip
        with writing(self._engine, self._path) as connection:
            upsert(connection, offline_copy, [row], key=("tracker_id", "id"))
            if note:
                note_act(
                    connection, self._tracker_id, "export", line.made_by, line.made_at, new=note
                )

    def copy(self, copy_id: str) -> CopyLine | None:
        """One copy; None where there is none of that id."""
        return next((line for line in self.copies() if line.id == copy_id), None)

    def copies(self) -> list[CopyLine]:
        """Every copy that is remembered, oldest first."""
        names = ("id", "made_at", "made_by", "about", "returned_at", "returned")
        query = select(*(offline_copy.c[name] for name in names))
        query = query.where(offline_copy.c.tracker_id == self._tracker_id)
        with reading(self._engine, self._path) as connection:
            rows = connection.execute(
                query.order_by(offline_copy.c.made_at, offline_copy.c.id)
            ).all()
        return [
            CopyLine(
                id=row.id, made_at=row.made_at, made_by=row.made_by, about=json.loads(row.about),
                returned_at=row.returned_at, returned=json.loads(row.returned),
            )
            for row in rows
        ]  # fmt: skip

    def bases(self, copy_id: str) -> Bases:
        """The bases of a copy that is remembered."""
        query = select(offline_copy.c.packed).where(
            offline_copy.c.tracker_id == self._tracker_id, offline_copy.c.id == copy_id
        )
        with reading(self._engine, self._path) as connection:
            return unpack_bases(connection.execute(query).scalar_one())

    def drop_older(self, moment: datetime) -> int:
        """Forget copies that neither were made nor came back since `moment`; how many."""
        old = func.coalesce(offline_copy.c.returned_at, offline_copy.c.made_at)
        with writing(self._engine, self._path) as connection:
            done = connection.execute(
                delete(offline_copy).where(
                    offline_copy.c.tracker_id == self._tracker_id, old < moment
                )
            )
            return int(done.rowcount)

    def commit(
        self, plan: Plan, conflicts: Sequence[Conflict], *, away_since: datetime | None = None
    ) -> int:
        """Make an import durable before it is written: its changes in the log, its conflicts; the pass.

        `away_since` is when the copy went out: what it brings may have been done at any time since then.

        A conflict that is open already, with the same words, is not opened a second time; one of the same cell
        with other words takes its place.
        """
        with writing(self._engine, self._path) as connection:
            state = trackers.get(connection, self._tracker_id)
            number = open_line(connection, self._tracker_id, plan)
            log_changes(connection, self._tracker_id, number, plan, None)
            if away_since is not None:
                orders = {str(order) for order in plan.changes["order_id"].tolist()}
                came_back(connection, self._tracker_id, orders, away_since)
            fresh = self._not_known(connection, conflicts)
            if fresh:
                rows = [_conflict_row(self._tracker_id, found) for found in fresh]
                connection.execute(insert(merge_conflict), rows)
            seq = state.seq + (1 if len(plan.changes) else 0)
            trackers.change(connection, self._tracker_id, fingerprint="", seq=seq)
        return number

    def _not_known(self, connection: Connection, conflicts: Sequence[Conflict]) -> list[Conflict]:
        """Those of `conflicts` that are not open yet; what was open of the same cells otherwise is closed."""
        open_ = self._conflicts(connection, only_open=True) if conflicts else []
        known = {_words_of(found) for found in open_}
        fresh = [found for found in conflicts if _words_of(found) not in known]
        cells = {(found.order_id, found.column): found.found_at for found in fresh}
        for old in open_:
            at = cells.get((old.order_id, old.column))
            if at is not None:
                values = {"choice": SUPERSEDED, "settled_at": at, "settled_by": "the next import"}
                mine = merge_conflict.c.id == old.number
                connection.execute(update(merge_conflict).where(mine).values(**values))
        return fresh

    def close(
        self,
        number: int,
        receipt: Receipt,
        *,
        now: datetime,
        note: tuple[str, str, str],
        returned: tuple[str, Mapping[str, Any], Bases] | None = None,
    ) -> None:
        """Note what became of an import: the next pass looks again.

        `note`: act, who and words for the audit. `returned`: the copy's id, facts of its return, and its
        bases from now on.
        """
        # What the file says is a person's: memory does not take it for what the worker wrote.
        unnamed = receipt.outcomes.assign(column="")
        with writing(self._engine, self._path) as connection:
            plain = Receipt(
                outcomes=unnamed, fingerprint="", requests=receipt.requests, remarks=receipt.remarks
            )
            close_pass(connection, number, plain, fingerprint="", now=now)
            act, who, words = note
            note_act(connection, self._tracker_id, act, who, now, new=words)
            if returned is not None:
                copy_id, facts, bases = returned
                _put(connection, self._tracker_id, copy_id, returned_at=now,
                     returned=_json(facts), packed=pack_bases(bases))  # fmt: skip

    def conflicts(self, *, only_open: bool = True) -> list[Conflict]:
        """The conflicts that nobody settled yet, or all that are kept, oldest first."""
        with reading(self._engine, self._path) as connection:
            return self._conflicts(connection, only_open=only_open)

    def settle(self, choices: Mapping[int, str], *, who: str, now: datetime) -> int:
        """Keep what was chosen for these conflicts; how many were still open."""
        done = 0
        with writing(self._engine, self._path) as connection:
            for number, choice in choices.items():
                mine = (merge_conflict.c.id == number) & merge_conflict.c.settled_at.is_(None)
                values = {"choice": choice, "settled_at": now, "settled_by": who}
                done += connection.execute(
                    update(merge_conflict).where(mine).values(**values)
                ).rowcount
        return done

    def reopen(self, numbers: Sequence[int]) -> None:
        """Take back that these conflicts are settled: what was chosen could not be written."""
        with writing(self._engine, self._path) as connection:
            for number in numbers:
                connection.execute(
                    update(merge_conflict)
                    .where(merge_conflict.c.id == number)
                    .values(choice="", settled_at=None, settled_by="")
                )

    def _conflicts(self, connection: Connection, *, only_open: bool) -> list[Conflict]:
        query = select(merge_conflict).where(merge_conflict.c.tracker_id == self._tracker_id)
        if only_open:
            query = query.where(merge_conflict.c.settled_at.is_(None))
        rows = connection.execute(query.order_by(merge_conflict.c.id)).all()
        names = [name for name in Conflict.__dataclass_fields__ if name != "number"]
        return [Conflict(number=row.id, **{n: getattr(row, n) for n in names}) for row in rows]


def _words_of(found: Conflict) -> tuple[str, ...]:
    return found.order_id, found.column, found.theirs, found.ours


def _conflict_row(tracker_id: int, found: Conflict) -> dict[str, Any]:
    names = [name for name in Conflict.__dataclass_fields__ if name != "number"]
    return {"tracker_id": tracker_id, **{name: getattr(found, name) for name in names}}


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), ensure_ascii=False, sort_keys=True)
