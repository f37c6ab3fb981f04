"""Every refusal becomes one sentence that names the sheet or the account and the next step."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
import requests
from google.auth.exceptions import (
    DefaultCredentialsError,
    MutualTLSChannelError,
    RefreshError,
    TransportError,
)
from gspread.exceptions import APIError, SpreadsheetNotFound, WorksheetNotFound

from sheetsync.errors import TrackerBusy, TrackerError, TrackerRefused, UsageError
from sheetsync.trackers.google.about import About
from sheetsync.trackers.google.problems import told
from sheetsync.trackers.google.said import masked
from tests.support import google_errors as words
from tests.support.google_errors import answer, api_error, error_info, help_link
from tests.support.google_keys import ROBOT, private_key

ID = "1AbCdEfGhIjKlMnOpQrStUvWxYz"
ABOUT = About(
    spreadsheet_id=ID,
    client_email=ROBOT,
    tab="Orders",
    tabs_found=("Bestellungen", "KPI 2026-03"),
    now=datetime(2026, 3, 2, 14, 3),
    next_try=datetime(2026, 3, 2, 14, 5),
)
LINK = f"https://docs.google.com/spreadsheets/d/{ID}/edit"
ENABLE = "https://console.developers.google.com/apis/api/sheets.googleapis.com/overview?project=123456789012"
SCOPE = "https://www.googleapis.com/auth/spreadsheets"

REFUSED = {
    "not shared": (
        api_error(403, "PERMISSION_DENIED", words.NO_PERMISSION),
        [LINK, ROBOT, "press Share", "as Editor"],
    ),
    "API off": (
        api_error(
            403, "PERMISSION_DENIED", words.DISABLED,
            error_info("SERVICE_DISABLED", consumer="projects/123456789012"), help_link(ENABLE),
        ),
        ["API is switched off", ENABLE, "the Drive API is not needed"],
    ),
    "API off, without links": (
        api_error(403, "PERMISSION_DENIED", words.DISABLED,
                  error_info("SERVICE_DISABLED", consumer="projects/123456789012")),
        [ENABLE],
    ),
    "scope": (
        api_error(403, "PERMISSION_DENIED", words.SCOPES,
                  error_info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", method="google.apps.sheets.v4.Get")),
        [SCOPE, "is missing", ROBOT],
    ),
    "domain policy": (
        api_error(403, "PERMISSION_DENIED", words.POLICY),
        ["The rules of your Google domain", LINK, ROBOT, "shared drive"],
    ),
    "drive full": (
        api_error(403, "PERMISSION_DENIED", "The user's Drive storage quota has been exceeded."),
        ["Drive of", "Let a person make the sheet"],
    ),
    "another 403": (
        api_error(403, "FORBIDDEN", "Something new."), ["Something new.", LINK, ROBOT],
    ),
    "wrong id": (
        api_error(404, "NOT_FOUND", words.NOT_FOUND),
        [ID, "Check three things", "Excel file", ROBOT],
    ),
    "tab gone": (
        api_error(400, "INVALID_ARGUMENT", words.PARSE_RANGE),
        ['no tab "Orders"', "Bestellungen, KPI 2026-03", "tracker: tab"],
    ),
    "tab id gone": (
        api_error(400, "INVALID_ARGUMENT", "Invalid requests[0].updateCells: No grid with id: 7"),
        ['no tab "Orders"'],
    ),
    "xlsx": (
        api_error(400, "FAILED_PRECONDITION", words.OFFICE_FILE),
        [LINK, "Excel file", "File > Save as Google Sheets"],
    ),
    "protected": (
        api_error(400, "INVALID_ARGUMENT", words.PROTECTED),
        [LINK, "Protect sheets and ranges on the tab Orders", ROBOT],
    ),
    "ten million cells": (
        api_error(400, "INVALID_ARGUMENT", words.CELLS), ["10 million cells", LINK],
    ),
    "long text": (
        api_error(400, "INVALID_ARGUMENT", words.LONG_TEXT), ["50,000 characters"],
    ),
    "payload": (api_error(400, "INVALID_ARGUMENT", words.PAYLOAD), ["too large"]),
    "payload, as a page": (APIError(answer(413, "<title>Error 413</title>")), ["too large"]),
    "a fault of ours": (
        api_error(400, "INVALID_ARGUMENT", "Invalid requests[3].updateCells: rows missing"),
        ["requests[3]", "please report"],
    ),
    "token not accepted": (
        api_error(401, "UNAUTHENTICATED", words.UNAUTHENTICATED), [ROBOT, "sheetsync doctor"],
    ),
    "gspread's words for 403": (PermissionError(), [LINK, ROBOT]),
    "gspread's words for 404": (SpreadsheetNotFound(answer(404, "")), [ID]),
    "gspread's words for a tab": (WorksheetNotFound("Orders"), ["Bestellungen"]),
    "key deleted": (
        RefreshError("invalid_grant: Invalid JWT Signature.", {"error": "invalid_grant"}),
        [ROBOT, "no longer valid", "Make a new JSON key"],
    ),
    "account deleted": (
        RefreshError("invalid_grant: Invalid grant: account not found", {}),
        [ROBOT, "deleted or switched off", LINK],
    ),
    "clock": (
        RefreshError(
            "invalid_grant: Invalid JWT: Token must be a short-lived token (60 minutes) and in a "
            "reasonable timeframe. Check your iat and exp values in the JWT claim.", {}
        ),
        ["clock of this machine", "timedatectl"],
    ),
    "testing mode": (
        RefreshError("invalid_grant: Token has been expired or revoked.", {}),
        ["7 days", "Publish the consent screen", "service account", "sheetsync login"],
    ),
    "client deleted": (
        RefreshError("deleted_client: The OAuth client was deleted.", {}), ["OAuth client"],
    ),
    "scope of a token": (RefreshError("invalid_scope: Bad Request", {}), [SCOPE]),
    "log in again": (
        RefreshError("Reauthentication is needed. Please run `gcloud auth ...` to reauthenticate."),
        ["log in anew from time to time", "service account"],
    ),
    "another invalid_grant": (
        RefreshError("invalid_grant: Bad Request", {}), ["invalid_grant", "clock"],
    ),
    "another refusal": (RefreshError("something_new: odd", {}), ["something_new: odd", ROBOT]),
    "no login of the machine": (
        DefaultCredentialsError("not found"), ["gcloud auth application-default login"],
    ),
    "another fault of a login": (MutualTLSChannelError("no certificate"), ["no certificate"]),
}  # fmt: skip

BUSY = {
    "quota": (
        api_error(429, "RESOURCE_EXHAUSTED", words.QUOTA, error_info("RATE_LIMIT_EXCEEDED")),
        "only so many requests a minute",
    ),
    "quota as 403": (
        api_error(403, "PERMISSION_DENIED", "Rate Limit Exceeded", error_info("rateLimitExceeded")),
        "only so many requests a minute",
    ),
    "500": (api_error(500, "INTERNAL", "Internal error encountered."), "it answered 500"),
    "502 as a page": (APIError(answer(502, words.HTML)), "it answered 502"),
    "503": (api_error(503, "UNAVAILABLE", "The service is currently unavailable."), "answered 503"),
    "504": (api_error(504, "DEADLINE_EXCEEDED", "Deadline exceeded."), "it answered 504"),
    "409": (api_error(409, "ABORTED", "The operation was aborted."), "it answered 409"),
    "rows deleted meanwhile": (
        api_error(400, "INVALID_ARGUMENT",
                  "Invalid requests[0].updateCells: Range (Orders!A900:A900) exceeds grid limits."),
        "Rows were deleted",
    ),
    "a proxy": (APIError(answer(403, "<h1>Blocked</h1>")), "(403: Blocked)"),
    "another server": (APIError(answer(404, '{"detail": "no such page"}')), "google: api_url"),
    "no network": (requests.exceptions.ConnectionError("dns"), "cannot be reached"),
    "reset": (ConnectionResetError("reset"), "cannot be reached"),
    "time-out": (requests.exceptions.ReadTimeout("x"), "did not answer in time"),
    "connect time-out": (requests.exceptions.ConnectTimeout("x"), "did not answer in time"),
    "certificate": (requests.exceptions.SSLError("x"), "a certificate was not accepted"),
    "proxy": (requests.exceptions.ProxyError("x"), "HTTPS_PROXY"),
    "half an answer": (requests.exceptions.ChunkedEncodingError("x"), "broke off half-way"),
    "half a JSON": (
        requests.exceptions.JSONDecodeError("Expecting value", '{"valueRanges": [', 17),
        "broke off half-way",
    ),
    "odd": (requests.exceptions.TooManyRedirects("thirty"), "TooManyRedirects: thirty"),
    "login server away": (TransportError(requests.exceptions.ConnectionError("x")),
                          "login server of Google cannot be reached"),
    "login server ill": (RefreshError("internal_failure: x", {}, retryable=True),
                         "login server of Google is out of order"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_person_must_mend_is_refused_with_the_next_step(name):
    error, expected = REFUSED[name]
    found = told(error, ABOUT)
    assert type(found) is TrackerRefused
    assert [part for part in expected if part not in str(found)] == []
    assert str(found).endswith(".")


@pytest.mark.parametrize("name", BUSY)
def test_what_passes_by_itself_is_busy_and_names_the_next_try(name):
    error, expected = BUSY[name]
    found = told(error, ABOUT)
    assert type(found) is TrackerBusy
    assert expected in str(found)
    assert str(found).endswith("The next try is at 14:05.")


@pytest.mark.parametrize("name", [*REFUSED, *BUSY])
def test_every_sentence_stands_on_one_line_without_markup_or_codes_of_python(name):
    error, _ = {**REFUSED, **BUSY}[name]
    for about in (ABOUT, About(spreadsheet_id=ID)):
        text = str(told(error, about))
        assert "\n" not in text
        assert not [sign for sign in ("<", "{", "None", "APIError", "()") if sign in text]


def test_a_command_that_a_person_typed_is_to_be_run_again():
    busy = told(requests.exceptions.ConnectionError("x"), About(spreadsheet_id=ID))
    assert str(busy).endswith("Run the command again in a minute.")
    assert "the account that sheetsync logs in with" in str(
        told(PermissionError(), About(spreadsheet_id=ID))
    )


def test_a_next_try_on_another_day_is_told_with_its_day():
    late = About(
        spreadsheet_id=ID, now=datetime(2026, 3, 2, 23, 59), next_try=datetime(2026, 3, 3, 0, 9)
    )
    assert late.later == "The next try is at 2026-03-03 00:09."


def test_a_next_try_that_is_due_already_is_told_as_such():
    moment = datetime(2026, 3, 2, 14, 5)
    due = About(spreadsheet_id=ID, now=moment, next_try=moment)
    assert due.later == "It is tried again at once."


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(minutes=7), "it is 7 minutes ahead of Google's"),
        (timedelta(minutes=-1), "it is 1 minute behind Google's"),
        (timedelta(seconds=20), "it may be minutes or hours wrong"),
    ],
)
def test_a_wrong_clock_is_told_by_how_much(ahead, said):
    about = About(spreadsheet_id=ID, clock_ahead=ahead)
    assert said in str(told(REFUSED["clock"][0], about))


def test_no_secret_is_ever_shown():
    secrets = [
        private_key(), "ya29.A0ARrdaM-secret", "1//0gSecretRefresh", "GOCSPX-abcdef",
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln", "AIzaSyD-secret", "Bearer abcdef",
        "refresh_token=abcdef&client_secret=ghijkl&assertion=xyz",
    ]  # fmt: skip
    for secret in secrets:
        for error in (
            RefreshError(f"odd: {secret}", {"x": secret}),
            api_error(400, "INVALID_ARGUMENT", f"odd {secret}"),
            api_error(403, "FORBIDDEN", f"odd {secret}"),
            requests.exceptions.TooManyRedirects(secret),
            DefaultCredentialsError(secret),
        ):
            text = str(told(error, ABOUT))
            for part in ("BEGIN", "secret", "Secret", "abcdef", "ghijkl", "xyz", "eyJ", "c2ln"):
                assert part not in text, (secret, text)


def test_a_long_text_of_somebody_else_is_cut():
    assert masked("word " * 200).endswith("…")
    assert len(masked("word " * 200)) == 200
    assert masked(words.HTML).startswith("Error 502 (Server Error)!!1 502.")


def test_an_error_of_ours_stays_itself_and_a_bug_stays_a_bug():
    ours = TrackerBusy("x")
    assert told(ours, ABOUT) is ours
    assert told(UsageError("y"), ABOUT).exit_code == 2
    with pytest.raises(KeyError):
        told(KeyError("valueRanges"), ABOUT)
    with pytest.raises(json.JSONDecodeError):
        told(json.JSONDecodeError("x", "", 0), ABOUT)


def test_waiting_and_mending_end_a_command_differently():
    assert TrackerBusy("x").exit_code == 75
    assert TrackerRefused("x").exit_code == 1
    assert issubclass(TrackerBusy, TrackerError)
