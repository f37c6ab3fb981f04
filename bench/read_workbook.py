"""Reading a tracker: our reader against openpyxl read_only, same file, same run, child processes.

Prints processor time as a ratio and the peak memory of each child. Targets: at most 0.6 of openpyxl's
time (aim 0.45), at most 2.5 times its memory at 100,000 rows; an unchanged file parses nothing.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import xlsxwriter

from bench.ratio import Line, held_to, in_child

TITLE = "Reading a workbook, against openpyxl read_only"
SIZES = (10_000, 100_000)
TIME_LIMIT, MEMORY_LIMIT = 0.6, 2.5
HEADINGS = (
    "Order ID", "Order Date", "Customer Name", "SKUs / Items", "Allocated", "Picked", "Packed", "Carrier",
    "Tracking Number", "Dispatched Date", "Status", "Notes / Exceptions", "Owner", "Delivered",
)  # fmt: skip

OURS = """
import json, sys, time
from sheetsync.domain.rules import ColumnRule, Source
from sheetsync.trackers.excel.reader import WorkbookReader
columns = {t: ColumnRule(key=t, title=t, source=Source("columns.yaml", 1)) for t in ("Order ID", "Status")}
reader = WorkbookReader(sys.argv[1], rules_columns=columns, timezone="UTC")
start = time.process_time()
rows = len(reader.read().rows)
first = time.process_time() - start
start = time.process_time()
reader.read()
again = time.process_time() - start
peak = peak_mb()
print(json.dumps({"rows": rows, "seconds": first, "again": again, "peak": peak}))
"""

THEIRS = """
import json, sys, time
import openpyxl
start = time.process_time()
book = openpyxl.load_workbook(sys.argv[1], read_only=True)
rows = sum(1 for _ in book.worksheets[0].iter_rows(values_only=True))
peak = peak_mb()
print(json.dumps({"rows": rows, "seconds": time.process_time() - start, "peak": peak}))
"""


def make_tracker(path: Path, count: int) -> None:
    """A tracker of `count` orders x 14 columns, as Excel would lay it out."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Orders")
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_row(0, 0, HEADINGS)
    pick, start = random.Random(1), datetime(2026, 1, 1)
    for row in range(1, count + 1):
        moment = start + timedelta(minutes=row * 3)
        sheet.write_string(row, 0, f"#SP-{row:06}")
        sheet.write_datetime(row, 1, moment, day)
        sheet.write_string(row, 2, f"Customer {pick.randrange(5_000)}")
        sheet.write_string(row, 3, f"SKU-{pick.randrange(900)} x {pick.randrange(1, 5)}")
        for column in (4, 5, 6):
            sheet.write_boolean(row, column, pick.random() < 0.7)
        sheet.write_string(row, 7, "DHL")
        sheet.write_string(row, 8, f"1Z{pick.randrange(10**12)}")
        sheet.write_datetime(row, 9, moment + timedelta(hours=3), day)
        sheet.write_string(row, 10, pick.choice(("Pending", "Packing", "Shipped", "Delivered")))
        if row % 5 == 0:
            sheet.write_string(row, 11, "Customer called & wants it sooner")
        else:
            sheet.write_blank(row, 11, None, day)
        sheet.write_string(row, 12, "Thabo")
        sheet.write_number(row, 13, row * 1.5)
    book.close()


def compare(count: int) -> Iterator[Line]:
    """Time and memory of both readers at `count` rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tracker.xlsx"
        make_tracker(path, count)
        theirs, ours = in_child(THEIRS, str(path)), in_child(OURS, str(path))
    if ours["rows"] != theirs["rows"]:
        raise SystemExit(f"read {ours['rows']} rows, openpyxl {theirs['rows']}")
    spent, again = (ours[name] / theirs["seconds"] for name in ("seconds", "again"))
    held = ours["peak"] / theirs["peak"]
    rows = f"{count:,} rows x {len(HEADINGS)}"
    yield held_to(f"{rows}: {spent:.2f} of openpyxl's time", spent, TIME_LIMIT)
    memory = f"{rows}: {held:.2f} of its memory ({ours['peak']} MB against {theirs['peak']} MB)"
    yield held_to(memory, held, MEMORY_LIMIT) if count == max(SIZES) else Line(memory)
    yield Line(f"{rows}: an unchanged file costs {again:.6f} of openpyxl's time")


def run() -> Iterator[Line]:
    """The lines of this benchmark."""
    for count in SIZES:
        yield from compare(count)


if __name__ == "__main__":
    for line in run():
        print(line)
