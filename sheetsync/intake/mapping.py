"""Which column of the file is which column of the tracker: the configuration first, then headings."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from sheetsync.domain.columns.headings import (
    find_header,
    header_score,
    heading_lookup,
    normalise_heading,
)
from sheetsync.domain.model import CellValue, HeaderMap
from sheetsync.domain.rules import ColumnRule
from sheetsync.domain.texts import both, either, fold, nearest, quoted
from sheetsync.errors import PlanRefused, UsageError

INTAKE: Final = "intake"
"""The section of config.yaml that says how new orders from a file are read."""
RECOMPUTED: Final = ("sla", "sla_due", "check", "next_action")
"""What sheetsync works out anew is never taken from a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileColumns:
    """The header of a file. `columns` are the tracker's, made to fit this file's headings.

    `header` maps column keys to places; `width` counts the headings; `ignored` names headings of the
    file that are not taken, with the reason.
    """

    columns: Mapping[str, ColumnRule]
    header: HeaderMap
    width: int
    ignored: Mapping[str, str]


def known_columns(
    columns: Mapping[str, ColumnRule], configured: Mapping[str, str]
) -> dict[str, ColumnRule]:
    """The columns with every configured heading as one more alias, to find tab and separator."""
    more: dict[str, tuple[str, ...]] = {}
    for heading, key in configured.items():
        more[key] = (*more.get(key, ()), heading)
    return {
        key: dataclasses.replace(rule, aliases=(*rule.aliases, *more.get(key, ())))
        for key, rule in columns.items()
    }


def resolve_keys(
    configured: Mapping[str, str], columns: Mapping[str, ColumnRule], where: str = INTAKE
) -> dict[str, str]:
    """Heading -> column key, as configured by key or title. Raises UsageError for an unknown column.

    `where` is the section of config.yaml.
    """
    names = {fold(key): key for key in columns} | heading_lookup(columns)
    out = {}
    for heading, wanted in configured.items():
        key = names.get(fold(wanted)) or names.get(normalise_heading(wanted))
        if key is None:
            near = names.get(nearest(wanted, names), "")
            hint = f" Did you mean {near}?" if near else " Use a key of rules/columns.yaml."
            raise UsageError(
                f"{where}.columns in config.yaml gives {quoted(heading)} to the column {quoted(wanted)}, "
                f"which does not exist.{hint}"
            )
        out[heading] = key
    return out


def find_columns(
    name: str,
    lines: Iterable[tuple[int, Sequence[CellValue]]],
    columns: Mapping[str, ColumnRule],
    configured: Mapping[str, str],
    search_rows: int,
    *,
    keys: Sequence[str] = ("order_id",),
    where: str = INTAKE,
) -> FileColumns:
    """The header among the first `search_rows` rows of `lines`; `configured` is heading -> key.

    `keys` are columns one of which must be there; `where` is the section of config.yaml. Raises UsageError
    where there is no header, none of the keys, or two headings mean one column.
    """
    head = list(islice(lines, search_rows))
    rows = [cells for _, cells in head]
    fitted = _fitted(columns, configured, rows)
    if not any(header_score(row, fitted) for row in rows):
        raise UsageError(_no_header(name, rows, columns[keys[0]].title, where))
    try:
        header = find_header(rows, range(1, len(rows) + 1), fitted, search_rows, required=())
    except PlanRefused as refusal:
        raise UsageError(
            f"{name}: {refusal} Or name the right one under {_section(where)} columns: in config.yaml."
        ) from refusal
    if header.columns.keys().isdisjoint(keys):
        raise UsageError(_no_key(name, header, fitted, keys, where))
    place = header.row_number - 1
    number, cells = head[place]
    kept = {key: index for key, index in header.columns.items() if key not in RECOMPUTED}
    ignored = dict.fromkeys(header.unknown, "the tracker knows no such column")
    for key in RECOMPUTED:
        if key in header.columns:
            ignored[header.headings[key]] = "sheetsync works it out anew"
    found = HeaderMap(row_number=number, columns=kept, headings=header.headings)
    return FileColumns(columns=fitted, header=found, width=len(cells), ignored=ignored)


def _fitted(
    columns: Mapping[str, ColumnRule],
    configured: Mapping[str, str],
    rows: Sequence[Sequence[CellValue]],
) -> dict[str, ColumnRule]:
    """The columns as this file names them: a configured heading that is there wins over all others."""
    there = {normalise_heading(c) for row in rows for c in row if isinstance(c, str)}
    named: dict[str, list[str]] = {}
    for heading, key in configured.items():
        if normalise_heading(heading) in there:
            named.setdefault(key, []).append(heading)
    first = {
        key: dataclasses.replace(columns[key], title=headings[0], aliases=tuple(headings[1:]))
        for key, headings in named.items()
    }
    return first | {key: rule for key, rule in columns.items() if key not in first}


def _section(where: str) -> str:
    """`feeds: dhl:` for `feeds.dhl`."""
    return " ".join(f"{part}:" for part in where.split("."))


def _no_header(name: str, rows: Sequence[Sequence[CellValue]], title: str, where: str) -> str:
    if not rows:
        return f"{name} holds no rows."
    shown = [quoted(cell, 30) for cell in rows[0] if isinstance(cell, str) and cell.strip()][:4]
    # What comes by a feed is told in the log, too, which names no customers.
    first = f" Its first row says {both(shown)}." if shown and where == INTAKE else ""
    return (
        f"{name} has no row of headings that we know.{first} Write {title} and the other headings "
        f"into its first row, or name its headings under {_section(where)} columns: in config.yaml. "
        f"If the columns are separated by another mark, set {_section(where)} delimiter: there."
    )


def _no_key(
    name: str,
    header: HeaderMap,
    columns: Mapping[str, ColumnRule],
    keys: Sequence[str],
    where: str,
) -> str:
    names = [
        normalise_heading(n) for key in keys for n in (columns[key].title, *columns[key].aliases)
    ]
    near = next((h for h in header.unknown if nearest(normalise_heading(h), names)), "")
    guess = f" Is it {quoted(near)}?" if near else ""
    first = columns[keys[0]].title
    titles = either([columns[key].title for key in keys])
    what = "articles" if keys[0] == "sku" else "orders"
    return (
        f"{name} has no column {titles}, so its {what} cannot be told apart.{guess} Rename that heading "
        f"to {first}, or write in config.yaml: {_section(where)} columns: "
        f"{{{near or 'Your heading'}: {keys[0]}}}"
    )
