"""Export, edit nothing, import: nothing changes, whatever stands in the cells; through a real file."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sheetsync.domain.columns import interpret
from sheetsync.domain.columns.reading import ReadingOptions
from sheetsync.domain.merge.copies import copy_of
from sheetsync.domain.merge.oddities import oddities
from sheetsync.domain.merge.three_way import merge
from sheetsync.domain.model import CellError, Sheet, Uncalculated
from sheetsync.rulebook import load_rules
from sheetsync.trackers.excel.reader import read_sheet
from sheetsync.worker.offline import drawing, marks
from sheetsync.worker.offline.exporting import cells_and_base
from tests.support.shop import ROOT

RULES = load_rules(ROOT / "rules")
NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)
ZONE = "Africa/Johannesburg"
KEYS = tuple(
    key for key, rule in RULES.columns.items() if key != "order_id" and rule.template != "no"
)
OPTIONS = ReadingOptions()
FEW = settings(max_examples=max(10, settings().max_examples // 2))

odd_text = st.text(st.characters(codec="utf-8"), max_size=12)
cell = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 60_000), st.floats(-1e6, 1e6, allow_nan=False),
    st.sampled_from(("", " ", "✓", "TRUE", "yes", "=1+1", "'x", "0012", "2026-03-09 08:10", "9/3/2026", "Packing",
                     "express", "MUG-01 x2", "\u200b#SP\u00ad-1", "a\r\nb", "_x0041_", "\ud83d\ude00", "x" * 40_000)),
    st.sampled_from((46090.3402777778, 46090.0, 60, 0.5, 1e15)),
    st.sampled_from((CellError("#REF!"), Uncalculated())),
    odd_text,
)  # fmt: skip


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """Up to six orders, some doubled or without an ID, under headings in any order."""
    keys = draw(st.permutations(KEYS))
    titles: list[Any] = ["Order ID", *(RULES.columns[key].title for key in keys)]
    count = draw(st.integers(1, 6))
    ids = [
        draw(st.sampled_from((f"#SP-{n}", f"#SP-{n}", "#SP-1", 1200 + n, None)))
        for n in range(count)
    ]
    rows = [[order, *(draw(cell) for _ in keys)] for order in ids]
    return Sheet(
        tracker="t",
        tab="Orders",
        rows=[titles, *rows],
        row_numbers=range(1, count + 2),
        timezone=ZONE,
    )


def exported(orders: Any, columns: Any) -> tuple[bytes, Any]:
    """The copy as a file, and the base that the store would keep."""
    usable = orders.frame["usable"].to_numpy(bool)
    cells, base = cells_and_base(orders, usable.copy(), columns)
    out = io.BytesIO()
    drawn = drawing.Drawing(
        tab="Orders", columns=columns, cells=cells, mark=marks.Mark(id="AAAA-AAAA", tracker="t", made="m"),
        facts=[], orders=len(base.ids), made=NOW,
    )  # fmt: skip
    drawing.draw(out, drawn, RULES)
    return out.getvalue(), base


@FEW
@given(sheets())
def test_a_copy_that_nobody_touched_says_what_was_exported(sheet):
    orders = interpret(sheet, RULES, NOW, OPTIONS)
    header = orders.header
    keys = sorted(header.columns, key=header.columns.__getitem__)
    columns = [replace(RULES.columns[key], title=header.headings[key]) for key in keys]
    data, base = exported(orders, columns)
    back = read_sheet(io.BytesIO(data), rules_columns=RULES.columns, tab="Orders", timezone=ZONE)
    theirs = copy_of(interpret(back, RULES, NOW, OPTIONS), RULES.columns)
    ours = copy_of(orders, RULES.columns)
    merged = merge(base, theirs, ours, RULES.columns)
    told = merged.cells[~merged.cells["outcome"].isin(["kept"]).to_numpy(bool)]
    assert told.empty, told.to_dict("records")
    assert merged.changes_nothing
    assert not merged.rows.deleted
    assert not merged.rows.refused
    assert not list(oddities(base, theirs, RULES.columns))
