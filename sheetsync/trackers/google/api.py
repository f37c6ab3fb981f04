"""The few calls that a tracker makes: cells, structure, one atomic batch. Errors are told in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import requests
from google.auth.credentials import AnonymousCredentials, Credentials
from google.auth.exceptions import GoogleAuthError
from gspread.exceptions import APIError
from gspread.urls import (
    SPREADSHEET_BATCH_UPDATE_URL,
    SPREADSHEET_URL,
    SPREADSHEET_VALUES_BATCH_URL,
)

from sheetsync.domain.moments import scalar_to_local
from sheetsync.errors import SheetsyncError, TrackerBusy
from sheetsync.trackers.google.about import About
from sheetsync.trackers.google.buckets import Bucket
from sheetsync.trackers.google.client import RETRIED, PatientClient
from sheetsync.trackers.google.login import client_email
from sheetsync.trackers.google.problems import told
from sheetsync.trackers.google.structure import STRUCTURE_FIELDS, Json, Structure

REPLY_FIELDS: Final = (
    "replies,updatedSpreadsheet.sheets(properties.sheetId,"
    "data(startRow,startColumn,rowData.values(userEnteredValue,effectiveValue)))"
)
_TROUBLE: Final = (APIError, requests.exceptions.RequestException, GoogleAuthError, OSError)


def _never() -> None:
    """Nobody tries again by himself."""


class AnswerLost(Exception):
    """A write was sent and not answered: whether it was carried out is to be asked of the sheet."""

    def __init__(self, problem: SheetsyncError) -> None:
        self.problem = problem
        super().__init__(str(problem))


class QuotaUsedUp(Exception):
    """A write was turned away by the quota: nothing was done, but what was read is stale by now."""

    def __init__(self, problem: SheetsyncError) -> None:
        self.problem = problem
        super().__init__(str(problem))


class SheetsApi:
    """One spreadsheet at Google (or at `api_url`).

    `clock` tells aware UTC, `wait` sleeps, `dice` gives 0 to 1. `timeout` is that of one request and
    `deadline` that of a read with all its retries, both in seconds. `session` replaces the one that
    logs in with `credentials` (tests serve it without a socket). `next_try` tells when a running worker
    will look again, None where nobody does; errors say so in the time of `timezone`.
    """

    def __init__(
        self,
        spreadsheet_id: str,
        credentials: Credentials,
        *,
        clock: Callable[[], datetime],
        wait: Callable[[float], None],
        dice: Callable[[], float],
        api_url: str = "",
        timeout: float = 190.0,
        deadline: float = 120.0,
        reads_per_minute: int = 50,
        writes_per_minute: int = 50,
        session: requests.Session | None = None,
        timezone: str = "UTC",
        next_try: Callable[[], datetime | None] = _never,
        tab: str = "",
    ) -> None:
        self.spreadsheet_id, self._tab = spreadsheet_id, tab
        self._email = client_email(credentials)
        self.clock, self._timezone, self._next_try = clock, timezone, next_try
        self.client = PatientClient(
            credentials if session is None else AnonymousCredentials(),  # type: ignore[no-untyped-call]
            session,
            api_url=api_url,
            timeout=timeout,
            reads=Bucket(reads_per_minute, clock, wait),
            writes=Bucket(writes_per_minute, clock, wait),
            clock=clock,
            wait=wait,
            dice=dice,
            deadline=deadline,
        )

    @property
    def about(self) -> About:
        """What sentences say of the sheet, the account, and the time, as they are at this moment."""
        ahead, next_try = self.client.clock_ahead, self._next_try()
        return About(
            spreadsheet_id=self.spreadsheet_id,
            client_email=self._email,
            tab=self._tab,
            now=scalar_to_local(self.clock(), self._timezone),
            next_try=None if next_try is None else scalar_to_local(next_try, self._timezone),
            clock_ahead=None if ahead is None else timedelta(seconds=ahead),
        )

    def values(self, ranges: Sequence[str], *, formulas: bool = False) -> bytes:
        """The answer of one `values:batchGet`: dates as serials, formulas as texts where asked for.

        Raises TrackerBusy, TrackerRefused.
        """
        params = {
            "ranges": list(ranges),
            "valueRenderOption": "FORMULA" if formulas else "UNFORMATTED_VALUE",
            "dateTimeRenderOption": "SERIAL_NUMBER",
            "prettyPrint": "false",
        }
        return self._get(SPREADSHEET_VALUES_BATCH_URL % self.spreadsheet_id, params)

    def structure(self) -> Structure:
        """Everything but the cells. Raises TrackerBusy, TrackerRefused."""
        params = {"fields": STRUCTURE_FIELDS, "prettyPrint": "false"}
        body = self._get(SPREADSHEET_URL % self.spreadsheet_id, params)
        return Structure.of(self.decoded(body))

    def look(self, fields: str, ranges: Sequence[str]) -> Json:
        """`spreadsheets.get` with a mask; raises TrackerBusy, TrackerRefused."""
        params = {"fields": fields, "ranges": list(ranges), "prettyPrint": "false"}
        return self.decoded(self._get(SPREADSHEET_URL % self.spreadsheet_id, params))

    def prepare_write(self) -> None:
        """Whatever takes time before a write: login and quota. Raises TrackerBusy, TrackerRefused."""
        try:
            self.client.prepare_write()
        except _TROUBLE as error:
            raise self.words(error) from error

    def batch(
        self,
        requests_: Sequence[Json],
        *,
        answer_ranges: Sequence[str] = (),
        fields: str = REPLY_FIELDS,
    ) -> Json:
        """Carry out all requests or none, once, and give the answer: `answer_ranges` as they stand after it.

        Raises AnswerLost where nobody knows whether it was carried out, QuotaUsedUp where it was not
        for want of quota, else TrackerBusy or TrackerRefused (it was not).
        """
        body: dict[str, Any] = {"requests": list(requests_)}
        params = {"fields": fields, "prettyPrint": "false"}
        if answer_ranges:
            body |= {
                "includeSpreadsheetInResponse": True,
                "responseIncludeGridData": True,
                "responseRanges": list(answer_ranges),
            }
        else:
            params["fields"] = "replies"
        url = SPREADSHEET_BATCH_UPDATE_URL % self.spreadsheet_id
        try:
            answer = self.client.request("post", url, params=params, json=body)
        except APIError as error:
            status = error.response.status_code
            if status == 429:
                self.client.writes.pause(_PAUSE_AFTER_429)
                raise QuotaUsedUp(self.words(error)) from error
            if status in RETRIED:
                raise AnswerLost(self.words(error)) from error
            raise self.words(error) from error
        except GoogleAuthError as error:
            raise self.words(error) from error
        except _TROUBLE as error:
            raise AnswerLost(self.words(error)) from error
        try:
            return self.decoded(answer.content)
        except TrackerBusy as problem:
            raise AnswerLost(problem) from problem

    def decoded(self, body: bytes) -> Json:
        """An answer as JSON; raises TrackerBusy where it is cut off or is none."""
        try:
            answer = json.loads(body)
        except ValueError as error:
            raise TrackerBusy(
                f"Google's answer arrived incomplete or garbled. {self.about.later}"
            ) from error
        if not isinstance(answer, dict):
            raise TrackerBusy(f"Google's answer was not understood. {self.about.later}")
        return answer

    def words(self, error: Exception) -> SheetsyncError:
        """The error in a sentence for a person."""
        return told(error, self.about)

    def _get(self, url: str, params: dict[str, Any]) -> bytes:
        try:
            return self.client.request("get", url, params=params).content
        except _TROUBLE as error:
            raise self.words(error) from error


_PAUSE_AFTER_429: Final = 2.0
