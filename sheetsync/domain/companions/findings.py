"""What is wrong in a tab beside the orders, with the place where a person can mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sheetsync.domain.model import Severity

_MOST_TOLD = 5
"""Sentences about one tab; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TabFinding:
    """One finding: `row` is 0 for the tab as a whole, `heading` "" for the whole row."""

    tab: str
    row: int
    heading: str
    rule: str
    severity: Severity
    message: str

    @property
    def sentence(self) -> str:
        """Place and problem: `Staff, row 4: Email says "x". ...`."""
        place = f"{self.tab}, row {self.row}" if self.row else f"The tab {self.tab}"
        return f"{place}: {self.message}"


def told(findings: Sequence[TabFinding]) -> tuple[str, ...]:
    """Sentences for Sync Status: the first few of each tab, and how many more there are. Notes stay out."""
    by_tab: dict[str, list[TabFinding]] = {}
    for finding in findings:
        if finding.severity != "note":
            by_tab.setdefault(finding.tab, []).append(finding)
    sentences = []
    for tab, found in by_tab.items():
        sentences += [finding.sentence for finding in found[:_MOST_TOLD]]
        if len(found) > _MOST_TOLD:
            sentences.append(f"The tab {tab} has {len(found) - _MOST_TOLD} more cells like that.")
    return tuple(sentences)
