"""An undo laid out for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from rich.table import Table
from rich.text import Text

from sheetsync.cli.output import counted, moment_text, out
from sheetsync.domain.moments import scalar_to_local
from sheetsync.store.undo import PassToUndo, SentMessage
from sheetsync.worker.undo import UndoPlan

ROWS_SHOWN = 40
_BLANK = "(blank)"
_GONE = ("sent", "in_doubt", "claimed", "in_data")
"""States in which a message has left, or may have."""


def show_passes(passes: Sequence[PassToUndo], timezone: str) -> None:
    """The passes that wrote or sent something, newest first."""
    if not passes:
        out.print("No pass wrote or sent anything yet.")
        return
    table = _table("Passes that wrote or sent something", "Pass", "When", "Cells", "Mails", "Rules", "")  # fmt: skip
    for found in passes:
        line = found.line
        note = "first look" if line.baseline else ""
        table.add_row(
            str(line.id), moment_text(scalar_to_local(line.started_at, timezone)),
            str(found.cells), str(line.mails), line.rules_hash[:12],
            f"undo of pass {found.undoes}" if found.undoes else note,
        )  # fmt: skip
    out.print(table)
    out.print("See what one would take back, and be asked: sheetsync undo PASS")


def show_undo(undo: UndoPlan, timezone: str, *, everything: bool) -> None:
    """The cells to take back, those that are left and why, and what cannot be taken back."""
    local = scalar_to_local(undo.record.line.started_at, timezone)
    out.print(Text(f"Pass {undo.number} of {local:%Y-%m-%d %H:%M}", style="bold"))
    _show_cells(undo, everything=everything)
    _show_left(undo, everything=everything)
    for line in message_lines(undo, timezone):
        out.print(Text(line))
    if undo.idle:
        out.print("Nothing to take back.")


def message_lines(undo: UndoPlan, timezone: str) -> list[str]:
    """What is to be said of the pass's mails and escalations."""
    gone = [message for message in undo.record.messages if message.state in _GONE]
    lines = []
    if gone:
        people = list(dict.fromkeys(message.recipient for message in gone))
        sure = sum(message.state == "sent" for message in gone)
        doubt = f" ({counted(len(gone) - sure, 'of them')} perhaps)" if sure < len(gone) else ""
        lines.append(
            f"{counted(len(gone), 'mail')} of this pass went out{doubt} to "
            f"{counted(len(people), 'person', 'people')} and cannot be taken back. Tell them:"
        )
        lines += [f"  {_message(message, timezone)}" for message in gone]
    if undo.record.waiting:
        lines.append(f"{counted(len(undo.record.waiting), 'mail')} still waiting will not be sent.")
    if undo.withdrawn:
        lines.append(
            f"{counted(undo.withdrawn, 'escalation')} of this pass will be withdrawn: what falls due "
            "later than now is told anew."
        )
    return lines


def undo_json(undo: UndoPlan) -> str:
    """The undo as JSON: cells taken back and left, messages, escalations."""
    headings = undo.plan.orders.header.headings
    return json.dumps(
        {
            "pass": undo.number,
            "at": undo.at.isoformat(),
            "taken_back": [
                {
                    "order": cell.order_id, "row": cell.row, "column": headings[cell.column],
                    "now": cell.now_text, "back": cell.back_text,
                }
                for cell in undo.taken
            ],
            "left": [
                {"order": cell.order_id, "column": headings.get(cell.column, cell.column), "why": cell.why}
                for cell in undo.left
            ],
            "mails": [
                {
                    "to": message.recipient, "subject": message.subject, "state": message.state,
                    "sent_at": message.sent_at.isoformat() if message.sent_at else None,
                }
                for message in undo.record.messages
            ],
            "escalations_withdrawn": undo.withdrawn,
        },
        ensure_ascii=False,
        indent=2,
    )  # fmt: skip


def _show_cells(undo: UndoPlan, *, everything: bool) -> None:
    if not undo.taken:
        return
    headings = undo.plan.orders.header.headings
    table = _table(f"{counted(len(undo.taken), 'cell')} to take back", "Order", "Column", "Now", "Back to")  # fmt: skip
    shown = undo.taken if everything else undo.taken[:ROWS_SHOWN]
    for cell in shown:
        table.add_row(
            Text(cell.order_id), Text(headings[cell.column]),
            Text(cell.now_text or _BLANK, style="dim"), Text(cell.back_text or _BLANK),
        )  # fmt: skip
    out.print(table)
    if len(shown) < len(undo.taken):
        more = len(undo.taken) - len(shown)
        out.print(f"... and {more} more cells (see all with --all, or --format json)")


def _show_left(undo: UndoPlan, *, everything: bool) -> None:
    if not undo.left:
        return
    headings = undo.plan.orders.header.headings
    table = _table(f"{counted(len(undo.left), 'cell')} left alone", "Order", "Column", "Why")
    shown = undo.left if everything else undo.left[:ROWS_SHOWN]
    for cell in shown:
        table.add_row(Text(cell.order_id), Text(headings.get(cell.column, cell.column)), Text(cell.why))  # fmt: skip
    out.print(table)
    if len(shown) < len(undo.left):
        reasons = sorted(cell.why for cell in undo.left[ROWS_SHOWN:])
        for why, cells in groupby(reasons):
            out.print(Text(f"... and {len(list(cells))} more: {why}"))


def _message(message: SentMessage, timezone: str) -> str:
    named = f"{message.recipient_name} <{message.recipient}>"
    who = named if message.recipient_name else message.recipient
    return f"{who}: {message.subject}{_when(message.sent_at, timezone)}"


def _when(sent: datetime | None, timezone: str) -> str:
    return f", {scalar_to_local(sent, timezone):%H:%M}" if sent else ""


def _table(title: str, *headings: str) -> Table:
    """A table under its title, which a narrow table does not break."""
    out.print(Text(title, style="italic"))
    table = Table(show_edge=False, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
