"""Ways out of the house: a folder of mail files, SMTP, a webhook, a service, or nowhere.

A transport says what became of one letter and never raises for what a mail server may answer. It calls
`before_commit` at the last moment at which the letter cannot have left yet: what happens after that
without a clear answer is in doubt, and only then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

Outcome = Literal["sent", "refused", "later", "unreachable", "in_doubt", "off"]
Recovered = Literal["delivered", "absent", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """What became of one letter.

    `sent`; `refused`: for good (with `bad_address` when it is the address that does not work);
    `later`: the server asks to try again; `unreachable`: the transport itself does not work now, so
    the next letter would fare no better; `in_doubt`: the answer was lost after the letter was
    handed over; `off`: mail is switched off. `detail` is for people.
    """

    outcome: Outcome
    detail: str = ""
    bad_address: bool = False
    reference: str = ""


M_contra = TypeVar("M_contra", contravariant=True)


class Transport(Protocol[M_contra]):
    """One way out for messages of one form."""

    @property
    def name(self) -> str:
        """For the records: `folder`, `smtp`, `off`, `webhook` ..."""

    def send(self, letter: M_contra, *, before_commit: Callable[[], None]) -> SendResult:
        """Hand one message over. What `before_commit` raises passes through; nothing was sent then."""

    def recover(self, message_id: str) -> Recovered:
        """Whether the letter with this Message-ID went out, as far as this transport can know."""

    def close(self) -> None:
        """The end of a round of delivery."""


class OffTransport:
    """Mail is off: nothing leaves, and the records say so."""

    name = "off"

    def send(self, letter: object, *, before_commit: Callable[[], None]) -> SendResult:
        """Send nothing."""
        del letter, before_commit
        return SendResult(outcome="off", detail="Mail is off. Switch it on in config.yaml.")

    def recover(self, message_id: str) -> Recovered:
        """Nothing ever left."""
        del message_id
        return "absent"

    def close(self) -> None:
        """Nothing to end."""


class UnusableTransport:
    """A channel that cannot be used as it is set up; what goes by it waits, and the records say why."""

    name = "unusable"

    def __init__(self, why: str) -> None:
        self._why = why

    def send(self, letter: object, *, before_commit: Callable[[], None]) -> SendResult:
        """Send nothing."""
        del letter, before_commit
        return SendResult(outcome="unreachable", detail=self._why)

    def recover(self, message_id: str) -> Recovered:
        """Nobody can tell."""
        del message_id
        return "unknown"

    def close(self) -> None:
        """Nothing to end."""
