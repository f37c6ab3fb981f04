"""Play whole workers: `python -m tests.simulation.worker --seeds 100 --jobs 2`.

`--seed N` plays one again and prints everything that happened; `--seconds S` plays as many as fit.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial

from tests.simulation.worker import soak
from tests.simulation.worker.story import PASSES, Story, play_seed


def main(arguments: list[str] | None = None) -> int:
    """Do what the arguments ask; 1 where a promise was broken."""
    given = _arguments(arguments)
    if given.seed is not None:
        return _replay(given.seed, given.kind, given.passes)
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
    return parser.parse_args(arguments)


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
