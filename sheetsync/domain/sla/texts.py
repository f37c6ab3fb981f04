"""The SLA cell: the worse of an order's two clocks, in one line that does not change as time passes.

It holds moments and limits, never a running figure: a cell that is rewritten in every pass would
break the promise that an unchanged sheet costs no write. The first word is the state, because the
conditional formats of the tracker key on it. Times without a day are times of today: days are shown
when start and due lie on different days, and once their day is over, so that the text changes at
most once by the clock alone, at the first local midnight after them.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from sheetsync.domain.grid import repeated, word
from sheetsync.domain.moments import NAT, Moments, scalar_to_local, to_local
from sheetsync.domain.sla.clocks import Clocks, Details, Texts
from sheetsync.domain.wording import days, days_and_times, times_of_day

_WITH_DUE = ("Breached", "At risk", "Unsure", "OK")


def sla_texts(clocks: Clocks, timezone: str, now: datetime) -> Texts:
    """The SLA cell of every row, "" where no clock applies; moments in the tracker's local time.

    `now` is the aware moment of the pass; of it only the local day counts.
    """
    stage = stage_texts(clocks.stage, clocks.stage_details, timezone, now)
    promise = promise_texts(clocks.promise, clocks.promise_details, timezone)
    return np.where(clocks.promise_is_worse, promise, stage).astype(object, copy=False)


def sla_dues(clocks: Clocks, timezone: str) -> Moments:
    """SLA Due of every row: naive local moment of the clock shown; NaT while paused or finished."""
    worse = clocks.promise_is_worse
    shown = np.isin(clocks.states.astype(str), _WITH_DUE)
    due = np.where(worse, _moments(clocks.promise, "due"), _moments(clocks.stage, "due"))
    return to_local(np.where(shown, due, NAT), timezone)


def stage_texts(frame: pd.DataFrame, details: Details, timezone: str, now: datetime) -> Texts:
    """`Breached: Packing since 09:03, limit 4 h, was due 13:03` and its like, per row."""
    today = np.datetime64(scalar_to_local(now, timezone).date())
    state = frame["state"].to_numpy(object)
    texts = repeated("", len(frame))
    for name in _WITH_DUE:
        rows = np.flatnonzero(state == name)
        if name == "Unsure":
            texts[rows] = _unsure(frame, details, rows, timezone, today)
        elif len(rows):
            texts[rows] = name + ": " + _running(frame, details, rows, timezone, today)
    rows = np.flatnonzero(state == "Paused")
    since = to_local(details.paused_since[rows], timezone)
    texts[rows] = "Paused: " + details.paused_by[rows] + " since " + days_and_times(since)
    return _not_evaluated(frame, texts)


def promise_texts(frame: pd.DataFrame, details: Details, timezone: str) -> Texts:
    """`Breached: promised for Fri 21 Nov` and its like, per row."""
    state = frame["state"].to_numpy(object)
    rows = np.flatnonzero((state != "") & (state != "Not evaluated"))
    local = to_local(_moments(frame, "due")[rows], timezone)
    whole_day = (local + np.timedelta64(1, "s")) == (local + np.timedelta64(1, "s")).astype("M8[D]")
    promised = np.where(whole_day, days(local), days_and_times(local))
    finished = details.finished[rows]
    done = np.where(
        np.isnat(finished), "", ", delivered " + days_and_times(to_local(finished, timezone))
    )
    late = np.where(state[rows] == "Breached", word(", not delivered"), "")
    texts = repeated("", len(frame))
    texts[rows] = state[rows] + ": promised for " + promised + done + late
    return _not_evaluated(frame, texts)


def _running(
    frame: pd.DataFrame, details: Details, rows: np.ndarray, timezone: str, today: np.datetime64
) -> Texts:
    start = to_local(_moments(frame, "start")[rows], timezone)
    due = to_local(_moments(frame, "due")[rows], timezone)
    since, until = _both_ends(start, due, today)
    over = frame["state"].to_numpy(object)[rows] == "Breached"
    words = frame["stage"].to_numpy(object)[rows] + " since " + since
    verb = np.where(over, word(", was due "), word(", due "))
    text: Texts = words + ", limit " + details.limit_text[rows] + verb + until
    return text


def _unsure(
    frame: pd.DataFrame, details: Details, rows: np.ndarray, timezone: str, today: np.datetime64
) -> Texts:
    first = to_local(details.start_from[rows], timezone)
    last = to_local(_moments(frame, "start")[rows], timezone)
    between, until = _both_ends(first, last, today)
    words = "Unsure: " + frame["stage"].to_numpy(object)[rows] + " began between " + between
    text: Texts = words + " and " + until + ", limit " + details.limit_text[rows]
    return text


def _both_ends(first: Moments, last: Moments, today: np.datetime64) -> tuple[Texts, Texts]:
    """Two local moments as times of day while both lie on one day that is not over; else with days."""
    day = last.astype("M8[D]")
    plain = (first.astype("M8[D]") == day) & (day >= today)
    return (
        np.where(plain, times_of_day(first), days_and_times(first)),
        np.where(plain, times_of_day(last), days_and_times(last)),
    )


def _not_evaluated(frame: pd.DataFrame, texts: Texts) -> Texts:
    rows = frame["state"].to_numpy(object) == "Not evaluated"
    return np.where(rows, "Not evaluated: " + frame["reason"].to_numpy(object), texts)


def _moments(frame: pd.DataFrame, name: str) -> Moments:
    return frame[name].to_numpy("datetime64[s]")
