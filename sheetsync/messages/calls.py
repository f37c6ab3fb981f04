"""Messages that a person has to tell by telephone: each becomes a task in Follow-ups, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sheetsync.domain.followups.model import CALL_CUSTOMER, PHONE, FollowUp
from sheetsync.domain.milestones.kinds import KINDS
from sheetsync.messages.notes import Note
from sheetsync.messages.transports import Recovered, SendResult

_TITLE: Final = "Call the customer"


class CallTransport:
    """Opens a task for each message. `open_task` keeps it under its key; the same again changes nothing."""

    name = "call task"

    def __init__(self, open_task: Callable[[FollowUp], None]) -> None:
        self._open_task = open_task

    def send(self, note: Note, *, before_commit: Callable[[], None]) -> SendResult:
        """Ask somebody to call."""
        before_commit()
        about = KINDS[note.kind].title if note.kind in KINDS else note.kind
        number = f" ({note.recipient})" if note.recipient else ""
        self._open_task(
            FollowUp(
                key=_key(note.message_id), kind="task", order_id=next(iter(note.orders), ""),
                at=note.written_at, channel=PHONE, direction="out", reason=CALL_CUSTOMER,
                text=f"{_TITLE}{number}. {about}: {note.short}",
            )
        )  # fmt: skip
        return SendResult(outcome="sent")

    def recover(self, message_id: str) -> Recovered:
        """Asking once more is safe, so it counts as not asked for yet."""
        del message_id
        return "absent"

    def close(self) -> None:
        """Nothing to end."""


def _key(message_id: str) -> str:
    return f"call|{message_id.strip('<>').partition('@')[0]}"
