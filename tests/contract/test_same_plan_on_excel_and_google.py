"""The same sheet in a workbook and in a Google Sheet: one plan to the byte, the same cells after it, then peace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from sheetsync.domain.model import Plan
from sheetsync.domain.moments import local_to_serial
from tests.support.google_sheets import Formula as GoogleFormula
from tests.support.google_sheets import Served, rows_of, served
from tests.support.google_shop import GoogleShop
from tests.support.shop import Shop, read_tab
from tests.support.tracker_layouts import Formula, Layout, layouts, many
from tests.support.whole_plans import told
from tests.support.workbooks import members, with_parts

NAME = "tracker.xlsx"
"""The Google Sheet is called as the workbook is, so that sentences that name it agree too."""
SHEET = "xl/worksheets/sheet1.xml"
LAYOUTS = {layout.name: layout for layout in layouts()}


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served() as found:
        yield found


@pytest.mark.parametrize("name", LAYOUTS)
def test_both_give_one_plan_and_end_with_the_same_cells(name: str, tmp_path: Path, server: Served):
    shops = both(tmp_path, server, LAYOUTS[name])
    with shops[0].workshop() as excel, shops[1].workshop() as google:
        for minute in ("09:00", "09:02"):
            one, other = (each.run_pass(shops[0].at(minute)) for each in (excel, google))
            assert (other.outcome, other.problem) == (one.outcome, one.problem)
            assert_same(other.plan, one.plan)
            assert cells_of(shops[1]) == cells_of(shops[0])
        last = [each.plan(shops[0].at("09:02")) for each in (excel, google)]
        assert_same(last[1][0], last[0][0])
        assert last[1][0].changes.to_dict("records") == []
        memories = [{**told(memory), "marker": ""} for _, memory, _ in last]
    assert memories[0] == memories[1]


def test_days_of_work_go_the_same_way_on_both(tmp_path: Path, server: Served):
    """Two hundred orders; people tick, hold, type over and clear between passes, and mails fall due."""
    shops = both(tmp_path, server, Layout("200 orders", many(200, seed=9)))
    days: list[tuple[str, int, dict[str, dict[str, Any]]]] = [
        ("09:00", 0, {}),
        ("09:10", 0, {"#SP-101": {"picked": True}, "#SP-110": {"status": "On Hold"}}),
        ("11:00", 0, {"#SP-101": {"packed": "x", "status": "Shipped"}, "#SP-120": {"check": None}}),
        ("16:30", 0, {"#SP-110": {"status": None}, "#SP-130": {"sla": "mine"}}),
        ("09:00", 1, {"#SP-101": {"picked": False}, "#SP-140": {"ordered_at": "yesterday"}}),
    ]
    for clock, day, edits in days:
        for shop in shops:
            for order, cells in edits.items():
                shop.type_in(order, **cells)
        excel, google = (shop.look(shop.at(clock, day)) for shop in shops)
        assert_same(google.plan, excel.plan)
        assert cells_of(shops[1]) == cells_of(shops[0])
    mails = [sorted((m.to, m.subject, m.text) for m in shop.mails()) for shop in shops]
    assert mails[0] == mails[1] != []


def both(folder: Path, server: Served, layout: Layout) -> tuple[Shop, GoogleShop]:
    """A shop on a workbook and one on a Google Sheet, with the same rows."""
    excel = Shop(folder / "excel")
    _workbook(excel.workbook, layout)
    google = GoogleShop(folder / "google", server, title=NAME, rows=_for_google(layout))
    sheet = google.sheet_called("Orders")
    for column in layout.hidden:
        sheet.column_dimensions[column] = {"hiddenByUser": True}
    if layout.merged_title:
        sheet.merges.append(
            {"startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 4}
        )
    return excel, google


def assert_same(google: Plan | None, excel: Plan | None) -> None:
    """The two plans are equal to the byte; the lines that are not are shown."""
    one, other = canonical(google), canonical(excel)
    if one != other:
        lines = (text.decode("utf-8", "replace").splitlines() for text in (other, one))
        pytest.fail("\n".join(unified_diff(*lines, "excel", "google", lineterm="", n=2)))


def canonical(plan: Plan | None) -> bytes:
    """A plan as text, but for what names the file, its fingerprint, its marker and its remarks."""
    if plan is None:
        return b"no plan: nothing had changed"
    left_out = {"orders", "tabs", "remarks"}
    content = {
        each.name: told(getattr(plan, each.name))
        for each in fields(plan)
        if each.name not in left_out
    }
    orders = plan.orders
    raw = {key: [repr(_rounded(cell)) for cell in cells] for key, cells in orders.raw.items()}
    sheet = {
        name: told(getattr(orders.sheet, name))
        for name in ("tab", "row_numbers", "timezone", "date_system")
    }
    content |= {
        "frame": told(orders.frame),
        "raw": raw,
        "header": told(orders.header),
        "sheet": sheet,
    }
    content |= {"formulas": sorted(orders.sheet.formulas)}
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )


def _rounded(cell: Any) -> Any:
    """openpyxl and XlsxWriter keep 15 or 16 digits of a serial number; whole ones are one number, 7 or 7.0."""
    return round(float(cell), 8) if type(cell) in {int, float} else cell


def cells_of(shop: Shop) -> list[list[Any]]:
    """The tracker tab as readers of another make see it: calamine, and the local server's own values."""
    google = isinstance(shop, GoogleShop)
    rows = rows_of(shop.book) if google else read_tab(shop.workbook, "Orders")
    plain = [[_plain(cell) for cell in row] for row in rows]
    for row in plain:
        while row and row[-1] is None:
            row.pop()
    while plain and not plain[-1]:
        plain.pop()
    return plain


def _plain(cell: Any) -> Any:
    if isinstance(cell, date) and not isinstance(cell, datetime):
        cell = datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, datetime):
        cell = local_to_serial(cell)
    if isinstance(cell, bool) or cell is None or cell == "":
        return cell if isinstance(cell, bool) else None
    if isinstance(cell, tuple):
        return None  # an error: calamine shows none; the plans tell them
    return round(float(cell), 5) if isinstance(cell, int | float) else cell


def _workbook(path: Path, layout: Layout) -> None:
    book = xlsxwriter.Workbook(str(path), {"strings_to_urls": False})
    sheet = book.add_worksheet("Orders")
    date = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for number, row in enumerate(layout.rows):
        for column, value in enumerate(row):
            match value:
                case None | "":
                    continue
                case Formula():
                    sheet.write_formula(number, column, value.text, None, value.shows)
                case str():
                    sheet.write_string(number, column, value)
                case bool():
                    sheet.write_boolean(number, column, value)
                case datetime():
                    sheet.write_number(number, column, local_to_serial(value), date)
                case _:
                    sheet.write_number(number, column, value)
    for column in layout.hidden:
        sheet.set_column(column, column, None, None, {"hidden": True})
    if layout.merged_title:
        sheet.merge_range(0, 0, 0, 3, layout.rows[0][0])
    book.close()
    blank = members(path)[SHEET].replace(b'><f>""</f>', b' t="str"><f>""</f>')
    with_parts(path, {SHEET: blank})  # as Excel stores a calculated blank; XlsxWriter does not


def _for_google(layout: Layout) -> list[list[Any]]:
    return [[_in_google(cell) for cell in row] for row in layout.rows]


def _in_google(cell: Any) -> Any:
    if isinstance(cell, Formula):
        return GoogleFormula(cell.text)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(f"{cell:.16G}")  # no more digits than XlsxWriter writes
    return cell
