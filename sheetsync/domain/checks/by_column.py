"""What each column demands of its cells: needed, of a certain form, unique, not before, not ahead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.checks.tracking_numbers import squeeze_all
from sheetsync.domain.conditions import Surroundings, by_day_or_instant, compiled, evaluate
from sheetsync.domain.conditions.describe import describe
from sheetsync.domain.conditions.fields import Field, Fields
from sheetsync.domain.findings import FindingList, Problem
from sheetsync.domain.grid import Cells, Mask, object_array
from sheetsync.domain.moments import Moments, as_moment, canonical_local, to_local
from sheetsync.domain.rules import ColumnRule, Rulebook
from sheetsync.domain.texts import both, fold, quoted

FUTURE_SLACK: Final = timedelta(minutes=5)
"""Clocks of people and servers differ; a date may lie so far ahead of ours."""

_NAMED_ORDERS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChecks:
    """The checks of single columns over the rows of one pass; findings are added to `findings`."""

    findings: FindingList
    fields: Fields
    rules: Rulebook
    headings: Mapping[str, str]
    around: Surroundings
    order_ids: Cells

    def check(self, key: str) -> None:
        """All demands of the column `key`, which the sheet has."""
        rule, field = self.rules.columns[key], self.fields[key]
        if rule.owner != "worker":
            self._needed(key, rule, field)
        if rule.pattern and field.kind == "text":
            self._form(key, rule, field)
        if rule.unique and key != "order_id" and field.kind == "text":
            self._unique(key, rule, field)
        if field.kind == "moment":
            self._in_order(key, rule, field)
            self._not_ahead(key, rule, field)

    def _needed(self, key: str, rule: ColumnRule, field: Field) -> None:
        heading = self.headings[key]
        empty = field.empty
        if rule.default:
            words = f"{heading} is empty, so {rule.default} is used."
            self.findings.add(np.flatnonzero(empty), key, "default_used", "note", words)
        elif rule.required:
            like = f", like {rule.example}" if rule.example else ""
            words = f"{heading} is empty. Fill it in{like}."
            self.findings.add(np.flatnonzero(empty), key, "required", rule.severity, words)
        elif rule.required_when is not None:
            demanded = evaluate(rule.required_when, self.fields, self.around).mask
            why = describe(rule.required_when, self.rules, self.headings)
            although = f" although {why}" if why else ", and it is needed by now"
            words = f"{heading} is empty{although}. Fill it in."
            places = np.flatnonzero(empty & demanded)
            self.findings.add(places, key, "required_when", rule.severity, words)

    def _form(self, key: str, rule: ColumnRule, field: Field) -> None:
        fits = compiled(rule.pattern).fullmatch
        codes, texts = field.distinct
        like = f"It should look like {rule.example}." if rule.example else "It has another form."
        problems = {
            place: Problem(
                "pattern_mismatch",
                rule.severity,
                f"{self.headings[key]} says {quoted(text)}. {rule.message or like}",
            )
            for place, text in enumerate(texts)
            if text and not fits(text)
        }
        self.findings.add_problems(codes, key, problems)

    def _unique(self, key: str, rule: ColumnRule, field: Field) -> None:
        filled = np.flatnonzero(field.data != "")
        texts = field.data[filled].tolist()
        same = squeeze_all(texts) if rule.type == "tracking" else [fold(text) for text in texts]
        if len(set(same)) == len(same):
            return
        groups = np.full(len(field.data), -1, dtype=np.intp)
        groups[filled], _ = pd.factorize(object_array(same))
        counts = np.bincount(groups[filled])
        places = filled[counts[groups[filled]] > 1]
        words = self._shared_words(key, field, groups, places)
        self.findings.add(places, key, "not_unique", rule.severity, words)

    def _shared_words(
        self, key: str, field: Field, groups: npt.NDArray[np.intp], places: npt.NDArray[np.intp]
    ) -> list[str]:
        """Each row names the other orders, by ID: row numbers would change whenever staff sort."""
        members: dict[int, list[str]] = {}
        for place in places.tolist():
            members.setdefault(int(groups[place]), []).append(self.order_ids[place] or "without ID")
        for names in members.values():
            names.sort()
        words = []
        for place in places.tolist():
            names = members[int(groups[place])]
            others = _without(names[: _NAMED_ORDERS + 1], self.order_ids[place] or "without ID")
            named = others[:_NAMED_ORDERS]
            rest = len(names) - 1 - len(named)
            listed = both([*named, *([f"{rest} more"] if rest else [])])
            orders = "orders" if len(names) > 2 else "order"
            text = f"{self.headings[key]} {quoted(field.data[place])}"
            words.append(f"{text} also stands on {orders} {listed}. Check which one is right.")
        return words

    def _in_order(self, key: str, rule: ColumnRule, field: Field) -> None:
        other = self.fields.get(rule.not_before) if rule.not_before else None
        if other is None or other.kind != "moment":
            return
        left, right = by_day_or_instant(field.data, other.data, self.around.timezone)
        places = np.flatnonzero(left < right)
        ours, theirs = self._local(field.data[places]), self._local(other.data[places])
        name, earlier = self.headings[key], self.headings[rule.not_before]
        words = [
            f"{name} ({mine}) lies before {earlier} ({its}). Correct the one that is wrong."
            for mine, its in zip(ours, theirs, strict=True)
        ]
        self.findings.add(places, key, f"{key}_before_{rule.not_before}", rule.severity, words)

    def _not_ahead(self, key: str, rule: ColumnRule, field: Field) -> None:
        if not rule.not_in_future:
            return
        places = np.flatnonzero(ahead(field.data, self.around))
        words = [
            f"{self.headings[key]} is {text}, which lies in the future. Enter when it was."
            for text in self._local(field.data[places])
        ]
        self.findings.add(places, key, "in_future", rule.severity, words)

    def _local(self, moments: Moments) -> list[str]:
        texts = canonical_local(to_local(moments, self.around.timezone))
        return [text[:-3].removesuffix(" 00:00") for text in texts]


def ahead(moments: Moments, around: Surroundings) -> Mask:
    """Moments further ahead than clocks differ; NaT is not."""
    return np.asarray(moments > as_moment(around.now + FUTURE_SLACK))


def _without(names: list[str], own: str) -> list[str]:
    """The names without one occurrence of `own`."""
    place = names.index(own) if own in names else len(names)
    return names[:place] + names[place + 1 :]
