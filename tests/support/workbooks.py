"""Small and rich tracker workbooks for tests of the Excel room, and ways to look into them."""

from __future__ import annotations

import csv
import io
import subprocess
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import xlsxwriter

from sheetsync.domain.model import CHANGE_COLUMNS, HeaderMap
from sheetsync.domain.rules import ColumnRule, Source
from sheetsync.domain.tabs import Box, Chart, Series, Tab
from sheetsync.trackers.base import WriteBatch
from sheetsync.trackers.excel.tracker import ExcelTracker

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
_AT = Source("columns.yaml", 1)
COLUMNS: Mapping[str, ColumnRule] = {
    "order_id": ColumnRule(key="order_id", title="Order ID", type="id", source=_AT),
    "customer": ColumnRule(key="customer", title="Customer", source=_AT),
    "status": ColumnRule(key="status", title="Status", owner="shared", source=_AT),
    "picked": ColumnRule(key="picked", title="Picked", type="checkbox", source=_AT),
    "picked_at": ColumnRule(
        key="picked_at", title="Picked At", type="datetime", owner="worker", source=_AT
    ),
    "check": ColumnRule(key="check", title="Check", owner="worker", source=_AT),
}
HEADINGS = ("Order ID", "Customer", "Status", "Picked", "Picked At", "Check")
ORDERS = (
    ("000123", "Ann Lee", "Pending", True, None, "old words"),
    ("A-2", "Bob =1+1", "Pending", False, None, None),
    ("A-3", "Çelik & Söhne <ltd>", "Shipped", True, 45000.5, None),
)


def plain_workbook(
    path: Path,
    orders: Sequence[Sequence[object]] = ORDERS,
    headings: Sequence[str] = HEADINGS,
    **options: object,
) -> Path:
    """A workbook with the tab Orders: headings in row 1, one order per row."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_urls": False, **options})
    sheet = book.add_worksheet("Orders")
    sheet.write_row(0, 0, headings)
    for number, order in enumerate(orders, start=1):
        for column, value in enumerate(order):
            if isinstance(value, str):
                sheet.write_string(number, column, value)
            elif value is not None:
                sheet.write(number, column, value)
    book.close()
    return path


def excel_tracker(path: Path, **more: object) -> ExcelTracker:
    """A tracker on the workbook, with a clock that stands and a wait that does not."""
    options = {
        "columns": COLUMNS,
        "timezone": "UTC",
        "backup_folder": path.parent.parent / f"backups-{path.parent.name}",
        "now": lambda: NOW,
        "wait": lambda _seconds: None,
        "backups_kept": 3,
    }
    return ExcelTracker(path, **{**options, **more})  # type: ignore[arg-type]


def changes(*lines: tuple[str, str, object, object]) -> pd.DataFrame:
    """A changes frame from (order, column, expected, new)."""
    full = [(o, 0, c, e, n, "test") for o, c, e, n in lines]
    values = list(zip(*full, strict=True)) or [()] * len(CHANGE_COLUMNS)
    return pd.DataFrame(
        {
            name: pd.Series(list(column), dtype=object)
            for name, column in zip(CHANGE_COLUMNS, values, strict=True)
        }
    )


def batch(*lines: tuple[str, str, object, object], **more: object) -> WriteBatch:
    """A batch of such changes."""
    header = HeaderMap(row_number=1, columns={}, headings={})
    options = {"changes": changes(*lines), "header": header, "fingerprint": "", **more}
    return WriteBatch(**options)  # type: ignore[arg-type]


def members(path: Path | bytes) -> dict[str, bytes]:
    """Every part of a package, inflated."""
    with zipfile.ZipFile(io.BytesIO(path) if isinstance(path, bytes) else path) as package:
        return {name: package.read(name) for name in package.namelist()}


def with_parts(path: Path, replaced: Mapping[str, bytes | None]) -> Path:
    """The same package with parts exchanged, added, or (None) taken out."""
    parts = {**members(path), **replaced}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            if content is not None:
                package.writestr(name, content)
    return path


def changed_parts(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[str]:
    """Names of parts that differ, came or went; printed, so that a failing test shows them."""
    names = sorted(n for n in {*before, *after} if before.get(n) != after.get(n))
    print("changed parts:", ", ".join(names) or "none")
    return names


def kpi_tab(title: str = "KPI 2026-11", value: float = 0.97, **more: object) -> Tab:
    """A small report tab with a tile, a table, a merged title and two charts."""
    boxes = [
        Box(row=0, column=0, value=f"Report {title}", style="title", width=4),
        Box(row=1, column=0, value='=HYPERLINK("http://x")', style="subtitle", width=4),
        Box(row=2, column=0, value="On time", style="tile-name"),
        Box(row=3, column=0, value=value, style="tile-value-good", number_format="0.0%"),
        Box(row=5, column=0, value="Week", style="heading", note="Monday of the week"),
        Box(row=5, column=1, value="Orders", style="heading"),
    ]
    for week in range(4):
        moment = datetime(2026, 11, 2 + 7 * week)
        boxes.append(Box(row=6 + week, column=0, value=moment, style="date"))
        boxes.append(Box(row=6 + week, column=1, value=100 + week, style="number"))
    places = {"categories": (6, 0, 9, 0), "values": (6, 1, 9, 1)}
    charts = tuple(
        Chart(
            kind=kind,
            title="Orders a week",
            series=(Series(name="Orders", **places),),  # type: ignore[arg-type]
            row=row,
            column=3,
            height=12,
            width=5,
        )
        for kind, row in (("column", 2), ("line", 16))
    )
    options = {"column_widths": (18.0, 12.0), "charts": charts, "frozen_rows": 1, **more}
    return Tab(title=title, kind="kpi", boxes=tuple(boxes), **options)  # type: ignore[arg-type]


def libreoffice_csv(soffice: str, workbook: Path, folder: Path) -> list[list[str]]:
    """The first tab of a workbook as a real LibreOffice sees it."""
    subprocess.run(
        [
            soffice, f"-env:UserInstallation=file://{folder / 'profile'}", "--headless",
            "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1", "--outdir", str(folder),
            str(workbook),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    with (folder / f"{workbook.stem}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def opened(path: Path) -> openpyxl.Workbook:
    """The workbook as openpyxl, an oracle, reads it; it warns of what it does not know."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
