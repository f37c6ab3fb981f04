"""Lines put in, taken out or dragged elsewhere: where an index or a span of lines is found afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

_FAR = 1 << 40


@dataclass(frozen=True, slots=True)
class Inserted:
    """`count` empty lines before the line `at`."""

    at: int
    count: int

    def index(self, place: int) -> int:
        """Where this line is now."""
        return place + self.count if place >= self.at else place

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A span grows by what is put inside it, not by what is put at its edge."""
        if self.at <= start:
            return start + self.count, end + self.count
        return start, end + self.count if self.at < end else end


@dataclass(frozen=True, slots=True)
class Deleted:
    """The lines from `start` up to `end` taken out."""

    start: int
    end: int

    def index(self, place: int) -> int | None:
        """Where this line is now, None where it was deleted."""
        if place < self.start:
            return place
        return None if place < self.end else place - (self.end - self.start)

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """What is left of a span, None where nothing is."""
        first, last = self._edge(start), self._edge(end)
        return (first, last) if first < last else None

    def _edge(self, place: int) -> int:
        return place - max(0, min(place, self.end) - self.start)


@dataclass(frozen=True, slots=True)
class Moved:
    """The lines from `start` up to `end` dragged before the line `to`, counted as before the move."""

    start: int
    end: int
    to: int

    def index(self, place: int) -> int:
        """Where this line is now."""
        if self.start <= place < self.end:
            return place + self._landing() - self.start
        rest = place if place < self.start else place - (self.end - self.start)
        return rest if rest < self._landing() else rest + (self.end - self.start)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A span inside the dragged lines goes with them; others lose and gain lines as they pass."""
        if self.start <= start and end <= self.end:
            away = self._landing() - self.start
            return start + away, end + away
        if start <= self.start and self.end <= end and start <= self.to <= end:
            return start, end
        left = Deleted(self.start, self.end).span(start, end)
        assert left is not None
        return Inserted(self._landing(), self.end - self.start).span(*left)

    def _landing(self) -> int:
        """Where the first dragged line lands; dropped upon themselves, the lines stay."""
        if self.to <= self.end:
            return min(self.to, self.start)
        return self.to - (self.end - self.start)


Shift: TypeAlias = Inserted | Deleted | Moved


def shifted(
    shift: Shift, start: int | None, end: int | None
) -> tuple[int | None, int | None] | None:
    """Where a span is afterwards; ends that are open stay open. None where nothing is left."""
    found = shift.span(start or 0, _FAR if end is None else end)
    if found is None:
        return None
    return (None if start is None else found[0]), (None if end is None else found[1])
