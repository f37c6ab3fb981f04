"""How soon are questions answered and problems settled, and do customers rate? From the tabs that people fill."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sheetsync.domain.kpi.measure import finish, join, not_measured, times
from sheetsync.domain.kpi.registry import NOT_RECORDED
from sheetsync.domain.kpi.result import Figure
from sheetsync.domain.kpi.scene import Scene, Seconds
from sheetsync.domain.moments import as_aware
from sheetsync.domain.service.records import NO_RECORDS
from sheetsync.domain.worktime import cover

_KEYS: Final = ("mean", "median", "p90")
RESPONSE: Final = tuple(f"update_response_time_{key}" for key in _KEYS)
RESOLUTION: Final = tuple(f"issue_resolution_time_{key}" for key in _KEYS)
RATED: Final = "feedback_response_rate"
FIGURES: Final = (*RESPONSE, *RESOLUTION, RATED)
_MARKS: Final = ("timeliness", "accuracy", "tracking")
_TOPICS: Final = 4
"""Topics that are named; the others are counted together."""


def service_figures(scene: Scene) -> tuple[Figure, ...]:
    """Response times, resolution times, and the share of requests for feedback that were answered."""
    records = scene.inputs.service or NO_RECORDS
    return (
        *_durations(scene, RESPONSE, records.inquiries, "answered_at", opened=False),
        *_durations(scene, RESOLUTION, records.issues, "resolved_at", opened=True),
        _rated(scene, records.feedback),
    )


def _durations(
    scene: Scene, ids: tuple[str, ...], cases: pd.DataFrame | None, end: str, *, opened: bool
) -> list[Figure]:
    """Times of the cases that ended in the period; what still waits at its end is counted beside them."""
    if cases is None:
        return [not_measured(scene, id_, NOT_RECORDED[id_]) for id_ in ids]
    start = cases["opened_at"].to_numpy("datetime64[s]")
    stop = cases[end].to_numpy("datetime64[s]")
    ended = scene.within(stop) & (stop <= scene.snapshot) & ~np.isnat(start)
    waits = (start <= scene.snapshot) & (np.isnat(stop) | (stop > scene.snapshot))
    seconds = _seconds(scene, start[ended], stop[ended], opened=opened)
    orders = _numbered(cases["order_id"].to_numpy(object)[ended])
    unknown = _numbered(cases["order_id"].to_numpy(object)[scene.within(stop) & np.isnat(start)])
    verb = "answer" if end == "answered_at" else "solution"
    note = join(f"{int(waits.sum())} without a{'n' if verb == 'answer' else ''} {verb}" if waits.any() else "",
                _topics(cases["topic"].to_numpy(object)[ended | waits]))  # fmt: skip
    return [
        times(
            scene, id_, key, ids=orders, seconds=seconds, excluded=0, unmeasured=unknown, note=note,
        )
        for id_, key in zip(ids, _KEYS, strict=True)
    ]  # fmt: skip


def _seconds(scene: Scene, start: np.ndarray, stop: np.ndarray, *, opened: bool) -> Seconds:
    """By the wall, or of open hours only; the cases may be older than any order."""
    if opened:
        hours = cover(scene.opening.calendar, as_aware(scene.as_of), [start, stop])
        return np.asarray(hours.between(start, stop), dtype=np.float64)
    return np.asarray((stop - start).astype("timedelta64[s]").astype(np.float64))


def _numbered(orders: np.ndarray) -> np.ndarray:
    """Order IDs, told apart where an order has several cases or a case has no order."""
    seen: dict[str, int] = {}
    names = []
    for order in orders.tolist():
        seen[order] = seen.get(order, 0) + 1
        name = order or "(no order)"
        names.append(name if seen[order] == 1 else f"{name} ({seen[order]})")
    return np.array(names, dtype=object)


def _topics(topics: np.ndarray) -> str:
    """`by topic: Where is it 12, Damaged 3`; "" where nobody writes any."""
    counts: dict[str, list[str]] = {}
    for topic in topics.tolist():
        if topic:
            counts.setdefault(topic.casefold(), []).append(topic)
    if not counts:
        return ""
    ranked = sorted(counts.values(), key=lambda each: (-len(each), each[0].casefold()))
    named = [f"{each[0]} {len(each)}" for each in ranked[:_TOPICS]]
    rest = sum(len(each) for each in ranked[_TOPICS:])
    none = sum(not topic for topic in topics.tolist())
    more = [f"others {rest}"] * bool(rest) + [f"without a topic {none}"] * bool(none)
    return f"by topic: {', '.join([*named, *more])}"


def _rated(scene: Scene, feedback: pd.DataFrame | None) -> Figure:
    """Of the requests sent in the period, how many were answered by its end."""
    if feedback is None:
        return not_measured(scene, RATED, NOT_RECORDED[RATED])
    sent = feedback["sent_at"].to_numpy("datetime64[s]")
    answered = feedback["answered_at"].to_numpy("datetime64[s]")
    asked = scene.within(sent) & (sent <= scene.snapshot)
    hits = asked & ~np.isnat(answered) & (answered <= scene.snapshot)
    n, k = int(asked.sum()), int(hits.sum())
    orders = _numbered(feedback["order_id"].to_numpy(object)[asked])
    parts = dict(zip(orders.tolist(), hits[asked].astype(float).tolist(), strict=True))
    note = join("" if n else "nobody was asked", _marks(feedback[hits]))
    return finish(
        scene, RATED, value=k / n if n else None, numerator=k, n=n, parts=parts, note=note
    )


def _marks(answers: pd.DataFrame) -> str:
    """`timeliness 4.5, accuracy 4.0`: the mean of each mark that anybody gave."""
    told = []
    for name in _MARKS:
        marks = answers[name].to_numpy(np.float64)
        if (~np.isnan(marks)).any():
            told.append(f"{name} {np.nanmean(marks):.1f}")
    return f"of 5: {', '.join(told)}" if told else ""
