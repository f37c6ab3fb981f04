"""Every login asks for spreadsheets only, and every faulty file is one sentence without a secret."""

from __future__ import annotations

import os

import pytest

from sheetsync.config.google import GoogleConfig
from sheetsync.errors import TrackerRefused
from sheetsync.trackers.google.key_files import (
    oauth_client,
    open_to_others,
    person_token,
    service_account_key,
)
from sheetsync.trackers.google.login import SCOPE, client_email, credentials_for
from tests.support.google_keys import (
    ROBOT,
    client_info,
    person_info,
    private_key,
    service_account_info,
    written,
)


def settings(folder, **more):
    return GoogleConfig.model_validate(more, context={"folder": folder})


def without(info, *names):
    return {key: value for key, value in info.items() if key not in names}


def test_a_service_account_asks_for_spreadsheets_and_nothing_else(tmp_path):
    written(tmp_path / "key.json", service_account_info())
    found = credentials_for(settings(tmp_path, key_file="key.json"))
    assert found.scopes == [SCOPE]
    assert client_email(found) == ROBOT


def test_a_key_file_may_name_another_token_server_on_this_machine(tmp_path):
    written(tmp_path / "key.json", service_account_info("http://127.0.0.1:9/token"))
    found = credentials_for(settings(tmp_path, key_file="key.json"))
    assert found._token_uri == "http://127.0.0.1:9/token"


def test_a_stored_login_of_a_person_is_taken_up(tmp_path):
    written(tmp_path / "google_token.json", person_info(account="lerato@example.org"))
    found = credentials_for(settings(tmp_path, login="person", oauth_client="client.json"))
    assert found.refresh_token == "1//refresh-of-a-person"
    assert found.scopes == [SCOPE]
    assert client_email(found) == "lerato@example.org"


def test_a_server_on_this_machine_gets_no_login(tmp_path):
    found = credentials_for(settings(tmp_path, login="none", api_url="http://127.0.0.1:8081"))
    assert found.token is None
    assert client_email(found) == ""


def test_the_login_of_the_machine_is_found_or_told_how_to_make(tmp_path, monkeypatch):
    place = written(tmp_path / "key.json", service_account_info())
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(place))
    assert client_email(credentials_for(settings(tmp_path, login="adc"))) == ROBOT
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    with pytest.raises(TrackerRefused, match=r"gcloud auth application-default login --scopes="):
        credentials_for(settings(tmp_path, login="adc"))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, r"^Login: service_account needs key_file"),
        ({"login": "person"}, r"^Login: person needs oauth_client"),
        ({"login": "none"}, r"^Login: none is only for a Sheets server on this machine"),
    ],
)
def test_a_login_that_lacks_a_setting_is_refused(tmp_path, more, words):
    with pytest.raises(TrackerRefused, match=words):
        credentials_for(settings(tmp_path, **more))


WRONG_KEYS = [
    ("no json, but SECRET", "is not a JSON file, or was cut off (line 1)"),
    ('["SECRET"]', "holds JSON, but not a key"),
    (client_info(), "is the file of an OAuth client, not the key of a service account"),
    ({"web": {}}, "is the file of an OAuth client, not the key of a service account"),
    (person_info(type="authorized_user"), "holds the login of a person"),
    ({"type": "external_account"}, "is for workload identity"),
    ({"type": "SECRET"}, 'its "type" should be service_account'),
    (without(service_account_info(), "client_email"), "lacks client_email. Make a JSON key anew"),
    (without(service_account_info(), "private_key", "token_uri"), "lacks private_key, token_uri."),
    (service_account_info(private_key=7), "lacks private_key."),
    (service_account_info("http://token.example.org"), "does not begin with https://"),
]


@pytest.mark.parametrize(("info", "words"), WRONG_KEYS, ids=[words for _, words in WRONG_KEYS])
def test_a_wrong_key_file_is_told_in_one_sentence_without_its_secrets(tmp_path, info, words):
    place = written(tmp_path / "key.json", info)
    with pytest.raises(TrackerRefused) as caught:
        service_account_key(place)
    said = str(caught.value)
    assert words in said
    assert str(place) in said
    for secret in ("SECRET", "PRIVATE", "1//", "client-secret"):
        assert secret not in said


def test_a_private_key_that_was_cut_off_is_told_without_it(tmp_path):
    key = private_key()[:200]
    written(tmp_path / "key.json", service_account_info(private_key=key))
    with pytest.raises(TrackerRefused, match="looks cut off") as caught:
        credentials_for(settings(tmp_path, key_file="key.json"))
    assert key[60:80] not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_key_file_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(TrackerRefused, match="There is no key file"):
        service_account_key(tmp_path / "none.json")
    with pytest.raises(TrackerRefused, match="is a folder"):
        service_account_key(tmp_path)
    p12 = tmp_path / "key.p12"
    p12.write_bytes(b"\x30\x82\xff\xfe\x00")
    with pytest.raises(TrackerRefused, match=r"a P12 key\?"):
        service_account_key(p12)
    long = tmp_path / ("k" * 300)
    with pytest.raises(TrackerRefused, match="cannot be read"):
        service_account_key(long)


@pytest.mark.skipif(
    os.geteuid() == 0, reason="the administrator of the machine may read every file"
)
def test_a_key_file_of_somebody_else_is_told(tmp_path):
    place = written(tmp_path / "key.json", service_account_info())
    place.chmod(0)
    with pytest.raises(TrackerRefused, match="Give the account that runs sheetsync"):
        service_account_key(place)


@pytest.mark.parametrize(
    ("mode", "open_"), [(0o600, False), (0o640, False), (0o644, True), (0o660, True)]
)
def test_a_key_file_that_others_may_read_is_noticed(tmp_path, mode, open_):
    place = written(tmp_path / "key.json", "{}")
    place.chmod(mode)
    assert bool(open_to_others(place)) == open_
    assert not open_ or f"chmod 600 {place}" in open_to_others(place)


WRONG_TOKENS = [
    (without(person_info(), "refresh_token"), "lacks refresh_token. Log in anew"),
    (person_info(token_uri="http://token.example.org"), "does not begin with https://"),
]


@pytest.mark.parametrize(("info", "words"), WRONG_TOKENS)
def test_a_wrong_stored_login_is_told(tmp_path, info, words):
    with pytest.raises(TrackerRefused) as caught:
        person_token(written(tmp_path / "token.json", info))
    assert words in str(caught.value)
    assert "1//" not in str(caught.value)


def test_nobody_has_logged_in_yet(tmp_path):
    with pytest.raises(TrackerRefused, match="Run sheetsync login once"):
        credentials_for(settings(tmp_path, login="person", oauth_client="client.json"))


def test_a_login_for_other_things_names_the_missing_scope(tmp_path):
    for scopes in (["https://www.googleapis.com/auth/drive"], "openid email"):
        written(tmp_path / "google_token.json", person_info(scopes=scopes))
        with pytest.raises(TrackerRefused, match=f"the scope {SCOPE} is missing"):
            credentials_for(settings(tmp_path, login="person", oauth_client="client.json"))


def test_the_file_of_an_oauth_client_is_told_from_others(tmp_path):
    assert "installed" in oauth_client(written(tmp_path / "good.json", client_info()))
    wrong = [
        (
            service_account_info(),
            "is the key of a service account, not the file of an OAuth client",
        ),
        ({"web": {}}, "of the type Desktop app"),
        ({"installed": {"client_id": "1"}}, "lacks client_secret, auth_uri, token_uri."),
    ]
    for info, words in wrong:
        with pytest.raises(TrackerRefused, match=words):
            oauth_client(written(tmp_path / "client.json", info))
