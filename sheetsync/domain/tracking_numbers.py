"""Carriers and tracking numbers: is the carrier known, does the number look like one of its own.

A shape that does not fit is a hint, never more: carriers have number ranges that no list knows.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sheetsync.domain.conditions import compiled
from sheetsync.domain.fields import Field
from sheetsync.domain.findings import FindingList, Problem
from sheetsync.domain.grid import Cells, object_array
from sheetsync.domain.rules import CarrierRule, Rulebook
from sheetsync.domain.texts import either, fold, nearest, quoted

_LISTED_CARRIERS = 6


def squeeze(number: str) -> str:
    """A tracking number as compared: without spaces and hyphens, in capitals."""
    return "".join(number.split()).replace("-", "").upper()


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
        words = [_slip(text, rule) for text in tracking.data[places]]
        bad = np.array([bool(word) for word in words], dtype=bool)
        heading = headings["tracking"]
        texts = [f"{heading} {word}" for word in words if word]
        findings.add(places[bad], "tracking", "tracking_shape", "warning", object_array(texts))


def _slip(text: str, rule: CarrierRule) -> str:
    number = squeeze(text)
    if rule.pattern and not compiled(rule.pattern).fullmatch(number):
        return (
            f"{quoted(text)} does not look like a {rule.name} number. Check it for a slip, and "
            "check the carrier."
        )
    if rule.check == "ups" and not ups_check_digit_fits(number):
        return f"{quoted(text)} has a slip in it: its last digit does not fit the others."
    return ""


def ups_check_digit_fits(number: str) -> bool:
    """Whether a UPS number of the form 1Z + 16 ends in the digit that the others give.

    Letters count as their place in the alphabet plus one, modulo 10; every second one twice.
    """
    if len(number) != 18 or not number.startswith("1Z") or not number[-1].isdigit():
        return False
    digits = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in number[2:-1]]
    total = sum(digits[0::2]) + 2 * sum(digits[1::2])
    return (10 - total % 10) % 10 == int(number[-1])
