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
        if not rule.numbers:
            continue
        mine = of_carrier(carriers, rule)
        shaped |= mine
        shapes = [re.compile(shape.pattern) for shape in rule.numbers]
        for at in np.flatnonzero(mine & (numbers != "")):
            number = str(numbers[at]).strip()
            wrong[at] = not any(shape.fullmatch(number) for shape in shapes)
    return shaped, wrong


def of_carrier(carriers: Texts, rule: CarrierRule) -> Bools:
    """Which orders go with this carrier, by name or alias."""
    names = {name.casefold() for name in (rule.name, *rule.aliases)}
    codes, known = pd.factorize(carriers)
    hit = np.array([str(name).strip().casefold() in names for name in known], dtype=bool)
    return np.asarray(hit[codes]) if len(hit) else np.zeros(len(carriers), dtype=bool)
