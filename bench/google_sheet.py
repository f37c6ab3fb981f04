"""A pass over a Google Sheet beside a script of gspread and pandas, over real HTTP on the local server.

The server runs in a process of its own, so CPU is that of the client alone. It has every answer of a
first pass ready before anything is measured, and only packs and sends it; waiting for that is in the
wall time of both sides. Ours takes all cells twice then, values and formulas, the peer takes them once.

First pass: from nothing known to the plan, as `sheetsync plan` makes it. Unchanged sheet: what every
pass is while nobody types. One cell changed: somebody typed a note, so everything is read and decided
anew, looked at again, and nothing is written. Requests are those that the server counted.
"""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import pandas as pd

from bench.decide import Pass, passes
from bench.orders import ZONE
from bench.ratio import Line, cpu_seconds, duel, held_to
from bench.sheet_server import TAB, Asked, SheetServer, served
from sheetsync.domain.model import Plan
from sheetsync.domain.plan import PlanOptions, make_plan
from sheetsync.domain.rules import Rulebook
from sheetsync.rulebook import load_rules
from sheetsync.trackers.base import WriteBatch
from sheetsync.trackers.google.tracker import GoogleTracker
from tests.support.google_sheets import BOOK_ID, google_tracker
from tests.support.sheets_clients import gspread_at

TITLE: Final = "A Google Sheet over HTTP, against gspread's get_all_records into a pandas frame"
ROUNDS: Final = {5_000: 7, 50_000: 3}
QUIET_ROUNDS: Final = 15
DECODE_LIMIT: Final = 2.0
PEER_LIMIT: Final = 1.0
GROWTH_LIMIT: Final = 11.0
SPOILT: Final = 100
"""Cells that the worker has to write anew in the pass that writes."""


@dataclass(frozen=True, slots=True)
class Client:
    """The worker's side of a served sheet: its tracker, and what a pass over it is to start from."""

    tracker: GoogleTracker
    scene: Pass
    rules: Rulebook

    @classmethod
    def of(cls, server: SheetServer, scene: Pass, rules: Rulebook) -> Client:
        """One that has not asked for anything yet."""
        tracker = google_tracker(
            url=server.url, columns=rules.columns, timezone=ZONE, now=lambda: scene.at,
            more_of_api={"timeout": 120.0},
        )  # fmt: skip
        return cls(tracker, scene, rules)

    def plan(self) -> Plan:
        """Look, read, decide."""
        self.tracker.fingerprint()
        sheet, options = self.tracker.read(), PlanOptions(timezone=ZONE)
        return make_plan(sheet, self.scene.memory, self.rules, self.scene.at, options)

    def whole_pass(self) -> int:
        """Look, read, decide, write what is to be written; how many cells were."""
        plan = self.plan()
        batch = WriteBatch(
            changes=plan.changes,
            header=plan.orders.header,
            fingerprint=plan.orders.sheet.fingerprint,
        )
        outcomes = self.tracker.write(batch).outcomes["outcome"]
        return int((outcomes == "applied").sum())

    def reply(self) -> bytes:
        """What the server answers when all cells are asked for."""
        return self.tracker.api.values([TAB])


def run() -> Iterator[Line]:
    """The lines of this benchmark, each with its limit."""
    rules = load_rules(Path(__file__).resolve().parents[1] / "rules")
    keys = [key for key, column in rules.columns.items() if column.template != "no"]
    dates = [place for place, key in enumerate(keys) if rules.columns[key].type == "datetime"]
    first_passes, quiet_passes = [], []
    for count, rounds in ROUNDS.items():
        first, settled = passes(count, rules)
        with served(first.values, dates) as server:
            client = partial(Client.of, server, first, rules)
            first_passes.append((yield from _first_pass(client, server, count, rounds)))
        with served(settled.values, dates) as server:
            known = Client.of(server, settled, rules)
            quiet_passes.append((yield from _unchanged(known, server, count)))
            yield from _one_cell_changed(known, server, count, keys.index("notes"), rounds)
            yield from _written(known, server, count, keys.index("check"))
    yield _growth("first pass", *first_passes)
    yield _growth("unchanged sheet", *quiet_passes)


def peer(server: SheetServer, **options: Any) -> pd.DataFrame:
    """What a script of gspread and pandas does first of all."""
    tab = gspread_at(server.url).open_by_key(BOOK_ID).worksheet(TAB)
    return pd.DataFrame(tab.get_all_records(**options))


def _first_pass(
    client: Callable[[], Client], server: SheetServer, count: int, rounds: int
) -> Generator[Line, None, float]:
    """The lines, and in the end our CPU seconds."""
    name = f"{count:,} rows, first pass"

    def ours() -> Plan:
        return client().plan()

    peer(server)  # so that both answers are ready
    server.asked()
    ours()
    yield _requests(name, server, Asked(3, 0))
    pairs = [(_spent(ours), _spent(partial(peer, server))) for _ in range(rounds)]
    cpu = statistics.median(mine.cpu / theirs.cpu for mine, theirs in pairs)
    wall = statistics.median(mine.wall / theirs.wall for mine, theirs in pairs)
    seconds = [statistics.median(one.cpu for one in side) for side in zip(*pairs, strict=True)]
    told = f"{seconds[0]:.2f} against {seconds[1]:.2f} CPU s"
    yield _at_most(PEER_LIMIT, cpu, count, f"{name}: {cpu:.2f} of the peer's CPU ({told})")
    yield _at_most(PEER_LIMIT, wall, count, f"{name}: {wall:.2f} of the peer's wall time")
    return seconds[0]


def _unchanged(client: Client, server: SheetServer, count: int) -> Generator[Line, None, float]:
    """The lines, and in the end our CPU seconds."""
    name = f"{count:,} rows, unchanged sheet"
    if len(client.plan().changes):
        raise SystemExit("The sheet is not settled: there is something to write.")
    known, reply = client.tracker.fingerprint(), client.reply()
    server.asked()
    if client.tracker.fingerprint() != known:
        raise SystemExit("The sheet looks changed, and nobody changed it.")
    yield _requests(name, server, Asked(1, 0))
    spent = duel(client.tracker.fingerprint, lambda: json.loads(reply), QUIET_ROUNDS)
    told = f"{spent.ours * 1000:.0f} against {spent.peer * 1000:.0f} CPU ms"
    text = f"{name}: {spent.ratio:.2f} of the CPU of decoding the reply's JSON ({told})"
    yield _at_most(DECODE_LIMIT, spent.ratio, count, text)
    return spent.ours


def _one_cell_changed(
    client: Client, server: SheetServer, count: int, notes: int, rounds: int
) -> Iterator[Line]:
    """Both yardsticks: the peer, which would load everything anew as well, and decoding alone."""
    name = f"{count:,} rows, one cell changed"
    reply = client.reply()
    against_peer, decodings = [], []
    for number in range(rounds):
        server.type_in(1, notes, f"rang the customer, call {number}")
        server.asked()
        spent = cpu_seconds(client.whole_pass)
        asked = _requests(name, server, Asked(2, 0))
        against_peer.append(spent / cpu_seconds(partial(peer, server)))
        decodings.append(spent / cpu_seconds(lambda: json.loads(reply)))
    yield asked
    ratio, decoding = statistics.median(against_peer), statistics.median(decodings)
    text = f"{name}: {ratio:.2f} of the peer's CPU, {decoding:.1f} times decoding the reply's JSON"
    yield _at_most(PEER_LIMIT, ratio, count, text)


def _written(client: Client, server: SheetServer, count: int, check: int) -> Iterator[Line]:
    """Somebody typed over cells that are the worker's."""
    for row in range(1, SPOILT + 1):
        server.type_in(row, check, "fine by me")
    server.asked()
    if (cells := client.whole_pass()) != SPOILT:
        raise SystemExit(f"{SPOILT} cells were to be written, and {cells} were.")
    yield _requests(f"{count:,} rows, {SPOILT} cells to write", server, Asked(2, 1))


@dataclass(frozen=True, slots=True)
class _Spent:
    cpu: float
    wall: float


def _spent(work: Callable[[], object]) -> _Spent:
    gc.collect()
    start, cpu = time.perf_counter(), time.process_time()
    work()
    return _Spent(time.process_time() - cpu, time.perf_counter() - start)


def _requests(name: str, server: SheetServer, promised: Asked) -> Line:
    asked = server.asked()
    return Line(f"{name}: {asked} (promised: {promised})", kept=asked == promised)


def _at_most(limit: float, value: float, count: int, text: str) -> Line:
    return held_to(text, value, limit) if count == max(ROUNDS) else Line(text)


def _growth(name: str, small: float, large: float) -> Line:
    text = f"{name}: 10 times the rows take {large / small:.1f} times as long"
    return held_to(text, large / small, GROWTH_LIMIT)


if __name__ == "__main__":
    for line in run():
        print(line)
