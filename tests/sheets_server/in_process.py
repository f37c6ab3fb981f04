"""A transport for `requests` that serves a SheetsService without sockets.

`session_within(service)` is a session that has it.
"""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from tests.sheets_server.answers import NoAnswer
from tests.sheets_server.service import SheetsService

_ERRORS = {
    "connect": requests.exceptions.ConnectTimeout,
    "read": requests.exceptions.ReadTimeout,
    "reset": requests.exceptions.ConnectionError,
}


def session_within(service: SheetsService) -> requests.Session:
    """A session all of whose calls go to the service, whatever proxies the environment names."""
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", InProcess(service))
    return session


class InProcess(BaseAdapter):
    """Mount it for a URL prefix on a session; what the session sends there goes to the service."""

    def __init__(self, service: SheetsService) -> None:
        super().__init__()
        self.service = service

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Answer one request; faults without an answer raise what requests raises for them."""
        url = urlsplit(request.url or "")
        body = request.body or b""
        if hasattr(body, "read"):
            body = body.read()
        try:
            answer = self.service.handle(
                request.method or "GET",
                url.path,
                url.query,
                body.encode() if isinstance(body, str) else body,
                CaseInsensitiveDict(request.headers),
            )
        except NoAnswer as error:
            raise _ERRORS[error.how](
                f"{request.method} {url.path}: {error.how}", request=request
            ) from None
        self._wait(request, answer.delay, options.get("timeout"))
        response = requests.Response()
        response.status_code, response.request = answer.code, request
        response.headers = CaseInsensitiveDict(answer.headers)
        response.url, response.connection = request.url or "", self
        response.encoding = "utf-8"
        response._content = answer.body
        response.raw = io.BytesIO(answer.body)
        return response

    def _wait(self, request: requests.PreparedRequest, delay: float, timeout: Any) -> None:
        """Let a slow answer take its time, or the client's patience end before it."""
        patience = timeout[1] if isinstance(timeout, tuple) else timeout
        if delay and patience is not None and patience < delay:
            self.service.wait(patience)
            raise requests.exceptions.ReadTimeout(f"{request.url}: slow", request=request)
        if delay:
            self.service.wait(delay)

    def close(self) -> None:
        """Nothing is open."""
