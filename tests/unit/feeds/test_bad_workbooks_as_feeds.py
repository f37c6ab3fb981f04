"""Every bad workbook that we know of, handed over by a feed of orders: its verdict, in bounded time and memory.

The table of verdicts is printed (pytest -s).
"""

from __future__ import annotations

import time

from rich.console import Console
from rich.table import Table

from tests.support.bad_workbooks import CASES, BadWorkbook, is_control
from tests.support.feed_desk import Desk
from tests.support.memory_peak import count_anew, peak

SECONDS = 5.0
MEGABYTES = 300
READ = [case for case in CASES if case.tab is None]
REFUSED = ("refused", 0, 0)
TEXT_UNDER_A_WRONG_NAME = "csv"
SPELLED_OUT = {
    "control": ("taken", 5, 0), "dates as text": ("taken", 5, 10), "odd serial numbers": ("refused", 0, 11),
    "date system of 1904": ("refused", 0, 5),  # the same serials lie in the future there
    "ticks in many spellings": ("taken", 27, 4), "order ids as numbers": ("taken", 4, 2),
    "formulas never calculated": ("refused", 0, 3), "error values": ("refused", 0, 9), "a heading twice": REFUSED,
    "order ids with invisible characters": ("taken", 1, 0), "one order id three times, one blank": ("taken", 1, 1),
    "scripts, emoji, bidirectional text": ("taken", 6, 0), "the longest note": ("taken", 1, 0),
    "text that looks like a formula": ("taken", 8, 0), "live formulas in order ids": ("taken", 2, 0),
    TEXT_UNDER_A_WRONG_NAME: ("taken", 1, 0), "one empty tab": REFUSED, "header and no rows": ("taken", 0, 0),
    "blank rows, a total, a second table": ("taken", 5, 3), "durations and amounts": ("refused", 0, 4),
    "dates out of order": ("taken", 2, 1),
}  # fmt: skip


def expected(case: BadWorkbook) -> tuple[str, int, int]:
    """Verdict, rows taken and rows refused: the control's five rows, wherever it only looks odd."""
    if case.name in SPELLED_OUT:
        return SPELLED_OUT[case.name]
    return REFUSED if case.error is not None else ("taken", 5, 0)


def test_every_bad_workbook_gets_its_verdict(tmp_path, feed_store):
    table = Table("File", "Verdict", "Taken", "Refused", "CPU s", "MB", "What is said", title=f"{len(READ)} bad workbooks as feeds")  # fmt: skip
    wrong = []
    for case in READ:
        desk, data = Desk(tmp_path, feed_store), case.build()
        before, held, start = desk.tracker.fingerprint(), count_anew(), time.process_time()
        place = tmp_path / f"{desk.number}.xlsx"
        outcome = desk.give("web", data, place.name)
        seconds, megabytes = time.process_time() - start, peak() - held
        reading, said = outcome.reading, outcome.sentence
        taken = len(reading.said) if reading is not None else 0
        found = (outcome.verdict, taken, reading.refused if reading is not None else 0)
        table.add_row(
            case.name, *(str(f) for f in found), f"{seconds:.1f}", str(megabytes), said[:70]
        )
        bounded = seconds < SECONDS and megabytes < MEGABYTES
        told = "defect" not in said and "\n" not in said and bool(said) == (found[0] == "refused")
        if found != expected(case) or not bounded or not told or place.read_bytes() != data:
            wrong.append((case.name, *found, round(seconds, 1), megabytes, said))
        if outcome.verdict == "refused":
            assert desk.settle() == 0
            assert desk.tracker.fingerprint() == before
    Console(width=160).print(table)
    assert not wrong
    assert all(expected(case) == ("taken", 5, 0) for case in READ if case.check is is_control)
