"""Cells written by updateCells and appendCells: what stays text, what is cleared, what a validation does."""

from __future__ import annotations

from functools import partial
from typing import Final

from sheetsync.trackers.google.selftest.answers import Finding
from sheetsync.trackers.google.selftest.lab import Lab, put, yes_no
from sheetsync.trackers.google.selftest.probes.question import Question
from sheetsync.trackers.google.structure import Json

_TICK_BOX: Final = {"condition": {"type": "BOOLEAN"}, "strict": True, "showCustomUi": True}
_CHOICE: Final = {
    "condition": {
        "type": "ONE_OF_LIST",
        "values": [{"userEnteredValue": "Pending"}, {"userEnteredValue": "Shipped"}],
    },
    "strict": True,
    "showCustomUi": True,
}
_BOLD: Final = {"userEnteredFormat": {"textFormat": {"bold": True}}, "note": "a note"}


def _stays_text(lab: Lab) -> Finding:
    lab.fresh([["=1+1"]])
    [[cell]] = lab.cells("A1", "userEnteredValue,effectiveValue")
    return yes_no(
        truth=cell.get("userEnteredValue") == {"stringValue": "=1+1"},
        did="Wrote the stringValue '=1+1' by updateCells.",
        yes="It stays a text; no cell of ours can become a formula.",
        no="It became something else.",
        evidence=(lab.shown(cell),),
    )


def _formula_render(lab: Lab) -> Finding:
    """The guarded write tells formulas from texts by this."""
    formula = {
        "start": {"sheetId": lab.scratch.id, "rowIndex": 0, "columnIndex": 1},
        "rows": [{"values": [{"userEnteredValue": {"formulaValue": "=1+1"}}]}],
        "fields": "userEnteredValue",
    }
    lab.fresh([["=1+1"]], {"updateCells": formula})
    [row] = lab.values("A1:B1", formulas=True)
    return yes_no(
        truth=row == ["=1+1", "=1+1"],
        did="Read the text '=1+1' and the formula =1+1 with valueRenderOption FORMULA.",
        yes="Both read the same, so that only the values tell them apart.",
        no="They read differently.",
        evidence=(lab.shown(row),),
    )


def _empty_clears(lab: Lab) -> Finding:
    lab.fresh([["was here", "and here"]])
    clear = {
        "range": lab.area((0, 1), (0, 1)),
        "rows": [{"values": [{}]}],
        "fields": "userEnteredValue",
    }
    lab.done({"updateCells": clear})
    rows = lab.values("A1:B1")
    return yes_no(
        truth=rows == [["", "and here"]],
        did="Wrote the value {} with fields=userEnteredValue over a text.",
        yes="The cell is empty, its neighbour as it was.",
        no="The cell is not empty.",
        evidence=(lab.shown(rows),),
    )


def _looks_survive(lab: Lab) -> Finding:
    dress = {"range": lab.area((0, 1), (0, 1)), "cell": _BOLD, "fields": "userEnteredFormat.textFormat.bold,note"}  # fmt: skip
    lab.fresh([["Pending"]], {"repeatCell": dress}, _validate(lab, _CHOICE, rows=(0, 1)))
    lab.done(put(lab, 0, 0, [["Shipped"]]))
    [[cell]] = lab.cells(
        "A1", "userEnteredFormat.textFormat.bold,note,dataValidation.condition.type"
    )
    bold = cell.get("userEnteredFormat", {}).get("textFormat", {}).get("bold")
    kept = [
        word
        for word, there in (
            ("the format", bold), ("the note", cell.get("note")),
            ("the drop-down", cell.get("dataValidation")),
        )
        if there
    ]  # fmt: skip
    return yes_no(
        truth=len(kept) == 3,
        did="Wrote a value with fields=userEnteredValue over a bold cell with a note and a drop-down.",
        yes="Format, note and drop-down are all kept.",
        no=f"Of the three only {' and '.join(kept) or 'nothing'} is kept.",
        evidence=(lab.shown(cell),),
    )


def _validation_applies(lab: Lab) -> Finding:
    lab.fresh([["Pending"]], _validate(lab, _CHOICE, rows=(0, 1)))
    reply = lab.ask(put(lab, 0, 0, [["no such choice"]]))
    [[cell]] = lab.cells("A1", "userEnteredValue")
    return yes_no(
        truth=not reply.ok,
        did="Wrote a word by updateCells that a strict drop-down does not allow.",
        yes="It is refused.",
        no="It is accepted; validation is for people only.",
        evidence=(f"{reply.status}: {lab.shown(reply.error or cell)}",),
    )


def _boolean_fills(lab: Lab) -> Finding:
    lab.fresh([["x"]], _validate(lab, _TICK_BOX, rows=(0, 3), columns=(1, 2)))
    cells = lab.cells("A1:B3", "userEnteredValue,effectiveValue")
    values = lab.values("A1:B3")
    filled = [row[1] for row in cells if len(row) > 1 and row[1]]
    return yes_no(
        truth=bool(filled),
        did="Put a tick-box validation on three blank cells.",
        yes="They hold FALSE afterwards.",
        no="They stay blank.",
        evidence=(lab.shown(values), lab.shown(cells)),
    )


def _appended_below(rule: Json, what: str, lab: Lab) -> Finding:
    """Column A has two filled rows; `rule` is on forty rows of it, or beside it where it is a tick box."""
    columns = (1, 2) if rule is _TICK_BOX else (0, 1)
    lab.fresh([["x"], ["y"]], _validate(lab, rule, rows=(0, 40), columns=columns))
    append = {
        "sheetId": lab.scratch.id,
        "rows": [{"values": [{"userEnteredValue": {"stringValue": "new"}}]}],
        "fields": "userEnteredValue",
    }
    lab.done({"appendCells": append})
    column = [row[0] if row else None for row in lab.values("A1:A100")]
    place = column.index("new") + 1 if "new" in column else 0
    return yes_no(
        truth=place > 40,
        did=f"Two filled rows, {what} on 40 rows; appended a row by appendCells.",
        yes=f"It stands in row {place}, below the rows that have nothing but {what}.",
        no=f"It stands in row {place}, directly below the filled ones.",
        evidence=(f"row {place}",),
    )


def _validate(
    lab: Lab, rule: Json, *, rows: tuple[int, int], columns: tuple[int, int] = (0, 1)
) -> Json:
    return {"setDataValidation": {"range": lab.area(rows, columns), "rule": rule}}


QUESTIONS: Final = (
    Question("text-with-equals", "Does a text that begins with = stay a text when written by updateCells?", _stays_text),
    Question("formula-render", "Does such a text read like a formula with valueRenderOption FORMULA?", _formula_render),
    Question("empty-value-clears", "Does an empty value with fields=userEnteredValue clear the cell?", _empty_clears),
    Question("looks-survive", "Do format, note and drop-down survive a write of the value alone?", _looks_survive),
    Question("validation-applies", "Is a strict validation applied to what the API writes?", _validation_applies),
    Question("boolean-fills", "Does a tick-box validation put FALSE into blank cells?", _boolean_fills),
    Question("append-below-validation", "Does appendCells go below cells that have nothing but a drop-down?", partial(_appended_below, _CHOICE, "a drop-down")),
    Question("append-below-ticks", "Does appendCells go below cells that have nothing but a tick box?", partial(_appended_below, _TICK_BOX, "a tick box")),
)  # fmt: skip
