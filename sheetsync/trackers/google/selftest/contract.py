"""The promises of every tracker, tried on this sheet: each in plain words, with the way to try it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from sheetsync.domain.model import CellValue, Receipt
from sheetsync.trackers.google.selftest.orders import MOMENT, ORDERS, Desk, batch
from sheetsync.trackers.receipts import NewValue

Try = Callable[[Desk], Iterator[str]]
"""Gives a sentence for each thing that is not as promised; none where the promise is held."""

_VALUES: Final[tuple[tuple[str, NewValue, CellValue], ...]] = (
    ("a plain text", "plain", "plain"),
    ("a text that looks like a formula", "=1+1", "=1+1"),
    ("a telephone number", "+49 30 1234", "+49 30 1234"),
    ("a text that begins with @", "@SUM(A1)", "@SUM(A1)"),
    ("digits with leading zeros", "000123", "000123"),
    ("a text of two lines", "line one\nline two", "line one\nline two"),
    ("spaces at both ends", "  spaces  ", "  spaces  "),
    ("signs that mark-up uses", "_x0041_ <&> \"'", "_x0041_ <&> \"'"),
    ("letters of other scripts", "🧾 Ünïcødé مرحبا", "🧾 Ünïcødé مرحبا"),
    ("a tick", True, True),
    ("a tick taken away", False, False),
    ("nothing", None, None),
    ("a moment", MOMENT, 46348.3960069444),
)


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised, and how it is tried."""

    words: str
    tried: Try


def promises() -> list[Promise]:
    """All of them, in the order they are tried."""
    kinds = [
        Promise(f"Comes back as it was written: {words}", partial(_comes_back, new, stands))
        for words, new, stands in _VALUES
    ]
    return [
        Promise("Reading gives the cells as they stand", _reading),
        Promise("An unchanged sheet has the same fingerprint", _unchanged),
        Promise("A person's edit changes the fingerprint", _edited),
        *kinds,
        Promise("Any number of changes is one write request after one look", _one_request),
        Promise("The fingerprint after a write is the one it foretold", _foretold),
        Promise("A write lands by order after a sort", _after_a_sort),
        Promise("A moved column is still found", _moved_column),
        Promise("An edited cell is never overwritten, and its row waits", _never_overwritten),
        Promise("A doubled order is left alone", _doubled),
        Promise(
            "Rows sorted in the very moment of a write are put right, and written in the next pass",
            _displaced,
        ),
        Promise("A cell typed into in the moment before a write to another row stays", _beside),
        Promise("New orders are added below the last one", _added),
    ]


def _reading(desk: Desk) -> Iterator[str]:
    found = [tuple(cells.values()) for cells in desk.orders().values()]
    if found != [tuple(order) for order in ORDERS]:
        yield f"The orders read as {found}."


def _unchanged(desk: Desk) -> Iterator[str]:
    first = desk.tracker.read()
    if desk.tracker.fingerprint() != first.fingerprint:
        yield "The fingerprint differs though nobody changed anything."


def _edited(desk: Desk) -> Iterator[str]:
    before = desk.tracker.read().fingerprint
    desk.types(2, "check", "seen")
    if desk.tracker.fingerprint() == before:
        yield "The fingerprint is the same though a cell was edited."


def _comes_back(new: NewValue, stands: CellValue, desk: Desk) -> Iterator[str]:
    yield from _expect(_write(desk, ("000123", "check", "old words", new)), ["applied"])
    found = desk.orders().get("000123", {}).get("check")
    if found != stands or type(found) is not type(stands):
        yield f"It came back as {found!r}."


def _one_request(desk: Desk) -> Iterator[str]:
    before = (desk.lab.api.reads_sent, desk.lab.api.writes_sent)
    receipt = _write(desk, ("A-2", "check", None, "one"), ("A-3", "status", "Shipped", "Pending"))
    reads = desk.lab.api.reads_sent - before[0]
    writes = desk.lab.api.writes_sent - before[1]
    yield from _expect(receipt, ["applied", "applied"])
    if (reads, writes, receipt.requests) != (1, 1, 1):
        yield f"It took {reads} reads and {writes} writes."


def _foretold(desk: Desk) -> Iterator[str]:
    receipt = _write(desk, ("A-2", "picked_at", None, MOMENT), ("A-3", "check", None, "=1+1"))
    yield from _expect(receipt, ["applied", "applied"])
    if receipt.fingerprint != desk.tracker.fingerprint():
        yield "The sheet reads differently from what was written."


def _after_a_sort(desk: Desk) -> Iterator[str]:
    before = desk.orders()
    desk.sorts()
    _write_in_two_passes(desk, ("A-2", "check", None, "mine"))
    yield from _only_changed(desk, before, "mine")


def _moved_column(desk: Desk) -> Iterator[str]:
    before = desk.orders()
    desk.inserts_column()
    _write_in_two_passes(desk, ("A-2", "check", None, "mine"))
    yield from _only_changed(desk, before, "mine")


def _never_overwritten(desk: Desk) -> Iterator[str]:
    before = desk.orders()
    desk.types(2, "check", "a person's words")
    receipt = _write(
        desk,
        ("A-2", "check", None, "mine"),
        ("A-2", "status", "Pending", "Shipped"),
        ("A-3", "check", None, "other row"),
    )
    yield from _expect(receipt, ["dropped", "dropped", "applied"])
    before["A-3"]["check"] = "other row"
    yield from _only_changed(desk, before, "a person's words")


def _doubled(desk: Desk) -> Iterator[str]:
    desk.doubles()
    receipt = _write(desk, ("A-2", "check", None, "mine"))
    yield from _expect(receipt, ["dropped"])
    if receipt.requests:
        yield "Something was sent for it all the same."


def _displaced(desk: Desk) -> Iterator[str]:
    before = desk.orders()
    desk.act = desk.sorts
    receipt = _write(desk, ("000123", "check", "old words", "mine"))
    if not desk.tracker.guarded.counters.displaced:
        yield "The rows were sorted before the write, and it was not seen."
    yield from _expect(receipt, ["dropped"])
    yield from _only_changed(desk, before, before["A-2"]["check"])
    yield from _expect(_write(desk, ("000123", "check", "old words", "mine")), ["applied"])
    before["000123"]["check"] = "mine"
    yield from _only_changed(desk, before, before["A-2"]["check"])


def _beside(desk: Desk) -> Iterator[str]:
    before = desk.orders()
    desk.act = lambda: desk.types(3, "check", "typed at this moment")
    yield from _expect(_write(desk, ("A-2", "check", None, "mine")), ["applied"])
    before["A-3"]["check"] = "typed at this moment"
    yield from _only_changed(desk, before, "mine")


def _added(desk: Desk) -> Iterator[str]:
    before = desk.orders()
    receipt = desk.tracker.append([{"order_id": "N-1", "customer": "=New"}, {"order_id": "N-2"}])
    yield from _expect(receipt, ["applied"] * 3)
    found = desk.orders()
    if list(found) != [*before, "N-1", "N-2"] or found["N-1"]["customer"] != "=New":
        yield f"The orders are now {list(found)}."


def _write(desk: Desk, *lines: tuple[str, str, CellValue, NewValue]) -> Receipt:
    return desk.tracker.write(batch(*lines))


def _write_in_two_passes(desk: Desk, line: tuple[str, str, CellValue, NewValue]) -> None:
    """Write; a row that moved since it was read is left to the next pass."""
    if "dropped" in _outcomes(_write(desk, line)):
        desk.tracker.read()
        _write(desk, line)


def _outcomes(receipt: Receipt) -> list[str]:
    return list(receipt.outcomes["outcome"])


def _expect(receipt: Receipt, wanted: list[str]) -> Iterator[str]:
    found = _outcomes(receipt)
    if found != wanted:
        reasons = [reason for reason in receipt.outcomes["reason"] if reason]
        yield f"It was {', '.join(found)} instead of {', '.join(wanted)}. {' '.join(reasons)}"


def _only_changed(
    desk: Desk, before: dict[CellValue, dict[str, CellValue]], check: CellValue
) -> Iterator[str]:
    """Everything is as before but the Check of A-2, which is `check`."""
    wanted = {**before, "A-2": {**before["A-2"], "check": check}}
    found = desk.orders()
    for order in [*wanted, *(o for o in found if o not in wanted)]:
        if found.get(order) != wanted.get(order):
            yield f"Order {order} reads {found.get(order)} instead of {wanted.get(order)}."
