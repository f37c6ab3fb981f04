"""Many worlds, spread over processes, with a line that tells how far they are."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from tests.simulation.kills.seeds import KILLS, play
from tests.simulation.kills.world import GAP
from tests.simulation.worker.figures import Figures
from tests.support.postgres import PostgresServer, programs

POSTGRES_EVERY: Final = 4
"""One world in so many keeps its store on PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Task:
    """A world to play."""

    seed: int
    kills: int
    store: str = ""
    plant: str = ""
    gap: float = GAP
    diary: Path | None = None
    """Where to write down what happened."""


def tasks(
    first: int,
    kills: int,
    server: PostgresServer | None,
    *,
    plant: str = "",
    gap: float = GAP,
    diary: Path | None = None,
) -> list[Task]:
    """Worlds from seed `first` on for so many kills together; every fourth on PostgreSQL, if there is one."""
    sizes = [min(KILLS, kills - begun) for begun in range(0, kills, KILLS)]
    return [
        Task(seed, size, store_for(seed, server), plant, gap, diary and diary / f"world-{seed}.txt")
        for seed, size in enumerate(sizes, start=first)
    ]


def store_for(seed: int, server: PostgresServer | None) -> str:
    """The address of a new database without any table for every fourth seed, "" for a file."""
    if server is None or seed % POSTGRES_EVERY != POSTGRES_EVERY - 1:
        return ""
    return server.new_database("template1")


def played(todo: Sequence[Task], jobs: int) -> Iterator[Figures]:
    """The figures of each world in order, from so many processes."""
    start, kills = time.monotonic(), 0
    with get_context("fork").Pool(jobs) as pool:
        for done, figures in enumerate(pool.imap(play_task, todo), start=1):
            kills += figures.kills
            line = f"kills: {kills:,} in {done} of {len(todo)} worlds, {time.monotonic() - start:.0f} s"
            print(f"\r{line}   ", end="", file=sys.stderr, flush=True)
            yield figures
    print(file=sys.stderr)


def play_task(task: Task) -> Figures:
    """Play one world; what it raised is a broken promise of its own."""
    try:
        return play(
            task.seed,
            task.kills,
            store=task.store,
            plant=task.plant,
            gap=task.gap,
            diary=task.diary,
        )
    except Exception as error:  # noqa: BLE001 - whatever escapes a world is what we look for
        return Figures(seeds=1, broken=[f"world {task.seed}: {raised(error)}"])


def raised(error: Exception) -> str:
    """What was raised, and where."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"raised {error!r} in {Path(last.filename).name}:{last.lineno}"


@contextmanager
def postgres(wanted: bool = True) -> Iterator[PostgresServer | None]:
    """A server, where this platform has one."""
    bins = programs() if wanted else None
    if bins is None:
        yield None
        return
    server = PostgresServer(bins)
    try:
        yield server
    finally:
        server.stop()
