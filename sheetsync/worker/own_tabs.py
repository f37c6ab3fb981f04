"""The cells of a worker-owned tab as they stand, on either kind of tracker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sheetsync.domain.model import CellValue, DateSystem
from sheetsync.domain.rules import Rulebook
from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.rowreader import read_rows_slow
from sheetsync.trackers.excel.strings import read_strings
from sheetsync.trackers.excel.tracker import ExcelTracker
from sheetsync.trackers.excel.values import Values

if TYPE_CHECKING:
    from sheetsync.worker.workshop import Workshop

Rows = Sequence[Sequence[CellValue]]


def rows_of_tab(
    shop: Workshop, title: str, rules: Rulebook, *, most: int
) -> tuple[Rows, DateSystem]:
    """The first `most` rows of a tab, () where there is none; and how its dates count. Raises TrackerError."""
    tracker = shop.tracker(rules)
    if not isinstance(tracker, ExcelTracker):
        return _google_rows(tracker, title), 1900
    with Package.open(tracker.path, allow_macros=shop.config.tracker.allow_macros) as package:
        facts = package.workbook()
        tab = facts.sheet(title)
        if tab is None or tab.kind != "worksheet":
            return (), facts.date_system
        values = Values(read_strings(package), facts.date_system, tab.name)
        return read_rows_slow(package, tab.part, values, until=most).rows, facts.date_system


def _google_rows(tracker: object, title: str) -> Rows:
    # Google's client is loaded only for a Google Sheet.
    from sheetsync.trackers.google.ownership import present  # noqa: PLC0415
    from sheetsync.trackers.google.sending import quoted as in_a1  # noqa: PLC0415
    from sheetsync.trackers.google.tracker import GoogleTracker  # noqa: PLC0415

    if not isinstance(tracker, GoogleTracker):
        return ()
    tab = present(title, tracker.eyes.structure())
    if tab is None:
        return ()
    answer = tracker.api.decoded(tracker.api.values([in_a1(tab.title)]))
    ranges = answer.get("valueRanges") or [{}]
    rows: Rows = ranges[0].get("values") or ()
    return rows
