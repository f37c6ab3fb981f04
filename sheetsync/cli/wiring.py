"""Opens the workshop for a verb: the command line is where the clock, the sleep and the environment are."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sheetsync.cli.clock import pause, wall_clock
from sheetsync.worker.workshop import Workshop

__all__ = ["open_workshop", "pause", "wall_clock"]


def open_workshop(config_path: Path, *, clock: Callable[[], datetime] = wall_clock) -> Workshop:
    """The workshop of a configuration file; raises ConfigError, StoreError, StoreCorrupt."""
    return Workshop.open(config_path, clock=clock, wait=pause, environment=os.environ)
