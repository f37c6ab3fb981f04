"""Archive, purge and forget: what is due, what it would do, and the doing, by hand or once a day."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.retention import Ended, ForArchive, ended_orders, for_archive, for_purge
from sheetsync.domain.rules import Rulebook
from sheetsync.errors import UsageError
from sheetsync.store.archive import WORKER
from sheetsync.store.care import FORGET, Wish
from sheetsync.store.redact import Counts
from sheetsync.worker.audit import known_order

if TYPE_CHECKING:
    from sheetsync.worker.workshop import Workshop

_DAY: Final = "retention_day"
_PURGED: Final = "purged_at"
_AT_A_TIME: Final = 1_000
Subject: TypeAlias = Literal["order", "email", "customer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """What forgetting somebody would cut. `standing`: orders whose rows are still in the tracker."""

    kind: Subject
    subject: str
    wish: Wish
    counts: Counts
    standing: tuple[str, ...]


def look_at_archive(shop: Workshop, now: datetime, months: int) -> ForArchive:
    """What `archive` would move now; raises UsageError for so few months that figures would change."""
    rules = shop.rules(now).rules
    least = rules.kpi.restate_months + 1
    if months < least:
        raise UsageError(
            f"Orders can be archived from {least} months on: the figures of the last "
            f"{rules.kpi.restate_months} months are still counted anew (kpi.yaml). "
            f"Ask for --older-than {least} or more."
        )
    return for_archive(_ended(shop, rules, now), now, months)


def archive(shop: Workshop, due: ForArchive, *, who: str, now: datetime) -> int:
    """Move what is due into the archive, some at a time; how many orders that were."""
    care, orders = shop.store.care(shop.state.id), sorted(due.orders)
    return sum(
        care.archive({order: due.orders[order] for order in some}, who=who, now=now)
        for some in _parts(orders)
    )


def look_at_purge(shop: Workshop, now: datetime, days: int, *, who: str) -> tuple[Wish, Counts]:
    """Whose personal values are due to be cut now, and how much that would be."""
    care, rules = shop.store.care(shop.state.id), shop.rules(now).rules
    due = for_purge(_ended(shop, rules, now), care.archived(), now, days)
    wish = _wish(shop, "purge", who, due)
    parts = (care.would_cut(replace(wish, orders=some)) for some in _parts(due))
    return wish, sum(parts, start=Counts())


def cut(shop: Workshop, wish: Wish, now: datetime) -> Counts:
    """Cut what is wished for, for good, some orders at a time; how much that was."""
    care = shop.store.care(shop.state.id)
    if wish.values:
        return care.cut(wish, now=now)
    parts = (care.cut(replace(wish, orders=some), now=now) for some in _parts(wish.orders))
    return sum(parts, start=Counts())


def look_at_forget(
    shop: Workshop, subject: str, now: datetime, *, kind: Subject | None, who: str
) -> Forgetting:
    """What forgetting an order, an address or a customer would cut; raises UsageError for nobody known."""
    store, tracker = shop.store, shop.state.id
    columns = frozenset(shop.config.retention.personal_columns)
    kind, orders, values = _meant(shop, subject, kind, columns)
    wish = _wish(shop, FORGET, who, orders, values)
    memory = store.load_memory(tracker, now, shop.timezone).orders
    standing = memory.index[memory["missing_since"].isna()].intersection(orders)
    counts = store.care(tracker).would_cut(wish)
    if not orders and not counts.total and not counts.waiting:
        raise UsageError(
            f"The store knows no order, address or customer {subject}, so there is nothing to forget. "
            "Write it as it stands in the tracker, or look it up with sheetsync history."
        )
    return Forgetting(
        kind=kind,
        subject=orders[0] if kind == "order" else subject,
        wish=wish,
        counts=counts,
        standing=tuple(map(str, standing)),
    )


def retention_daily(shop: Workshop, now: datetime) -> tuple[str, ...]:
    """Once a local day: cut and archive what is due by config.yaml; says what was done."""
    tracker, settings = shop.state.id, shop.config.retention
    local = scalar_to_local(now, shop.timezone)
    if shop.store.setting(tracker, _DAY) == local.date().isoformat():
        return ()
    done = []
    rules = shop.rules(now).rules
    ended = _ended(shop, rules, now)
    if settings.archive_months > rules.kpi.restate_months:
        due = for_archive(ended, now, settings.archive_months)
        moved = archive(shop, due, who=WORKER, now=now) if due.orders else 0
        done += [f"Closed orders moved to the archive: {moved}."] if moved else []
    count = _purge_what_is_new(shop, ended, now, settings.personal_days)
    done += [f"Orders whose personal values were cut: {count}."] if count else []
    shop.store.keep_setting(tracker, _DAY, local.date().isoformat())
    return tuple(done)


def _purge_what_is_new(shop: Workshop, ended: Mapping[str, Ended], now: datetime, days: int) -> int:
    """Cut orders that came of age since the last time, and what was kept of older ones since then.

    Who was forgotten stays so: what is read of these orders again is cut again. 0 days: only that.
    """
    store, tracker = shop.store, shop.state.id
    care = store.care(tracker)
    last = store.setting(tracker, _PURGED)
    archived = care.archived()
    due = for_purge(ended, archived, now, days) if days else []
    if last:
        before = datetime.fromisoformat(last)
        already = for_purge(ended, archived, before, days) if days else []
        again = care.touched_since(sorted({*already, *care.forgotten()}), before)
        due = sorted({*due} - {*already} | {*again})
    counts = cut(shop, _wish(shop, "purge", WORKER, due), now) if due else Counts()
    store.keep_setting(tracker, _PURGED, now.isoformat())
    return len(due) if counts.total else 0


def _parts(orders: Sequence[str]) -> Iterator[Sequence[str]]:
    """Orders some at a time: each part is a transaction of its own, so that nobody waits long for it."""
    return (orders[start : start + _AT_A_TIME] for start in range(0, len(orders), _AT_A_TIME))


def _meant(
    shop: Workshop, subject: str, kind: Subject | None, columns: frozenset[str]
) -> tuple[Subject, list[str], frozenset[str]]:
    """What the words mean, whose orders these are, and what is looked for in all the rest."""
    care, value = shop.store.care(shop.state.id), subject.strip()
    if kind in (None, "order"):
        try:
            return (
                "order",
                [known_order(value, shop.store.known_orders(shop.state.id))],
                frozenset(),
            )
        except UsageError:
            if kind == "order":
                raise
    which: Subject = kind or ("email" if "@" in value else "customer")
    return which, care.orders_with(value, columns), frozenset({value})


def _wish(
    shop: Workshop,
    act: str,
    who: str,
    orders: Sequence[str],
    values: frozenset[str] = frozenset(),
) -> Wish:
    return Wish(
        act=act, who=who, orders=orders, values=values, fresh=secrets.token_bytes(32),
        columns=frozenset(shop.config.retention.personal_columns),
    )  # fmt: skip


def _ended(shop: Workshop, rules: Rulebook, now: datetime) -> dict[str, Ended]:
    memory = shop.store.load_memory(shop.state.id, now, shop.timezone)
    return ended_orders(memory.orders, rules.statuses)
