"""A bad Google Sheet through the command line, over real HTTP: one clear sentence, nothing half-written, nothing lost."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.end_to_end.bad_google_sheets.damage import (
    JWT,
    Damage,
    a_copy,
    api_off,
    emptied,
    file_is,
    heading,
    key_refused,
    login_withdrawn,
    merged_header,
    no_header,
    no_tab,
    protected,
    refused_write,
    role,
    second_look_meets,
    set_up,
    state,
    sync,
    tab_called,
    tab_deleted_amid_the_pass,
    write_meets,
    zone,
)
from tests.sheets_server import faults
from tests.support import google_errors as words
from tests.support.google_keys import ROBOT
from tests.support.google_sheets import BOOK_ID
from tests.support.google_shop import GoogleShop


@dataclass(frozen=True)
class Case:
    """What is done to a shop that works, and what `sheetsync sync` then says and leaves with."""

    name: str
    damage: Damage
    code: int
    says: tuple[str, ...]
    set_up: bool = False
    """Whether the sheet had been set up, so that its columns and its tab carry marks."""


CASES = (
    Case("tab renamed", tab_called("Bestellungen"), 1,
         ("has no tab “Orders”", "“Bestellungen”, “Sync Status”", "tracker: tab:")),
    Case("tab deleted", no_tab, 1, ("has no tab “Orders”", "“Sync Status”")),
    Case("tab deleted that was set up", no_tab, 1, ("has no tab “Orders”",), set_up=True),
    Case("heading renamed", heading("picked", "Fertig gepickt"), 3,
         ("“Picking Completed” was there at the last pass and is gone", "aliases")),
    Case("heading of the Order IDs gone", heading("order_id", None), 3, ("The heading Order ID cannot be found",)),
    Case("heading missing", heading("picked", None), 3, ("“Picking Completed” was there at the last pass and is gone",)),
    Case("the header row deleted", no_header, 3, ("no row has the heading Order ID", "the headings are still there")),
    Case("heading doubled", heading("notes", "Status"), 3, ("2 headings mean Status", "Rename all but one")),
    Case("headings merged", merged_header, 3, ("“Picking Completed” was there at the last pass and is gone",)),
    Case("shared to read only", role("reader"), 1, ("only for reading", "press Share", "as Editor")),
    Case("not shared any more", role("none"), 1, ("is not shared", "press Share")),
    Case("sharing taken away before the write", write_meets(faults.forbidden()), 1, ("is not shared", "press Share")),
    Case("sharing taken away before the second look", second_look_meets(faults.forbidden()), 1, ("is not shared",)),
    Case("login withdrawn before the write", login_withdrawn, 1, (f"does not accept the login of {ROBOT}", "sheetsync doctor")),
    Case("rows deleted at the moment of the write", refused_write("Invalid requests[0].updateCells: Range exceeds grid limits."),
         75, ("Rows were deleted", "nothing was written")),
    Case("a protected range in the way", protected, 1, ("protected cells", "Data > Protect sheets and ranges")),
    Case("an Excel file in Drive", file_is("office"), 1, ("is an Excel file", "File > Save as Google Sheets")),
    Case("in the bin", file_is("trashed"), 1, ("Google knows no sheet with the id", "bin")),
    Case("wrong id", lambda shop: shop.server.service.forget(BOOK_ID), 1, ("Google knows no sheet with the id", BOOK_ID)),
    Case("clock skew", key_refused(JWT), 1, ("because of the clock of this machine", "Set the clock right")),
    Case("key expired", key_refused("Invalid JWT Signature."), 1, (f"The key of {ROBOT} is no longer valid", "new JSON key")),
    Case("account gone", key_refused("Invalid grant: account not found"), 1, (ROBOT, "deleted or switched off")),
    Case("API switched off", api_off, 1, ("API is switched off", "project=987654321")),
    Case("ten million cells", refused_write(words.CELLS), 1, ("limit of 10 million cells", "Move closed orders")),
    Case("a text too long for a cell", refused_write(words.LONG_TEXT), 1, ("50,000 characters", "Shorten the long text")),
    Case("login without the scope", second_look_meets(faults.refused_with(403, "PERMISSION_DENIED", words.SCOPES)), 1,
         ("not for spreadsheets", "Log in anew")),
    Case("an outage", second_look_meets(faults.unavailable()), 75, ("out of order at this moment", "Run the command again in a minute")),
    Case("another time zone", zone("America/New_York"), 3, ("time zone America/New_York", "File > Settings")),
    Case("a copied sheet", a_copy, 3, ("another sheetsync", "copy")),
    Case("no rows at all, again and again", emptied, 3, ("is empty",)),
)  # fmt: skip


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
    told = " ".join(f"{said.err} {said.out}".split())
    assert code == case.code, told
    for part in case.says:
        assert part in told
    assert "Traceback" not in told
    assert shop.mails_about_orders() == []
    assert len(shop.mails()) == (code == 3), "a hold is told by one mail"
    assert before is None or state(shop) == before

    service = shop.server.service
    service.faults.clear()
    service.before.clear()
    service.disabled_in = ""
    service.files.clear()
    service.put(good)
    shop.config.write_text(settings)
    assert sync(shop) == 0
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")
    assert shop.mails_about_orders()
    assert all("#SP-1" in mail.text for mail in shop.mails_about_orders())


def test_a_tab_deleted_amid_the_pass_is_told_and_no_other_tab_is_touched(
    shop: GoogleShop, capsys: pytest.CaptureFixture[str]
):
    good, before = shop.book.copy(), state(shop)
    tab_deleted_amid_the_pass(shop)
    assert sync(shop) == 1
    told = " ".join(capsys.readouterr().err.split())
    assert 'There is no tab "Orders"' in told
    assert "renamed or deleted" in told
    del before["Orders"]
    assert state(shop) == before

    shop.server.service.before.clear()
    shop.book.restore(good)
    assert sync(shop) == 0
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")
