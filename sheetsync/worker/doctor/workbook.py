"""The workbook: is it there, who has it, which columns does it have, and what cannot be judged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sheetsync.domain.model import HeaderMap, Sheet
from sheetsync.domain.rules import Rulebook
from sheetsync.errors import SheetsyncError, TrackerError
from sheetsync.trackers.excel.locks import conflict_copies, holders
from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.tracker import ExcelTracker
from sheetsync.worker.doctor.columns import column_checks
from sheetsync.worker.doctor.diagnosis import Diagnosis, Patient, bad, note, ok, warn

_FUTURE: Final = timedelta(minutes=5)
_RANGES: Final = re.compile(rb"<(?:\w+:)?conditionalFormatting[^>]*?sqref=[\"']([^\"']+)")
_CORNERS: Final = re.compile(r"([A-Z]+)\d*(?::([A-Z]+)\d*)?")


def workbook_checks(
    patient: Patient, rules: Rulebook, wait: Callable[[float], None]
) -> Iterator[Diagnosis]:
    """Everything about the file and the tab."""
    path = patient.config.tracker.workbook.resolve()
    if not path.is_file():
        yield bad(
            "workbook", f"There is no workbook {path}.",
            "Check tracker: path in the configuration, or make one with sheetsync init.",
        )  # fmt: skip
        return
    yield from _hands(path, patient)
    try:
        sheet = _tracker(patient, rules, wait).read()
    except TrackerError as problem:
        yield bad("workbook", str(problem), "Nothing else can be said of the tab until it is read.")
        return
    yield ok("workbook", f"{path.name} is read: {len(sheet.rows):,} rows in the tab {sheet.tab}.")
    told = (f"{path.name} is ", f"Beside {path.name} ")  # by `_hands`
    header = yield from column_checks(patient, rules, sheet, told)
    if header is not None:
        macros = patient.config.tracker.allow_macros
        yield from _highlights(rules, header, sheet, path, macros=macros)


def _hands(path: Path, patient: Patient) -> Iterator[Diagnosis]:
    """Who has it open, what lies beside it, and its clock."""
    for holder in holders(path, patient.now):
        if holder.stale:
            yield warn(
                "workbook", f"{path.name} is {holder}.", "Until then cells wait to be written."
            )
        else:
            yield note(
                "workbook", f"{path.name} is {holder}.", "Cells are written once it is closed."
            )
    copies = conflict_copies(path)
    if copies:
        yield bad(
            "workbook",
            f"Beside {path.name} stands {', '.join(copies)}: a sync client kept two versions.",
            "Bring both together in Excel and delete one; nothing is written until then.",
        )
    changed = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    if changed > patient.now + _FUTURE:
        yield warn(
            "clock",
            f"{path.name} was changed {patient.words(changed)}, which lies in the future.",
            "Set the clock of this machine, or of the one that saved it: all times come from it.",
        )


def _tracker(patient: Patient, rules: Rulebook, wait: Callable[[float], None]) -> ExcelTracker:
    settings = patient.config.tracker
    return ExcelTracker(
        settings.workbook,
        columns=rules.columns,
        timezone=settings.timezone,
        tab=settings.tab,
        search_rows=rules.header_search_rows,
        allow_macros=settings.allow_macros,
        backup_folder=patient.config.folder / "state" / "workbooks",
        now=lambda: patient.now,
        wait=wait,
    )


def _highlights(
    rules: Rulebook, header: HeaderMap, sheet: Sheet, path: Path, *, macros: bool
) -> Iterator[Diagnosis]:
    """Whether late and faulty rows stand out; a rule over the whole row counts as well."""
    wanted = {key: header.columns[key] for key in ("sla", "check") if key in header.columns}
    try:
        ranges = _conditional_columns(path, sheet.tab, allow_macros=macros)
    except SheetsyncError as problem:
        yield note("columns", f"Whether cells are highlighted cannot be told. {problem}")
        return
    plain = [
        rules.columns[key].title
        for key, place in wanted.items()
        if not any(first <= place <= last for first, last in ranges)
    ]
    if plain:
        yield note(
            "columns", f"No highlighting stands on {' and '.join(plain)}.",
            "Take the template's, or add a conditional format: text begins with Breached, with Error.",
        )  # fmt: skip
    elif wanted:
        yield ok("columns", "Late and faulty rows are highlighted.")


def _conditional_columns(path: Path, tab: str, *, allow_macros: bool) -> list[tuple[int, int]]:
    """First and last column (from 0) of every conditional format of the tab."""
    with Package.open(path, allow_macros=allow_macros) as package:
        part = next(fact.part for fact in package.workbook().sheets if fact.name == tab)
        content = package.read(part)
    found = []
    for squares in _RANGES.findall(content):
        for square in squares.decode("ascii", "replace").split():
            match = _CORNERS.fullmatch(square)
            if match:
                first = _column(match[1])
                found.append((first, _column(match[2]) if match[2] else first))
    return found


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
