"""`sheetsync import`: a copy comes back, merged cell by cell with what changed in the tracker."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.text import Text

from sheetsync.cli.import_view import import_json, show_import
from sheetsync.cli.options import config_option
from sheetsync.cli.output import counted, err, out, plain, progress
from sheetsync.cli.who import who_asks
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.worker.offline.diff_workbook import draw_diff
from sheetsync.worker.offline.importing import Imported, carry_out_import
from sheetsync.worker.offline.returning import Asked, ImportPlan, look_at_import
from sheetsync.worker.workshop import Workshop


@click.command("import", short_help="bring an exported copy back, merged cell by cell")
@click.argument("file", type=click.Path(path_type=Path))
@config_option
@click.option("--apply", is_flag=True, help="Write it, after asking; without it, it is only shown.")
@click.option("--yes", is_flag=True, help="With --apply: do not ask.")
@click.option(
    "--diff",
    "diff",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="XLSX",
    help="Write what would happen into a workbook, with colours and the values side by side.",
)
@click.option(
    "--without", multiple=True, metavar="HEADING", help="Leave this column out; may be repeated."
)
@click.option(
    "--copy",
    "copy_id",
    default="",
    metavar="ID",
    help="Which copy it is, where FILE has lost its mark.",
)
@click.option("--approve", is_flag=True, help="What the guard holds back is meant so.")
@click.option("--all", "everything", is_flag=True, help="Show every cell, however many.")
@click.option(
    "--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True
)
def command(
    file: Path, config_path: Path, apply: bool, yes: bool, diff: Path | None, without: tuple[str, ...],
    copy_id: str, approve: bool, everything: bool, style: str,
) -> int:  # fmt: skip
    """Merge FILE, which sheetsync export wrote, with the tracker as it stands now.

    Compared are the copy as it went out, the file, and the tracker: a cell that only the file changed is
    taken, one that only the tracker changed is kept, and what both changed goes to the tab Conflicts, where
    a person chooses. Rows that the file lost are told, never deleted. Nothing is written without --apply.
    Exit code 3: refused, see the reason; 75: some cells could not be written now, import it again.
    """
    now = wall_clock()
    asked = Asked(copy_id=copy_id, without=without, approved=approve)
    with open_workshop(config_path) as workshop:
        with progress(f"Reading {file.name} and the tracker"):
            found = look_at_import(workshop, file, now, asked)
        if diff is not None:
            draw_diff(diff, found)
        if style == "json":
            plain(import_json(found))
        else:
            show_import(found, everything=everything, diff=diff)
        if found.idle or not _wanted(apply=apply, yes=yes, style=style):
            return 0
        return _apply(workshop, found, style)


def _apply(workshop: Workshop, found: ImportPlan, style: str) -> int:
    with progress("Writing"):
        done = carry_out_import(workshop, found, who=who_asks())
    if style == "table":
        out.print(_words(done))
    for remark in done.remarks:
        err.print(Text.assemble(("Note: ", "yellow"), remark))
    if done.missed:
        why = done.why.rstrip(".") or "the tracker changed in that moment"
        words = f"{counted(done.missed, 'cell or row', 'cells or rows')} could not be written: {why}. Import the file again."
        err.print(Text(words, style="yellow"))
    return done.exit_code


def _words(done: Imported) -> str:
    parts = [f"{counted(done.cells, 'cell')} written"]
    parts += [f"{counted(done.rows, 'row')} added"] if done.rows else []
    parts += (
        [f"{counted(done.conflicts, 'conflict')} on the tab Conflicts"] if done.conflicts else []
    )
    return f"Done: {', '.join(parts)}. It is pass {done.number}; sheetsync undo {done.number} takes its cells back."


def _wanted(*, apply: bool, yes: bool, style: str) -> bool:
    if not apply:
        if style == "table":
            out.print("Nothing was written. To write it, add --apply.")
        return False
    if yes:
        return True
    if style == "json" or not sys.stdin.isatty():
        err.print("Nothing was written. Add --yes to write it without being asked.")
        return False
    if click.confirm("Write this?"):
        return True
    out.print("Nothing was written.")
    return False
