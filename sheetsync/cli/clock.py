"""What time it is for a verb: the machine's clock, or the one that the caller of `run` brings along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import click


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock of one's own: `now` gives aware UTC. A walk through a day is played with one."""

    now: Callable[[], datetime]


def wall_clock() -> datetime:
    """Now, as aware UTC with whole seconds."""
    context = click.get_current_context(silent=True)
    own = context.find_object(Clock) if context is not None else None
    now = own.now() if own is not None else datetime.now(tz=UTC)
    return now.replace(microsecond=0)
