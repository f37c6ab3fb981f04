"""The state after a write in the answer of the write: what it shows, how large it is, how long it takes."""

from __future__ import annotations

from typing import Final

from sheetsync.trackers.google.api import REPLY_FIELDS
from sheetsync.trackers.google.selftest.answers import Finding
from sheetsync.trackers.google.selftest.lab import Lab, Unexpected, of_times, put, yes_no
from sheetsync.trackers.google.selftest.probes.question import Question

_TIMES: Final = 9
_WIDE: Final = 14
_TOUCHED: Final = (1, 50, 500)
_HEAVY: Final = 2_200_000
_LONG: Final = 40_000


def _reread(lab: Lab) -> Finding:
    """Thirty orders of fourteen columns, read whole as in the second look."""
    lab.fresh([[f"word {row} {column}" for column in range(_WIDE)] for row in range(30)])
    seconds = []
    for _ in range(_TIMES):
        begun = lab.api.stopwatch()
        lab.values("A1:N30", formulas=True)
        seconds.append(lab.api.stopwatch() - begun)
    return Finding(
        did=f"Read 30 rows of {_WIDE} columns {_TIMES} times by values:batchGet.",
        verdict="number",
        says=f"{of_times(seconds)} (least, middle, most).",
        evidence=(" ".join(f"{s:.3f}" for s in seconds),),
    )


def _write(lab: Lab) -> Finding:
    lab.fresh([["word"]])
    seconds = []
    for number in range(_TIMES):
        reply = lab.ask(put(lab, 0, 0, [[f"word {number}"]]), cells=["1:1"], fields=REPLY_FIELDS)
        if not reply.ok:
            raise Unexpected(lab.shown(reply.error))
        seconds.append(reply.seconds)
    return Finding(
        did=f"Wrote one cell {_TIMES} times by batchUpdate, its row shown in the answer.",
        verdict="number",
        says=f"{of_times(seconds)} (least, middle, most). The window of the guarded write is below this: the way "
        "there and the carrying out.",
        evidence=(" ".join(f"{s:.3f}" for s in seconds),),
    )


def _post_state(lab: Lab) -> Finding:
    lines = []
    for rows in _TOUCHED:
        lab.fresh([[f"word {row} {column}" for column in range(_WIDE)] for row in range(rows)])
        change = put(lab, 0, 3, [[f"new {row}"] for row in range(rows)])
        reply = lab.ask(change, cells=[f"1:{rows}"], fields=REPLY_FIELDS)
        if not reply.ok:
            raise Unexpected(lab.shown(reply.error))
        lines.append(
            f"{rows} {'row' if rows == 1 else 'rows'}: {reply.size / 1000:.1f} kB in {reply.seconds:.3f} s"
        )
    return Finding(
        did=f"Wrote one cell in each of 1, 50 and 500 rows of {_WIDE} columns, the rows shown whole in the answer.",
        verdict="number",
        says="; ".join(lines) + ".",
        evidence=tuple(lines),
    )


def _limits_sheets(lab: Lab) -> Finding:
    lab.fresh([["x"]])
    fields = "updatedSpreadsheet.sheets(properties.sheetId,data(startRow))"
    reply = lab.ask(put(lab, 0, 0, [["y"]]), cells=["A1"], fields=fields)
    if not reply.ok:
        raise Unexpected(lab.shown(reply.error))
    shown = len(reply.answer.get("updatedSpreadsheet", {}).get("sheets", []))
    did = "Wrote a cell and asked for a range of the scratch tab alone in the answer."
    return yes_no(
        truth=shown == 1,
        did=did,
        yes="Only the tab of the range is in the answer.",
        no="Other tabs are in the answer too, and make it larger.",
        evidence=(f"{shown} of {lab.tabs + 2} tabs in the answer",),
    )


def _names_new_tab(lab: Lab) -> Finding:
    """The scratch tab itself was made so: no second tab is needed to find out."""
    born = lab.scratch.born
    return yes_no(
        truth=born.ok,
        did="Made the scratch tab, and named it in responseRanges of the same request.",
        yes="It may be named, and its cells are in the answer.",
        no="The whole request is refused; a new tab can be named from the next request on.",
        evidence=(f"{born.status}: {lab.shown(born.error or 'accepted')}",),
    )


def _copied_first(lab: Lab) -> Finding:
    """The guarded write learns by this what it replaced."""
    lab.fresh([["before"]])
    first = lab.area((0, 1), (0, 1))
    copy = {
        "source": first,
        "destination": first | {"sheetId": lab.scratch.copy_id},
        "pasteType": "PASTE_VALUES",
    }
    reply = lab.api.ask(
        [{"copyPaste": copy}, put(lab, 0, 0, [["after"]])],
        ranges=[lab.scratch.copy_range("A1")],
        fields="updatedSpreadsheet.sheets(data(rowData(values(userEnteredValue))))",
    )
    if not reply.ok:
        raise Unexpected(lab.shown(reply.error))
    copied, written = reply.cells(), lab.values("A1")
    return yes_no(
        truth=copied == [[{"userEnteredValue": {"stringValue": "before"}}]]
        and written == [["after"]],
        did="Copied A1 to the second scratch tab and then wrote A1, both in one batch.",
        yes="The copy holds what stood there before, and the answer shows it.",
        no="The copy does not hold what stood there before.",
        evidence=(f"copied {lab.shown(copied)}", f"then {lab.shown(written)}"),
    )


def _heavy(lab: Lab) -> Finding:
    lab.fresh()
    number = _HEAVY // _LONG + 1
    reply = lab.ask(put(lab, 0, 0, [["x" * _LONG] for _ in range(number)]))
    did = f"Wrote {number} cells of {_LONG:,} characters in one request of {_HEAVY / 1e6:.1f} MB."
    return yes_no(
        truth=reply.ok,
        did=did,
        yes=f"It is accepted, in {reply.seconds:.1f} s; the 2 MB that Google advises are no limit.",
        no="It is refused.",
        evidence=(f"{reply.status}: {lab.shown(reply.error or 'accepted')}",),
    )


QUESTIONS: Final = (
    Question("look-latency", "How long does the second look of the guarded write take?", _reread),
    Question("write-latency", "How long does the guarded write itself take?", _write),
    Question("answer-size", "How large and how slow is the state after a write in its answer, for 1, 50, 500 rows?", _post_state),
    Question("answer-limits-tabs", "Do responseRanges limit the tabs that the answer shows?", _limits_sheets),
    Question("answer-names-new-tab", "May responseRanges name a tab that is added in the same request?", _names_new_tab),
    Question("copied-before-written", "Does a cell that is copied by an earlier request of a batch than the one that writes it hold what stood before?", _copied_first),
    Question("heavy-request", "Is one request of 2.2 MB accepted?", _heavy, thorough=True),
)  # fmt: skip
