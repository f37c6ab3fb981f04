"""Tries one promise and puts one question after the other; one that fails takes nothing else away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sheetsync.errors import SheetsyncError, TrackerBusy
from sheetsync.trackers.google.api import AnswerLost, QuotaUsedUp
from sheetsync.trackers.google.selftest.answers import Answer, Finding, Kept, could_not
from sheetsync.trackers.google.selftest.contract import Promise, promises
from sheetsync.trackers.google.selftest.fence import OutOfBounds
from sheetsync.trackers.google.selftest.lab import Lab, Unexpected
from sheetsync.trackers.google.selftest.orders import Desk
from sheetsync.trackers.google.selftest.probes import AREAS, Question

ENOUGH: Final = 3
"""So many things in a row that Google did not answer for: then the rest is not tried."""
_LOST: Final = "Google did not answer any more, so it was not tried."
_NOT_ASKED: Final = "It is asked only with --thorough."

Tell = Callable[[str, int, int], None]
"""Is told what is tried now, its number, and how many there are."""


class Round:
    """Everything that is tried on the scratch tabs. `kept` and `answers` fill up while it goes."""

    def __init__(self, lab: Lab, timezone: str, tell: Tell, *, thorough: bool) -> None:
        self._lab, self._timezone, self._tell, self._thorough = lab, timezone, tell, thorough
        self.kept: list[Kept] = []
        self.answers: list[Answer] = []
        self._lost = 0

    def go(self) -> None:
        """Try every promise, then put every question. Raises only what ends the whole run."""
        tries = promises()
        asked = [(area, question) for area, found in AREAS.items() for question in found]
        of = len(tries) + len(asked)
        for number, promise in enumerate(tries, start=1):
            self._tell(promise.words, number, of)
            self.kept.append(self._promise(promise))
        for number, (area, question) in enumerate(asked, start=len(tries) + 1):
            self._tell(question.text, number, of)
            self.answers.append(
                Answer(
                    id=question.id,
                    area=area,
                    question=question.text,
                    finding=self._question(question),
                )
            )

    def _promise(self, promise: Promise) -> Kept:
        if self._lost >= ENOUGH:
            return Kept(promise=promise.words, outcome="not tried", says=_LOST)
        try:
            said = list(promise.tried(Desk(self._lab, self._timezone)))
        except OutOfBounds:
            raise
        except Exception as problem:  # noqa: BLE001 - what Google gives may be none of what is foreseen
            return Kept(promise=promise.words, outcome="not tried", says=self._why(problem))
        self._lost = 0
        if said:
            words = self._lab.shown(" ".join(said))
            return Kept(promise=promise.words, outcome="broken", says=words)
        return Kept(promise=promise.words, outcome="held")

    def _question(self, question: Question) -> Finding:
        if question.thorough and not self._thorough:
            return could_not(_NOT_ASKED)
        if self._lost >= ENOUGH:
            return could_not(_LOST)
        try:
            found = question.ask(self._lab)
        except OutOfBounds:
            raise
        except Exception as problem:  # noqa: BLE001 - as above
            return could_not(self._why(problem), "Tried to find out.")
        self._lost = 0
        return found

    def _why(self, problem: Exception) -> str:
        """Why something was not tried to its end; counts what was not answered."""
        match problem:
            case AnswerLost() | QuotaUsedUp():
                self._lost += 1
                return self._lab.shown(str(problem.problem))
            case SheetsyncError():
                self._lost += isinstance(problem, TrackerBusy)
                return self._lab.shown(str(problem))
            case Unexpected():
                return f"Google refused what was needed for it: {self._lab.shown(str(problem))}"
            case _:
                name = type(problem).__name__
                return f"Google's answer was not as expected ({name}: {self._lab.shown(str(problem))})."
