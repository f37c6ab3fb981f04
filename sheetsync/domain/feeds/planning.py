"""What of the news goes into the tracker: blank cells and cells that a feed wrote, never a person's value.

Nothing here acts. News whose cells are all there, or stand behind a person's value, are done; news about an
order that no row shows wait for it, or ask for a new row where a feed of orders brings them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from sheetsync.domain.feeds.kinds import RULES, may_change
from sheetsync.domain.feeds.news import Addition, FedPlan, Keyed, News, feed_rule
from sheetsync.domain.feeds.values import column_texts, typed_value
from sheetsync.domain.grid import Cells, frame_of, object_array
from sheetsync.domain.model import CHANGE_COLUMNS, WRITABLE, Memory, Orders
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.texts import fold


def plan_feeds(orders: Orders, memory: Memory, rules: Rulebook) -> FedPlan:
    """What a pass over `orders` does with the news in `memory`."""
    return _Planning(orders, memory, rules).plan()


@dataclass(slots=True)
class Rows:
    """The rows of the tracker, found by what a feed calls them."""

    orders: Orders
    by_order: dict[str, int] = field(init=False)
    read: set[str] = field(init=False)
    _by_tracking: dict[str, list[int]] | None = None

    def __post_init__(self) -> None:
        frame = self.orders.frame
        ids = frame["order_id"].to_numpy(object).tolist()
        usable = frame["usable"].to_numpy(bool).tolist()
        self.by_order = {o: p for p, (o, fit) in enumerate(zip(ids, usable, strict=True)) if fit}
        self.read = set(frame["order_id_read"].to_numpy(object).tolist())

    def place(self, keyed: str, key: str) -> int | None:
        """The one row that can be used of that name; None where there is none, or several."""
        if keyed == "order_id":
            return self.by_order.get(key)
        places = self._tracked().get(fold(key), ())
        return places[0] if len(places) == 1 else None

    def keys(self) -> dict[Keyed, list[str]]:
        """What the rows are called, in the spellings that a feed may use for it."""
        numbers: set[str] = set()
        if self.orders.has("tracking"):
            numbers = {
                text for text in self.orders.frame["tracking"].to_numpy(object).tolist() if text
            }
        spelled = {way for text in numbers for way in (text, text.upper(), text.lower())}
        return {"order_id": list(self.by_order), "tracking": sorted(spelled)}

    def order(self, place: int) -> str:
        """The Order ID of a row."""
        return str(self.orders.frame["order_id"].to_numpy(object)[place])

    def _tracked(self) -> dict[str, list[int]]:
        if self._by_tracking is None:
            found: defaultdict[str, list[int]] = defaultdict(list)
            if self.orders.has("tracking"):
                numbers = self.orders.frame["tracking"].to_numpy(object)
                for place in self.by_order.values():
                    if numbers[place]:
                        found[fold(numbers[place])].append(place)
            self._by_tracking = dict(found)
        return self._by_tracking


@dataclass(slots=True)
class CellTexts:
    """The cells of the tracker as a feed would write them, a column at a time and only when asked for."""

    orders: Orders
    rules: Rulebook
    _columns: dict[str, Cells] = field(default_factory=dict)

    def at(self, key: str, place: int) -> str:
        """The text of a cell; of one that cannot be read, as it stands."""
        if key not in self._columns:
            self._columns[key] = column_texts(
                key, self.rules.columns[key], self.orders, self.orders.sheet.timezone
            )
        text = str(self._columns[key][place])
        raw = self.orders.raw[key][place]
        return text if text or raw is None or raw is False or raw == "" else str(raw)

    def barred(self, key: str, place: int) -> bool:
        """Whether a formula stands in the cell, or it may not be written."""
        sheet = self.orders.sheet
        if not sheet.formulas and not sheet.unwritable:
            return False
        cell = (int(self.orders.frame["row"].to_numpy()[place]), self.orders.header.columns[key])
        return cell in sheet.formulas or cell in sheet.unwritable


def wanted_cells(
    news: News, orders: Orders, rules: Rulebook, *, made: bool
) -> Iterator[tuple[str, str]]:
    """The cells that the news would fill in a row that is there: (column key, text).

    `made`: whether a feed made the row; a feed of orders leaves every other row alone.
    """
    fills = RULES[news.kind].fills
    for key, text in news.cells.items():
        if not orders.has(key):
            continue
        if (made and may_change(rules.columns[key])) if news.kind == "orders" else key in fills:
            yield key, text


def contradicts(news: News, texts: CellTexts, place: int) -> bool:
    """Whether the row belongs to somebody else than the news say: another vendor's order."""
    proves = RULES[news.kind].proves
    said = news.cells if proves else {}
    return any(
        key in said
        and texts.orders.has(key)
        and texts.at(key, place) != ""
        and fold(texts.at(key, place)) != fold(said[key])
        for key in proves
    )


class _Planning:
    """One plan in the making."""

    def __init__(self, orders: Orders, memory: Memory, rules: Rulebook) -> None:
        self._orders, self._memory, self._rules = orders, memory, rules
        self._rows, self._texts = Rows(orders), CellTexts(orders, rules)
        fed = memory.fed
        self._fresh = {id(news) for news in fed.news}
        self._fed = fed if fed.more is None else fed.more(fed, self._rows.keys())
        self._cells: dict[tuple[int, str], tuple[str, News]] = {}
        self._additions: dict[str, Addition] = {}
        self._done: list[News] = []
        self._unmatched: list[News] = []
        self._carried: list[tuple[News, str]] = []
        self._written: dict[str, dict[str, str]] = {}
        self._before: dict[str, dict[str, str]] = {}
        self._no_column: defaultdict[str, set[str]] = defaultdict(set)
        self._lacking: set[tuple[str, Keyed, str]] = set()

    def plan(self) -> FedPlan:
        for news in sorted(self._fed.news, key=lambda n: (n.changed_at, n.source, n.keyed, n.key)):
            place = self._rows.place(news.keyed, news.key)
            if place is not None:
                self._into_row(news, place)
            elif news.kind == "orders":
                self._new_row(news)
            else:
                self._unmatched.append(news)
        return FedPlan(
            changes=self._changes(), additions=self._rows_to_add(),
            done=tuple(self._done), unmatched=tuple(self._unmatched), carried=tuple(self._carried), written=self._written,
            before=self._before, number=self._fed.number, held_back=self._fed.held_back,
            lacking=frozenset(self._lacking),
            no_column={source: self._titles(keys) for source, keys in self._no_column.items() if keys},
        )  # fmt: skip

    def _into_row(self, news: News, place: int) -> None:
        order = self._rows.order(place)
        made = "order_id" in self._fed.written.get(order, {})
        wanted = wanted_cells(news, self._orders, self._rules, made=made)
        lacks = False
        if contradicts(news, self._texts, place):
            wanted = iter(())
        elif made or news.kind != "orders":
            lacks = self._lacks_columns(news)
        any_to_write = False
        for key, text in wanted:
            any_to_write |= self._cell(news, order, place, key, text)
        if any_to_write:
            self._carried.append((news, order))
        elif not lacks:
            self._done.append(news)
        elif id(news) in self._fresh:
            self._unmatched.append(news)

    def _cell(self, news: News, order: str, place: int, key: str, text: str) -> bool:
        """Decide about one cell; whether it is to be written."""
        stands = self._texts.at(key, place)
        if stands == text and (place, key) not in self._cells:
            self._confirm(order, key, text)
            return False
        blank = stands == ""
        ours = not blank and self._is_ours(order, key, stands)
        cleared = blank and self._was_there(order, key, text)
        if self._texts.barred(key, place) or cleared or not (blank or ours):
            return False
        self._cells[place, key] = text, news
        self._remember(order, key, text, stands if ours else "")
        return True

    def _was_there(self, order: str, key: str, text: str) -> bool:
        """Whether this very text stood there, as a feed wrote it: a blank is then a person's."""
        written, before = (kept.get(order, {}) for kept in (self._fed.written, self._fed.before))
        return written.get(key) == before.get(key) == text

    def _is_ours(self, order: str, key: str, stands: str) -> bool:
        """Whether a feed, or the worker itself, put this there."""
        written, before = (kept.get(order, {}) for kept in (self._fed.written, self._fed.before))
        if stands in (written.get(key), before.get(key)):
            return True
        known = self._memory.orders
        if key not in WRITABLE or order not in known.index:
            return False
        row = known.index.get_loc(order)
        mine = (known[f"{kept}_{key}"].to_numpy(object)[row] for kept in ("written", "confirmed"))
        return any(stands == text for text in mine)

    def _confirm(self, order: str, key: str, text: str) -> None:
        """What a feed meant to write stands there: what stood before it is a person's from now on."""
        if self._fed.written.get(order, {}).get(key) == text:
            self._remember(order, key, text, text)

    def _remember(self, order: str, key: str, text: str, before: str) -> None:
        written = self._written.setdefault(order, dict(self._fed.written.get(order, {})))
        stood = self._before.setdefault(order, dict(self._fed.before.get(order, {})))
        written[key] = text
        stood[key] = before

    def _new_row(self, news: News) -> None:
        """A row for an order that was never seen; one that somebody removed stays away."""
        order = news.key
        if order in self._memory.orders.index:
            self._done.append(news)
            return
        if order in self._rows.read or order in self._additions:
            return
        self._lacks_columns(news)
        columns = self._rules.columns
        texts = {"order_id": order} | {k: t for k, t in news.cells.items() if self._orders.has(k)}
        cells = {key: typed_value(text, columns[key]) for key, text in texts.items()}
        self._additions[order] = Addition(
            order_id=order, source=news.source, cells=cells, texts=texts
        )
        self._written[order], self._before[order] = texts, {}
        self._carried.append((news, order))

    def _lacks_columns(self, news: News) -> bool:
        """Whether the news speak of a column that the tracker lacks: they wait for it, and that is told."""
        fills = RULES[news.kind].fills
        lacking = {
            key for key in news.cells if (not fills or key in fills) and not self._orders.has(key)
        }
        if lacking:
            self._no_column[news.source] |= lacking
            self._lacking.add((news.source, news.keyed, news.key))
        return bool(lacking)

    def _titles(self, keys: Collection[str]) -> tuple[str, ...]:
        return tuple(sorted(self._rules.columns[key].title for key in keys))

    def _rows_to_add(self) -> tuple[Addition, ...]:
        """The new rows, oldest order first: the same sheet in whatever order they came."""
        found = self._additions.values()
        return tuple(sorted(found, key=lambda a: (a.texts.get("ordered_at", ""), a.order_id)))

    def _changes(self) -> pd.DataFrame:
        frame, raw = self._orders.frame, self._orders.raw
        rows = frame["row"].to_numpy(np.int64)
        cells = list(self._cells.items())
        places = np.array([place for (place, _), _ in cells], dtype=np.intp)
        columns: Mapping[str, Any] = {
            "order_id": frame["order_id"].to_numpy(object)[places],
            "row": rows[places],
            "column": object_array([key for (_, key), _ in cells]),
            "expected": object_array([raw[key][place] for (place, key), _ in cells]),
            "new": object_array(
                [typed_value(text, self._rules.columns[key]) for (_, key), (text, _) in cells]
            ),
            "rule": object_array([feed_rule(news.source) for _, (_, news) in cells]),
        }
        return frame_of({name: columns[name] for name in CHANGE_COLUMNS})


def without(changes: pd.DataFrame, fed: pd.DataFrame) -> pd.DataFrame:
    """The worker's own changes but for cells that a feed fills: what a feed says is nearer to the fact."""
    if fed.empty or changes.empty:
        return changes
    taken = set(zip(fed["order_id"].tolist(), fed["column"].tolist(), strict=True))
    cells = zip(changes["order_id"].tolist(), changes["column"].tolist(), strict=True)
    return changes[np.array([cell not in taken for cell in cells], dtype=bool)]
