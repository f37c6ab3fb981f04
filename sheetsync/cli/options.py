"""Options that several verbs share, so that they are spelled and explained the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from sheetsync.cli.clock import wall_clock
from sheetsync.domain.moments import scalar_to_utc
from sheetsync.errors import UsageError

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

config_option: Decorator = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    default=Path("config.yaml"),
    show_default=True,
    help="The configuration file; paths in it are relative to its folder.",
)

at_option: Decorator = click.option(
    "--at",
    "at_text",
    metavar="MOMENT",
    help="Answer as of this moment instead of now: 2025-03-10T14:05 in the tracker's time zone, "
    "or with an offset or Z.",
)


def parse_moment(text: str | None, timezone: str) -> datetime:
    """The moment a person wrote, as aware UTC with whole seconds; None is now. Raises UsageError."""
    if text is None:
        return wall_clock()
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"--at says “{text}”, which is not a moment. Write it like 2025-03-10T14:05."
        ) from None
    moment = moment.replace(microsecond=0)
    if moment.tzinfo is None:
        return scalar_to_utc(moment, timezone)
    return moment.astimezone(UTC)
