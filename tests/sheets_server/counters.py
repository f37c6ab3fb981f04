"""What reached the server, counted."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final, NamedTuple

_KEPT: Final = 100_000


class Seen(NamedTuple):
    """One call: `code` is 0 where the client got no answer."""

    method: str
    path: str
    kind: str
    code: int


@dataclass(slots=True)
class Counters:
    """`reads` and `writes` are calls that count against a quota, whatever came of them."""

    reads: int = 0
    writes: int = 0
    number: int = 0
    """All calls since the last reset."""
    calls: deque[Seen] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def add(self, method: str, path: str, kind: str, code: int) -> None:
        """Count one call that was answered, or was not."""
        self.reads += kind == "read"
        self.writes += kind == "write"
        self.calls.append(Seen(method, path, kind, code))

    def reset(self) -> None:
        """Begin anew."""
        self.reads = self.writes = self.number = 0
        self.calls.clear()
