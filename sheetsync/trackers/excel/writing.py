"""What a pass wants, made into a revision of the workbook: cells, new rows, tabs and the marker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from sheetsync.domain.model import CellValue, Marker
from sheetsync.domain.tabs import Tab
from sheetsync.trackers.excel import workbook_edits as edits
from sheetsync.trackers.excel.append import append_rows, grow_table, reference
from sheetsync.trackers.excel.cells import Unwritable, check
from sheetsync.trackers.excel.patch import CellChange, Patch, RowWriter, judge, patch_cells
from sheetsync.trackers.excel.refusals import Untouchable
from sheetsync.trackers.excel.scanner import Scan, parse_area
from sheetsync.trackers.excel.session import Session
from sheetsync.trackers.excel.splices import apply
from sheetsync.trackers.excel.transplant import TabRefused, publish_tab
from sheetsync.trackers.excel.verify import Expected
from sheetsync.trackers.excel.workbook import MARKER_EPOCH, MARKER_SEQ, MARKER_UUID
from sheetsync.trackers.matching import order_key, row_of, rows_by_order
from sheetsync.trackers.receipts import NewValue, Verdict, drop_whole_rows, plain, plain_new

_FILTER_NAME = "_xlnm._FilterDatabase"


@dataclass(slots=True, eq=False)
class Tabs:
    """What became of the worker-owned tabs."""

    written: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def change_cells(session: Session, changes: pd.DataFrame) -> list[Verdict]:
    """Put the changes (a frame of CHANGE_COLUMNS) that still fit into the session's revision.

    Gives outcome and reason of each. Where one change of an order is dropped, all of them are.
    """
    orders = [str(order) for order in changes["order_id"]]
    if not orders:
        return []
    verdicts, found = _locate(session, changes, orders)
    wanted = [change for change in found if change is not None]
    scanned = session.scan({c.row for c in wanted})
    guard = Untouchable(scanned, session.tables, [c.row for c in wanted])
    judged = iter(judge(scanned, wanted, value=session.value, untouchable=guard))
    verdicts = [v if c is None else next(judged) for v, c in zip(verdicts, found, strict=True)]
    verdicts = drop_whole_rows(orders, verdicts)
    kept = [c for v, c in zip(verdicts, found, strict=True) if c is not None and v[0] == "applied"]
    writer = RowWriter(scanned, session.styles, session.facts.date_system)
    _take(session, patch_cells(scanned, kept, value=session.value, writer=writer), scanned)
    return verdicts


def _take(session: Session, patch: Patch, scanned: Scan, *, added: bool = False) -> None:
    """Keep a patch of the tracker tab in the session, and how the scanned rows were before.

    `added`: the patch adds rows, of which nothing was there before.
    """
    if not patch.splices:
        return
    session.revision.splice(session.sheet.part, session.data, patch.splices)
    session.expected = Expected(
        part=session.sheet.part,
        values=session.values,
        targets=patch.targets,
        before={} if added else {row.number: row for row in scanned.rows},
        plain=scanned.plain and not added,
    )


def _locate(
    session: Session, changes: pd.DataFrame, orders: Sequence[str]
) -> tuple[list[Verdict], list[CellChange | None]]:
    """Where each change's cell is now; None with a verdict where it is nowhere."""
    rows = rows_by_order(session.keys, set(orders))
    verdicts: list[Verdict] = []
    found: list[CellChange | None] = []
    for order, key, expected, new, read_at, rule in zip(
        orders,
        *(changes[name] for name in ("column", "expected", "new", "row", "rule")),
        strict=True,
    ):
        row, why = row_of(rows[order], int(read_at), str(rule))
        column = session.header.columns.get(key)
        if column is None:
            why = why or "the column is no longer in the tracker"
        if column is None or why:
            verdicts.append(("dropped", why))
            found.append(None)
            continue
        verdicts.append(("", ""))
        found.append(
            CellChange(row=row, column=column, expected=plain(expected), new=plain_new(new))
        )
    return verdicts, found


def add_rows(
    session: Session, rows: Sequence[Mapping[str, NewValue]]
) -> list[tuple[str, str, Verdict]]:
    """Add orders below the last one; (order, column, verdict) per value given.

    An order that is already there, or that has no Order ID, is dropped. Raises TrackerRefused
    where rows cannot be added at all.
    """
    taken = {order_key(cell) for _, cell in session.keys}
    places = session.header.columns
    lines: list[tuple[str, str, Verdict]] = []
    fitting: list[dict[int, NewValue]] = []
    for row in rows:
        order = order_key(_as_cell(row.get("order_id")))
        verdicts = _judge_row(session, row, order, taken)
        lines += [(order, key, verdict) for key, verdict in verdicts.items()]
        if not any(outcome == "dropped" for outcome, _ in verdicts.values()):
            taken.add(order)
            good = [key for key, (outcome, _) in verdicts.items() if outcome == "applied"]
            fitting.append({places[key]: row[key] for key in good})
    if fitting:
        _append(session, fitting)
    return lines


def _judge_row(
    session: Session, row: Mapping[str, NewValue], order: str, taken: set[str]
) -> dict[str, Verdict]:
    keys = tuple(row) or ("order_id",)
    if not order:
        return dict.fromkeys(keys, ("dropped", "the Order ID is missing"))
    if order in taken:
        return dict.fromkeys(keys, ("dropped", "the order is already in the tracker"))
    return {key: _judge_value(session, key, row[key]) for key in keys}


def _judge_value(session: Session, key: str, value: NewValue) -> Verdict:
    if key not in session.header.columns:
        return "refused", "the tracker has no such column"
    try:
        check(value)
    except Unwritable as error:
        return "dropped", str(error)
    return "applied", ""


def _append(session: Session, rows: Sequence[Mapping[int, NewValue]]) -> None:
    last = session.last_order
    scanned = session.scan({last})
    writer = RowWriter(scanned, session.styles, session.facts.date_system)
    first = last == session.header.row_number
    _take(
        session,
        append_rows(scanned, last, rows, writer, session.value, first=first),
        scanned,
        added=True,
    )
    new_last = last + len(rows)
    for table in session.tables:
        if splices := grow_table(table, last, new_last):
            session.revision.put(table.part, apply(table.data, splices))
    _grow_filter_name(session, last, new_last)


def _as_cell(value: NewValue) -> CellValue:
    return value if isinstance(value, str | int | float) else None


def _grow_filter_name(session: Session, last: int, new_last: int) -> None:
    """The hidden name that repeats the filter's range grows with it."""
    data = session.revision.read(session.facts.part)
    text = edits.name_text(data, _FILTER_NAME, session.position)
    tab, _, area_text = text.rpartition("!")
    area = parse_area(area_text)
    if area is None or not last <= area.last_row < new_last:
        return
    grown = reference(area._replace(last_row=new_last), absolute=True)
    data = edits.set_name_text(data, _FILTER_NAME, session.position, f"{tab}!{grown}")
    session.revision.put(session.facts.part, data)


def publish_tabs(session: Session, tabs: Sequence[Tab], marker: Marker | None) -> Tabs:
    """Put the worker-owned tabs into the session's revision; a refused one does not stop the others."""
    out = Tabs()
    known = marker or session.facts.marker
    for tab in tabs:
        if known is None:
            out.refused[tab.title] = (
                f"The tab {tab.title!r} was not written: this tracker carries no mark of sheetsync "
                "yet, so a later pass could not tell the tab from staff's own."
            )
            continue
        if tab.title.casefold() == session.sheet.name.casefold():
            out.refused[tab.title] = f"The tab {tab.title!r} is the tracker itself."
            continue
        try:
            done = publish_tab(session.revision, session.styles, tab, known.uuid, session.strings)
        except TabRefused as refusal:
            out.refused[tab.title] = str(refusal)
        else:
            if done != "same":
                out.written.append(tab.title)
    return out


def finish(session: Session, marker: Marker | None) -> bool:
    """Add styles, marker and the recalculation flag; False when nothing at all is to be written.

    A marker that only counts on is no reason to write.
    """
    session.keep_styles()
    revision, part = session.revision, session.facts.part
    known = session.facts.marker
    moved = marker is not None and (
        known is None or (known.uuid, known.epoch) != (marker.uuid, marker.epoch)
    )
    if revision.empty and not moved:
        return False
    data = revision.read(part)
    if marker is not None:
        quoted = '"' + marker.uuid.replace('"', '""') + '"'
        data = edits.set_constant(data, MARKER_UUID, quoted)
        data = edits.set_constant(data, MARKER_EPOCH, str(marker.epoch))
        data = edits.set_constant(data, MARKER_SEQ, str(marker.seq))
    revision.put(part, edits.recalculate_on_load(data))
    return not revision.empty
