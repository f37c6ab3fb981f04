"""Refusals that can be provoked without harm: are they worded as sheetsync expects to read them?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sheetsync.trackers.google.selftest.answers import Finding, could_not
from sheetsync.trackers.google.selftest.lab import Lab, put, yes_no
from sheetsync.trackers.google.selftest.probes.question import Question
from sheetsync.trackers.google.selftest.scratch import twin

_LONGEST: Final = 50_000
_CLOSE: Final = 5.0


def _unknown_tab(lab: Lab) -> Finding:
    text = lab.refused_values(f"'{lab.scratch.title} that is not there'!A1")
    return _worded(text, "Read a cell of a tab that does not exist.", ("unable to parse range",))


def _read_beyond(lab: Lab) -> Finding:
    text = lab.refused_values(f"'{lab.scratch.title}'!A900:B901")
    return _worded(text, "Read cells below the last row of the grid.", ("exceeds grid limits",))


def _write_beyond(lab: Lab) -> Finding:
    """By a range, as the guarded write sends it."""
    cells = {
        "range": lab.area((2_000, 2_001), (0, 1)),
        "rows": [{"values": [{"userEnteredValue": {"stringValue": "x"}}]}],
        "fields": "userEnteredValue",
    }
    reply = lab.ask({"updateCells": cells})
    return _worded(
        lab.shown(reply.error), "Wrote a cell below the last row of the grid.",
        ("exceeds grid limits", "outside the sheet", "out of bounds"),
    )  # fmt: skip


def _same_title(lab: Lab) -> Finding:
    """The second tab would be marked as ours and taken away, should Google make it."""
    other = lab.fresh_id()
    lab.api.own.add(other)
    reply = lab.ask(*twin(lab.scratch, lab.run, lab.now(), other))
    if reply.ok:
        lab.done({"deleteSheet": {"sheetId": other}})
    lab.api.own.discard(other)
    return _worded(
        lab.shown(reply.error), "Added a second tab of the scratch tab's own title.",
        ("already exists",),
    )  # fmt: skip


def _too_long(lab: Lab) -> Finding:
    reply = lab.ask(put(lab, 0, 0, [["x" * (_LONGEST + 1)]]))
    return _worded(
        lab.shown(reply.error), f"Wrote a text of {_LONGEST + 1:,} characters.",
        ("50000 characters", "50,000 characters"),
    )  # fmt: skip


def _nested(lab: Lab) -> Finding:
    lab.fresh([["x"]])
    reply = lab.ask([put(lab, 0, 0, [["y"]])])
    return yes_no(
        truth=reply.ok and lab.values("A1") == [["y"]],
        did="Sent a request within a list within the list of requests.",
        yes="It is accepted and carried out.",
        no="It is refused.",
        evidence=(f"{reply.status}: {lab.shown(reply.error or 'accepted')}",),
    )


def _skew(lab: Lab) -> Finding:
    lab.values("A1")
    ahead = lab.api.client.clock_ahead
    did = "Held the clock of this machine against the Date header of an answer."
    if ahead is None:
        return could_not("The answers have no Date header.", did)
    amount = round(abs(ahead))
    way = "ahead of" if ahead > 0 else "behind"
    says = (
        "The clocks agree."
        if amount < _CLOSE
        else f"This machine is {timedelta(seconds=amount)} {way} Google's clock."
    )
    return Finding(did=did, verdict="number", says=says, evidence=(f"{ahead:+.1f} s",))


def _worded(text: str, did: str, expected: Sequence[str]) -> Finding:
    if not text:
        return Finding(did=did, verdict="no", says="It is not refused at all.")
    return yes_no(
        truth=any(words in text.casefold() for words in expected),
        did=did,
        yes="It is refused in the words that sheetsync knows.",
        no="It is refused in other words than sheetsync knows: "
        + " or ".join(f"“{w}”" for w in expected)
        + ".",
        evidence=(text,),
    )


QUESTIONS: Final = (
    Question("error-unknown-tab", "Is reading an unknown tab refused in the words we know?", _unknown_tab),
    Question("error-read-beyond", "Is reading beyond the grid refused in the words we know?", _read_beyond),
    Question("error-write-beyond", "Is writing beyond the grid refused in the words we know?", _write_beyond),
    Question("error-same-title", "Is a second tab of the same title refused in the words we know?", _same_title),
    Question("error-too-long", "Is a text of 50,001 characters refused in the words we know?", _too_long),
    Question("nested-requests", "Is a list within the list of requests accepted?", _nested),
    Question("clock-skew", "How far is this machine's clock from Google's?", _skew),
)  # fmt: skip
