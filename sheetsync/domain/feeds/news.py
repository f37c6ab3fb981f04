"""The nouns of feeds: what a source says of one order, what waits to be written, and what a plan makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal, TypeAlias

import pandas as pd

from sheetsync.domain.texts import both

Kind: TypeAlias = Literal["orders", "stock", "carrier", "answers", "payments"]
Keyed: TypeAlias = Literal["order_id", "tracking", "sku"]
Cells: TypeAlias = Mapping[str, str]
"""Column key -> text, as `values` writes it; blanks left out."""

KINDS: Final[tuple[Kind, ...]] = ("orders", "stock", "carrier", "answers", "payments")


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a source said last about one order or article, whose `key` is of the kind `keyed`.

    `packed` are its cells as one JSON object: most news that wait are never looked into.
    """

    source: str
    kind: Kind
    keyed: Keyed
    key: str
    digest: int
    packed: str
    changed_at: datetime
    waits: bool = True

    @property
    def cells(self) -> Cells:
        """The cells, unpacked anew at each asking."""
        found: dict[str, str] = json.loads(self.packed)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """What feeds brought and the tracker does not show yet, and what feeds wrote into it before.

    `written` holds, per order, what they meant to write; `before` what stood there until that is confirmed.
    `held_back` are the feeds whose news are left out until a person has looked at them, and why.
    `number` grows with every file that was looked at. `more` gives the same with news that no row was there for
    when they came, given the keys that the rows have now; None where there are no such news.
    """

    number: int = 0
    news: tuple[News, ...] = ()
    written: Mapping[str, Cells] = field(default_factory=dict)
    before: Mapping[str, Cells] = field(default_factory=dict)
    more: Callable[[Fed, Mapping[Keyed, Sequence[str]]], Fed] | None = None
    held_back: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing at all to look into or to tell."""
        return not self.news and self.more is None and not self.held_back

    def without(self, held: Mapping[str, str]) -> Fed:
        """The same without the news of these sources, which are held back, and why."""
        asked, sources = self.more, {**self.held_back, **held}

        def more(fed: Fed, keys: Mapping[Keyed, Sequence[str]]) -> Fed:
            found = asked(fed, keys) if asked is not None else fed
            return replace(found, news=tuple(n for n in found.news if n.source not in sources))

        return replace(
            self, news=tuple(n for n in self.news if n.source not in sources),
            more=None if asked is None else more, held_back=sources,
        )  # fmt: skip


NOTHING: Final = Fed()

NewCell: TypeAlias = str | float | datetime | None
"""What may go into a cell; a datetime is naive local."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A row to add below the last order: typed cells by column key, and the source that asks for it."""

    order_id: str
    source: str
    cells: Mapping[str, NewCell]
    texts: Cells


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FedPlan:
    """What a plan does about feeds.

    `changes` is a frame of CHANGE_COLUMNS. `done` are news that need nothing any more, `unmatched` those
    that no row is there for, `carried` those whose cells are among the changes or additions, each with its order. `no_column`
    names, by source, columns that it speaks of and the tracker does not have, and `lacking` the news that wait for
    them; `held_back` is as in `Fed`. `written` and `before` are what is to be
    remembered of each order.
    """

    changes: pd.DataFrame
    additions: tuple[Addition, ...] = ()
    done: tuple[News, ...] = ()
    unmatched: tuple[News, ...] = ()
    carried: tuple[tuple[News, str], ...] = ()
    written: Mapping[str, Cells] = field(default_factory=dict)
    before: Mapping[str, Cells] = field(default_factory=dict)
    number: int = 0
    no_column: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lacking: frozenset[tuple[str, Keyed, str]] = frozenset()
    held_back: Mapping[str, str] = field(default_factory=dict)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What people should know of it, in sentences."""
        return (
            *(self.held_back[source] for source in sorted(self.held_back)),
            *(no_column_words(source, titles) for source, titles in sorted(self.no_column.items())),
        )

    @property
    def writes(self) -> bool:
        """Whether anything goes into the tracker."""
        return bool(len(self.changes) or self.additions)


def no_column_words(source: str, titles: Sequence[str]) -> str:
    """That a feed speaks of columns which the tracker does not have, and what to do."""
    many = len(titles) > 1
    return (
        f"The feed {source} speaks of {both(titles)}, for which the tracker has no column. "
        f"Add the heading{'s' if many else ''} to the tracker, and what it says is filled in."
    )


def feed_rule(source: str) -> str:
    """The rule under which the change log keeps what this source brought."""
    return f"feed:{source}"


def feed_of(rule: str) -> str:
    """The source that a line of the change log is due to; "" for any other line."""
    kind, _, source = rule.partition(":")
    return source if kind == "feed" else ""
