"""`POST /token`: access tokens for service accounts and for people, as google-auth asks for them."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from tests.sheets_server.answers import Answer, Call, json_answer
from tests.sheets_server.model import Json
from tests.sheets_server.routes.table import route

if TYPE_CHECKING:
    from tests.sheets_server.service import SheetsService

LIFETIME: Final = 3599
_TOLERANCE: Final = 300
SHORT_LIVED: Final = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)
REVOKED: Final = "Token has been expired or revoked."
_JWT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@route("oauth2.token", "POST", "/token", "token")
def token(service: SheetsService, call: Call) -> Json | Answer:
    """A new token for a signed claim or a refresh token; the signature is not looked at."""
    given = {name: values[-1] for name, values in parse_qs(call.body.decode()).items()}
    grant = given.get("grant_type")
    if grant == _JWT:
        claim = _claim(given.get("assertion", ""))
        if claim is None:
            return refused("Invalid JWT.")
        issued, expires = claim.get("iat", 0), claim.get("exp", 0)
        if abs(issued - service.server_time()) > _TOLERANCE or not 0 < expires - issued <= 3600:
            return refused(SHORT_LIVED)
        who = claim.get("iss", "")
        if who in service.tokens.revoked:
            return refused("Invalid grant: account not found")
        return _issued(service, who, claim.get("scope", ""))
    if grant == "refresh_token":
        who = given.get("refresh_token", "")
        if who in service.tokens.revoked:
            return refused(REVOKED)
        return _issued(service, who, given.get("scope", ""))
    return json_answer({"error": "unsupported_grant_type"}, 400)


def refused(description: str) -> Answer:
    """The answer where no token is given."""
    return json_answer({"error": "invalid_grant", "error_description": description}, 400)


def _issued(service: SheetsService, who: str, scope: str) -> Json:
    text = service.tokens.issue(who, scope, service.clock() + LIFETIME)
    found: Json = {"access_token": text, "expires_in": LIFETIME, "token_type": "Bearer"}
    return found | ({"scope": scope} if scope else {})


def _claim(assertion: str) -> Json | None:
    parts = assertion.split(".")
    if len(parts) != 3:
        return None
    try:
        return json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
