"""Messages that are no mail: a few words for a telephone or an app, and the facts for a program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sheetsync.domain.milestones.kinds import FACTS
from sheetsync.errors import MailError
from sheetsync.messages.addresses import one_line
from sheetsync.messages.compose import Composable, Composer, another_language
from sheetsync.messages.kinds import CUSTOMER_KINDS
from sheetsync.messages.sms import sms
from sheetsync.messages.ways import ADDRESSES

_TOLD: Final = ("order_id", *FACTS, "locale", "timezone")
"""Facts that a program is given: each of them may be told to the customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One message ready to go. `short` fits a telephone; `facts` are plain JSON values; `written_at` aware UTC."""

    message_id: str
    channel: str
    recipient: str
    name: str
    kind: str
    audience: str
    orders: tuple[str, ...]
    language: str
    subject: str
    text: str
    short: str
    written_at: datetime
    facts: Mapping[str, Any]
    remark: str = ""

    def as_json(self) -> dict[str, Any]:
        """The message as a program reads it: `type`, `timestamp` and `data`, as Standard Webhooks have them."""
        data = {
            "id": self.message_id.strip("<>"), "channel": self.channel, "audience": self.audience,
            "kind": self.kind, "to": self.recipient, "name": self.name, "orders": list(self.orders),
            "language": self.language, "subject": self.subject, "text": self.text,
            "short_text": self.short, "facts": dict(self.facts),
        }  # fmt: skip
        return {
            "type": f"{self.audience}.{self.kind}",
            "timestamp": self.written_at.isoformat().replace("+00:00", "Z"),
            "data": data,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWriter:
    """Writes for one channel. An SMS of more than `most_parts` parts is refused."""

    composer: Composer
    channel: str
    most_parts: int = 3

    def write(self, row: Composable, now: datetime, thread: Sequence[str] = ()) -> Note:
        """The note of a row; raises MailError (permanent) for a recipient or a template that cannot be used."""
        del thread
        facts = self.composer.facts(row)
        rendered = self.composer.renderer.render(row.kind, facts)
        short = rendered.subject
        if row.kind in CUSTOMER_KINDS:
            short = self.composer.renderer.sms(row.kind, facts).sms.text
        self._refuse_long(short)
        return Note(
            message_id=row.message_id or self.composer.message_id(row.dedupe_key),
            channel=self.channel,
            recipient=ADDRESSES[self.channel](row.recipient),
            name=one_line(row.recipient_name, 80),
            kind=row.kind,
            audience=row.audience,
            orders=row.orders,
            language=rendered.language,
            subject=rendered.subject,
            text=rendered.text,
            short=short,
            written_at=now,
            facts={name: row.context[name] for name in _TOLD if row.context.get(name)},
            remark=another_language(str(row.context.get("locale", "")), rendered.language),
        )

    def _refuse_long(self, short: str) -> None:
        if self.channel != "sms":
            return
        parts = sms(short).parts
        if parts > self.most_parts:
            raise MailError(
                f"The SMS would go in {parts} parts, and channels.sms.most_parts in config.yaml allows "
                f"{self.most_parts}. Shorten its template or the names in the row.",
                permanent=True,
            )
