"""On a Google Sheet, too, tasks stand on a tab of the worker, and Done At in Follow-ups closes them."""

from __future__ import annotations

from datetime import datetime

from tests.support.google_sheets import book_of, served
from tests.support.google_shop import GoogleShop
from tests.support.shop import HEADINGS

ON = {"escalation.yaml": [("mode: off                # off or on", "mode: on")]}


def test_a_task_is_shown_and_closed_by_a_person(tmp_path):
    with served(book_of([list(HEADINGS)])) as server:
        shop = GoogleShop(tmp_path / "shop", server, rows=[list(HEADINGS)], rules=ON)
        shop.add({"order_id": "#SP-1", "promised_at": datetime(2026, 3, 7)})
        assert shop.look(shop.at("08:10")).outcome == "done"
        assert "1 to do, 1 of them calls." in shop.tab("Tasks")
        rows = [["Order ID", "Who", "Done At"], ["#SP-1", "Lerato", "2026-03-09"]]
        shop.person.write_tab("Follow-ups", rows)
        assert shop.look(shop.at("08:20")).outcome == "done"
        assert "Nothing is to be done." in shop.tab("Tasks")
        assert shop.tab("Follow-ups") == [cell for row in rows for cell in row]
        assert shop.look(shop.at("08:21")).outcome == "unchanged"
