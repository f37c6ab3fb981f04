"""One round of asking one provider about the parcels that are due, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeAlias

from sheetsync.carriers.news import Said
from sheetsync.carriers.outage import Health
from sheetsync.carriers.parcels import (
    OF_THE_PROVIDER,
    Answer,
    Parcel,
    TrackError,
    TrackResult,
)
from sheetsync.carriers.polling import seconds_between
from sheetsync.carriers.provider import CarrierProvider
from sheetsync.carriers.remembered import Looked, Remembered

_GIVEN_UP: Final = 5
"""A number that was refused so often is asked about once a day only."""
_DAY: Final = 86_400.0
_NEW_AT_ONCE: Final = 100
_REGISTERS_FASTER: Final = 5
"""A question about one parcel weighs less than one about fifty."""

Judge: TypeAlias = Callable[[Parcel, TrackResult], Said | TrackError | None]
"""What a result brings to its parcel's row, or why it cannot be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What a round came to: news of parcels, errors about single ones, and what to remember of it."""

    said: tuple[Said, ...] = ()
    errors: tuple[TrackError, ...] = ()
    asked: int = 0
    health: Health = field(default_factory=Health)
    looked: Mapping[str, Looked] = field(default_factory=dict)


def due(
    parcels: Sequence[Parcel], before: Remembered, now: datetime, *, most: int, days: int
) -> list[Parcel]:
    """The parcels to ask about now, the most overdue first, at most so many.

    One that left more than `days` ago is followed no longer. A moment that lies ahead, since the clock was set
    back, counts as now.
    """
    seconds = now.timestamp()
    waiting: list[tuple[float, str, Parcel]] = []
    for parcel in parcels:
        if parcel.since is not None and seconds - parcel.since.timestamp() > days * _DAY:
            continue
        looked = before.parcels.get(parcel.asked)
        at = 0.0 if looked is None else _next(looked, parcel.asked, seconds)
        if at is not None and at <= seconds:
            waiting.append((at, parcel.asked, parcel))
    return [parcel for _, _, parcel in sorted(waiting, key=lambda each: each[:2])[:most]]


def _next(looked: Looked, number: str, now: float) -> float | None:
    asked = min(looked.asked_at, now)
    if looked.refused >= _GIVEN_UP:
        return asked + _DAY
    between = seconds_between(looked.state, now - looked.since if looked.since else 0.0, number)
    return None if between is None else asked + between


def ask(
    provider: CarrierProvider,
    parcels: Sequence[Parcel],
    before: Remembered,
    now: datetime,
    *,
    judge: Judge,
    pause: Callable[[float], None],
    go_on: Callable[[], bool] = lambda: True,
) -> Round:
    """Ask about these, for as long as `go_on` says; a provider that does not answer is asked no further in this round.

    What was not asked stays due.
    """
    by_number = {parcel.asked: parcel for parcel in parcels}
    wanted = list(by_number.values())
    answers: list[Answer] = []
    for start in range(0, len(wanted), provider.batch_size):
        if start and not go_on():
            break
        if start:
            pause(provider.min_interval.total_seconds())
        answers += provider.fetch(wanted[start : start + provider.batch_size])
        if _down(answers) is not None:
            break
    registered: set[str] = set()
    if _down(answers) is None:
        answers, registered = _with_registered(
            provider, by_number, answers, before, pause=pause, go_on=go_on
        )
    return _told(by_number, answers, registered, before, now.timestamp(), judge=judge)


def _with_registered(
    provider: CarrierProvider,
    by_number: Mapping[str, Parcel],
    answers: Sequence[Answer],
    before: Remembered,
    *,
    pause: Callable[[float], None],
    go_on: Callable[[], bool],
) -> tuple[list[Answer], set[str]]:
    """The answers, those about unknown parcels replaced by what asking to follow them gave; each is asked once.

    Of very many new parcels only some are registered in one round; the others are left out, so that they stay due.
    """
    new = [
        by_number[a.asked]
        for a in answers
        if isinstance(a, TrackError) and a.trouble == "not_known" and a.asked in by_number
        and not before.parcels.get(a.asked, Looked(asked_at=0.0)).registered
    ]  # fmt: skip
    fresh: dict[str, Answer] = {}
    for answer in provider.register(new[:_NEW_AT_ONCE]) if new else ():
        fresh[answer.asked] = answer
        if _is_down(answer) or not go_on():
            break
        pause(provider.min_interval.total_seconds() / _REGISTERS_FASTER)
    left = {parcel.asked for parcel in new} - fresh.keys()
    kept = [fresh.get(answer.asked, answer) for answer in answers if answer.asked not in left]
    return kept, {number for number, answer in fresh.items() if not _is_down(answer)}


def _told(
    by_number: Mapping[str, Parcel],
    answers: Sequence[Answer],
    registered: set[str],
    before: Remembered,
    now: float,
    *,
    judge: Judge,
) -> Round:
    down = _down(answers)
    health = before.health.after_answer(now)
    if down is not None:
        health = before.health.after_failure(down, now)
    single = {a.asked: a for a in answers if a.asked in by_number and not _is_down(a)}
    said: list[Said] = []
    for number, answer in single.items():
        told = judge(by_number[number], answer) if isinstance(answer, TrackResult) else None
        if isinstance(told, TrackError):
            single[number] = told
        elif told is not None:
            said.append(told)
    return Round(
        said=tuple(said), asked=len(by_number), health=health,
        errors=tuple(a for a in single.values() if isinstance(a, TrackError) and a.trouble != "not_known"),
        looked={number: _looked(a, before, registered, now) for number, a in single.items()},
    )  # fmt: skip


def _looked(answer: Answer, before: Remembered, registered: set[str], now: float) -> Looked:
    was = before.parcels.get(answer.asked, Looked(asked_at=now))
    known = was.registered or answer.asked in registered
    if isinstance(answer, TrackResult):
        since = was.since if was.state == answer.state and was.since else now
        return Looked(asked_at=now, state=answer.state, since=since, registered=known)
    refused = was.refused + (answer.trouble != "not_known")
    return replace(was, asked_at=now, registered=known, refused=refused)


def _is_down(answer: Answer) -> bool:
    return isinstance(answer, TrackError) and answer.trouble in OF_THE_PROVIDER


def _down(answers: Iterable[Answer]) -> TrackError | None:
    """The provider's own trouble, where it has any."""
    return next((a for a in answers if isinstance(a, TrackError) and a.trouble in OF_THE_PROVIDER), None)  # fmt: skip


def after(before: Remembered, told: Round, open_numbers: frozenset[str]) -> Remembered:
    """What to remember after a round; of parcels that are no longer under way, nothing."""
    kept = {**before.parcels, **told.looked}
    return Remembered(
        health=told.health, parcels={n: looked for n, looked in kept.items() if n in open_numbers}
    )
