"""Run the races: `python -m tests.simulation.google --seeds 2000 --passes 60 --jobs 2`.

`--seed N` plays one seed again and prints everything that happened. `--pairs` plays every two acts in every two gaps, `--peers` the same seeds by plain scripts,
`--planted` looks for each planted fault.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from multiprocessing import get_context
from typing import Any

from tests.simulation.google import exhaustive
from tests.simulation.google.peers import PEERS
from tests.simulation.google.planted import PLANTED, caught
from tests.simulation.google.seeds import OURS, PASSES, play_peer, play_seed
from tests.simulation.google.table import Total, comparison, details
from tests.simulation.google.world import Story


def main(arguments: list[str] | None = None) -> int:
    """Do what the arguments ask; 1 where a promise was broken."""
    given = _arguments(arguments)
    if given.seed is not None:
        return _replay(given.seed, given.passes)
    bad = 0
    if given.seeds:
        bad += _race(given)
    if given.pairs:
        bad += _pairs(given.jobs)
    if given.peers:
        _peers(given)
    if given.planted:
        bad += _planted(given)
    return int(bad > 0)


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.google")
    parser.add_argument("--seeds", type=int, default=0, help="how many seeds to race")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--passes", type=int, default=PASSES)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, help="play this one again and print it")
    parser.add_argument("--pairs", action="store_true", help="every two acts in every two gaps")
    parser.add_argument("--peers", type=int, default=0, help="seeds to compare the peers on")
    parser.add_argument("--planted", type=int, default=0, help="most seeds to find a planted fault")
    return parser.parse_args(arguments)


def _race(given: argparse.Namespace) -> int:
    total = Total(OURS)
    seeds = range(given.first, given.first + given.seeds)
    for story in _spread(partial(_seed, passes=given.passes), seeds, given.jobs, "races"):
        total.add(story)
        if story.broken:
            print(f"\nseed {story.seed}: {story.broken[0]}", flush=True)
    print(details(total))
    if total.broken:
        print(f"again: python -m tests.simulation.google --seed {min(total.broken)}")
    return len(total.broken)


def _seed(seed: int, passes: int) -> Story:
    """A story fit to be sent from one process to another."""
    story = play_seed(seed, passes)
    story.trace.clear()
    return story


def _replay(seed: int, passes: int) -> int:
    story = play_seed(seed, passes)
    print("\n".join(story.trace))
    for words in story.broken:
        print(f"BROKEN seed {seed}, {words}")
    return int(bool(story.broken))


def _pairs(jobs: int) -> int:
    found = [
        line
        for lines in _spread(exhaustive.broken_pairs, exhaustive.ACTS, jobs, "pairs")
        for line in lines
    ]
    print("\n".join(found))
    print(f"pairs of acts that broke a promise: {len(found)}")
    return len(found)


def _peers(given: argparse.Namespace) -> None:
    totals = []
    for name in (OURS, *PEERS):
        totals.append(Total(name))
        play = partial(_peer, name, passes=given.passes)
        for story in _spread(play, range(given.peers), given.jobs, name):
            totals[-1].add(story)
    print(comparison(totals))


def _peer(name: str, seed: int, passes: int) -> Story:
    story = play_peer(name, seed, passes)
    story.trace.clear()
    return story


def _planted(given: argparse.Namespace) -> int:
    missed = 0
    for name, write in PLANTED.items():
        seed = caught(write, given.planted, given.passes)
        missed += seed is None
        print(f"{name}: {'NOT FOUND' if seed is None else f'found at seed {seed}'}", flush=True)
    return missed


def _spread(
    work: Callable[[Any], Any], items: Iterable[Any], jobs: int, name: str
) -> Iterator[Any]:
    """The results in order, from so many processes, with a line that tells how far it is."""
    todo, start = list(items), time.monotonic()
    with get_context("fork").Pool(jobs) as pool:
        for done, result in enumerate(pool.imap(work, todo, chunksize=1), start=1):
            if done % max(len(todo) // 50, 1) == 0:
                line = f"{name}: {done:,} of {len(todo):,}, {time.monotonic() - start:.0f} s"
                print(f"\r{line}   ", end="", file=sys.stderr, flush=True)
            yield result
    print(file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
