"""What people do next, as the dice fall: mostly they type, often they sort, now and then they break things."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from tests.sheets_server.model import Book
from tests.sheets_server.people import Act, Place, place_of
from tests.sheets_server.trail import Typed, value_of

FEWEST, MOST = 5, 14
"""Rows that people keep: with fewer nobody deletes, with more nobody inserts."""
TAB: Final = "Orders"
TITLES: Final[Mapping[str, str]] = {
    "order_id": "Order ID",
    "customer": "Customer",
    "notes": "Notes",
    "status": "Status",
    "picked": "Picked",
    "picked_at": "Picked At",
    "sla": "SLA",
    "check": "Check",
    "extra:Phone": "Phone",
}
"""The headings as they are when nobody has renamed one, by role."""
STATUSES: Final = ("On Hold", "Cancelled", "Pending", "Picked", "Packign", None)
_WORDS: Final = ("ring first", "fragile", "=1+1", "call Ann", "?")
_STAFF: Final = ("customer", "notes", "extra:Phone")
_OWN: Final = ("sla", "check")


def random_act(dice: Random, book: Book) -> Act:
    """One act on the sheet as it stands; a heading or tab renamed earlier is soon put back."""
    place = place_of(book)
    if dice.random() < 0.4 and (mending := mend(place)):
        return mending[0]
    makers = _MAKERS
    if place.count <= FEWEST:
        makers = [m for m in makers if m[0] is not _delete]
    elif place.count >= MOST:
        makers = [m for m in makers if m[0] not in (_insert_filled, _insert_empty, _duplicate)]
    make = dice.choices([m for m, _ in makers], [weight for _, weight in makers])[0]
    return make(dice, place)


def mend(place: Place) -> list[Act]:
    """The acts that put back what stops any program: the tab's name, headings, a heading twice."""
    acts = [] if place.sheet.title == TAB else [Act("rename_tab", (TAB,))]
    for role, column in place.columns.items():
        heading = value_of(place.sheet.cell(place.head, column))
        if role.startswith("extra:") and heading in TITLES.values() and role not in TITLES:
            acts.append(Act("delete_column", (role,)))
        elif heading != TITLES.get(role, heading):
            acts.append(Act("rename_heading", (role, TITLES[role])))
    return acts


def new_order(dice: Random) -> str:
    """An Order ID that nobody has yet, most likely; now and then one that looks like a number."""
    number = dice.randrange(1000, 99999)
    return f"0{number}" if dice.random() < 0.1 else f"A-{number}"


def _row(dice: Random, place: Place) -> int:
    return dice.randrange(max(place.count, 1))


def _words(dice: Random) -> str:
    return f"{dice.choice(_WORDS)} {dice.randrange(1000)}"


def _type_words(dice: Random, place: Place) -> Act:
    return Act("type_in", (_row(dice, place), dice.choice(_STAFF), _words(dice)))


def _type_status(dice: Random, place: Place) -> Act:
    return Act("type_in", (_row(dice, place), "status", dice.choice(STATUSES)))


def _type_own(dice: Random, place: Place) -> Act:
    return Act("type_in", (_row(dice, place), dice.choice(_OWN), _words(dice)))


def _type_stamp(dice: Random, place: Place) -> Act:
    value: Typed = 46000 + dice.randrange(100_000) / 100_000 if dice.random() < 0.7 else None
    return Act("type_in", (_row(dice, place), "picked_at", value))


def _clear(dice: Random, place: Place) -> Act:
    role = dice.choice((*_STAFF, "status", "picked_at", *_OWN))
    return Act("clear", (_row(dice, place), role))


def _tick(dice: Random, place: Place) -> Act:
    return Act("tick", (_row(dice, place),))


def _untick(dice: Random, place: Place) -> Act:
    return Act("untick", (_row(dice, place),))


def _edit_key(dice: Random, place: Place) -> Act:
    key: Typed = new_order(dice)
    if dice.random() < 0.2:
        key = dice.choice((None, value_of(_key_cell(dice, place))))
    return Act("edit_key", (_row(dice, place), key))


def _key_cell(dice: Random, place: Place) -> dict | None:
    row = place.head + 1 + _row(dice, place)
    return place.sheet.cell(row, place.columns["order_id"])


def _paste_block(dice: Random, place: Place) -> Act:
    block = tuple((_words(dice),) for _ in range(dice.randrange(1, 4)))
    return Act("paste_block", (_row(dice, place), dice.choice(("customer", "notes")), block))


def _sort(dice: Random, place: Place) -> Act:
    return Act("sort", (dice.choice(sorted(place.columns)), dice.random() < 0.5))


def _insert_filled(dice: Random, place: Place) -> Act:
    """A row typed by hand, or pasted from elsewhere together with what the worker's columns held."""
    values: list[tuple[str, Typed]] = [("order_id", new_order(dice)), ("customer", _words(dice))]
    if dice.random() < 0.5:
        values.append(("picked", dice.random() < 0.5))
    if dice.random() < 0.3:
        values += [("status", "On Hold"), ("check", "from the old list")]
    return Act("insert_filled", (dice.randrange(place.count + 1), tuple(values)))


def _insert_empty(dice: Random, place: Place) -> Act:
    return Act("insert_empty", (_row(dice, place),))


def _delete(dice: Random, place: Place) -> Act:
    return Act("delete", (_row(dice, place),))


def _move_rows(dice: Random, place: Place) -> Act:
    return Act("move_rows", (_row(dice, place), dice.randrange(1, 4), _row(dice, place)))


def _cut_paste(dice: Random, place: Place) -> Act:
    to = place.count if dice.random() < 0.8 or place.count <= FEWEST else _row(dice, place)
    return Act("cut_paste", (_row(dice, place), to))


def _duplicate(dice: Random, place: Place) -> Act:
    return Act("duplicate", (_row(dice, place), dice.randrange(place.count + 1)))


def _move_column(dice: Random, place: Place) -> Act:
    return Act("move_column", (dice.choice(sorted(place.columns)), dice.randrange(place.width + 1)))


def _insert_column(dice: Random, place: Place) -> Act:
    if len(place.columns) > len(TITLES) + 1:
        return _delete_column(dice, place)
    heading = "Check" if dice.random() < 0.1 else f"Mine {dice.randrange(100)}"
    return Act("insert_column", (dice.randrange(place.width + 1), heading))


def _delete_column(dice: Random, place: Place) -> Act:
    extras = sorted(role for role in place.columns if role.startswith("extra:"))
    return Act("delete_column", (dice.choice(extras),)) if extras else _insert_column(dice, place)


def _rename(dice: Random, place: Place) -> Act:
    if dice.random() < 0.2:
        return Act("rename_tab", ("Orders of May",))
    role = dice.choice(sorted(role for role in place.columns if role in TITLES))
    return Act("rename_heading", (role, f"My {TITLES[role].lower()}"))


def _above(_dice: Random, place: Place) -> Act:
    return Act("delete_above") if place.head else Act("insert_above")


def _filter(dice: Random, place: Place) -> Act:
    view = Act("filter_view", (dice.choice(sorted(place.columns)), dice.random() < 0.5))
    return dice.choice((Act("set_filter"), Act("clear_filter"), view))


_MAKERS: Final[list[tuple[Callable[[Random, Place], Act], int]]] = [
    (_type_words, 12), (_tick, 10), (_untick, 3), (_type_status, 6), (_type_own, 4),
    (_type_stamp, 4), (_clear, 4), (_edit_key, 4), (_paste_block, 4), (_sort, 14),
    (_insert_filled, 8), (_insert_empty, 3), (_delete, 8), (_move_rows, 8), (_cut_paste, 5),
    (_duplicate, 3), (_move_column, 3), (_insert_column, 1), (_delete_column, 1), (_rename, 1),
    (_above, 1), (_filter, 3),
]  # fmt: skip
