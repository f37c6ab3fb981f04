"""A bad Google Sheet through the command line, over real HTTP: one clear sentence, nothing half-written, nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sheetsync.cli.main import run
from tests.sheets_server import faults
from tests.support.google_keys import ROBOT, service_account_info, written
from tests.support.google_sheets import BOOK_ID, Formula, Served, cell_of, rows_of, served
from tests.support.google_shop import GoogleShop
from tests.support.shop import TITLES

Damage = Callable[[GoogleShop], None]
ALWAYS_OPEN = {"calendar.yaml": [
    ("{Mon-Fri: '08:00-17:00', Sat: '09:00-13:00'}", "{Mon-Sun: '00:00-24:00'}"),
]}  # fmt: skip
FULL = "This action would increase the number of cells in the workbook above the limit of 10000000 cells."
JWT = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)


@dataclass(frozen=True)
class Case:
    """What is done to a shop that works, and what `sheetsync sync` then says and leaves with."""

    name: str
    damage: Damage
    code: int
    says: tuple[str, ...]
    set_up: bool = False
    """Whether the sheet had been set up, so that its columns and its tab carry marks."""


def tab_called(title: str) -> Damage:
    return lambda shop: setattr(shop.book.sheets[0], "title", title)


def no_tab(shop: GoogleShop) -> None:
    shop.book.sheets = [sheet for sheet in shop.book.sheets if sheet.title != "Orders"]


def heading(key: str, new: str | None) -> Damage:
    return lambda shop: shop.person.put(0, shop.person.places()[TITLES[key]], new)


def merged_header(shop: GoogleShop) -> None:
    place = shop.person.places()[TITLES["picked"]]
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1,
            "startColumnIndex": place - 1, "endColumnIndex": place + 1}  # fmt: skip
    shop.person.ask("mergeCells", range=area, mergeType="MERGE_ALL")


def role(name: str) -> Damage:
    return lambda shop: setattr(shop.server.service.files[BOOK_ID], "role", name)


def file_is(what: str) -> Damage:
    return lambda shop: setattr(shop.server.service.files[BOOK_ID], what, True)


def protected(shop: GoogleShop) -> None:
    place = shop.person.places()[TITLES["sla"]]
    area = {"sheetId": 0, "startColumnIndex": place, "endColumnIndex": place + 1}
    shop.book.sheets[0].protected_ranges.append({"protectedRangeId": 77, "range": area})


def lost_before_the_write(shop: GoogleShop) -> None:
    """The sharing is taken away between the second look and the write."""
    shop.server.service.faults.add(faults.forbidden(), kind="write", times=9)


def refused_write(message: str) -> Damage:
    fault = faults.refused_with(400, "INVALID_ARGUMENT", message)
    return lambda shop: shop.server.service.faults.add(fault, kind="write", times=9)


def key_refused(description: str) -> Damage:
    """A shop with a service account whose key gives no token."""

    def damage(shop: GoogleShop) -> None:
        written(shop.folder / "key.json", service_account_info(f"{shop.server.url}/token"))
        text = shop.config.read_text()
        shop.config.write_text(text.replace("login: none", "key_file: key.json"))
        shop.server.service.faults.add(faults.no_token(description), kind="token", times=9)

    return damage


def api_off(shop: GoogleShop) -> None:
    shop.server.service.disabled_in = "987654321"


def a_copy(shop: GoogleShop) -> None:
    """The folder points to a copy of the sheet."""
    copied = shop.server.service.copy_book(
        shop.server.service.files[BOOK_ID], "Copy of Shop orders"
    )
    shop.config.write_text(shop.config.read_text().replace(BOOK_ID, copied.book.id))


def zone(name: str) -> Damage:
    return lambda shop: setattr(shop.book, "timezone", name)


def emptied(shop: GoogleShop) -> None:
    shop.server.service.faults.add(
        faults.empty_values(), kind="read", path="values:batchGet", times=9
    )


CASES = (
    Case("tab renamed", tab_called("Bestellungen"), 1,
         ("has no tab “Orders”", "“Bestellungen”, “Sync Status”", "tracker: tab:")),
    Case("tab deleted", no_tab, 1, ("has no tab “Orders”", "“Sync Status”")),
    Case("tab deleted that was set up", no_tab, 1, ("has no tab “Orders”",), set_up=True),
    Case("heading renamed", heading("picked", "Fertig gepickt"), 3,
         ("“Picking Completed” was there at the last pass and is gone", "aliases")),
    Case("heading of the Order IDs gone", heading("order_id", None), 3, ("The heading Order ID cannot be found",)),
    Case("heading doubled", heading("notes", "Status"), 3, ("2 headings mean Status", "Rename all but one")),
    Case("headings merged", merged_header, 3, ("“Picking Completed” was there at the last pass and is gone",)),
    Case("shared to read only", role("reader"), 1, ("only for reading", "press Share", "as Editor")),
    Case("not shared any more", role("none"), 1, ("is not shared", "press Share")),
    Case("sharing taken away before the write", lost_before_the_write, 1, ("is not shared", "press Share")),
    Case("a protected range in the way", protected, 1, ("protected cells", "Data > Protect sheets and ranges")),
    Case("an Excel file in Drive", file_is("office"), 1, ("is an Excel file", "File > Save as Google Sheets")),
    Case("in the bin", file_is("trashed"), 1, ("Google knows no sheet with the id", "bin")),
    Case("wrong id", lambda shop: shop.server.service.forget(BOOK_ID), 1, ("Google knows no sheet with the id", BOOK_ID)),
    Case("clock skew", key_refused(JWT), 1, ("because of the clock of this machine", "Set the clock right")),
    Case("key expired", key_refused("Invalid JWT Signature."), 1, (f"The key of {ROBOT} is no longer valid", "new JSON key")),
    Case("account gone", key_refused("Invalid grant: account not found"), 1, (ROBOT, "deleted or switched off")),
    Case("API switched off", api_off, 1, ("API is switched off", "project=987654321")),
    Case("ten million cells", refused_write(FULL), 1, ("limit of 10 million cells", "Move closed orders")),
    Case("another time zone", zone("America/New_York"), 3, ("time zone America/New_York", "File > Settings")),
    Case("a copied sheet", a_copy, 3, ("another sheetsync", "copy")),
    Case("no rows at all, again and again", emptied, 3, ("is empty",)),
)  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served() as found:
        yield found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, server: Served) -> tuple[GoogleShop, Path]:
    """A shop after two passes, with one order by now past its limit and a mail due."""
    shop = GoogleShop(tmp_path_factory.mktemp("bad") / "shop", server, rules=ALWAYS_OPEN)
    shop.add({"order_id": "#SP-1", "allocated": True}, {"order_id": "#SP-2"})
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-1", picked=True)
    shop.look(shop.at("08:12"))
    return shop, shop.snapshot()


@pytest.fixture
def shop(made: tuple[GoogleShop, Path]) -> GoogleShop:
    shop, snapshot = made
    shop.server.service.disabled_in = ""
    shop.restore(snapshot)
    shop.now = shop.at("08:12")
    return shop


def sync(shop: GoogleShop, *more: str) -> int:
    return run(["sync", "--config", str(shop.config), *more])


def set_up(shop: GoogleShop) -> None:
    assert run(["setup", "--config", str(shop.config)]) == 0


def state(shop: GoogleShop) -> dict[str, list[list[Any]]]:
    """Every tab's values, and what hangs on the cells."""
    return {sheet.title: [list(row) for row in sheet.rows] for sheet in shop.book.sheets}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_sheet_is_told_in_one_sentence_and_put_right_it_catches_up(
    shop: GoogleShop, capsys: pytest.CaptureFixture[str], case: Case
):
    if case.set_up:
        set_up(shop)
    good, settings = shop.book.copy(), shop.config.read_text()
    case.damage(shop)
    before = state(shop) if BOOK_ID in shop.server.service.files else None
    capsys.readouterr()

    code = sync(shop)

    said = capsys.readouterr()
    words = " ".join(f"{said.err} {said.out}".split())
    assert code == case.code, words
    for part in case.says:
        assert part in words
    assert "Traceback" not in words
    assert shop.mails() == []
    assert before is None or state(shop) == before

    service = shop.server.service
    service.faults.clear()
    service.disabled_in = ""
    service.files.clear()
    service.put(good)
    shop.config.write_text(settings)
    assert sync(shop) == 0
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")
    assert shop.mails()
    assert all("#SP-1" in mail.text for mail in shop.mails())


def test_a_renamed_tab_that_was_set_up_is_followed(shop: GoogleShop):
    set_up(shop)
    tab_called("Bestellungen")(shop)
    assert sync(shop) == 0
    assert "The tab “Orders” is called “Bestellungen” now" in " ".join(shop.tab("Sync Status"))
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")


def test_a_renamed_heading_that_was_set_up_is_still_found(shop: GoogleShop):
    set_up(shop)
    heading("picked", "Fertig gepickt")(shop)
    heading("sla", None)(shop)
    shop.person.insert_column(2, "Colour")
    assert sync(shop) == 0
    said = " ".join(shop.tab("Sync Status"))
    assert "“Fertig gepickt”; it is still taken as Picking Completed" in said
    assert "has an empty heading; it is still taken as SLA" in said
    place = shop.person.places()["SLA Due"] - 1
    assert str(rows_of(shop.book)[1][place]).startswith("Breached")


@pytest.mark.parametrize("running", [False, True])
def test_one_empty_answer_has_no_effect(shop: GoogleShop, running: bool):
    """Also for a process that starts with it and has nothing to hold it against."""
    service = shop.server.service
    with shop.workshop() as workshop:
        if running:
            workshop.run_pass(shop.at("08:12"))
            shop.type_in("#SP-2", allocated=True)
        service.faults.add(faults.empty_values(), kind="read", path="values:batchGet")
        result = workshop.run_pass(shop.at("12:30"))
    assert (result.outcome, result.problem) == ("done", "")
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")
    assert service.faults.seen[-1][1] == "empty"


def many(shop: GoogleShop, count: int) -> None:
    shop.add(*({"order_id": f"#M-{n:03}", "allocated": True} for n in range(count)))


@pytest.mark.parametrize("left", [0, 12])
def test_half_or_all_of_the_rows_gone_holds_the_tracker_until_a_person_says_so(
    shop: GoogleShop, capsys: pytest.CaptureFixture[str], left: int
):
    many(shop, 22)
    shop.look(shop.at("08:14"))
    shop.person.delete_rows(1, 24 - left)
    before = state(shop)

    assert sync(shop) == 3
    said = " ".join(capsys.readouterr().err.split())
    assert "orders are gone from the sheet" in said
    assert "--accept-mass-change" in said
    assert state(shop) == before
    assert shop.mails() == []

    assert sync(shop, "--accept-mass-change") == 0
    assert sync(shop) == 0
    assert len(shop.orders()) == left


def test_rows_that_come_back_release_the_hold_by_themselves(shop: GoogleShop):
    many(shop, 22)
    shop.look(shop.at("08:14"))
    whole = shop.book.copy()
    shop.person.delete_rows(1, 12)
    assert shop.look(shop.at("08:16")).outcome == "held"
    shop.book.restore(whole)
    assert shop.look(shop.at("08:18")).outcome == "done"
    assert shop.look(shop.at("08:20")).outcome == "unchanged"


def test_the_longest_text_that_a_cell_can_hold_is_read_and_left(shop: GoogleShop):
    shop.type_in("#SP-2", notes="n" * 50_000, customer="ü" * 50_000)
    assert sync(shop) == 0
    assert shop.cell("#SP-2", "notes") == "n" * 50_000
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")
    assert max(len(str(cell)) for cell in shop.tab("Sync Status")) < 50_000


def test_formulas_and_errors_of_staff_stay_what_they_are(shop: GoogleShop):
    wanted = {"customer": Formula('="Than"&"di"'), "notes": Formula("=NA()"), "status": Formula('="On Hold"'),
              "packed": Formula("=1/0"), "next_action": Formula('=""')}  # fmt: skip
    shop.type_in("#SP-1", **wanted)
    place = shop.person.places()
    row = shop.person.rows_of("#SP-1")[0]
    assert sync(shop) == 0
    assert sync(shop) == 0
    sheet = shop.book.sheets[0]
    for key, formula in wanted.items():
        assert sheet.cell(row, place[TITLES[key]]) == cell_of(formula)
    assert "holds the error #DIV/0!" in str(shop.cell("#SP-1", "check"))


def test_chips_links_notes_and_formats_survive_in_staff_cells_and_around_ours(shop: GoogleShop):
    person, sheet = shop.person, shop.book.sheets[0]
    row = person.rows_of("#SP-1")[0]
    rich = {
        "handler": {"chipRuns": [{"chip": {"personProperties": {"email": "thabo@example.org"}}}]},
        "customer": {
            "textFormatRuns": [{"format": {}}, {"startIndex": 3, "format": {"bold": True}}]
        },
        "notes": {"note": "call first", "hyperlink": "https://example.org"},
        "sla": {"note": "why?", "userEnteredFormat": {"textFormat": {"italic": True}}},
        "status": {"dataValidation": {"condition": {"type": "ONE_OF_LIST"}}},
    }
    for key, more in rich.items():
        place = person.places()[TITLES[key]]
        sheet.put(row, place, {**(sheet.cell(row, place) or cell_of("x") or {}), **more})
    assert sync(shop) == 0
    for key, more in rich.items():
        found = sheet_cell(shop, row, key)
        assert {name: found.get(name) for name in more} == more
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")


def sheet_cell(shop: GoogleShop, row: int, key: str) -> dict[str, Any]:
    return shop.book.sheets[0].cell(row, shop.person.places()[TITLES[key]]) or {}


def test_a_sheet_with_decimal_commas_is_read_and_written_alike(shop: GoogleShop):
    shop.type_in("#SP-2", notes=1234.5, ordered_at=46090.25)
    plain = shop.book.copy()
    cells = []
    for locale in ("en_US", "de_DE"):
        shop.book.restore(plain)
        shop.book.locale = locale
        set_up(shop)
        shop.type_in("#SP-2", allocated=True)
        shop.look(shop.at("09:00"))
        cells.append(shop.orders())
        shop.restore(shop.folder.with_name(f"{shop.folder.name}-snapshot"))
    assert cells[0] == cells[1]
    assert cells[0]["#SP-2"]["Allocated At"]


def test_a_quota_storm_of_ten_minutes_is_sat_out_with_few_requests_and_made_up_for(
    shop: GoogleShop,
):
    service = shop.server.service
    service.clock = shop.seconds
    start, end = shop.at("12:20"), shop.at("12:30")
    service.faults.add(faults.too_many(), when=lambda call: shop.now < end, times=10_000)
    results = []
    with shop.workshop() as workshop:
        shop.type_in("#SP-2", allocated=True)
        shop.now = start
        while shop.now < end:
            began = shop.now
            results.append(workshop.run_pass(shop.now, next_try=began + workshop.every))
            shop.now = max(shop.now, began + workshop.every)
        calls = service.counters.number
        service.faults.clear()
        last = workshop.run_pass(shop.now)
    assert {result.outcome for result in results} == {"deferred"}
    assert all("Google allows only so many requests a minute" in r.problem for r in results)
    told = [result.problem.partition("The next try is at ")[2] for result in results]
    assert told == ["12:22.", "12:24.", "12:26.", "12:28.", "12:30."]
    assert calls <= 10 * 6, (
        "not more than a request every ten seconds, where sixty a minute are allowed"
    )
    assert max(shop.waits) <= 64
    assert (last.outcome, last.problem) == ("done", "")
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")
    assert shop.cell("#SP-2", "allocated_at")
    assert shop.mails()
    assert service.counters.writes == 1


def test_a_storm_that_begins_between_the_looks_and_the_write_loses_nothing(shop: GoogleShop):
    service = shop.server.service
    service.clock = shop.seconds
    service.faults.add(faults.too_many(retry_after=30), kind="write", times=10_000)
    shop.type_in("#SP-2", allocated=True)
    before = state(shop)
    result = shop.look(shop.at("08:20"))
    assert (result.outcome, state(shop)) == ("deferred", before)
    service.faults.clear()
    assert shop.look(shop.at("08:30")).outcome == "done"
    assert shop.cell("#SP-2", "allocated_at") == pytest.approx(46090.3472, abs=0.0001), (
        "first seen at 08:20"
    )
