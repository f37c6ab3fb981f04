"""gspread's HTTP client with what it lacks: another base address, a time-out, quota, and a bounded retry.

Only reads are ever repeated. A write that was not answered may have been carried out; whether it was is
asked of the sheet, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import requests
from google.auth.credentials import Credentials
from google.auth.transport.requests import Request as AuthRequest
from gspread.exceptions import APIError
from gspread.http_client import HTTPClient

from sheetsync.trackers.google.buckets import Bucket

TRIES: Final = 6
LONGEST_WAIT: Final = 64.0
RETRIED: Final = frozenset({408, 429, 500, 502, 503, 504})
_GOOGLE: Final = ("https://sheets.googleapis.com", "https://www.googleapis.com")
_NETWORK: Final = (
    requests.exceptions.ConnectionError,
    requests.exceptions.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)


class PatientClient(HTTPClient):
    """Sends requests for one account. `dice` gives a number from 0 to 1, `deadline` is in seconds."""

    def __init__(
        self,
        auth: Credentials,
        session: requests.Session | None = None,
        *,
        api_url: str,
        timeout: float,
        reads: Bucket,
        writes: Bucket,
        clock: Callable[[], datetime],
        wait: Callable[[float], None],
        dice: Callable[[], float],
        deadline: float,
    ) -> None:
        super().__init__(auth, session)
        self.auth = auth
        self.set_timeout((min(10.0, timeout), timeout))
        self.reads, self.writes = reads, writes
        self._api_url = api_url.rstrip("/")
        self._clock, self._wait, self._dice = clock, wait, dice
        self._deadline = deadline
        self.sent = 0
        """Requests that left, retries included."""
        self.clock_ahead: float | None = None
        """Seconds by which our clock is ahead of Google's, by the last answer."""

    @property
    def at_google(self) -> bool:
        """Whether requests go to Google itself, not to a server to try things out on."""
        return not self._api_url

    def request(  # noqa: PLR0917 - gspread's own signature
        self,
        method: str,
        endpoint: str,
        params: Any = None,
        data: bytes | None = None,
        json: Any = None,
        files: Any = None,
        headers: MutableMapping[str, str] | None = None,
    ) -> requests.Response:
        """Send one request; a read is repeated while that helps. Raises what gspread raises."""
        url = self._address(endpoint)
        reading = method.lower() == "get"
        bucket = self.reads if reading else self.writes
        waited = 0.0
        for attempt in range(TRIES if reading else 1):
            waited += bucket.take()
            try:
                answer = self._once(method, url, params, data, json, files, headers)
            except APIError as error:
                pause = self._pause(error.response, attempt, waited, bucket)
                if pause is None or not reading or attempt == TRIES - 1:
                    raise
            except _NETWORK:
                pause = self._back_off(attempt)
                if not reading or attempt == TRIES - 1 or waited + pause > self._deadline:
                    raise
            else:
                return answer
            self._wait(pause)
            waited += pause
        raise AssertionError("the last attempt returns or raises")

    def prepare_write(self) -> None:
        """Do all that might take time before a write now: a fresh login, room in the quota."""
        if self.auth is not None and not self.auth.valid and hasattr(self.auth, "refresh"):
            self.auth.refresh(AuthRequest(self.session))  # type: ignore[no-untyped-call]
        seconds = self.writes.ready_in(self._clock())
        if seconds > 0:
            self._wait(seconds)

    def _once(  # noqa: PLR0917 - as gspread passes them on
        self, method: str, url: str, params: Any, data: Any, json: Any, files: Any, headers: Any
    ) -> requests.Response:
        self.sent += 1
        answer = self.session.request(
            method, url, params=params, data=data, json=json, files=files, headers=headers,
            timeout=self.timeout, allow_redirects=False,
        )  # fmt: skip
        self._note_clock(answer)
        if not answer.ok or answer.is_redirect:
            raise APIError(answer)
        return answer

    def _pause(
        self, answer: requests.Response, attempt: int, waited: float, bucket: Bucket
    ) -> float | None:
        """How long to wait before asking again; None where asking again does not help or is too late."""
        if answer.status_code not in RETRIED:
            return None
        told = _retry_after(answer, self._clock())
        pause = max(self._back_off(attempt), told)
        if answer.status_code == 429:
            bucket.pause(pause)
        return pause if waited + pause <= self._deadline else None

    def _back_off(self, attempt: int) -> float:
        """Full jitter below a doubling ceiling."""
        return self._dice() * min(LONGEST_WAIT, 2.0**attempt)

    def _address(self, endpoint: str) -> str:
        if self._api_url:
            for host in _GOOGLE:
                if endpoint.startswith(host):
                    return self._api_url + endpoint.removeprefix(host)
        return endpoint

    def _note_clock(self, answer: requests.Response) -> None:
        try:
            theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
        except (TypeError, ValueError):
            return
        self.clock_ahead = (self._clock() - theirs.astimezone(UTC)).total_seconds()


def _retry_after(answer: requests.Response, now: datetime) -> float:
    """Seconds that the answer asks to wait, 0 where it does not say."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (TypeError, ValueError):
        return 0.0
