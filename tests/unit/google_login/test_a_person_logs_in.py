"""A person allows it once in the browser; what is kept is a token that only its owner may read."""

from __future__ import annotations

import threading
import urllib.request
import webbrowser
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from sheetsync.cli.main import run
from sheetsync.config.google import GoogleConfig
from sheetsync.errors import TrackerBusy, TrackerRefused
from sheetsync.trackers.google.login import SCOPE, credentials_for
from sheetsync.trackers.google.person_login import log_in
from tests.support.google_keys import client_info, written
from tests.support.login_server import TOKEN, login_server


class Person:
    """A browser with a person in front of it, who answers the page of Google with `answers`."""

    def __init__(self, **answers):
        self.answers, self.asked = answers, {}

    def open(self, url, **_more):
        self.asked = {key: value[0] for key, value in parse_qs(urlsplit(url).query).items()}
        back = urlencode({"state": self.asked["state"], **self.answers})
        page = f"{self.asked['redirect_uri']}?{back}"
        threading.Thread(target=lambda: urllib.request.urlopen(page).read()).start()
        return True


@pytest.fixture
def browser(monkeypatch):
    """Makes a person's browser known to the machine; gives its name."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # the login server is one of this test

    def known(person):
        webbrowser.register("test-browser", None, person)
        return "test-browser"

    return known


def token(**more):
    return {**TOKEN, "refresh_token": "1//kept", "scope": SCOPE, **more}


def test_the_login_is_kept_for_its_owner_only_and_is_taken_up(tmp_path, browser, capsys):
    person = Person(code="4/abc")
    with login_server(**token()) as (uri, asked):
        client = written(tmp_path / "client.json", client_info(token_uri=uri))
        log_in(client, tmp_path / "token.json", browser=browser(person))
    assert person.asked["scope"] == SCOPE
    assert person.asked["access_type"] == "offline"
    assert "code=4%2Fabc" in asked[0]
    kept = tmp_path / "token.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "ya29" not in kept.read_text()
    settings = {"login": "person", "oauth_client": "client.json", "oauth_token": "token.json"}
    google = GoogleConfig.model_validate(settings, context={"folder": tmp_path})
    assert credentials_for(google).refresh_token == "1//kept"
    assert "Open this page in a browser" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("page", "answer", "words"),
    [
        ({"error": "access_denied"}, token(), "It was not allowed in the browser"),
        ({"code": "4/abc"}, {"error": "invalid_client"}, r"Google says: \(invalid_client\)"),
        (
            {"code": "4/abc"},
            token(scope="https://www.googleapis.com/auth/drive"),
            "Scope has changed",
        ),
        ({"code": "4/abc"}, token(refresh_token=""), "ends within the hour"),
    ],
)
def test_a_login_that_fails_keeps_nothing(tmp_path, browser, page, answer, words):
    with login_server(**answer) as (uri, _):
        client = written(tmp_path / "client.json", client_info(token_uri=uri))
        with pytest.raises(TrackerRefused, match=words):
            log_in(client, tmp_path / "token.json", browser=browser(Person(**page)))
    assert not (tmp_path / "token.json").exists()


def test_a_login_server_that_is_away_is_told(tmp_path, browser):
    with login_server() as (uri, _):
        pass
    client = written(tmp_path / "client.json", client_info(token_uri=uri))
    with pytest.raises(TrackerBusy, match="cannot be reached"):
        log_in(client, tmp_path / "token.json", browser=browser(Person(code="4/abc")))


def test_nobody_at_the_browser_is_told_after_a_while(tmp_path):
    client = written(tmp_path / "client.json", client_info())
    with pytest.raises(TrackerRefused, match="Nobody allowed it"):
        log_in(client, tmp_path / "token.json", patience=1, browser="no-such-browser")


def test_a_place_that_cannot_be_written_is_told(tmp_path, browser):
    with login_server(**token()) as (uri, _):
        client = written(tmp_path / "client.json", client_info(token_uri=uri))
        with pytest.raises(TrackerRefused, match="cannot be kept"):
            log_in(client, tmp_path / "no" / "t.json", browser=browser(Person(code="4/abc")))


def test_the_verb_says_when_nobody_has_to_log_in(tmp_path, capsys):
    config = tmp_path / "config.yaml"
    config.write_text("version: 1\ntracker: {path: t.xlsx, timezone: UTC}\n")
    assert run(["login", "--config", str(config)]) == 2
    assert "write login: person" in " ".join(capsys.readouterr().err.split())
