"""Asking a provider over HTTP, carefully: its own address only, no redirection, limits on time and size.

What can go wrong is one of three things that a caller must tell apart: no answer (`outage`), asked too often
(`busy`), not let in (`key`); everything else is an answer. The key never gets into a sentence, an address or a log.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from sheetsync.carriers.parcels import Trouble
from sheetsync.reaching import PublicOnly

LARGEST: Final = 8 * 1024 * 1024
"""Bytes of an answer that are read at most; a page of 100 parcels has some hundred kilobytes."""
_PART: Final = 64 * 1024
_PLAIN: Final = {"Accept": "application/json", "Accept-Encoding": "identity"}
"""Nothing packed: what is small on the way cannot grow large here."""
_LONGEST_WAIT: Final = 24 * 3600.0
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class NotAnswered(Exception):
    """The provider could not be asked; `wait` is how long it wants to be left alone, in seconds."""

    def __init__(self, trouble: Trouble, sentence: str, wait: float | None = None) -> None:
        self.trouble, self.sentence, self.wait = trouble, sentence, wait
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: `status` below 500 and neither 401, 403 nor 429; `content` is parsed JSON, None for none."""

    status: int
    content: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Asks one provider, called `name`. `headers` hold the key. `seconds` tells the time, in seconds that only grow.

    `inside`: the address may lead into the own network. An address on this machine is allowed by name.
    """

    name: str
    base_url: str
    headers: Mapping[str, str] = field(repr=False)
    timeout: float
    seconds: Callable[[], float]
    inside: bool = False

    def get(self, path: str, params: Mapping[str, str | list[str]]) -> Reply:
        """Ask for something. Raises NotAnswered."""
        return self._ask("GET", path, params=params)

    def post(self, path: str, body: Mapping[str, Any]) -> Reply:
        """Ask to do something. Raises NotAnswered."""
        return self._ask("POST", path, body=body)

    def _ask(
        self,
        method: Literal["GET", "POST"],
        path: str,
        *,
        params: Mapping[str, str | list[str]] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Reply:
        until = self.seconds() + self.timeout
        try:
            with self._session() as session, session.request(
                method, self.base_url.rstrip("/") + path, params=dict(params or {}), json=body,
                headers={**self.headers, **_PLAIN}, timeout=self.timeout,
                allow_redirects=False, stream=True,
            ) as answer:  # fmt: skip
                self._refuse(answer)
                return Reply(answer.status_code, self._parsed(self._read(answer, until)))
        except (requests.Timeout, ReadTimeoutError) as late:
            raise self._outage("did not answer in time") from late
        except requests.exceptions.SSLError as wrong:
            raise self._outage("shows a certificate that cannot be trusted") from wrong
        except (requests.RequestException, HTTPError, OSError) as lost:
            raise self._outage("cannot be reached") from lost

    def _session(self) -> requests.Session:
        session = requests.Session()
        # Accounts of a .netrc file are meant for other programs: only the configured key is shown.
        session.auth = _as_it_is
        if not self.inside and urlsplit(self.base_url).hostname not in _LOOPBACK:
            session.mount("https://", PublicOnly())
            session.mount("http://", PublicOnly())
        return session

    def _refuse(self, answer: requests.Response) -> None:
        status = answer.status_code
        if status in {401, 403}:
            words = f"{self.name} does not accept the key ({status}). Check key: under carriers: in config.yaml."
            raise NotAnswered("key", words)
        if status == 429:
            words = f"{self.name} was asked too often and wants to be left alone for a while (429)."
            raise NotAnswered("busy", words, _wait(answer.headers))
        if 300 <= status < 400:
            raise self._outage(
                f"sends elsewhere ({status}), which is not followed; correct base_url"
            )
        if status >= 500:
            raise NotAnswered("outage", f"{self.name} has an outage ({status}).", _wait(answer.headers))  # fmt: skip

    def _read(self, answer: requests.Response, until: float) -> bytes:
        parts, size = [], 0
        while part := answer.raw.read1(_PART, decode_content=False):
            size += len(part)
            if size > LARGEST:
                raise self._outage("sent more than 8 MB in one answer")
            if self.seconds() > until:
                raise self._outage("did not answer in time")
            parts.append(part)
        return b"".join(parts)

    def _parsed(self, content: bytes) -> Any:
        if not content.strip():
            return None
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as garbage:
            raise self._outage("sent something that is no JSON, or was cut off") from garbage

    def _outage(self, what: str) -> NotAnswered:
        return NotAnswered("outage", f"{self.name} {what}.")


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by Retry-After: a number, or a date beside the server's own; None where it says nothing of use."""
    told = headers.get("Retry-After", "").strip()
    if told.isascii() and told.isdigit():
        return min(float(told[:9]), _LONGEST_WAIT)
    until, now = (_http_date(text) for text in (told, headers.get("Date", "")))
    if until is None or now is None:
        return None
    return min(max((until - now).total_seconds(), 0.0), _LONGEST_WAIT)


def _http_date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else None
