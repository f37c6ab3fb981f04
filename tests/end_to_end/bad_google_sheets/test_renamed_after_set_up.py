"""A tab and headings that were set up carry marks: renamed or moved they are still found."""

from __future__ import annotations

from tests.end_to_end.bad_google_sheets.damage import heading, set_up, sync, tab_called
from tests.support.google_sheets import rows_of
from tests.support.google_shop import GoogleShop


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
