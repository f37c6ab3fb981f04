"""A cell that nobody can tell for certain is named on Sync Status for a day, not only in a log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from openpyxl import load_workbook

from sheetsync.domain.look_at import kept, said
from sheetsync.store.settings import LOOK_AT_SETTING
from tests.support.shop_desk import ShopDesk

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
WORDS = (
    "Under “Check” of #SP-1 stands “Late 70”, which may be ours or a person's; please look at it."
)


@pytest.fixture
def desk(tmp_path):
    desk = ShopDesk(tmp_path / "shop")
    desk.order("#SP-1")
    desk.save()
    desk.run_at("2026-03-02 09:00")
    yield desk
    desk.close()


def status(desk):
    sheet = load_workbook(desk.workbook)["Sync Status"]
    return [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell]


def name(desk):
    with desk.open() as shop:
        shop.store.keep_setting(1, LOOK_AT_SETTING, kept("", [WORDS], NOW))


def test_the_next_pass_says_it_with_the_moment_although_the_sheet_is_unchanged(desk):
    name(desk)
    desk.run_at("2026-03-02 09:02")
    assert next(line for line in status(desk) if WORDS in line) == f"Mon 2 Mar 09:00: {WORDS}"
    assert desk.run_at("2026-03-02 09:04").outcome == "unchanged", "said once"


def test_after_a_day_it_is_said_no_more(desk):
    name(desk)
    desk.run_at("2026-03-02 09:02")
    desk.run_at("2026-03-03 09:00")
    assert not [line for line in status(desk) if WORDS in line]


def test_the_same_words_keep_their_first_moment_and_the_oldest_go_first():
    first = kept("", ["a"], NOW)
    again = kept(first, ["a", "b"], NOW + timedelta(hours=1))
    assert said(again, NOW + timedelta(hours=2), "UTC") == (
        "Mon 2 Mar 07:00: a", "Mon 2 Mar 08:00: b"
    )  # fmt: skip
    assert said(again, NOW + timedelta(hours=24), "UTC") == ("Mon 2 Mar 08:00: b",)
    many = kept(again, [f"{number:02}" for number in range(50)], NOW + timedelta(hours=2))
    assert len(said(many, NOW + timedelta(hours=3), "UTC")) == 50
