"""Why the Status cell shows what it shows: who wrote it, and which line of the table applies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sheetsync.domain.decision import LIFE
from sheetsync.domain.explain.case import Case, moment_of
from sheetsync.domain.rules import StatusRule


def status_lines(case: Case) -> Iterator[str]:
    """What stands there, what the ticks say, who wrote it and what follows."""
    seen, place = case.reasons.seen, case.place
    derived, standing = str(seen.derived[place]), str(seen.standing[place])
    typed = case.cell("status")
    heading = case.heading("status")
    if not case.plan.orders.has("status"):
        yield f"The sheet has no Status column; ticks and dates say {derived}."
        return
    yield f"{heading} shows {typed or 'nothing'}; ticks and dates say {derived}. In force: {standing}."
    yield _who(case, typed)
    yield _line_of_table(case, typed, derived, heading)
    rule = case.rules.statuses.statuses.get(standing)
    if rule is not None:
        yield from _effects(case, rule)


def _who(case: Case, typed: str) -> str:
    """Who wrote what stands there, and when it was first seen so."""
    memory = case.reasons.seen.memory
    before = case.memory.orders
    undone = _undone(case)
    if undone:
        return undone
    if case.order_id not in memory.index or not typed:
        return "Nobody has written a status here." if not typed else "Who wrote it is not known."
    line = before.loc[case.order_id] if case.order_id in before.index else memory.loc[case.order_id]
    ours = typed in {line["written_status"], line["confirmed_status"]}
    since = moment_of(memory, case.order_id, "status_since")
    when = "" if np.isnat(since) else f", first seen so {case.words(since)}"
    if ours:
        return f"The worker wrote it{when}."
    if case.plan.baseline:
        return "It stood there when watching began; who typed it is not known."
    return f"A person typed it{when}."


def _undone(case: Case) -> str:
    """That an undo took it back, where that is the last thing that was done to it; else ""."""
    orders = case.memory.orders
    if case.order_id not in orders.index or orders.loc[case.order_id, "status_by"] != "undo":
        return ""
    gone = str(orders.loc[case.order_id, "confirmed_status"])
    when = case.words(moment_of(orders, case.order_id, "status_since"))
    return f"An undo took {gone or 'it'} back, {when}; that counts as a person's wish."


def _line_of_table(case: Case, typed: str, derived: str, heading: str) -> str:
    written = _to_write(case)
    known = bool(case.plan.orders.frame["status_known"].to_numpy()[case.place])
    if written:
        why = (
            "it is empty" if not typed else "it is behind, and nobody typed it since the last tick"
        )
        return f"The next pass writes {written}, because {why}: {heading} follows ticks and dates."
    if not known and typed:
        return "No rule knows this word, so it counts as empty for the clocks and is flagged."
    rule = case.rules.statuses.statuses.get(typed)
    if rule is not None and rule.kind == "alias_group":
        return f"{typed} stands for {', '.join(rule.means)}, so it stays."
    if typed == derived:
        return "Both agree, so it stays."
    if not typed:
        return "It stays empty until ticks or dates ask for another word."
    if typed not in LIFE:
        return "It is a condition that no tick can tell, so it stays until a person changes it."
    if LIFE.index(typed) < LIFE.index(derived):
        return (
            "It is behind the ticks, but was typed after the last of them: a person wins on the "
            "cell, the ticks win on the clock. It stays and is flagged."
        )
    findings = case.plan.findings
    row = case.plan.orders.frame["row"].to_numpy()[case.place]
    flagged = findings[(findings["row"] == row) & (findings["rule"] == "status_ahead_of_ticks")]
    if len(flagged):
        return "It is ahead of the ticks: it stays and is flagged; the clock follows the ticks."
    return f"It tells {derived} more closely, so it stays."


def _to_write(case: Case) -> str:
    changes: pd.DataFrame = case.plan.changes
    mine = changes[(changes["order_id"] == case.order_id) & (changes["column"] == "status")]
    return str(next(iter(mine["new"]))) if len(mine) else ""


def _effects(case: Case, rule: StatusRule) -> Iterator[str]:
    if "*" in rule.pauses:
        yield f"While it is {rule.name}, every stage clock stands still ({rule.source})."
    elif rule.pauses:
        yield f"While it is {rule.name}, the clock of {' and '.join(rule.pauses)} stands still ({rule.source})."
    if not case.reasons.seen.open_order[case.place]:
        yield f"{rule.name} closes the order: no stage clock runs."
    elif rule.exception:
        yield f"{rule.name} is an open exception ({rule.source})."
    pauses = case.reasons.seen.pauses
    mine = pauses[pauses["order_id"] == case.order_id]
    moments = (mine[name].to_numpy("datetime64[s]") for name in ("start", "stop"))
    for start, stop, reason in zip(*moments, mine["reason"], strict=True):
        until = "and lasts" if np.isnat(stop) else f"until {case.words(stop)}"
        yield f"On hold ({reason}) from {case.words(start)} {until}."
