"""Carriers and tracking numbers: is the carrier known, does the number look like one of its own.

A shape that does not fit is a hint, never more: carriers have number ranges that no list knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sheetsync.domain.conditions import compiled
from sheetsync.domain.conditions.fields import Field
from sheetsync.domain.findings import FindingList, Problem
from sheetsync.domain.grid import Cells
from sheetsync.domain.rules import CarrierRule, Rulebook
from sheetsync.domain.texts import all_plain, either, fold, nearest, quoted

_LISTED_CARRIERS = 6


def squeeze(number: str) -> str:
    """A tracking number as compared: without spaces and hyphens, in capitals."""
    return "".join(number.split()).replace("-", "").upper()


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
        if rule is None or not (rule.pattern or rule.check == "ups"):
            continue
        places = both_there[names == name]
        slips = _slips(tracking.data[places].tolist(), rule)
        texts = [f"{headings['tracking']} {words}" for words in slips.values()]
        findings.add(places[list(slips)], "tracking", "tracking_shape", "warning", texts)


def _slips(texts: list[str], rule: CarrierRule) -> dict[int, str]:
    """What is wrong with numbers of one carrier, by their place."""
    numbers = squeeze_all(texts)
    fits = compiled(rule.pattern).fullmatch if rule.pattern else bool
    slips = {
        place: (
            f"{quoted(texts[place])} does not look like a {rule.name} number. Check it for a slip, "
            "and check the carrier."
        )
        for place, number in enumerate(numbers)
        if not fits(number)
    }
    for place, number in enumerate(numbers if rule.check == "ups" else ()):
        if place not in slips and not ups_check_digit_fits(number):
            words = "has a slip in it: its last digit does not fit the others."
            slips[place] = f"{quoted(texts[place])} {words}"
    return dict(sorted(slips.items()))


def ups_check_digit_fits(number: str) -> bool:
    """Whether a UPS number of the form 1Z + 16 ends in the digit that the others give.

    Letters count as their place in the alphabet plus one, modulo 10; every second one twice.
    """
    if len(number) != 18 or not number.startswith("1Z") or not number[-1].isdigit():
        return False
    digits = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in number[2:-1]]
    total = sum(digits[0::2]) + 2 * sum(digits[1::2])
    return (10 - total % 10) % 10 == int(number[-1])
