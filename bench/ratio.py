"""What every benchmark here shares: a line for a person, a stated limit, and how to measure.

A figure is a ratio against a peer that works in the same run, because bare seconds say more about
the machine than about the code. Both sides take turns, so that a noisy minute hits both; time and
memory are measured apart, because tracing memory slows everything down.
"""

from __future__ import annotations

import gc
import json
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

T = TypeVar("T")

CHILD_PEAK: Final = """
def peak_mb():
    # Not ru_maxrss: that one is inherited from the parent across fork and exec.
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))
"""
"""For programs that are measured in a process of their own: the most memory it ever held, in MB."""


@dataclass(frozen=True, slots=True)
class Line:
    """One measured fact in words; `kept` is False where a stated limit is missed."""

    text: str
    kept: bool = True

    def __str__(self) -> str:
        return self.text if self.kept else f"{self.text}  <-- MISSED"


@dataclass(frozen=True, slots=True)
class Duel:
    """CPU seconds (medians) of ours and of the peer, and the median of the ratios of each round."""

    ours: float
    peer: float
    ratio: float


def held_to(text: str, value: float, limit: float) -> Line:
    """A line that says its limit, and whether `value` keeps it."""
    return Line(f"{text} (limit {limit:g})", kept=value <= limit)


def duel(ours: Callable[[], object], peer: Callable[[], object], rounds: int) -> Duel:
    """Both in turns, `rounds` times."""
    pairs = [(cpu_seconds(ours), cpu_seconds(peer)) for _ in range(rounds)]
    return Duel(
        ours=statistics.median(mine for mine, _ in pairs),
        peer=statistics.median(theirs for _, theirs in pairs),
        ratio=statistics.median(mine / theirs for mine, theirs in pairs),
    )


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of one run, garbage collected before it, collector on during it."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of an input, and the peak that working on it takes beyond all that stood before."""

    size: int
    peak: int

    @property
    def ratio(self) -> float:
        """How many times the input the work takes on top of it."""
        return self.peak / self.size


def memory_of(build: Callable[[], T], work: Callable[[T], object]) -> Memory:
    """Trace `work` on what `build` makes; whatever `build` keeps alive is the input."""
    gc.collect()
    tracemalloc.start()
    given = build()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    kept = work(given)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return Memory(size, peak - size)


def in_child(program: str, *arguments: str) -> dict[str, Any]:
    """Run a Python program in a process of its own; what it prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD_PEAK + program, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))
