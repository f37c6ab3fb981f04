"""A mail server with books of its own: what it took, and how often it left the worker in doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default as policy
from typing import Final

from sheetsync.messages.compose import Letter
from sheetsync.messages.transports import Recovered, SendResult
from tests.simulation.worker.steps import Steps

DOWN: Final = "mail server down"
LATER: Final = "mail 4xx at the address"
NO_SUCH: Final = "mail 5xx at the address"
REFUSED: Final = "mail 5xx after the message"
DROPPED: Final = "mail connection lost in DATA"
UNHEARD: Final = "mail answer lost after DATA"
FAULTS: Final = (DOWN, LATER, NO_SUCH, REFUSED, DROPPED, UNHEARD)
_BEFORE: Final = {
    DOWN: SendResult(outcome="unreachable", detail="The mail server cannot be used: nobody answers."),
    LATER: SendResult(outcome="later", detail="The mail server asks to try later: 451 4.7.1 greylisted"),
    NO_SUCH: SendResult(
        outcome="refused", detail="The mail server refused it for good: 550 5.1.1", bad_address=True
    ),
}  # fmt: skip
_IN_DOUBT: Final = SendResult(
    outcome="in_doubt",
    detail="The mail server's answer was lost after the message was handed over.",
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message as the server took it."""

    message_id: str
    recipient: str
    kind: str
    text: str
    """Subject and body."""


@dataclass(slots=True)
class Post:
    """The server. `doubts` counts by Message-ID how often nobody could know whether it had arrived."""

    arrivals: list[Arrival] = field(default_factory=list)
    doubts: Counter[str] = field(default_factory=Counter)

    def times(self) -> Counter[str]:
        """How often each message arrived."""
        return Counter(arrival.message_id for arrival in self.arrivals)

    def in_doubt(self, steps: Steps) -> None:
        """The worker ended, was overtaken, or could not keep it, with a message in flight."""
        self.doubts.update(filter(None, [steps.in_flight, *steps.unkept]))
        steps.in_flight = ""
        steps.unkept.clear()


class Way:
    """One worker's way to the server. It cannot be asked what has arrived, as SMTP cannot."""

    name = "smtp"

    def __init__(self, post: Post, steps: Steps, fault: Callable[[], str]) -> None:
        self._post, self._steps, self._fault = post, steps, fault

    def send(self, letter: Letter, *, before_commit: Callable[[], None]) -> SendResult:
        """One conversation, with the fault that the dice gave it."""
        self._steps.at("mail: connect")
        fault = self._fault()
        if fault in _BEFORE:
            return _BEFORE[fault]
        before_commit()
        self._steps.at("mail: in DATA")
        if fault == DROPPED:
            return _IN_DOUBT
        if fault == REFUSED:
            return SendResult(
                outcome="refused", detail="The mail server refused it for good: 554 no"
            )
        self._post.arrivals.append(_arrival(letter))
        self._steps.in_flight = letter.message_id
        if self._steps.overtaken:  # the other worker could not know that this one would go on
            self._post.in_doubt(self._steps)
        self._steps.at("mail: accepted", effect=True)
        if fault == UNHEARD:
            self._post.in_doubt(self._steps)
            return _IN_DOUBT
        return SendResult(outcome="sent", reference="250 2.0.0 kept")

    def recover(self, message_id: str) -> Recovered:
        """SMTP has no way to ask."""
        del message_id
        return "unknown"

    def close(self) -> None:
        """Nothing is kept open."""


def _arrival(letter: Letter) -> Arrival:
    message = message_from_bytes(letter.message.as_bytes(), policy=policy)
    body = message.get_body(preferencelist=("plain",))
    text = f"{message['Subject']}\n{body.get_content() if body is not None else ''}"
    kind = str(message["X-Sheetsync-Kind"])
    return Arrival(letter.message_id, letter.recipient, kind, text)
