"""A small shop on a Google Sheet that works, for each test to damage in its own way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.google_sheets import Served, served
from tests.support.google_shop import GoogleShop

ALWAYS_OPEN = {"calendar.yaml": [
    ("{Mon-Fri: '08:00-17:00', Sat: '09:00-13:00'}", "{Mon-Sun: '00:00-24:00'}"),
]}  # fmt: skip


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
