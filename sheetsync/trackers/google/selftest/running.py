"""One selftest from beginning to end: scratch tabs made, everything tried, the tabs gone again in any case."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sheetsync import __version__
from sheetsync.errors import SheetsyncError, TrackerBusy
from sheetsync.trackers.google.api import AnswerLost, QuotaUsedUp, SheetsApi
from sheetsync.trackers.google.selftest.answers import Report
from sheetsync.trackers.google.selftest.fence import FencedApi
from sheetsync.trackers.google.selftest.lab import Lab
from sheetsync.trackers.google.selftest.scratch import (
    LeftOver,
    Scratch,
    left_overs,
    make,
    remove,
    take_away,
)
from sheetsync.trackers.google.selftest.standing import differences
from sheetsync.trackers.google.selftest.trying import Round, Tell
from sheetsync.trackers.google.structure import Json, Structure

_IDS: Final = 2**31 - 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a run works with: clock, sleep, a stopwatch in seconds, dice from 0 to 1.

    `warn` is told in one sentence where the scratch tabs could not be taken away.
    """

    now: Callable[[], datetime]
    wait: Callable[[float], None]
    stopwatch: Callable[[], float]
    dice: Callable[[], float]
    warn: Callable[[str], None]


class Selftest:
    """A selftest of the sheet behind `api`. Nothing is written before `run`."""

    def __init__(self, api: SheetsApi, means: Means) -> None:
        self._means = means
        self._api = FencedApi(api, means.wait, means.stopwatch)
        self._before: Json = {}

    def look(self) -> tuple[Structure, list[LeftOver]]:
        """The sheet, and scratch tabs that an earlier run left in it. Raises TrackerError."""
        self._before = self._api.whole()
        structure = Structure.of(self._before)
        return structure, left_overs(structure)

    def run(self, tell: Tell, *, thorough: bool = False) -> Report:
        """Try everything; `tell` hears what is tried. Raises TrackerError where no scratch tab can be made.

        The scratch tabs are taken away also on an error or an interruption, which goes on afterwards.
        """
        began, begun = self._means.now(), self._means.stopwatch()
        structure, old = self.look()
        if old:
            self._remove(old)
            structure, _ = self.look()
        name, left = f"{int(self._means.dice() * 0xFFFF):04x}", list[str]()
        with self._scratch(structure, name, left) as lab:
            tried = Round(lab, structure.timezone, tell, thorough=thorough)
            tried.go()
        changed, compared = self._compared()
        return Report(
            run=name, began=began, seconds=self._means.stopwatch() - begun,
            sheet=hashlib.sha256(self._api.spreadsheet_id.encode()).hexdigest()[:8],
            locale=structure.locale, timezone=structure.timezone, tabs=len(structure.tabs),
            version=__version__, reads=self._api.reads_sent, writes=self._api.writes_sent,
            kept=tuple(tried.kept), answers=tuple(tried.answers), changed=tuple(changed),
            compared=compared, left=" ".join(left),
        )  # fmt: skip

    @contextmanager
    def _scratch(self, structure: Structure, name: str, left: list[str]) -> Iterator[Lab]:
        """The scratch tabs; why they could not be taken away goes into `left`."""
        taken = {tab.id for tab in structure.tabs}
        try:
            yield Lab(
                api=self._api, scratch=self._made(name, self._fresh_id(taken), structure), run=name,
                now=self._means.now, fresh_id=lambda: self._fresh_id(taken), tabs=len(structure.tabs),
                locale=structure.locale,
            )  # fmt: skip
        finally:
            if why := take_away(self._api, self._means.wait):
                left.append(why)
                self._means.warn(
                    f"The hidden tab “sheetsync selftest {name}” and its copy may still be in the sheet: {why} Run the "
                    "selftest again, which takes them away first, or delete the tabs by hand."
                )

    def _made(self, name: str, sheet_id: int, structure: Structure) -> Scratch:
        try:
            return make(self._api, name, self._means.now(), sheet_id, structure)
        except (AnswerLost, QuotaUsedUp) as lost:
            raise TrackerBusy(f"The scratch tab could not be made. {lost.problem}") from lost
        except TrackerBusy as busy:
            raise TrackerBusy(f"The scratch tab could not be made. {busy}") from busy

    def _remove(self, old: list[LeftOver]) -> None:
        try:
            remove(self._api, old)
        except (AnswerLost, QuotaUsedUp) as lost:
            raise TrackerBusy(
                f"The scratch tab of an earlier run could not be taken away. {lost.problem}"
            ) from lost

    def _compared(self) -> tuple[list[str], bool]:
        """What differs from the beginning, and whether that could be looked at."""
        try:
            return differences(self._before, self._api.whole(), self._api.own), True
        except SheetsyncError:
            return [], False

    def _fresh_id(self, taken: set[int]) -> int:
        """A number that no tab has; given out once."""
        number = int(self._means.dice() * _IDS) + 1
        while number in taken:
            number = number % _IDS + 1
        taken.add(number)
        return number
