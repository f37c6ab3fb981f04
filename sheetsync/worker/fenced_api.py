"""The way to a Google Sheet, with a question before each request that writes: is the tracker still ours?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sheetsync.trackers.google.api import SheetsApi
from sheetsync.trackers.google.structure import Json


class FencedApi(SheetsApi):
    """A SheetsApi that asks `go_on` before every write; that raises LeaseLost where the lease is lost."""

    def __init__(self, *arguments: Any, go_on: Callable[[], None], **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._go_on = go_on

    def batch(self, requests_: Sequence[Json], **settings: Any) -> Json:
        """Carry out all requests or none, as `SheetsApi.batch` does."""
        self._go_on()
        return super().batch(requests_, **settings)
