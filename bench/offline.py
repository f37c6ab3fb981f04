"""A copy goes out and comes back: export against pandas.to_excel, the merge against reading the two workbooks.

The merge is of 100,000 orders x 20 columns with 5,000 edits on either side. "Reading" is what nobody can
save: both workbooks parsed, none of it understood. All of it runs in child processes in the same run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Final

from bench.ratio import Line, held_to, in_child

TITLE: Final = (
    "A copy that goes offline and comes back, against pandas.to_excel and against reading alone"
)
SIZES: Final = (10_000, 100_000)
EXPORT_RATIO: Final = 1.0
MERGE_RATIO: Final = 3.0
GROWTH: Final = 11.0
EDITS: Final = 5_000
COLUMNS: Final = 20

_COMMON: Final = """
import json, sys, time
from pathlib import Path
from datetime import UTC, datetime
import numpy as np
from sheetsync.domain.columns import interpret
from sheetsync.domain.merge.copies import copy_of
from sheetsync.rulebook import load_rules
from sheetsync.trackers.excel.reader import read_sheet
from bench.orders import make_values, sheet_of, ZONE, NOW
folder, rows, edits = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
rules = load_rules(Path("rules"))
def clock():
    return time.process_time()
"""
_EXPORT: Final = (
    _COMMON
    + """
from sheetsync.worker.offline import drawing, marks
from sheetsync.worker.offline.exporting import cells_and_base
from dataclasses import replace
values = make_values(rows, rules)
heads = values[0][:20]
sheet = sheet_of([row[:20] for row in values])
orders = interpret(sheet, rules, NOW)
header = orders.header
keys = sorted(header.columns, key=header.columns.__getitem__)
columns = [replace(rules.columns[key], title=header.headings[key]) for key in keys]
def export(name):
    chosen = orders.frame["usable"].to_numpy(bool)
    cells, base = cells_and_base(orders, chosen, columns)
    drawn = drawing.Drawing(tab="Orders", columns=columns, cells=cells,
        mark=marks.Mark(id="AAAA-AAAA", tracker="x", made="y"), facts=[], orders=len(base.ids), made=NOW)
    drawing.draw(folder / name, drawn, rules)
start = clock(); export("out.xlsx"); ours = clock() - start
peak = peak_mb()
import pandas as pd
frame = pd.DataFrame([row + [None] * (20 - len(row)) for row in (r[:20] for r in values[1:])], columns=heads)
start = clock(); frame.to_excel(folder / "pandas.xlsx", index=False, engine="xlsxwriter"); theirs = clock() - start
print(json.dumps({"ours": ours, "theirs": theirs, "megabytes": peak, "columns": len(columns)}))
"""
)
_EDIT: Final = (
    _COMMON
    + """
import xlsxwriter
from random import Random
values = make_values(rows, rules)
notes, handler = values[0].index("Notes / Exceptions"), values[0].index("Handled By")
for name, column, seed in (("file", notes, 1), ("tracker", handler, 2), ("base", None, 0)):
    book = xlsxwriter.Workbook(folder / f"{name}.xlsx", {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("Orders")
    edited = set(Random(seed).sample(range(1, rows + 1), edits)) if column is not None else set()
    for number, row in enumerate(values):
        row = (row + [None] * 20)[:20]
        if number in edited:
            row[column] = f"edited {number}"
            if number % 10 == 0:
                row[notes] = f"both {seed}"
        for place, cell in enumerate(row):
            if isinstance(cell, bool):
                sheet.write_boolean(number, place, cell)
            elif isinstance(cell, (int, float)):
                sheet.write_number(number, place, cell)
            elif cell:
                sheet.write_string(number, place, cell)
    book.close()
print("{}")
"""
)
_READ: Final = (
    _COMMON
    + """
start = clock()
for name in ("file", "tracker"):
    read_sheet(folder / f"{name}.xlsx", rules_columns=rules.columns, timezone=ZONE)
print(json.dumps({"seconds": clock() - start, "megabytes": peak_mb()}))
"""
)
_MERGE: Final = (
    _COMMON
    + """
from sheetsync.domain.merge.three_way import merge
from sheetsync.domain.merge.oddities import oddities
from sheetsync.store.offline import Bases, pack_bases, unpack_bases
def side(name):
    sheet = read_sheet(folder / f"{name}.xlsx", rules_columns=rules.columns, timezone=ZONE)
    return copy_of(interpret(sheet, rules, NOW), rules.columns)
packed = pack_bases(Bases(exported=side("base")))
start = clock()
theirs, ours = side("file"), side("tracker")
base = unpack_bases(packed).exported
merged = merge(base, theirs, ours, rules.columns)
list(oddities(base, theirs, rules.columns))
spent = clock() - start
from collections import Counter
print(json.dumps({"seconds": spent, "megabytes": peak_mb(), "packed": len(packed) // 1000,
    "found": dict(Counter(merged.cells["outcome"].tolist()))}))
"""
)


def run(sizes: tuple[int, ...] = SIZES) -> Iterator[Line]:
    """Measure each size; then how the times grow from the first to the last."""
    spent: dict[int, tuple[float, float]] = {}
    for rows in sizes:
        lines, spent[rows] = _measure(rows)
        yield from lines
    first, last = sizes[0], sizes[-1]
    for place, what in enumerate(("export", "merge")):
        growth = spent[last][place] / spent[first][place]
        text = f"{what}: {growth:.1f} times the time for {last // first} times the orders"
        yield held_to(text, growth, GROWTH * last / first / 10)


def _measure(rows: int) -> tuple[list[Line], tuple[float, float]]:
    edits = min(EDITS, rows // 20)
    with tempfile.TemporaryDirectory() as folder:
        arguments = (folder, str(rows), str(edits))
        out = in_child(_EXPORT, *arguments)
        in_child(_EDIT, *arguments)
        read = in_child(_READ, *arguments)
        merged = in_child(_MERGE, *arguments)
    export_ratio = out["ours"] / out["theirs"]
    merge_ratio = merged["seconds"] / read["seconds"]
    what = f"{rows:,} orders x {COLUMNS}"
    lines = [
        held_to(
            f"{what}, export: {export_ratio:.2f} of pandas.to_excel ({out['ours']:.1f} against {out['theirs']:.1f} CPU s)",
            export_ratio, EXPORT_RATIO,
        ),
        held_to(
            f"{what}, merge of {edits:,} edits a side: {merge_ratio:.2f} times reading both workbooks "
            f"({merged['seconds']:.1f} against {read['seconds']:.1f} CPU s)",
            merge_ratio, MERGE_RATIO,
        ),
        Line(
            f"{what}: export held {out['megabytes']} MB at most, the merge {merged['megabytes']} MB "
            f"(reading alone {read['megabytes']} MB), the base takes {merged['packed']:,} kB in the store; "
            f"{merged['found']}"
        ),
    ]  # fmt: skip
    return lines, (out["ours"], merged["seconds"])


if __name__ == "__main__":
    for text in run():
        print(text)
