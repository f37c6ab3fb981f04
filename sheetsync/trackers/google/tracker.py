"""The Google Sheet as a tracker: read in one request, written under guard, verified in the same answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sheetsync.domain.model import Receipt, Sheet
from sheetsync.domain.rules import ColumnRule
from sheetsync.errors import PlanRefused, TrackerBusy
from sheetsync.trackers.base import WriteBatch
from sheetsync.trackers.google.adding import Adding
from sheetsync.trackers.google.api import SheetsApi
from sheetsync.trackers.google.guarded import GuardedWrite
from sheetsync.trackers.google.journal import Journal
from sheetsync.trackers.google.judging import Wanted, wanted_of
from sheetsync.trackers.google.looking import Eyes
from sheetsync.trackers.google.repairing import corrected
from sheetsync.trackers.google.safety_copy import TITLE as COPY_TITLE
from sheetsync.trackers.google.sending import MOST_BYTES, weight
from sheetsync.trackers.google.snapshot import Snapshot
from sheetsync.trackers.google.verifying import Verdicts
from sheetsync.trackers.google.write_state import WriteState
from sheetsync.trackers.receipts import NewValue, Verdict, change_receipt

_ONE_PASS = timedelta(seconds=5)
"""Between a fingerprint and the reading that follows it in the same pass lies less, between two passes more."""


class GoogleTracker:
    """One tracker tab of a Google Sheet, and the worker-owned tabs beside it.

    `tab` is its title when it carries no mark yet. `columns` are the rulebook's. `timezone` is that of
    the configuration; a sheet in another one is refused. `now` tells aware UTC, `wait` sleeps. `journal`
    keeps what is about to be written until it is settled. `step` is called at each boundary. `copy_title`
    is that of the hidden tab of safety copies. `companions` are titles of tabs to be read along.
    """

    guarded_write: type[GuardedWrite] = GuardedWrite
    """What carries a write out; a test plants a fault by giving another."""

    def __init__(
        self,
        api: SheetsApi,
        *,
        columns: Mapping[str, ColumnRule],
        timezone: str,
        now: Callable[[], datetime],
        wait: Callable[[float], None],
        journal: Journal,
        tab: str = "Orders",
        search_rows: int = 20,
        structure_every: timedelta = timedelta(minutes=15),
        step: Callable[[str], None] = lambda _name: None,
        copy_title: str = COPY_TITLE,
        companions: Collection[str] = (),
    ) -> None:
        self.api, self._columns, self._timezone = api, columns, timezone
        self._journal = journal
        self.eyes = Eyes(
            api, columns=columns, tab=tab, search_rows=search_rows, now=now,
            structure_every=structure_every, companions=companions,
        )  # fmt: skip
        self.guarded = self.guarded_write(
            api,
            self.eyes,
            columns=columns,
            journal=journal,
            now=now,
            step=step,
            copy_title=copy_title,
        )
        self._wait = wait
        self._now = now
        self._fresh: Snapshot | None = None
        self._fresh_at = now()
        self._sheet: Sheet | None = None
        self._read_from: Snapshot | None = None
        self._planned = Snapshot(rows=[])
        self._as_read = True

    @property
    def name(self) -> str:
        """The sheet's title, once it has been looked at."""
        return self.eyes.known_title or "the Google Sheet"

    def fingerprint(self) -> str:
        """Of all cells as they stand; the answer is kept for the `read` that follows. Raises TrackerError."""
        self._fresh, self._fresh_at = self.eyes.look(), self._now()
        return self._fresh.fingerprint()

    def in_the_way(self) -> tuple[str, ...]:
        """Nothing ever is: what forbids writing is told by the write itself."""
        return ()

    def read(self) -> Sheet:
        """The tracker tab as it stands; the earlier Sheet while nothing changed.

        Raises TrackerBusy (try later), TrackerRefused, and PlanRefused where the header or the time zone
        is not what it was.
        """
        snapshot, self._fresh = self._just_seen() or self.eyes.look(), None
        if self._sheet is not None and snapshot is self._read_from and not self._journal.load():
            return self._sheet
        self._refuse_other_zone()
        planned = self._settled(snapshot)
        sheet = self._as_sheet(snapshot, planned)
        as_read = planned is snapshot
        if self._sheet is not None and as_read and self._as_read and _equal(self._sheet, sheet):
            sheet = self._sheet
        self._as_read = as_read
        self._sheet, self._read_from, self._planned = sheet, snapshot, planned
        return sheet

    def write(self, batch: WriteBatch) -> Receipt:
        """Write what still fits; see `trackers.base`. Everything of one request, or nothing.

        A row that was moved or edited since it was read is dropped and comes round in the next pass.
        Raises TrackerError; what was sent and not answered for is settled by the next pass.
        """
        if self._sheet is None:
            self.read()
        self._read_from = None  # the write looks for formulas, which the next reading shall show
        state = self.guarded.begin(self._planned)
        wanted = wanted_of(batch.changes)
        verdicts: dict[int, Verdict] = {}
        parts = _parts(wanted) or [[]]
        try:
            for number, places in enumerate(parts):
                first = number == 0
                outcome = self.guarded.write(
                    state, [wanted[place] for place in places],
                    tabs=batch.tabs if first else (), marker=batch.marker,
                )  # fmt: skip
                verdicts |= dict(zip(places, outcome.verdicts, strict=True))
        except TrackerBusy as busy:
            if not state.landed:
                raise
            late: Verdict = ("dropped", f"not written in this pass: {busy}")
            verdicts = {place: verdicts.get(place, late) for place in range(len(wanted))}
        if state.fingerprint and not state.unread:
            self._planned = state.expected
        self.guarded.end()
        return self._receipt(batch, [verdicts[place] for place in range(len(wanted))], state)

    def append(self, rows: Sequence[Mapping[str, NewValue]]) -> Receipt:
        """Add one row per mapping below everything that stands in the tab; see `trackers.base`."""
        self.read()
        return Adding(self.api, self.eyes, self._columns).add(rows)

    # -- within ---------------------------------------------------------------------------------

    def _just_seen(self) -> Snapshot | None:
        """What the fingerprint was taken of, unless that was in a pass before: people may have typed since."""
        age = self._now() - self._fresh_at
        return self._fresh if timedelta(0) <= age <= _ONE_PASS else None

    def _settled(self, snapshot: Snapshot) -> Snapshot:
        """The cells without the slips of a write that was killed or never answered for."""
        entry = self.guarded.open_entry()
        if entry is None:
            return snapshot
        found = self.guarded.heard_of(entry) or Verdicts()
        undos = [*entry.undos, *found.undos]
        readable = corrected(undos, snapshot, entry.under, entry.times)
        own = self.guarded.own_headings(readable)
        return corrected(undos, snapshot, entry.under, entry.times, own)

    def _as_sheet(self, snapshot: Snapshot, planned: Snapshot) -> Sheet:
        headed = self.eyes.headed(planned)
        structure, tab = self.eyes.structure(), self.eyes.tab()
        filled = [(number, row) for number, row in enumerate(headed.rows, start=1) if row]
        remarks = [*self.eyes.renamed(), *headed.remarks]
        marker = snapshot.marker or structure.marker()
        if (meant := snapshot.marked_for or structure.marked_for()) not in ("", structure.id):
            remarks.append(
                f"This sheet is a copy: its marks name another one ({meant}). The original is watched apart."
            )
        return Sheet(
            tracker=self.name,
            tab=tab.title,
            rows=[row for _, row in filled],
            row_numbers=[number for number, _ in filled],
            timezone=self._timezone,
            fingerprint=snapshot.fingerprint(),
            formulas=self.eyes.formulas(snapshot),
            marker=marker,
            remarks=tuple(remarks),
            tabs=self.eyes.companions(snapshot),
        )

    def _refuse_other_zone(self) -> None:
        found = self.eyes.structure().timezone
        if found and found != self._timezone and not _same_zone(found, self._timezone):
            raise PlanRefused(
                f"{self.name} is in the time zone {found}, but config.yaml says {self._timezone}: every time in it "
                "would be read wrongly. Set the one that is right: in the sheet under File > Settings, or under "
                "tracker: timezone: in config.yaml. Nothing is written until they agree."
            )

    def _receipt(self, batch: WriteBatch, verdicts: list[Verdict], state: WriteState) -> Receipt:
        fingerprint = state.fingerprint or (
            "" if state.requests else self._sheet.fingerprint if self._sheet else ""
        )
        return change_receipt(
            batch.changes,
            verdicts,
            fingerprint,
            tabs_written=state.tabs_written,
            tabs_refused=state.tabs_refused,
            requests=state.requests,
            remarks=state.remarks,
            look_at=state.told,
            unread=state.unread,
        )


def _parts(wanted: Sequence[Wanted]) -> list[list[int]]:
    """The changes, by place, in parts below the advised size; an order is never split."""
    by_order: dict[str, list[int]] = {}
    for place, change in enumerate(wanted):
        by_order.setdefault(change.order, []).append(place)
    groups = sorted(by_order.values(), key=lambda places: wanted[places[0]].row)
    parts: list[list[int]] = []
    size = MOST_BYTES + 1
    for places in groups:
        heavy = sum(weight(wanted[place].new) for place in places)
        if size + heavy > MOST_BYTES:
            parts.append([])
            size = 0
        parts[-1] += places
        size += heavy
    return parts


def _equal(old: Sheet, new: Sheet) -> bool:
    return (old.fingerprint, old.formulas, old.remarks, old.marker, old.tab) == (
        new.fingerprint, new.formulas, new.remarks, new.marker, new.tab,
    )  # fmt: skip


def _same_zone(first: str, second: str) -> bool:
    """Whether two names mean the one zone of UTC."""
    utc = {"UTC", "Etc/UTC", "Etc/GMT", "GMT", "Etc/Universal", "Universal", "Zulu"}
    return first in utc and second in utc
