"""A Google Sheet is named by its address as people copy it; each login asks for what it needs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sheetsync.config import parse_config
from sheetsync.config.google import google_place, sheet_link, spreadsheet_id
from sheetsync.errors import ConfigError
from sheetsync.worker.which_tracker import place_of

ID = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-abcd"
HEAD = f"version: 1\ntracker: {{kind: google, id: {ID}, timezone: UTC}}\n"
EXCEL = "version: 1\ntracker: {path: t.xlsx, timezone: UTC}\n"


def problem_of(text):
    with pytest.raises(ConfigError) as caught:
        parse_config(text)
    [problem] = caught.value.problems
    return str(problem)


@pytest.mark.parametrize(
    "text",
    [
        ID,
        f"  {ID} ",
        f"https://docs.google.com/spreadsheets/d/{ID}/edit#gid=0",
        f"https://docs.google.com/spreadsheets/d/{ID}",
        f"https://docs.google.com/spreadsheets/u/1/d/{ID}/edit?usp=sharing",
        f"https://docs.google.com/a/example.org/spreadsheets/d/{ID}/edit",
        f"https://drive.google.com/open?id={ID}",
        f"http://127.0.0.1:8081/spreadsheets/d/{ID}/edit",
    ],
)
def test_a_sheet_is_named_by_its_id_or_by_any_address_of_it(text):
    assert spreadsheet_id(text) == ID


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Orders 2026", "is not the id of a Google Sheet; open the sheet in the browser and copy"),
        ("tracker.xlsx", "is not the id of a Google Sheet; open the sheet in the browser and copy"),
        (7, "the number 7 is not the id of a Google Sheet"),
        ("", "is not the id of a Google Sheet"),
        (f"https://docs.google.com/document/d/{ID}/edit", "is not the address of a Google Sheet;"),
        ("https://docs.google.com/spreadsheets/u/0/", "is not the address of a Google Sheet;"),
        ("https://docs.google.com/spreadsheets/d/e/2PACX-1vQ/pubhtml", "of a published copy"),
        (f"https://drive.google.com/file/d/{ID}/view", "choose File > Save as Google Sheets"),
    ],
)
def test_anything_else_is_refused_with_what_to_do(text, words):
    with pytest.raises(ValueError, match=r"Google Sheet|published copy") as caught:
        spreadsheet_id(text)
    assert words in str(caught.value)


def test_a_google_tracker_is_known_by_its_id():
    config = parse_config(HEAD + "google: {key_file: key.json}\n")
    assert config.tracker.name == config.tracker.spreadsheet == ID
    assert place_of(config) == google_place(ID) == f"google:{ID}"
    assert sheet_link(ID).endswith(f"/d/{ID}/edit")
    with pytest.raises(TypeError, match="has no workbook"):
        _ = config.tracker.workbook
    assert parse_config(EXCEL).tracker.name == "t.xlsx"
    with pytest.raises(TypeError, match="has no id"):
        _ = parse_config(EXCEL).tracker.spreadsheet


def test_the_defaults_keep_below_the_quota_of_google(tmp_path):
    google = parse_config(HEAD + "google: {key_file: key.json}\n", tmp_path / "config.yaml").google
    assert google.api_url == "https://sheets.googleapis.com"
    assert (google.reads_per_minute, google.writes_per_minute) == (50, 50)
    assert google.structure_every == timedelta(minutes=15)
    assert google.timeout == timedelta(seconds=190)
    assert google.key_file == tmp_path / "key.json"
    assert google.oauth_token == tmp_path / "google_token.json"
    assert not google.on_this_machine


SHEET = HEAD.partition("\n")[2]
BROKEN = [
    (
        "tracker: {kind: google, timezone: UTC}\ngoogle: {key_file: k.json}",
        "2:10: kind: google needs id, the address of the sheet; open the sheet in the browser",
    ),
    (
        f"tracker: {{id: {ID}, timezone: UTC}}",
        "2:15: an id is that of a Google Sheet; write kind: google",
    ),
    (SHEET, "1:1: login: service_account needs key_file, the JSON key of the service account;"),
    (
        SHEET + "google: {login: person}",
        "3:9: login: person needs oauth_client, the JSON file of the OAuth client; write",
    ),
    (
        SHEET + "google: {login: none}",
        "3:9: login: none is only for a Sheets server on this machine itself; write its address",
    ),
    (
        SHEET + "google: {login: adc, api_url: http://sheets.example.org}",
        '3:31: "http://sheets.example.org" is not the address of a Sheets server; it must begin',
    ),
    (
        SHEET + "google: {login: adc, api_url: 'https://a:b@x.org'}",
        "3:31: this address holds a login; write it without one, like https://sheets.example.org",
    ),
    (
        SHEET + "google: {login: adc, structure_every: 5s}",
        '3:39: "5s" is outside 1m to 24h; 10m to 15m is usual',
    ),
    (
        SHEET + "google: {login: adc, reads_per_minute: 900}",
        "3:40: the number 900 is too large; the most is 300",
    ),
]


@pytest.mark.parametrize(("lines", "words"), BROKEN)
def test_a_wrong_setting_is_told_with_its_place_and_what_to_do(lines, words):
    found = problem_of(f"version: 1\n{lines}\n")
    assert words.partition(": ")[2] in found
    assert found.startswith("config.yaml:")
    assert "a:b@" not in found


def test_a_server_on_this_machine_needs_no_login():
    text = HEAD + "google: {login: none, api_url: 'http://127.0.0.1:8081/'}\n"
    google = parse_config(text).google
    assert google.on_this_machine
    assert google.api_url == "http://127.0.0.1:8081"


def test_an_excel_tracker_asks_for_no_login():
    assert parse_config(EXCEL).google.key_file is None
    assert parse_config(EXCEL + "google: {login: person}\n").tracker.kind == "excel"
