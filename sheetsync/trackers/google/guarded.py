"""The guarded write: look again, drop what moved, send one atomic batch, verify its own answer, repair.

Nothing may take time between the second look and the request but one local commit of the journal. What
Google gives no precondition for is bounded so: a displaced cell is seen in the answer of the very
request that wrote it, and put right in the same pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sheetsync.domain.model import CellValue, Marker
from sheetsync.domain.rules import ColumnRule
from sheetsync.domain.tabs import Tab
from sheetsync.errors import TrackerBusy, TrackerError, TrackerRefused
from sheetsync.trackers.google.api import AnswerLost, QuotaUsedUp, SheetsApi
from sheetsync.trackers.google.journal import Entry, Journal, Sent, Undo, pack, unpack
from sheetsync.trackers.google.judging import STALE, Judge, Wanted
from sheetsync.trackers.google.looking import Eyes
from sheetsync.trackers.google.publishing import Publishing, Tabs
from sheetsync.trackers.google.repairing import Look, followed, infer, repair, standing, targets
from sheetsync.trackers.google.rescuing import rescue
from sheetsync.trackers.google.sending import CellBatch, answer_ranges, cell_requests
from sheetsync.trackers.google.snapshot import Snapshot
from sheetsync.trackers.google.structure import Json
from sheetsync.trackers.google.verifying import Verdicts, verify
from sheetsync.trackers.receipts import Verdict

TRIES: Final = 3
ROUNDS: Final = 5
TOO_OLD: Final = timedelta(seconds=2)
DISPLACED: Final = "the row was moved while it was written; it comes round in the next pass"
UNANSWERED: Final = "Google did not answer for it; it comes round in the next pass"


@dataclass(slots=True, kw_only=True)
class Counters:
    """What happened since the worker was started."""

    rows_dropped: int = 0
    displaced: int = 0
    repaired: int = 0
    answers_lost: int = 0


@dataclass(slots=True, kw_only=True)
class WriteState:
    """One call of `write`, over all its parts."""

    planned: Snapshot
    expected: Snapshot
    requests: int = 0
    landed: bool = False
    """Whether a part was carried out, or may have been."""
    fingerprint: str = ""
    unread: bool = False
    tabs_written: list[str] = field(default_factory=list)
    tabs_refused: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A verdict for each change of a part."""

    verdicts: list[Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """What is about to be sent, and the look that it was made from."""

    look: Look
    verdicts: list[Verdict]
    places: list[tuple[str, int | None]]
    """Order and column of each change, to find its verdict again."""
    sent: list[Sent]
    cells: CellBatch
    tabs: Tabs


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
    ) -> None:
        self._api, self._eyes, self._columns = api, eyes, columns
        self._journal, self._now, self._step = journal, now, step
        self._publishing = Publishing(api, eyes)
        self.counters = Counters()

    def begin(self, planned: Snapshot) -> WriteState:
        """Settle what an earlier write left open, first of all."""
        state = WriteState(planned=planned, expected=planned)
        if text := self._journal.load():
            entry = unpack(text)
            before = Look(
                cells=entry.before, header_row=entry.header_row, key_column=entry.key_column
            )
            self._put_right(state, entry.undos, (), unanswered=entry.sent, before=before)
        return state

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
            self._api.prepare_write()
            ready = self._get_ready(state, wanted, tabs if attempt < TRIES - 1 else (), marker)
            if not ready.sent and not ready.tabs.requests:
                return Outcome(verdicts=ready.verdicts)
            if self._now() - (ready.look.cells.at or self._now()) > TOO_OLD and attempt < TRIES - 1:
                continue
            try:
                return self._carry_out(state, ready, marker)
            except QuotaUsedUp as full:
                problem = _as_busy(full.problem)
            except TrackerRefused as refused:
                # Nothing was done. The structure that the requests were made from may be too old.
                problem = refused
                self._eyes.forget_structure()
        assert problem is not None  # noqa: S101 - every other way out returned
        raise problem

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

    def _verify(
        self, sent: Sequence[Sent], batch: CellBatch, answer: Json, before: Look
    ) -> Verdicts:
        """Where the cells stand by the answer of the write itself."""
        return verify(
            sent, batch.compared, answer, self._eyes.tab().id, before=before.cells,
            header_row=before.header_row, key_column=before.key_column,
        )  # fmt: skip

    def _after_lost_answer(
        self, state: WriteState, ready: _Ready, problem: TrackerError
    ) -> list[Sent]:
        """Ask the sheet what became of an unanswered write; gives the cells that do stand."""
        state.remarks.append(
            f"A write was not answered for, and looked for in the sheet. {problem}"
        )
        return self._put_right(state, (), (), unanswered=ready.sent, before=ready.look)

    # -- within ---------------------------------------------------------------------------------

    def _get_ready(
        self,
        state: WriteState,
        wanted: Sequence[Wanted],
        tabs: Sequence[Tab],
        marker: Marker | None,
    ) -> _Ready:
        now = self._reread(state.planned)
        verdicts, sent = self._place(state, now, wanted)
        self.counters.rows_dropped += len(
            {w.order for w, v in zip(wanted, verdicts, strict=True) if v[0] == "dropped"}
        )
        state.unread |= now.rows != state.expected.rows
        header = self._eyes.headed(now).header
        cells = cell_requests(sent, self._eyes.tab().id)
        return _Ready(
            look=Look(
                cells=now, header_row=header.row_number, key_column=header.columns["order_id"]
            ),
            verdicts=verdicts,
            places=[(w.order, header.columns.get(w.key)) for w in wanted],
            sent=sent,
            cells=cells,
            tabs=self._publishing.requests(tabs, marker, now.marker, written=bool(sent)),
        )

    def _carry_out(self, state: WriteState, ready: _Ready, marker: Marker | None) -> Outcome:
        look, sent = ready.look, ready.sent
        ranges = list(ready.tabs.ranges)
        if sent:
            title = self._eyes.tab().title
            ranges += answer_ranges(sent, title, look.header_row, look.key_column)
            self._keep(sent, (), look)
        state.requests += 1
        try:
            answer = self._send(
                [*ready.cells.requests, *ready.tabs.requests], ranges, ready.tabs.fields
            )
        except AnswerLost as lost:
            state.landed = True
            self.counters.answers_lost += 1
            stand = self._after_lost_answer(state, ready, _as_busy(lost.problem))
            self._eyes.forget_structure()
            state.tabs_written += self._publishing.arrived(ready.tabs)
            state.fingerprint = ""
            return _outcome(ready, stand, UNANSWERED)
        except TrackerError:
            self._journal.keep("")
            raise
        except QuotaUsedUp:
            self._journal.keep("")
            raise
        state.landed = True
        self._publishing.done(ready.tabs, answer)
        state.tabs_written += ready.tabs.written
        state.tabs_refused |= ready.tabs.refused
        return self._check(state, ready, answer, marker)

    def _check(
        self, state: WriteState, ready: _Ready, answer: Json, marker: Marker | None
    ) -> Outcome:
        sent, look = ready.sent, ready.look
        found = (
            self._verify(sent, ready.cells, answer, look)
            if sent
            else Verdicts(displaced=(), lost=())
        )
        kept = [cell for cell in sent if cell not in found.lost]
        if found.clean:
            if sent:
                self._journal.keep("")
            changed: dict[tuple[int, int], CellValue] = {(c.row, c.column): c.new for c in kept}
            state.expected = look.cells.after(changed, marker if ready.tabs.marked else None)
            state.fingerprint = "" if found.lost else state.expected.fingerprint()
            return _outcome(ready, kept, STALE)
        state.fingerprint = ""
        self.counters.displaced += len(found.displaced)
        away = [cell for cell, _ in found.displaced]
        undos = [undo for _, undo in found.displaced if undo is not None]
        untold = [cell for cell, undo in found.displaced if undo is None]
        state.remarks.append(
            f"{len({c.order for c in away})} rows were moved in the very moment they were written; "
            "their cells were put right at once."
        )
        placed = self._put_right(state, undos, away, unanswered=untold, before=look, written=True)
        return _outcome(ready, [*(c for c in kept if c not in away), *placed], DISPLACED)

    def _put_right(
        self,
        state: WriteState,
        undos: Sequence[Undo],
        missing: Sequence[Sent],
        *,
        unanswered: Sequence[Sent],
        before: Look,
        written: bool = False,
    ) -> list[Sent]:
        """Repair until nothing of ours stands in a row that is not its own.

        `missing` are cells to be placed anew; of `unanswered` ones it is asked where they went. Gives
        those of both that stand in their own rows at the end.
        """
        open_undos, asked, base = list(undos), list(unanswered), before
        meant = targets([*missing, *unanswered])
        for _ in range(ROUNDS):
            self._api.prepare_write()
            saved = rescue([*asked, *missing], base, self._eyes.repair_look())
            now = followed(before, self._eyes.located(saved.snapshot))
            open_undos += _known(infer(asked, before=base, now=now, written=written), open_undos)
            round_ = repair(open_undos, missing, meant=meant, before=before, now=now)
            round_.cells = sorted([*saved.cells, *round_.cells], key=lambda c: (c.row, c.column))
            if not round_.cells:
                return self._settled(state, [*missing, *unanswered], round_.unclear, now)
            asked, base = [], now
            batch = cell_requests(round_.cells, self._eyes.tab().id, round_.formulas)
            self._keep(round_.cells, open_undos, now)
            state.requests += 1
            title = self._eyes.tab().title
            ranges = answer_ranges(round_.cells, title, now.header_row, now.key_column)
            try:
                answer = self._send(batch.requests, ranges, self._publishing.plain_fields)
            except AnswerLost:
                asked, written = round_.cells, False
                continue
            except QuotaUsedUp:
                continue
            found = self._verify(round_.cells, batch, answer, now)
            self.counters.repaired += len(round_.cells) - len(found.displaced)
            open_undos += _known([u for _, u in found.displaced if u is not None], open_undos)
            asked, written = [cell for cell, undo in found.displaced if undo is None], True
        state.remarks.append(
            "Rows were moved again and again while a slip was being put right; the next pass goes on with it."
        )
        return []

    def _settled(
        self, state: WriteState, cells: Sequence[Sent], unclear: Sequence[Undo], now: Look
    ) -> list[Sent]:
        self._journal.keep("")
        state.remarks += [
            f"Under “{undo.heading}” of {undo.order or 'a row without Order ID'} stands “{undo.wrong}”, which may be "
            "ours or a person's; please look at it."
            for undo in unclear
        ]
        return standing(cells, now)

    def _keep(self, sent: Sequence[Sent], undos: Sequence[Undo], look: Look) -> None:
        entry = Entry(
            sent=tuple(sent), undos=tuple(undos), before=look.cells,
            key_column=look.key_column, header_row=look.header_row,
        )  # fmt: skip
        self._journal.keep(pack(entry))


def _known(found: Sequence[Undo], earlier: Sequence[Undo]) -> list[Undo]:
    """New undos; where the cell was to be undone already, what belongs there is known from then."""
    rights = {(undo.order, undo.heading): undo for undo in earlier}
    out = []
    for undo in found:
        first = rights.get((undo.order, undo.heading), undo)
        out.append(
            Undo(order=undo.order, heading=undo.heading, wrong=undo.wrong, rights=first.rights,
                 formula=first.formula)
        )  # fmt: skip
    return [undo for undo in out if undo not in earlier]


def _outcome(ready: _Ready, stand: Sequence[Sent], why: str) -> Outcome:
    """The verdicts, with `why` for those that were sent and do not stand."""
    sent = {(cell.order, cell.column) for cell in ready.sent}
    fine = {(cell.order, cell.column) for cell in stand}
    return Outcome(
        verdicts=[
            ("dropped", why) if place in sent and place not in fine else verdict
            for place, verdict in zip(ready.places, ready.verdicts, strict=True)
        ]
    )


def _as_busy(problem: Exception) -> TrackerError:
    return problem if isinstance(problem, TrackerError) else TrackerBusy(str(problem))
