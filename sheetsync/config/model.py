"""The settings: one model that validates config.yaml and writes the example and the reference.

Each setting has a description and an example. Where a setting has a default, its first example is
that default as one would write it (a test holds them together).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

from pydantic import Field, PrivateAttr, model_validator

from sheetsync.config.brand import BrandConfig
from sheetsync.config.carriers import CarrierSourceConfig
from sheetsync.config.channels import CHANNELS, ChannelConfig
from sheetsync.config.feeds import FeedConfig
from sheetsync.config.google import GoogleConfig
from sheetsync.config.inbox import InboxConfig
from sheetsync.config.tracker import TrackerConfig
from sheetsync.config.values import (
    LOOPBACK,
    SHOWN,
    Cadence,
    DateFormat,
    Delimiter,
    Domain,
    FilePath,
    Heartbeat,
    Host,
    Lease,
    SecretText,
    StoreUrl,
)
from sheetsync.domain.guard import GuardLimits
from sheetsync.yamlfiles.checking import Misplaced, Strict
from sheetsync.yamlfiles.values import Duration, Email, Name, Share, Text

_PORTS: Final = {"starttls": 587, "implicit": 465, "none": 25}


class StoreConfig(Strict):
    """Where sheetsync keeps what it has seen, written and sent."""

    url: StoreUrl = Field(
        default="sqlite:///state.db",
        validate_default=True,
        description=(
            "The store: a file, relative to the folder of this one; or a PostgreSQL database, "
            "postgresql://account@server/database."
        ),
        examples=["sqlite:///state.db"],
        json_schema_extra=SHOWN,
    )
    password: SecretText | None = Field(
        default=None,
        description="For PostgreSQL: where the account's password is kept, env:NAME or file:path.",
        examples=["env:SHEETSYNC_STORE_PASSWORD"],
    )
    backups_kept: int = Field(
        default=7, ge=1, le=1000, description="Of how many days a copy is kept.", examples=["7"]
    )
    backup_passes: int = Field(
        default=200,
        ge=1,
        le=1_000_000,
        description="A copy is made each day, and after so many passes that did something.",
        examples=["200"],
    )


class MailConfig(Strict):
    """How mails leave."""

    moved: ClassVar[Mapping[str, str]] = {
        "max_mails": "how many mails may leave has one home: limits in rules/escalation.yaml",
        "to": "who is written to has one home: people in rules/escalation.yaml",
    }

    mode: Literal["folder", "smtp", "off"] = Field(
        default="folder",
        description="folder: each mail becomes a file; smtp: it is sent; off: none is made.",
        examples=["folder"],
        json_schema_extra=SHOWN,
    )
    folder: FilePath = Field(
        default="mails",
        validate_default=True,
        description="Where mails go with mode folder.",
        examples=["mails"],
    )
    from_: Email | None = Field(
        default=None, alias="from", description="The sender.", examples=["orders@example.org"]
    )
    from_name: Text = Field(
        default="Order tracker",
        description="The name beside the sender's address.",
        examples=["Order tracker"],
    )
    reply_to: Email | None = Field(
        default=None, description="Where answers go.", examples=["support@example.org"]
    )
    domain: Domain | None = Field(
        default=None,
        description="The domain in message ids; without it, that of the sender.",
        examples=["example.org"],
    )
    host: Host | None = Field(
        default=None, description="The mail server, for mode smtp.", examples=["mail.example.org"]
    )
    port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Its port; without it 587 (starttls), 465 (implicit) or 25 (none).",
        examples=["587"],
    )
    tls: Literal["starttls", "implicit", "none"] = Field(
        default="starttls",
        description="How the way there is kept private; none only to this machine itself.",
        examples=["starttls"],
    )
    username: Text | None = Field(
        default=None, description="The account at the mail server.", examples=["orders@example.org"]
    )
    password: SecretText | None = Field(
        default=None,
        description="Where its password is kept: env:NAME or file:path, never the password itself.",
        examples=["env:SHEETSYNC_MAIL_PASSWORD"],
    )
    timeout: Duration = Field(
        default=timedelta(seconds=30),
        description="How long the mail server may take to answer.",
        examples=["30s"],
    )
    ca_file: FilePath | None = Field(
        default=None,
        description="Certificates to trust beside the system's, for a mail server of your own.",
        examples=["ca.pem"],
    )
    only_to: list[Email] = Field(
        default=[],
        description="For trying out: mails to anybody else are held back.",
        examples=["[me@example.org]"],
    )
    per_hour: int = Field(
        default=0,
        ge=0,
        le=1_000_000,
        description="So many mails to customers leave within an hour at most; the others wait. 0: no limit.",
        examples=["0"],
    )

    @model_validator(mode="after")
    def _enough_to_send(self) -> MailConfig:
        if self.mode == "smtp" and not (self.host and self.from_):
            raise ValueError("mode smtp needs host and from; write both, or mode: folder")
        if self.tls == "none" and self.host and self.host not in LOOPBACK:
            raise ValueError("tls: none is only for a server on this machine; write starttls")
        if self.password and not self.username:
            raise ValueError("a password needs a username beside it")
        return self

    @property
    def server_port(self) -> int:
        """The port, or the usual one for this kind of connection."""
        return self.port or _PORTS[self.tls]

    @property
    def message_domain(self) -> str:
        """The domain of message ids."""
        return self.domain or (self.from_ or "x@sheetsync.invalid").rpartition("@")[2]


class WorkerConfig(Strict):
    """How often a pass runs."""

    every: Cadence = Field(
        default=timedelta(minutes=2),
        description="The time from one pass to the next: how late news can be.",
        examples=["2m"],
        json_schema_extra=SHOWN,
    )
    lease: Lease = Field(
        default=timedelta(minutes=5),
        description=(
            "How long a worker that fell silent amid a pass keeps the tracker from another one; "
            "longer than any single answer of a server may take."
        ),
        examples=["5m"],
    )
    alert_after: int = Field(
        default=5,
        ge=1,
        le=10_000,
        description="So many passes in a row that could not be done are told by one mail.",
        examples=["5"],
    )
    heartbeat_url: Heartbeat | None = Field(
        default=None,
        description="A link that is called after each pass, so that a monitor notices silence.",
        examples=["https://monitor.example.org/ping/orders"],
    )
    heartbeat_inside: bool = Field(
        default=False,
        description=(
            "Whether that monitor stands in your own network. Otherwise a name that leads to a private "
            "address is not called."
        ),
        examples=["no"],
    )


class GuardConfig(Strict):
    """When a sheet looks wrong rather than worked on: the pass is refused, nothing is written or sent."""

    moved: ClassVar[Mapping[str, str]] = {
        "max_mails": "how many mails may leave has one home: limits in rules/escalation.yaml",
        "max_emails_per_pass": "this has one home: limits in rules/escalation.yaml",
    }

    changed_share: Share = Field(
        default=0.2,
        description="Refuse when so large a share of the orders would change at once.",
        examples=["20%"],
    )
    vanished_share: Share = Field(
        default=0.2,
        description="Refuse when so large a share of the orders is gone from the sheet.",
        examples=["20%"],
    )
    moved_share: Share = Field(
        default=0.5,
        description="Refuse when Status goes forward for so large a share of the orders at once.",
        examples=["50%"],
    )
    min_rows: int = Field(
        default=10,
        ge=1,
        le=100_000,
        description="Fewer rows than this never count.",
        examples=["10"],
    )
    recipients: int = Field(
        default=25,
        ge=1,
        le=100_000,
        description="Refuse when more orders than this are suddenly somebody else's.",
        examples=["25"],
    )
    feed_orders: int = Field(
        default=1000,
        ge=1,
        le=1_000_000,
        description="Hold a feed back that would change more orders at once, where that is more than changed_share of all.",
        examples=["1000"],
    )
    mails: int = Field(
        default=50,
        ge=1,
        le=100_000,
        description="Hold the mails of a pass that makes more than this.",
        examples=["50"],
    )
    mails_share: Share = Field(
        default=0.2,
        description="Hold the mails of a pass that makes more than this share of the sheet's rows.",
        examples=["20%"],
    )

    def limits(self) -> GuardLimits:
        """These settings as the guard takes them."""
        return GuardLimits(
            vanished_share=self.vanished_share,
            changed_share=self.changed_share,
            moved_share=self.moved_share,
            min_rows=self.min_rows,
            recipients=self.recipients,
            feed_orders=self.feed_orders,
            mails=self.mails,
            mails_share=self.mails_share,
        )


class RetentionConfig(Strict):
    """How long the store keeps personal values, and when closed orders go to its archive."""

    personal_days: int = Field(
        default=90,
        ge=0,
        le=36_500,
        description="Personal values of an order are cut so many days after it was closed; 0: never.",
        examples=["90"],
    )
    personal_columns: list[Name] = Field(
        default=[
            "customer",
            "customer_email",
            "notes",
            "instructions",
            "special_handling",
            "ship_to",
            "vendor_note",
        ],
        description="The columns, by their key in rules/columns.yaml, that hold personal values.",
        examples=[
            "[customer, customer_email, notes, instructions, special_handling, ship_to, vendor_note]"
        ],
    )
    archive_months: int = Field(
        default=0,
        ge=0,
        le=1_200,
        description=(
            "Orders closed so many months ago, and gone from the tracker, go to the archive by "
            "themselves; 0: only by sheetsync archive."
        ),
        examples=["0"],
    )
    copies_days: int = Field(
        default=60,
        ge=1,
        le=3_650,
        description="How many days an exported copy can come back: so long the store keeps what was in it.",
        examples=["60"],
    )


class IntakeConfig(Strict):
    """How new orders from a file are read."""

    columns: dict[str, Text] = Field(
        default={},
        description="Heading in the file: column key of rules/columns.yaml, where they differ.",
        examples=["{Order: order_id, Placed: ordered_at}"],
    )
    date_formats: list[DateFormat] = Field(
        default=[],
        description="How dates are written in the file, beside 2026-03-31 14:05.",
        examples=["['%d/%m/%Y %H:%M']"],
    )
    delimiter: Delimiter = Field(
        default="auto", description="What separates the columns of a CSV file.", examples=["auto"]
    )


class Config(Strict):
    """The whole of config.yaml. Paths are absolute; secrets are not fetched yet."""

    version: Literal[1] = Field(
        description="The version of this file's layout.", examples=["1"], json_schema_extra=SHOWN
    )
    tracker: TrackerConfig = Field(description="The workbook or Google Sheet with the orders.")
    google: GoogleConfig = Field(
        default=GoogleConfig(),
        validate_default=True,
        description="For kind google: how the sheet is reached.",
    )
    rules: FilePath | None = Field(
        default=None,
        description="The folder with your rules; without it, the shipped rules hold.",
        examples=["rules"],
        json_schema_extra=SHOWN,
    )
    templates: FilePath | None = Field(
        default=None,
        description="A folder with mail templates of your own, which win over the shipped ones.",
        examples=["mail_templates"],
    )
    store: StoreConfig = Field(
        default=StoreConfig(),
        validate_default=True,
        description="Where sheetsync keeps what it has seen, written and sent.",
    )
    mail: MailConfig = Field(default=MailConfig(), description="How mails leave.")
    brand: BrandConfig = Field(
        default=BrandConfig(),
        description="Who speaks in letters to customers and vendors, and how it looks.",
    )
    worker: WorkerConfig = Field(default=WorkerConfig(), description="How often a pass runs.")
    guard: GuardConfig = Field(
        default=GuardConfig(),
        description="When a sheet looks wrong rather than worked on: nothing is written or sent.",
    )
    retention: RetentionConfig = Field(
        default=RetentionConfig(),
        description="How long the store keeps personal values, and when orders go to its archive.",
    )
    intake: IntakeConfig = Field(
        default=IntakeConfig(), description="How new orders from a file are read."
    )
    feeds: dict[Name, FeedConfig] = Field(
        default={},
        description="Files of other systems, each feed under a name of yours: docs/feeds.md.",
        examples=["dhl"],
    )
    carriers: dict[Name, CarrierSourceConfig] = Field(
        default={},
        description="Who is asked about parcels, each under a name of yours: docs/carriers.md.",
        examples=["ship"],
    )
    channels: dict[Name, ChannelConfig] = Field(
        default={},
        description="How customers are told who prefer another channel than mail: docs/channels.md.",
        examples=["sms"],
    )
    inbox: InboxConfig = Field(
        default=InboxConfig(),
        description="Where answers and returned letters arrive: docs/channels.md.",
    )
    _file: Path = PrivateAttr(default=Path("config.yaml"))

    @model_validator(mode="before")
    @classmethod
    def _sections_left_out(cls, value: Any) -> Any:
        """A section left out is an empty one, so that its paths too are relative to this file."""
        if not isinstance(value, dict):
            return value
        sections = (
            "google",
            "store",
            "mail",
            "brand",
            "worker",
            "guard",
            "retention",
            "intake",
            "feeds",
            "carriers",
            "channels",
            "inbox",
        )
        return value | {name: {} for name in sections if value.get(name) is None}

    @model_validator(mode="after")
    def _carriers_beside_feeds(self) -> Config:
        for name, source in self.carriers.items():
            if name in self.feeds and source.is_asked:
                words = "a feed has this name too; give one of them another name"
                raise Misplaced(words, "carriers", name, at_key=True)
        return self

    @model_validator(mode="after")
    def _known_channels(self) -> Config:
        for name in self.channels:
            if name not in CHANNELS:
                words = f"{name} is no channel to set up; those are {', '.join(CHANNELS)}"
                raise Misplaced(words, "channels", name, at_key=True)
        return self

    @model_validator(mode="after")
    def _enough_to_log_in(self) -> Config:
        lacking = self.google.lacking() if self.tracker.kind == "google" else ""
        if lacking:
            raise Misplaced(lacking, "google")
        return self

    def model_post_init(self, context: Any) -> None:
        """Keep where the file stands."""
        self._file = Path((context or {}).get("file", self._file))

    @property
    def file(self) -> Path:
        """The configuration file, absolute."""
        return self._file

    @property
    def folder(self) -> Path:
        """The folder of the configuration file, absolute; relative paths begin there."""
        return self._file.parent
