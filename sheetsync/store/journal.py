"""The write journal: what was about to be written into a sheet, kept until it is known what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sheetsync.store.store import Store

_KEY: Final = "write_journal"


class StoreJournal:
    """One tracker's journal in the store; an entry is there while its write is not settled.

    `store` gives the store as it is to be written at that moment: under the lease of the pass under way.
    """

    def __init__(self, store: Callable[[], Store], tracker_id: int) -> None:
        self._store, self._tracker_id = store, tracker_id

    def load(self) -> str:
        """The open entry, "" when everything is settled."""
        return self._store().setting(self._tracker_id, _KEY) or ""

    def keep(self, entry: str) -> None:
        """Make an entry durable before anything is sent; "" settles it."""
        self._store().keep_setting(self._tracker_id, _KEY, entry)
