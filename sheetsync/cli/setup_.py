"""`sheetsync setup`: what makes a Google Sheet a good tracker, installed or taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from sheetsync.cli.options import config_option
from sheetsync.cli.output import counted, out, progress
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.errors import UsageError

_WORDS: Mapping[str, str] = {
    "setDataValidation": "drop-downs and tick boxes",
    "repeatCell": "formats",
    "updateCells": "headings and notes",
    "addConditionalFormatRule": "colours by rule",
    "updateConditionalFormatRule": "colours by rule",
    "deleteConditionalFormatRule": "colours by rule",
    "addBanding": "striped rows",
    "deleteBanding": "striped rows",
    "addFilterView": "views",
    "updateFilterView": "views",
    "deleteFilterView": "views",
    "setBasicFilter": "filter",
    "clearBasicFilter": "filter",
    "addNamedRange": "named ranges",
    "updateNamedRange": "named ranges",
    "deleteNamedRange": "named ranges",
    "addProtectedRange": "warnings",
    "updateProtectedRange": "warnings",
    "deleteProtectedRange": "warnings",
    "createDeveloperMetadata": "hidden marks",
    "updateDeveloperMetadata": "hidden marks",
    "deleteDeveloperMetadata": "hidden marks",
    "updateDimensionProperties": "widths and heights",
    "updateSheetProperties": "frozen header, tab colour",
    "addSheet": "new tabs",
    "deleteSheet": "own tabs removed",
    "appendDimension": "new columns",
    "mergeCells": "own tabs",
    "unmergeCells": "own tabs",
    "addChart": "charts",
    "deleteEmbeddedObject": "charts",
}


@click.command("setup", short_help="install what makes a Google Sheet a good tracker")
@config_option
@click.option("--remove", is_flag=True, help="Take back what was installed and is still as it was.")
@click.option("--own-tabs", is_flag=True,
              help="With --remove: delete KPI tabs, Sync Status and other tabs drawn by sheetsync, too.")  # fmt: skip
@click.option("--restore", is_flag=True, help="Also put back what people took away since.")
@click.option(
    "--add-columns",
    is_flag=True,
    help="Also add SLA, Check and Next Action where they are missing.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
def command(
    config_path: Path, remove: bool, own_tabs: bool, restore: bool, add_columns: bool, dry_run: bool
) -> int:
    """Install drop-downs, tick boxes, formats, colours by rule, views and hidden marks in one step.

    It may be run again at any time: what is there already, and what people made, stays as it is. With
    --remove exactly what was installed goes again.
    """
    if own_tabs and not remove:
        raise UsageError("--own-tabs goes with --remove.")
    with open_workshop(config_path) as workshop:
        installer = workshop.installer(wall_clock())
        with progress("Looking"):
            if remove:
                requests = installer.removal(own_tabs=own_tabs)
            else:
                keys = ("sla", "check", "next_action") if add_columns else ()
                requests = installer.planned(
                    workshop.state.marker, add_columns=keys, restore=restore
                )
        if requests and not dry_run:
            with progress("Taking back" if remove else "Setting up"):
                installer.carry_out(requests)
    if remove and not requests:
        out.print(Text("Nothing that sheetsync installed is in the sheet; nothing was changed."))
    else:
        tell(requests, done="taken back" if remove else "set up", dry_run=dry_run)
    return 0


def tell(requests: Sequence[Mapping[str, Any]], *, done: str, dry_run: bool = False) -> None:
    """One line per kind of thing."""
    if not requests:
        out.print(Text("Everything is as it should be; nothing was changed."))
        return
    kinds = Counter(_WORDS.get(next(iter(request)), "other") for request in requests)
    for words, number in sorted(kinds.items()):
        out.print(Text(f"  {number:>3}  {words}"))
    things = counted(len(requests), "thing")
    if dry_run:
        out.print(Text(f"{things} would be {done}, in one step. Nothing was changed now."))
    else:
        out.print(Text(f"{things} {done}, in one step."))
