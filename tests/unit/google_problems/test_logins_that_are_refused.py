"""Refused logins over real HTTP: a login server says no in Google's words, and a person can act on ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sheetsync.config.google import GoogleConfig
from sheetsync.errors import TrackerBusy, TrackerRefused
from sheetsync.trackers.google.api import SheetsApi
from sheetsync.trackers.google.login import credentials_for
from tests.support.google_keys import ROBOT, person_info, service_account_info, written
from tests.support.login_server import TOKEN, login_server

ID = "1AbCdEfGhIjKlMnOpQrStUvWxYz"
NOWHERE = "http://127.0.0.1:9"

REFUSALS = [
    ("Invalid JWT Signature.", "The key of " + ROBOT + " is no longer valid"),
    ("Invalid grant: account not found", "was deleted or switched off"),
    (("Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check "
     "your iat and exp values in the JWT claim."), "it is 90 minutes ahead of Google's"),
    ("Token has been expired or revoked.", "Publish the consent screen"),
    ("Bad Request", "(invalid_grant)"),
]  # fmt: skip


def api_of(settings, clock_ahead=None):
    api = SheetsApi(
        ID, credentials_for(settings), clock=lambda: datetime.now(tz=UTC), wait=lambda _s: None,
        dice=lambda: 1.0, api_url=NOWHERE, timeout=5.0, deadline=0.0,
    )  # fmt: skip
    api.client.clock_ahead = clock_ahead
    return api


def robot(folder, uri, **more):
    written(folder / "key.json", service_account_info(uri))
    settings = GoogleConfig.model_validate({"key_file": "key.json"}, context={"folder": folder})
    return api_of(settings, **more)


def person(folder, uri):
    written(folder / "google_token.json", person_info(token_uri=uri))
    settings = {"login": "person", "oauth_client": "client.json"}
    return api_of(GoogleConfig.model_validate(settings, context={"folder": folder}))


@pytest.mark.parametrize(("description", "words"), REFUSALS)
def test_a_refused_key_is_told_by_its_cause(tmp_path, description, words):
    ahead = timedelta(minutes=90).total_seconds()
    with (
        login_server(error="invalid_grant", error_description=description) as (uri, asked),
        pytest.raises(TrackerRefused) as caught,
    ):
        robot(tmp_path, uri, clock_ahead=ahead).structure()
    assert words in str(caught.value)
    assert "assertion=" in asked[0]
    assert "ya29" not in str(caught.value)


def test_a_person_in_testing_mode_is_told_why_it_ended(tmp_path):
    with (
        login_server(
            error="invalid_grant", error_description="Token has been expired or revoked."
        ) as (
            uri,
            asked,
        ),
        pytest.raises(TrackerRefused, match="Google ends the login after 7 days"),
    ):
        person(tmp_path, uri).structure()
    assert "refresh_token" in asked[0]


@pytest.mark.parametrize("error", ["deleted_client", "unauthorized_client", "invalid_client"])
def test_an_oauth_client_that_is_gone_is_told(tmp_path, error):
    with (
        login_server(error=error, error_description="x", status=401) as (uri, _),
        pytest.raises(TrackerRefused, match="does not know the OAuth client any more"),
    ):
        person(tmp_path, uri).structure()


def test_a_login_server_that_is_away_or_ill_is_tried_again(tmp_path):
    with login_server() as (uri, _):
        pass
    with pytest.raises(TrackerBusy, match="login server of Google cannot be reached"):
        robot(tmp_path, uri).structure()


def test_with_a_token_the_next_stop_is_the_sheet(tmp_path):
    with (
        login_server(**TOKEN) as (uri, _),
        pytest.raises(TrackerBusy, match="Google cannot be reached"),
    ):
        robot(tmp_path, uri).structure()
