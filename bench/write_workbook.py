"""Write 500 cells into a workbook in place, against openpyxl's load and save of the same file.

Both run in child processes on the same file in the same run; what is asserted are ratios. Our time
includes everything that a write does: looking anew, comparing expected values, backup, building,
reading the finished file back to verify it, and the replace.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.ratio import Line, held_to, in_child

TITLE: Final = "Writing into a workbook in place, against openpyxl's load and save"
SIZES: Final = (10_000, 100_000)
TIME_RATIO: Final = {10_000: 0.25, 100_000: 0.10}
MEMORY_RATIO: Final = {10_000: 1.5, 100_000: 0.35}
"""Peak memory at 10,000 rows is mostly our imports (pandas), so only the large file is telling."""
CELLS: Final = 500

_MAKE: Final = """
import sys, xlsxwriter
path, rows = sys.argv[1], int(sys.argv[2])
book = xlsxwriter.Workbook(path, {"in_memory": True})
sheet = book.add_worksheet("Orders")
date = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
sheet.write_row(0, 0, ["Order ID", "Ordered At", "Customer", "SKU", "Status", "Picked", "Packed",
    "Dispatched", "Carrier", "Tracking", "Notes", "Check", "Picked At", "SLA"])
for n in range(1, rows + 1):
    sheet.write_string(n, 0, f"#SP-{n:06}")
    sheet.write_number(n, 1, 45000 + n / 100, date)
    for c, text in ((2, f"Customer {n % 5000}"), (3, f"SKU-{n % 300} x{n % 4 + 1}"),
            (4, ("Pending", "Shipped", "Delivered")[n % 3]), (8, ("DHL", "UPS")[n % 2]),
            (9, f"TRK{n:010}"), (10, f"note {n % 900}"), (11, "ok"), (13, "OK")):
        sheet.write_string(n, c, text)
    for c in (5, 6, 7):
        sheet.write_boolean(n, c, n % (c + 1) == 0)
    sheet.write_number(n, 12, 45001 + n / 100, date)
book.close()
print("{}")
"""

_OURS: Final = """
import json, sys, time
from datetime import UTC, datetime
from pathlib import Path
import pandas as pd
from sheetsync.domain.model import CHANGE_COLUMNS, HeaderMap
from sheetsync.domain.rules import ColumnRule, Source
from sheetsync.trackers.base import WriteBatch
from sheetsync.trackers.excel.tracker import ExcelTracker
path, rows, cells = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
titles = {"order_id": "Order ID", "status": "Status", "check": "Check", "sla": "SLA"}
columns = {k: ColumnRule(key=k, title=t, source=Source("bench", 1)) for k, t in titles.items()}
numbers = range(1, rows + 1, rows // cells)
lines = [(f"#SP-{n:06}", n + 1, "check", "ok", f"checked {n}", "bench") for n in numbers]
frame = pd.DataFrame(lines[:cells], columns=list(CHANGE_COLUMNS), dtype=object)
now = datetime(2026, 1, 1, tzinfo=UTC)
tracker = ExcelTracker(path, columns=columns, timezone="UTC", now=lambda: now,
    backup_folder=path.parent.parent / "backups", wait=lambda _: None)
header = HeaderMap(row_number=1, columns={}, headings={})
start = time.process_time()
receipt = tracker.write(WriteBatch(changes=frame, header=header, fingerprint=""))
spent = time.process_time() - start
assert (receipt.outcomes["outcome"] == "applied").all(), receipt.outcomes
peak = peak_mb()
print(json.dumps({"seconds": spent, "megabytes": peak, "cells": len(receipt.outcomes)}))
"""

_THEIRS: Final = """
import json, sys, time
import openpyxl
path, rows, cells = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
start = time.process_time()
book = openpyxl.load_workbook(path)
sheet = book["Orders"]
for n in list(range(1, rows + 1, rows // cells))[:cells]:
    sheet.cell(n + 1, 12).value = f"checked {n}"
book.save(path)
spent = time.process_time() - start
peak = peak_mb()
print(json.dumps({"seconds": spent, "megabytes": peak, "cells": cells}))
"""


def run(sizes: tuple[int, ...] = SIZES) -> Iterator[Line]:
    """Measure each size; a line for time and one for memory."""
    for rows in sizes:
        yield from _measure(rows)


def _measure(rows: int) -> Iterator[Line]:
    with tempfile.TemporaryDirectory() as folder:
        shared = Path(folder, "shared")
        shared.mkdir()
        path = shared / "tracker.xlsx"
        in_child(_MAKE, str(path), str(rows))
        ours = in_child(_OURS, str(path), str(rows), str(CELLS))
        theirs = in_child(_THEIRS, str(path), str(rows), str(CELLS))
    time_ratio = ours["seconds"] / theirs["seconds"]
    memory_ratio = ours["megabytes"] / theirs["megabytes"]
    what = f"{ours['cells']} cells in {rows:,} rows x 14"
    spent = f"({ours['seconds']:.2f} against {theirs['seconds']:.1f} CPU s)"
    held = f"({ours['megabytes']:.0f} against {theirs['megabytes']:.0f} MB)"
    yield held_to(
        f"{what}: {time_ratio:.3f} of openpyxl's time {spent}", time_ratio, TIME_RATIO[rows]
    )
    yield held_to(
        f"{what}: {memory_ratio:.2f} of its memory {held}", memory_ratio, MEMORY_RATIO[rows]
    )


if __name__ == "__main__":
    for text in run():
        print(text)
