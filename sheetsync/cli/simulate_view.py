"""A simulation laid out for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from sheetsync.cli.output import counted, moment_text, out
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.rehearsal.compare import Comparison, Day
from sheetsync.domain.rehearsal.play import Flag
from sheetsync.domain.rehearsal.recorded import LoggedMail

ROWS_SHOWN = 20
_ORDERS_NAMED = 4


def show_comparison(answer: Comparison, timezone: str, *, everything: bool) -> None:
    """The days, the orders, the mails, and what history does not hold."""
    start, end = (moment_text(scalar_to_local(at, timezone)) for at in (answer.start, answer.end))
    out.print(
        Text.assemble(
            ("Had these rules been in force", "bold"), f" from {start} to {end}, ",
            f"{counted(answer.orders, 'order')}, {counted(answer.looks, 'look')}:",
        )
    )  # fmt: skip
    _show_opening(answer)
    _show_days(answer.days)
    limit = None if everything else ROWS_SHOWN
    _show_flags("Flagged that were not", answer.more, timezone, limit)
    _show_flags("Not flagged that were", answer.fewer, timezone, limit)
    _show_statuses(answer, limit)
    _show_recipients(answer)
    _show_mails(answer.mails, timezone, limit)
    out.print(Text("What history does not hold:", style="dim"))
    for note in answer.notes:
        out.print(Text(f"  {note}", style="dim"))
    out.print("Nothing was written or sent.")


def simulation_json(answer: Comparison, timezone: str) -> str:
    """The whole answer as JSON; moments in UTC, days in the tracker's time zone."""
    late, wrong, mails = answer.opening
    return json.dumps(
        {
            "from": answer.start.isoformat(),
            "to": answer.end.isoformat(),
            "timezone": timezone,
            "looks": answer.looks,
            "orders": answer.orders,
            "left_out": answer.left_out,
            "at_the_start": {"late": late, "errors": wrong, "mails": mails},
            "days": [_day(day) for day in answer.days],
            "flagged_more": [_flag(flag) for flag in answer.more],
            "flagged_less": [_flag(flag) for flag in answer.fewer],
            "statuses": [
                {"order": order, "is": now, "would_be": would}
                for order, now, would in answer.statuses
            ],
            "recipients": [
                {
                    "to": one.address, "were": one.mails[0], "would_be": one.mails[1],
                    "orders_were": list(one.orders[0]), "orders_would_be": list(one.orders[1]),
                }
                for one in answer.recipients
            ],
            "mails": [_mail(mail) for mail in answer.mails],
            "not_in_history": list(answer.notes),
        },
        ensure_ascii=False,
        indent=2,
    )  # fmt: skip


def _day(day: Day) -> dict[str, Any]:
    pairs = {"late": day.late, "errors": day.wrong, "mails": day.mails}
    sides = {name: {"were": pair[0], "would_be": pair[1]} for name, pair in pairs.items()}
    return {"day": day.day.isoformat(), **sides}


def _flag(flag: Flag) -> dict[str, Any]:
    return {"at": flag.at.isoformat(), "order": flag.order_id, "says": flag.text}


def _mail(mail: LoggedMail) -> dict[str, Any]:
    return {
        "at": mail.at.isoformat(), "to": mail.recipient, "level": mail.level, "subject": mail.subject,
        "orders": list(mail.orders),
        "not_before": mail.not_before.isoformat() if mail.not_before else None,
    }  # fmt: skip


def _show_opening(answer: Comparison) -> None:
    late, wrong, mails = answer.opening
    if late or wrong or mails:
        out.print(
            f"At once, at the start: {counted(late, 'order')} late that the sheet did not call so, "
            f"{counted(wrong, 'order')} with an error, {counted(mails, 'mail')}."
        )


def _show_days(days: Sequence[Day]) -> None:
    if not days:
        out.print("Nothing was flagged or mailed in that time, and nothing would have been.")
        return
    table = _table("Day by day: as it was, and as it would have been", "Day")
    for heading in (
        "Late: were",
        "would be",
        "Errors: were",
        "would be",
        "Mails: were",
        "would be",
    ):
        table.add_column(heading, justify="right")
    for day in days:
        pairs = (*day.late, *day.wrong, *day.mails)
        table.add_row(day.day.isoformat(), *(str(number) for number in pairs))
    out.print(table)


def _show_flags(title: str, flags: Sequence[Flag], timezone: str, limit: int | None) -> None:
    if not flags:
        return
    orders = len({flag.order_id for flag in flags})
    table = _table(f"{title}: {counted(orders, 'order')}", "Order", "When", "What the sheet says")
    for flag in flags[:limit]:
        table.add_row(Text(flag.order_id), _when(flag.at, timezone), Text(flag.text.split("\n")[0]))
    out.print(table)
    _more(len(flags), limit)


def _show_statuses(answer: Comparison, limit: int | None) -> None:
    if not answer.statuses:
        return
    title = f"Another Status at the end: {counted(len(answer.statuses), 'order')}"
    table = _table(title, "Order", "Says", "Would say")
    for order, now, would in answer.statuses[:limit]:
        table.add_row(Text(order), Text(now or "(blank)"), Text(would or "(blank)"))
    out.print(table)
    _more(len(answer.statuses), limit)


def _show_recipients(answer: Comparison) -> None:
    if not answer.recipients:
        return
    table = _table("Mails by recipient", "To")
    for heading in ("Were", "Would be"):
        table.add_column(heading, justify="right")
    for one in answer.recipients:
        table.add_row(Text(one.address), str(one.mails[0]), str(one.mails[1]))
    out.print(table)


def _show_mails(mails: Sequence[LoggedMail], timezone: str, limit: int | None) -> None:
    if not mails:
        return
    table = _table("Mails that would have been decided", "When", "To", "Subject", "Orders")
    for mail in mails[:limit]:
        later = mail.not_before
        when = _when(mail.at, timezone) + (f", leaves {_when(later, timezone)}" if later else "")
        table.add_row(when, Text(mail.recipient), Text(mail.subject), Text(_named(mail.orders)))
    out.print(table)
    _more(len(mails), limit)


def _named(orders: Sequence[str]) -> str:
    more = len(orders) - _ORDERS_NAMED
    return ", ".join(orders[:_ORDERS_NAMED]) + (f" and {more} more" if more > 0 else "")


def _when(moment: datetime, timezone: str) -> str:
    return f"{scalar_to_local(moment, timezone):%m-%d %H:%M}"


def _more(count: int, limit: int | None) -> None:
    if limit is not None and count > limit:
        out.print(f"... and {count - limit} more (see all with --all, or --format json)")


def _table(title: str, *headings: str) -> Table:
    """A table under its title, which a narrow table does not break."""
    out.print(Text(title, style="italic"))
    table = Table(show_edge=False, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
