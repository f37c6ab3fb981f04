"""As many seeds as fit into a time, over several processes, and what they came to together."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import count, islice
from multiprocessing import get_context
from typing import Any

from tests.simulation.worker.figures import Figures
from tests.simulation.worker.story import Story, play_seed


def run(
    seconds: float, jobs: int, *, first: int = 0, tell: Callable[[str], None] | None = None
) -> Figures:
    """Play seeds from `first` on until `seconds` have gone; `tell` gets a line about how far it is."""
    end = time.monotonic() + seconds
    seeds = (seed for seed in count(first) if time.monotonic() < end)
    return total(spread(light, seeds, jobs), tell or to_stderr)


def total(stories: Iterable[Story], tell: Callable[[str], None]) -> Figures:
    """The figures of all, with a word about each broken promise as it is found."""
    figures, told = Figures(), time.monotonic()
    for story in stories:
        figures.add(story.figures)
        for words in story.broken:
            tell(f"BROKEN seed {story.seed} on {story.kind}: {words}\n  {again(story)}")
        if time.monotonic() > told + 10:
            told = time.monotonic()
            tell(f"{figures.seeds:,} seeds, {figures.passes:,} passes, {figures.kills:,} kills")
    return figures


def again(story: Story) -> str:
    """How to play a story again."""
    return f"again: python -m tests.simulation.worker --seed {story.seed} --kind {story.kind}"


def light(seed: int) -> Story:
    """A story fit to be sent from one process to another."""
    story = play_seed(seed)
    story.trace.clear()
    return story


def spread(work: Callable[[Any], Any], items: Iterable[Any], jobs: int) -> Iterator[Any]:
    """The results in order from so many processes; an item is taken only when a process is free for it."""
    if jobs == 1:
        yield from map(work, items)
        return
    todo = iter(items)
    with get_context("fork").Pool(jobs) as pool:
        waiting = [pool.apply_async(work, (item,)) for item in islice(todo, jobs + 1)]
        while waiting:
            yield waiting.pop(0).get()
            waiting += [pool.apply_async(work, (item,)) for item in islice(todo, 1)]


def to_stderr(line: str) -> None:
    """A line about how far it is."""
    print(line, file=sys.stderr, flush=True)
