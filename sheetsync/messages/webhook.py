"""A message as a signed call to a server of the owner's, in the style of Standard Webhooks.

The address comes from the configuration only, is called over TLS, never redirected, and may not lead into the own
network unless the owner says so. `webhook-id` is the same on every attempt, so that the server can tell a repetition.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError

from sheetsync.errors import MailError
from sheetsync.messages.notes import Note
from sheetsync.messages.transports import Recovered, SendResult
from sheetsync.reaching import PublicOnly

LARGEST: Final = 256 * 1024
"""Bytes of a call at most; a letter has some 10 kilobytes."""
_SHORTEST_SECRET: Final = 16
_PREFIX: Final = "whsec_"
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_UNSURE: Final = frozenset({502, 504})
"""Answers of somebody in between, who cannot tell whether the server itself took the call."""
_BUSY: Final = frozenset({408, 409, 425, 429})
_SETTINGS: Final = frozenset({401, 403, 404, 405, 407, 410})


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """Where calls go. `secret` signs them; `timeout` in seconds; `inside`: the address may be in the own network."""

    address: str
    secret: str = field(repr=False)
    timeout: float = 10.0
    inside: bool = False


class WebhookTransport:
    """Calls one address, a call for each message."""

    name = "webhook"

    def __init__(self, settings: WebhookSettings) -> None:
        self._settings = settings
        self._key = signing_key(settings.secret)
        self._session: requests.Session | None = None

    def send(self, note: Note, *, before_commit: Callable[[], None]) -> SendResult:
        """One call; a clear answer other than 2xx means that it was not taken."""
        body = json.dumps(note.as_json(), ensure_ascii=False, sort_keys=True).encode()
        if len(body) > LARGEST:
            raise MailError("The message is too large for a webhook.", permanent=True)
        identity = note.message_id.strip("<>").partition("@")[0]
        headers = {
            "Content-Type": "application/json", "User-Agent": "sheetsync",
            **signed(self._key, identity, note.written_at, body),
        }  # fmt: skip
        if self._session is None:
            self._session = self._opened()
        before_commit()
        try:
            answer = self._session.post(
                self._settings.address, data=body, headers=headers, timeout=self._settings.timeout,
                allow_redirects=False, stream=True,
            )  # fmt: skip
        except (requests.RequestException, HTTPError, OSError) as error:
            return self._not_answered(error)
        status = answer.status_code
        answer.close()  # what it says besides is not read: it may be long, slow or hostile
        return self._judged(status, identity)

    def recover(self, message_id: str) -> Recovered:
        """A webhook has no way to ask."""
        del message_id
        return "unknown"

    def close(self) -> None:
        """Let go of the connection."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _opened(self) -> requests.Session:
        session = requests.Session()
        session.auth = _as_it_is  # accounts of a .netrc file are meant for other programs
        if not self._settings.inside and self._host not in _LOOPBACK:
            session.mount("https://", PublicOnly())
            session.mount("http://", PublicOnly())
        return session

    @property
    def _host(self) -> str:
        return urlsplit(self._settings.address).hostname or ""

    def _judged(self, status: int, identity: str) -> SendResult:
        said = f"The webhook at {self._host} answered {status}"
        if 200 <= status < 300:
            return SendResult(outcome="sent", reference=identity)
        if status in _UNSURE:
            words = f"{said}: nobody can tell whether it took the message."
            return SendResult(outcome="in_doubt", detail=words)
        if status in _SETTINGS or 300 <= status < 400:
            words = f"{said}. Check address and secret under channels in config.yaml."
            return SendResult(outcome="unreachable", detail=words)
        if status in _BUSY or status >= 500:
            return SendResult(outcome="later", detail=f"{said}; it is called again.")
        return SendResult(outcome="refused", detail=f"{said}: it does not take this message.")

    def _not_answered(self, error: Exception) -> SendResult:
        if never_connected(error):
            words = f"The webhook at {self._host} cannot be reached."
            return SendResult(outcome="unreachable", detail=words)
        if isinstance(error, requests.exceptions.SSLError):
            words = f"The webhook at {self._host} shows a certificate that cannot be trusted."
            return SendResult(outcome="unreachable", detail=words)
        words = f"The answer of the webhook at {self._host} was lost after it was called."
        return SendResult(outcome="in_doubt", detail=words)


def signed(key: bytes, identity: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that show who calls, and when: an HMAC over identity, second and body."""
    second = str(int(at.timestamp()))
    content = b".".join((identity.encode(), second.encode(), body))
    mark = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {"webhook-id": identity, "webhook-timestamp": second, "webhook-signature": f"v1,{mark}"}


def signing_key(secret: str) -> bytes:
    """The bytes of a secret: `whsec_` and base64, or any long text. Raises MailError."""
    text = secret.strip()
    try:
        packed = text.removeprefix(_PREFIX)
        key = base64.b64decode(packed, validate=True) if packed != text else text.encode()
    except (binascii.Error, ValueError):
        key = b""
    if len(key) >= _SHORTEST_SECRET:
        return key
    raise MailError(
        "The secret of the webhook cannot be used. Expected whsec_ and base64, or at least "
        f"{_SHORTEST_SECRET} characters; put one there, and tell the server the same.",
        permanent=True,
    )


def never_connected(error: BaseException) -> bool:
    """Whether the other side was not reached at all, so that nothing can have left."""
    if isinstance(error, (requests.ConnectTimeout, requests.exceptions.ProxyError)):
        return True
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, (NewConnectionError, ConnectTimeoutError))


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
