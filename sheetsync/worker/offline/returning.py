"""A copy comes back: what its import would do, found out without writing anything.

The file is read with the tracker's own eyes, merged with the base that the store keeps and with the
tracker as it stands, and what would stand then is shown to the guard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sheetsync.domain.merge.copies import Copy
from sheetsync.domain.merge.lineage import goes_on_from
from sheetsync.domain.merge.oddities import oddities
from sheetsync.domain.merge.three_way import CONFLICT, TAKEN, Merge, merge
from sheetsync.domain.merge.values import NewValue, box_columns, value_of
from sheetsync.domain.model import Orders, Plan
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.texts import both, fold, quoted
from sheetsync.errors import PlanRefused, UsageError
from sheetsync.store.offline import Bases, Conflict, CopyLine
from sheetsync.worker.offline import marks
from sheetsync.worker.offline.applying import (
    Standing,
    Wanted,
    changes_frame,
    stand,
    trips_after,
    with_changes,
)
from sheetsync.worker.offline.reading import Returned, read_copy_file
from sheetsync.worker.offline.turns import after_the_last_pass

if TYPE_CHECKING:
    from sheetsync.worker.workshop import Workshop

RULE: Final = "import"
"""The change log keeps each cell that came with a copy under `import:ID`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is said at the command line.

    `copy_id`: which copy it is, where the file has lost its mark. `without`: headings to leave out.
    `approved`: what the guard holds back is meant so.
    """

    copy_id: str = ""
    without: tuple[str, ...] = ()
    approved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImportPlan:
    """What an import would do; nothing has happened yet. `plan` is it as data."""

    at: datetime
    file: Returned
    line: CopyLine
    bases: Bases
    base: Copy
    merged: Merge
    standing: Standing
    plan: Plan
    added: tuple[Mapping[str, NewValue], ...]
    conflicts: tuple[Conflict, ...]
    without: frozenset[str]
    remarks: tuple[str, ...]

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do: not a cell to write, not a row to add, nothing to decide."""
        return not (len(self.plan.changes) or self.added or self.conflicts)

    def heading(self, key: str) -> str:
        """What a column is called, in the tracker or else in the file."""
        headings = self.standing.orders.header.headings
        return headings.get(key) or self.file.orders.header.headings.get(key) or key


def look_at_import(
    shop: Workshop, path: Path, now: datetime, asked: Asked, standing: Standing | None = None
) -> ImportPlan:
    """What importing `path` at `now` (aware UTC) would do; nothing is written.

    `standing` is the tracker where it was looked at already. Raises UsageError, TrackerError for a file that cannot be used, PlanRefused for one that must not.
    """
    found = read_copy_file(shop, path, now, asked.copy_id)
    line = _known_copy(shop, found)
    at = max(now, after_the_last_pass(shop))
    bases = shop.store.offline(shop.state.id).bases(line.id)
    goes_on = bases.returned is not None and goes_on_from(
        bases.exported, bases.returned, found.side
    )
    base = bases.returned if bases.returned is not None and goes_on else bases.exported
    if goes_on:
        _refuse_older(shop, line, found)
    standing = standing or stand(shop, at)
    without = _keys(asked.without, found.orders, standing)
    merged = merge(
        base, found.side, standing.side, standing.rules, without=without,
        untouchable=standing.untouchable(), own_values=standing.own_values(),
        exported=bases.exported if goes_on else None,
    )  # fmt: skip
    _refuse_lost_columns(merged, found, standing)
    wanted = [
        Wanted(order_id=order, column=column, text=text)
        for order, column, text in _lines(merged, TAKEN)
    ]
    changes = changes_frame(standing, wanted, f"{RULE}:{line.id}")
    added = _added(merged, found, standing, without)
    if not asked.approved:
        odd = list(oddities(base, found.side, standing.rules))
        # Fewer are no mass change, whatever they say, so that a small import need not be planned twice.
        many = len(changes) + len(added) >= shop.limits.min_rows
        trips = trips_after(shop, standing, changes, added, at) if many else ()
        _refuse_accidents(path, odd, [trip.sentence for trip in trips])
    return ImportPlan(
        at=at, file=found, line=line, bases=bases, base=base, merged=merged, standing=standing,
        plan=with_changes(standing, changes), added=added, without=without,
        conflicts=_conflicts(merged, line, at), remarks=(*found.remarks, *_about(shop, line, merged, found, goes_on=goes_on)),
    )  # fmt: skip


def _known_copy(shop: Workshop, found: Returned) -> CopyLine:
    mark, name = found.mark, found.path.name
    line = shop.store.offline(shop.state.id).copy(mark.id)
    if line is not None:
        return line
    if mark.tracker and mark.tracker != shop.state.uuid:
        raise UsageError(
            f"{name} was exported from another tracker (copy {mark.id}), so it cannot go into {shop.name}. "
            "Name that tracker's configuration with --config."
        )
    made = f" It was made on {mark.made[:10]}." if mark.made else ""
    raise UsageError(
        f"The store does not know copy {mark.id} of {name} any more: copies can come back for "
        f"{shop.config.retention.copies_days} days (retention: copies_days).{made} Export a new copy, and carry over "
        "what was changed by hand."
    )


def _refuse_older(shop: Workshop, line: CopyLine, found: Returned) -> None:
    """An earlier state of a copy that came back already would turn the later one's work back."""
    before = line.returned.get("saved_at")
    if not before or found.saved_at is None or line.returned_at is None:
        return
    if found.saved_at < datetime.fromisoformat(before):
        back = scalar_to_local(line.returned_at, shop.timezone)
        raise PlanRefused(
            f"{found.path.name} was saved before the one that came back on {back:%Y-%m-%d %H:%M}, of the same copy: "
            "importing it would turn back what was changed in between. Import the newest one, or export anew."
        )


def _keys(headings: Sequence[str], file: Orders, standing: Standing) -> frozenset[str]:
    """The column keys of headings, as anybody may write them. Raises UsageError."""
    known = {fold(rule.title): key for key, rule in standing.rules.items()}
    for header in (standing.orders.header, file.header):
        known |= {fold(text): key for key, text in header.headings.items()}
    known |= {fold(key): key for key in standing.rules}
    unknown = [text for text in headings if fold(text) not in known]
    if unknown:
        raise UsageError(
            f"There is no column {unknown[0]}. Name one by its heading, as in the tracker."
        )
    return frozenset(known[fold(text)] for text in headings)


def _refuse_lost_columns(merged: Merge, found: Returned, standing: Standing) -> None:
    lost = [key for key in merged.lost_columns if standing.rules[key].owner != "worker"]
    if not lost:
        return
    names = both([standing.orders.header.headings.get(k) or standing.rules[k].title for k in lost])
    unknown = found.orders.header.unknown
    hint = (
        f" Was it renamed to {' or '.join(quoted(text) for text in unknown[:3])}?"
        if unknown
        else ""
    )
    plural = "s" if len(lost) > 1 else ""
    raise PlanRefused(
        f"The heading{plural} {names} went out with the copy and cannot be found in {found.path.name}.{hint} Give "
        f"the column{plural} the old heading back, or leave what stands there out with --without."
    )


def _refuse_accidents(path: Path, odd: Sequence[str], trips: Sequence[str]) -> None:
    if odd or trips:
        sentences = [f"{sentence.removesuffix('.')}." if not sentence.endswith("?") else sentence for sentence in (*odd, *trips)]  # fmt: skip
        raise PlanRefused(
            f"{path.name}: {' '.join(sentences)} Nothing was imported. Put the file right, or leave that column out "
            "with --without; if it is meant so, import it with --approve."
        )


def _lines(merged: Merge, outcome: str) -> list[tuple[str, str, str]]:
    lines = merged.of(outcome)
    names = ("order_id", "column", "theirs")
    return list(zip(*(lines[name].tolist() for name in names), strict=True))


def _conflicts(merged: Merge, line: CopyLine, at: datetime) -> tuple[Conflict, ...]:
    lines = merged.of(CONFLICT)
    names = ("order_id", "column", "base", "theirs", "ours")
    return tuple(
        Conflict(copy_id=line.id, found_at=at, **dict(zip(names, values, strict=True)))
        for values in zip(*(lines[name].tolist() for name in names), strict=True)
    )


def _added(
    merged: Merge, found: Returned, standing: Standing, without: frozenset[str]
) -> tuple[Mapping[str, NewValue], ...]:
    """The rows that only the file has, as they go into the tracker: what people fill in, and no more."""
    boxes = box_columns(standing.orders, standing.rules)
    keys = [
        key for key in found.side.columns
        if standing.rules[key].owner != "worker" and key in standing.side.columns and key not in without
    ]  # fmt: skip
    rows: list[Mapping[str, NewValue]] = []
    for place in merged.rows.added:
        row: dict[str, NewValue] = {"order_id": str(found.side.ids[place])}
        for key in keys:
            value = value_of(found.side.columns[key][place], standing.rules[key], boxes)
            if value is not None and value is not False:
                row[key] = value
        rows.append(row)
    return tuple(rows)


def _about(
    shop: Workshop, line: CopyLine, merged: Merge, found: Returned, *, goes_on: bool
) -> list[str]:
    """What a person should know before it is written."""
    remarks = [f"In {found.path.name}: {words}" for words in found.side.no_orders]
    if line.returned_at is not None and not goes_on:
        back = scalar_to_local(line.returned_at, shop.timezone)
        remarks.append(
            f"Another file of this copy came back on {back:%Y-%m-%d %H:%M}; what it brought counts as the tracker's."
        )
    if line.returned.get("sha256") == found.sha256 and line.returned_at is not None:
        back = scalar_to_local(line.returned_at, shop.timezone)
        remarks.append(f"This very file was imported before, on {back:%Y-%m-%d %H:%M}.")
    copies = shop.store.offline(shop.state.id).copies()
    later = [
        other
        for other in copies
        if other.id != line.id
        and marks.is_copy_id(other.id)
        and other.returned_at is not None
        and other.returned_at > line.made_at
    ]
    if later:
        last = max(later, key=lambda other: other.returned_at or other.made_at)
        remarks.append(
            f"Copy {last.id} came back since this one was made; what it brought counts as the tracker's."
        )
    for key in merged.no_columns:
        heading = found.orders.header.headings[key]
        remarks.append(
            f"The tracker has no column {heading}; what the file says there is left out."
        )
    if found.orders.header.unknown:
        names = both([quoted(text) for text in found.orders.header.unknown[:5]])
        remarks.append(f"Columns that the tracker does not know are left out: {names}.")
    return remarks
