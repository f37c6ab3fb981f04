"""The settings for a Google Sheet: which sheet, who logs in and how, and how often Google is asked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Final, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema

from sheetsync.config.values import LOOPBACK, FilePath
from sheetsync.yamlfiles.checking import Strict
from sheetsync.yamlfiles.values import parse_duration
from sheetsync.yamlfiles.words import shown

GOOGLE: Final = "https://sheets.googleapis.com"
_ID: Final = re.compile(r"[A-Za-z0-9_-]{10,200}")
_IN_LINK: Final = re.compile(r"/spreadsheets/(?:u/\d+/)?d/([A-Za-z0-9_-]{10,200})(?:/|$)")
_HOW: Final = (
    "open the sheet in the browser and copy its address, "
    "like https://docs.google.com/spreadsheets/d/1AbC.../edit"
)


def spreadsheet_id(value: Any) -> str:
    """The id of a sheet, given as it is or as the address of the sheet; raises ValueError."""
    text = value.strip() if isinstance(value, str) else ""
    if _ID.fullmatch(text):
        return text
    if "://" not in text:
        raise ValueError(f"{shown(value)} is not the id of a Google Sheet; {_HOW}")
    parts = urlsplit(text)
    if "/spreadsheets/d/e/" in parts.path:
        raise ValueError(f"this is the address of a published copy, not of the sheet; {_HOW}")
    if found := _IN_LINK.search(parts.path):
        return found[1]
    if "/file/d/" in parts.path:
        raise ValueError(
            "this is the address of a file in Drive, not of a Google Sheet; open it there, choose "
            "File > Save as Google Sheets, and copy the address of the new sheet"
        )
    asked = parse_qs(parts.query).get("id", [""])[0]
    if _ID.fullmatch(asked):
        return asked
    raise ValueError(f"{shown(value)} is not the address of a Google Sheet; {_HOW}")


def _api_url(value: str) -> str:
    parts = urlsplit(value.strip())
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if parts.username or parts.password:
        raise ValueError(
            "this address holds a login; write it without one, like https://sheets.example.org"
        )
    if not secure or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(
            f"{shown(value)} is not the address of a Sheets server; it must begin with https://, or "
            "with http:// for a server on this machine itself, like http://127.0.0.1:8081"
        )
    return value.strip().rstrip("/")


def _between(least: timedelta, most: timedelta, words: str) -> PlainValidator:
    def check(value: Any) -> timedelta:
        span = parse_duration(value)
        if not least <= span <= most:
            raise ValueError(f"{shown(value)} is outside {words}")
        return span

    return PlainValidator(check)


SpreadsheetId = Annotated[str, BeforeValidator(spreadsheet_id), WithJsonSchema({"type": "string"})]
ApiUrl = Annotated[str, AfterValidator(_api_url)]
StructureSpan = Annotated[
    timedelta,
    _between(timedelta(minutes=1), timedelta(hours=24), "1m to 24h; 10m to 15m is usual"),
    WithJsonSchema({"type": "string"}),
]
AnswerSpan = Annotated[
    timedelta,
    _between(timedelta(seconds=1), timedelta(minutes=15), "1s to 15m; Google itself stops at 180s"),
    WithJsonSchema({"type": "string"}),
]


class GoogleConfig(Strict):
    """How a Google Sheet is reached."""

    login: Literal["service_account", "adc", "person", "none"] = Field(
        default="service_account",
        description="Who logs in. service_account: the account of a key file; adc: that of this "
        "machine; person: somebody, once, in the browser; none: nobody, for a server on this machine.",
        examples=["service_account"],
    )
    key_file: FilePath | None = Field(
        default=None,
        description="For login service_account: the JSON key file of that account.",
        examples=["service_account.json"],
    )
    oauth_client: FilePath | None = Field(
        default=None,
        description="For login person: the JSON file of the OAuth client (a desktop app).",
        examples=["oauth_client.json"],
    )
    oauth_token: FilePath = Field(
        default="google_token.json",
        validate_default=True,
        description="For login person: where the login is kept.",
        examples=["google_token.json"],
    )
    api_url: ApiUrl = Field(
        default=GOOGLE,
        description="The Sheets server; another one than Google's is for trying out.",
        examples=[GOOGLE],
    )
    structure_every: StructureSpan = Field(
        default=timedelta(minutes=15),
        description="How often tabs, formats and protections are looked at, beside the cells.",
        examples=["15m"],
    )
    reads_per_minute: int = Field(
        default=50,
        ge=1,
        le=300,
        description="How often Google is asked in a minute at most; it allows an account 60.",
        examples=["50"],
    )
    writes_per_minute: int = Field(
        default=50,
        ge=1,
        le=300,
        description="How often is written in a minute at most; Google allows an account 60.",
        examples=["50"],
    )
    timeout: AnswerSpan = Field(
        default=timedelta(seconds=190),
        description="How long Google may take to answer; after 180s it gives up itself.",
        examples=["190s"],
    )

    @property
    def on_this_machine(self) -> bool:
        """Whether the Sheets server is one on this machine itself."""
        return urlsplit(self.api_url).hostname in LOOPBACK

    def lacking(self) -> str:
        """What is missing here for the login that is chosen, in words; "" when nothing is."""
        match self.login:
            case "service_account" if self.key_file is None:
                return (
                    "login: service_account needs key_file, the JSON key of the service account; "
                    "write key_file: service_account.json"
                )
            case "person" if self.oauth_client is None:
                return (
                    "login: person needs oauth_client, the JSON file of the OAuth client; "
                    "write oauth_client: oauth_client.json"
                )
            case "none" if not self.on_this_machine:
                return (
                    "login: none is only for a Sheets server on this machine itself; write its "
                    "address under api_url, or login: service_account"
                )
            case _:
                return ""


def sheet_link(spreadsheet: str) -> str:
    """The address of a sheet, as people open it."""
    return f"https://docs.google.com/spreadsheets/d/{spreadsheet}/edit"


def google_place(spreadsheet: str) -> str:
    """How the store knows a Google Sheet."""
    return f"google:{spreadsheet}"
