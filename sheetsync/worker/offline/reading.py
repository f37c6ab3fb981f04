"""Reads a file that came back as a side of a merge, and says what is wrong with one that cannot be read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sheetsync.domain.columns import interpret
from sheetsync.domain.merge.copies import Copy, copy_of
from sheetsync.domain.model import Orders
from sheetsync.domain.rules import ColumnRule
from sheetsync.errors import PlanRefused, TrackerBusy, UsageError
from sheetsync.trackers.excel import locks
from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.reader import read_sheet
from sheetsync.worker.offline import marks

if TYPE_CHECKING:
    from sheetsync.worker.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Returned:
    """The file as it was read."""

    path: Path
    sha256: str
    mark: marks.Mark
    saved_at: datetime | None
    orders: Orders
    side: Copy
    remarks: tuple[str, ...] = ()


def read_copy_file(shop: Workshop, path: Path, now: datetime, copy_id: str) -> Returned:
    """The file, with what is wrong with it told of a file and not of a tracker."""
    try:
        return read_copy(shop, path, now, shop.rules(now).rules.columns, copy_id)
    except TrackerBusy as busy:
        words = str(busy).replace(_LATER, "Wait until it is all there and import it again")
        raise TrackerBusy(words) from busy
    except PlanRefused as unreadable:
        raise PlanRefused(f"{path.name} is no copy that can be read: {unreadable}") from unreadable


def read_copy(
    shop: Workshop, path: Path, now: datetime, columns: Mapping[str, ColumnRule], copy_id: str = ""
) -> Returned:
    """The file as a side of a merge. Raises UsageError, TrackerError, PlanRefused."""
    data = _bytes(path)
    with Package(data, path.name) as package:
        mark = marks.find_mark(package)
        if copy_id:
            mark = marks.Mark(id=_wanted_id(copy_id))
        if mark is None:
            raise UsageError(_NO_MARK.format(name=path.name))
        sheet = read_sheet(
            package, rules_columns=columns, tab=_tab(shop, mark, package), timezone=shop.timezone,
            search_rows=shop.rules(now).rules.header_search_rows,
        )  # fmt: skip
        saved_at = marks.saved_at(package)
    orders = interpret(sheet, shop.rules(now).rules, now, shop.plan_options.reading)
    open_by = [f"{path.name} is {h}; what is not saved yet is not in it." for h in locks.holders(path, now)]  # fmt: skip
    return Returned(
        path=path, sha256=hashlib.sha256(data).hexdigest(), mark=mark, saved_at=saved_at,
        orders=orders, side=copy_of(orders, columns), remarks=(*open_by, *sheet.remarks),
    )  # fmt: skip


_LATER: Final = "It is read again in the next pass"
_NO_MARK: Final = (
    "{name} carries no mark of an export, so nobody can tell what was in it when it went out. A copy says on its "
    "tab About this copy which one it is: name that with --copy. Orders that are all new go in with "
    "sheetsync intake."
)


def _bytes(path: Path) -> bytes:
    if path.is_dir():
        raise UsageError(f"{path} is a folder. Name the workbook that came back.")
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            data = file.read()
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}. Check its name and folder.") from None
    if len(data) != size or path.stat().st_size != size:
        raise TrackerBusy(f"{path.name} is still being written. Wait until it is all there, and import it then.")  # fmt: skip
    if path.suffix.lower() in (".csv", ".jsonl", ".json", ".txt") and not data.startswith(b"PK"):
        raise UsageError(
            f"{path.name} is no workbook, and only a workbook that sheetsync exported comes back. New orders "
            "go in with sheetsync intake."
        )
    return data


def _wanted_id(text: str) -> str:
    if not marks.is_copy_id(text):
        raise UsageError(f"{text} is not the id of a copy; one looks like K7F3-92QX.")
    return text.strip().upper()


def _tab(shop: Workshop, mark: marks.Mark, package: Package) -> str | None:
    """The tab with the orders: under the name it went out with, else found by its headings."""
    line = shop.store.offline(shop.state.id).copy(mark.id)
    title = str(line.about.get("tab", "")) if line is not None else ""
    return title if title and package.workbook().sheet(title) is not None else None
