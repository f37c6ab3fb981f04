"""A shop whose worker keeps running from pass to pass, which costs a test half as much."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sheetsync.worker.workshop import Workshop
from tests.support.shop import Shop


class OpenShop(Shop):
    """As Shop; every `workshop()` is the same one until `rest()`, which is as if the worker had ended."""

    _kept: Workshop | None = None

    @contextmanager
    def workshop(  # type: ignore[override]
        self,
        step: Callable[[str], None] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Iterator[Workshop]:
        del step, environment
        if self._kept is None:
            self._kept = super().workshop()
        yield self._kept

    def rest(self) -> None:
        """End the worker; the next pass begins with a new one."""
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()

    def restore(self, snapshot: Path) -> None:
        """Put the folder back, for a new worker."""
        self.rest()
        super().restore(snapshot)
