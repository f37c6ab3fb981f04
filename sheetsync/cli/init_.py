"""`sheetsync init`: a new tracker folder, or a new folder for a sheet or workbook that a team already has."""

from __future__ import annotations

import os
from pathlib import Path

import click

from sheetsync.cli.init_adopt import AdoptWishes, init_adopt
from sheetsync.cli.init_google import GoogleWishes, init_google
from sheetsync.cli.init_view import tell_made, tell_next
from sheetsync.errors import UsageError
from sheetsync.setup.fresh import make_folder
from sheetsync.setup.zones import Zone, machine_zone, named_zone


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
        google = GoogleWishes(
            sheet, tab or "", timezone or "", sender or "", key_file, login, api_url
        )
        return init_google(folder, google, add_columns=add_columns)
    if key_file or login or api_url:
        raise UsageError("--key-file, --login and --api-url go with --google ID.")
    if workbook is not None:
        wishes = AdoptWishes(
            workbook=workbook, tab=tab, pairs=pairs, sender=sender or "", add_columns=add_columns,
            add_stamps=add_stamps,
        )  # fmt: skip
        return init_adopt(folder or Path(), wishes, lambda: _zone(timezone))
    if folder is None:
        raise UsageError("Name the folder to make: sheetsync init DIR")
    if pairs or tab or add_columns or add_stamps:
        raise UsageError("--map, --tab, --add-columns and --add-stamps go with --adopt FILE.")
    return _init_new(folder, _zone(timezone), sender or "")


def _init_new(folder: Path, zone: Zone, sender: str) -> int:
    """A new tracker from the template."""
    tell_made(folder, make_folder(folder, timezone=zone.name, sender=sender))
    tell_next(
        folder, zone.name, zone.how, ("intake orders.csv", "add your orders, or type them in")
    )
    return 0


def _zone(name: str | None) -> Zone:
    return named_zone(name) if name else machine_zone(os.environ)
