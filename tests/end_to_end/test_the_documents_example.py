"""The documents' own example, to the second: in Packing 4 hours are kept, one second more is a breach."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from tests.support.shop import OWN, SHARED, TITLES, Shop

ONE_LEVEL = {
    "escalation.yaml": [
        ("  - {level: 1, after: at_risk, who: [handler], how: [cell, email_digest]}\n",
         "  - {level: 1, after: breach, who: [handler], how: [cell, email]}\n"),
        ("      - {level: 2, after: breach, who: [handler, floor_lead], how: [cell, email]}\n", ""),
        ("      - {level: 3, after: breach + 2h, who: [ops_manager], how: [email], repeat: {every: 4h, at_most: 3}}\n", ""),
        ("      - {level: 4, after: breach + 1 working day, who: [senior], how: [email], repeat: {every: 1 working day, at_most: 5}}\n", ""),
        ("  - {when: {priority: Expedited, sla_state: Breached}, use: fulfilment, start_at_level: 3}\n", ""),
    ],
}  # fmt: skip
"""Level 1 is told of a breach, and there is no other: so that nobody else can be."""

BERLIN = (
    "timezone: Africa/Johannesburg                       # placeholder",
    "timezone: Europe/Berlin",
)
WEEK = "{Mon-Fri: '08:00-17:00', Sat: '09:00-13:00'}"
HOLIDAYS = ("holidays: ZA                                        # placeholder", "holidays: DE")


@dataclass(frozen=True)
class Case:
    """Picked at `picked` (local, the pass that sees it), so that the 4 hours end at `due` (local)."""

    name: str
    picked: str
    due: str
    hours: str = WEEK
    timezone: str = "Africa/Johannesburg"
    late: str = ""
    """The first open second after `due`, where that is not the next one."""


CASES = (
    Case("in_open_hours", "2026-03-09T09:03:00", "2026-03-09T13:03:00"),
    Case("across_lunch", "2026-03-09T10:30:00", "2026-03-09T15:30:00",
         hours="{Mon-Fri: '08:00-12:00, 13:00-17:00'}"),
    Case("over_the_night", "2026-03-09T15:00:00", "2026-03-10T10:00:00"),
    Case("over_the_weekend", "2026-03-13T16:00:00", "2026-03-14T12:00:00"),
    Case("over_a_holiday", "2026-03-20T15:00:00", "2026-03-23T10:00:00"),
    Case("ends_with_the_day", "2026-03-09T13:00:00", "2026-03-09T17:00:00",
         late="2026-03-10T08:00:01"),
    Case("night_when_clocks_go_on", "2026-03-29T00:30:00", "2026-03-29T05:30:00",
         hours="{Mon-Sun: '00:00-24:00'}", timezone="Europe/Berlin"),
    Case("night_when_clocks_go_back", "2026-10-25T00:30:00", "2026-10-25T03:30:00",
         hours="{Mon-Sun: '00:00-24:00'}", timezone="Europe/Berlin"),
)  # fmt: skip
"""Saturday, 21 March 2026, is Human Rights Day in South Africa: no Saturday shift."""


def shop_of(case: Case, folder: Path) -> Shop:
    """A shop that works by the case's calendar."""
    calendar = [(WEEK, case.hours)]
    if case.timezone == "Europe/Berlin":
        calendar += [BERLIN, HOLIDAYS]
    rules = {**ONE_LEVEL, "calendar.yaml": calendar}
    return Shop(folder, timezone=case.timezone, rules=rules, template=True)


def utc(shop: Shop, text: str) -> datetime:
    """A local moment of the case as aware UTC."""
    from sheetsync.domain.moments import scalar_to_utc

    return scalar_to_utc(datetime.fromisoformat(text), shop.timezone)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_exactly_four_hours_in_packing_are_kept_and_one_second_more_is_told_once(
    tmp_path: Path, case: Case
):
    shop = shop_of(case, tmp_path / "shop")
    picked, due = utc(shop, case.picked), utc(shop, case.due)
    ordered = datetime.fromisoformat(case.picked) - timedelta(hours=1)
    shop.add({"order_id": "#SP-1", "ordered_at": ordered, "allocated": "✓"})
    shop.look(picked - timedelta(seconds=1))
    shop.type_in("#SP-1", picked="✓")
    shop.look(picked)
    assert shop.cell("#SP-1", "picked_at") == datetime.fromisoformat(case.picked)
    before = staff_cells_and_shared(shop)

    shop.look(due - timedelta(seconds=1))
    assert str(shop.cell("#SP-1", "sla")).startswith("At risk")
    shop.look(due)
    assert "Breached" not in str(shop.cell("#SP-1", "sla"))
    assert shop.mails() == []

    late = utc(shop, case.late) if case.late else due + timedelta(seconds=1)
    result = shop.look(late)

    assert result.plan is not None
    assert list(result.plan.clocks["state"]) == ["Breached"]
    sla = str(shop.cell("#SP-1", "sla"))
    assert sla.startswith("Breached: Packing since ")
    assert "limit 4 h, was due " in sla
    told = shop.mails()
    passes(shop, late, 50 if case.name == "in_open_hours" else 8)
    assert undated(str(shop.cell("#SP-1", "sla"))) == undated(sla)
    assert [mail.to for mail in shop.mails()] == ["Thabo <thabo@example.org>"]
    assert "#SP-1" in shop.mails()[0].text
    assert told in ([], shop.mails())
    assert staff_cells_and_shared(shop) == before
    assert highlighted(shop.workbook)


def passes(shop: Shop, late: datetime, count: int) -> None:
    """Further passes over nearly three days; all that is new is the day in SLA, at the first midnight."""
    nights = [late.astimezone(ZoneInfo(shop.timezone)).date()]
    with shop.workshop() as workshop:
        for number in range(1, count + 1):
            shop.now = late + number * timedelta(minutes=80)
            result = workshop.run_pass(shop.now)
            today = shop.now.astimezone(ZoneInfo(shop.timezone)).date()
            first_of_next_day = len(nights) == 1 and today != nights[0]
            assert result.cells <= int(first_of_next_day)
            nights += [today] if today != nights[-1] else []


def undated(text: str) -> str:
    """The text without the days before its times."""
    return re.sub(r"[A-Z][a-z]{2} \d+ [A-Z][a-z]{2} (?=\d\d:)", "", text)


def staff_cells_and_shared(shop: Shop) -> dict[tuple[str, str], object]:
    """What people wrote, and what stands in the shared columns."""
    own = {TITLES[key] for key in OWN}
    shared = {TITLES[key] for key in SHARED}
    cells = {
        (order, heading): value
        for order, row in shop.orders().items()
        for heading, value in row.items()
        if heading in shared and heading not in own
    }
    return {**shop.staff_cells(), **cells}


def highlighted(workbook: Path) -> bool:
    """Whether the installed conditional formats colour a cell of SLA by the word Breached."""
    book = openpyxl.load_workbook(workbook)
    sheet = book["Orders"]
    column = next(cell.column_letter for cell in sheet[1] if cell.value == TITLES["sla"])
    return any(
        "Breached" in str(rule.formula or rule.text) and f"{column}2" in str(area.sqref)
        for area in sheet.conditional_formatting
        for rule in area.rules
    )
