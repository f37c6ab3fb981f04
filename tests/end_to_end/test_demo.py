"""The demo is a promise too: a newcomer sees it first, and every line of it must be true."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as policy
from pathlib import Path

import openpyxl
import pytest

from sheetsync.cli.main import run
from sheetsync.demo.company import company
from sheetsync.demo.folder import MARK, make_folder
from sheetsync.demo.hands import WorkbookHands
from sheetsync.demo.people import Entry
from sheetsync.demo.script import forgotten, script
from sheetsync.domain.model import CellValue
from sheetsync.domain.moments import local_to_serial
from sheetsync.errors import UsageError
from sheetsync.resources import template_workbook
from sheetsync.rulebook import load_rules

pytestmark = pytest.mark.slow
SHOP = company()
FORGOTTEN = forgotten(SHOP)
MISTYPED = ("Expeditd", "Out for Delivry")


@dataclass(frozen=True)
class Demo:
    """A demo that was played: its folder, what it said, and the cells of its Orders tab."""

    folder: Path
    story: str
    cells: dict[str, dict[str, CellValue]]

    @property
    def mails(self) -> list[EmailMessage]:
        files = sorted((self.folder / "mails").glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=policy) for file in files]


@pytest.fixture(scope="module")
def demo(played_demo):
    folder = played_demo.folder
    hands = WorkbookHands(folder / "tracker.xlsx", load_rules(folder / "rules").columns)
    return Demo(folder=folder, story=played_demo.story, cells=hands.cells())


def _moments(story: str) -> dict[str, str]:
    """The worker's moments of the story: time -> its lines."""
    parts = re.split(r"^(\d\d:\d\d)  (?=sheetsync)", story, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_the_baseline_mails_nobody_although_an_order_is_late(demo):
    first = _moments(demo.story)["07:59"]
    assert "1 order is late already. Nobody is mailed" in first
    assert "mail to" not in first


def test_a_tick_is_stamped_and_moves_the_status_on(demo):
    assert "3 stamps, 3 statuses" in _moments(demo.story)["09:03"]
    assert demo.cells[FORGOTTEN]["Status"] == "Packing"
    assert demo.cells[FORGOTTEN]["Picked At"] == pytest.approx(45727 + (9 * 60 + 3) / 1440)


def test_ten_orders_come_in_and_the_spoiled_row_is_reported(demo):
    assert "10 new orders from orders-2025-03-11.csv" in demo.story
    assert re.search(r"refused +line 9: .*There is no such day", demo.story)
    assert (demo.folder / "inbox" / "orders-2025-03-11.refused.csv").is_file()
    assert {row["order_id"] for row in SHOP.coming} <= set(demo.cells)
    assert len(demo.cells) == len(SHOP.opening) + len(SHOP.coming)


def test_mistyped_words_are_met_with_a_suggestion_and_mended(demo):
    for wrong, meant in zip(MISTYPED, ("Expedited", "Out for Delivery"), strict=True):
        assert f'"{wrong}"' in demo.story
        assert f"Did you mean {meant}?" in demo.story
    assert demo.story.count("Mended") == 2


def test_a_sort_costs_nothing_and_misleads_nobody(demo):
    assert _moments(demo.story)["09:27"].startswith("sheetsync  read anew, nothing to write")
    customers = [str(cells["Customer Name / ID"]).casefold() for cells in demo.cells.values()]
    assert customers == sorted(customers)


def test_a_hold_pauses_the_clock_and_moves_the_due_moment(demo):
    assert "Paused: On Hold since Tue 11 Mar 08:41" in demo.story
    assert "OK: Picking since 08:09, limit 4 h, due 13:43" in demo.story


def test_the_forgotten_parcel_is_red_and_says_since_when(demo):
    assert demo.cells[FORGOTTEN]["SLA"] == "Breached: Packing since 09:03, limit 4 h, was due 13:03"
    others = [cells.get("SLA") or "" for order, cells in demo.cells.items() if order != FORGOTTEN]
    assert not [text for text in others if str(text).startswith(("Breached", "At risk", "Unsure"))]


def test_each_person_gets_one_digest_per_level_and_nobody_is_told_twice(demo):
    told = sorted((mail["To"].addresses[0].addr_spec, mail["Subject"]) for mail in demo.mails)
    assert told == [
        ("lerato@karoo.example", "Level 1: 3 orders at risk"),
        ("lerato@karoo.example", "Level 2: 1 order over its limit"),
        ("sizwe@karoo.example", "Level 2: 1 order over its limit"),
    ]
    assert all(FORGOTTEN in mail.get_body(("plain",)).get_content() for mail in demo.mails)


def test_an_acknowledged_order_is_red_but_wakes_nobody(demo):
    breach = _moments(demo.story)["13:05"]
    quiet = SHOP.stages["picking"][1]
    assert f"{quiet}  Breached" in breach
    assert quiet not in "".join(line for line in breach.splitlines() if "mail to" in line)


def test_the_last_pass_finds_nothing_to_do(demo):
    assert "The last pass finds nothing to do: 0 cells, 0 mails" in demo.story


def test_everything_that_people_typed_is_still_theirs(demo):
    titles = {key: rule.title for key, rule in load_rules(demo.folder / "rules").columns.items()}
    typed: dict[tuple[str, str], object] = {
        (str(row["order_id"]), titles[key]): value
        for row in (*SHOP.opening, *SHOP.coming)
        for key, value in row.items()
        if key != "status"
    }
    for act in script(SHOP):
        typed |= {(entry.order, entry.heading): entry.value for entry in act.entries}
    statuses = {place: value for place, value in typed.items() if place[1] == "Status"}
    assert set(statuses.values()) == {None, "Out for Delivery"}  # both were handed back or moved on
    assert len(typed) > 500
    for (order, heading), value in typed.items():
        if (order, heading) in statuses:
            continue
        wanted = local_to_serial(value) if isinstance(value, datetime) else value
        assert demo.cells[order][heading] == pytest.approx(wanted), (order, heading)


def test_the_workbook_has_the_worker_tabs_and_the_mails_a_page(demo):
    book = openpyxl.load_workbook(demo.folder / "tracker.xlsx")
    assert {"Sync Status", "KPI 2025-03"} <= set(book.sheetnames)
    book.close()
    assert "Level 2: 1 order over its limit" in (demo.folder / "mails/index.html").read_text()


def test_where_to_look_names_commands_that_work(demo, capsys):
    line = next(line for line in demo.story.splitlines() if line.startswith("The month"))
    words = line.partition("sheetsync ")[2].split()
    words[words.index("--config") + 1] = str(demo.folder / "config.yaml")
    assert run(words) == 0
    assert "March 2025" in capsys.readouterr().out


@pytest.mark.libreoffice
def test_libreoffice_opens_the_workbook(demo, tmp_path):
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("soffice is not installed")
    command = [
        soffice, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "csv",
        "--outdir", str(tmp_path), str(demo.folder / "tracker.xlsx"),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    text = (tmp_path / "tracker.csv").read_text()
    assert f"{FORGOTTEN}," in text
    assert "Breached: Packing since 09:03" in text


def test_the_story_is_the_same_every_time():
    assert company() == SHOP
    assert script(company()) == script(SHOP)


def test_a_former_demo_is_made_anew_and_anything_else_is_left_alone(tmp_path):
    root = tmp_path / "demo"
    make_folder(root)
    (root / "left over").touch()
    make_folder(root)
    assert not (root / "left over").exists()
    (root / "left over").touch()
    make_folder(root, keep=True)
    assert (tmp_path / "demo-1" / "left over").exists()
    (root / MARK).unlink()
    with pytest.raises(UsageError, match="not made by a demo"):
        make_folder(root)


def test_hands_edit_only_the_cells_that_they_touch(tmp_path):
    rules = load_rules(make_folder(tmp_path / "demo").root / "rules")
    path = tmp_path / "demo" / "tracker.xlsx"
    before = openpyxl.load_workbook(template_workbook())["Orders"]
    hands = WorkbookHands(path, rules.columns)
    hands.show(["Ack"])
    assert hands.sort_by("Customer Name / ID") == 0
    with pytest.raises(KeyError):
        hands.type_in([Entry(order="#SP-1", heading="Status", value="On Hold")])
    after = openpyxl.load_workbook(path)["Orders"]
    assert [c.value for c in after[1]] == [c.value for c in before[1]]
    assert len(after.data_validations.dataValidation) == len(before.data_validations.dataValidation)
