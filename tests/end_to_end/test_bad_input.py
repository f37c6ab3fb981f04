"""Bad input through the command line: one clear sentence, the right exit code, nothing half-written."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from sheetsync.cli.main import run
from sheetsync.trackers.excel.locks import exclusive
from tests.support.shop import Shop, places

Damage = Callable[[Shop], None]


@dataclass(frozen=True)
class Case:
    """What is done to a shop that works, and what `sheetsync sync` then says and leaves with."""

    name: str
    damage: Damage
    code: int
    says: tuple[str, ...]


def config(text: str) -> Damage:
    return lambda shop: (shop.config.write_text(text), None)[1]


def workbook(content: bytes) -> Damage:
    return lambda shop: (shop.workbook.write_bytes(content), None)[1]


def cut(shop: Shop) -> None:
    content = shop.workbook.read_bytes()
    shop.workbook.write_bytes(content[: len(content) * 2 // 3])


def rename_heading(old: str, new: str | None) -> Damage:
    def damage(shop: Shop) -> None:
        with shop.sheet() as sheet:
            sheet.cell(1, places(sheet)[old]).value = new

    return damage


def a_folder_instead(name: str) -> Damage:
    def damage(shop: Shop) -> None:
        path = shop.folder / name
        path.unlink(missing_ok=True)
        path.mkdir()

    return damage


def a_file_instead(name: str) -> Damage:
    def damage(shop: Shop) -> None:
        shutil.rmtree(shop.folder / name, ignore_errors=True)
        (shop.folder / name).write_text("in the way")

    return damage


def store(content: bytes) -> Damage:
    def damage(shop: Shop) -> None:
        for name in ("state.db-wal", "state.db-shm"):
            (shop.folder / name).unlink(missing_ok=True)
        (shop.folder / "state.db").write_bytes(content)

    return damage


def a_newer_store(shop: Shop) -> None:
    with sqlite3.connect(shop.folder / "state.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999_from_the_future'")
    database.close()


GOOD = "version: 1\ntracker: {path: tracker.xlsx, timezone: Africa/Johannesburg}\n"
CASES = (
    Case("no_config", lambda shop: shop.config.unlink(), 2, ("config.yaml",)),
    Case("config_not_yaml", config("version: [1\n"), 2, ("config.yaml:",)),
    Case("config_with_three_mistakes",
         config("version: 1\ntracker: {path: tracker.xlsx, timezone: Mars/Base, tap: Orders}\nmail: {mode: fax}\n"),
         2, ("Mars/Base", "tap", "fax")),
    Case("no_such_rules_folder", config(GOOD + "rules: regeln\n"), 2, ("regeln", "no such folder")),
    Case("no_workbook", lambda shop: shop.workbook.unlink(), 1, ("There is no workbook at",)),
    Case("cut_workbook", cut, 75, ("cut off or damaged",)),
    Case("empty_workbook", workbook(b""), 75, ("is empty",)),
    Case("text_named_xlsx", workbook(b"Order ID;Status\n1;Pending\n"), 1, ("no Excel workbook", "plain text")),
    Case("old_xls", workbook(bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600), 1, ("tracker.xlsx",)),
    Case("a_folder_named_xlsx", a_folder_instead("tracker.xlsx"), 1, ("tracker.xlsx",)),
    Case("key_heading_gone", rename_heading("Order ID", None), 3, ("The heading Order ID cannot be found", "Nothing is written")),
    Case("heading_doubled", rename_heading("Notes / Exceptions", "Status"), 3, ("2 headings mean Status", "Rename all but one")),
    Case("corrupt_store", store(b"SQLite format 3\0" + b"\x07" * 5000), 78, ("damaged", "backup")),
    Case("not_a_store", store(b"no database at all, but long enough to be read as one" * 50), 78, ("damaged",)),
    Case("newer_store", a_newer_store, 78, ("newer",)),
    Case("store_folder_in_the_way", a_folder_instead("state.db"), 1, ("state.db",)),
    Case("state_folder_in_the_way", a_file_instead("state"), 1, ("state",)),
    Case("mail_folder_in_the_way", a_file_instead("mails"), 75, ("mails", "cannot be written")),
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, Path]:
    """The shop of every test here and a snapshot of it, made once."""
    folder = tmp_path_factory.mktemp("bad") / "shop"
    shop = Shop(folder, rules={"calendar.yaml": [
        ("{Mon-Fri: '08:00-17:00', Sat: '09:00-13:00'}", "{Mon-Sun: '00:00-24:00'}"),
    ]})  # fmt: skip
    shop.add({"order_id": "#SP-1", "allocated": "✓"}, {"order_id": "#SP-2"})
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-1", picked="✓")
    shop.look(shop.at("08:12"))
    return shop, shop.snapshot()


@pytest.fixture
def shop(made: tuple[Shop, Path]) -> Shop:
    """A shop after two passes, with one order by now past its limit and a mail due."""
    shop, snapshot = made
    shop.restore(snapshot)
    shop.now = shop.at("08:12")
    return shop


def sync(shop: Shop, *more: str) -> int:
    return run(["sync", "--config", str(shop.config), *more])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input_is_told_in_one_sentence_with_the_right_exit_code(
    shop: Shop, capsys: pytest.CaptureFixture[str], case: Case
):
    case.damage(shop)
    mails = shop.mails() if shop.mail_folder.is_dir() else []
    before = shop.workbook.read_bytes() if shop.workbook.is_file() else None

    code = sync(shop)

    said = capsys.readouterr()
    words = f"{said.err} {said.out}"
    assert code == case.code, words
    for part in case.says:
        assert part in words
    assert "Traceback" not in words
    if case.name != "mail_folder_in_the_way":
        assert (shop.mails_about_orders() if shop.mail_folder.is_dir() else []) == mails
        assert (shop.workbook.read_bytes() if shop.workbook.is_file() else None) == before
    litter = [path.name for path in shop.folder.iterdir() if path.name.startswith("~$")]
    assert litter == []


@pytest.mark.parametrize(
    "case",
    [c for c in CASES if c.name in {"cut_workbook", "no_workbook", "key_heading_gone",
     "heading_doubled", "mail_folder_in_the_way", "config_not_yaml", "empty_workbook"}],
    ids=lambda case: case.name,
)  # fmt: skip
def test_once_put_right_the_next_pass_catches_up(shop: Shop, case: Case):
    good = shop.folder.with_name("good")
    shutil.copytree(shop.folder, good, dirs_exist_ok=True)
    case.damage(shop)
    sync(shop)
    for name in ("config.yaml", "tracker.xlsx"):
        if case.name != "mail_folder_in_the_way":
            shutil.copyfile(good / name, shop.folder / name)
    if case.name == "mail_folder_in_the_way":
        (shop.folder / "mails").unlink()
        shop.look(datetime.now(tz=UTC).replace(microsecond=0) + timedelta(hours=1))
    else:
        assert sync(shop) == 0
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")
    assert shop.mails_about_orders()
    assert all("#SP-1" in mail.text for mail in shop.mails_about_orders())


@pytest.mark.parametrize(
    ("file", "content"),
    [
        (".~lock.tracker.xlsx#", b"Lerato,lerato,DESK-7,09.03.2026 08:11,file:///home;"),
        ("~$tracker.xlsx", b"\x06Lerato" + b" " * 48 + b"\x06\x00" + "Lerato".encode("utf-16-le")),
    ],
)
def test_a_workbook_that_somebody_has_open_is_deferred_and_caught_up(
    shop: Shop, capsys: pytest.CaptureFixture[str], file: str, content: bytes
):
    lock = shop.folder / file
    lock.write_bytes(content)
    before = shop.workbook.read_bytes()

    assert sync(shop) == 75
    assert "Lerato" in capsys.readouterr().err
    assert shop.workbook.read_bytes() == before
    assert lock.read_bytes() == content
    assert shop.mails() == []

    lock.unlink()
    assert sync(shop) == 0
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")
    assert shop.mails()


def test_mail_goes_alone_after_two_passes_that_could_not_write(shop: Shop):
    (shop.folder / ".~lock.tracker.xlsx#").write_bytes(b"Lerato,,,,;")
    shop.look(shop.at("12:13"))
    assert shop.mails() == []
    shop.look(shop.at("12:15"))
    told = shop.mails()
    assert told
    shop.look(shop.at("12:17"))
    (shop.folder / ".~lock.tracker.xlsx#").unlink()
    shop.look(shop.at("12:19"))
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")
    assert shop.mails() == told


def test_a_second_sheetsync_is_turned_away(shop: Shop, capsys: pytest.CaptureFixture[str]):
    with exclusive(shop.folder / "state" / "worker.lock"):
        assert sync(shop) == 75
        assert run(["run", "--once", "--config", str(shop.config)]) == 75
    assert "Another sheetsync works on this tracker" in capsys.readouterr().err


BREAKS = (
    ("sla.yaml", "within: 4h}                                   # placeholder\n\n  - id: picking", "within: 4 ours}\n\n  - id: picking"),
    ("escalation.yaml", "floor_lead: [lead@example.org]", "floor_lead: [lead at example.org]"),
)  # fmt: skip


def test_broken_rules_on_a_first_start_are_refused_with_every_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    shop = Shop(tmp_path / "shop")
    shop.add({"order_id": "#SP-1"})
    for file, old, new in BREAKS:
        shop.edit_rules(file, old, new)
    before = shop.workbook.read_bytes()
    for verb in (["sync"], ["run", "--once"], ["plan"], ["check"]):
        assert run([*verb, "--config", str(shop.config)]) == 2
        said = capsys.readouterr().err
        assert "sla.yaml:" in said
        assert "escalation.yaml:" in said
    assert shop.workbook.read_bytes() == before


def test_broken_rules_on_a_running_worker_leave_the_last_good_set_in_force_loudly(
    shop: Shop, capsys: pytest.CaptureFixture[str]
):
    for file, old, new in BREAKS:
        shop.edit_rules(file, old, new)

    result = shop.look(shop.at("08:14"))

    assert result.outcome == "done"
    status = " ".join(shop.tab("Sync Status"))
    assert "The rules are broken, so the last good set stays in force: " in status
    assert "(and 1 more)" in status
    assert shop.look(shop.at("08:16")).outcome == "unchanged"
    assert shop.look(shop.at("12:13")).cells
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")
    run(["plan", "--config", str(shop.config)])
    assert "the last good set stays in force" in capsys.readouterr().err

    for file, old, new in BREAKS:
        shop.edit_rules(file, new, old)
    assert shop.look(shop.at("12:15")).outcome == "done"
    assert "The rules are broken" not in " ".join(shop.tab("Sync Status"))


def many(shop: Shop, count: int) -> None:
    shop.add(*({"order_id": f"#M-{n:03}", "allocated": "✓"} for n in range(count)))


def delete_rows(shop: Shop, first: int, count: int) -> None:
    with shop.sheet() as sheet:
        sheet.delete_rows(first, count)


@pytest.mark.parametrize("all_rows", [False, True])
def test_half_or_all_of_the_rows_gone_holds_the_tracker_until_a_person_says_so(
    shop: Shop, capsys: pytest.CaptureFixture[str], all_rows: bool
):
    many(shop, 22)
    shop.look(shop.at("08:14"))
    delete_rows(shop, 2, 24 if all_rows else 12)
    before = shop.workbook.read_bytes()

    assert run(["plan", "--config", str(shop.config)]) == 3
    assert sync(shop) == 3
    said = capsys.readouterr().err
    assert "orders are gone from the sheet" in said
    assert "sheetsync approve" in said
    assert sync(shop) == 3
    assert shop.workbook.read_bytes() == before
    assert [mail.subject for mail in shop.mails()] == [
        "tracker.xlsx is held: nothing is written or mailed"
    ]

    assert run(["approve", "--yes", "--config", str(shop.config)]) == 0
    assert sync(shop) == 0
    assert len(shop.orders()) == (0 if all_rows else 12)


def test_rows_that_come_back_release_the_hold_by_themselves(shop: Shop):
    many(shop, 22)
    shop.look(shop.at("08:14"))
    whole = shop.workbook.read_bytes()
    delete_rows(shop, 2, 12)
    assert shop.look(shop.at("08:16")).outcome == "held"
    shop.workbook.write_bytes(whole)
    assert shop.look(shop.at("08:18")).outcome == "done"
    assert shop.look(shop.at("08:20")).outcome == "unchanged"


def test_a_column_of_ticks_that_was_emptied_holds_the_tracker(shop: Shop):
    many(shop, 22)
    shop.look(shop.at("08:14"))
    with shop.sheet() as sheet:
        for row in range(2, 26):
            sheet.cell(row, places(sheet)["Inventory Allocated"]).value = None
    result = shop.look(shop.at("08:16"))
    assert result.outcome == "held"
    assert "taken back" in result.problem


def test_a_heading_renamed_in_mid_life_holds_the_tracker_and_loses_no_stamp(shop: Shop):
    rename_heading("Picking Completed", "Fertig gepickt")(shop)
    before = shop.workbook.read_bytes()
    result = shop.look(shop.at("08:40"))
    assert result.outcome == "held"
    assert "“Picking Completed” was there at the last pass and is gone" in result.problem
    assert shop.workbook.read_bytes() == before

    shop.edit_rules(
        "columns.yaml", "aliases: [Picking, Picked,", "aliases: [Fertig gepickt, Picking, Picked,"
    )
    assert shop.look(shop.at("08:42")).outcome == "done"
    assert shop.cell("#SP-1", "picked_at") == datetime(2026, 3, 9, 8, 12)


def test_a_staff_column_may_come_and_go_as_people_like(shop: Shop):
    rename_heading("Vendor", "Team colour")(shop)
    assert shop.look(shop.at("08:14")).outcome in ("done", "unchanged")


def test_a_workbook_copied_to_another_place_is_not_written_and_mails_nobody(
    shop: Shop, tmp_path: Path
):
    copy = Shop(tmp_path / "copy")
    shutil.copyfile(shop.workbook, copy.workbook)
    result = copy.look(shop.at("12:13"))
    assert result.outcome == "held"
    assert "another sheetsync" in result.problem
    assert copy.workbook.read_bytes() == shop.workbook.read_bytes()


def test_a_store_put_back_from_an_old_backup_does_not_mail_again(shop: Shop):
    old = (shop.folder / "state.db").read_bytes()
    shop.look(shop.at("12:13"))
    mailed = shop.mails()
    assert mailed
    for name in ("state.db-wal", "state.db-shm"):
        (shop.folder / name).unlink(missing_ok=True)
    (shop.folder / "state.db").write_bytes(old)
    result = shop.look(shop.at("12:15"))
    assert result.outcome == "held"
    assert "old backup" in result.problem
    assert shop.mails_about_orders() == mailed


def test_a_workbook_absent_for_a_while_is_not_read_as_orders_gone(shop: Shop):
    away = shop.folder / "elsewhere"
    shop.workbook.rename(away)
    assert shop.look(shop.at("08:14")).outcome in ("deferred", "failed")
    away.rename(shop.workbook)
    assert shop.look(shop.at("08:16")).outcome in ("done", "unchanged")
    assert openpyxl.load_workbook(shop.workbook)["Orders"].max_row == 3
