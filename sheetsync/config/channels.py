"""The settings of channels beside mail: what leaves by SMS, by an app or by a webhook, and through whom."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Final, Literal

from pydantic import Field, model_validator

from sheetsync.config.values import FilePath, SecretText, ServiceUrl
from sheetsync.yamlfiles.checking import Misplaced, Strict
from sheetsync.yamlfiles.values import Duration, Text

CHANNELS: Final = ("sms", "app", "webhook")
"""The channels that a customer can prefer and that need something set up; mail and calls are built in."""
_NEEDS: Final = {
    "webhook": (("address", "address: https://..."), ("secret", "secret: env:NAME or file:path")),
    "file": (("folder", "folder: messages"),),
    "apprise": (("url", "url: env:NAME or file:path"),),
}


class ChannelConfig(Strict):
    """One channel and how it leaves."""

    about_names: ClassVar[str] = "One of them: sms, app or webhook, as customers prefer it."

    kind: Literal["webhook", "file", "apprise"] = Field(
        description=(
            "How it leaves: webhook, a signed call to a server of yours; file, a file for each message; apprise, a "
            "service such as Twilio or ntfy, with the extra channels."
        ),
        examples=["file"],
    )
    address: ServiceUrl | None = Field(
        default=None,
        description="For webhook: what is called.",
        examples=["https://shop.example.org/hooks/sheetsync"],
    )
    secret: SecretText | None = Field(
        default=None,
        description="For webhook: where the secret is kept by which calls are signed, env:NAME or file:path.",
        examples=["env:SHEETSYNC_WEBHOOK_SECRET"],
    )
    inside: bool = Field(
        default=False,
        description=(
            "Whether that address stands in your own network. Otherwise a name that leads to a private address "
            "is not called."
        ),
        examples=["no"],
    )
    url: SecretText | None = Field(
        default=None,
        description="For apprise: where the service's URL with its key is kept, env:NAME or file:path.",
        examples=["env:SHEETSYNC_TWILIO_URL"],
    )
    folder: FilePath | None = Field(
        default=None, description="For file: where the messages go.", examples=["messages"]
    )
    timeout: Duration = Field(
        default=timedelta(seconds=10),
        description="How long an answer may take.",
        examples=["10s"],
    )
    per_hour: int = Field(
        default=0,
        ge=0,
        le=1_000_000,
        description="So many messages to customers leave within an hour at most; the others wait. 0: no limit.",
        examples=["0"],
    )
    most_parts: int = Field(
        default=3,
        ge=1,
        le=10,
        description="For sms: a text that would go in more parts is held.",
        examples=["3"],
    )
    only_to: list[Text] = Field(
        default=[],
        description="For trying out: messages to anybody else are held back.",
        examples=["['+491701234567']"],
    )

    @model_validator(mode="after")
    def _what_its_kind_needs(self) -> ChannelConfig:
        for name, example in _NEEDS[self.kind]:
            if getattr(self, name) is None:
                words = f"kind {self.kind} needs {name}; write {example}"
                raise Misplaced(words, "kind")
        return self
