"""Rows for new orders below the last one: in the look of the row above, and never shifting a row.

Everything that ended with the last order (filter, table, conditional formats, validations) grows
with it, so that a new row is worth as much as the others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from sheetsync.errors import TrackerRefused
from sheetsync.trackers.excel.cells import stored
from sheetsync.trackers.excel.markup import Element
from sheetsync.trackers.excel.patch import Patch, RowWriter, Value
from sheetsync.trackers.excel.refusals import TableFact
from sheetsync.trackers.excel.scanner import (
    MAX_ROW,
    Area,
    RowScan,
    Scan,
    cell_name,
    parse_area,
    scan,
)
from sheetsync.trackers.excel.splices import (
    Splice,
    replace_text,
    set_attributes,
    with_attribute,
    without_attribute,
)
from sheetsync.trackers.receipts import NewValue

_CONTENT: Final = re.compile(rb"<(?:[\w.-]+:)?(?:v|is|f)[\s/>]")
_NOT_COPIED: Final = ("hidden", "collapsed", "outlineLevel", "spans", "thickBot", "thickTop", "ph")
_SPARKLINE_END: Final = re.compile(rb"\s*</(?:[\w.-]+:)?sparkline>")


def append_rows(
    found: Scan,
    last: int,
    rows: Sequence[Mapping[int, NewValue]],
    writer: RowWriter,
    value: Value,
    *,
    first: bool = False,
) -> Patch:
    """The splices that add `rows` (column -> value each) directly below row `last`.

    `found` has spans and the cells of row `last`; `first` says that this is the header, whose look
    no order takes. Raises TrackerRefused where content stands below
    the last order, or the sheet is full, and Unwritable for a value no cell can hold.
    """
    if last + len(rows) > MAX_ROW:
        raise TrackerRefused(
            "The tab has no room for more rows. Move finished orders to another workbook."
        )
    _refuse_content_below(found, last, value)
    above = None if first else found.row(last)
    targets = range(last + 1, last + 1 + len(rows))
    existing = {n for n in targets if found.index.has(n)}
    reused = scan(found.data, rows=existing, spans=True) if existing else found
    patch = Patch()
    for number, values in zip(targets, rows, strict=True):
        patch.splices.append(_row_splice(found, reused, number, above, values, writer=writer))
        for column, new in values.items():
            patch.targets[number, column] = stored(new, writer.date_system)
    patch.splices += growing(found, last, targets[-1], max(max(r, default=0) for r in rows))
    return patch


def _refuse_content_below(found: Scan, last: int, value: Value) -> None:
    """Any value below the last order would end up among the new orders, or be written over."""
    end = found.sheet_data.close_start if found.sheet_data else len(found.data)
    start = found.index.ends[found.index.position(last)]
    if not _CONTENT.search(found.data, start, end):
        return
    below = {n for n in found.index.numbers if n > last}
    for row in scan(found.data, rows=below).rows:
        for cell in row.cells:
            if cell.formula is None and value(cell) in (None, False, ""):
                continue  # an empty tick box holds FALSE
            raise TrackerRefused(
                f"Below the last order, in {cell_name(row.number, cell.column)}, stands something "
                "that is no order, so no row was added. Move it away from below the orders."
            )


def _row_splice(
    found: Scan,
    reused: Scan,
    number: int,
    above: RowScan | None,
    values: Mapping[int, NewValue],
    *,
    writer: RowWriter,
) -> Splice:
    """One new row: cells of an empty formatted row keep their styles, others take those above."""
    here = reused.row(number) if found.index.has(number) else None
    source = here or above
    styles = {cell.column: cell.style for cell in above.cells} if above else {}
    if here is not None:
        styles |= {cell.column: cell.style for cell in here.cells}
    columns = sorted({*styles, *values})
    cells = [
        writer.cell(
            number,
            column,
            styles[column] if column in styles else writer.default_style(source, column),
            values.get(column, _tick(here, column)),
        )
        for column in columns
    ]
    tag = b"<" + writer.prefix + b"row>"
    if source is not None:
        tag = found.data[source.start : source.open_end]
    for name in _NOT_COPIED:
        tag = without_attribute(tag, name)
    row = writer.whole_row(with_attribute(tag, "r", str(number)), cells)
    if here is not None:
        return Splice(here.start, here.end, row)
    return Splice(*_gap(found, number), row)


def _tick(here: RowScan | None, column: int) -> NewValue:
    """An empty tick box that was there stays one."""
    if here is None:
        return None
    ticks = [c for c in here.cells if c.column == column and c.type == "b" and c.raw]
    return False if ticks else None


def _gap(found: Scan, number: int) -> tuple[int, int]:
    """Where a row of that number is to be inserted."""
    position = found.index.position(number)
    if position < len(found.index.numbers):
        place = found.index.starts[position]
    else:
        place = found.index.ends[-1]
    return place, place


def growing(found: Scan, last: int, new_last: int, last_column: int) -> list[Splice]:
    """The splices that let dimension, filter, conditional formats and validations grow."""
    data, out = found.data, []
    if found.dimension is not None:
        area = parse_area(found.dimension.attributes.get("ref", ""))
        if area is not None:
            bottom, right = max(area.last_row, new_last), max(area.last_column, last_column)
            grown = area._replace(last_row=bottom, last_column=right)
            if grown != area:
                out.append(set_attributes(data, found.dimension, ref=reference(grown)))
    if found.auto_filter is not None:
        area = parse_area(found.auto_filter.attributes.get("ref", ""))
        if area is not None and last <= area.last_row < new_last:
            grown = area._replace(last_row=new_last)
            out.append(set_attributes(data, found.auto_filter, ref=reference(grown)))
    for element in (*found.conditional_formats, *found.validations):
        old = element.attributes.get("sqref", "")
        if (new := grown_list(old, last, new_last)) != old:
            out.append(set_attributes(data, element, sqref=new))
    for element in found.sqrefs:
        new = grown_list(element.text, last, new_last)
        if new != element.text and not _of_sparkline(data, element):
            out.append(replace_text(element, new))
    return out


def _of_sparkline(data: bytes, element: Element) -> bool:
    """A sparkline names the cell that it stands in; it belongs to that cell alone."""
    return _SPARKLINE_END.match(data, element.end) is not None


def grown_list(sqref: str, last: int, new_last: int) -> str:
    """A list of ranges in which each that ended with row `last` ends with `new_last`."""
    return " ".join(_grown(word, last, new_last) for word in sqref.split()) if sqref else sqref


def _grown(word: str, last: int, new_last: int) -> str:
    area = parse_area(word)
    if area is None or area.last_row != last:
        return word
    return reference(area._replace(last_row=new_last))


def reference(area: Area, *, absolute: bool = False) -> str:
    """An area as text: `A1:C3`, or `$A$1:$C$3`."""
    first = cell_name(area.first_row, area.first_column)
    text = f"{first}:{cell_name(area.last_row, area.last_column)}"
    return re.sub(r"([A-Z]+)([0-9]+)", r"$\1$\2", text) if absolute else text


def grow_table(table: TableFact, last: int, new_last: int) -> list[Splice]:
    """The splices that let a table that holds the last order take the new rows in.

    Raises TrackerRefused for a table with a totals row or with columns that fill themselves.
    """
    area = table.area
    if not area.first_row <= last <= area.last_row:
        return []
    if table.totals_rows or table.calculated:
        why = "a totals row" if table.totals_rows else "a column that fills itself with a formula"
        raise TrackerRefused(
            f"The table {table.name} has {why}, so no row was added. Add the orders in Excel, or "
            "remove it from the table."
        )
    if area.last_row >= new_last:
        return []
    grown = reference(area._replace(last_row=new_last))
    out = [set_attributes(table.data, table.root, ref=grown)]
    filters = table.root.all("autoFilter")
    return out + [set_attributes(table.data, element, ref=grown) for element in filters]
