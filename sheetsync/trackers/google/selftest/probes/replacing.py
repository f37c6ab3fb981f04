"""findReplace on a single cell, as a compare-and-set: what does it match, and what does it put there?"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from sheetsync.trackers.google.selftest.answers import Finding
from sheetsync.trackers.google.selftest.lab import Cell, Lab, yes_no
from sheetsync.trackers.google.selftest.probes.question import Question
from sheetsync.trackers.google.structure import Json

_DATE: Final = {"numberFormat": {"type": "DATE", "pattern": "yyyy-mm-dd"}}
_DAY: Final = 45_000
_DAY_SHOWN: Final = "2023-03-15"


def _matches(value: Cell, find: str, kind: str, lab: Lab) -> Finding:
    """`value` stands in A1 and in A2; only A1 is to be exchanged."""
    lab.fresh([[value], [value]])
    changed, cells = _exchanged(lab, find, "Packed")
    return yes_no(
        truth=changed == 1 and cells[0] == {"stringValue": "Packed"} and cells[1] != cells[0],
        did=f"Put {kind} into A1 and A2 and replaced {find!r} by 'Packed' in A1 alone.",
        yes="It is replaced, there alone, and counted once.",
        no=f"It is not replaced as wanted; {changed} counted.",
        evidence=(lab.shown(cells),),
    )


def _another_text(lab: Lab) -> Finding:
    lab.fresh([["Pending and more"], ["PENDING"], ["Pending"]])
    changed = [_exchanged(lab, "Pending", "Packed", row)[0] for row in (0, 1)]
    return yes_no(
        truth=changed == [0, 0],
        did="Replaced 'Pending', whole cell and same case, where 'Pending and more' and 'PENDING' stand.",
        yes="Both stay: a text that somebody typed since is not overwritten.",
        no="One of them was replaced.",
        evidence=(f"counted {changed}", lab.shown(lab.values("A1:A3"))),
    )


def _blank(lab: Lab) -> Finding:
    lab.fresh([[None, "x"]])
    changed, cells = _exchanged(lab, "^$", "Packed", regex=True)
    return yes_no(
        truth=changed == 1 and cells[0] == {"stringValue": "Packed"},
        did="Replaced the regular expression ^$ by 'Packed' in the empty A1.",
        yes="An empty cell is matched, so the compare-and-set could serve blank cells too.",
        no=f"An empty cell is not matched; {changed} counted.",
        evidence=(lab.shown(cells),),
    )


def _by_nothing(lab: Lab) -> Finding:
    """So a repair takes a text away again, and no other that a person typed since."""
    lab.fresh([["Pending"], ["Pending"]])
    changed, cells = _exchanged(lab, "Pending", "")
    return yes_no(
        truth=changed == 1 and cells[0] == {} and cells[1] == {"stringValue": "Pending"},
        did="Put 'Pending' into A1 and A2 and replaced it by '' in A1 alone.",
        yes="The cell is empty, as if nothing had ever been typed; its neighbour is as it was.",
        no=f"The cell is not empty afterwards; {changed} counted.",
        evidence=(lab.shown(cells),),
    )


def _date(lab: Lab) -> Finding:
    formatted = {
        "range": lab.area((0, 2), (0, 1)),
        "cell": {"userEnteredFormat": _DATE},
        "fields": "userEnteredFormat.numberFormat",
    }
    by = {}
    for find in (_DAY_SHOWN, str(_DAY)):
        lab.fresh([[_DAY], [_DAY]], {"repeatCell": formatted})
        by[find] = _exchanged(lab, find, "Packed")[0]
    ways = {_DAY_SHOWN: "as it shows", str(_DAY): "by its serial number"}
    matched = [ways[find] for find, changed in by.items() if changed]
    return yes_no(
        truth=bool(matched),
        did=f"Put the day {_DAY_SHOWN} into A1 and replaced it by its shown text, then by its serial number.",
        yes=f"A date is matched {' and '.join(matched)}.",
        no="A date is not matched, neither as it shows nor by its serial number.",
        evidence=(f"occurrences changed: {by}",),
    )


def _tick(lab: Lab) -> Finding:
    lab.fresh([[False], [False]])
    changed, cells = _exchanged(lab, "FALSE", "TRUE")
    kinds = "a tick" if cells[0] == {"boolValue": True} else "no tick"
    return yes_no(
        truth=changed == 1,
        did="Put FALSE into A1 and A2 and replaced 'FALSE' by 'TRUE' in A1 alone.",
        yes=f"It is matched, and {kinds} stands there afterwards.",
        no="It is not matched.",
        evidence=(lab.shown(cells),),
    )


def _parsed(replacement: str, what: str, lab: Lab) -> Finding:
    lab.fresh([["Pending"]])
    _, cells = _exchanged(lab, "Pending", replacement)
    return yes_no(
        truth=cells[0] != {"stringValue": replacement},
        did=f"Replaced 'Pending' by {replacement!r}.",
        yes=f"It is read as if it were typed: {what}.",
        no="It stays the text it is.",
        evidence=(lab.shown(cells[0]),),
    )


def _exchanged(
    lab: Lab, find: str, replacement: str, row: int = 0, *, regex: bool = False
) -> tuple[int, list[Json]]:
    """Occurrences changed in one cell of column A, and A1 and A2 as they stand after it."""
    body: Json = {
        "find": find,
        "replacement": replacement,
        "matchCase": True,
        "matchEntireCell": True,
        "includeFormulas": False,
        "range": lab.area((row, row + 1), (0, 1)),
    }
    if regex:
        body["searchByRegex"] = True
    fields = "replies,updatedSpreadsheet.sheets(data(rowData(values(userEnteredValue))))"
    reply = lab.ask({"findReplace": body}, cells=["A1:A2"], fields=fields)
    if not reply.ok:
        return 0, [{"refused": lab.shown(reply.error)}, {}]
    found: list[Any] = [row[0].get("userEnteredValue", {}) if row else {} for row in reply.cells()]
    changed: int = reply.answer["replies"][0].get("findReplace", {}).get("occurrencesChanged", 0)
    return changed, [*found, {}, {}][:2]


QUESTIONS: Final = (
    Question("replace-text", "Does findReplace on one cell exchange a whole text there and nowhere else?", partial(_matches, "Pending", "Pending", "a text")),
    Question("replace-other-text", "Does findReplace leave a cell alone whose text differs?", _another_text),
    Question("replace-blank", "Can findReplace match a blank cell?", _blank),
    Question("replace-by-nothing", "Does one-cell findReplace with an empty replacement empty a cell of text?", _by_nothing),
    Question("replace-number", "Can findReplace match a number?", partial(_matches, 42, "42", "a number")),
    Question("replace-date", "Can findReplace match a date?", _date),
    Question("replace-tick", "Can findReplace match a tick?", _tick),
    Question("replace-parses-fraction", "Is the replacement “1/2” read as if it were typed?", partial(_parsed, "1/2", "a date or a number")),
    Question("replace-parses-formula", "Is the replacement “=1+1” read as if it were typed?", partial(_parsed, "=1+1", "a formula")),
    Question("replace-parses-zeros", "Is the replacement “007” read as if it were typed?", partial(_parsed, "007", "a number without its zeros")),
)  # fmt: skip
