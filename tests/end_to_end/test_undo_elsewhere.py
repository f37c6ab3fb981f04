"""A pass over a Google Sheet is taken back under the same guard; with the store on PostgreSQL as on SQLite."""

from __future__ import annotations

import pytest

from sheetsync.worker.simulate import simulate
from sheetsync.worker.undo import carry_out_undo, look_at_undo
from tests.support.google_sheets import book_of, served
from tests.support.google_shop import GoogleShop
from tests.support.shop import HEADINGS, Shop


def made(shop: Shop) -> Shop:
    """Two orders looked at once; then #SP-1 was packed, which pass 2 saw."""
    shop.add({"order_id": "#SP-1", "allocated": True, "picked": True}, {"order_id": "#SP-2"})
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-1", packed=True)
    shop.look(shop.at("08:12"))
    shop.now = shop.at("08:20")
    return shop


def of_people(cells):
    """An order's cells without those that the worker works out anew in every pass."""
    return {k: v for k, v in cells.items() if k not in {"SLA", "SLA Due", "Check", "Next Action"}}


def test_rows_that_move_in_the_moment_of_an_undo_are_none_the_worse(tmp_path):
    with served(book_of([HEADINGS])) as server:
        shop = made(GoogleShop(tmp_path / "shop", server))
        sorted_away: list[str] = []

        def step(name: str) -> None:
            if name == "send" and sorted_away == ["armed"]:
                sorted_away.append("sorted")
                shop.person.sort_orders(reverse=True)

        with shop.workshop(step) as workshop:
            planned = look_at_undo(workshop, 2, shop.now)
            other = shop.orders()["#SP-2"]
            sorted_away.append("armed")
            done = carry_out_undo(workshop, planned)
        assert sorted_away == ["armed", "sorted"]
        assert done.cells == 0, "what met another row was put back, and waits for another try"
        assert done.exit_code == 75
        assert of_people(shop.orders()["#SP-2"]) == of_people(other)
        with shop.workshop() as workshop:
            again = look_at_undo(workshop, 2, shop.now)
            assert carry_out_undo(workshop, again).cells == len(planned.taken)
        assert (shop.cell("#SP-1", "status"), shop.cell("#SP-1", "packed_at")) == ("Packing", None)
        assert of_people(shop.orders()["#SP-2"]) == of_people(other)
        shop.look(shop.at("08:22"))
        assert shop.orders()["#SP-2"] == other, "SLA and Next Action are worked out anew"
        assert (shop.cell("#SP-1", "status"), shop.cell("#SP-1", "packed_at")) == ("Packing", None)


@pytest.fixture
def shop(tmp_path, postgres_url):
    return made(Shop(tmp_path / "shop", more=f"store: {{url: '{postgres_url}'}}\n"))


def test_undo_and_simulate_work_on_postgresql(shop):
    with shop.workshop() as workshop:
        planned = look_at_undo(workshop, 2, shop.now)
        done = carry_out_undo(workshop, planned)
        listed = workshop.store.undoing(workshop.state.id).passes(5)
        answer = simulate(workshop, shop.rules, shop.now)
    assert done.cells == len(planned.taken)
    assert [(found.line.id, found.undoes) for found in listed[:2]] == [(done.number, 2), (2, None)]
    assert answer.more == answer.fewer == ()
    shop.look(shop.at("08:22"))
    assert (shop.cell("#SP-1", "status"), shop.cell("#SP-1", "packed_at")) == ("Packing", None)
