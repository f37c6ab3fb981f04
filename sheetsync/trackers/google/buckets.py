"""How many requests may leave: a token bucket for reads and one for writes, as Google counts them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

_MINUTE: Final = timedelta(minutes=1)


class Bucket:
    """At most `per_minute` requests in any minute; `clock` tells aware UTC, `wait` sleeps."""

    def __init__(
        self, per_minute: int, clock: Callable[[], datetime], wait: Callable[[float], None]
    ) -> None:
        self.per_minute = per_minute
        self._clock, self._wait = clock, wait
        self._left: deque[datetime] = deque()
        self._not_before: datetime | None = None

    @property
    def used(self) -> int:
        """Requests of the last minute."""
        self._forget(self._clock())
        return len(self._left)

    def take(self) -> float:
        """Count one request, after waiting until it may leave; gives the seconds waited."""
        now = self._clock()
        seconds = self.ready_in(now)
        if seconds > 0:
            self._wait(seconds)
            now = max(self._clock(), now + timedelta(seconds=seconds))
            self._forget(now)
        self._left.append(now)
        return seconds

    def ready_in(self, now: datetime) -> float:
        """Seconds until a request may leave; 0 when it may at once."""
        self._forget(now)
        seconds = 0.0
        if len(self._left) >= self.per_minute:
            seconds = (self._left[-self.per_minute] + _MINUTE - now).total_seconds()
        if self._not_before is not None:
            seconds = max(seconds, (self._not_before - now).total_seconds())
        return max(seconds, 0.0)

    def pause(self, seconds: float) -> None:
        """Google said that it is too much: nothing leaves for so many seconds."""
        until = self._clock() + timedelta(seconds=seconds)
        self._not_before = max(self._not_before or until, until)

    def _forget(self, now: datetime) -> None:
        while self._left and (self._left[0] <= now - _MINUTE or self._left[0] > now + _MINUTE):
            self._left.popleft()
