"""`sheetsync undo`: take back the cells that one pass wrote, where they still hold it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sheetsync.cli.options import config_option
from sheetsync.cli.output import counted, err, out, plain, progress
from sheetsync.cli.undo_view import show_passes, show_undo, undo_json
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.worker.undo import carry_out_undo, look_at_undo
from sheetsync.worker.workshop import Workshop

_PASSES_SHOWN = 15


@click.command("undo", short_help="take back what one pass wrote")
@click.argument("number", metavar="[PASS]", type=int, required=False)
@config_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--all", "everything", is_flag=True, help="Show every cell, however many.")
@click.option(
    "--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="json shows what would be taken back, and takes nothing back without --yes.",
)  # fmt: skip
def command(
    number: int | None, config_path: Path, yes: bool, everything: bool, style: str
) -> int | None:
    """Take back the cells that PASS wrote and that still hold it; without PASS, list the passes.

    It shows each cell with what stands there now and what it goes back to, and each one that it
    leaves, with the reason; then it asks. An undo is a pass of its own: it is logged, and can be
    undone. The next pass does not write the same again. Mails cannot be taken back; those that
    still wait are called off. Exit code 75: some cells could not be written now.
    """
    with open_workshop(config_path) as workshop, workshop.alone():
        if number is None:
            undoing = workshop.store.undoing(workshop.state.id)
            show_passes(undoing.passes(_PASSES_SHOWN), workshop.timezone)
            return None
        return _undo(workshop, number, yes=yes, everything=everything, style=style)


def _undo(workshop: Workshop, number: int, *, yes: bool, everything: bool, style: str) -> int:
    with progress("Reading the tracker and the log"):
        undo = look_at_undo(workshop, number, wall_clock())
    if style == "json":
        plain(undo_json(undo))
    else:
        show_undo(undo, workshop.timezone, everything=everything)
    if undo.idle or not _wanted(yes=yes, style=style):
        return 0
    done = carry_out_undo(workshop, undo)
    if style == "table":
        out.print(
            f"Done: pass {done.number} took {counted(done.cells, 'cell')} back. "
            f"To take that back in turn: sheetsync undo {done.number}"
        )
    missed = len(done.receipt.outcomes) - done.cells
    if missed:
        err.print(
            f"[yellow]{counted(missed, 'cell')} could not be written: {_why(done.receipt.deferred)} "
            f"Ask for the same undo again.[/]"
        )
    return done.exit_code


def _why(deferred: str) -> str:
    return deferred or "their rows changed in that moment."


def _wanted(*, yes: bool, style: str) -> bool:
    if yes:
        return True
    if style == "json" or not sys.stdin.isatty():
        err.print("Nothing was taken back. Add --yes to do it.")
        return False
    if click.confirm("Take this back?"):
        return True
    out.print("Nothing was taken back.")
    return False
