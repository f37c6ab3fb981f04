"""Why no token was given, in one sentence. Google's own words may hold parts of a login: never shown raw."""

from __future__ import annotations

from google.auth.exceptions import (
    DefaultCredentialsError,
    GoogleAuthError,
    RefreshError,
    TransportError,
)
from google.auth.exceptions import TimeoutError as AuthTimeoutError

from sheetsync.errors import SheetsyncError, TrackerBusy, TrackerRefused
from sheetsync.trackers.google.about import About
from sheetsync.trackers.google.login import SCOPE, TESTING
from sheetsync.trackers.google.said import as_sentence

_NEW_KEY = "Make a new JSON key: Google Cloud console, IAM & Admin, Service accounts, the account, Keys, Add key"


def login_told(error: GoogleAuthError, about: About) -> SheetsyncError:
    """The fault of a login as a sentence: TrackerBusy where waiting helps, else TrackerRefused."""
    text = str(error.args[0]) if error.args else ""
    if isinstance(error, TransportError | AuthTimeoutError):
        return TrackerBusy(
            "The login server of Google cannot be reached. Check the network of this machine. "
            f"{about.later}"
        )
    if isinstance(error, RefreshError):
        return _refused_token(text, about, retryable=bool(error.retryable))
    if "anonymous credentials" in text.casefold():
        return TrackerRefused(
            "The server wants a login, and none is configured. Set google: login: service_account and "
            "name its key_file."
        )
    if isinstance(error, DefaultCredentialsError):
        return TrackerRefused(
            "This machine has no Google login that can be used. Run gcloud auth application-default "
            f"login --scopes={SCOPE}, or set google: login: service_account."
        )
    return TrackerRefused(
        f"Logging in at Google failed: {as_sentence(text)} Run sheetsync doctor to see which part is wrong."
    )


def _refused_token(text: str, about: About, *, retryable: bool) -> SheetsyncError:
    low = text.casefold()
    if "short-lived token" in low or ("invalid jwt" in low and ("iat" in low or "exp" in low)):
        wrong = about.skew or "it may be minutes or hours wrong"
        return TrackerRefused(
            f"Google does not accept the login because of the clock of this machine: {wrong}. Set the "
            "clock right (on Linux: timedatectl set-ntp true) and try again."
        )
    if "invalid jwt signature" in low or "invalid_signature" in low:
        return TrackerRefused(
            f"The key of {about.account} is no longer valid: it was deleted, has expired, or the file "
            f"was changed. {_NEW_KEY}, and put it in the place of google: key_file."
        )
    if "account not found" in low or "account_deleted" in low or "disabled" in low:
        return TrackerRefused(
            f"The account {about.account} was deleted or switched off. Switch it on in the Google Cloud "
            f"console (IAM & Admin, Service accounts), or make another one and share {about.link} with it."
        )
    if "expired or revoked" in low or "token has been revoked" in low:
        return TrackerRefused(
            f"The login of {about.account} has expired or was withdrawn. {TESTING} Until then log in "
            "anew with sheetsync login."
        )
    if "reauth" in low or "rapt" in low:
        return TrackerRefused(
            "Your Google domain wants the person to log in anew from time to time, which a worker "
            "cannot do. Use a service account, or run gcloud auth application-default login again."
        )
    if "invalid_client" in low or "deleted_client" in low or "unauthorized_client" in low:
        return TrackerRefused(
            "Google does not know the OAuth client any more, or does not let it do this. Make a new one "
            "(Google Cloud console, APIs & Services, Credentials), name it under google: oauth_client "
            "and run sheetsync login."
        )
    if "invalid_scope" in low or "insufficient" in low:
        return TrackerRefused(
            f"The login of {about.account} is not for spreadsheets: the scope {SCOPE} is missing. Log in "
            "anew with this scope."
        )
    if retryable or "internal_failure" in low or "temporarily" in low or "backend" in low:
        return TrackerBusy(
            f"The login server of Google is out of order at this moment. {about.later}"
        )
    return _no_token(text, about)


def _no_token(text: str, about: About) -> TrackerRefused:
    if "invalid_grant" in text.casefold():
        clock = f" The clock of this machine may be the cause: {about.skew}." if about.skew else ""
        return TrackerRefused(
            f"Google does not accept the login of {about.account} (invalid_grant).{clock} Check the "
            f"clock of this machine; where it is right, log in anew or replace the key. {_NEW_KEY}."
        )
    return TrackerRefused(
        f"Logging in at Google as {about.account} failed: {as_sentence(text)} Run sheetsync doctor to see "
        "which part is wrong."
    )
