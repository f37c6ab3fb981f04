"""The change log is the whole story: replayed from the first look, it gives the sheet as it stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetsync.domain.cell_texts import cell_text
from sheetsync.domain.model import Receipt
from sheetsync.domain.own_cells import OWN_COLUMNS
from sheetsync.domain.plan import PlanOptions, make_plan
from sheetsync.domain.seen_cells import SeenCells
from sheetsync.store import Store, sqlite_url
from tests.support.orders_builder import shipped_rules
from tests.support.whole_plans import KEYS, NOW, ZONE, cells_of, sheet_of, written

FEW = settings(max_examples=settings().max_examples // 6)
ORDERS = 3
TYPED = ("", None, "=1+1", "0", 7, 46_091.5, True, False, "x", "yes", "no", " A ", "naïve")
"""Cells that people leave anywhere; what a formula leaves is told as nobody's."""


@st.composite
def hands(draw: st.DrawFn) -> list[list[tuple[int, str, Any]]]:
    """What people type into which order and column before each further look."""
    edit = st.sampled_from(KEYS[1:]).flatmap(
        lambda key: st.tuples(
            st.integers(0, ORDERS - 1), st.just(key), st.sampled_from((*cells_of(key), *TYPED))
        )
    )
    return draw(st.lists(st.lists(edit, max_size=6), min_size=1, max_size=3))


class Watched:
    """A sheet that people edit and the worker looks at, with a store that lasts."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, NOW
        ref = f"sheet {len(store.trackers())}"
        self.tracker = store.tracker("shop", ref, uuid=ref, now=NOW).id
        self.rows: list[list[Any]] = [
            [f"#SP-{n}", *(next(iter(cells_of(key)), "") for key in KEYS[1:])]
            for n in range(ORDERS)
        ]

    def look(self) -> None:
        """One pass whose every change is written."""
        memory = self.store.load_memory(self.tracker, self.now, ZONE)
        sheet, options = sheet_of(self.rows), PlanOptions(timezone=ZONE)
        plan = make_plan(sheet, memory, shipped_rules(), self.now, options)
        number = self.store.commit_pass(self.tracker, plan, memory=memory)
        self.rows = written(self.rows, plan)
        outcomes = plan.changes[["order_id", "column"]].assign(outcome="applied", reason="")
        receipt = Receipt(outcomes=pd.DataFrame(outcomes), fingerprint="f", requests=1)
        self.store.close_pass(number, receipt, fingerprint="f", now=self.now)
        self.now += timedelta(minutes=2)

    def texts(self) -> dict[tuple[str, str], str]:
        """What stands in every cell now, as the log would say it."""
        plan = make_plan(
            sheet_of(self.rows), self.store.load_memory(self.tracker, self.now, ZONE),
            shipped_rules(), self.now, PlanOptions(timezone=ZONE),
        )  # fmt: skip
        seen = SeenCells.of(plan.orders)
        found = {
            (order, key): cells.get(key, "")
            for order, cells in zip(seen.ids, seen.texts(range(len(seen.ids))), strict=True)
            for key in seen.keys
        }
        for key in plan.orders.raw.keys() & OWN_COLUMNS:
            for order, cell in zip(seen.ids, plan.orders.raw[key], strict=True):
                found[order, key] = cell_text(cell, moment=key == "sla_due", date_system=1900)
        return found

    def lines(self) -> list[Any]:
        """The change log, oldest first."""
        with self.store.audit(self.tracker) as entries:
            found = [entry for entry in entries if entry.kind == "cell"]
        return sorted(found, key=lambda entry: entry.number)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """One store for every example: each has a tracker of its own."""
    with Store.open(sqlite_url(tmp_path_factory.mktemp("log") / "s.db"), now=NOW) as opened:
        yield opened


@FEW
@given(hands())
def test_replayed_from_the_first_look_the_log_gives_the_sheet(store, days):
    shop = Watched(store)
    shop.look()
    stands, told = shop.texts(), len(shop.lines())
    for edits in days:
        for row, key, value in edits:
            shop.rows[row][KEYS.index(key)] = value
        shop.look()
    for line in shop.lines()[told:]:
        cell = (line.order, line.what)
        assert stands[cell] in {line.old, "" if line.old == "No" else line.old}, line
        stands[cell] = "" if line.new == "No" and line.by != "worker" else line.new
    assert stands == shop.texts()
