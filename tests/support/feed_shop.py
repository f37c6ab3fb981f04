"""The small shop of `shop.py` with folders in which other systems leave files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sheetsync.worker.one_pass import PassResult
from tests.support.shop import HEADINGS, TITLES, Shop

MORE = ("carrier_status", "eta", "carrier_update", "payment_status", "vendor_confirmed")
FEEDS = """feeds:
  web: {kind: orders, folder: in/web, stable: 0s}
  dhl: {kind: carrier, folder: in/dhl, stable: 0s, stale_after: 24h}
  pay: {kind: payments, folder: in/pay, stable: 0s}
  acme: {kind: answers, folder: in/acme, stable: 0s}
  wms: {kind: stock, folder: in/wms, stable: 0s}
"""
ORDERS = "Order ID,Order Date & Time,Customer Name / ID,SKU(s) Ordered\n"


class FeedShop:
    """A shop whose tracker has the columns of feeds. `shop` is the shop itself, workbook or sheet."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        for name in ("web", "dhl", "pay", "acme", "wms"):
            (shop.folder / "in" / name).mkdir(parents=True, exist_ok=True)

    def folder(self, feed: str) -> Path:
        """Where files of a feed are left."""
        return self.shop.folder / "in" / feed

    def leave(
        self, feed: str, content: str | bytes, name: str = "a.csv", *, age: float = 60
    ) -> Path:
        """A file in the folder of a feed, finished so many seconds ago by the shop's clock."""
        place = self.folder(feed) / name
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        moment = self.shop.now.timestamp() - age
        os.utime(place, (moment, moment))
        return place

    def look(self, clock: str | None = None) -> PassResult:
        """One pass."""
        return self.shop.look(self.shop.at(clock) if clock else None)

    def settle(self) -> list[PassResult]:
        """Passes of one worker, two minutes apart, until nothing is new."""
        done: list[PassResult] = []
        with self.shop.workshop() as worker:
            while not done or done[-1].outcome != "unchanged":
                assert len(done) < 6, [result.outcome for result in done]
                self.shop.now += timedelta(minutes=2)
                done.append(worker.run_pass(self.shop.now))
        return done

    def cells(self) -> dict[str, dict[str, Any]]:
        """Order ID -> column key -> value, of what people and feeds fill."""
        keys = {title: key for key, title in TITLES.items()}
        own = {"sla", "sla_due", "check", "next_action", "status"}
        return {
            order: {keys[h]: v for h, v in row.items() if keys.get(h) not in {None, *own}}
            for order, row in self.shop.orders().items()
        }

    def left(self, feed: str) -> list[str]:
        """The files that still lie in the folder of a feed, and those below it."""
        folder = self.folder(feed)
        return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())

    def report(self, feed: str, name: str) -> list[str]:
        """The lines of a report of refused rows."""
        return (self.folder(feed) / name).read_text(encoding="utf-8-sig").splitlines()


def headings() -> Sequence[str]:
    """The headings of the tracker: the usual ones and those that feeds fill."""
    return (*HEADINGS, *(TITLES[key] for key in MORE))


def feed_shop(folder: Path, *orders: Mapping[str, Any], feeds: str = FEEDS) -> FeedShop:
    """A shop that was looked at once, with these orders."""
    shop = FeedShop(Shop(folder, headings=headings(), more=feeds))
    if orders:
        shop.shop.add(*orders)
    assert shop.look("08:10").outcome == "done"
    return shop
