"""Deciding (values read -> Plan) beside what a script around gspread and pandas pays only to load them.

The peer is the usual first line of such a script: gspread's own record conversion of the same values
(`numericise_all` and `to_records`, as `get_all_records` does), handed to `pandas.DataFrame`. First pass:
nothing is remembered, every cell of the worker's columns is decided. Settled pass: all was written.
"""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pandas as pd
from gspread.utils import numericise_all, to_records

from sheetsync.domain.memory import first_memory
from sheetsync.domain.model import Memory, Plan, Sheet
from sheetsync.domain.moments import local_to_serial
from sheetsync.domain.plan import PlanOptions, make_plan
from sheetsync.domain.rules import Rulebook
from sheetsync.rulebook import load_rules

ZONE = "Africa/Johannesburg"
NOW = datetime(2025, 3, 11, 10, 0, tzinfo=UTC)
LIMIT, GROWTH_LIMIT, MEMORY_LIMIT = 0.5, 11.0, 3.0


def make_values(count: int, rules: Rulebook) -> list[list[object]]:
    """A tracker of `count` orders of the last four months in all states, as a Sheets read gives it."""
    dice = Random(7)
    keys = [key for key, column in rules.columns.items() if column.template != "no"]
    place = {key: index for index, key in enumerate(keys)}
    rows: list[list[object]] = [[rules.columns[key].title for key in keys]]
    for number in range(count):
        row: list[object] = [""] * len(keys)
        ordered = datetime(2025, 3, 11, 9) - timedelta(minutes=dice.randrange(172_800))
        stage = dice.choices(range(6), (3, 3, 3, 3, 10, 78))[0]
        row[place["order_id"]] = f"#SP-{100_000 + number}"
        row[place["ordered_at"]] = local_to_serial(ordered)
        row[place["customer"]] = f"Customer {dice.randrange(30_000)}"
        row[place["skus"]] = f"SKU-{dice.randrange(800)} x{dice.randrange(1, 5)}"
        row[place["priority"]] = dice.choice(("Standard", "Standard", "Expedited", "Bulk"))
        for step, key in enumerate(("allocated", "picked", "packed"), start=1):
            row[place[key]] = stage >= step
        if stage >= 1:
            row[place["handler"]] = dice.choice(("Thabo", "Lerato", "Naledi"))
        if stage >= 4:
            row[place["carrier"]] = dice.choice(("DHL", "UPS", "FastTrack"))
            row[place["dispatched_at"]] = local_to_serial(
                ordered + timedelta(hours=dice.randrange(1, 40))
            )
            row[place["tracking"]] = f"{dice.randrange(10**9, 10**10)}"
        if stage >= 5:
            row[place["delivered_at"]] = local_to_serial(
                ordered + timedelta(hours=dice.randrange(41, 120))
            )
        row[place["promised_at"]] = local_to_serial(
            ordered.replace(hour=0, minute=0) + timedelta(days=6)
        )
        row[place["notes"]] = "leave at the gate" if dice.random() < 0.1 else ""
        rows.append(row)
    return rows


def sheet_of(values: list[list[object]]) -> Sheet:
    return Sheet(
        tracker="bench",
        tab="Orders",
        rows=values,
        row_numbers=range(1, len(values) + 1),
        timezone=ZONE,
    )


def settled(
    values: list[list[object]], plan: Plan, memory: Memory
) -> tuple[list[list[object]], Memory]:
    """The values after `plan` was written, and what memory then holds."""
    after = [list(row) for row in values]
    columns = plan.orders.header.columns
    for line in plan.changes.itertuples():
        new = line.new
        cell = local_to_serial(new) if isinstance(new, datetime) else ("" if new is None else new)
        after[line.row - 1][columns[line.column]] = cell
    orders = plan.memory.copy()
    for column in orders.columns:
        if column.startswith("confirmed_"):
            orders[column] = orders["written_" + column.removeprefix("confirmed_")]
    next_memory = Memory(
        baseline_at=NOW,
        last_pass_at=NOW,
        orders=orders,
        pauses=plan.pauses,
        escalations=plan.escalations,
    )
    return after, next_memory


def peer(values: list[list[object]]) -> pd.DataFrame:
    rows = [numericise_all(row) for row in values[1:]]
    return pd.DataFrame(to_records(values[0], rows))


def cpu(work: Callable[[], object], times: int = 3) -> float:
    """The median CPU seconds of `work`."""
    figures = []
    for _ in range(times):
        gc.collect()
        start = time.process_time()
        work()
        figures.append(time.process_time() - start)
    return sorted(figures)[len(figures) // 2]


def peak_beyond(work: Callable[[], object]) -> float:
    """Peak bytes that `work` allocates beyond what stood before."""
    gc.collect()
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return float(peak)


def size_of(build: Callable[[], list[list[object]]]) -> float:
    """Bytes that the values take."""
    gc.collect()
    tracemalloc.start()
    kept = build()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return float(size)


def run() -> Iterator[str]:
    rules = load_rules(Path(__file__).resolve().parents[1] / "rules")
    options = PlanOptions(timezone=ZONE)
    spent: dict[int, tuple[float, float, float]] = {}
    for count in (10_000, 100_000):
        values = make_values(count, rules)
        memory = first_memory()
        sheet = sheet_of(values)
        plan = make_plan(sheet, memory, rules, NOW, options)
        after, later = settled(values, plan, memory)
        calm = sheet_of(after)
        next_pass = NOW + timedelta(minutes=2)
        left = make_plan(calm, later, rules, next_pass, options)
        first = cpu(lambda s=sheet, m=memory: make_plan(s, m, rules, NOW, options))
        quiet = cpu(lambda s=calm, m=later: make_plan(s, m, rules, next_pass, options))
        other = cpu(lambda v=values: peer(v))
        spent[count] = first, quiet, other
        yield (
            f"{count:>7,} rows: first pass {first / other:.2f}x, settled pass {quiet / other:.2f}x of the peer's "
            f"record conversion ({first:.2f}, {quiet:.2f}, {other:.2f} CPU s; limit {LIMIT}x); "
            f"{len(plan.changes):,} changes first, {len(left.changes)} settled"
        )
        if count == 100_000:
            size = size_of(lambda: make_values(count, rules))
            peak = peak_beyond(lambda s=sheet, m=memory: make_plan(s, m, rules, NOW, options))
            yield f"{count:>7,} rows: peak memory beyond the input {peak / size:.2f}x of it (limit {MEMORY_LIMIT}x)"
    growth = [spent[100_000][i] / spent[10_000][i] for i in (0, 1)]
    yield f"growth 10k -> 100k: first pass {growth[0]:.1f}x, settled pass {growth[1]:.1f}x (limit {GROWTH_LIMIT}x)"


if __name__ == "__main__":
    for line in run():
        print(line)
