"""What is remembered of the vendor of each order, and what one pass decided about vendors: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

VENDOR: Final = "vendor"
"""The audience of every letter to a vendor."""
ASSIGNED: Final = "vendor_assigned"
REMINDER: Final = "vendor_reminder"
DIGEST: Final = "vendor_digest"
ANSWERS: Final = "vendor replies"
"""The feed under whose name the answers of vendors are kept that came by a coded reply."""
Stands: TypeAlias = Literal["new", "asked", "known"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How it stands with the vendor of one order.

    `vendor` is the folded Vendor ID, "" where nobody is assigned; `epoch` counts assignments, so that a code of
    an earlier one is worth nothing. `new`: nobody has been written to; `asked`: a letter was decided at `asked_at`;
    `known`: no letter is due. `reminded` counts the reminders that fell due, `by_date` whether the one
    before the due date did.
    """

    vendor: str
    epoch: int
    since: datetime | None = None
    stands: Stands = "new"
    asked_at: datetime | None = None
    reminded: int = 0
    by_date: bool = False
    digested_at: datetime | None = None
    answer: str = ""
    confirmed_at: datetime | None = None
    heard_at: datetime | None = None
    stale: str = ""
    """The answer of the vendor before, which still stands in the cell."""
    stood: str = ""
    """What stood in the sheet when an answer by mail said something else."""
    named: str = ""
    """How the order names the vendor."""
    off: bool = False
    """Whether the order names no vendor at the moment."""
    letters: int = 0
    """How many letters were decided about the order."""
    prior: Asked | None = None
    """The assignment before, while nobody has been written to about this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer by mail that the sheet does not show yet. `cells`: column key -> text, as feeds write it."""

    action_key: str
    order_id: str
    epoch: int
    at: datetime
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsentLetter:
    """A letter to a vendor in the outbox that has not left: `key`, the mark of its `facts`, the epoch of each order."""

    key: str
    kind: str
    vendor: str
    facts: str
    epochs: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedBefore:
    """What the store remembers of vendors; `since`: when letters to them were switched on.

    `secret` keys the codes that stand in letters.
    """

    since: datetime | None = None
    asked: Mapping[str, Asked] = field(default_factory=dict)
    unsent: tuple[UnsentLetter, ...] = ()
    replies: tuple[Reply, ...] = ()
    secret: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorNote:
    """One line for the tab Messages: what waits, or what an answer said against the sheet."""

    order_id: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedNow:
    """What one pass decided about vendors, beside the letters: what changes in memory.

    `withdrawn` are letters called off before they left, by key, each with the reason; `settled` the answers by mail
    that nothing is to be done about any more, by action key.
    """

    active: bool = False
    asked: Mapping[str, Asked] = field(default_factory=dict)
    withdrawn: tuple[tuple[str, str], ...] = ()
    settled: tuple[str, ...] = ()
    notes: tuple[VendorNote, ...] = ()


NOBODY_ASKED: Final = AskedBefore()
NOT_ASKED: Final = AskedNow()
_MOMENTS: Final = ("since", "asked_at", "digested_at", "confirmed_at", "heard_at")


def to_plain(asked: Asked) -> dict[str, Any]:
    """The record as JSON values, blanks left out; moments are aware UTC."""
    blank = Asked(vendor="", epoch=-1)
    values = {name: getattr(asked, name) for name in Asked.__dataclass_fields__}
    return {name: _plain(value) for name, value in values.items() if value != getattr(blank, name)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return to_plain(value) if isinstance(value, Asked) else value


def from_plain(values: Mapping[str, Any]) -> Asked:
    """The record of what `to_plain` gave."""
    known: dict[str, Any] = {"vendor": "", "epoch": 0}
    for name, value in values.items():
        if name in _MOMENTS:
            known[name] = datetime.fromisoformat(value)
        elif name == "prior":
            known[name] = from_plain(value)
        elif name in Asked.__dataclass_fields__:
            known[name] = value
    return Asked(**known)
