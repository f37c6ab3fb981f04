"""Kill real workers: `python -m tests.simulation.kills --kills 100`.

`--seed N` begins at another world; a world is played again by its number. The schedule of kills comes from
it alone, but real time is never twice the same, so a failure may take more than one try to come back; with
`--diary FOLDER` each world writes down what happened.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.simulation.kills.many import played, postgres, tasks
from tests.simulation.kills.world import GAP
from tests.simulation.worker.figures import Figures


def main(arguments: list[str] | None = None) -> int:
    """Do what the arguments ask; 1 where a promise was broken."""
    given = _arguments(arguments)
    total = Figures()
    if given.diary is not None:
        given.diary.mkdir(exist_ok=True)
    with postgres(not given.no_postgres) as server:
        todo = tasks(
            given.seed, given.kills, server, plant=given.plant, gap=given.gap, diary=given.diary
        )
        for figures in played(todo, given.jobs):
            total.add(figures)
    print(total.table())
    print(f"{sum(bool(task.store) for task in todo)} of {len(todo)} stores were on PostgreSQL")
    for words in total.broken:
        print(f"BROKEN {words}")
    for seed in worlds_of(total):
        kills = next(task.kills for task in todo if task.seed == seed)
        print(f"again: python -m tests.simulation.kills --seed {seed} --kills {kills} --jobs 1")
    return int(not total.good)


def worlds_of(total: Figures) -> list[int]:
    """The worlds in which a promise was broken."""
    return sorted({int(words.split()[1].rstrip(":")) for words in total.broken})


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.kills")
    parser.add_argument("--kills", type=int, default=100, help="how many workers to kill")
    parser.add_argument("--seed", type=int, default=1, help="the first world")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--no-postgres", action="store_true", help="every store in a file")
    parser.add_argument("--plant", default="", help="a fault that the workers shall have")
    parser.add_argument(
        "--gap", type=float, default=GAP, help="how often somebody acts in the midst of a request"
    )
    parser.add_argument("--diary", type=Path, help="a folder for what happened, a file a world")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
