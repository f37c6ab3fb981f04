"""A plan laid out for people and for programs: exactly the cells and mails that `sync` would do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from rich.table import Table
from rich.text import Text

from sheetsync.cli.output import counted, moment_text, out
from sheetsync.domain.feeds.news import Addition
from sheetsync.domain.milestones.kinds import KINDS
from sheetsync.domain.model import CellError, Notice, Plan, Uncalculated
from sheetsync.domain.moments import serials_to_local

ROWS_SHOWN = 40
_ORDERS_NAMED = 3


def plan_json(plan: Plan) -> str:
    """The plan as JSON: cells, mails, findings, stage events; the same plan gives the same text."""
    headings = plan.orders.header.headings
    return json.dumps(
        {
            "at": plan.at.isoformat(),
            "baseline": plan.baseline,
            "rules": plan.rules_hash,
            "next_change_at": plan.next_change_at.isoformat() if plan.next_change_at else None,
            "cells": [_cell(line, headings) for line in lines_of(plan.changes)],
            "new_rows": [
                {"order": each.order_id, "feed": each.source, "cells": dict(each.texts)} for each in added(plan)
            ],
            "mails": [_mail(notice) for notice in plan.mails],
            "findings": [
                line | {"column": headings.get(line["column"], "")} for line in lines_of(plan.findings)
            ],
            "remarks": list(plan.remarks),
        },
        ensure_ascii=False,
        indent=2,
    )  # fmt: skip


def lines_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The lines of a frame as mappings of column -> plain value."""
    columns = [frame[name].tolist() for name in frame.columns]
    return [dict(zip(frame.columns, values, strict=True)) for values in zip(*columns, strict=True)]


def added(plan: Plan) -> Sequence[Addition]:
    """The rows that feeds would add."""
    return plan.fed.additions if plan.fed is not None else ()


def _cell(line: dict[str, Any], headings: Mapping[str, str]) -> dict[str, Any]:
    return line | {
        "column": headings[line["column"]],
        "expected": _plain(line["expected"]),
        "new": _plain(line["new"]),
    }


def show_plan(plan: Plan, *, everything: bool) -> None:
    """Print the plan as tables; long ones are cut unless `everything`."""
    if plan.baseline:
        out.print(
            "[bold]First look at this tracker.[/] Nothing will be mailed, and no time is invented "
            "for boxes that are already ticked."
        )
    _show_cells(plan, everything=everything)
    if rows := added(plan):
        some = _named([each.order_id for each in rows])
        out.print(Text(f"{counted(len(rows), 'row')} to add, as feeds bring them: {some}."))
    _show_mails(plan)
    for remark in plan.remarks:
        out.print(Text(remark, style="dim"))


def _show_cells(plan: Plan, *, everything: bool) -> None:
    count = len(plan.changes)
    if not count:
        out.print("No cell to write.")
        return
    table = Table(
        title=f"{counted(count, 'cell')} to write",
        title_justify="left",
        show_edge=False,
        pad_edge=False,
    )
    table.add_column("Order", no_wrap=True)
    table.add_column("Row", justify="right", no_wrap=True)
    table.add_column("Column", no_wrap=True)
    table.add_column("Now", overflow="fold")
    table.add_column("Then", overflow="fold")
    headings = plan.orders.header.headings
    shown = plan.changes if everything else plan.changes.head(ROWS_SHOWN)
    for line in lines_of(shown):
        table.add_row(
            Text(line["order_id"]), str(line["row"]), Text(headings[line["column"]]),
            Text(stands(line, plan), style="dim"), Text(words(line["new"])),
        )  # fmt: skip
    out.print(table)
    if len(shown) < count:
        out.print(f"... and {count - len(shown)} more cells (see all with --all, or --format json)")


def _show_mails(plan: Plan) -> None:
    if not plan.mails:
        out.print("No mail to send.")
        return
    table = Table(
        title=f"{counted(len(plan.mails), 'mail')} to send",
        title_justify="left",
        show_edge=False,
        pad_edge=False,
    )
    for heading in ("To", "Subject", "Orders"):
        table.add_column(heading, overflow="fold")
    for notice in plan.mails:
        who = (
            f"{notice.recipient_name} <{notice.recipient}>"
            if notice.recipient_name
            else notice.recipient
        )
        table.add_row(Text(who), Text(_subject(notice)), Text(_named(notice.orders)))
    out.print(table)


def _subject(notice: Notice) -> str:
    """The subject, or which letter it is: a letter to a customer gets its subject with its words."""
    return notice.subject or (KINDS[notice.kind].title if notice.kind in KINDS else notice.kind)


def _named(orders: Sequence[str]) -> str:
    """`#SP-1, #SP-2, #SP-3 and 7 more`."""
    more = len(orders) - _ORDERS_NAMED
    return ", ".join(orders[:_ORDERS_NAMED]) + (f" and {more} more" if more > 0 else "")


def _mail(notice: Notice) -> dict[str, Any]:
    return {
        "to": notice.recipient, "name": notice.recipient_name, "kind": notice.kind, "level": notice.level,
        "subject": notice.subject, "orders": list(notice.orders),
        "not_before": notice.not_before.isoformat() if notice.not_before else None,
    }  # fmt: skip


def stands(line: Mapping[str, Any], plan: Plan) -> str:
    """What stands in the cell now; a date is a bare number in the sheet, and is shown as a date."""
    orders, value = plan.orders, line["expected"]
    dates = orders.frame[line["column"]].dtype.kind == "M"
    if not dates or isinstance(value, bool) or not isinstance(value, int | float):
        return words(value)
    local = serials_to_local(np.array([float(value)]), orders.sheet.date_system)[0]
    return words(value if np.isnat(local) else local.item())


def words(value: object) -> str:
    """A cell's value as people read it."""
    match value:
        case None | "":
            return "(blank)"
        case datetime():
            return moment_text(value)
        case bool():
            return "ticked" if value else "not ticked"
        case CellError():
            return value.text
        case Uncalculated():
            return "(a formula without a value)"
        case _:
            return str(value)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, CellError | Uncalculated):
        return words(value)
    return value
