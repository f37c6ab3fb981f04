"""Formulas and the country that the sheet is set to: which separator does the API take?"""

from __future__ import annotations

from typing import Final

from sheetsync.trackers.google.selftest.answers import Finding, could_not
from sheetsync.trackers.google.selftest.lab import Lab, put
from sheetsync.trackers.google.selftest.probes.question import Question
from sheetsync.trackers.google.structure import Json

_RED: Final = {"rgbColor": {"red": 1}}


def _cell_separator(lab: Lab) -> Finding:
    formulas = {"comma": "=SUM(1,2)", "semicolon": "=SUM(1;2)"}
    lab.fresh()
    shown, taken = [], []
    for name, formula in formulas.items():
        cell = {"userEnteredValue": {"formulaValue": formula}}
        start = {"sheetId": lab.scratch.id, "rowIndex": 0, "columnIndex": 0}
        update = {"start": start, "rows": [{"values": [cell]}], "fields": "userEnteredValue"}
        reply = lab.ask({"updateCells": update})
        value = lab.cells("A1", "effectiveValue")[0][0].get("effectiveValue") if reply.ok else None
        shown.append(f"{formula} gives {lab.shown(value or reply.error)}")
        if value == {"numberValue": 3}:
            taken.append(name)
    return _separators(lab, taken, "Wrote =SUM(1,2) and =SUM(1;2) as formulaValue.", shown)


def _rule_separator(lab: Lab) -> Finding:
    """Whether the rule really colours its cell, not only whether it is accepted."""
    shown, taken = [], []
    for name, formula in {"comma": '=AND(A1="x",1=1)', "semicolon": '=AND(A1="x";1=1)'}.items():
        lab.fresh([["x"]])
        reply = lab.ask({"addConditionalFormatRule": {"rule": _rule(lab, formula), "index": 0}})
        colour = _colour(lab) if reply.ok else {}
        shown.append(f"{formula} gives {lab.shown(colour or reply.error)}")
        if reply.ok:
            lab.done({"deleteConditionalFormatRule": {"sheetId": lab.scratch.id, "index": 0}})
        if (colour.get("red"), colour.get("green", 0)) == (1, 0):
            taken.append(name)
    did = 'Coloured a cell by the rules =AND(A1="x",1=1) and =AND(A1="x";1=1).'
    return _separators(lab, taken, did, shown)


def _rule_without_separator(lab: Lab) -> Finding:
    """The one kind of formula that the set-up installs."""
    lab.fresh([["Breached"]])
    formula = '=(A1>="Breached")*(A1<"Breachee")'
    lab.done(
        put(lab, 0, 0, [["Breached since 09:00"]]),
        {"addConditionalFormatRule": {"rule": _rule(lab, formula), "index": 0}},
    )
    colour = _colour(lab)
    lab.done({"deleteConditionalFormatRule": {"sheetId": lab.scratch.id, "index": 0}})
    works = (colour.get("red"), colour.get("green", 0)) == (1, 0)
    return Finding(
        did=f"Coloured a cell by the rule {formula}.",
        verdict="yes" if works else "no",
        says="It colours in this sheet's country." if works else "It does not colour.",
        evidence=(lab.shown(colour),),
    )


def _separators(lab: Lab, taken: list[str], did: str, shown: list[str]) -> Finding:
    if not taken:
        return could_not("Neither form worked.", did, *shown)
    return Finding(
        did=did,
        verdict="yes" if "semicolon" in taken and "comma" not in taken else "no",
        says=f"In the locale {lab.locale or 'that it has'}, what works is the {' and the '.join(taken)}.",
        evidence=tuple(shown),
    )


def _rule(lab: Lab, formula: str) -> Json:
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]}
    look = {"backgroundColorStyle": _RED}
    return {
        "ranges": [lab.area((0, 1), (0, 1))],
        "booleanRule": {"condition": condition, "format": look},
    }


def _colour(lab: Lab) -> Json:
    cell = lab.cells("A1", "effectiveFormat.backgroundColor")[0][0]
    found: Json = cell.get("effectiveFormat", {}).get("backgroundColor", {})
    return found


QUESTIONS: Final = (
    Question("cell-separator", "Must a formula in a cell be written with a semicolon in this sheet's country?", _cell_separator),
    Question("rule-separator", "Must the formula of a colour rule be written with a semicolon in this sheet's country?", _rule_separator),
    Question("rule-without-separator", "Does the colour rule that setup installs work in this sheet's country?", _rule_without_separator),
)  # fmt: skip
