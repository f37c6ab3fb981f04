"""`sheetsync approve`: look at what the guard holds back, and let exactly that through."""

from __future__ import annotations

from pathlib import Path

import click

from sheetsync.cli.approve_view import show
from sheetsync.cli.options import config_option
from sheetsync.cli.output import err, out, progress
from sheetsync.cli.sync_ import tell
from sheetsync.cli.who import who_asks
from sheetsync.cli.wiring import open_workshop, pause, wall_clock
from sheetsync.errors import PlanRefused
from sheetsync.worker.approving import approve, carry_out, look
from sheetsync.worker.one_pass import PassResult
from sheetsync.worker.workshop import Workshop

ROUNDS = 5
"""How often a plan that changed in the meantime is shown again in one call."""


@click.command("approve", short_help="let a held plan through, after a look at it")
@config_option
@click.option("--yes", is_flag=True, help="Do not ask: for scripts.")
def command(config_path: Path, yes: bool) -> int:
    """Show what the guard holds back (cells by column, mails by recipient), ask, and let it through.

    The answer holds for what was shown: where the sheet asks for something else by then, nothing is
    done and it is shown again. Who approved what, and when, is kept. A worker that runs does it with
    its next pass; else it is done at once. Nothing is approved where the question is whose sheet it
    is: see sheetsync adopt.
    """
    with open_workshop(config_path) as workshop:
        for _ in range(ROUNDS):
            result = _one_round(workshop, yes=yes)
            if not isinstance(result, str):
                return result
            err.print(f"[yellow]{result}[/]")
    raise PlanRefused(
        f"{workshop.name} asked for something else at every look, so nothing was approved. "
        "Ask the team to pause for a moment, and run sheetsync approve again."
    )


def _one_round(workshop: Workshop, *, yes: bool) -> int | str:
    """The exit code; a sentence where the plan changed since it was shown."""
    with progress("Reading the tracker and deciding"):
        shown = look(workshop, wall_clock())
    if shown is None:
        out.print("Nothing is held back: the next pass goes on by itself.")
        return 0
    show(shown)
    if not yes and not click.confirm("Let exactly this through?", default=False):
        held = workshop.state.state == "held"
        out.print(
            f"Nothing was approved; {'the tracker stays held' if held else 'it stays held back'}."
        )
        return 3
    approve(workshop, shown, who=who_asks(), now=wall_clock())
    with progress("Carrying it out"):
        done = carry_out(workshop, clock=wall_clock, wait=pause)
    return _ending(done, workshop)


def _ending(done: PassResult | str, workshop: Workshop) -> int | str:
    if isinstance(done, PassResult):
        tell(done, workshop.name)
        return done.exit_code
    if done == "changed":
        return "The sheet asks for something else than you were shown, so here it is again."
    if done == "not yet":
        err.print(
            "[yellow]Approved; the running worker has not looked yet and does it with its next pass.[/]"
        )
        return 75
    out.print("Approved; the running worker has carried it out.")
    return 0
