"""Who may do what: tokens and their scopes, and whether a book is shared with the caller."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from tests.sheets_server.files import File
from tests.sheets_server.model import ApiError, invalid

SHEETS_SCOPES: Final = (
    "https://www.googleapis.com/auth/spreadsheets",
    "https://www.googleapis.com/auth/drive",
    "https://www.googleapis.com/auth/drive.file",
    "https://spreadsheets.google.com/feeds",
)
READING_SCOPES: Final = (
    "https://www.googleapis.com/auth/spreadsheets.readonly",
    "https://www.googleapis.com/auth/drive.readonly",
)
_INFO: Final = "type.googleapis.com/google.rpc.ErrorInfo"


@dataclass(slots=True)
class Token:
    """An access token: whose it is, its scopes, and when it ends."""

    who: str
    scopes: tuple[str, ...]
    until: float


@dataclass(slots=True)
class Tokens:
    """`wanted` refuses calls without a token that was issued here; otherwise any or none will do."""

    wanted: bool = False
    known: dict[str, Token] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    """Accounts and refresh tokens that get no token any more."""

    def issue(self, who: str, scope: str, until: float) -> str:
        """A new token."""
        text = f"ya29.local-{len(self.known) + 1}"
        self.known[text] = Token(who, tuple(scope.split()), until)
        return text

    def check(self, text: str, now: float, *, writes: bool) -> None:
        """Refuse a token that is unknown, at its end, or of too narrow a scope."""
        found = self.known.get(text)
        if found is None:
            if self.wanted:
                raise unauthenticated()
            return
        if found.until <= now or found.who in self.revoked:
            raise unauthenticated()
        enough = SHEETS_SCOPES if writes else SHEETS_SCOPES + READING_SCOPES
        if found.scopes and not set(found.scopes) & set(enough):
            raise scope_insufficient()


def unauthenticated() -> ApiError:
    """The 401 of a token that does not hold."""
    return ApiError(
        401,
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
        "cookie or other valid authentication credential. See "
        "https://developers.google.com/identity/sign-in/web/devconsole-project.",
    )


def scope_insufficient() -> ApiError:
    """The 403 of a token that was asked for with other scopes."""
    detail = {
        "@type": _INFO,
        "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "domain": "googleapis.com",
        "metadata": {"service": "sheets.googleapis.com"},
    }
    return ApiError(
        403,
        "PERMISSION_DENIED",
        "Request had insufficient authentication scopes.",
        [detail],
    )


def api_disabled(project: str, api: str = "sheets") -> ApiError:
    """The 403 of a project in which the API was never switched on."""
    name = f"Google {api.capitalize()} API"
    link = f"https://console.developers.google.com/apis/api/{api}.googleapis.com/overview?project={project}"
    help_link = {
        "@type": "type.googleapis.com/google.rpc.Help",
        "links": [{"description": "Google developers console API activation", "url": link}],
    }
    info = {
        "@type": _INFO,
        "reason": "SERVICE_DISABLED",
        "domain": "googleapis.com",
        "metadata": {
            "service": f"{api}.googleapis.com",
            "consumer": f"projects/{project}",
            "serviceTitle": name,
            "activationUrl": link,
            "containerInfo": project,
        },
    }
    message = (
        f"{name} has not been used in project {project} before or it is disabled. Enable it by "
        f"visiting {link} then retry. If you enabled this API recently, wait a few minutes for "
        "the action to propagate to our systems and retry."
    )
    return ApiError(403, "PERMISSION_DENIED", message, [info, help_link])


def denied() -> ApiError:
    """The 403 of a book that is not shared with the caller, or only to read."""
    return ApiError(403, "PERMISSION_DENIED", "The caller does not have permission")


def check_file(found: File | None, *, writes: bool) -> None:
    """Raise what Google says where the caller may not have this spreadsheet."""
    if found is not None and found.role == "none":
        raise denied()
    if found is None or found.trashed:
        raise ApiError(404, "NOT_FOUND", "Requested entity was not found.")
    if found.office:
        error = invalid("This operation is not supported for this document")
        error.status = "FAILED_PRECONDITION"
        raise error
    if writes and found.role != "writer":
        raise denied()
