"""The doctor tells from the structure of a sheet what would stop or confuse the worker."""

from __future__ import annotations

import dataclasses
import json

import pytest

from sheetsync.config import parse_config
from sheetsync.domain.model import HeaderMap
from sheetsync.resources import rules_folder
from sheetsync.rulebook import load_rules
from sheetsync.store.store import Store
from sheetsync.trackers.google.structure import Structure
from sheetsync.worker.doctor.diagnosis import Patient
from sheetsync.worker.doctor.sheet_structure import (
    owner_lines,
    protection_lines,
    tab_lines,
    tab_of,
    zone_lines,
)
from tests.support.google_keys import ROBOT
from tests.support.shop_desk import local

ID = "1AbCdEfGhIjKlMnOpQrStUvWxYz"
NOW = local("2026-03-02 09:00")
RULES = load_rules(rules_folder())
HEADER = HeaderMap(
    row_number=1,
    columns={"order_id": 0, "status": 1, "notes": 2, "sla": 3},
    headings={"order_id": "Order ID", "status": "Status", "notes": "Notes", "sla": "SLA"},
)


def patient(zone="Africa/Johannesburg"):
    config = parse_config(
        f"version: 1\ntracker: {{kind: google, id: {ID}, timezone: {zone}}}\ngoogle: {{login: adc}}\n"
    )
    return Patient(config=config, now=NOW, environment={})


def structure(*tabs, zone="Africa/Johannesburg", locale="en_ZA", **more):
    sheets = [
        {"properties": {"sheetId": number, "title": title}, **parts}
        for number, (title, parts) in enumerate(tabs or [("Orders", {})])
    ]
    return Structure.of(
        {
            "spreadsheetId": ID,
            "properties": {"title": "Shop", "timeZone": zone, "locale": locale},
            "sheets": sheets,
            **more,
        }
    )


def told(lines):
    return [(line.level, f"{line.sentence} {line.next_step}") for line in lines]


def mark(key, value):
    return {"metadataId": 1, "metadataKey": key, "metadataValue": value}


def test_a_tab_that_is_there_is_named_among_the_others():
    [(level, text), (hint, how)] = told(
        tab_lines(patient(), structure(("orders", {}), ("KPI", {})))
    )
    assert (level, hint) == ("ok", "note")
    assert "The tab orders is there, of 2: orders, KPI." in text
    assert "run sheetsync setup" in how


def test_a_tab_that_is_gone_names_those_that_are_there():
    [(level, text)] = told(tab_lines(patient(), structure(("Bestellungen", {}), ("KPI", {}))))
    assert level == "bad"
    assert "no tab Orders; it has Bestellungen, KPI." in text


def test_a_renamed_tab_is_found_by_its_mark():
    parts = {"developerMetadata": [mark("sheetsync.tab", "tracker")]}
    found = structure(("Bestellungen", parts), developerMetadata=[mark("sheetsync.setup", "1")])
    assert tab_of(patient(), found).title == "Bestellungen"
    [_, (level, text)] = told(tab_lines(patient(), found))
    assert level == "warn"
    assert "Put Bestellungen under tracker: tab." in text


@pytest.mark.parametrize(
    ("ours", "theirs", "level"),
    [
        ("Africa/Johannesburg", "Africa/Johannesburg", "ok"),
        ("Africa/Johannesburg", "Africa/Maputo", "ok"),
        ("Africa/Johannesburg", "Europe/Berlin", "bad"),  # the same in summer only
        ("UTC", "Etc/GMT", "ok"),
        ("UTC", "", "bad"),
        ("UTC", "Nowhere/At All", "bad"),
    ],
)
def test_a_sheet_in_another_zone_is_bad(ours, theirs, level):
    [(found, text), (locale, _)] = told(zone_lines(patient(ours), structure(zone=theirs)))
    assert found == level
    assert level == "ok" or f"Set {ours} under File > Settings" in text
    assert locale == "ok"


def protected(**more):
    return structure(
        ("Orders", {"protectedRanges": [{"protectedRangeId": 1, **more}]}),
        namedRanges=[{"namedRangeId": "n1", "range": {"startColumnIndex": 3, "endColumnIndex": 4}}],
    )


def protections(found):
    return told(protection_lines(RULES, HEADER, found, found.tabs[0], ROBOT))


@pytest.mark.parametrize(
    ("more", "columns"),
    [
        ({"range": {"startColumnIndex": 3, "endColumnIndex": 4}}, "SLA"),
        ({"range": {"sheetId": 0}}, "Status, SLA"),
        ({"range": {}, "unprotectedRanges": [{"startColumnIndex": 1, "endColumnIndex": 3}]}, "SLA"),
        ({"namedRangeId": "n1"}, "SLA"),
        (
            {"range": {}, "editors": {"users": ["boss@example.org"]}, "description": "Locked"},
            "Status",
        ),
    ],
)
def test_a_protection_over_columns_of_the_worker_is_bad(more, columns):
    [(level, text)] = protections(protected(**more))
    assert level == "bad"
    assert columns in text
    assert f"add {ROBOT} to those who may edit" in text
    assert more.get("description", "without a name") in text


@pytest.mark.parametrize(
    "more",
    [
        {"range": {}, "warningOnly": True},
        {"range": {}, "requestingUserCanEdit": True},
        {"range": {}, "editors": {"users": ["boss@example.org", ROBOT.upper()]}},
        {"range": {"startColumnIndex": 2, "endColumnIndex": 3}},  # a column of staff
        {"range": {"startColumnIndex": 9}},
    ],
)
def test_a_protection_that_stops_nobody_or_covers_staff_columns_is_well(more):
    assert protections(protected(**more)) == [
        ("ok", "No protected range stands in the way of the worker. ")
    ]


def marked(uuid, epoch=0, spreadsheet=ID):
    value = json.dumps({"uuid": uuid, "epoch": epoch, "spreadsheet": spreadsheet})
    return structure(developerMetadata=[mark("sheetsync.tracker", value)])


def test_whose_sheet_it_is_is_told(tmp_path):
    with Store.open(
        f"sqlite:///{tmp_path}/state.db", now=NOW, backup_folder=tmp_path / "backups"
    ) as store:
        state = store.tracker("Shop", f"google:{ID}", uuid="ours", now=NOW)
    cases = [
        (structure(), state, "note", "No worker has marked this sheet"),
        (marked("ours"), state, "ok", "marked as that of this store"),
        (marked("theirs"), state, "bad", "Stop one of the two"),
        (marked("theirs"), None, "warn", "A worker with another store"),
        (marked("ours", epoch=3), state, "bad", "older than the sheet"),
        (marked("ours"), dataclasses.replace(state, epoch=3), "ok", "that of this store"),
        (marked("ours", spreadsheet="another"), state, "warn", "is a copy of another tracker"),
        (
            structure(developerMetadata=[mark("sheetsync.tracker", "no json")]),
            state,
            "note",
            "No worker",
        ),
    ]
    for found, known, level, words in cases:
        [(said, text)] = told(owner_lines(found, known, ID))
        assert (said, words in text) == (level, True), text
