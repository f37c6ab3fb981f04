"""The tabs Inquiries, Issues and Feedback, as people type them, read into what figures count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from sheetsync.domain.companions.findings import TabFinding
from sheetsync.domain.companions.reading import Table, Ways, heading, read_table
from sheetsync.domain.model import TabRows
from sheetsync.domain.moments import NAT
from sheetsync.domain.rules import ColumnRule
from sheetsync.domain.service.records import CASES, RATINGS, ServiceRecords
from sheetsync.domain.texts import quoted

INQUIRIES: Final = "Inquiries"
ISSUES: Final = "Issues"
FEEDBACK: Final = "Feedback"
TABS: Final = (INQUIRIES, FEEDBACK, ISSUES)
_LOWEST, _HIGHEST = 1, 5
_LONGEST_TOPIC: Final = 40


def _columns(*rules: ColumnRule) -> Mapping[str, ColumnRule]:
    return {rule.key: rule for rule in rules}


_ORDER: Final = heading("order_id", "Order ID", "id", "Order No", "Order Number", "Order")
_INQUIRIES: Final = _columns(
    _ORDER,
    heading("topic", "Topic", "text", "Subject", "About"),
    heading("channel", "Channel", "text"),
    heading("opened_at", "Received At", "datetime", "Received", "Asked At", required=True),
    heading("answered_at", "First Response At", "datetime", "Answered At", "First Response"),
    heading("resolved_at", "Resolved At", "datetime", "Resolved", "Closed At"),
)
_ISSUES: Final = _columns(
    _ORDER,
    heading("topic", "Type", "text", "Topic"),
    heading("channel", "Source", "text"),
    heading("opened_at", "Opened At", "datetime", "Opened", required=True),
    heading("resolved_at", "Resolved At", "datetime", "Resolved", "Closed At"),
)
_FEEDBACK: Final = _columns(
    heading("order_id", "Order ID", "id", "Order No", "Order Number", "Order", required=True),
    heading("sent_at", "Sent At", "datetime", "Sent", "Asked At"),
    heading("answered_at", "Answered At", "datetime", "Answered"),
    heading("timeliness", "Timeliness", "number"),
    heading("accuracy", "Accuracy", "number"),
    heading("tracking", "Tracking", "number", "Tracking Ease"),
)


def read_service(
    tabs: Mapping[str, TabRows], ways: Ways
) -> tuple[ServiceRecords, tuple[TabFinding, ...]]:
    """What the tabs that came along say, and what in them could not be understood."""
    read = {
        title: read_table(tabs[title], columns, ways)
        for title, columns in ((INQUIRIES, _INQUIRIES), (ISSUES, _ISSUES), (FEEDBACK, _FEEDBACK))
        if title in tabs
    }
    records = ServiceRecords(
        inquiries=_cases(read[INQUIRIES]) if INQUIRIES in read else None,
        issues=_cases(read[ISSUES]) if ISSUES in read else None,
        feedback=_ratings(read[FEEDBACK]) if FEEDBACK in read else None,
    )
    return records, tuple(finding for table in read.values() for finding in table.findings)


def _cases(table: Table) -> pd.DataFrame:
    """Every row with the moment from which it counts; one that ends before it begins is a finding."""
    found = {name: _column(table, name, kind) for name, kind in CASES}
    found["topic"] = np.array([_topic(text) for text in found["topic"]], dtype=object)
    for name in ("answered_at", "resolved_at"):
        for place in np.flatnonzero(found[name] < found["opened_at"]).tolist():
            words = f"{table.headings[name]} lies before {table.headings['opened_at']}, so it does not count. Correct one."
            table.flag(place, name, "ends_before_it_begins", words)
            found[name][place] = NAT
    for place in np.flatnonzero(np.isnat(found["opened_at"])).tolist():
        if place not in table.wrong["opened_at"]:
            words = f"{table.headings['opened_at']} is blank, so the row counts in no figure. Fill it in."
            table.flag(place, "opened_at", "no_moment", words)
    return pd.DataFrame(found)


def _ratings(table: Table) -> pd.DataFrame:
    """Every request and answer; a mark beyond 1 to 5 is a finding and counts as none."""
    found = {name: _column(table, name, kind) for name, kind in RATINGS}
    for name in ("timeliness", "accuracy", "tracking"):
        marks = found[name]
        for place in np.flatnonzero((marks < _LOWEST) | (marks > _HIGHEST)).tolist():
            words = f"{table.headings[name]} says {marks[place]:g}; marks go from {_LOWEST} to {_HIGHEST}."
            table.flag(place, name, "mark_out_of_range", words)
            marks[place] = np.nan
    return pd.DataFrame(found)


def _column(table: Table, name: str, kind: str) -> np.ndarray:
    """One column, of its kind also where the tab has no such heading, or no row."""
    blank = {"moment": NAT, "number": np.nan, "text": ""}[kind]
    dtype = {"moment": "datetime64[s]", "number": "float64", "text": "object"}[kind]
    if name not in table.headings or name not in table.columns:
        return np.full(len(table), blank, dtype=dtype)
    return np.array(table.columns[name], dtype=dtype)


def _topic(text: str) -> str:
    return quoted(text, _LONGEST_TOPIC)[1:-1] if text else ""
