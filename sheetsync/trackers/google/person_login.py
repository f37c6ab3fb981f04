"""A person logs in once in the browser; what is kept is a token, in a file only its owner may read."""

from __future__ import annotations

import json
import os
import webbrowser
from pathlib import Path
from typing import Any, Final

from google_auth_oauthlib.flow import InstalledAppFlow, WSGITimeoutError
from oauthlib.oauth2 import OAuth2Error
from requests.exceptions import RequestException

from sheetsync.errors import TrackerBusy, TrackerRefused
from sheetsync.trackers.google.key_files import oauth_client
from sheetsync.trackers.google.login import SCOPE
from sheetsync.trackers.google.said import as_sentence

_PROMPT: Final = (
    "Open this page in a browser of this machine and allow sheetsync to see and edit sheets:\n{url}"
)
_DONE: Final = "sheetsync may now work on the sheet. This page can be closed."


def log_in(client: Path, token: Path, *, patience: int = 300, browser: str | None = None) -> None:
    """Let a person log in and keep the token at `token`. Raises TrackerRefused or TrackerBusy.

    `patience` is how many seconds the page is waited for; `browser` names one, else the usual one.
    """
    info = dict(oauth_client(client))
    flow = InstalledAppFlow.from_client_config(info, scopes=[SCOPE])
    try:
        found = flow.run_local_server(
            host="127.0.0.1",
            port=0,
            open_browser=_has_browser(browser),
            browser=browser,
            authorization_prompt_message=_PROMPT,
            success_message=_DONE,
            timeout_seconds=patience,
            access_type="offline",
            prompt="consent",
        )
    except WSGITimeoutError as error:
        raise TrackerRefused(
            f"Nobody allowed it within {patience // 60} minutes, so nothing was kept. Run sheetsync "
            "login again, on a machine with a browser."
        ) from error
    except RequestException as error:
        raise TrackerBusy(
            "The login server of Google cannot be reached, so nothing was kept. Check the network and "
            "run sheetsync login again."
        ) from error
    except (OAuth2Error, Warning) as error:  # a changed scope is raised as a Warning
        raise TrackerRefused(_why(error)) from None
    if not found.refresh_token:
        raise TrackerRefused(
            "Google gave a login that ends within the hour, so nothing was kept. Withdraw the access of "
            "sheetsync at https://myaccount.google.com/permissions and run sheetsync login again."
        )
    _keep(token, json.loads(found.to_json()))


def _has_browser(name: str | None) -> bool:
    try:
        webbrowser.get(name)
    except webbrowser.Error:
        return False
    return True


def _why(error: Exception) -> str:
    if getattr(error, "error", "") == "access_denied":
        return "It was not allowed in the browser, so nothing was kept. Run sheetsync login again."
    return (
        f"The login was not accepted, so nothing was kept. Google says: {as_sentence(str(error))} Check "
        "the file under google: oauth_client and run sheetsync login again."
    )


def _keep(place: Path, info: dict[str, Any]) -> None:
    """Write the token beside its place and move it there; it is never readable by others."""
    info["token"] = None  # it ends within the hour; the refresh token is what lasts
    beside = place.with_name(f"{place.name}.new")
    try:
        beside.unlink(missing_ok=True)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(info, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(place)
    except OSError as error:
        raise TrackerRefused(
            f"The login cannot be kept at {place} ({error.strerror}). Name another place under google: "
            "oauth_token."
        ) from error
