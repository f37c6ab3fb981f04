"""The Tasks tab of a pass: what is to be done, what was said, and whether the tab says so already."""

from __future__ import annotations

from typing import Final

from sheetsync.domain.followups.tasks_tab import layout
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.tabs import Tab
from sheetsync.store.store import Store
from sheetsync.store.trackers import TrackerState

MARK: Final = "tasks_mark"
"""The setting that tells up to which line the tab is written."""
_SAID: Final = 60
"""Lines of what was said and done lately."""


def tasks_are_shown(store: Store, state: TrackerState) -> bool:
    """Whether the tab says what there is to say; true where nothing was ever said or to be done."""
    mark = store.follow_ups(state.id).mark()
    return not mark or (store.setting(state.id, MARK) or "") == mark


def tasks_tab(
    store: Store, state: TrackerState, rules: Rulebook, timezone: str
) -> tuple[Tab, str] | None:
    """The tab and its mark; None where there is nothing to say, or it is said already."""
    book = store.follow_ups(state.id)
    mark = book.mark()
    if not mark or (store.setting(state.id, MARK) or "") == mark:
        return None
    rows = rules.escalation.follow_ups.rows
    tab = layout(book.open_tasks(), book.latest(_SAID), timezone, most=rows)
    return tab, mark
