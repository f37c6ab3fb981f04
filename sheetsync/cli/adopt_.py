"""`sheetsync adopt`: begin anew, silently, with a copied sheet or with another store."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text

from sheetsync.cli.approve_view import show_cells
from sheetsync.cli.options import config_option
from sheetsync.cli.output import counted, err, out, progress
from sheetsync.cli.sync_ import tell
from sheetsync.cli.who import who_asks
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.domain.guard.approval import cells_by_column
from sheetsync.domain.model import Marker
from sheetsync.worker.adopting import Adoption, adopt, look


@click.command("adopt", short_help="begin anew with a copied sheet, or with another store")
@config_option
@click.option("--yes", is_flag=True, help="Do not ask: for scripts.")
def command(config_path: Path, yes: bool) -> int:
    """Take over a tracker that is held because its mark is not this store's: show, ask, begin anew.

    For a sheet that was copied, a store that was lost or put back from an old copy, and a second
    installation. What follows is a first look: nothing is mailed, no time is invented, and mails that
    wait are called off. What is known of earlier orders and of sent mails stays.
    """
    with open_workshop(config_path) as workshop:
        with progress("Reading the tracker"):
            found = look(workshop, wall_clock())
        _show(found)
        if not yes and not click.confirm("Begin anew with this sheet?", default=False):
            out.print("Nothing was adopted; the tracker stays held.")
            return 3
        with progress("Looking for the first time"):
            result = adopt(workshop, found, who=who_asks(), now=wall_clock())
        if result is None:
            out.print("Adopted; the running worker takes its first look with its next pass.")
            return 0
        tell(result, workshop.name)
    return result.exit_code


def _show(found: Adoption) -> None:
    err.print(Text(found.trip.sentence, style="bold red"))
    out.print(f"The sheet's mark: {_mark(found.found)}. This store's: {_mark(found.ours)}.")
    out.print(
        f"{counted(len(found.baseline.orders.frame), 'row')} would be taken as they stand; "
        f"{counted(found.new, 'order')} this store has never seen; "
        f"{counted(found.gone, 'order')} that it knows not there. No mail would be sent."
    )
    if found.waiting:
        out.print(
            f"{counted(found.waiting, 'mail that waits', 'mails that wait')} would be called off."
        )
    show_cells(cells_by_column(found.baseline), found.baseline)


def _mark(mark: Marker | None) -> str:
    if mark is None:
        return "none"
    return f"{mark.uuid[:8]}, epoch {mark.epoch}, pass {mark.seq}"
