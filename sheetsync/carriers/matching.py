"""Which answer belongs to which parcel: by the number that was asked for, and nothing else is believed.

What a provider says of a number that nobody asked for is left aside, as is another carrier's parcel of that number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar

from sheetsync.carriers.asking import NotAnswered
from sheetsync.carriers.parcels import Answer, Parcel, TrackError, TrackResult
from sheetsync.domain.texts import quoted

_ASKABLE: Final = re.compile(r"[0-9A-Z]{4,50}", re.ASCII)
T = TypeVar("T")


def askable(parcels: Sequence[Parcel], name: str) -> tuple[list[Parcel], list[TrackError]]:
    """The parcels whose numbers can be asked for, and why the others cannot."""
    fit = [parcel for parcel in parcels if _ASKABLE.fullmatch(parcel.asked)]
    odd = [parcel for parcel in parcels if not _ASKABLE.fullmatch(parcel.asked)]
    return fit, [
        refused(parcel, f"{name} is not asked about {quoted(parcel.number)}, which is no tracking number.")
        for parcel in odd
    ]  # fmt: skip


def refused(parcel: Parcel, sentence: str) -> TrackError:
    """Nobody will say anything of this parcel."""
    return TrackError(asked=parcel.asked, trouble="refused", sentence=sentence)


def answers_of(
    parcels: Sequence[Parcel], results: Iterable[TrackResult], name: str
) -> Iterator[Answer]:
    """One answer for each parcel: the newest of the results about it, or that it is not known."""
    found: dict[str, TrackResult] = {}
    for result in results:
        before = found.get(result.asked)
        if before is None or _newer(result, before):
            found[result.asked] = result
    for parcel in parcels:
        known = found.get(parcel.asked)
        sentence = f"{name} does not know {quoted(parcel.number)} yet."
        yield known or TrackError(asked=parcel.asked, trouble="not_known", sentence=sentence)


def _newer(one: TrackResult, other: TrackResult) -> bool:
    if one.last is None or other.last is None:
        return other.last is None and one.last is not None
    return one.last.at > other.last.at


def all_failed(parcels: Sequence[Parcel], problem: NotAnswered) -> Iterator[TrackError]:
    """The same for each parcel: the provider could not be asked."""
    for parcel in parcels:
        yield TrackError(
            asked=parcel.asked, trouble=problem.trouble, sentence=problem.sentence, wait=problem.wait
        )  # fmt: skip


def in_halves(
    parcels: Sequence[Parcel], ask: Callable[[Sequence[Parcel]], Iterator[Answer] | None], name: str
) -> Iterator[Answer]:
    """What `ask` answers; where it gives None, a number among them is refused, and halves of them are asked about."""
    answers = ask(parcels)
    if answers is not None:
        yield from answers
    elif len(parcels) == 1:
        yield refused(parcels[0], f"{name} does not take {quoted(parcels[0].number)} for a tracking number.")  # fmt: skip
    else:
        middle = len(parcels) // 2
        yield from in_halves(parcels[:middle], ask, name)
        yield from in_halves(parcels[middle:], ask, name)
