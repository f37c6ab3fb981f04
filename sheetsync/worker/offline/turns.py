"""A turn at the tracker beside a running worker: between two of its passes, never within one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sheetsync.errors import TrackerTaken, UsageError

if TYPE_CHECKING:
    from sheetsync.worker.workshop import Workshop

_TRIES: Final = 24
_PAUSE: Final = 5.0
"""Seconds; a pass takes a few, and a large one not two minutes."""


@contextmanager
def own_turn(shop: Workshop, what: str) -> Iterator[None]:
    """Have the lease while the block runs, as `what`; waits for a pass that is under way. Raises TrackerTaken."""
    with ExitStack() as stack:
        for left in reversed(range(_TRIES)):
            try:
                stack.enter_context(shop.turn(f" {what} {os.getpid()}"))
            except TrackerTaken:
                if not left:
                    raise
                shop.pause(_PAUSE)
            else:
                break
        yield


def after_the_last_pass(shop: Workshop) -> datetime:
    """A moment of its own: two lines of the log about one cell never share one. Raises UsageError."""
    last = shop.store.passes(shop.state.id, 1)
    if not last:
        raise UsageError("There was no pass over this tracker yet. Run sheetsync sync first.")
    return last[0].started_at + timedelta(seconds=1)
