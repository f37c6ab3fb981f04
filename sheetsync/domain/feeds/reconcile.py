"""Where tracker and sources disagree, order by order: a person's value, two feeds, stock that is not there.

Nothing is decided here: what the tracker shows stands, and whoever looks at the list knows who is right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from sheetsync.domain.columns import sku_lines
from sheetsync.domain.feeds.kinds import RULES, may_change
from sheetsync.domain.feeds.news import News
from sheetsync.domain.feeds.planning import CellTexts, Rows, contradicts
from sheetsync.domain.model import Orders
from sheetsync.domain.parcels.words import parcel_state
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.texts import fold, number_text

Reason = Literal[
    "person", "cleared", "waiting", "sources", "vendor", "carrier", "missing", "stock", "article",
]  # fmt: skip
REASONS: Final[Mapping[Reason, str]] = {
    "person": "a person's value stands",
    "cleared": "a person emptied the cell",
    "waiting": "the next pass writes it",
    "sources": "the feeds disagree; the later one counts",
    "vendor": "the answer comes from another vendor than the order's",
    "carrier": "the courier says otherwise; ask, or correct the row",
    "missing": "no row of the tracker is meant",
    "stock": "more is set aside than there is",
    "article": "no stock feed knows the article",
}
_DELIVERED: Final = "Delivered"
_ARRIVED: Final = frozenset({"Delivered", "Completed"})
_OVER: Final = frozenset({"Delivered", "Completed", "Cancelled", "Returned"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing on which tracker and sources disagree. `about` is the order or article, `says` (source, text)."""

    about: str
    what: str
    tracker: str
    says: tuple[tuple[str, str], ...]
    reason: Reason


def differences(
    orders: Orders, status: pd.Series[str], news: Sequence[News], rules: Rulebook
) -> tuple[Difference, ...]:
    """Every difference between the tracker and what the sources said last, by order and column.

    `status` is the standing status by Order ID.
    """
    scene = _Scene(orders, status, rules)
    stock = [each for each in news if each.kind == "stock"]
    found = [
        *scene.cells([each for each in news if each.kind != "stock"]),
        *(scene.stock(stock) if stock else ()),
    ]
    return tuple(sorted(found, key=lambda d: (d.about, d.what, d.reason)))


class _Scene:
    def __init__(self, orders: Orders, status: pd.Series[str], rules: Rulebook) -> None:
        self._orders, self._status, self._rules = orders, status, rules
        self._rows, self._texts = Rows(orders), CellTexts(orders, rules)

    def cells(self, news: Sequence[News]) -> Iterator[Difference]:
        says: defaultdict[tuple[int, str], list[tuple[News, str]]] = defaultdict(list)
        for each in news:
            place = self._rows.place(each.keyed, each.key)
            if place is None:
                yield self._missing(each)
                continue
            order = self._rows.order(place)
            if contradicts(each, self._texts, place):
                yield self._other_vendor(each, order, place)
                continue
            yield from self._of_the_carrier(each, order, place)
            for key, text in each.cells.items():
                if self._compared(each, key):
                    says[place, key].append((each, text))
        for (place, key), lines in says.items():
            yield from self._cell(place, key, lines)

    def _compared(self, news: News, key: str) -> bool:
        if not self._orders.has(key):
            return False
        fills = RULES[news.kind].fills
        return key in fills if fills else may_change(self._rules.columns[key])

    def _cell(self, place: int, key: str, lines: list[tuple[News, str]]) -> Iterator[Difference]:
        stands = self._texts.at(key, place)
        texts = {text for _, text in lines}
        if texts == {stands}:
            return
        reason: Reason
        latest = max(lines, key=lambda line: (line[0].changed_at, line[0].source))
        if any(news.waits and text != stands for news, text in lines):
            reason = "waiting"
        elif len(texts) > 1 and latest[1] == stands:
            reason = "sources"
        else:
            reason = "person" if stands else "cleared"
        yield Difference(
            about=self._rows.order(place), what=self._heading(key), tracker=stands, reason=reason,
            says=tuple(sorted({(news.source, text) for news, text in lines})),
        )  # fmt: skip

    def _missing(self, news: News) -> Difference:
        what = self._rules.columns[news.keyed].title
        return Difference(
            about=news.key, what=what, tracker="", says=((news.source, news.key),), reason="missing"
        )

    def _other_vendor(self, news: News, order: str, place: int) -> Difference:
        key = next(key for key in RULES[news.kind].proves if key in news.cells)
        says = ((news.source, news.cells[key]),)
        return Difference(
            about=order, what=self._heading(key), tracker=self._texts.at(key, place), says=says, reason="vendor"
        )  # fmt: skip

    def _of_the_carrier(self, news: News, order: str, place: int) -> Iterator[Difference]:
        """The courier has delivered and the tracker does not say so, or the other way round."""
        said = news.cells.get("carrier_status", "")
        if news.kind != "carrier" or not said or order not in self._status.index:
            return
        standing = str(self._status[order])
        name = self._texts.at("carrier", place) if self._orders.has("carrier") else ""
        arrived = self._arrived(said, name)
        if (
            arrived == (standing in _ARRIVED)
            or (news.waits and arrived)
            or standing in _OVER - _ARRIVED
        ):
            return
        yield Difference(
            about=order, what=self._heading("status"), tracker=standing, says=((news.source, said),), reason="carrier"
        )  # fmt: skip

    def _arrived(self, said: str, carrier: str) -> bool:
        """Whether the courier's words mean that the parcel has arrived; those of statuses.yaml count, too."""
        if self._rules.statuses.aliases.get(fold(said)) == _DELIVERED:
            return True
        rule = self._rules.carriers.get(carrier)
        return parcel_state(said, rule, self._rules.parcel_words) == "delivered"

    def stock(self, levels: Sequence[News]) -> Iterator[Difference]:
        """What open orders have set aside, against what the stock feeds count."""
        on_hand: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
        known = {fold(each.key) for each in levels}
        for each in levels:
            counted_now = each.cells.get("on_hand")
            if counted_now is not None:
                on_hand[fold(each.key)].append((each.source, float(counted_now)))
        wanted, names = self._wanted()
        for article, (pieces, orders) in wanted.items():
            counted = on_hand.get(article)
            if counted and pieces > sum(count for _, count in counted):
                tracker = f"{pieces:,} set aside for {len(orders)} open order{'s' if len(orders) > 1 else ''}"
                says = tuple((source, f"{number_text(count)} on hand") for source, count in counted)
                yield Difference(
                    about=names[article], what="SKU", tracker=tracker, says=says, reason="stock"
                )
        for article in sorted(names.keys() - known):
            yield Difference(
                about=names[article], what="SKU", tracker="ordered", says=(), reason="article"
            )

    def _wanted(self) -> tuple[dict[str, tuple[int, list[str]]], dict[str, str]]:
        """Pieces and orders by article that are set aside and not sent; and the name of every ordered one."""
        wanted: dict[str, tuple[int, list[str]]] = {}
        names: dict[str, str] = {}
        frame = self._orders.frame
        if "skus" not in frame:
            return wanted, names
        aside = (frame["allocated"].to_numpy() == 1) & (frame["dispatched"].to_numpy() != 1)
        usable = np.flatnonzero(frame["usable"].to_numpy(bool)).tolist()
        ids, skus = (frame[name].to_numpy(object) for name in ("order_id", "skus"))
        for place in usable:
            if str(self._status.get(ids[place], "")) in _OVER:
                continue
            for line in sku_lines(skus[place]):
                if not line.quantity:
                    continue
                article = fold(line.sku)
                names.setdefault(article, line.sku)
                if aside[place]:
                    pieces, orders = wanted.setdefault(article, (0, []))
                    wanted[article] = pieces + line.quantity, [*orders, ids[place]]
        return wanted, names

    def _heading(self, key: str) -> str:
        return self._orders.header.headings.get(key) or self._rules.columns[key].title
