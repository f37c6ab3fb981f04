"""What an import would do, laid out for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from rich.table import Table
from rich.text import Text

from sheetsync.cli.output import counted, err, out
from sheetsync.domain.merge.three_way import CONFLICT, KEPT, REFUSED, SAME, TAKEN
from sheetsync.worker.offline.returning import ImportPlan

ROWS_SHOWN: Final = 40
_BLANK: Final = "(blank)"
_STYLES: Final = {TAKEN: "green", CONFLICT: "red", REFUSED: "yellow", SAME: "dim", KEPT: "cyan"}
_ORDER: Final = (CONFLICT, REFUSED, TAKEN, SAME, KEPT)
_LONGEST: Final = 60
_NAMES: Final = ("order_id", "column", "base", "theirs", "ours", "reason")


def show_import(found: ImportPlan, *, everything: bool, diff: Path | None) -> None:
    """Counts, the cells that need a look first, and the rows."""
    selection = found.line.about.get("selection", "")
    out.print(Text.assemble((found.file.path.name, "bold"), f"  copy {found.line.id}, {selection}"))
    for remark in found.remarks:
        err.print(Text.assemble(("Note: ", "yellow"), remark))
    out.print(_counts(found))
    _cells(found, everything=everything)
    _rows(found, everything=everything)
    if diff is not None:
        out.print(Text(f"Side by side, in colours: {diff}"))
    if found.idle:
        out.print("Nothing to do: the tracker holds all that the file brings.")


def _counts(found: ImportPlan) -> Text:
    parts: list[tuple[str, str] | str] = []
    for outcome in (TAKEN, CONFLICT, REFUSED, SAME, KEPT):
        parts += [(f"{found.merged.count(outcome):,} {outcome}", _STYLES[outcome]), "  "]
    rows = found.merged.rows
    words = f"rows: {len(found.added):,} added, {len(rows.deleted):,} deleted in the file, {len(rows.refused):,} refused"
    return Text.assemble("Cells: ", *parts, words)


def _cells(found: ImportPlan, *, everything: bool) -> None:
    listed = [o for o in _ORDER if o != KEPT or everything]
    total = sum(found.merged.count(outcome) for outcome in listed)
    if not total:
        return
    table = Table(show_edge=False, pad_edge=False)
    for heading in ("Order", "Column", "When exported", "In the file", "In the tracker", "Outcome"):
        table.add_column(heading, overflow="fold")
    left = total if everything else ROWS_SHOWN
    for outcome in listed:
        lines = found.merged.of(outcome).head(left)
        left -= len(lines)
        for order, key, base, theirs, ours, why in zip(*(lines[n].tolist() for n in _NAMES), strict=True):  # fmt: skip
            words = f"{outcome}: {why}" if why else outcome
            table.add_row(
                Text(order), Text(found.heading(key)), Text(_short(base), style="dim"), Text(_short(theirs)),
                Text(_short(ours)), Text(words, style=_STYLES[outcome]),
            )  # fmt: skip
    out.print(table)
    if not everything and total > ROWS_SHOWN:
        out.print(
            f"... and {total - ROWS_SHOWN:,} more cells (all with --all, --diff or --format json)"
        )


def _rows(found: ImportPlan, *, everything: bool) -> None:
    rows = found.merged.rows
    most = None if everything else 10
    _list("Added", [str(row["order_id"]) for row in found.added], most)
    _list("Deleted in the file, and left in the tracker", rows.deleted, most)
    for order, why in rows.refused[:most]:
        err.print(Text.assemble((f"Row of {order} left out", "yellow"), f": {why}."))
    if most is not None and len(rows.refused) > most:
        err.print(f"... and {counted(len(rows.refused) - most, 'more row')} left out.")


def _list(what: str, orders: list[str] | tuple[str, ...], most: int | None) -> None:
    if orders:
        more = (
            f" and {len(orders) - most:,} more" if most is not None and len(orders) > most else ""
        )
        out.print(Text(f"{what}: {', '.join(orders[:most])}{more}"))


def import_json(found: ImportPlan) -> str:
    """What the import would do as JSON."""
    lines = found.merged.cells
    names = ("order_id", "column", "base", "theirs", "ours", "outcome", "reason")
    cells = zip(*(lines[name].tolist() for name in names), strict=True)
    rows = found.merged.rows
    return json.dumps(
        {
            "file": found.file.path.name,
            "copy": found.line.id,
            "at": found.at.isoformat(),
            "counts": {outcome: found.merged.count(outcome) for outcome in _ORDER},
            "cells": [
                {
                    "order": order, "column": found.heading(key), "exported": base, "file": theirs,
                    "tracker": ours, "outcome": outcome, "why": why,
                }
                for order, key, base, theirs, ours, outcome, why in cells
            ],
            "rows_added": [str(row["order_id"]) for row in found.added],
            "rows_deleted_in_file": list(rows.deleted),
            "rows_refused": [{"order": order, "why": why} for order, why in rows.refused],
            "remarks": list(found.remarks),
        },
        ensure_ascii=False,
        indent=2,
    )  # fmt: skip


def _short(text: str) -> str:
    if not text:
        return _BLANK
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
