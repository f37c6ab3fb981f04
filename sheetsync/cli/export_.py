"""`sheetsync export`: orders as a file that people or programs work in, and the audit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path

import click
from rich.text import Text

from sheetsync.cli.options import config_option, parse_moment
from sheetsync.cli.output import counted, err, out, progress
from sheetsync.cli.who import who_asks
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.domain.audit import Entry
from sheetsync.worker.audit import export_audit, verify_exported
from sheetsync.worker.audit_file import Manifest, manifest_of
from sheetsync.worker.offline.exporting import export
from sheetsync.worker.offline.selecting import Selection

_TOLD_EVERY = 100_000
_TRACKER = "tracker"


class _Exports(click.Group):
    """A group in which a file name in the place of a verb means the tracker."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """`export FILE` is `export tracker FILE`."""
        known = bool(args) and args[0] in self.commands
        return super().resolve_command(ctx, args if known else [_TRACKER, *args])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """An option at the front belongs to the tracker's file, but for --help."""
        if args and args[0].startswith("-") and args[0] not in ("-h", "--help"):
            args = [_TRACKER, *args]
        return super().parse_args(ctx, args)


@click.group(
    "export", cls=_Exports, short_help="orders as a workbook that comes back, or as CSV; the audit"
)
def command() -> None:
    """Write orders, or the audit, into files for others.

    sheetsync export FILE is short for sheetsync export tracker FILE.
    """


@command.command(_TRACKER, short_help="write orders into a workbook, CSV or JSON lines")
@click.argument("file", type=click.Path(path_type=Path))
@config_option
@click.option(
    "--only",
    default="",
    metavar="FILTER",
    help="Only orders where this holds, as under when: in the rules: 'status: Packing'.",
)
@click.option("--vendor", default="", help="Only this vendor's lines.")
@click.option(
    "--view", default="", metavar="VIEW", help='"To pick", "To pack", "To ship" or Stuck.'
)
@click.option(
    "--replace", "replace_file", is_flag=True, help="Write over FILE where it is there already."
)
def tracker(
    file: Path, config_path: Path, only: str, vendor: str, view: str, replace_file: bool
) -> None:
    """Write the tracker's orders into FILE.

    A .xlsx file looks and works like the tracker: people take it along, edit it, and sheetsync import
    brings it back, cell by cell. A .csv or .jsonl file is for other programs and does not come back.
    """
    with open_workshop(config_path) as workshop, progress("Writing the copy"):
        selection = Selection(only=only.strip(), vendor=vendor.strip(), view=view.strip())
        done = export(
            workshop, file, selection, now=wall_clock(), by=who_asks(), replace_file=replace_file
        )
        kept = workshop.config.retention.copies_days
    out.print(
        Text.assemble(
            (str(file), "bold"),
            f"  {counted(done.orders, 'order')}, {counted(done.columns, 'column')}",
        )
    )
    for remark in done.remarks:
        err.print(Text.assemble(("Note: ", "yellow"), remark))
    if done.id:
        out.print(
            Text(
                f"Copy {done.id}. To bring it back within {kept} days: sheetsync import {file.name}{_config(config_path)}"
            )
        )


def _config(path: Path) -> str:
    """What names the configuration, where it is not the one of the folder at hand."""
    return "" if str(path) == "config.yaml" else f" --config {path}"


@command.command("audit", short_help="write the audit, or check a written one")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@config_option
@click.option("--since", "since_text", metavar="MOMENT", help="Only what was logged from then on.")
@click.option("--verify", is_flag=True, help="Write nothing; check FILE against its manifest.")
def audit(file: Path, config_path: Path, since_text: str | None, verify: bool) -> None:
    """Write everything that was logged into FILE (.csv or .jsonl), oldest first.

    Each line carries a checksum that builds on the one before, and FILE.manifest.json holds the last:
    keep the manifest apart, and nobody can change, drop or add a line unnoticed. --verify checks the
    lines and the manifest, and with the store at hand also that this store wrote them.
    """
    if verify:
        _verify(file, config_path)
        return
    with open_workshop(config_path) as workshop:
        since = parse_moment(since_text, workshop.timezone) if since_text else None
        with progress("Writing the audit"):
            made = export_audit(
                workshop, file, since=since, now=wall_clock(), by=who_asks(), watch=_told
            )
    out.print(Text.assemble((str(file), "bold"), f"  {_lines(made)}"))
    out.print(Text(f"Manifest  {manifest_of(file).name}"))
    out.print(Text(f"Last checksum  {made.checksum}"))
    out.print(
        Text("Keep the manifest, or that checksum, apart from the file. Check later with --verify.", style="dim")
    )  # fmt: skip


def _verify(file: Path, config_path: Path) -> None:
    at_hand = config_path.is_file()
    with open_workshop(config_path) if at_hand else nullcontext() as workshop, progress("Checking"):
        found = verify_exported(file, workshop)
    out.print(Text.assemble(("Unbroken.  ", "bold green"), f"{file.name}: {_lines(found)}"))
    out.print(Text(f"Written {found.written_at} by {found.by}, of {found.tracker}."))
    if at_hand:
        out.print(Text("The seal is of this store."))
    else:
        out.print(
            Text(f"The seal was not checked: there is no {config_path} here.", style="yellow")
        )


def _lines(manifest: Manifest) -> str:
    between = f", {manifest.first} to {manifest.last}" if manifest.lines else ""
    return f"{counted(manifest.lines, 'line')}{between}"


def _told(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries; a long export says from time to time how far it is."""
    for number, entry in enumerate(entries, start=1):
        if number % _TOLD_EVERY == 0:
            err.print(f"{number:,} lines so far")
        yield entry
