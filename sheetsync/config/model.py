"""The settings: one model that validates config.yaml and writes the example and the reference.

Each setting has a description and an example. Where a setting has a default, its first example is
that default as one would write it (a test holds them together).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    PrivateAttr,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic.config import JsonDict

from sheetsync.config.secret import Secret, parse_secret
from sheetsync.domain.columns.reading import ReadingOptions
from sheetsync.domain.guard import GuardLimits
from sheetsync.yamlfiles.checking import Strict
from sheetsync.yamlfiles.values import Duration, Email, Share, Text, Timezone, parse_duration
from sheetsync.yamlfiles.words import shown

_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[?[0-9A-Fa-f:]+\]?")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})
_PORTS: Final = {"starttls": 587, "implicit": 465, "none": 25}
_SQLITE: Final = "sqlite:///"


def _folder(info: ValidationInfo) -> Path:
    return Path((info.context or {}).get("folder", ""))


def _path(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str) or not value.strip() or "\x00" in value:
        raise ValueError(f"a file or folder is expected here, not {shown(value)}")
    return _folder(info) / Path(value.strip()).expanduser()


def _store_url(value: str, info: ValidationInfo) -> str:
    if not value.startswith(_SQLITE) or len(value) <= len(_SQLITE):
        raise ValueError(f"{shown(value)} is not a store; write it like sqlite:///state.db")
    return _SQLITE + str(_folder(info) / value.removeprefix(_SQLITE))


def _date_format(value: str) -> str:
    ReadingOptions(date_formats=(value,))
    return value


def _host(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise ValueError(
            f"{shown(value)} is not the name of a server; write it like mail.example.org"
        )
    return value


def _domain(value: str) -> str:
    if not _HOST.fullmatch(value) or "." not in value:
        raise ValueError(f"{shown(value)} is not a domain; write it like example.org")
    return value.casefold()


def _heartbeat(value: str) -> str:
    parts = urlsplit(value)
    secure = parts.scheme == "https" or parts.hostname in _LOOPBACK
    if parts.scheme not in {"http", "https"} or not parts.hostname or not secure:
        raise ValueError(f"{shown(value)} is not a link; it must begin with https:// and a host")
    return value


def _cadence(value: Any) -> timedelta:
    span = parse_duration(value)
    if not timedelta(seconds=10) <= span <= timedelta(hours=24):
        raise ValueError(f"{shown(value)} is outside 10s to 24h; every 1m to 5m is usual")
    return span


FilePath = Annotated[Path, BeforeValidator(_path), WithJsonSchema({"type": "string"})]
StoreUrl = Annotated[str, AfterValidator(_store_url)]
DateFormat = Annotated[str, AfterValidator(_date_format)]
Host = Annotated[str, AfterValidator(_host)]
Domain = Annotated[str, AfterValidator(_domain)]
Heartbeat = Annotated[str, AfterValidator(_heartbeat)]
Cadence = Annotated[timedelta, PlainValidator(_cadence), WithJsonSchema({"type": "string"})]
SecretText = Annotated[
    Secret,
    PlainValidator(lambda value, info: parse_secret(value, _folder(info))),
    WithJsonSchema({"type": "string"}),
]
Delimiter = Literal["auto", ",", ";", "tab", "|"]
SHOWN: Final[JsonDict] = {"shown": True}
"""Marks a setting that stands in the example as it is; the others stand there as comments."""


class TickWords(Strict):
    """Further words for a tick and for no tick, beside TRUE, yes, x, ✓ and FALSE, no."""

    yes: list[Text] = Field(
        default=[], description="Words that mean ticked.", examples=["[ja, erledigt]"]
    )
    no: list[Text] = Field(
        default=[], description="Words that mean not ticked.", examples=["[nein, offen]"]
    )


class TrackerConfig(Strict):
    """The workbook with the orders."""

    kind: Literal["excel"] = Field(
        default="excel",
        description="What the tracker is.",
        examples=["excel"],
        json_schema_extra=SHOWN,
    )
    path: FilePath = Field(
        description="The workbook, relative to the folder of this file.",
        examples=["tracker.xlsx"],
        json_schema_extra=SHOWN,
    )
    tab: Text = Field(
        default="Orders",
        description="The tab with one row for each order.",
        examples=["Orders"],
        json_schema_extra=SHOWN,
    )
    timezone: Timezone = Field(
        description="The time zone of all dates and times in the tracker.",
        examples=["Africa/Johannesburg"],
        json_schema_extra=SHOWN,
    )
    date_formats: list[DateFormat] = Field(
        default=[],
        description="How dates are typed as text, beside 2026-03-31 14:05; the first that fits is taken.",
        examples=["['%d/%m/%Y %H:%M', '%d/%m/%Y']"],
    )
    tick_words: TickWords = Field(
        default=TickWords(),
        description="Further words for a tick and for no tick, beside TRUE, yes, x and FALSE, no.",
        examples=["{yes: [ja], no: [nein]}"],
    )
    earliest_year: int = Field(
        default=2000,
        ge=1970,
        le=2100,
        description="Dates before it are flagged.",
        examples=["2000"],
    )
    latest_year: int = Field(
        default=2100, ge=1970, le=2200, description="Dates after it are flagged.", examples=["2100"]
    )
    allow_macros: bool = Field(
        default=False,
        description="Whether a workbook with macros (.xlsm) may be written; its macros stay as they are.",
        examples=["no"],
    )
    backups_kept: int = Field(
        default=20,
        ge=1,
        le=1000,
        description="How many copies of the workbook from before a write are kept.",
        examples=["20"],
    )
    stable_seconds: float = Field(
        default=2.0,
        ge=0,
        le=600,
        description="How long the file must have been left alone before it is read.",
        examples=["2"],
    )

    def reading_options(self) -> ReadingOptions:
        """How cells of this tracker are understood."""
        return ReadingOptions(
            date_formats=tuple(self.date_formats),
            yes_words=tuple(self.tick_words.yes),
            no_words=tuple(self.tick_words.no),
            earliest_year=self.earliest_year,
            latest_year=self.latest_year,
        )


class StoreConfig(Strict):
    """Where sheetsync keeps what it has seen, written and sent."""

    url: StoreUrl = Field(
        default="sqlite:///state.db",
        validate_default=True,
        description="The store; its path is relative to the folder of this file.",
        examples=["sqlite:///state.db"],
        json_schema_extra=SHOWN,
    )
    backups_kept: int = Field(
        default=7, ge=1, le=1000, description="How many daily copies are kept.", examples=["7"]
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

    @model_validator(mode="after")
    def _enough_to_send(self) -> MailConfig:
        if self.mode == "smtp" and not (self.host and self.from_):
            raise ValueError("mode smtp needs host and from; write both, or mode: folder")
        if self.tls == "none" and self.host and self.host not in _LOOPBACK:
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
    heartbeat_url: Heartbeat | None = Field(
        default=None,
        description="A link that is called after each pass, so that a monitor notices silence.",
        examples=["https://monitor.example.org/ping/orders"],
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
    min_rows: int = Field(
        default=10,
        ge=1,
        le=100_000,
        description="Fewer rows than this never count.",
        examples=["10"],
    )

    def limits(self) -> GuardLimits:
        """These settings as the guard takes them."""
        return GuardLimits(
            vanished_share=self.vanished_share,
            changed_share=self.changed_share,
            min_rows=self.min_rows,
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
    tracker: TrackerConfig = Field(description="The workbook with the orders.")
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
    worker: WorkerConfig = Field(default=WorkerConfig(), description="How often a pass runs.")
    guard: GuardConfig = Field(
        default=GuardConfig(),
        description="When a sheet looks wrong rather than worked on: nothing is written or sent.",
    )
    intake: IntakeConfig = Field(
        default=IntakeConfig(), description="How new orders from a file are read."
    )
    _file: Path = PrivateAttr(default=Path("config.yaml"))

    @model_validator(mode="before")
    @classmethod
    def _sections_left_out(cls, value: Any) -> Any:
        """A section left out is an empty one, so that its paths too are relative to this file."""
        if not isinstance(value, dict):
            return value
        sections = ("store", "mail", "worker", "guard", "intake")
        return value | {name: {} for name in sections if value.get(name) is None}

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
