"""What archive, purge and forget would do or did, laid out for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.padding import Padding
from rich.text import Text

from sheetsync.cli.output import counted, out
from sheetsync.domain.retention import ForArchive
from sheetsync.store.redact import Counts
from sheetsync.worker.care import Forgetting

_NAMED = 5
_PLACES = {
    "log": ("line of the change log", "lines of the change log"),
    "seen": ("order as last seen", "orders as last seen"),
    "facts": ("order in the figures", "orders in the figures"),
    "archived": ("archived order", "archived orders"),
    "mails": ("message", "messages"),
    "other": ("other line", "other lines"),
}


def show_archive(due: ForArchive, months: int, *, done: bool) -> None:
    """Which orders go to the archive, and which stay though they are as old."""
    title(f"Archive   closed before {due.cutoff:%Y-%m-%d} ({months} months ago)")
    count = len(due.orders)
    if count:
        verb = "went" if done else "would go"
        line(f"{counted(count, 'order')} {verb}: {named(sorted(due.orders))}")
    else:
        line("No order is due.")
    if due.standing:
        stay = (
            "stays, because its row is"
            if len(due.standing) == 1
            else "stay, because their rows are"
        )
        line(
            f"{counted(len(due.standing), 'order')} {stay} still in the tracker: "
            f"{named(due.standing)}. Take the rows out of the sheet, and they go, too.",
            style="dim",
        )


def show_purge(orders: Sequence[str], counts: Counts, days: int, *, done: bool) -> None:
    """Whose personal values are cut by the retention of config.yaml."""
    title(f"Personal values   of orders closed over {counted(days, 'day')} ago")
    if not counts.total:
        line("None is left to cut.")
        return
    line(f"{counted(len(orders), 'order')}: {named(orders)}")
    line(f"{'Cut' if done else 'Would be cut'} in {places(counts)}.")
    show_waiting(counts)


def show_forget(found: Forgetting, *, done: bool) -> None:
    """Whose values are cut where, what is left, and where else they may stand."""
    title(f"Forget the {found.kind} {found.subject}")
    if found.wish.orders:
        line(f"{counted(len(found.wish.orders), 'order')}: {named(found.wish.orders)}")
    where = places(found.counts)
    line(f"{'Cut' if done else 'Would be cut'} in {where}." if where else "Nothing is left to cut.")
    show_waiting(found.counts)
    if found.standing:
        line(
            f"Still in the tracker: {named(found.standing)}. What stands there is read again; "
            "change it there first.",
            style="yellow",
        )
    line(
        "Not reached from here: copies of the store and of the workbook (state), mails in the folder "
        "of mails, and whatever people keep elsewhere.",
        style="dim",
    )


def show_waiting(counts: Counts) -> None:
    """Messages that were left because they may still leave."""
    if counts.waiting:
        few = counts.waiting == 1
        line(
            f"{counted(counts.waiting, 'message')} still {'waits' if few else 'wait'} to be sent and "
            f"{'is' if few else 'are'} left; see sheetsync outbox, and ask again afterwards.",
            style="yellow",
        )


def places(counts: Counts) -> str:
    """`3 lines of the change log, 1 archived order`."""
    told = [
        counted(getattr(counts, name), one, many)
        for name, (one, many) in _PLACES.items()
        if getattr(counts, name)
    ]
    return ", ".join(told)


def named(orders: Sequence[str]) -> str:
    """`#SP-1, #SP-2 and 7 more`."""
    more = len(orders) - _NAMED
    return ", ".join(orders[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def title(text: str) -> None:
    """The heading of a part."""
    out.print(Text(text, style="bold"))


def line(text: str, style: str = "") -> None:
    """One sentence under a heading."""
    out.print(Padding(Text(text, style=style), (0, 0, 0, 2)))
