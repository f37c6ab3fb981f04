"""`sheetsync init --adopt`: a folder for a workbook that a team already has."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table
from rich.text import Text

from sheetsync.cli.init_view import tell_made, tell_next
from sheetsync.cli.output import err, out
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.errors import TrackerBusy
from sheetsync.resources import rules_folder
from sheetsync.rulebook import load_rules
from sheetsync.setup import adopt
from sheetsync.setup.fresh import CONFIG
from sheetsync.setup.zones import Zone
from sheetsync.trackers.excel.add_columns import AddColumns


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptWishes:
    """What the command line says of the workbook and of the columns to add."""

    workbook: Path
    tab: str | None
    pairs: Sequence[str]
    sender: str
    add_columns: bool
    add_stamps: bool


def init_adopt(place: Path, wishes: AdoptWishes, zone: Callable[[], Zone]) -> int:
    """Make the folder `place` for the workbook; add columns to it where that is wished."""
    if wishes.add_columns and adopt.already_adopted(place, wishes.workbook):
        return _add_columns(place, stamps=wishes.add_stamps)
    adopt.refuse_adopted(place)
    found_zone = zone()
    rules = load_rules(rules_folder())
    confirmed = adopt.confirmed_keys(wishes.pairs, rules)
    found = adopt.look_at(wishes.workbook, rules, confirmed, tab=wishes.tab)
    coming = {rules.columns[key].title for key in adopt.OWN} if wishes.add_columns else frozenset()
    _show(found, coming)
    tell_made(
        place, adopt.make_adopted(place, found, timezone=found_zone.name, sender=wishes.sender)
    )
    code = _add_columns(place, stamps=wishes.add_stamps) if wishes.add_columns else 0
    if not wishes.add_columns:
        out.print(Text(f"{wishes.workbook.name} itself was not touched."))
    tell_next(
        place, found_zone.name, found_zone.how, ("check", "list what is wrong in the tracker")
    )
    return code


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
