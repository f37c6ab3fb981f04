"""How the files of one feed are read: its settings over the tracker's rules."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sheetsync.config import Config, FeedConfig
from sheetsync.domain.columns.reading import ReadingOptions
from sheetsync.domain.feeds.kinds import RULES, KindRule
from sheetsync.domain.feeds.news import Kind
from sheetsync.domain.rules import ColumnRule, Rulebook
from sheetsync.domain.texts import fold, nearest, quoted
from sheetsync.errors import UsageError
from sheetsync.intake.mapping import RECOMPUTED, resolve_keys

_LAYOUT: Final = "1"
"""Part of the settings' digest: another way of reading makes refused files worth another look."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Way:
    """How the files of the feed `name` are read. `headings` maps a heading of theirs to a column key.

    `words` holds, by column key, what a folded word of the files means, `known` those words as written;
    `digest` changes with all of it.
    """

    name: str
    settings: FeedConfig
    rules: Rulebook
    columns: Mapping[str, ColumnRule]
    headings: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
    known: Mapping[str, Sequence[str]]
    options: ReadingOptions
    timezone: str
    tracker_timezone: str
    digest: str

    @property
    def kind(self) -> Kind:
        """What the feed brings."""
        return self.settings.kind

    @property
    def kind_rule(self) -> KindRule:
        """What a feed of this kind may say."""
        return RULES[self.settings.kind]

    @property
    def section(self) -> str:
        """Where its settings stand in config.yaml."""
        return f"feeds.{self.name}"


def way_of(name: str, settings: FeedConfig, config: Config, rules: Rulebook) -> Way:
    """How the feed `name` is read. Raises UsageError where its settings name a column that is none."""
    section = f"feeds.{name}"
    columns = _columns(settings.kind, rules)
    headings = resolve_keys(settings.columns, columns, section)
    words = {
        _known(column, columns, section): {fold(word): meaning for word, meaning in table.items()}
        for column, table in settings.values.items()
    }
    known = {_known(column, columns, section): tuple(t) for column, t in settings.values.items()}
    tracker = config.tracker.reading_options()
    options = dataclasses.replace(
        tracker,
        date_formats=tuple(dict.fromkeys((*settings.date_formats, *tracker.date_formats))),
        yes_words=(*tracker.yes_words, *settings.tick_words.yes),
        no_words=(*tracker.no_words, *settings.tick_words.no),
    )
    timezone = settings.timezone or config.tracker.timezone
    told = repr((_LAYOUT, settings, options, timezone, rules.hash))
    return Way(
        name=name, settings=settings, rules=rules, columns=columns, headings=headings, words=words, known=known,
        options=options, timezone=timezone, tracker_timezone=config.tracker.timezone,
        digest=hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32],
    )  # fmt: skip


def ways(config: Config, rules: Rulebook) -> dict[str, Way | UsageError]:
    """Every configured feed by name, or what is wrong with its settings: no feed stops another one."""
    found: dict[str, Way | UsageError] = {}
    for name, settings in config.feeds.items():
        try:
            found[name] = way_of(name, settings, config, rules)
        except UsageError as problem:
            found[name] = problem
    return found


def _columns(kind: Kind, rules: Rulebook) -> Mapping[str, ColumnRule]:
    """The columns that a file of this kind may have."""
    rule = RULES[kind]
    if rule.columns is not None:
        return rule.columns
    if not rule.fills:
        return {key: column for key, column in rules.columns.items() if key not in RECOMPUTED}
    wanted = {*rule.keyed, *rule.fills, *rule.proves}
    return {key: column for key, column in rules.columns.items() if key in wanted}


def _known(column: str, columns: Mapping[str, ColumnRule], section: str) -> str:
    names = {fold(key): key for key in columns} | {fold(c.title): k for k, c in columns.items()}
    key = names.get(fold(column))
    if key is None:
        near = names.get(nearest(column, names), "")
        hint = f"Did you mean {near}?" if near else f"It has {', '.join(columns)}."
        raise UsageError(
            f"{section}.values in config.yaml names the column {quoted(column)}, which such a feed does not "
            f"have. {hint}"
        )
    return key
