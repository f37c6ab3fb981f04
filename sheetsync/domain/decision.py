"""The status decision table: what a Status cell should show, given evidence and what stands there.

Ticks and dates are evidence, Status text is a claim: a person wins on the cell, the evidence wins
on the clock. One pure function over arrays, so that every line of the table can be enumerated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.model import Severity
from sheetsync.domain.rules import StatusRule, StatusRules

Mask = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]
Codes = npt.NDArray[np.intp]

LIFE: Final = (
    "Pending", "Allocated", "Picking", "Packing", "Ready", "Shipped", "In Transit",
    "Out for Delivery", "Delivered", "Completed",
)  # fmt: skip
"""The life cycle in its order. Every other status is an overlay: no tick moves it."""

POSITION: Final = np.array([0, 1, 1, 2, 3, 4, 4, 4, 5, 5])
"""How much evidence each status of LIFE asserts (0 none, 1 allocated ... 5 delivered). A later
status at the same position refines the earlier one."""

_DELIVERED: Final = LIFE.index("Delivered")
_COMPLETED: Final = LIFE.index("Completed")
_RANK_OF_LEVEL: Final = np.array([LIFE.index(name) for name in (
    "Pending", "Allocated", "Packing", "Ready", "Shipped", "Delivered")])  # fmt: skip

FLAGS: Final[Mapping[str, Severity]] = {
    "status_behind_ticks": "warning",
    "status_ahead_of_ticks": "warning",
    "hold_after_dispatch": "warning",
    "backordered_but_packed": "warning",
    "needs_dispatch": "warning",
    "cancelled_but_dispatched": "error",
    "closed_evidence_but_open_exception": "warning",
    "unknown_status": "warning",
}
"""The rule ids of the table, with the severity of their findings."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Situation:
    """What the table looks at, one entry per row.

    `ticks`: (rows, 5), the evidence as counted. `typed`: the canonical status in the cell, "" when
    it is blank or unknown; `unknown`: text stands there that no rule knows. `edited`: the cell is
    not what the worker wrote. `moved_on`: evidence moved forward after the typed status was first
    seen. `retracted`: the worker wrote this status and the tick behind it was taken back at once.
    `quiet`: delivered and quiet for long enough to close the order.
    """

    ticks: Mask
    handler: Mask
    typed: Texts
    unknown: Mask
    edited: Mask
    moved_on: Mask
    retracted: Mask
    quiet: Mask


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decision:
    """What the table says, one entry per row.

    `level`: the furthest evidence, 0 to 5. `derived`: the status it gives. `shown`: what the cell
    should hold, "" = leave it alone. `standing`: the status in force for clocks and reports.
    `exception`: an open business problem. `flags`: rule id -> the rows it concerns.
    """

    level: Codes
    derived: Texts
    shown: Texts
    worker_writes: Mask
    standing: Texts
    open_order: Mask
    exception: Mask
    flags: Mapping[str, Mask]


@dataclass(frozen=True, slots=True, eq=False)
class _Vocabulary:
    """statuses.yaml as arrays by status code; the last entry stands for blank and unknown."""

    names: pd.Index
    low: Codes
    high: Codes
    living: Mask
    group: Mask
    is_open: Mask
    holds: Mask
    waits: Mask
    fails: Mask
    exception: Mask
    cancels: Mask
    word: Texts
    """By rank in LIFE: the word the worker writes."""


def furthest(ticks: Mask) -> Codes:
    """The furthest evidence of each row: 0 none, 1 allocated ... 5 delivered."""
    levels = np.arange(1, ticks.shape[1] + 1) * ticks
    return np.asarray(levels.max(axis=1, initial=0), dtype=np.intp)


def asserted_levels(typed: Texts, rules: StatusRules) -> Codes:
    """How much evidence each canonical status asserts, 0 to 5; -1 for overlays, blank, unknown.

    An alias group asserts what the first of its members does.
    """
    words = _vocabulary(rules)
    code = words.names.get_indexer(pd.Index(typed, dtype=object))
    return np.where(words.living[code], POSITION[words.low[code]], -1)


def decide(case: Situation, rules: StatusRules) -> Decision:
    """Decide every row by the table (rows 1 to 18). Pure: equal arguments, equal answer."""
    words = _vocabulary(rules)
    code = words.names.get_indexer(pd.Index(case.typed, dtype=object))
    level = furthest(case.ticks)
    exception = words.exception[code]
    derived = _derived(case, level, code, closing=~exception)
    living = words.living[code]
    low, high = words.low[code], words.high[code]
    behind = living & (high < derived)
    equal = living & (low <= derived) & (derived <= high)
    refines = living & (low > derived) & (POSITION[low] == POSITION[derived]) & ~words.group[code]
    ahead = living & (low > derived) & ~refines
    blank = (code < 0) & ~case.unknown
    word = words.word[derived]
    writes = (
        blank | (behind & _gives_way(case, derived, code)) | (case.retracted & (ahead | refines))
    )
    writes |= equal & ~case.edited & _other_word(case.typed, word, words, code, rules)
    stands = ~writes & (code >= 0)
    flags = _overlay_flags(case.ticks, words, code)
    flags |= {
        "status_behind_ticks": behind & ~writes,
        "status_ahead_of_ticks": ahead & ~writes,
        "unknown_status": case.unknown & (code < 0),
    }
    names = np.array(LIFE, dtype=object)
    standing = np.where(stands, case.typed, names[derived])
    return Decision(
        level=level,
        derived=names[derived],
        shown=np.where(writes, word, np.where(stands, case.typed, "")),
        worker_writes=writes,
        standing=standing,
        open_order=np.where(stands, words.is_open[code], derived != _COMPLETED),
        exception=exception,
        flags={rule: flags[rule] for rule in FLAGS},
    )


def _derived(case: Situation, level: Codes, code: Codes, *, closing: Mask) -> Codes:
    """The rank in LIFE that the evidence gives, closing included."""
    rank = _RANK_OF_LEVEL[level] + ((level == 1) & case.handler)
    ours = ~case.unknown & (~case.edited | case.moved_on | (code < 0))
    unopposed = ours | (code == _DELIVERED) | (code == _COMPLETED)
    closes = (level == 5) & case.quiet & closing & unopposed
    return np.where(closes, _COMPLETED, rank)


def _gives_way(case: Situation, derived: Codes, code: Codes) -> Mask:
    """Whether a status behind the evidence yields: not a person's, or evidence came later."""
    closing = (derived == _COMPLETED) & (code == _DELIVERED)
    return np.asarray(~case.edited | case.moved_on | closing, dtype=bool)


def _other_word(
    typed: Texts, word: Texts, words: _Vocabulary, code: Codes, rules: StatusRules
) -> Mask:
    """Rows of ours that say the same in the other vocabulary; rewritten after it was switched."""
    if rules.vocabulary == "simple":
        return np.asarray(typed != word, dtype=bool)
    return np.asarray(words.group[code], dtype=bool)


def _overlay_flags(ticks: Mask, words: _Vocabulary, code: Codes) -> dict[str, Mask]:
    packed, dispatched, delivered = ticks[:, 2], ticks[:, 3], ticks[:, 4]
    return {
        "hold_after_dispatch": words.holds[code] & dispatched,
        "backordered_but_packed": words.waits[code] & (packed | dispatched),
        "needs_dispatch": words.fails[code] & ~dispatched,
        "cancelled_but_dispatched": words.cancels[code] & dispatched,
        "closed_evidence_but_open_exception": words.exception[code] & delivered,
    }


def _vocabulary(rules: StatusRules) -> _Vocabulary:
    names = (*LIFE, *(name for name in rules.statuses if name not in LIFE))
    listed = [rules.statuses.get(name) for name in names] + [None]
    ranks = [_ranks(name, rule) for name, rule in zip((*names, ""), listed, strict=True)]
    overlay = np.array([not span for span in ranks])
    overlay[-1] = False

    def mark(test: Mask) -> Mask:
        return overlay & test

    holds = np.array([rule is not None and "*" in rule.pauses for rule in listed])
    waits = np.array([rule is not None and bool(rule.pauses) for rule in listed]) & ~holds
    troubled = np.array([rule is not None and rule.exception for rule in listed])
    fails = np.array([rule is not None and _after_dispatch(rule) for rule in listed])
    is_open = np.array([rule.open if rule else name != "Completed"
                        for name, rule in zip((*names, ""), listed, strict=True)])  # fmt: skip
    delays = np.array([rule is not None and rule.kind == "overlay" for rule in listed])
    final = np.array([rule is not None and rule.final for rule in listed])
    return _Vocabulary(
        names=pd.Index(names, dtype=object),
        low=np.array([min(span, default=0) for span in ranks]),
        high=np.array([max(span, default=0) for span in ranks]),
        living=np.array([bool(span) for span in ranks]),
        group=np.array([rule is not None and rule.kind == "alias_group" for rule in listed]),
        is_open=is_open,
        holds=mark(holds),
        waits=mark(waits),
        fails=mark(fails),
        exception=mark(is_open & (holds | waits | troubled | delays)),
        cancels=mark(final & ~is_open),
        word=_written_words(rules),
    )


def _after_dispatch(rule: StatusRule) -> bool:
    """A problem that can only come up once the order has left."""
    late = rule.stage in {"Transit", "Closeout"} or not rule.open
    return rule.exception and late and not rule.pauses and rule.kind != "overlay"


def _ranks(name: str, rule: StatusRule | None) -> tuple[int, ...]:
    """The ranks in LIFE that a status can equal; none for an overlay."""
    if rule is not None and rule.kind == "alias_group":
        return tuple(LIFE.index(member) for member in rule.means if member in LIFE)
    return (LIFE.index(name),) if name in LIFE else ()


def _written_words(rules: StatusRules) -> Texts:
    words = np.array(LIFE, dtype=object)
    if rules.vocabulary == "simple":
        groups = [rule for rule in rules.statuses.values() if rule.kind == "alias_group"]
        for rule in reversed(groups):
            words[[LIFE.index(member) for member in rule.means if member in LIFE]] = rule.name
    return words
