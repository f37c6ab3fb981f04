"""Play whole workers: `python -m tests.simulation.worker --seeds 100 --jobs 2`.

`--seed N` plays one again and prints everything that happened; `--seconds S` plays as many as fit. `--planted N`
looks in so many seeds for each planted mistake; `--kills` kills a busy pass at every step and all pairs of steps.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial

from tests.simulation.worker import soak
from tests.simulation.worker.kills import HELD_SEED, SEED, every_kill
from tests.simulation.worker.planted import PLANTED, caught
from tests.simulation.worker.story import PASSES, Story, play_seed


def main(arguments: list[str] | None = None) -> int:
    """Do what the arguments ask; 1 where a promise was broken."""
    given = _arguments(arguments)
    if given.seed is not None:
        return _replay(given.seed, given.kind, given.passes)
    if given.planted:
        return _planted(given.planted, given.jobs)
    if given.kills:
        return _kills(given.jobs)
    if given.seconds:
        figures = soak.run(given.seconds, given.jobs, first=given.first)
    else:
        seeds = range(given.first, given.first + given.seeds)
        work = partial(_light, kind=given.kind, passes=given.passes)
        figures = soak.total(soak.spread(work, seeds, given.jobs), soak.to_stderr)
    print(figures.table())
    return int(not figures.good)


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.worker")
    parser.add_argument("--seed", type=int, help="play this one again and print it")
    parser.add_argument("--seeds", type=int, default=100, help="how many seeds to play")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seconds", type=float, default=0, help="or as many as fit into this time")
    parser.add_argument("--passes", type=int, default=PASSES)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--kind", choices=("", "memory", "excel", "google"), default="")
    parser.add_argument("--planted", type=int, default=0, help="most seeds to find a mistake in")
    parser.add_argument("--kills", action="store_true", help="every step, and all pairs of steps")
    return parser.parse_args(arguments)


def _planted(seeds: int, jobs: int) -> int:
    missed = 0
    for name, found in soak.spread(partial(_caught, seeds=seeds), PLANTED, jobs):
        missed += found is None
        words = "NOT FOUND" if found is None else f"found at seed {found[0]}: {found[1]}"
        print(f"{name}: {words}", flush=True)
    return int(missed > 0)


def _caught(name: str, seeds: int) -> tuple[str, tuple[int, str] | None]:
    return name, caught(name, range(seeds))


def _kills(jobs: int) -> int:
    wrong = 0
    days = [(kind, seed) for kind in ("memory", "excel", "google") for seed in (SEED, HELD_SEED)]
    for (kind, seed), (count, found) in soak.spread(_every_kill, days, jobs):
        held = " of mails to be held" if seed == HELD_SEED else ""
        print(f"{kind}{held}: {count} kills and pairs of kills, {len(found)} wrong", flush=True)
        print("\n".join(found[:20]), end="\n" if found else "")
        wrong += len(found)
    return int(wrong > 0)


def _every_kill(day: tuple[str, int]) -> tuple[tuple[str, int], tuple[int, list[str]]]:
    return day, every_kill(*day)


def _light(seed: int, *, kind: str, passes: int) -> Story:
    story = play_seed(seed, kind=kind, passes=passes)
    story.trace.clear()
    return story


def _replay(seed: int, kind: str, passes: int) -> int:
    story = play_seed(seed, kind=kind, passes=passes)
    print("\n".join(story.trace))
    for words in story.broken:
        print(f"BROKEN seed {seed} on {story.kind}: {words}")
    return int(bool(story.broken))


if __name__ == "__main__":
    sys.exit(main())
