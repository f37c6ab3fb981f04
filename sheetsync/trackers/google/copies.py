"""The safety copy of one sheet in use: room for it, what it shows of a write, and a look that is no older.

Staff may delete the hidden tab or give it another name at any time; the structure is then asked for anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sheetsync.errors import TrackerBusy, TrackerError, TrackerRefused
from sheetsync.trackers.google.api import AnswerLost, QuotaUsedUp, SheetsApi
from sheetsync.trackers.google.journal import Entry, Sent, Under
from sheetsync.trackers.google.looking import Eyes
from sheetsync.trackers.google.safety_copy import (
    COPY_FIELDS,
    SafetyCopy,
    known_copy,
    room_requests,
)
from sheetsync.trackers.google.sending import shows_rows
from sheetsync.trackers.google.snapshot import Snapshot
from sheetsync.trackers.google.structure import Json
from sheetsync.trackers.google.verifying import Landing

_LOOKS: Final = 3


class Copies:
    """The copy that the spreadsheet has under `title`, as the structure that `eyes` know shows it."""

    def __init__(self, api: SheetsApi, eyes: Eyes, title: str) -> None:
        self._api, self._eyes, self._title = api, eyes, title

    def now(self) -> SafetyCopy:
        """The copy. Raises TrackerBusy where it has just been deleted."""
        copy = self._known()
        if copy is None:
            raise TrackerBusy(
                f"The hidden tab “{self._title}” was deleted just now; it is added again. {self._api.about.later}"
            )
        return copy

    def make_room(self, rows: int, columns: int) -> None:
        """See to it that the copy has room for so many rows and columns. Raises TrackerError."""
        structure = self._eyes.structure()
        copy = self._known()
        if copy and copy.holds(rows, columns):
            return
        try:
            self._api.prepare_write()
            self._api.batch(room_requests(structure, rows, columns, self._title))
        except (AnswerLost, QuotaUsedUp) as problem:
            raise as_told(problem.problem) from problem
        finally:
            self._eyes.forget_structure()

    def landing(self, answer: Json, sent: Sequence[Sent], under: Under) -> Landing:
        """What an answer with the copy's ranges shows of a write."""
        copy = self.now()
        return Landing.of(
            answer.get("sheets", []), tab=self._eyes.tab().id, copy=copy.id,
            ticket_column=copy.columns - 1, width=copy.width(sent, under) if shows_rows(sent) else 0,
        )  # fmt: skip

    def read_back(self, entry: Entry) -> Landing | None:
        """What the copy shows of an entry's write, None where it is gone. Raises TrackerError.

        An answer without any ticket is asked for again: Google sends an empty one now and then.
        """
        landing = self._read_back(entry)
        for _ in range(_LOOKS - 1):
            if landing is None or landing.ticket:
                break
            landing = self._read_back(entry)
        return landing

    def look(self, ticket: str) -> Snapshot:
        """The cells as they stand, no older than the write of `ticket`. Raises TrackerError.

        Without a copy, or with a new one, nobody can tell how old they are; that is taken for granted then.
        """
        for number in range(1, _LOOKS + 1):
            copy = self._known()
            if copy is None:
                return self._eyes.plain_look()
            try:
                now, found = self._eyes.look_with(copy.ticket_range)
            except TrackerRefused:
                if number == _LOOKS:
                    raise
                self._eyes.forget_structure()
                continue
            if found == ticket or not ticket or (not found and number == _LOOKS):
                return now
        raise TrackerBusy(
            f"Google goes on showing the sheet as it was before the last write. {self._api.about.later}"
        )

    def _known(self) -> SafetyCopy | None:
        return known_copy(self._eyes.structure(), self._eyes.tab(), self._title)

    def _read_back(self, entry: Entry) -> Landing | None:
        try:
            return self._shown(entry)
        except TrackerRefused:
            self._eyes.forget_structure()
            return self._shown(entry)

    def _shown(self, entry: Entry) -> Landing | None:
        copy = self._known()
        if copy is None:
            return None
        answer = self._api.look(COPY_FIELDS, copy.ranges(entry.sent, entry.under))
        return self.landing(answer, entry.sent, entry.under)


def as_told(problem: Exception) -> TrackerError:
    """A problem that came wrapped up, as an error that a command tells."""
    return problem if isinstance(problem, TrackerError) else TrackerBusy(str(problem))
