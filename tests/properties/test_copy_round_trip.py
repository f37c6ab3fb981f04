"""Whatever stands in a tracker: a copy of it that nobody touched comes back as no change at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sheetsync.domain.columns import interpret
from sheetsync.domain.merge.copies import copy_of
from sheetsync.domain.merge.three_way import merge
from sheetsync.domain.model import CellError, Sheet, Uncalculated
from sheetsync.resources import rules_folder
from sheetsync.rulebook import load_rules
from sheetsync.store.offline import Bases, pack_bases, unpack_bases
from sheetsync.trackers.excel.reader import read_sheet
from sheetsync.worker.offline import drawing, marks
from sheetsync.worker.offline.exporting import cells_and_base

FEWER = settings(
    max_examples=max(settings().max_examples // 2, 10),
    phases=set(Phase) - {Phase.shrink, Phase.explain},
)
"""Each example draws a whole workbook and reads it again, so a failing one is told as it is."""
RULES = load_rules(rules_folder())
KEYS = ("order_id", "ordered_at", "customer", "skus", "picked", "tracking", "status", "notes", "delivered_at", "csat", "sla")  # fmt: skip
NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)
ODD = st.sampled_from([
    "=1+1", "+1", "-1", "@SUM(A1)", "'quoted", "\tx", "a\nb", "a\r\nb", "_x0041_", "_x000D_", "\u200bhidden", "\u00a0",
    " padded ", "TRUE", "Yes", "✓", "0012", "1E5", "1e400", "nan", "2026-03-09", "2026-03-09 08:15:30", "31/12/2025", "😀👩‍🚒",
    "LONGEST", "TOO LONG", "\ud800", "\x00\x07", "\ufffe", "<b>&amp;", "#N/A", "#SP-1", "e\u0301",
])  # fmt: skip
CELLS = st.one_of(
    st.none(), ODD, st.text(max_size=12), st.booleans(), st.integers(-3, 10**16),
    st.floats(allow_nan=False, allow_infinity=False), st.floats(36_000, 73_000),
    st.sampled_from([46_090.0, 46_090.343_75, 46_090.999_994_2, 0, 60, 1e15, 123_456_789_012_345_678.0]),
    st.just(CellError("#REF!")), st.just(Uncalculated()),
)  # fmt: skip
ROWS = st.lists(st.tuples(*[CELLS] * (len(KEYS) - 1)), max_size=4)


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("round") / "copy.xlsx"


LONG = {"LONGEST": "x" * 32_767, "TOO LONG": "y" * 40_000}


def tracker(rows: list[tuple[object, ...]], date_system: int) -> Sheet:
    head = [RULES.columns[key].title for key in KEYS]
    cells = [head, *([f"#SP-{n}", *(LONG.get(c, c) for c in row)] for n, row in enumerate(rows))]
    return Sheet(
        tracker="t", tab="Orders", rows=cells, row_numbers=range(1, len(cells) + 1),
        timezone="Africa/Johannesburg", date_system=date_system,  # type: ignore[arg-type]
    )  # fmt: skip


@FEWER
@given(rows=ROWS, date_system=st.sampled_from([1900, 1904]))
def test_a_copy_that_nobody_touched_is_no_change(path, rows, date_system):
    orders = interpret(tracker(rows, date_system), RULES, NOW)
    shown = sorted(orders.header.columns, key=orders.header.columns.__getitem__)
    columns = [replace(RULES.columns[k], title=orders.header.headings[k]) for k in shown]
    cells, base = cells_and_base(orders, orders.frame["usable"].to_numpy(bool), columns)
    mark = marks.Mark(id="AAAA-AAAA", tracker="x", made="y")
    drawn = drawing.Drawing(
        tab="Orders", columns=columns, cells=cells, mark=mark, facts=[], orders=len(base.ids), made=NOW
    )  # fmt: skip
    drawing.draw(path, drawn, RULES)
    kept = unpack_bases(pack_bases(Bases(exported=base))).exported
    read = read_sheet(path, rules_columns=RULES.columns, timezone="Africa/Johannesburg")
    theirs = copy_of(interpret(read, RULES, NOW), RULES.columns)

    merged = merge(kept, theirs, copy_of(orders, RULES.columns), RULES.columns)

    changed = merged.cells[merged.cells["outcome"] != "kept"]
    assert changed.empty, changed.to_dict("records")
    assert not merged.rows.added
    assert not merged.rows.deleted
    assert merged.changes_nothing
