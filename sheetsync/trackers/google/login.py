"""Who logs in at Google: a service account, the account of this machine, a person, or nobody.

One scope is asked for, that of spreadsheets: with the id of the sheet given, nothing of Drive is needed.
Nothing here goes over the network; a token is fetched with the first request.
"""

from __future__ import annotations

from typing import Final

import google.auth
from google.auth.credentials import AnonymousCredentials, Credentials
from google.auth.exceptions import GoogleAuthError
from google.oauth2 import credentials as person
from google.oauth2 import service_account

from sheetsync.config.google import GoogleConfig
from sheetsync.errors import TrackerRefused
from sheetsync.trackers.google.key_files import person_token, service_account_key

SCOPE: Final = "https://www.googleapis.com/auth/spreadsheets"
TESTING: Final = (
    'While the consent screen of the OAuth client is in "Testing", Google ends the login after 7 days. '
    "Publish the consent screen (Google Cloud console, Google Auth Platform, Audience), or use a "
    "service account."
)
_TOKEN_URI: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address


def credentials_for(settings: GoogleConfig) -> Credentials:
    """The credentials of the login that is configured; raises TrackerRefused, in a sentence."""
    lacking = settings.lacking()
    if lacking:
        raise TrackerRefused(f"{lacking[:1].upper()}{lacking[1:]}.")
    match settings.login:
        case "service_account":
            return _of_service_account(settings)
        case "adc":
            return _of_machine()
        case "person":
            return _of_person(settings)
        case "none":
            return AnonymousCredentials()  # type: ignore[no-untyped-call]


def client_email(credentials: Credentials) -> str:
    """The address that a sheet is to be shared with; "" where only the person who logged in knows."""
    found = str(getattr(credentials, "service_account_email", "") or "")
    if "@" not in found:  # a machine's account is called `default` until it has logged in
        found = str(getattr(credentials, "account", "") or "")
    return found if "@" in found else ""


def _of_service_account(settings: GoogleConfig) -> Credentials:
    path = settings.key_file
    if path is None:  # said by `lacking`
        raise TrackerRefused("google: key_file is missing. Name the key file there.")
    info = service_account_key(path)
    try:
        found: Credentials = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            dict(info), scopes=[SCOPE]
        )
    except (ValueError, GoogleAuthError):  # its words may quote the key
        raise TrackerRefused(
            f"The private_key in {path} cannot be used; it looks cut off or changed. Copy the file "
            "anew, or make a new JSON key of the service account."
        ) from None
    return found


def _of_machine() -> Credentials:
    try:
        found, _ = google.auth.default(scopes=[SCOPE])
    except GoogleAuthError as error:
        raise TrackerRefused(
            "This machine has no Google login of its own (login: adc). Run gcloud auth "
            f"application-default login --scopes={SCOPE},https://www.googleapis.com/auth/cloud-platform"
            ", or let GOOGLE_APPLICATION_CREDENTIALS name a JSON file that is there, or set login: "
            "service_account."
        ) from error
    return found


def _of_person(settings: GoogleConfig) -> Credentials:
    info = person_token(settings.oauth_token)
    scopes = info.get("scopes") or []
    granted = scopes.split() if isinstance(scopes, str) else list(scopes)
    if granted and SCOPE not in granted:
        raise TrackerRefused(
            f"The login in {settings.oauth_token} is not for spreadsheets: the scope {SCOPE} is "
            "missing. Log in anew with sheetsync login."
        )
    return person.Credentials(  # type: ignore[no-untyped-call]
        token=None,
        refresh_token=info["refresh_token"],
        token_uri=str(info.get("token_uri") or _TOKEN_URI),
        client_id=info["client_id"],
        client_secret=info["client_secret"],
        scopes=[SCOPE],
        account=str(info.get("account") or ""),
    )
