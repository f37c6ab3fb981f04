"""Whether tracking numbers have the shape that their carrier uses; a hint, never a proof."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.rules import CarrierRule

Texts = npt.NDArray[np.object_]
Bools = npt.NDArray[np.bool_]


def check_numbers(
    numbers: Texts, carriers: Texts, rules: Iterable[CarrierRule]
) -> tuple[Bools, Bools]:
    """Which orders' carriers have a known number shape; and which numbers do not have it."""
    shaped = np.zeros(len(numbers), dtype=bool)
    wrong = np.zeros(len(numbers), dtype=bool)
    for rule in rules:
        if not rule.pattern:
            continue
        mine = of_carrier(carriers, rule)
        shaped |= mine
        shape = re.compile(rule.pattern)
        for at in np.flatnonzero(mine & (numbers != "")):
            wrong[at] = shape.fullmatch(str(numbers[at]).strip()) is None
    return shaped, wrong


def of_carrier(carriers: Texts, rule: CarrierRule) -> Bools:
    """Which orders go with this carrier, by name or alias."""
    names = {name.casefold() for name in (rule.name, *rule.aliases)}
    codes, known = pd.factorize(carriers)
    hit = np.array([str(name).strip().casefold() in names for name in known], dtype=bool)
    return np.asarray(hit[codes]) if len(hit) else np.zeros(len(carriers), dtype=bool)
