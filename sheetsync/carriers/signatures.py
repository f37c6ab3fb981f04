"""Webhook signatures: an HMAC over the raw body, compared in constant time before anything of it is read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final, Literal

from sheetsync.carriers.provider import WebhookRefused

LARGEST: Final = 1024 * 1024


def signed_content(
    headers: Mapping[str, str],
    body: bytes,
    *,
    header: str,
    secret: str,
    form: Literal["base64", "hex"],
    prefix: str = "",
) -> Any:
    """The JSON of a call whose `header` holds the signature; raises WebhookRefused."""
    if not secret:
        raise WebhookRefused("No webhook_secret is configured, so no call can be believed.")
    if len(body) > LARGEST:
        raise WebhookRefused("The call is larger than 1 MB.")
    shown = {name.lower(): value for name, value in headers.items()}.get(header.lower(), "")
    made = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    wanted = prefix + (made.hex() if form == "hex" else base64.b64encode(made).decode())
    if not shown or not hmac.compare_digest(shown.strip().encode(), wanted.encode()):
        raise WebhookRefused(f"The signature in {header} does not fit the call.")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as garbage:
        raise WebhookRefused("The call is signed, but it is no JSON.") from garbage
