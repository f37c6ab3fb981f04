"""`sheetsync init`: a new tracker folder."""

from __future__ import annotations

import os
from pathlib import Path

import click

from sheetsync.cli.output import out
from sheetsync.setup.fresh import make_folder
from sheetsync.setup.zones import machine_zone, named_zone


@click.command("init", short_help="make a new tracker folder")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--timezone")
@click.option("--from", "sender")
def command(folder: Path, timezone: str | None, sender: str | None) -> None:
    """Make."""
    zone = named_zone(timezone) if timezone else machine_zone(os.environ)
    for made in make_folder(folder, timezone=zone.name, sender=sender or ""):
        out.print(f"{made.name} {made.what}")
