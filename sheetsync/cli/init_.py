"""`sheetsync init`: a new tracker folder, or a new folder for a workbook that a team already has."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from sheetsync.cli.init_google import GoogleWishes, init_google
from sheetsync.cli.output import err, out, program
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.errors import TrackerBusy, UsageError
from sheetsync.resources import rules_folder
from sheetsync.rulebook import load_rules
from sheetsync.setup import adopt
from sheetsync.setup.fresh import CONFIG, Made, make_folder
from sheetsync.setup.zones import Zone, machine_zone, named_zone
from sheetsync.trackers.excel.add_columns import AddColumns


@click.command("init", short_help="make a new tracker folder, or adopt a workbook")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--timezone", metavar="ZONE", help="The tracker's time zone, such as Africa/Johannesburg; "
              "without it that of this machine.")  # fmt: skip
@click.option("--from", "sender", metavar="ADDRESS", help="The sender of mails.")
@click.option("--google", "sheet", metavar="ID",
              help="Use this Google Sheet: its id, or its address as copied from the browser.")  # fmt: skip
@click.option("--key-file", metavar="FILE", type=click.Path(path_type=Path),
              help="With --google: the JSON key of the service account the sheet is shared with.")  # fmt: skip
@click.option("--login", type=click.Choice(["service_account", "adc", "person", "none"]),
              help="With --google: who logs in; by default the service account of --key-file.")  # fmt: skip
@click.option(
    "--api-url", metavar="URL", help="With --google: another Sheets server, for trying out."
)
@click.option("--adopt", "workbook", metavar="FILE", type=click.Path(path_type=Path),
              help="Use this workbook, which is not touched, instead of making a new tracker.")  # fmt: skip
@click.option("--tab", metavar="TITLE", help="With --adopt or --google: the tab with the orders.")
@click.option("--map", "pairs", metavar="HEADING=COLUMN", multiple=True,
              help='With --adopt: what a heading means, like --map "Order Nr=Order ID". Repeat it.')  # fmt: skip
@click.option("--add-columns", is_flag=True,
              help="With --adopt: put SLA, Check and Next Action with their colours into the workbook.")  # fmt: skip
@click.option("--add-stamps", is_flag=True,
              help="With --add-columns: also Allocated At, Picked At and Packed At.")  # fmt: skip
def command(
    folder: Path | None,
    timezone: str | None,
    sender: str | None,
    sheet: str | None,
    key_file: Path | None,
    login: str | None,
    api_url: str | None,
    workbook: Path | None,
    tab: str | None,
    pairs: tuple[str, ...],
    add_columns: bool,
    add_stamps: bool,
) -> int:
    """Make a folder DIR with config.yaml, rules/, tracker.xlsx and mail_templates/.

    With --google, the settings point at a Google Sheet, and the sheet is set up: an empty one gets the
    headings and looks of a new tracker, one that is in use gets drop-downs, colours and views.

    With --adopt, the settings point at a workbook of yours instead: its headings are mapped to the
    columns, and what is missing is told. Nothing is ever overwritten, and the workbook is changed only
    with --add-columns.
    """
    if sheet is not None:
        if workbook is not None or pairs or add_stamps:
            raise UsageError("--google goes without --adopt, --map and --add-stamps.")
        return init_google(
            folder,
            GoogleWishes(sheet, tab or "", timezone or "", sender or "", key_file, login, api_url),
            add_columns=add_columns,
        )
    if key_file or login or api_url:
        raise UsageError("--key-file, --login and --api-url go with --google ID.")
    if workbook is None:
        if folder is None:
            raise UsageError("Name the folder to make: sheetsync init DIR")
        if pairs or tab or add_columns or add_stamps:
            raise UsageError("--map, --tab, --add-columns and --add-stamps go with --adopt FILE.")
        zone = _zone(timezone)
        _tell_made(folder, make_folder(folder, timezone=zone.name, sender=sender or ""))
        _tell_next(folder, zone, ("intake orders.csv", "add your orders, or type them in"))
        return 0
    place = folder or Path()
    if add_columns and adopt.already_adopted(place, workbook):
        return _add_columns(place, stamps=add_stamps)
    adopt.refuse_adopted(place)
    zone = _zone(timezone)
    rules = load_rules(rules_folder())
    confirmed = adopt.confirmed_keys(pairs, rules)
    found = adopt.look_at(workbook, rules, confirmed, tab=tab)
    _show(found, {rules.columns[key].title for key in adopt.OWN} if add_columns else frozenset())
    _tell_made(place, adopt.make_adopted(place, found, timezone=zone.name, sender=sender or ""))
    code = _add_columns(place, stamps=add_stamps) if add_columns else 0
    if not add_columns:
        out.print(Text(f"{workbook.name} itself was not touched."))
    _tell_next(place, zone, ("check", "list what is wrong in the tracker"))
    return code


def _zone(name: str | None) -> Zone:
    return named_zone(name) if name else machine_zone(os.environ)


def _add_columns(folder: Path, *, stamps: bool) -> int:
    with open_workshop(folder / CONFIG) as workshop:
        rules = workshop.rules(wall_clock()).rules
        tracker = workshop.workbook(rules)
        keys = (*(adopt.STAMP_COLUMNS if stamps else ()), *adopt.OWN)
        edit = AddColumns(rules.columns, keys)
        try:
            changed = tracker.revise(edit)
        except TrackerBusy as busy:
            again = shlex.join(
                ["sheetsync", "init", "--adopt", str(tracker.path), str(folder), "--add-columns"]
            )
            err.print(Text(f"{busy} No column was added; then run: {again}", "yellow"))
            return busy.exit_code
    if not changed:
        out.print(
            Text(f"{tracker.name} has these columns and colours already; nothing was changed.")
        )
    elif edit.added:
        out.print(Text(f"{tracker.name}: added the columns {', '.join(edit.added)}."))
    else:
        out.print(Text(f"{tracker.name}: added the colours of SLA and Check."))
    return 0


def _show(found: adopt.Adoption, coming: AbstractSet[str]) -> None:
    """How the headings are understood; the columns that are `coming` are not called missing."""
    out.print(
        Text(
            f"{found.workbook.name}, tab {found.sheet.tab}: headings in row {found.header.row_number}, "
            f"{found.orders:,} orders"
        )
    )
    table = Table(show_edge=False, pad_edge=False)
    for heading in ("", "Heading", "Column"):
        table.add_column(heading, overflow="fold")
    for line in found.headings:
        table.add_row(line.letter, Text(line.heading), _meaning(line))
    out.print(table)
    for missing in found.missing:
        if missing.title in coming:
            continue
        out.print(Text.assemble(("Missing: ", "yellow"), f"{missing.title} ({missing.means})"))


def _meaning(line: adopt.HeadingLine) -> Text:
    if line.key:
        return Text(line.title)
    if line.guess:
        return Text(
            f'not known; if it is {line.guess}: --map "{line.heading}={line.guess}"', "yellow"
        )
    return Text("not known: yours, never touched", "dim")


def _tell_made(folder: Path, made: Sequence[Made]) -> None:
    out.print(Text(f"Made in {folder}:"))
    wide = max(len(thing.name) for thing in made)
    for thing in made:
        out.print(Text(f"  {thing.name:<{wide}}  {thing.what}"))


def _tell_next(folder: Path, zone: Zone, first: tuple[str, str]) -> None:
    out.print(
        Text(f"Time zone: {zone.name} ({zone.how}); tracker: timezone: in {CONFIG} changes it.")
    )
    config = shlex.quote(str(folder / CONFIG))
    out.print("Next:")
    steps = (first, ("plan", "see what a pass would do; nothing is written"),
             ("run", "do a pass every two minutes"))  # fmt: skip
    lines = [(f"  {program()} {verb} --config {config}", about) for verb, about in steps]
    wide = max(len(line) for line, _ in lines)
    for line, about in lines:
        out.print(Text(f"{line:<{wide}}  # {about}"), soft_wrap=True)
