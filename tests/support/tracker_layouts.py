"""Sheets as teams keep them, for every kind of tracker: plain rows that can be laid into a workbook or a Sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from sheetsync.domain.moments import local_to_serial
from tests.support.shop import HEADINGS, TITLES, local

Rows = list[list[Any]]


@dataclass(frozen=True)
class Formula:
    """A formula, and what it shows; `shows` beginning with # is an error."""

    text: str
    shows: Any


@dataclass(frozen=True)
class Layout:
    """A sheet under a name; `hidden` are column indices that nobody sees."""

    name: str
    rows: Rows
    hidden: tuple[int, ...] = ()
    merged_title: bool = False


GOOD: Final[dict[str, Any]] = {
    "order_id": "#SP-1",
    "ordered_at": local("08:05"),
    "customer": "Thandi Nkosi",
    "skus": "MUG-01 x2; TEE-L x1",
    "priority": "Standard",
    "handler": "Thabo",
}
ALL: Final = tuple(TITLES[key] for key in TITLES if TITLES[key] in HEADINGS)


def order(order_id: Any, **cells: Any) -> dict[str, Any]:
    """A good order but for what is said."""
    return {**GOOD, "order_id": order_id, **cells}


def sheet(*orders: dict[str, Any], headings: Sequence[str] = ALL, keys: Sequence[str] = ()) -> Rows:
    """A header row and these orders; `keys` name the columns where headings are not the usual ones."""
    by_title = {title: key for key, title in TITLES.items()}
    named = list(keys) or [by_title[heading] for heading in headings]
    return [[*headings], *([one.get(key) for key in named] for one in orders)]


def layouts() -> Iterator[Layout]:
    """Every layout."""
    for make in (_shapes, _identities, _ticks_and_dates, _formulas, _texts):
        yield from make()
    for seed in range(4):
        yield Layout(f"25 orders of seed {seed}", many(25, seed))


def _shapes() -> Iterator[Layout]:
    three = (
        order("#SP-1"),
        order("#SP-2", allocated=True),
        order("#SP-3", allocated=True, picked=True),
    )
    yield Layout("plain", sheet(*three))
    aliases = ("Order No", "Ordered At", "Customer", "Items", "Priority", "Allocated", "Picked",
               "Packed", "Courier", "Waybill", "Order Status", "Packer", "Remarks", "SLA", "Check")  # fmt: skip
    keys = ("order_id", "ordered_at", "customer", "skus", "priority", "allocated", "picked",
            "packed", "carrier", "tracking", "status", "handler", "notes", "sla", "check")  # fmt: skip
    yield Layout("aliases", sheet(*three, headings=aliases, keys=keys))
    odd = [f"  {h.upper()} " if n % 2 else h.replace(" ", "\n", 1) for n, h in enumerate(ALL)]
    yield Layout("headings in capitals and on two lines", sheet(*three, headings=odd, keys=_keys()))
    yield Layout(
        "a banner above the header",
        [["Our orders"], [], [None, "March"], *sheet(*three)],
        merged_title=True,
    )
    usual = sheet(*three)
    yield Layout("a header over two rows", [[h.split(" ", 1)[0] for h in ALL],
                                           [h.split(" ", 1)[1] if " " in h else None for h in ALL], *usual[1:]])  # fmt: skip
    foreign = [[*row[:3], extra, *row[3:], more] for row, extra, more in zip(
        usual, ("Colour", "red", None, 3.5), ("=x", "note", True, None), strict=True)]  # fmt: skip
    yield Layout("columns of staff's own", foreign, hidden=(3,))
    yield Layout("columns in another order", [list(reversed(row)) for row in usual])
    yield Layout(
        "empty rows between", [usual[0], [], usual[1], [None, None], [], usual[2], [], usual[3]]
    )
    yield Layout("a total row below", [*usual, [], ["Total", None, 3], [None, None, 17.5]])
    yield Layout("only a header", usual[:1])
    yield Layout("few columns", sheet(*three, headings=("Order ID", "Status", "Check"),
                                       keys=("order_id", "status", "check")))  # fmt: skip
    yield Layout("the documents' sample row", [
        ["Order ID", "Status", "Picking", "Packing", "Dispatched", "Courier", "Tracking No.", "Notes", "Check"],
        ["#SP-20491", "In Transit", "✅", "✅", "✅", "FastTrack", "FT239845Z", "Delivered 2 days early"],
    ])  # fmt: skip


def _identities() -> Iterator[Layout]:
    yield Layout(
        "numbers as IDs",
        sheet(*(order(n) for n in (1001, 1002.0, 1003.5, 10**14, 123456789012345678))),
    )
    yield Layout("leading zeros", sheet(order("000123"), order("0042"), order("42"), order(42)))
    yield Layout("doubled and blank IDs", sheet(
        order("A-1"), order("A-1", customer="Sipho"), order(None), order(" A-2 "), order("A-2"), order("")))  # fmt: skip
    unseen = (
        "#SP-1",
        "#SP-1\u00a0",
        "\u200b#SP-2",
        "#SP-3\ufeff",
        "#SP\u00ad-4",
        "\u200f#SP-5",
        "#SP-6\t",
    )
    yield Layout("IDs with what cannot be seen", sheet(*map(order, unseen)))
    yield Layout(
        "ticks and dates as IDs",
        sheet(order(True), order(local("09:00")), order("=1+1"), order("+1")),
    )
    yield Layout("tracking numbers", sheet(
        order("A-1", tracking=1234567890), order("A-2", tracking="0012345678"), order("A-3", tracking=123456789012345678.0),
        order("A-4", tracking="FT239845Z", carrier="FastTrack", packed=True, dispatched_at=local("10:00"))))  # fmt: skip


def _ticks_and_dates() -> Iterator[Layout]:
    marks = (True, False, "TRUE", "yes", "Y", "x", "X", "✅", "☑", "✔", "✓", 1, 1.0, "1", "done", "Ja",
             "no", "N", "☐", "0", 0, "pending", "-", " ", "N/A", 2, 0.5)  # fmt: skip
    yield Layout(
        "ticks of all kinds",
        sheet(*(order(f"T-{n}", picked=m, allocated=m) for n, m in enumerate(marks))),
    )
    stamps = (local("09:30"), 46091, 46091.4, 0, -1, 0.5, 61, 2_958_465.9, 1e9, 59, 60)
    yield Layout("dates as serials", sheet(*(
        order(f"D-{n}", ordered_at=d, dispatched_at=d, delivered_at=d) for n, d in enumerate(stamps))))  # fmt: skip
    texts = ("2026-03-01", "2026-03-01T09:30:00", "2026-03-01T09:30:00Z", "2026-03-01 09:30+02:00",
             "01/03/2026", "1.3.26", "20260301", "31/02/2026", "1 March 2026", "tbc", "✅", "yes")  # fmt: skip
    yield Layout("dates as texts", sheet(*(
        order(f"D-{n}", ordered_at=d, dispatched_at=d) for n, d in enumerate(texts))))  # fmt: skip
    words = ("Pending", "pending ", "SHIPPED", "In Transit", "On Hold", "Backordered", "Cancelled", "nonsense",
             "Delivered", 7, True, "Packing")  # fmt: skip
    yield Layout("statuses", sheet(*(order(f"S-{n}", status=w) for n, w in enumerate(words))))
    yield Layout("a person's words in our columns", sheet(
        order("W-1", sla="mine", check="seen by me", picked=True, picked_at=local("08:30")),
        order("W-2", picked_at="half past", packed_at=True), order("W-3", sla_due="soon", next_action=5)))  # fmt: skip
    nearly = (46090.333333333336, 46090.3333333333, 46090.00001157407, 46090.999999999, 1 / 3)
    yield Layout(
        "long fractions",
        sheet(*(order(f"F-{n}", ordered_at=d, customer=d) for n, d in enumerate(nearly))),
    )


def _formulas() -> Iterator[Layout]:
    yield Layout("formulas in staff's columns", sheet(
        order("#SP-1", customer=Formula('="Th"&"andi"', "Thandi"), picked=Formula("=1=1", True)),
        order("#SP-2", ordered_at=Formula("=46090+1/4", 46090.25), notes=Formula("=3*14", 42)),
        order(Formula('="#SP-"&3', "#SP-3"))))  # fmt: skip
    yield Layout("formulas in shared columns and ours", sheet(
        order("#SP-1", status=Formula('=IF(1=1,"On Hold","")', "On Hold"), check=Formula('="hi"', "hi")),
        order("#SP-2", status=Formula('=""', ""), dispatched_at=Formula("=46090.5", 46090.5)),
        order("#SP-3", sla=Formula("=1/0", "#DIV/0!"))))  # fmt: skip
    yield Layout("errors", sheet(
        order("#SP-1", customer=Formula("=NA()", "#N/A"), picked=Formula("=1/0", "#DIV/0!")),
        order("#SP-2", ordered_at=Formula("=NOSUCH()", "#NAME?"), status=Formula("=NA()", "#N/A")),
        order(Formula("=NA()", "#N/A"))))  # fmt: skip


def _texts() -> Iterator[Layout]:
    yield Layout(
        "long texts", sheet(order("L-1", notes="n" * 32_000), order("L-2", customer="c" * 5_000))
    )
    written = ("👩‍👩‍👧 🇿🇦", "مرحبا بالعالم", "שלום", "e\u0301", "\u202egnp.exe", "a\nb", "tab\there", "  two  ",
               "_x0041_", "<&>\"'", "=1+1", "+49 30", "@SUM(A1)", "'quoted", "007")  # fmt: skip
    yield Layout("texts of the world", sheet(*(
        order(f"U-{n}", customer=t, notes=t, handler=t) for n, t in enumerate(written))))  # fmt: skip
    yield Layout(
        "IDs of the world",
        sheet(*(order(t) for t in ("Ä-1", "注文1", "🧾", "طلب-١", "ﬁ-1", "ß-1"))),
    )
    yield Layout("SKUs and priorities", sheet(
        order("K-1", skus="MUG"), order("K-2", skus="MUG-01 x0"), order("K-3", skus=" , ;"), order("K-4", skus=12345),
        order("K-5", priority="rush"), order("K-6", priority="urgent"), order("K-7", priority=None)))  # fmt: skip


def many(count: int, seed: int) -> Rows:
    """Orders as far as they got, with the slips that people make; equal for equal seeds."""
    dice = Random(seed)
    odd: tuple[Callable[[], Any], ...] = (
        lambda: None, lambda: "", lambda: "x", lambda: dice.random() * 50_000, lambda: dice.randrange(100),
        lambda: True, lambda: "2026-02-30", lambda: " ", lambda: "Ünïcødé 🧾",
    )  # fmt: skip
    orders = [_one(number, dice) for number in range(count)]
    for one in orders:
        if dice.random() < 0.3:
            one[dice.choice(_keys())] = dice.choice(odd)()
    return sheet(*orders)


def _one(number: int, dice: Random) -> dict[str, Any]:
    placed = local("06:00", day=-dice.randrange(12)) + timedelta(minutes=dice.randrange(300))
    reached = dice.randrange(6)
    steps = [placed + timedelta(hours=h) for h in (1, 4, 7, 9, 30)]
    one = order(
        f"#SP-{number + 100}",
        ordered_at=placed,
        priority=dice.choice(("Standard", "Expedited", "Bulk", None)),
    )
    one |= dict(
        zip(
            ("allocated", "picked", "packed"),
            [dice.choice((True, "x", "✓"))] * min(reached, 3),
            strict=False,
        )
    )
    if reached > 3:
        one |= {
            "dispatched_at": _date(steps[3], dice),
            "carrier": "FastTrack",
            "tracking": f"FT{number:06}K",
        }
    if reached > 4:
        one |= {"delivered_at": _date(steps[4], dice)}
    if dice.random() < 0.2:
        one["status"] = dice.choice(("On Hold", "Cancelled", "Shipped", "Delayed"))
    return one


def _date(moment: datetime, dice: Random) -> Any:
    return dice.choice((moment, local_to_serial(moment), f"{moment:%Y-%m-%d %H:%M}"))


def _keys() -> list[str]:
    by_title = {title: key for key, title in TITLES.items()}
    return [by_title[title] for title in ALL]
