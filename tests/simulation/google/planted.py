"""Faults planted into the guarded write, each a step left out: the races have to find every one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sheetsync.domain.columns import find_header
from sheetsync.trackers.google.guarded import GuardedWrite
from sheetsync.trackers.google.journal import Entry, Sent, Under
from sheetsync.trackers.google.judging import Judge, Wanted
from sheetsync.trackers.google.sending import cell_requests
from sheetsync.trackers.google.snapshot import Snapshot
from sheetsync.trackers.google.verifying import Landing, Verdicts
from sheetsync.trackers.google.write_state import WriteState
from sheetsync.trackers.receipts import Verdict
from tests.simulation.google.little_tracker import COLUMNS
from tests.simulation.google.seeds import PASSES, play_seed


class RememberedRows(GuardedWrite):
    """Writes to the rows of the first look."""

    def _place(
        self, state: WriteState, now: Snapshot, wanted: Sequence[Wanted]
    ) -> tuple[list[Verdict], list[Sent]]:
        planned = state.planned
        numbers = list(range(1, len(planned.rows) + 1))
        header = find_header(planned.rows, numbers, COLUMNS)
        return Judge(COLUMNS, header, planned, planned).judge(wanted)


class NoVerify(GuardedWrite):
    """Takes every write for good."""

    def _verify(self, sent: Sequence[Sent], landing: Landing, under: Under) -> Verdicts:
        return Verdicts(stand=tuple(sent))


class NoReread(GuardedWrite):
    """Believes the first look until it writes."""

    def _reread(self, planned: Snapshot) -> Snapshot:
        planned.at = self._now()
        return planned


class BlindResend(GuardedWrite):
    """Sends a write again when nobody answered."""

    def _after_lost_answer(
        self, state: WriteState, ready: Any, entry: Entry, problem: Any
    ) -> list[Sent]:
        state.requests += 1
        self._api.batch([*cell_requests(entry.sent, self._eyes.tab().id), *ready.tabs.requests])
        self._journal.keep("")
        return list(entry.sent)


class RepairUnchecked(GuardedWrite):
    """Verifies a write, but not its repair."""

    _rechecks = False

    def _get_ready(self, *args: Any) -> Any:
        self._rechecks = True
        return super()._get_ready(*args)

    def _verify(self, sent: Sequence[Sent], landing: Landing, under: Under) -> Verdicts:
        first, self._rechecks = self._rechecks, False
        return super()._verify(sent, landing, under) if first else Verdicts(stand=tuple(sent))


class JournalForgotten(GuardedWrite):
    """Does not settle what an earlier pass left open."""

    def begin(self, planned: Snapshot) -> WriteState:
        self._journal.keep("")
        return super().begin(planned)


PLANTED: Final[Mapping[str, type[GuardedWrite]]] = {
    "write by remembered row": RememberedRows,
    "skip the verify": NoVerify,
    "skip the re-read": NoReread,
    "resend blindly after a lost reply": BlindResend,
    "do not verify a repair": RepairUnchecked,
    "forget the journal": JournalForgotten,
}


def caught(
    write: type[GuardedWrite], most: int, passes: int = PASSES, *, first: int = 0
) -> int | None:
    """The first seed, from `first` on, at which the fault breaks a promise that the real write keeps, if any."""
    for seed in range(first, most):
        if play_seed(seed, passes, write).broken and not play_seed(seed, passes).broken:
            return seed
    return None
