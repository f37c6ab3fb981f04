"""When a provider is left alone: after each failure longer, as long as it asks for, and never for good."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from sheetsync.carriers.parcels import TrackError

_FIRST: Final = 120.0
_LONGEST: Final = 2 * 3600.0
_KEY: Final = 3600.0
"""A key that is not accepted is a matter for a person; asking often could lock the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a provider answers. Moments are seconds since 1970; `sentence` says what is wrong, "" where nothing is."""

    failures: int = 0
    down_since: float | None = None
    alone_until: float = 0.0
    answered_at: float | None = None
    sentence: str = ""

    def may_be_asked(self, now: float) -> bool:
        """Whether it is left alone no longer; a clock that was set back does not leave it alone for ever."""
        return now >= self.alone_until or self.alone_until - now > 2 * 24 * 3600.0

    def after_answer(self, now: float) -> Health:
        """It answered."""
        return Health(answered_at=now)

    def after_failure(self, error: TrackError, now: float) -> Health:
        """It did not answer, or asked to be left alone."""
        grown = min(_FIRST * 2.0 ** min(self.failures, 10), _LONGEST)
        wait = max(grown, _KEY) if error.trouble == "key" else grown
        return replace(
            self, failures=self.failures + 1, sentence=error.sentence,
            down_since=self.down_since if self.down_since is not None else now,
            alone_until=now + max(wait if error.wait is None else error.wait, 1.0),
        )  # fmt: skip
