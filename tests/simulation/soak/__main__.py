"""Soak: `python -m tests.simulation.soak --seconds 300`, or `make soak SECONDS=300`.

Whole workers are simulated from seeds, real workers are killed, and the same seeds are played over both kinds
of store, until the time is over. One table says what was counted. The exit code is 1 where any promise was
broken, and each such seed is named with the command that plays it again.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Final

from tests.simulation.kills.many import postgres
from tests.simulation.soak.parts import STORES, Piece, play
from tests.simulation.soak.sharing import SHARES, Shares, shared
from tests.simulation.soak.table import table
from tests.simulation.worker.figures import Figures

ENOUGH: Final = 20
"""A soak ends early where so many pieces were broken: more would say nothing new."""


def main(arguments: list[str] | None = None) -> int:
    """Do what the arguments ask; 1 where a promise was broken."""
    given = _arguments(arguments)
    with postgres(not given.no_postgres) as server:
        if given.stores is not None:
            assert server is not None, "there is no PostgreSQL for this platform"
            played = play(Piece(STORES, given.stores, store=server.new_database()))
            return _told({STORES: played.figures}, list(played.again))
        shares = Shares(
            given.seconds, server, parts=given.parts, first=given.first, plant=given.plant
        )
        parts = {part: Figures() for part in SHARES}
        again = []
        start = time.monotonic()
        for played in shared(shares, given.jobs):
            parts[played.piece.part].add(played.figures)
            again += played.again
            _say(parts, again, time.monotonic() - start, given.seconds)
            if len(again) >= ENOUGH:
                break
    print(file=sys.stderr)
    return _told({part: figures for part, figures in parts.items() if figures.seeds}, again)


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.soak")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--parts", nargs="*", choices=[*SHARES], default=[*SHARES])
    parser.add_argument("--first", type=int, default=0, help="the first seed of each part")
    parser.add_argument("--no-postgres", action="store_true", help="every store in a file")
    parser.add_argument("--stores", type=int, help="compare both stores on this seed alone")
    parser.add_argument(
        "--plant", default="", help="a fault that the workers of the one part asked for shall have"
    )
    return parser.parse_args(arguments)


def _say(parts: dict[str, Figures], again: list[str], gone: float, seconds: float) -> None:
    """One line that tells how far it is."""
    done = ", ".join(f"{figures.seeds:,} {part}" for part, figures in parts.items())
    bad = f", {len(again)} BROKEN" if again else ""
    line = f"soak: {gone:.0f} of {seconds:.0f} s, {done}{bad}"
    print(f"\r{line}   ", end="", file=sys.stderr, flush=True)


def _told(parts: dict[str, Figures], again: list[str]) -> int:
    """Print the table and whatever was broken; the exit code."""
    print(table(parts))
    for figures in parts.values():
        for words in figures.broken:
            print(f"BROKEN {words}")
    print("\n".join(again))
    good = bool(parts) and all(figures.good for figures in parts.values())
    print("every promise was kept" if good else "a promise was BROKEN")
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
