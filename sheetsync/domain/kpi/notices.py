"""Were customers told, in time, and by the channel that they prefer? Counted from what was sent, not from what was meant."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sheetsync.domain.kpi.measure import finish, not_measured
from sheetsync.domain.kpi.registry import NOT_RECORDED
from sheetsync.domain.kpi.result import Entry, Figure, Listing
from sheetsync.domain.kpi.scene import Scene
from sheetsync.domain.milestones.kinds import KINDS
from sheetsync.domain.milestones.memory import MISSED

NOTICE_COLUMNS: Final = (
    "order_id", "kind", "recipient", "state", "reason", "fallback", "decided_at", "sent_at",
)  # fmt: skip
"""A notices frame: text, text, text, text (as in the outbox), text, bool (not the preferred channel), moments."""
FIGURES: Final = ("notification_coverage", "customers_reached", "notification_timeliness")
_CALLED_OFF: Final = ("superseded", "suppressed", "dropped")
_DAY: Final = np.timedelta64(86_400, "s")


def notice_figures(scene: Scene) -> tuple[Figure, ...]:
    """Coverage, customers reached, and timeliness of the notices that were decided in the period."""
    if scene.inputs.notices is None:
        return tuple(not_measured(scene, id_, NOT_RECORDED[id_]) for id_ in FIGURES)
    due = _due(scene, scene.inputs.notices)
    return _coverage(scene, due), _reached(scene, due), _timely(scene, due)


def unsent(scene: Scene) -> Listing:
    """The notices of the period that were due and were not sent, with the reason of each."""
    title = "Notices not sent"
    if scene.inputs.notices is None:
        note = f"not measured: {NOT_RECORDED[FIGURES[0]]}"
        return Listing(id="unsent", title=title, entries=(), note=note)
    due = _due(scene, scene.inputs.notices)
    missing = due[~due["sent"]].sort_values(["decided_at", "order_id", "kind"], kind="stable")
    columns = (missing[name].tolist() for name in ("order_id", "kind", "reason", "decided_at"))
    entries = tuple(
        Entry(
            order_id=order, reason=f"{_title(kind)}: {reason or 'not sent yet'}", owner="",
            days=float((scene.snapshot - np.datetime64(at, "s")) / _DAY),
        )
        for order, kind, reason, at in zip(*columns, strict=True)
    )  # fmt: skip
    return Listing(id="unsent", title=title, entries=entries)


def _due(scene: Scene, notices: pd.DataFrame) -> pd.DataFrame:
    """The notices of the period that should have reached somebody; `sent` is whether they did by now.

    What was called off because it was not true, was overtaken or was not wanted was never due; what came too
    late, or lacked a fact to the end, was.
    """
    decided = notices["decided_at"].to_numpy("datetime64[s]")
    reasons = notices["reason"].to_numpy(object)
    missed = np.array([str(reason).startswith(MISSED) for reason in reasons], dtype=bool)
    called_off = notices["state"].isin(_CALLED_OFF).to_numpy() & ~missed
    kept = notices[scene.within(decided) & (decided <= scene.snapshot) & ~called_off]
    sent_at = kept["sent_at"].to_numpy("datetime64[s]")
    due: pd.DataFrame = kept.assign(sent=~np.isnat(sent_at) & (sent_at <= scene.snapshot))
    return due


def _coverage(scene: Scene, due: pd.DataFrame) -> Figure:
    count, sent = len(due), int(due["sent"].sum())
    by_order = due.groupby("order_id", sort=True)["sent"].min().astype(float)
    return finish(
        scene, "notification_coverage", value=sent / count if count else None, numerator=sent,
        n=count, parts={str(order): float(share) for order, share in by_order.items()},
        note="" if count else "no notice was due",
    )  # fmt: skip


def _reached(scene: Scene, due: pd.DataFrame) -> Figure:
    good = due["sent"] & ~due["fallback"]
    people = good.groupby(due["recipient"].str.casefold(), sort=True).min()
    count, reached = len(people), int(people.sum())
    return finish(
        scene, "customers_reached", value=reached / count if count else None, numerator=reached,
        n=count, note="" if count else "no notice was due",
    )  # fmt: skip


def _timely(scene: Scene, due: pd.DataFrame) -> Figure:
    limits = {
        rule.template: rule.within.seconds
        for rule in scene.inputs.rules.notifications.milestones
        if rule.within is not None and rule.within.seconds
    }
    sent = due[due["sent"] & due["kind"].isin(limits)]
    took = sent["sent_at"].to_numpy("datetime64[s]") - sent["decided_at"].to_numpy("datetime64[s]")
    limit = sent["kind"].map(limits).to_numpy(dtype="int64").astype("timedelta64[s]")
    in_time = np.asarray(took <= limit)
    count, good = len(sent), int(in_time.sum())
    by_order = (
        pd.Series(in_time, index=sent["order_id"], dtype=bool).groupby(level=0, sort=True).min()
    )
    return finish(
        scene, "notification_timeliness", value=good / count if count else None, numerator=good,
        n=count, parts={str(order): float(share) for order, share in by_order.items()},
        note="" if count else "no notice was sent",
    )  # fmt: skip


def _title(kind: str) -> str:
    return KINDS[kind].title if kind in KINDS else kind
