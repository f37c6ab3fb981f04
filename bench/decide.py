"""Deciding (values read -> Plan) beside what a script around gspread and pandas pays only to load them.

The peer is the usual first line of such a script, `DataFrame(worksheet.get_all_records())`, less its
request: rows filled up to one width, `numericise_all`, `to_records`, the frame, by gspread's own
functions on the same values. First pass: nothing is remembered, every cell of the worker's columns is
decided. Settled pass: all of that was written and seen, and a minute later nothing has happened.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import pandas as pd
from gspread.utils import fill_gaps, numericise_all, to_records

from bench.orders import NOW, ZONE, Values, make_values, sheet_of
from bench.ratio import Duel, Line, duel, held_to, memory_of
from sheetsync.domain.memory import first_memory
from sheetsync.domain.model import Memory, Plan
from sheetsync.domain.moments import local_to_serial
from sheetsync.domain.plan import PlanOptions, make_plan
from sheetsync.domain.rules import Rulebook
from sheetsync.rulebook import load_rules

TITLE: Final = "Deciding, against gspread's own record conversion into a pandas frame"
ROUNDS: Final = {10_000: 9, 100_000: 3}
TIME_LIMIT: Final = 0.5
GROWTH_LIMIT: Final = 11.0
MEMORY_LIMIT: Final = 3.0


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass to measure: what is read, what is remembered, and when."""

    name: str
    values: Values
    memory: Memory
    at: datetime

    def decide(self, rules: Rulebook) -> Plan:
        """The plan of this pass."""
        options = PlanOptions(timezone=ZONE)
        return make_plan(sheet_of(self.values), self.memory, rules, self.at, options)


def run() -> Iterator[Line]:
    """The lines of this benchmark, each with its limit."""
    rules = load_rules(Path(__file__).resolve().parents[1] / "rules")
    seconds: dict[str, list[float]] = {}
    for count, rounds in ROUNDS.items():
        for scene in passes(count, rules):
            spent = duel(partial(scene.decide, rules), partial(peer, scene.values), rounds)
            seconds.setdefault(scene.name, []).append(spent.ours)
            yield _time_line(scene, count, spent, len(scene.decide(rules).changes))
            if count == max(ROUNDS):
                yield _memory_line(scene, count, rules)
    for name, (small, large) in seconds.items():
        text = f"{name}: 10 times the rows take {large / small:.1f} times as long"
        yield held_to(text, large / small, GROWTH_LIMIT)


def peer(values: Values) -> pd.DataFrame:
    """What `DataFrame(worksheet.get_all_records())` does once it has the values."""
    heading, *rows = fill_gaps(values)
    return pd.DataFrame(to_records(heading, [numericise_all(row) for row in rows]))


def passes(count: int, rules: Rulebook) -> tuple[Pass, Pass]:
    """The first pass, and one after the second has seen everything that the first one wrote."""
    first = Pass("first pass", make_values(count, rules), first_memory(), NOW)
    plan = first.decide(rules)
    seen = Pass("second pass", _written(first.values, plan), _remembered(plan, first.memory), NOW)
    memory = _remembered(seen.decide(rules), seen.memory)
    return first, Pass("settled pass", seen.values, memory, NOW + timedelta(minutes=2))


def _written(values: Values, plan: Plan) -> Values:
    """The values once every change of `plan` stands in its cell."""
    width = len(values[0])
    after = [[*row, *[""] * (width - len(row))] for row in values]
    columns = plan.orders.header.columns
    for line in plan.changes.itertuples():
        new = line.new
        cell = local_to_serial(new) if isinstance(new, datetime) else ("" if new is None else new)
        after[line.row - 1][columns[line.column]] = cell
    return after


def _remembered(plan: Plan, before: Memory) -> Memory:
    """What memory holds once every change of `plan` is confirmed."""
    confirmed = {
        column: plan.memory["written_" + column.removeprefix("confirmed_")]
        for column in plan.memory.columns
        if column.startswith("confirmed_")
    }
    kept = before.orders.drop(index=plan.memory.index, errors="ignore")
    ended = before.pauses[~before.pauses["order_id"].isin(plan.pauses["order_id"])]
    return Memory(
        baseline_at=NOW,
        last_pass_at=plan.at,
        orders=_joined(kept, plan.memory.assign(**confirmed)),
        pauses=_joined(ended, plan.pauses),
        escalations=_joined(before.escalations, plan.escalations),
    )


def _joined(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    filled = [frame for frame in (old, new) if len(frame)]
    return pd.concat(filled) if filled else new


def _time_line(scene: Pass, count: int, spent: Duel, changes: int) -> Line:
    text = (
        f"{scene.name}, {count:,} rows: {spent.ratio:.2f} of the peer's time ({spent.ours:.2f} "
        f"against {spent.peer:.2f} CPU s, {changes:,} changes decided)"
    )
    return held_to(text, spent.ratio, TIME_LIMIT) if count == max(ROUNDS) else Line(text)


def _memory_line(scene: Pass, count: int, rules: Rulebook) -> Line:
    """The input is measured as a JSON reply leaves it: every text an object of its own."""
    reply = json.dumps(scene.values)
    used = memory_of(
        lambda: Pass(scene.name, json.loads(reply), scene.memory, scene.at),
        lambda given: given.decide(rules),
    )
    text = (
        f"{scene.name}, {count:,} rows: peak memory beyond the input {used.ratio:.2f} times the input "
        f"({used.peak / 1e6:.0f} MB beyond {used.size / 1e6:.0f} MB)"
    )
    return held_to(text, used.ratio, MEMORY_LIMIT)


if __name__ == "__main__":
    for line in run():
        print(line)
