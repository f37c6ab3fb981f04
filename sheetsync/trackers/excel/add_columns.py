"""The worker's columns put beside those of an adopted workbook: headings, widths, colours, no more.

They go to the right of everything that stands in the tab, in the look of the last heading. Filter and
table grow with them, so that a sort moves them together with their orders.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sheetsync.domain.rules import ColumnRule
from sheetsync.errors import TrackerRefused
from sheetsync.trackers.excel import workbook_edits as edits
from sheetsync.trackers.excel.append import reference
from sheetsync.trackers.excel.highlighting import highlight
from sheetsync.trackers.excel.patch import RowWriter
from sheetsync.trackers.excel.refusals import TableFact
from sheetsync.trackers.excel.scanner import Area, CellScan, RowScan, Scan, parse_area, scan
from sheetsync.trackers.excel.session import Session
from sheetsync.trackers.excel.splices import (
    Splice,
    append_child,
    apply,
    escape_attribute,
    prefix_of,
    set_attributes,
    with_attribute,
    without_attribute,
)
from sheetsync.trackers.excel.verify import Expected
from sheetsync.trackers.looks import LOOKS

_FILTER_NAME: Final = "_xlnm._FilterDatabase"
_MOST_COLUMNS: Final = 16_384


@dataclass(slots=True, eq=False)
class AddColumns:
    """An edit for `ExcelTracker.revise`: add the columns `keys` that the tab lacks, colour SLA and Check.

    `added` names, after the edit, the headings that were put in. A second time changes nothing.
    """

    columns: Mapping[str, ColumnRule]
    keys: Sequence[str]
    added: tuple[str, ...] = ()

    def __call__(self, session: Session) -> None:
        """Put the columns into the session's revision. Raises TrackerRefused where there is no room."""
        found = scan(session.data, spans=True, part=session.sheet.part)
        session.scan(())  # refuses a part that cannot be written
        rules = [self.columns[k] for k in self.keys if k not in session.header.columns]
        first = _first_free(found, session)
        places = dict(session.header.columns)
        places |= {rule.key: first + n for n, rule in enumerate(rules)}
        splices = []
        if rules:
            splices += _headings(session, found, rules, first)
            splices += _widths(found, rules, first)
            splices += _wider_filter(session, found, first, first + len(rules) - 1)
            _wider_tables(session, rules, first)
        coloured = {key: places[key] for key in LOOKS if key in places}
        splices += highlight(found, session.styles, coloured, session.header.row_number + 1)
        session.revision.splice(session.sheet.part, session.data, splices)
        self.added = tuple(rule.title for rule in rules)


def _first_free(found: Scan, session: Session) -> int:
    """The first column right of every cell that holds something, and of the tables on the header."""
    used = [cell.column for row in found.rows for cell in row.cells if cell.raw or cell.formula]
    tables = [t.area.last_column for t in session.tables if _on_header(t, session)]
    first = max([*used, *tables], default=-1) + 1
    if first > _MOST_COLUMNS - 100:
        raise TrackerRefused(
            f"The tab {session.sheet.name!r} has no room to the right. Clear what stands in its last "
            "columns."
        )
    return first


def _headings(
    session: Session, found: Scan, rules: Sequence[ColumnRule], first: int
) -> list[Splice]:
    number = session.header.row_number
    row = found.row(number)
    if row is None:
        raise TrackerRefused(f"Row {number} with the headings is gone. Try again.")
    names = {first + n: rule.title for n, rule in enumerate(rules)}
    last = _last_heading(row, session)
    writer = _HeadingWriter(found, session, last.style)
    session.expected = Expected(
        part=session.sheet.part,
        values=session.values,
        targets={(number, column): title for column, title in names.items()},
        before={number: row},
    )
    splices = writer.row_splices(row, {**names})
    if found.dimension is not None:
        area = parse_area(found.dimension.attributes.get("ref", ""))
        if area is not None and area.last_column < max(names):
            wider = area._replace(last_column=max(names))
            splices.append(set_attributes(found.data, found.dimension, ref=reference(wider)))
    return splices


def _last_heading(row: RowScan, session: Session) -> CellScan:
    known = set(session.header.columns.values())
    return max((c for c in row.cells if c.column in known), key=lambda cell: cell.column)


class _HeadingWriter(RowWriter):
    """Writes new headings in the look of the last one that is there."""

    def __init__(self, found: Scan, session: Session, style: int) -> None:
        super().__init__(found, session.styles, session.facts.date_system)
        self._style = style

    def default_style(self, row: RowScan | None, column: int) -> int:  # noqa: ARG002 - the base's
        return self._style


def _widths(found: Scan, rules: Sequence[ColumnRule], first: int) -> list[Splice]:
    """Widths for the new columns; those of all other columns stay."""
    widths = {first + n + 1: rule.width for n, rule in enumerate(rules)}
    splices: list[Splice] = []
    covered: set[int] = set()
    for element in found.columns:
        low, high = _span(element.attributes)
        own = {number: w for number, w in widths.items() if low <= number <= high}
        if own:
            covered |= own.keys()
            new = _cut_column(found.data[element.start : element.end], low, high, own)
            splices.append(Splice(element.start, element.end, new))
    bare = [number for number in widths if number not in covered]
    if not bare:
        return splices
    prefix = (
        found.prefix if not found.prefix or found.prefix.endswith(b":") else found.prefix + b":"
    )
    column = b"<" + prefix + b"col/>"
    text = b"".join(_column_tag(column, number, widths[number]) for number in bare)
    parent = next((child for child in found.children if child.name == "cols"), None)
    if parent is None:
        place = found.sheet_data.start if found.sheet_data else 0
        return [Splice(place, place, b"<%scols>%s</%scols>" % (prefix, text, prefix))]
    beyond = [e.start for e in found.columns if _span(e.attributes)[0] > bare[0]]
    place = beyond[0] if beyond else parent.close_start
    return [*splices, Splice(place, place, text)]


def _cut_column(tag: bytes, low: int, high: int, own: Mapping[int, float]) -> bytes:
    """One `<col>` that covers new columns as several: before them, each of them, behind them."""
    first, last = min(own), max(own)
    out = [with_attribute(tag, "max", str(first - 1))] if low < first else []
    bare = without_attribute(tag, "hidden")
    out += [_column_tag(bare, number, width) for number, width in own.items()]
    if last < high:
        out.append(with_attribute(tag, "min", str(last + 1)))
    return b"".join(out)


def _column_tag(tag: bytes, number: int, width: float) -> bytes:
    for name, value in (
        ("min", str(number)), ("max", str(number)), ("width", f"{width:g}"), ("customWidth", "1"),
    ):  # fmt: skip
        tag = with_attribute(tag, name, value)
    return tag


def _span(attributes: Mapping[str, str]) -> tuple[int, int]:
    return int(attributes.get("min", "0")), int(attributes.get("max", "0"))


def _wider_filter(session: Session, found: Scan, first: int, last: int) -> list[Splice]:
    """The filter over the headings takes the new columns in, so that it sorts them too."""
    element = found.auto_filter
    area = parse_area(element.attributes.get("ref", "")) if element is not None else None
    if element is None or area is None or area.first_row != session.header.row_number:
        return []
    if area.last_column >= first:
        return []
    wider = area._replace(last_column=last)
    data = session.revision.read(session.facts.part)
    name = edits.name_text(data, _FILTER_NAME, session.position)
    tab, mark, _ = name.rpartition("!")
    if mark:
        text = f"{tab}!{reference(wider, absolute=True)}"
        data = edits.set_name_text(data, _FILTER_NAME, session.position, text)
        session.revision.put(session.facts.part, data)
    return [set_attributes(found.data, element, ref=reference(wider))]


def _on_header(table: TableFact, session: Session) -> bool:
    row = session.header.row_number
    return table.header_rows > 0 and table.area.first_row == row


def _wider_tables(session: Session, rules: Sequence[ColumnRule], first: int) -> None:
    """A table whose headings are the tracker's takes the new columns in.

    Raises TrackerRefused where something stands between the table and the new columns.
    """
    orders = session.header.columns["order_id"]
    for table in session.tables:
        holds = table.area.holds(session.header.row_number, orders)
        if not (_on_header(table, session) and holds):
            continue
        if table.area.last_column + 1 != first:
            raise TrackerRefused(
                f"To the right of the table {table.name} stands something, so no column could be added "
                "to it. Move that away, or add the columns by hand."
            )
        session.revision.put(table.part, _wider_table(table, rules))


def _wider_table(table: TableFact, rules: Sequence[ColumnRule]) -> bytes:
    area: Area = table.area._replace(last_column=table.area.last_column + len(rules))
    splices = [set_attributes(table.data, table.root, ref=reference(area))]
    for element in table.root.all("autoFilter"):
        filtered = parse_area(element.attributes.get("ref", ""))
        if filtered is not None:
            wider = filtered._replace(last_column=area.last_column)
            splices.append(set_attributes(table.data, element, ref=reference(wider)))
    listed = table.root.first("tableColumns")
    if listed is None:
        raise TrackerRefused(f"The table {table.name} lists no columns. Open and save it in Excel.")
    ids = [int(c.attributes.get("id", "0")) for c in listed.children]
    prefix = prefix_of(table.data, listed).decode()
    added = "".join(
        f'<{prefix}tableColumn id="{max(ids, default=0) + n}" name="{escape_attribute(rule.title)}"/>'
        for n, rule in enumerate(rules, start=1)
    )
    count = str(len(ids) + len(rules))
    splices += append_child(table.data, listed, added.encode(), count=count)
    return apply(table.data, splices)
