"""What an approval would let through, laid out for the person who is asked."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from sheetsync.cli.output import counted, err, out
from sheetsync.cli.plan_view import stands, words
from sheetsync.domain.guard.approval import CellsOfColumn, MailsTo
from sheetsync.domain.model import Plan
from sheetsync.worker.approving import Shown

RELEASE = "They would wait for sheetsync outbox release."
_NAMED = 5


def show(shown: Shown) -> None:
    """The reasons, the orders that would count as gone, cells by column and mails by recipient."""
    found = shown.proposal
    for trip in found.trips:
        err.print(Text(trip.sentence, style="bold red"))
        if trip.orders and trip.breaker != "vanished":
            err.print(Text(f"Such as {_named(trip.orders)}.", style="dim"))
    if found.gone:
        out.print(Text(
            f"{counted(len(found.gone), 'order')} would be taken as gone from the sheet (not as cancelled): "
            f"{_named(found.gone)}."
        ))  # fmt: skip
    if found.changed:
        others = "other order" if found.gone else "order"
        out.print(
            f"{counted(found.changed, others)} changed and would be remembered as they stand now."
        )
    show_cells(found.cells, shown.plan)
    _show_mails(found.mails)
    if found.mails_held:
        err.print(Text(f"{found.mails_held} {RELEASE}", style="yellow"))


def show_cells(columns: tuple[CellsOfColumn, ...], plan: Plan) -> None:
    """Each column with the number of cells and a few examples."""
    total = sum(column.count for column in columns)
    if not total:
        out.print("No cell would be written.")
        return
    table = _table(f"{counted(total, 'cell')} would be written", "Column", "Cells", "For example")
    for column in columns:
        examples = "\n".join(
            f"{order}: {stands({'column': column.column, 'expected': old}, plan)} → {words(new)}"
            for order, old, new in column.examples
        )
        table.add_row(Text(column.heading), str(column.count), Text(examples))
    out.print(table)


def _show_mails(mails: tuple[MailsTo, ...]) -> None:
    total = sum(line.count for line in mails)
    if not total:
        out.print("No mail would be sent.")
        return
    table = _table(f"{counted(total, 'mail')} would be sent", "Kind", "To", "Mails", "Orders")
    for line in mails:
        table.add_row(Text(line.kind), Text(line.recipient), str(line.count), str(line.orders))
    out.print(table)


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _named(orders: tuple[str, ...]) -> str:
    more = len(orders) - _NAMED
    return ", ".join(orders[:_NAMED]) + (f" and {more} more" if more > 0 else "")
