"""What time it is for a verb, and how it waits: by the machine's clock, or the one that the caller of `run` brings along."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import click


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock of one's own: `now` gives aware UTC, `wait` lets seconds pass. A walk through a day is played with one."""

    now: Callable[[], datetime]
    wait: Callable[[float], None] = time.sleep


def wall_clock() -> datetime:
    """Now, as aware UTC with whole seconds."""
    own = _own()
    now = own.now() if own is not None else datetime.now(tz=UTC)
    return now.replace(microsecond=0)


def pause(seconds: float) -> None:
    """Wait, by the same clock."""
    own = _own()
    (own.wait if own is not None else time.sleep)(seconds)


def _own() -> Clock | None:
    context = click.get_current_context(silent=True)
    return context.find_object(Clock) if context is not None else None
