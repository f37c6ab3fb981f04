"""The settings of the mailbox in which answers and returned letters arrive."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal

from pydantic import Field, model_validator

from sheetsync.config.values import LOOPBACK, FilePath, Host, SecretText
from sheetsync.yamlfiles.checking import Strict
from sheetsync.yamlfiles.values import Duration, Text

_PORTS: Final = {"implicit": 993, "starttls": 143, "none": 143}


class InboxConfig(Strict):
    """Where answers arrive; without a host, no mailbox is read."""

    host: Host | None = Field(
        default=None,
        description="The mail server whose mailbox is read by IMAP, with the extra inbox.",
        examples=["mail.example.org"],
    )
    port: int | None = Field(
        default=None, ge=1, le=65535,
        description="Its port; without it 993 (implicit) or 143 (starttls, none).",
        examples=["993"],
    )  # fmt: skip
    tls: Literal["implicit", "starttls", "none"] = Field(
        default="implicit",
        description="How the way there is kept private; none only to this machine itself.",
        examples=["implicit"],
    )
    username: Text | None = Field(
        default=None, description="The account of the mailbox.", examples=["orders@example.org"]
    )
    password: SecretText | None = Field(
        default=None,
        description="Where its password is kept: env:NAME or file:path, never the password itself.",
        examples=["env:SHEETSYNC_INBOX_PASSWORD"],
    )
    folder: Text = Field(
        default="INBOX", description="The folder that is read.", examples=["INBOX"]
    )
    every: Duration = Field(
        default=timedelta(minutes=5), description="How often it is looked into.", examples=["5m"]
    )
    timeout: Duration = Field(
        default=timedelta(seconds=30),
        description="How long the server may take to answer.",
        examples=["30s"],
    )
    most: int = Field(
        default=100, ge=1, le=1000,
        description="So many mails are read in one round at most; the others come in the next.",
        examples=["100"],
    )  # fmt: skip
    ca_file: FilePath | None = Field(
        default=None,
        description="Certificates to trust beside the system's, for a mail server of your own.",
        examples=["ca.pem"],
    )

    @model_validator(mode="after")
    def _enough_to_read(self) -> InboxConfig:
        if self.host and not (self.username and self.password):
            raise ValueError("a mailbox needs username and password beside its host")
        if self.tls == "none" and self.host and self.host not in LOOPBACK:
            raise ValueError("tls: none is only for a server on this machine; write implicit")
        return self

    @property
    def server_port(self) -> int:
        """The port, or the usual one for this kind of connection."""
        return self.port or _PORTS[self.tls]
