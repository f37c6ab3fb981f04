"""Carriers and tracking numbers: is the carrier known, does the number look like one of its own.

A shape that does not fit is a hint, never more: carriers have number ranges that no list knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sheetsync.domain.conditions.fields import Field
from sheetsync.domain.findings import FindingList, Problem
from sheetsync.domain.grid import Cells
from sheetsync.domain.parcels.numbers import hint, squeeze
from sheetsync.domain.rules import CarrierRule, Rulebook
from sheetsync.domain.texts import all_plain, either, fold, nearest, quoted

_LISTED_CARRIERS = 6


def squeeze_all(numbers: Sequence[str]) -> list[str]:
    """Every tracking number as compared; plain ones, nearly all there are, in one go."""
    if not all_plain(numbers):
        return [squeeze(number) for number in numbers]
    return "\n".join(numbers).replace(" ", "").replace("-", "").upper().split("\n")


def check_carriers(
    findings: FindingList, carrier: Field, rules: Rulebook, headings: Mapping[str, str]
) -> None:
    """Flag every carrier that carriers.yaml does not know, with the severity set there."""
    column = rules.columns.get("carrier")
    names = tuple(dict.fromkeys([*rules.carriers, *(column.choices if column else ())]))
    codes, texts = carrier.distinct
    problems = {
        place: Problem("unknown_carrier", rules.unknown_carrier, words)
        for place, words in _unknown_carriers(texts, names, headings["carrier"]).items()
    }
    findings.add_problems(codes, "carrier", problems)


def _unknown_carriers(texts: Cells, names: tuple[str, ...], heading: str) -> dict[int, str]:
    folded = {fold(name): name for name in names}
    unknown = [p for p, text in enumerate(texts) if text and fold(text) not in folded]
    words = {}
    for place in unknown if names else ():
        near = folded.get(nearest(texts[place], folded), "") if len(unknown) <= 200 else ""
        listed = f" Use {either(names)}." if len(names) <= _LISTED_CARRIERS else ""
        guess = f" Did you mean {near}?" if near else ""
        other = "" if listed or guess else " Choose one from the list."
        words[place] = f"{heading} says {quoted(texts[place])}.{listed}{guess}{other}"
    return words


def check_tracking(
    findings: FindingList,
    carrier: Field,
    tracking: Field,
    rules: Rulebook,
    headings: Mapping[str, str],
) -> None:
    """Flag numbers that do not look like their carrier's; a blank carrier says nothing."""
    both_there = np.flatnonzero((carrier.data != "") & (tracking.data != ""))
    names = carrier.data[both_there]
    for name in pd.unique(names):
        rule = rules.carriers.get(name)
        if rule is None or not rule.numbers:
            continue
        places = both_there[names == name]
        unknown, suspect = _slips(tracking.data[places].tolist(), rule)
        for id_, slips in (("tracking_shape", unknown), ("tracking_digit", suspect)):
            texts = [f"{headings['tracking']} {words}" for words in slips.values()]
            findings.add(places[list(slips)], "tracking", id_, "warning", texts)


def _slips(texts: list[str], rule: CarrierRule) -> tuple[dict[int, str], dict[int, str]]:
    """What is odd about numbers of one carrier, by their place: shapes that no list knows, digits that do not fit."""
    unknown, suspect = {}, {}
    for place, number in enumerate(squeeze_all(texts)):
        told = hint(number, rule.numbers)
        if told.verdict == "unknown":
            unknown[place] = (
                f"{quoted(texts[place])} does not look like a {rule.name} number. Check it for a slip, "
                "and check the carrier."
            )
        elif told.verdict == "suspect":
            suspect[place] = (
                f"{quoted(texts[place])} has a slip in it: its check digit does not fit the others. "
                "Compare it with the label."
            )
    return unknown, suspect
