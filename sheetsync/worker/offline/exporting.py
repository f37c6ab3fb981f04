"""Writes orders of the tracker into a file for others: a workbook that comes back, or CSV and JSON lines.

Of a workbook the store remembers what was in it: that is the base of the merge when it comes back.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from sheetsync.domain.csv_cells import inert
from sheetsync.domain.grid import Cells, Mask
from sheetsync.domain.merge.copies import Copy, copy_of
from sheetsync.domain.model import Orders, Plan
from sheetsync.domain.moments import scalar_to_local, to_local
from sheetsync.domain.rules import ColumnRule
from sheetsync.domain.texts import clean_text
from sheetsync.errors import UsageError
from sheetsync.resources import rules_folder
from sheetsync.store.offline import CopyLine
from sheetsync.trackers.excel.own_tabs import title_problem
from sheetsync.worker.offline import drawing, marks
from sheetsync.worker.offline.selecting import Selection, selected

if TYPE_CHECKING:
    from sheetsync.worker.workshop import Workshop

ENDINGS: Final = (".xlsx", ".csv", ".jsonl")
_TAB: Final = "Orders"
_RESERVED: Final = frozenset({"guide", "staff", "vendors", marks.TAB.casefold()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written. `id` is the copy's, "" for a file that does not come back."""

    path: Path
    orders: int
    columns: int
    id: str = ""
    remarks: tuple[str, ...] = ()


def export(
    shop: Workshop, path: Path, selection: Selection, *, now: datetime, by: str, replace_file: bool = False
) -> Exported:  # fmt: skip
    """Write the selected orders into `path`, whole or not at all.

    Raises UsageError for a file that cannot be written so, TrackerError where the tracker cannot be read.
    """
    ending = _ending(path)
    _refuse_overwriting(shop, path, replace_file=replace_file)
    plan, _, force = shop.plan(now)
    folder = rules_folder(shop.config.rules)
    rows = selected(plan, selection, force.rules, folder, now)
    columns = _columns(plan, force.rules.columns)
    if ending != ".xlsx":
        _write_lines(path, ending, plan.orders, rows, columns)
        return Exported(
            path=path,
            orders=int(rows.sum()),
            columns=len(columns),
            remarks=_left_out(plan, selection, int(rows.sum())),
        )
    made = marks.Mark(
        id=marks.new_id(), tracker=shop.state.uuid, made=now.isoformat(timespec="seconds")
    )
    cells, base = cells_and_base(plan.orders, rows, columns)
    drawn = drawing.Drawing(
        tab=_tab_title(plan), columns=_shown(columns, cells), cells=cells, mark=made,
        facts=_facts(shop, selection, made, now, len(base.ids)), orders=len(base.ids), made=now,
    )  # fmt: skip
    with _appearing(path) as unfinished:
        drawing.draw(unfinished, drawn, force.rules)
        line = CopyLine(
            id=made.id, made_at=now, made_by=by,
            about={"file": path.name, "tab": drawn.tab, "selection": selection.words, "orders": len(base.ids)},
        )  # fmt: skip
        offline = shop.store.offline(shop.state.id)
        note = f"copy {made.id}: {selection.words}, {len(base.ids)} orders, {path.name}"
        offline.keep(line, base, note=note)
        offline.drop_older(now - timedelta(days=shop.config.retention.copies_days))
    return Exported(
        path=path, orders=len(base.ids), columns=len(columns), id=made.id,
        remarks=_left_out(plan, selection, len(base.ids)),
    )  # fmt: skip


def _ending(path: Path) -> str:
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise UsageError(
            f"{path.name} tells no kind of file. Name it .xlsx for a copy that people work in and that comes "
            "back, .csv or .jsonl for other programs."
        )
    return ending


def _refuse_overwriting(shop: Workshop, path: Path, *, replace_file: bool) -> None:
    if path.is_dir():
        raise UsageError(f"{path} is a folder. Name the file to write.")
    tracker = shop.config.tracker
    if tracker.kind == "excel" and path.resolve() == tracker.workbook.resolve():
        raise UsageError(f"{path} is the tracker itself. Name another file for the copy.")
    if path.exists() and not replace_file:
        raise UsageError(
            f"{path} is already there, and there may be work in it. Name another file, import that one first, "
            "or replace it with --replace."
        )


def _columns(plan: Plan, rules: Mapping[str, ColumnRule]) -> list[ColumnRule]:
    """The known columns in the tracker's order, under its own headings."""
    header = plan.orders.header
    keys = sorted(header.columns, key=header.columns.__getitem__)
    return [replace(rules[key], title=header.headings[key]) for key in keys]


def _shown(columns: Sequence[ColumnRule], cells: dict[str, Cells]) -> list[ColumnRule]:
    """A column that the template hides is shown where something stands in it."""
    return [
        replace(column, template="shown")
        if any(c is not None for c in cells[column.key])
        else column
        for column in columns
    ]


def cells_and_base(
    orders: Orders, rows: Mask, columns: Sequence[ColumnRule]
) -> tuple[dict[str, Cells], Copy]:
    """The cells to write, and the side that reading them again gives."""
    usable = orders.frame["usable"].to_numpy(bool)
    side = copy_of(orders, {column.key: column for column in columns})
    base = side.taken(np.flatnonzero(rows[usable]))
    frame, places = orders.frame, base.places
    cells: dict[str, Cells] = {"order_id": np.asarray(base.ids, dtype=object)}
    texts = dict(base.columns)
    for column in columns:
        if column.key == "order_id":
            continue
        typed = frame[column.key].to_numpy()[places]
        if column.type == "datetime":
            typed = to_local(typed.astype("datetime64[s]"), orders.sheet.timezone)
        raw, text = orders.raw[column.key][places], texts[column.key]
        written = drawing.cells_to_write(raw, typed, text, column)
        stored = drawing.written(written)
        if stored is not written:
            _note_cut(texts, column.key, written, stored)
        cells[column.key] = stored
    return cells, replace(base, columns=texts)


def _note_cut(texts: dict[str, Cells], key: str, written: Cells, stored: Cells) -> None:
    """Where a text is too long for a workbook, the base is what the workbook holds: the rest stays here."""
    cut = np.flatnonzero(np.asarray(written != stored, dtype=bool))
    if len(cut):
        base = texts[key].copy()
        base[cut] = [clean_text(cell) for cell in stored[cut].tolist()]
        texts[key] = base


def _tab_title(plan: Plan) -> str:
    title = plan.orders.sheet.tab
    return _TAB if title_problem(title) or title.casefold() in _RESERVED else title


def _facts(
    shop: Workshop, selection: Selection, made: marks.Mark, now: datetime, orders: int
) -> list[tuple[str, str]]:
    local = scalar_to_local(now, shop.timezone)
    kept = shop.config.retention.copies_days
    return [
        (marks.LABEL, made.id),
        ("Made", f"{local:%Y-%m-%d %H:%M} ({shop.timezone})"),
        ("Holds", f"{selection.words}: {orders:,} rows"),
        ("Work in it", ("Tick, type, sort, filter, and add rows with an Order ID of their own. Status and the grey columns stand "
         "still in here and follow once it is back; what is typed into a grey column is not taken over.")),
        ("Bring it back", ("Send it back whole, with its tabs. sheetsync import shows what changed here and in the tracker, "
         "cell by cell, before anything is written; what both changed is left to a person.")),
        ("Until when", f"The tracker remembers what was in this copy for {kept} days."),
    ]  # fmt: skip


def _left_out(plan: Plan, selection: Selection, orders: int) -> tuple[str, ...]:
    remarks = []
    if not orders:
        remarks.append(f"There is nothing in it: no order is among {selection.words} now.")
    unusable = int((~plan.orders.frame["usable"].to_numpy(bool)).sum())
    if unusable:
        rows = "row has" if unusable == 1 else "rows have"
        remarks.append(
            f"{unusable:,} {rows} no Order ID that can be used, so no copy holds them. See Check."
        )
    if plan.orders.header.unknown:
        names = ", ".join(plan.orders.header.unknown[:8])
        remarks.append(f"Columns of your own stay in the tracker: {names}.")
    return tuple(remarks)


def _write_lines(
    path: Path, ending: str, orders: Orders, rows: Mask, columns: Sequence[ColumnRule]
) -> None:
    usable = orders.frame["usable"].to_numpy(bool)
    side = copy_of(orders, {column.key: column for column in columns})
    side = side.taken(np.flatnonzero(rows[usable]))
    titles = [column.title for column in columns]
    table = [
        list(side.ids) if column.key == "order_id" else side.columns[column.key].tolist()
        for column in columns
    ]
    with _appearing(path) as unfinished:
        # The mark at the front of a CSV file tells Excel that it is UTF-8.
        encoding = "utf-8-sig" if ending == ".csv" else "utf-8"
        with unfinished.open("w", encoding=encoding, errors="replace", newline="") as file:
            if ending == ".csv":
                writer = csv.writer(file)
                writer.writerow([inert(title) for title in titles])
                writer.writerows(
                    [inert(cell) for cell in line] for line in zip(*table, strict=True)
                )
            else:
                for line in zip(*table, strict=True):
                    filled = {t: cell for t, cell in zip(titles, line, strict=True) if cell}
                    file.write(json.dumps(filled, ensure_ascii=False) + "\n")


@contextmanager
def _appearing(path: Path) -> Iterator[Path]:
    """A file beside `path` that becomes it when all went well."""
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {path.parent}. Make it, or name another file.")
    unfinished = path.with_name(f".{path.name}.part")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
