"""A workbook that a team already has, looked at and pointed to; by itself it is not touched at all.

The look is a table: which heading is which column, which headings nobody knows, which columns are
missing and what that switches off. What a person confirms becomes an alias in the team's own rules.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sheetsync.config import load_config, parse_config
from sheetsync.domain.columns.headings import (
    column_letter,
    find_header,
    heading_lookup,
    normalise_heading,
)
from sheetsync.domain.model import HeaderMap, Sheet
from sheetsync.domain.rules import ColumnRule, Condition, Rulebook
from sheetsync.domain.texts import both, fold, nearest, quoted
from sheetsync.errors import UsageError
from sheetsync.rulebook import load_rules
from sheetsync.setup.aliases import with_alias
from sheetsync.setup.fresh import (
    CONFIG,
    RULES,
    TEMPLATES,
    Made,
    config_text,
    make_rules,
    make_templates,
    refuse_overwriting,
)
from sheetsync.trackers.excel.reader import read_sheet

OWN: Final = ("sla", "check", "next_action")
"""The worker's columns that people read; the stamps are kept in the store in any case."""
STAMP_COLUMNS: Final = ("allocated_at", "picked_at", "packed_at")


@dataclass(frozen=True, slots=True)
class HeadingLine:
    """One heading of the workbook: its column letter, and what it was taken for.

    `key` is "" for a heading that nobody knows; `guess` is then the title it may mean.
    """

    letter: str
    heading: str
    key: str
    title: str
    guess: str = ""


@dataclass(frozen=True, slots=True)
class MissingLine:
    """A column that the workbook lacks, and what is therefore not done."""

    title: str
    means: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Adoption:
    """What a workbook was found to be."""

    workbook: Path
    sheet: Sheet
    header: HeaderMap
    headings: tuple[HeadingLine, ...]
    missing: tuple[MissingLine, ...]
    orders: int
    confirmed: Mapping[str, str]
    """Heading -> column key, as a person confirmed with --map."""


def confirmed_keys(pairs: Sequence[str], rules: Rulebook) -> dict[str, str]:
    """`Heading=Column title` -> {heading: column key}. Raises UsageError."""
    lookup = heading_lookup(rules.columns) | {fold(key): key for key in rules.columns}
    out = {}
    for pair in pairs:
        heading, equals, title = (part.strip() for part in pair.rpartition("="))
        if not (heading and equals and title):
            raise UsageError(f'--map says {quoted(pair)}. Write it like --map "Order Nr=Order ID".')
        key = lookup.get(normalise_heading(title))
        if key is None:
            near = lookup.get(nearest(title, lookup), "")
            hint = f" Did you mean {rules.columns[near].title}?" if near else ""
            raise UsageError(f"--map names the column {quoted(title)}, which does not exist.{hint}")
        known = lookup.get(normalise_heading(heading))
        if known not in (None, key):
            raise UsageError(
                f"{quoted(heading)} already means {rules.columns[str(known)].title}. Rename the heading "
                f"in the workbook if it shall be {rules.columns[key].title}."
            )
        out[heading] = key
    return out


def look_at(
    workbook: Path, rules: Rulebook, confirmed: Mapping[str, str], *, tab: str | None = None
) -> Adoption:
    """Find the tracker tab of `workbook` and its header; nothing is written.

    Raises UsageError where there is no such file, TrackerRefused or PlanRefused where it cannot serve.
    """
    if not workbook.is_file():
        raise UsageError(f"There is no workbook {workbook}. Check its name and folder.")
    columns = _with_confirmed(rules.columns, confirmed)
    sheet = read_sheet(
        workbook,
        rules_columns=columns,
        tab=tab,
        timezone="UTC",
        search_rows=rules.header_search_rows,
        allow_macros=macros(workbook),
    )
    header = find_header(
        sheet.rows, sheet.row_numbers, columns, rules.header_search_rows, required=()
    )
    if "order_id" not in header.columns:
        raise UsageError(_no_order_id(workbook, header, columns["order_id"]))
    place = header.columns["order_id"]
    body = (
        row
        for number, row in zip(sheet.row_numbers, sheet.rows, strict=True)
        if number > header.row_number
    )
    return Adoption(
        workbook=workbook.resolve(),
        sheet=sheet,
        header=header,
        headings=tuple(_headings(sheet, header, columns)),
        missing=tuple(_missing(header, rules)),
        orders=sum(place < len(row) and row[place] not in (None, "") for row in body),
        confirmed=confirmed,
    )


def _no_order_id(workbook: Path, header: HeaderMap, rule: ColumnRule) -> str:
    names = [normalise_heading(name) for name in (rule.title, *rule.aliases)]
    near = [h for h in header.unknown if nearest(normalise_heading(h), names)]
    guess = f" Is it {quoted(near[0])}?" if near else ""
    listed = both([quoted(heading) for heading in header.unknown[:8]]) or "none"
    return (
        f"{workbook.name} has no heading {rule.title} in row {header.row_number}, so its orders cannot be "
        f"told apart.{guess} Headings that we do not know are {listed}. Say which one it is: "
        f'--map "{near[0] if near else "Your heading"}={rule.title}"'
    )


def macros(workbook: Path) -> bool:
    """Whether the workbook may hold macros, by its ending."""
    return workbook.suffix.lower() == ".xlsm"


def _with_confirmed(
    columns: Mapping[str, ColumnRule], confirmed: Mapping[str, str]
) -> dict[str, ColumnRule]:
    more = {key: tuple(h for h, k in confirmed.items() if k == key) for key in confirmed.values()}
    return {
        key: dataclasses.replace(rule, aliases=(*rule.aliases, *more.get(key, ())))
        for key, rule in columns.items()
    }


def _headings(
    sheet: Sheet, header: HeaderMap, columns: Mapping[str, ColumnRule]
) -> list[HeadingLine]:
    lookup = heading_lookup(
        {key: rule for key, rule in columns.items() if key not in header.columns}
    )
    lines = [
        HeadingLine(column_letter(place), header.headings[key], key, columns[key].title)
        for key, place in header.columns.items()
    ]
    row = dict(zip(sheet.row_numbers, sheet.rows, strict=True))[header.row_number]
    texts = {" ".join(c.split()): i for i, c in enumerate(row) if isinstance(c, str)}
    for heading in header.unknown:
        near = lookup.get(nearest(normalise_heading(heading), lookup), "")
        guess = columns[near].title if near else ""
        place = texts.get(heading, -1)
        letter = column_letter(place) if place >= 0 else ""
        lines.append(HeadingLine(letter, heading, "", "", guess))
    return sorted(lines, key=lambda line: (len(line.letter), line.letter))


def _missing(header: HeaderMap, rules: Rulebook) -> list[MissingLine]:
    out = []
    for key, rule in rules.columns.items():
        if key in header.columns or (not rule.core and rule.template == "no"):
            continue
        means = _switched_off(key, rules)
        if rule.core or means or key in OWN:
            out.append(MissingLine(rule.title, means or "nothing else depends on it"))
    return out


def _switched_off(key: str, rules: Rulebook) -> str:
    if key in OWN:
        return "not shown in the sheet; --add-columns puts it in"
    if rules.columns[key].owner == "worker":
        return ""
    clocks = [
        f"the time limit of {t.stage}" if t.stage else "the promise to the customer"
        for t in rules.targets
        if key in (t.starts, t.stops, t.due) or _tick_of(key) in (t.starts, t.stops)
    ]
    limits = [t.stage for t in rules.targets if any(key in _fields(line.when) for line in t.lines)]
    checks = [c.id.replace("_", " ") for c in rules.checks if key in _fields(c.when)]
    parts = []
    if limits:
        parts.append(f"every order gets the limit that holds otherwise: {both(limits)}")
    if any(person.from_column == key for person in rules.escalation.people.values()):
        parts.append("nobody is told of late orders by name")
    if clocks:
        parts.append(f"not measured: {both(clocks)}")
    if checks:
        parts.append(f"not checked: {both([quoted(check) for check in checks])}")
    return "; ".join(parts)


def _tick_of(key: str) -> str:
    return {"allocated": "allocated_at", "picked": "picked_at", "packed": "packed_at"}.get(key, key)


def _fields(condition: Condition) -> set[str]:
    nested = (*condition.any_of, *condition.none_of)
    return {t.field for t in condition.tests} | {f for c in nested for f in _fields(c)}


def already_adopted(folder: Path, workbook: Path) -> bool:
    """Whether the config.yaml of `folder` points at this very workbook. Raises ConfigError."""
    file = folder / CONFIG
    if not file.is_file():
        return False
    settings = load_config(file).tracker
    return settings.kind == "excel" and settings.workbook.resolve() == workbook.resolve()


def refuse_adopted(folder: Path) -> None:
    """Raise UsageError when the folder already holds settings, rules or mail templates."""
    refuse_overwriting(folder, (CONFIG, RULES, TEMPLATES))


def make_adopted(folder: Path, found: Adoption, *, timezone: str, sender: str = "") -> list[Made]:
    """Make config.yaml, rules/ and mail_templates/ in `folder` for the workbook, which is not touched.

    Raises UsageError, having made nothing, when one of them is there.
    """
    refuse_adopted(folder)
    text = config_text(
        timezone=timezone,
        sender=sender,
        tracker=_relative(found.workbook, folder),
        tab=found.sheet.tab,
        macros=macros(found.workbook),
    )
    parse_config(text, folder / CONFIG)
    folder.mkdir(parents=True, exist_ok=True)
    made = make_rules(folder, timezone)
    if found.confirmed:
        _keep_confirmed(folder / RULES, found.confirmed)
    made.append(make_templates(folder))
    (folder / CONFIG).write_text(text, encoding="utf-8")
    return [Made(CONFIG, f"points at {found.workbook.name}"), *made]


def _relative(workbook: Path, folder: Path) -> str:
    """The workbook as config.yaml names it: short where it is near, else in full."""
    near = os.path.relpath(workbook, folder.resolve())
    return near if near.count("..") <= 2 else str(workbook)


def _keep_confirmed(rules: Path, confirmed: Mapping[str, str]) -> None:
    """Write the confirmed headings as aliases, and prove that the rules read them so."""
    file = rules / "columns.yaml"
    text = file.read_text(encoding="utf-8")
    for heading, key in confirmed.items():
        text = with_alias(text, key, heading)
    file.write_text(text, encoding="utf-8")
    lookup = heading_lookup(load_rules(rules).columns)
    for heading, key in confirmed.items():
        if lookup.get(normalise_heading(heading)) != key:
            raise UsageError(
                f"{quoted(heading)} could not be made an alias. Add it to the aliases of {key} in {file}."
            )
