"""A new tracker's opening hours are in its own time zone, with the holidays of its own country."""

from __future__ import annotations

from datetime import date

import pytest

from sheetsync.rulebook import load_rules
from sheetsync.setup.calendar import country_of
from sheetsync.setup.fresh import make_folder


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("America/Sao_Paulo", "BR"), ("Africa/Johannesburg", "ZA"), ("Europe/Berlin", "DE"),
        ("America/New_York", "US"), ("UTC", ""), ("Etc/GMT+3", ""),
    ],
)  # fmt: skip
def test_the_country_follows_from_the_zone(zone, country):
    assert country_of(zone) == country


def test_a_new_tracker_opens_in_its_own_zone_and_rests_on_its_own_holidays(tmp_path):
    make_folder(tmp_path / "shop", timezone="America/Sao_Paulo")
    warehouse = load_rules(tmp_path / "shop" / "rules").calendars["warehouse"]
    assert warehouse.timezone == "America/Sao_Paulo"
    assert date(2026, 9, 7) in warehouse.holiday_dates
    assert date(2026, 9, 24) not in warehouse.holiday_dates


def test_a_zone_without_a_country_has_no_public_holidays(tmp_path):
    make_folder(tmp_path / "shop", timezone="UTC")
    warehouse = load_rules(tmp_path / "shop" / "rules").calendars["warehouse"]
    assert (warehouse.timezone, dict(warehouse.holiday_dates)) == ("UTC", {})
