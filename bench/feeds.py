"""A feed of orders taken for good, against what a script does: pandas reads the file, a loop fills a dict.

Ours understands every cell, compares each row with what the feed said before, and is durable when it ends: the
peer does none of that. So the ratio is well above 1; held to are that it stays bounded, that time grows with
the rows, that a file given again costs next to nothing, and that memory does not follow the length of a bad file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pandas as pd

from bench.ratio import Line, cpu_seconds, duel, held_to, in_child
from sheetsync.config import parse_config
from sheetsync.feeds.taking import Outcome, take_file
from sheetsync.feeds.way import way_of
from sheetsync.resources import rules_folder
from sheetsync.rulebook import load_rules
from sheetsync.store import Store

TITLE = "Taking a feed, against a pandas read and a loop over a dict"
SIZES = (10_000, 100_000)
ROUNDS = 3
TIME_LIMIT, GROWTH_LIMIT, AGAIN_LIMIT, BAD_PEAK_LIMIT = 6.0, 12.0, 0.05, 100.0
NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)
HEADINGS = (
    "Order ID,Order Date & Time,Customer Name / ID,SKU(s) Ordered,Order Priority,Vendor,Notes\n"
)
CONFIG = "version: 1\ntracker: {path: t.xlsx, timezone: Africa/Johannesburg}\nfeeds:\n  web: {kind: orders}\n"

BAD = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from bench.feeds import CONFIG, NOW
from sheetsync.config import parse_config
from sheetsync.feeds.reading import read_feed
from sheetsync.feeds.way import way_of
from sheetsync.resources import rules_folder
from sheetsync.rulebook import load_rules
rules = load_rules(rules_folder())
config = parse_config(CONFIG.replace("kind: orders", "kind: carrier"), Path(sys.argv[2]) / "config.yaml")
way = way_of("web", config.feeds["web"], config, rules)
before = peak_mb()
reading = read_feed(Path(sys.argv[1]), way, NOW)
print(json.dumps({"rows": reading.rows, "refused": reading.refused, "listed": len(reading.refusals),
                  "before": before, "peak": peak_mb()}))
"""


def make_orders(path: Path, count: int) -> None:
    """A file of `count` orders x 7 columns."""
    dice = Random(7)
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADINGS)
        for number in range(count):
            file.write(
                f"SP-{number:07},2026-03-0{1 + number % 8} 0{number % 10}:15,Customer {dice.randrange(3000)},"
                f"SKU-{dice.randrange(900)} x{1 + number % 4},Standard,Acme,leave at the gate {number}\n"
            )


def make_bad(path: Path, count: int) -> None:
    """A file of `count` rows of which none can be used."""
    with path.open("w", encoding="utf-8") as file:
        file.write("Tracking Number,Carrier Status,Last Update\n")
        file.writelines(f"1Z{number:09},Lost,some day\n" for number in range(count))


def peer(path: Path) -> dict[str, dict[str, str]]:
    """What a script does."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    orders: dict[str, dict[str, str]] = {}
    for row in frame.to_dict("records"):
        row["Order Date & Time"] = pd.Timestamp(row["Order Date & Time"])
        orders[row["Order ID"]] = row
    return orders


class Desk:
    """One feed, and a tracker that is another one at each new taking."""

    def __init__(self, folder: Path) -> None:
        rules = load_rules(rules_folder())
        config = parse_config(CONFIG, folder / "config.yaml")
        self.folder, self.count = folder, 0
        self.way = way_of("web", config.feeds["web"], config, rules)
        self.store = Store.open(f"sqlite:///{folder / 'state.db'}", now=NOW)

    def file(self, count: int) -> Path:
        """A file of so many orders."""
        path = self.folder / f"orders-{count}.csv"
        if not path.exists():
            make_orders(path, count)
        return path

    def take_anew(self, path: Path) -> Outcome:
        """The file, for a tracker that never saw it."""
        self.count += 1
        return self.take(path)

    def take(self, path: Path) -> Outcome:
        """The file, for the tracker at hand."""
        name = f"t{self.count}"
        tracker = self.store.tracker(name, name, uuid=name, now=NOW).id
        outcome = take_file(path, self.way, self.store.feeds(tracker), NOW)
        if outcome.verdict == "refused":
            raise SystemExit(outcome.sentence)
        return outcome


def run() -> Iterator[Line]:
    """The lines of this benchmark."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        desk = Desk(folder)
        for count in SIZES:
            yield from _against_the_peer(desk, count)
        small, large = (desk.file(count) for count in SIZES)
        grown = duel(lambda: desk.take_anew(large), lambda: desk.take_anew(small), ROUNDS)
        words = f"{SIZES[1] // SIZES[0]} times the rows: {grown.ratio:.1f} times the time"
        yield held_to(words, grown.ratio, GROWTH_LIMIT)
        yield _bad(folder)


def _against_the_peer(desk: Desk, count: int) -> Iterator[Line]:
    path = desk.file(count)
    found = duel(lambda: desk.take_anew(path), lambda: peer(path), ROUNDS)
    again = cpu_seconds(lambda: desk.take(path)) / found.ours
    rows = f"{count:,} rows x 7"
    yield held_to(f"{rows}: {found.ratio:.1f} of the peer's time", found.ratio, TIME_LIMIT)
    yield held_to(f"{rows}: given again {again:.3f} of it", again, AGAIN_LIMIT)


def _bad(folder: Path) -> Line:
    """A million rows of which none can be used: the report and the memory stay bounded."""
    path = folder / "bad.csv"
    make_bad(path, 1_000_000)
    told = in_child(BAD, str(path), str(folder))
    if told["refused"] != 1_000_000 or told["listed"] > 1000:
        raise SystemExit(f"a million bad rows: {told}")
    more = told["peak"] - told["before"]
    words = f"{told['refused']:,} bad rows, {path.stat().st_size >> 20} MB: {told['listed']:,} listed, {more} MB more"
    return held_to(words, more, BAD_PEAK_LIMIT)


if __name__ == "__main__":
    for line in run():
        print(line)
