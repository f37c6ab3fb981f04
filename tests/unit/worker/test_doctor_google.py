"""The doctor looks a Google Sheet over, over real HTTP: what is wrong is told with the next step."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from sheetsync.worker.doctor import look_over
from tests.support import google_errors as words
from tests.support.google_errors import body, error_info
from tests.support.google_keys import ROBOT, service_account_info, written
from tests.support.login_server import TOKEN, login_server
from tests.support.sheets_stand_in import StandIn, standing_in
from tests.support.shop_desk import HEADINGS

ID = "1AbCdEfGhIjKlMnOpQrStUvWxYz"
ROW = ["A-1", 46000.5, "Thandi", "MUG-01 x2"]


def shop(**more):
    sheet = {"properties": {"sheetId": 0, "title": "Orders"}, **more.pop("sheet", {})}
    structure = {
        "spreadsheetId": ID,
        "properties": {"title": "Shop", "timeZone": more.pop("zone", "Africa/Johannesburg"),
                       "locale": "en_ZA"},
        "sheets": [sheet],
        **more.pop("structure", {}),
    }  # fmt: skip
    return StandIn(structure, values=more.pop("values", [list(HEADINGS), ROW]), **more)


def look(folder, desk, *, login="login: none", ahead=timedelta()):
    """(level, topic, all words) of what is said about a sheet served by `desk`."""
    config = folder / "config.yaml"
    with standing_in(desk):
        config.write_text(
            f"version: 1\ntracker: {{kind: google, id: {ID}, timezone: Africa/Johannesburg}}\n"
            f"google: {{{login}, api_url: '{desk.url}', timeout: 5s}}\n"
        )
        now = datetime.now(tz=UTC).replace(microsecond=0) + ahead
        found = list(look_over(config, now=now, environment={}, wait=lambda _seconds: None))
    return [(d.level, d.topic, f"{d.sentence} {d.next_step}") for d in found]


def about(found, text):
    """The level of the one diagnosis that says `text`."""
    [level] = [level for level, _, said in found if text in said]
    return level


def test_a_good_sheet_has_nothing_bad_and_no_cell_is_written(tmp_path):
    desk = shop()
    found = look(tmp_path, desk)
    assert [line for line in found if line[0] == "bad"] == []
    for text in (
        "agrees with that of Google", '"Shop"', "The tab Orders is there", "The header is row 1",
        "No protected range", "The sheet may be written", "Google allows an account 60 of each",
        "the folder of state and backups) may be written",
    ):  # fmt: skip
        assert about(found, text) == "ok"
    batches = [asked["requests"] for kind, asked in desk.asked if kind == "batch"]
    assert [list(one) for one in batches[0]] == [
        ["createDeveloperMetadata"], ["deleteDeveloperMetadata"],
    ]  # fmt: skip
    assert len(batches) == 1


def test_a_mark_of_ours_is_written_with_the_value_it_has(tmp_path):
    value = json.dumps({"uuid": "theirs", "epoch": 0, "spreadsheet": ID})
    entry = {"metadataId": 7, "metadataKey": "sheetsync.tracker", "metadataValue": value}
    desk = shop(structure={"developerMetadata": [entry]})
    found = look(tmp_path, desk)
    assert about(found, "A worker with another store") == "warn"
    [batch] = [asked["requests"] for kind, asked in desk.asked if kind == "batch"]
    [update] = [one["updateDeveloperMetadata"] for one in batch]
    assert update["dataFilters"] == [{"developerMetadataLookup": {"metadataId": 7}}]
    assert update["developerMetadata"] == {"metadataValue": value}


def test_a_key_is_told_with_its_account_and_who_else_may_read_it(tmp_path):
    with login_server(**TOKEN) as (uri, asked):
        key = written(tmp_path / "key.json", service_account_info(uri))
        key.chmod(0o644)
        found = look(tmp_path, shop(), login="key_file: key.json")
    assert about(found, f"it is that of {ROBOT}") == "ok"
    assert about(found, f"chmod 600 {key}") == "warn"
    assert about(found, "The login is accepted") == "ok"
    assert asked


def test_a_missing_key_is_bad_and_the_rest_is_still_looked_at(tmp_path):
    found = look(tmp_path, shop(), login="key_file: key.json")
    assert about(found, "There is no key file") == "bad"
    assert about(found, "There is no store yet") == "note"


def test_a_wrong_clock_is_told_by_how_much_also_where_the_login_fails_for_it(tmp_path):
    late = {
        "error": "invalid_grant",
        "error_description": "Invalid JWT: Token must be a short-lived token",
    }
    with login_server(**late) as (uri, _):
        written(tmp_path / "key.json", service_account_info(uri))
        found = look(tmp_path, shop(), login="key_file: key.json", ahead=timedelta(minutes=20))
    assert about(found, "is wrong: it is 20 minutes ahead of Google's") == "bad"
    assert about(found, "because of the clock of this machine: it is 20 minutes ahead") == "bad"
    slow = look(tmp_path, shop(), ahead=timedelta(seconds=-90))
    assert (
        about(slow, "90 seconds behind Google's") == "warn" or about(slow, "89 seconds") == "warn"
    )


def refused(status, name, text, *details):
    return status, body(status, name, text, *details)


UNREADABLE = {
    "not shared": (refused(403, "PERMISSION_DENIED", words.NO_PERMISSION), "press Share"),
    "API off": (refused(403, "PERMISSION_DENIED", words.DISABLED, error_info("SERVICE_DISABLED")),
                "API is switched off"),
    "scope": (refused(403, "PERMISSION_DENIED", words.SCOPES,
                      error_info("ACCESS_TOKEN_SCOPE_INSUFFICIENT")), "the scope"),
    "policy": (refused(403, "PERMISSION_DENIED", words.POLICY), "rules of your Google domain"),
    "wrong id": (refused(404, "NOT_FOUND", words.NOT_FOUND), f"no sheet with the id {ID}"),
    "xlsx": (refused(400, "FAILED_PRECONDITION", words.OFFICE_FILE), "Save as Google Sheets"),
    "token": (refused(401, "UNAUTHENTICATED", words.UNAUTHENTICATED), "The server wants a login"),
    "quota": (refused(429, "RESOURCE_EXHAUSTED", words.QUOTA), "only so many requests"),
    "outage": (refused(503, "UNAVAILABLE", "The service is currently unavailable."), "out of order"),
    "page": ((502, words.HTML), "out of order"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_sheet_that_does_not_open_is_told_once_and_in_words(tmp_path, name):
    refusal, text = UNREADABLE[name]
    found = look(tmp_path, shop(refusals={"structure": refusal}))
    assert about(found, text) == "bad"
    assert about(found, "There is no store yet") == "note"
    assert not [said for _, topic, said in found if topic in {"tabs", "write"}]


def test_a_token_that_google_does_not_take_is_told_with_the_account(tmp_path):
    refusal = refused(401, "UNAUTHENTICATED", words.UNAUTHENTICATED)
    with login_server(**TOKEN) as (uri, _):
        written(tmp_path / "key.json", service_account_info(uri))
        desk = shop(refusals={"structure": refusal})
        found = look(tmp_path, desk, login="key_file: key.json")
    assert about(found, f"does not accept the login of {ROBOT}") == "bad"
    assert about(found, "agrees with that of Google") == "ok"


UNWRITABLE = {
    "only for reading": (refused(403, "PERMISSION_DENIED", words.NO_PERMISSION), "bad"),
    "protected": (refused(400, "INVALID_ARGUMENT", words.PROTECTED), "bad"),
    "ten million": (refused(400, "INVALID_ARGUMENT", words.CELLS), "bad"),
    "quota": (refused(429, "RESOURCE_EXHAUSTED", words.QUOTA), "warn"),
    "outage": (refused(500, "INTERNAL", "Internal error encountered."), "warn"),
}


@pytest.mark.parametrize("name", UNWRITABLE)
def test_a_sheet_that_may_not_be_written_is_told(tmp_path, name):
    refusal, level = UNWRITABLE[name]
    found = look(tmp_path, shop(refusals={"batch": refusal}))
    [(said, _, _)] = [line for line in found if line[1] == "write"]
    assert said == level


def test_a_renamed_tab_is_told_with_those_that_are_there(tmp_path):
    sheet = {"properties": {"sheetId": 0, "title": "Bestellungen"}}
    found = look(tmp_path, shop(sheet=sheet))
    assert about(found, "no tab Orders; it has Bestellungen.") == "bad"


def test_a_range_that_cannot_be_read_does_not_hide_the_rest(tmp_path):
    refusal = refused(400, "INVALID_ARGUMENT", words.PARSE_RANGE)
    found = look(tmp_path, shop(refusals={"values": refusal}))
    assert [level for level, topic, _ in found if topic == "columns"] == ["bad"]
    assert about(found, "The sheet may be written") == "ok"


def test_headings_that_nobody_knows_and_another_zone_are_told(tmp_path):
    odd = look(tmp_path, shop(values=[["Colour", "Size"], ["red", 3]]))
    assert [level for level, topic, _ in odd if topic == "columns"] == ["bad"]
    assert (
        about(look(tmp_path, shop(zone="Europe/Berlin")), "Set Africa/Johannesburg under File")
        == "bad"
    )


def test_a_protection_over_columns_of_the_worker_is_bad(tmp_path):
    protection = {"protectedRangeId": 1, "range": {"sheetId": 0}, "description": "Locked by Thandi"}
    found = look(tmp_path, shop(sheet={"protectedRanges": [protection]}))
    assert about(found, "Locked by Thandi") == "bad"


def test_an_answer_that_breaks_off_and_a_dead_server_are_told(tmp_path):
    assert about(look(tmp_path, shop(cut_off=True)), "Run the command again in a minute.") == "bad"
    config = tmp_path / "config.yaml"
    config.write_text(
        f"version: 1\ntracker: {{kind: google, id: {ID}, timezone: UTC}}\n"
        "google: {login: none, api_url: 'http://127.0.0.1:9'}\n"
    )
    found = look_over(config, now=datetime.now(tz=UTC), environment={}, wait=lambda _seconds: None)
    assert [d.level for d in found if "Google cannot be reached" in d.sentence] == ["bad"]
