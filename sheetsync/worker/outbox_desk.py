"""What a person does with messages that wait for them: let them go, or not at all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sheetsync.errors import UsageError
from sheetsync.messages.outbox import RELEASED
from sheetsync.store.outbox import Outbox, OutboxRow

FOR_A_PERSON: Final = ("held", "in_doubt")
"""States that only a person ends."""
UNSENT: Final = ("pending", "retry", *FOR_A_PERSON, "failed")
Act = Literal["release", "drop"]
_BECOMES: Final[dict[Act, str]] = {"release": "pending", "drop": "dropped"}
_WORDS: Final[dict[Act, str]] = {"release": RELEASED, "drop": "Dropped by"}
_MAY: Final[dict[Act, tuple[str, ...]]] = {"release": FOR_A_PERSON, "drop": UNSENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which messages are meant: numbers, or all that wait for a person (of one kind)."""

    numbers: tuple[int, ...] = ()
    everything: bool = False
    kind: str = ""


def chosen(outbox: Outbox, choice: Choice, act: Act) -> list[OutboxRow]:
    """The messages meant. Raises UsageError for a number that is none of them, or where none is named."""
    if not choice.numbers and not choice.everything:
        raise UsageError(
            f"Say which messages to {act}: their numbers as sheetsync outbox list shows them, or --all."
        )
    rows = outbox.in_states(_MAY[act] if choice.numbers else FOR_A_PERSON)
    if choice.kind:
        rows = [row for row in rows if row.kind == choice.kind]
    if not choice.numbers:
        return rows
    _refuse_strangers(choice.numbers, {row.id for row in rows}, act)
    return [row for row in rows if row.id in choice.numbers]


def settle(
    outbox: Outbox, rows: Collection[OutboxRow], act: Act, *, who: str, now: datetime
) -> int:
    """Release or drop these messages; how many had not moved meanwhile. Who did so is logged with each."""
    return sum(
        outbox.settle(
            row.id, from_state=row.state, to_state=_BECOMES[act], now=now,
            detail=f"{_WORDS[act]} {who}.",
        )
        for row in rows
    )  # fmt: skip


def _refuse_strangers(numbers: Collection[int], known: Collection[int], act: Act) -> None:
    strangers = sorted(set(numbers) - set(known))
    if strangers:
        states = " or ".join(state.replace("_", " ") for state in _MAY[act])
        raise UsageError(
            f"There is no message {', '.join(map(str, strangers))} to {act}: it must be {states}. "
            "sheetsync outbox list shows what waits."
        )
