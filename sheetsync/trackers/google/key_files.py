"""Reads the JSON files that Google hands out for logging in; every fault is one sentence.

No sentence ever holds a part of a key or token, only names of files and fields.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from sheetsync.config.values import LOOPBACK
from sheetsync.errors import TrackerRefused

Info: TypeAlias = Mapping[str, Any]

_ANEW: Final = (
    "Make a JSON key anew: Google Cloud console, IAM & Admin, Service accounts, the account, Keys, "
    "Add key"
)
_KEY_FIELDS: Final = ("client_email", "private_key", "token_uri")
_TOKEN_FIELDS: Final = ("refresh_token", "client_id", "client_secret")


def service_account_key(path: Path) -> Info:
    """The key of a service account, complete; raises TrackerRefused."""
    info = _json_file(path, "key file", "google: key_file")
    if "installed" in info or "web" in info:
        raise TrackerRefused(
            f"{path} is the file of an OAuth client, not the key of a service account. {_ANEW}; or, if "
            "a person shall log in, name this file under google: oauth_client with login: person."
        )
    kind = info.get("type")
    if kind == "authorized_user":
        raise TrackerRefused(
            f"{path} holds the login of a person, not the key of a service account. {_ANEW}, or set "
            "google: login to adc."
        )
    if kind == "external_account":
        raise TrackerRefused(
            f"{path} is for workload identity, not the key of a service account. Set google: login to "
            "adc and let GOOGLE_APPLICATION_CREDENTIALS name this file."
        )
    if kind != "service_account":
        raise TrackerRefused(
            f'{path} is not the key of a service account: its "type" should be service_account. {_ANEW}.'
        )
    _complete(path, info, _KEY_FIELDS, _ANEW)
    _private(path, str(info["token_uri"]))
    return info


def person_token(path: Path) -> Info:
    """The stored login of a person, complete; raises TrackerRefused."""
    if not path.exists():
        raise TrackerRefused(
            f"Nobody has logged in yet: there is no {path}. Run sheetsync login once, on a machine with "
            "a browser."
        )
    info = _json_file(path, "stored login", "google: oauth_token")
    _complete(path, info, _TOKEN_FIELDS, "Log in anew with sheetsync login")
    _private(path, str(info.get("token_uri") or "https://oauth2.googleapis.com/token"))
    return info


def oauth_client(path: Path) -> Info:
    """The file of an OAuth client of the kind desktop app; raises TrackerRefused."""
    info = _json_file(path, "file of the OAuth client", "google: oauth_client")
    if info.get("type") == "service_account":
        raise TrackerRefused(
            f"{path} is the key of a service account, not the file of an OAuth client. Name it under "
            "google: key_file and set login: service_account."
        )
    inside = info.get("installed")
    if not isinstance(inside, dict):
        raise TrackerRefused(
            f"{path} is not the file of an OAuth client of the type Desktop app. Make one: Google Cloud "
            "console, APIs & Services, Credentials, Create credentials, OAuth client ID, Desktop app."
        )
    _complete(path, inside, ("client_id", "client_secret", "auth_uri", "token_uri"),
              "Download the file anew")  # fmt: skip
    return info


def open_to_others(path: Path) -> str:
    """What to do where every account of this machine may read or change a secret file, else ""."""
    mode = path.stat().st_mode
    if not mode & (stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP):
        return ""
    return f"Let only this account read it: chmod 600 {path}"


def _json_file(path: Path, what: str, setting: str) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise TrackerRefused(
            f"There is no {what} {path}. Put it there, or name its place under {setting}."
        ) from error
    except IsADirectoryError as error:
        raise TrackerRefused(
            f"{path} is a folder. Name the {what} in it under {setting}."
        ) from error
    except OSError as error:
        raise TrackerRefused(
            f"The {what} {path} cannot be read ({error.strerror}). Give the account that runs "
            "sheetsync the right to read it."
        ) from error
    except UnicodeDecodeError as error:
        raise TrackerRefused(
            f"{path} is not a JSON file (a P12 key?). In the Google Cloud console choose JSON when a "
            "key is made."
        ) from error
    return _json_object(path, text)


def _json_object(path: Path, text: str) -> dict[str, Any]:
    try:
        info = json.loads(text)
    except ValueError as error:  # its words may quote the file, so they are not passed on
        line = getattr(error, "lineno", 0)
        raise TrackerRefused(
            f"{path} is not a JSON file, or was cut off (line {line}). Download or copy it anew."
        ) from None
    if not isinstance(info, dict):
        raise TrackerRefused(f"{path} holds JSON, but not a key. Download or copy it anew.")
    return info


def _complete(path: Path, info: Info, fields: Sequence[str], anew: str) -> None:
    missing = [name for name in fields if not isinstance(info.get(name), str) or not info[name]]
    if missing:
        raise TrackerRefused(f"{path} lacks {', '.join(missing)}. {anew}.")


def _private(path: Path, token_uri: str) -> None:
    """A login goes only over https, or to this machine itself."""
    parts = urlsplit(token_uri)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise TrackerRefused(
            f"The token_uri in {path} does not begin with https://, so the login would be open to "
            "anybody on the way. Download or copy the file anew."
        )
