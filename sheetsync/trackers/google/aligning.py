"""Which column is which, and which row is like another: by what stands there, not by where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest

from sheetsync.domain.model import CellValue
from sheetsync.trackers.matching import same


def aligned(then: Sequence[str], now: Sequence[str]) -> dict[int, int]:
    """Column then -> column now: by its heading, and where that does not tell, by its neighbours."""
    old, new = Counter(then), Counter(now)
    places = {text: column for column, text in enumerate(now)}
    found = {
        column: places[text]
        for column, text in enumerate(then)
        if text and old[text] == 1 and new[text] == 1
    }
    free = set(range(max(len(now), len(then)) + len(then))) - set(found.values())
    for column in range(len(then)):
        if column in found:
            continue
        guesses = (found.get(column - 1, -2) + 1, found.get(column + 1, 0) - 1, column)
        place = next((guess for guess in guesses if guess in free), None)
        if place is not None:
            found[column] = place
            free.discard(place)
    return found


def likeness(found: Sequence[CellValue], headings: Sequence[str]) -> int:
    """How many of the headings stand there, in whatever order."""
    texts = Counter(text for text in found if isinstance(text, str) and text)
    return (texts & Counter(text for text in headings if text)).total()


def differing(first: Sequence[CellValue], second: Sequence[CellValue]) -> int:
    """How many cells of two rows are not the same."""
    return sum(not same(one, other) for one, other in zip_longest(first, second))
