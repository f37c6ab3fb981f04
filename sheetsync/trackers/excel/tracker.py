"""The Excel workbook as a tracker: read, written in place and appended to, whole or not at all."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from sheetsync.domain.model import Receipt, Sheet
from sheetsync.domain.rules import ColumnRule
from sheetsync.errors import TrackerBusy
from sheetsync.trackers.base import WriteBatch
from sheetsync.trackers.excel import locks
from sheetsync.trackers.excel.backups import Backups
from sheetsync.trackers.excel.identity import PAUSE, Identity, Wait, identify, read_stable
from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.reader import read_sheet
from sheetsync.trackers.excel.replace import (
    Step,
    WorkbookChanged,
    Workplace,
    no_step,
    refuse_other_hands,
    replace_workbook,
)
from sheetsync.trackers.excel.session import Session
from sheetsync.trackers.excel.verify import verify
from sheetsync.trackers.excel.writing import add_rows, change_cells, finish, publish_tabs
from sheetsync.trackers.receipts import NewValue, change_receipt, outcomes_frame

_TRIES: Final = 3


class ExcelTracker:
    """One tracker tab of a workbook, and the worker-owned tabs beside it.

    `tab` is its title, None to find it by its headings. `columns` are the rulebook's. `now` tells
    the time (aware) for backups and the age of lock files; `wait` sleeps; `step` is called at each
    boundary of a replace. `stable_seconds` is how long the file must have been left alone before
    it is read. `lock_folder` holds the lock against a second worker on this machine. `companions` are
    titles of tabs to be read along.
    """

    def __init__(
        self,
        path: Path,
        *,
        columns: Mapping[str, ColumnRule],
        timezone: str,
        backup_folder: Path,
        now: Callable[[], datetime],
        wait: Wait,
        tab: str | None = None,
        search_rows: int = 20,
        allow_macros: bool = False,
        backups_kept: int = 20,
        stable_seconds: float = PAUSE,
        lock_folder: Path | None = None,
        step: Step = no_step,
        companions: Collection[str] = (),
    ) -> None:
        self.path = path.resolve()
        self.name = path.name
        self._columns, self._timezone, self._tab = columns, timezone, tab
        self._search_rows, self._allow_macros = search_rows, allow_macros
        self._backups = Backups(folder=backup_folder, kept=backups_kept)
        self._now, self._wait, self._step = now, wait, step
        self._lock_folder, self._pause = lock_folder, stable_seconds
        self._companions = tuple(companions)
        self._seen: Identity | None = None
        self._sheet: Sheet | None = None

    def fingerprint(self) -> str:
        """The sha256 of the workbook as it is now. Raises TrackerBusy while it is absent."""
        found = identify(self.path)
        if found is None:
            raise TrackerBusy(
                f"{self.name} is not there at this moment, or is being saved. It is looked for "
                "again in the next pass; otherwise check the path in the configuration."
            )
        return found.sha256

    def in_the_way(self) -> tuple[str, ...]:
        """A conflict copy beside the workbook, in a sentence. Raises TrackerBusy for a folder that is away."""
        try:
            copies = locks.conflict_copies(self.path)
        except OSError as error:
            raise TrackerBusy(
                f"The folder of {self.name} cannot be listed ({error.strerror}). "
                "Check that it is connected; the next pass tries again."
            ) from error
        if not copies:
            return ()
        sentence = (
            f"Beside {self.name} stands {', '.join(copies)}: a sync client kept two versions. "
            "Nothing is written until one of them is gone."
        )
        return (sentence,)

    def read(self) -> Sheet:
        """The tracker tab as it stands; the earlier Sheet while the workbook is unchanged.

        Reading is possible while somebody has the workbook open; `remarks` then say so. Raises
        TrackerBusy (try later) or TrackerRefused (says why).
        """
        content, seen = self._content()
        if self._sheet is None or self._sheet.fingerprint != seen.sha256:
            with Package(content, self.name, allow_macros=self._allow_macros) as package:
                self._sheet = read_sheet(
                    package,
                    rules_columns=self._columns,
                    tab=self._tab,
                    timezone=self._timezone,
                    search_rows=self._search_rows,
                    companions=self._companions,
                )
        remarks = self._surroundings()
        return _with_remarks(self._sheet, remarks) if remarks else self._sheet

    def write(self, batch: WriteBatch) -> Receipt:
        """Write what still fits in one replace; nothing at all where nothing differs.

        A workbook that somebody has open, or saves again and again, is left alone: every outcome
        is `deferred` and names the holder. Raises TrackerError, the workbook is then as it was.
        """
        try:
            with self._exclusive():
                return self._again(lambda: self._write(batch))
        except TrackerBusy as busy:
            verdicts = [("deferred", str(busy))] * len(batch.changes)
            refused = {tab.title: str(busy) for tab in batch.tabs}
            return change_receipt(
                batch.changes,
                verdicts,
                batch.fingerprint,
                tabs_refused=refused,
                remarks=(f"Writing was deferred: {busy}",),
                deferred=str(busy),
            )

    def append(self, rows: Sequence[Mapping[str, NewValue]]) -> Receipt:
        """Add one row per mapping (column key -> value) below the last order.

        An order that is already there is dropped; a workbook in use defers all. Raises TrackerError.
        """
        try:
            with self._exclusive():
                return self._again(lambda: self._append(rows))
        except TrackerBusy as busy:
            lines = [(str(row.get("order_id") or ""), key) for row in rows for key in row]
            return Receipt(
                outcomes=outcomes_frame(
                    [order for order, _ in lines],
                    [key for _, key in lines],
                    [("deferred", str(busy))] * len(lines),
                ),
                fingerprint="",
                remarks=(f"Writing was deferred: {busy}",),
            )

    def revise(self, edit: Callable[[Session], None]) -> bool:
        """Make one edit of the workbook in one replace; False when it came to no change.

        Raises TrackerBusy while the workbook is in use, TrackerRefused where it may not be written;
        it is then as it was.
        """
        with self._exclusive():
            return bool(self._again(lambda: self._revise(edit)).requests)

    def _revise(self, edit: Callable[[Session], None]) -> Receipt:
        refuse_other_hands(self.path, self._now())
        content, seen = self._content()
        with Package(content, self.name, allow_macros=self._allow_macros) as package:
            session = self._session(package)
            edit(session)
            written = finish(session, None)
            after = self._replace(session, seen) if written else seen
        return Receipt(
            outcomes=outcomes_frame([], [], []), fingerprint=after.sha256, requests=int(written)
        )

    def _again(self, attempt: Callable[[], Receipt]) -> Receipt:
        """A workbook that was saved in between is looked at anew, a few times."""
        for _ in range(_TRIES - 1):
            try:
                return attempt()
            except WorkbookChanged:
                continue
        return attempt()

    def _write(self, batch: WriteBatch) -> Receipt:
        refuse_other_hands(self.path, self._now())
        content, seen = self._content()
        with Package(content, self.name, allow_macros=self._allow_macros) as package:
            session = self._session(package)
            verdicts = change_cells(session, batch.changes)
            tabs = publish_tabs(session, batch.tabs, batch.marker)
            written = finish(session, batch.marker)
            after = self._replace(session, seen) if written else seen
        return change_receipt(
            batch.changes,
            verdicts,
            after.sha256,
            tabs_written=tabs.written,
            tabs_refused=tabs.refused,
            requests=int(written),
            unread=seen.sha256 != batch.fingerprint,
        )

    def _append(self, rows: Sequence[Mapping[str, NewValue]]) -> Receipt:
        refuse_other_hands(self.path, self._now())
        content, seen = self._content()
        with Package(content, self.name, allow_macros=self._allow_macros) as package:
            session = self._session(package)
            lines = add_rows(session, rows)
            written = finish(session, None)
            after = self._replace(session, seen) if written else seen
        return Receipt(
            outcomes=outcomes_frame(
                [order for order, _, _ in lines],
                [key for _, key, _ in lines],
                [verdict for _, _, verdict in lines],
            ),
            fingerprint=after.sha256,
            requests=int(written),
        )

    def _session(self, package: Package) -> Session:
        return Session(package, self._columns, self._tab, self._search_rows)

    def _replace(self, session: Session, seen: Identity) -> Identity:
        place = Workplace(
            workbook=self.path,
            backups=self._backups,
            now=self._now(),
            wait=self._wait,
            step=self._step,
        )

        def check(file: IO[bytes]) -> None:
            session.forget()
            verify(session.revision, file, session.expected)

        old = session.package.data
        self._seen = replace_workbook(place, seen, old, session.revision.write, check)
        return self._seen

    def _content(self) -> tuple[bytes, Identity]:
        """The workbook standing still; one that looks as when it last did is not waited for."""
        known = self._seen.look if self._seen else None
        content, self._seen = read_stable(self.path, self._wait, known, pause=self._pause)
        return content, self._seen

    def _surroundings(self) -> tuple[str, ...]:
        """What stands in the way of writing, for Sync Status."""
        conflicts = self.in_the_way()
        open_by = (f"{self.name} is {h}." for h in locks.holders(self.path, self._now()))
        return (*open_by, *conflicts)

    def _exclusive(self) -> AbstractContextManager[None]:
        if self._lock_folder is None:
            return nullcontext()
        name = hashlib.sha256(str(self.path).encode()).hexdigest()[:16]
        return locks.exclusive(self._lock_folder / f"workbook-{name}.lock")


def _with_remarks(sheet: Sheet, remarks: tuple[str, ...]) -> Sheet:
    return dataclasses.replace(sheet, remarks=(*sheet.remarks, *remarks))
