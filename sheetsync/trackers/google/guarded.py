"""The guarded write: look again, drop what moved, send one atomic batch, verify its own answer, repair.

Nothing may take time between the second look and the request but one local commit of the journal. What
Google gives no precondition for is bounded so: the very request that writes takes a safety copy of what
it replaces, the answer shows it, and what was displaced is put right in the same pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sheetsync.domain.model import CellValue, Marker
from sheetsync.domain.own_cells import OWN_COLUMNS
from sheetsync.domain.rules import ColumnRule
from sheetsync.domain.tabs import Tab
from sheetsync.errors import TrackerError
from sheetsync.trackers.google.api import AnswerLost, QuotaUsedUp, SheetsApi
from sheetsync.trackers.google.copies import Copies, as_told
from sheetsync.trackers.google.journal import (
    NOTHING_OPEN,
    Entry,
    Journal,
    Sent,
    Under,
    Undo,
    pack,
    unpack,
)
from sheetsync.trackers.google.judging import STALE, Judge, Wanted
from sheetsync.trackers.google.look import Look
from sheetsync.trackers.google.looking import Eyes
from sheetsync.trackers.google.publishing import Publishing, Tabs
from sheetsync.trackers.google.repairing import Repair, followed_back, perhaps_copied, repair
from sheetsync.trackers.google.safety_copy import TITLE as COPY_TITLE
from sheetsync.trackers.google.sending import address, cell_requests
from sheetsync.trackers.google.snapshot import Snapshot
from sheetsync.trackers.google.structure import Json
from sheetsync.trackers.google.verifying import Landing, Verdicts, verify
from sheetsync.trackers.google.write_state import Counters, Outcome, Ready, WriteState
from sheetsync.trackers.receipts import Verdict

TRIES: Final = 3
ROUNDS: Final = 5
TOO_OLD: Final = timedelta(seconds=2)
DISPLACED: Final = "the row was moved while it was written; it comes round in the next pass"
UNANSWERED: Final = "Google did not answer for it; it comes round in the next pass"


class GuardedWrite:
    """Writes to one tab. The methods with one underscore are the steps; each can be told apart in a test."""

    def __init__(
        self,
        api: SheetsApi,
        eyes: Eyes,
        *,
        columns: Mapping[str, ColumnRule],
        journal: Journal,
        now: Callable[[], datetime],
        step: Callable[[str], None],
        copy_title: str = COPY_TITLE,
    ) -> None:
        self._api, self._eyes, self._columns = api, eyes, columns
        self._journal, self._now, self._step = journal, now, step
        self._publishing, self._copies = Publishing(api, eyes), Copies(api, eyes, copy_title)
        self._writes, self._ticket = 0, ""
        self.counters = Counters()

    def begin(self, planned: Snapshot) -> WriteState:
        """Settle what an earlier write left open, first of all."""
        state = WriteState(planned=planned, expected=planned)
        if entry := self._entry():
            state.tell(entry.told)
        if entry and entry.is_open:
            found = self.heard_of(entry) or Verdicts()
            undos = [*entry.undos, *found.undos]
            self._put_right(state, undos, entry.under, entry.times)
        return state

    def end(self) -> None:
        """The receipt is made: what it tells need not be kept any longer."""
        if entry := self._entry():
            self._journal.keep(pack(replace(entry, told=())) if entry.is_open else "")

    def open_entry(self) -> Entry | None:
        """What an earlier write left open."""
        entry = self._entry()
        return entry if entry and entry.is_open else None

    def heard_of(self, entry: Entry) -> Verdicts | None:
        """What became of an entry's cells, as the safety copy tells; None where they were never written.

        Raises TrackerBusy, TrackerRefused.
        """
        landing = self._copies.read_back(entry) if entry.sent else None
        if landing is None or landing.ticket != entry.ticket:
            return None
        self._ticket = entry.ticket
        found = self._verify(entry.sent, landing, entry.under)
        return replace(found, undos=tuple(followed_back(found.undos, entry.undos, entry.times)))

    def write(
        self,
        state: WriteState,
        wanted: Sequence[Wanted],
        *,
        tabs: Sequence[Tab],
        marker: Marker | None,
    ) -> Outcome:
        """Write one part in one request, and repair until it is clean. Raises TrackerError."""
        problem: TrackerError | None = None
        for attempt in range(TRIES):
            if wanted:
                self._copies.make_room(*state.planned.extent)
            self._api.prepare_write()
            ready = self._get_ready(state, wanted, tabs if attempt < TRIES - 1 else (), marker)
            if not ready.sent and not ready.tabs.requests:
                return Outcome(verdicts=ready.verdicts)
            if self._now() - (ready.look.cells.at or self._now()) > TOO_OLD and attempt < TRIES - 1:
                continue
            try:
                return self._carry_out(state, ready, marker)
            except QuotaUsedUp as full:
                problem = as_told(full.problem)
            except TrackerError as refused:
                if self.open_entry():
                    raise
                # Nothing was done. The structure that the requests were made from may be too old.
                problem = refused
                self._eyes.forget_structure()
        assert problem is not None  # noqa: S101 - every other way out returned
        raise problem

    def own_headings(self, cells: Snapshot) -> frozenset[str]:
        """The headings of the columns that are computed anew in every pass. Raises PlanRefused."""
        header = self._eyes.headed(cells).header
        return frozenset(header.headings[key] for key in OWN_COLUMNS if key in header.headings)

    # -- the steps ------------------------------------------------------------------------------

    def _reread(self, planned: Snapshot) -> Snapshot:
        """The cells at this moment."""
        self._step("reread")
        return self._eyes.look_again(planned)

    def _place(
        self, state: WriteState, now: Snapshot, wanted: Sequence[Wanted]
    ) -> tuple[list[Verdict], list[Sent]]:
        """What still fits, and where it belongs now."""
        header = self._eyes.headed(now).header
        return Judge(self._columns, header, state.planned, now).judge(wanted)

    def _send(self, requests: Sequence[Json], ranges: Sequence[str], fields: str) -> Json:
        """One atomic batch, never repeated as it stands."""
        self._step("send")
        answer = self._api.batch(requests, answer_ranges=ranges, fields=fields)
        self._step("sent")
        return answer

    def _verify(self, sent: Sequence[Sent], landing: Landing, under: Under) -> Verdicts:
        """Where the cells stand, by what the write itself replaced."""
        return verify(sent, landing, under)

    def _after_lost_answer(
        self, state: WriteState, ready: Ready, entry: Entry, problem: TrackerError
    ) -> list[Sent]:
        """Ask the sheet what became of an unanswered write; gives the cells that do stand."""
        state.remarks.append(
            f"A write was not answered for, and looked for in the sheet. {problem}"
        )
        found = self.heard_of(entry) if entry.sent else Verdicts()
        # One that never arrived stays open: the next pass asks once more, in case it only was late.
        return self._settle(state, ready, found) if found is not None else []

    # -- within ---------------------------------------------------------------------------------

    def _get_ready(
        self,
        state: WriteState,
        wanted: Sequence[Wanted],
        tabs: Sequence[Tab],
        marker: Marker | None,
    ) -> Ready:
        now = self._reread(state.planned)
        verdicts, sent = self._place(state, now, wanted)
        self.counters.rows_dropped += len(
            {w.order for w, v in zip(wanted, verdicts, strict=True) if v[0] == "dropped"}
        )
        state.unread |= now.rows != state.expected.rows
        header = self._eyes.headed(now).header
        return Ready(
            look=Look(
                cells=now, header_row=header.row_number, key_column=header.columns["order_id"]
            ),
            verdicts=verdicts,
            places=[(w.order, header.columns.get(w.key)) for w in wanted],
            sent=sent,
            tabs=self._publishing.requests(tabs, marker, now.marker, written=bool(sent)),
        )

    def _carry_out(self, state: WriteState, ready: Ready, marker: Marker | None) -> Outcome:
        tabs = ready.tabs
        try:
            answer, entry = self._sent(
                state, ready.sent, ready.look, (), ready.look.times(), tabs=tabs
            )
        except _Unanswered as lost:
            state.landed = True
            self.counters.answers_lost += 1
            stand = self._after_lost_answer(state, ready, lost.entry, as_told(lost.problem))
            self._eyes.forget_structure()
            state.tabs_written += self._publishing.arrived(tabs)
            state.fingerprint = ""
            return ready.outcome(stand, UNANSWERED)
        except (TrackerError, QuotaUsedUp):
            self._close(state)
            raise
        state.landed = True
        self._publishing.done(tabs, answer)
        state.tabs_written += tabs.written
        state.tabs_refused |= tabs.refused
        found = Verdicts()
        if ready.sent:
            landing = self._copies.landing(answer["updatedSpreadsheet"], ready.sent, entry.under)
            found = self._verify(ready.sent, landing, entry.under)
        stand = self._settle(state, ready, found)
        if found.clean:
            changed: dict[tuple[int, int], CellValue] = {(c.row, c.column): c.new for c in stand}
            state.expected = ready.look.cells.after(changed, marker if tabs.marked else None)
            complete = len(stand) == len(ready.sent)
            state.fingerprint = state.expected.fingerprint() if complete else ""
        return ready.outcome(stand, STALE if found.clean else DISPLACED)

    def _settle(self, state: WriteState, ready: Ready, found: Verdicts) -> list[Sent]:
        """Put right what is to be put right; gives the cells that stand in the end."""
        if found.clean:
            self._close(state)
            return list(found.stand)
        state.fingerprint = ""
        self.counters.displaced += len(found.undos)
        state.remarks.append(
            f"{len({c.order for c in found.away})} rows were moved or typed into in the very moment they were "
            "written; their cells were put right, and come round in the next pass."
        )
        look = ready.look
        self._put_right(state, found.undos, look.under, look.times())
        return list(found.stand)

    def _put_right(
        self, state: WriteState, undos: Sequence[Undo], under: Under, times: Mapping[str, int]
    ) -> None:
        """Repair until nothing of ours stands in a row that is not its own.

        What was displaced is not placed anew: its order comes round in the next pass, when people's hands
        are off it.
        """
        left, done, earlier = list(undos), list[Undo](), list[Undo]()
        own, last = self.own_headings(state.planned), None
        for _ in range(ROUNDS):
            self._api.prepare_write()
            undos = [*left, *perhaps_copied(done)]
            round_ = repair(undos, self._copies.look(self._ticket), under, times, own)
            if not round_.cells:
                state.tell(round_.told(left, done))
                self._close(state)
                return
            found = self._one_round(state, round_, undos, times)
            if found is None:
                continue
            self.counters.repaired += len(found.stand)
            last, earlier = round_, done
            done = list(dict.fromkeys([*done, *round_.done(found.stand)]))
            settled = set(done)
            left = [*(undo for undo in left if undo not in settled), *found.undos]
        state.tell(last.told([], earlier) if last else ())
        state.remarks.append(
            "Rows were moved again and again while a slip was being put right; the next pass goes on with it."
        )

    def _one_round(
        self, state: WriteState, round_: Repair, left: Sequence[Undo], times: Mapping[str, int]
    ) -> Verdicts | None:
        """Send one round; None where it was not carried out."""
        self._copies.make_room(*round_.look.cells.extent)
        try:
            answer, entry = self._sent(state, round_.cells, round_.look, left, times)
        except _Unanswered as lost:
            found = self.heard_of(lost.entry)
        except QuotaUsedUp:
            return None
        except TrackerError:
            self._eyes.forget_structure()
            return None
        else:
            landing = self._copies.landing(answer["updatedSpreadsheet"], round_.cells, entry.under)
            found = self._verify(round_.cells, landing, entry.under)
            found = replace(found, undos=tuple(followed_back(found.undos, left, times)))
        return found

    def _entry(self) -> Entry | None:
        text = self._journal.load()
        return unpack(text) if text else None

    def _close(self, state: WriteState) -> None:
        """Nothing is open any more; what has not been told yet is kept."""
        self._journal.keep(
            pack(replace(NOTHING_OPEN, told=tuple(state.told))) if state.told else ""
        )

    def _sent(
        self,
        state: WriteState,
        sent: Sequence[Sent],
        look: Look,
        undos: Sequence[Undo],
        times: Mapping[str, int],
        *,
        tabs: Tabs = Tabs(),  # noqa: B008 - frozen
    ) -> tuple[Json, Entry]:
        """Keep in the journal what is about to be sent, and send it with its safety copy."""
        self._writes += 1
        ticket = f"{self._now():%Y-%m-%dT%H:%M:%S.%f} {self._writes}"
        entry = Entry(
            ticket=ticket, sent=tuple(sent), under=look.under, undos=tuple(undos), times=times,
            told=tuple(state.told),
        )  # fmt: skip
        requests, ranges = list(tabs.requests), list(tabs.ranges)
        if sent:
            tab, copy = self._eyes.tab(), self._copies.now()
            saved = copy.requests(sent, look.under, ticket=ticket, tab=tab.id)
            requests[:0] = cell_requests(sent, tab.id, saved)
            ranges += copy.ranges(sent, look.under)
            ranges += [address(cell, tab.title) for cell in sent if cell.formula]
            self._journal.keep(pack(entry))
        state.requests += 1
        try:
            answer = self._send(requests, ranges, tabs.fields)
        except AnswerLost as lost:
            raise _Unanswered(entry, lost.problem) from lost
        self._ticket = ticket if sent else self._ticket
        return answer, entry


class _Unanswered(Exception):
    """A write was sent, is in the journal as `entry`, and was not answered."""

    def __init__(self, entry: Entry, problem: Exception) -> None:
        self.entry, self.problem = entry, problem
        super().__init__(str(problem))
