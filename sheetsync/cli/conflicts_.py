"""`sheetsync conflicts`: what a copy and the tracker both changed, and what shall stand."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from sheetsync.cli.options import config_option
from sheetsync.cli.output import counted, err, out, progress
from sheetsync.cli.who import who_asks
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.domain.moments import scalar_to_local
from sheetsync.errors import UsageError
from sheetsync.store.offline import Conflict
from sheetsync.worker.offline.applying import stand
from sheetsync.worker.offline.conflicts import Settled, settle
from sheetsync.worker.workshop import Workshop


@click.command("conflicts", short_help="list what a copy and the tracker both changed, and choose")
@click.argument("numbers", metavar="[NO]...", type=int, nargs=-1)
@config_option
@click.option(
    "--take",
    type=click.Choice(["file", "tracker"]),
    help="Which value shall stand in the conflicts named.",
)
@click.option("--every", is_flag=True, help="With --take: all that are open.")
def command(numbers: tuple[int, ...], config_path: Path, take: str | None, every: bool) -> int:
    """List the open conflicts, or settle some: sheetsync conflicts --take file 3 4.

    The same can be chosen on the tab Conflicts of the tracker, which the next pass reads. A value that has
    changed in the tracker since is not written over: it comes up as a conflict anew.
    """
    with open_workshop(config_path) as workshop:
        open_ = workshop.store.offline(workshop.state.id).conflicts()
        if take is None:
            _show(workshop, open_)
            return 0
        chosen = {found.number for found in open_} if every else set(numbers)
        unknown = chosen - {found.number for found in open_}
        if unknown or not chosen:
            known = f"{min(unknown)} is no open conflict" if unknown else "No conflict was named"
            raise UsageError(f"{known}. sheetsync conflicts lists those that are open.")
        with progress("Writing"):
            now = wall_clock()
            done = settle(
                workshop, stand(workshop, now), dict.fromkeys(chosen, take), who=who_asks(), at=now
            )
    return _tell(done)


def _tell(done: Settled) -> int:
    out.print(
        f"{counted(done.taken, 'value')} taken from the file, {done.kept:,} left as they are."
    )
    if done.again:
        err.print(
            Text(
                f"{counted(done.again, 'cell')} changed meanwhile and came up anew.", style="yellow"
            )
        )
    if done.missed:
        err.print(
            Text(f"{counted(done.missed, 'cell')} could not be written: {done.why}", style="yellow")
        )
    return 75 if done.missed else 0


def _show(workshop: Workshop, open_: list[Conflict]) -> None:
    if not open_:
        out.print("There is no open conflict.")
        return
    columns = workshop.rules(wall_clock()).rules.columns
    table = Table(show_edge=False, pad_edge=False)
    for heading in (
        "No",
        "Order",
        "Column",
        "When exported",
        "In the file",
        "In the tracker",
        "Since",
    ):
        table.add_column(heading, overflow="fold")
    for found in open_:
        title = columns[found.column].title if found.column in columns else found.column
        since = scalar_to_local(found.found_at, workshop.timezone)
        texts = (found.base, found.theirs, found.ours)
        table.add_row(
            str(found.number), Text(found.order_id), Text(title), *(Text(text or "(blank)") for text in texts),
            f"{since:%Y-%m-%d %H:%M}",
        )  # fmt: skip
    out.print(table)
    out.print(
        "To choose: sheetsync conflicts --take file NO, or --take tracker NO; or on the tab Conflicts."
    )
