"""One place decides what the configuration names; another sheet is another tracker."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from sheetsync.errors import UsageError
from sheetsync.resources import rules_folder
from sheetsync.rulebook import load_rules
from sheetsync.trackers.excel.tracker import ExcelTracker
from sheetsync.worker.which_tracker import place_of
from sheetsync.worker.workshop import Workshop
from tests.support.shop_desk import local

ID, OTHER = "1AbCdEfGhIjKlMnOpQrStUvWxYz", "1ZzYyXxWwVvUuTtSsRrQqPpOo"
NINE = local("2026-03-02 09:00")


def settings(folder, tracker, more=""):
    file = folder / "config.yaml"
    file.write_text(
        f"version: 1\ntracker: {{{tracker}, timezone: Africa/Johannesburg}}\n"
        f"mail: {{mode: 'off'}}\n{more}"
    )
    return file


@contextmanager
def workshop_of(file):
    with Workshop.open(
        file, clock=lambda: NINE, wait=lambda _seconds: None, environment={}
    ) as found:
        yield found


LOCAL = "google: {login: none, api_url: 'http://127.0.0.1:9'}\n"


def test_a_google_sheet_is_known_to_the_store_by_its_id(tmp_path):
    with workshop_of(settings(tmp_path, f"kind: google, id: {ID}", LOCAL)) as shop:
        assert shop.state.ref == f"google:{ID}"
        assert shop.name == shop.state.name == ID


def test_a_workbook_stays_known_by_its_place_and_name(tmp_path):
    with workshop_of(settings(tmp_path, "path: shop/tracker.xlsx")) as shop:
        assert shop.state.ref == "shop/tracker.xlsx"
        assert shop.name == "tracker.xlsx"
        assert isinstance(shop.tracker(load_rules(rules_folder())), ExcelTracker)


@pytest.mark.parametrize(
    ("tracker", "other"),
    [
        (f"kind: google, id: {ID}", f"kind: google, id: {OTHER}"),
        (f"kind: google, id: {ID}", "path: tracker.xlsx"),
        ("path: tracker.xlsx", f"kind: google, id: {ID}"),
        ("path: tracker.xlsx", "path: other.xlsx"),
    ],
)
def test_a_worker_at_work_does_not_take_up_another_tracker(tmp_path, tracker, other):
    with workshop_of(settings(tmp_path, tracker, LOCAL)) as shop:
        before = place_of(shop.config)
        settings(tmp_path, other, LOCAL)
        with pytest.raises(
            UsageError, match=r"names another (workbook|Google Sheet) or store\. Stop"
        ):
            shop.reload()
        assert place_of(shop.config) == before


def test_the_same_sheet_by_its_address_is_no_other_sheet(tmp_path):
    with workshop_of(settings(tmp_path, f"kind: google, id: {ID}", LOCAL)) as shop:
        link = f"'https://docs.google.com/spreadsheets/d/{ID}/edit#gid=0'"
        settings(tmp_path, f"kind: google, id: {link}", LOCAL)
        assert shop.reload() == ""


def test_adding_columns_to_a_google_sheet_is_not_for_workbooks(tmp_path):
    with (
        workshop_of(settings(tmp_path, f"kind: google, id: {ID}", LOCAL)) as shop,
        pytest.raises(UsageError, match="names a Google Sheet"),
    ):
        shop.workbook(load_rules(rules_folder()))
