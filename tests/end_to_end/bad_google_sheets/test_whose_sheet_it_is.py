"""A copied sheet, a sheet without its mark, another time zone, an old store: held, told once, adopted on purpose."""

from __future__ import annotations

import pytest

from sheetsync.cli.main import run
from tests.end_to_end.bad_google_sheets.damage import a_copy, state, sync, zone
from tests.sheets_server.answers import Call
from tests.sheets_server.requests.apply import apply_all
from tests.support.google_shop import GoogleShop


def verb(shop: GoogleShop, *words: str) -> int:
    return run([*words, "--config", str(shop.config)])


def without_mark(shop: GoogleShop) -> None:
    """The sheet as an old version had it: no tab of the worker's, no mark of its own."""
    del shop.book.sheets[1:]
    shop.book.metadata.clear()


def old_store(shop: GoogleShop) -> None:
    """The store is put back by hand from before the last pass that wrote."""
    kept = {file: file.read_bytes() for file in shop.folder.glob("state.db*")}
    shop.type_in("#SP-2", allocated=True)
    shop.look(shop.at("12:30"))
    for file in shop.folder.glob("state.db*"):
        file.unlink()
    for file, data in kept.items():
        file.write_bytes(data)


def test_a_copied_sheet_is_held_until_it_is_adopted(shop: GoogleShop):
    a_copy(shop)
    assert sync(shop) == 3
    assert len(shop.mails()) == 1
    assert verb(shop, "approve", "--yes") == 3, "whose sheet it is cannot be approved"
    assert verb(shop, "adopt", "--yes") == 0
    assert sync(shop) == 0
    assert shop.mails_about_orders() == []


@pytest.mark.parametrize("damage", [without_mark, old_store], ids=["mark gone", "old store"])
def test_a_sheet_that_does_not_match_the_store_is_adopted_in_silence(shop: GoogleShop, damage):
    damage(shop)
    mailed, before = shop.mails_about_orders(), state(shop)
    assert shop.look(shop.at("12:32")).outcome == "held"
    assert state(shop) == before
    assert shop.adopt().plan.baseline
    assert shop.mails_about_orders() == mailed
    assert shop.look(shop.at("12:34")).outcome in ("done", "unchanged")
    with shop.workshop() as workshop:
        assert workshop.state.epoch >= 2
        assert workshop.store.held_since(workshop.state.id) is None


def test_a_sync_status_that_somebody_deleted_comes_back_once_that_was_approved(shop: GoogleShop):
    apply_all(shop.book, [{"deleteSheet": {"sheetId": shop.sheet_called("Sync Status").id}}])
    shop.type_in("#SP-2", allocated=True)
    assert shop.look(shop.at("08:14")).outcome == "held"
    assert not shop.let_through().plan.baseline
    assert shop.book.titled("Sync Status") is not None
    assert shop.cell("#SP-2", "allocated_at")
    assert shop.look(shop.at("08:16")).outcome in ("done", "unchanged")


def test_another_time_zone_is_told_by_one_mail_and_ends_by_itself(shop: GoogleShop):
    before = shop.book.timezone
    zone("America/New_York")(shop)
    for minute in (14, 16, 18):
        shop.type_in("#SP-2", notes=f"{minute}")
        assert shop.look(shop.at(f"08:{minute}")).outcome == "held"
    assert len(shop.mails()) == 1
    zone(before)(shop)
    assert shop.look(shop.at("08:30")).outcome in ("done", "unchanged")
    with shop.workshop() as workshop:
        assert workshop.state.state == "active"


def test_an_answer_that_lacks_one_order_once_makes_nothing_of_it(shop: GoogleShop):
    """Far fewer rows are looked at again by the tracker itself; one row fewer by the pass."""
    shop.type_in("#SP-1", notes="ring first")
    whole = shop.book.copy()
    shop.person.delete_rows(2, 1)
    reads: list[int] = []

    def back_for_the_second(call: Call) -> None:
        if call.name == "spreadsheets.values.batchGet":
            reads.append(call.number)
            if len(reads) == 2:
                shop.book.restore(whole)

    shop.server.service.before.append(back_for_the_second)
    assert shop.look(shop.at("08:16")).outcome in ("done", "unchanged")
    assert len(reads) >= 2
    with shop.workshop() as workshop:
        orders = workshop.store.load_memory(workshop.state.id, shop.now, "UTC").orders
    assert orders["missing_since"].isna().all()
    assert set(shop.orders()) == {"#SP-1", "#SP-2"}
