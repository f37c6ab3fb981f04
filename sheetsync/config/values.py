"""The kinds of values in config.yaml: paths from its own folder, hosts, links, the store's address."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.config import JsonDict

from sheetsync.config.secret import Secret, parse_secret
from sheetsync.domain.columns.reading import ReadingOptions
from sheetsync.yamlfiles.values import parse_duration
from sheetsync.yamlfiles.words import shown

_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[?[0-9A-Fa-f:]+\]?")
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})
_SQLITE: Final = "sqlite:///"
_POSTGRES: Final = "postgresql://sheetsync@db.example.org/sheetsync"


def _folder(info: ValidationInfo) -> Path:
    return Path((info.context or {}).get("folder", ""))


def _path(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str) or not value.strip() or "\x00" in value:
        raise ValueError(f"a file or folder is expected here, not {shown(value)}")
    return _folder(info) / Path(value.strip()).expanduser()


def _store_url(value: str, info: ValidationInfo) -> str:
    if value.startswith(_SQLITE) and len(value) > len(_SQLITE):
        return _SQLITE + str(_folder(info) / value.removeprefix(_SQLITE))
    if value.startswith(("postgresql:", "postgres:")):
        return _postgres_url(value)
    raise ValueError(
        f"{shown(value)} is not a store; write it like sqlite:///state.db, or like {_POSTGRES}"
    )


def _postgres_url(value: str) -> str:
    """The address of a database; its text is never repeated, for a password may stand in it."""
    parts = urlsplit(value)
    if parts.password is not None or "password=" in parts.query:
        raise ValueError(
            "a password does not stand in this file: take it out of the address, "
            "and name its place with password: env:NAME or file:path"
        )
    if parts.scheme != "postgresql" or not parts.path.strip("/"):
        raise ValueError(
            "the address of a PostgreSQL store names account, server and database; "
            f"write it like {_POSTGRES}"
        )
    return value


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
    secure = parts.scheme == "https" or parts.hostname in LOOPBACK
    if parts.scheme not in {"http", "https"} or not parts.hostname or not secure:
        raise ValueError(f"{shown(value)} is not a link; it must begin with https:// and a host")
    return value


def _service(value: str) -> str:
    parts = urlsplit(value)
    secure = parts.scheme == "https" or parts.hostname in LOOPBACK
    if parts.scheme not in {"http", "https"} or not parts.hostname or not secure:
        raise ValueError(
            f"{shown(value)} is no address to ask at; it must begin with https:// and a host"
        )
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError(
            "an address to ask at holds no account and nothing after a ? or #; take it out"
        )
    return value


def _lease(value: Any) -> timedelta:
    span = parse_duration(value)
    if not timedelta(seconds=30) <= span <= timedelta(hours=24):
        raise ValueError(f"{shown(value)} is outside 30s to 24h; 5m is usual")
    return span


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
ServiceUrl = Annotated[str, AfterValidator(_service)]
Cadence = Annotated[timedelta, PlainValidator(_cadence), WithJsonSchema({"type": "string"})]
Lease = Annotated[timedelta, PlainValidator(_lease), WithJsonSchema({"type": "string"})]
SecretText = Annotated[
    Secret,
    PlainValidator(lambda value, info: parse_secret(value, _folder(info))),
    WithJsonSchema({"type": "string"}),
]
Delimiter = Literal["auto", ",", ";", "tab", "|"]
SHOWN: Final[JsonDict] = {"shown": True}
"""Marks a setting that stands in the example as it is; the others stand there as comments."""
