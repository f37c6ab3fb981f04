"""What Check and the tab Messages say of vendors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

import numpy as np
import pandas as pd

from sheetsync.domain.escalation.reach import unknown_vendor
from sheetsync.domain.findings import FindingList
from sheetsync.domain.moments import scalar_to_local, scalar_to_utc
from sheetsync.domain.texts import quoted
from sheetsync.domain.vendors.answers import Against
from sheetsync.domain.vendors.deciding import Decided
from sheetsync.domain.vendors.memory import ASSIGNED, Asked, VendorNote
from sheetsync.domain.vendors.scene import ANSWER, SHIP_ON, Scene
from sheetsync.domain.wording import duration_words

ANSWER_KIND: Final = "vendor_answer"
_SENDS: Final = ("Yes", "Partial")


class _Told(NamedTuple):
    """One finding about a row."""

    row: int
    column: str
    rule: str
    severity: Literal["warning", "note"]
    words: str


def findings_of(scene: Scene, done: Decided) -> pd.DataFrame:
    """What Check says of vendors; nothing of orders that are done with."""
    frame = scene.orders.frame
    found = FindingList(frame["order_id_read"].to_numpy(), frame["row"].to_numpy())
    for told in sorted(_every(scene, done)):
        found.add(np.array([told.row]), told.column, told.rule, told.severity, told.words)
    return found.frame()


def notes_of(scene: Scene, done: Decided) -> tuple[VendorNote, ...]:
    """What Messages says of vendors beside the letters: what waits, and answers against the sheet."""
    waiting = [
        VendorNote(order_id=scene.order(row), kind=ASSIGNED, words=words)
        for row, words in sorted(done.waiting.items())
    ]
    against = [
        VendorNote(order_id=each.order, kind=ANSWER_KIND, words=_against(scene, each))
        for each in done.replied.against
    ]
    return (*waiting, *against)


def _every(scene: Scene, done: Decided) -> Iterator[_Told]:
    title = scene.title("vendor")
    for row in done.unknown:
        words = unknown_vendor(scene.text("vendor", row), title, scene.vendors)
        yield _Told(row, "vendor", "vendor_unknown", "warning", words)
    for row, words in done.waiting.items():
        told = f"The vendor has not been told. {words}"
        yield _Told(row, "vendor", "vendor_not_told", "note", told)
    for each in done.replied.against:
        words = _against(scene, each)
        yield _Told(each.row, each.column, "vendor_answer_differs", "warning", words)
    for row, record in done.records.items():
        if scene.open_order[row] and not record.off and row in done.vendors:
            yield from _of_record(scene, done, row, record)


def _of_record(scene: Scene, done: Decided, row: int, record: Asked) -> Iterator[_Told]:
    if record.stale:
        words = (
            f"{scene.title(ANSWER)} still says {record.stale}: that was the answer of the vendor before. "
            "Clear it, or fill in what this vendor says."
        )
        yield _Told(row, ANSWER, "vendor_answer_of_another", "warning", words)
    vendor = done.vendors[row]
    if record.asked_at is not None and not record.answer:
        allowed = scene.confirm_time(vendor)
        if scene.told[row] and _is_over(scene, done, record.asked_at + allowed):
            words = (
                f"The vendor was asked on {scene.words(record.asked_at)} and has not answered within "
                f"{duration_words(allowed.total_seconds())}. Ask the vendor, or choose another one."
            )
            yield _Told(row, ANSWER, "vendor_silent", "warning", words)
    due = _ship_due(scene, row, record, scene.ship_time(vendor))
    if due is not None and _is_over(scene, done, due):
        words = (
            f"The vendor was to ship by {scene.words(due)}, and Dispatched Date is empty. Ask the vendor; tell the "
            "customer where the order will be late."
        )
        yield _Told(row, SHIP_ON, "vendor_ships_late", "warning", words)


def _ship_due(scene: Scene, row: int, record: Asked, allowed: timedelta | None) -> datetime | None:
    """By when the vendor said, or has, to ship; None where nobody knows. A day lasts until its end."""
    if record.answer not in _SENDS:
        return None
    promised = scene.moment(SHIP_ON, row)
    if promised is not None:
        local = scalar_to_local(promised, scene.timezone)
        if local.time() == datetime.min.time():
            return scalar_to_utc(local + timedelta(days=1), scene.timezone) - timedelta(minutes=1)
        return promised
    if record.confirmed_at is None or allowed is None or record.since is None:
        return None
    return record.confirmed_at + allowed


def _is_over(scene: Scene, done: Decided, moment: datetime) -> bool:
    """Whether a moment has passed; otherwise the pass comes back when it has."""
    if moment < scene.now:
        return True
    done.turns.append(moment + timedelta(seconds=1))
    return False


def _against(scene: Scene, each: Against) -> str:
    title, stands = scene.title(each.column), quoted(each.stands)
    found = f"says {stands}, which a person typed" if each.stands else "is empty"
    return (
        f"The vendor answered {quoted(each.said)} by mail on {scene.words(each.at)}, but {title} {found}. "
        "It was left as it is: ask the vendor, then correct the cell, or change it."
    )
