"""Two workers on one Google Sheet: one that was stopped amid its write sends no request more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.google_sheets import book_of, served
from tests.support.google_shop import GoogleShop
from tests.support.shop import HEADINGS


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[GoogleShop]:
    with served(book_of([HEADINGS])) as server:
        store = f"store: {{url: 'sqlite:///{tmp_path / 'state.db'}'}}\n"
        shop = GoogleShop(tmp_path / "one", server, more=store)
        shop.add({"order_id": "#SP-1", "allocated": "✓"}, {"order_id": "#SP-2"})
        shop.look(shop.at("08:10"))
        shop.type_in("#SP-1", picked="✓")
        shop.now = shop.at("08:12")
        yield shop


@pytest.mark.parametrize("at", ["committed", "reread", "send"])
def test_a_worker_stopped_before_its_request_and_overtaken_does_not_send_it(
    shop: GoogleShop, tmp_path: Path, at: str
):
    mine = shop.config
    other = tmp_path / "two" / "config.yaml"
    other.parent.mkdir()
    other.write_text(mine.read_text().replace("rules: rules", f"rules: {shop.rules}"))
    after: list[object] = []

    def step(name: str) -> None:
        if name != at or after:
            return
        shop.now += timedelta(minutes=6)
        shop.config = other
        with shop.workshop() as second:
            after.append(second.run_pass(shop.now).outcome)
        shop.server.service.counters.reset()
        after.append(shop.orders())

    with shop.workshop(step) as first:
        result = first.run_pass(shop.now)
    assert result.outcome == "skipped", result.problem
    assert after[0] == "done"
    assert shop.orders() == after[1]
    assert shop.server.service.counters.writes == 0
    shop.config = mine
    shop.now += timedelta(minutes=2)
    assert shop.look().cells == 0
    assert shop.orders() == after[1]
