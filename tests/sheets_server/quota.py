"""Google's quota: so many reads and writes a minute for each caller and for the project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tests.sheets_server.model import ApiError

_WORDS: Final = {"read": ("Read", "read_requests"), "write": ("Write", "write_requests")}
_MINUTE: Final = 60


@dataclass(slots=True)
class Quota:
    """Counts per minute of the clock; a new minute begins with nothing used. Refused calls cost nothing."""

    clock: Callable[[], float]
    per_user: int = 60
    per_project: int = 300
    project: str = "1234567890"
    on: bool = False
    _minute: int = -1
    _used: dict[tuple[str, str], int] = field(default_factory=dict)

    def used(self, kind: str, token: str = "") -> int:
        """How many calls of a kind were made this minute, by one caller or ("") by the project."""
        self._turn()
        return self._used.get((kind, token), 0)

    def take(self, kind: str, token: str) -> None:
        """Take one unit. Raises ApiError where the minute has none left."""
        if not self.on or kind not in _WORDS:
            return
        self._turn()
        user = (kind, token or "nobody")
        if self._used.get(user, 0) >= self.per_user:
            raise exceeded(kind, self.per_user, self.project, user=True)
        if self._used.get((kind, ""), 0) >= self.per_project:
            raise exceeded(kind, self.per_project, self.project, user=False)
        for key in (user, (kind, "")):
            self._used[key] = self._used.get(key, 0) + 1

    def _turn(self) -> None:
        minute = int(self.clock() // _MINUTE)
        if minute != self._minute:
            self._minute = minute
            self._used.clear()


def exceeded(
    kind: str = "read", limit: int = 60, project: str = "1234567890", *, user: bool = True
) -> ApiError:
    """The 429 as Google words it."""
    word, metric = _WORDS.get(kind, _WORDS["read"])
    whose, name = (" per user", "PerUser") if user else ("", "PerProject")
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": {
            "quota_limit": f"{word}RequestsPerMinute{name}",
            "quota_limit_value": str(limit),
            "consumer": f"projects/{project}",
            "service": "sheets.googleapis.com",
            "quota_metric": f"sheets.googleapis.com/{metric}",
            "quota_location": "global",
        },
    }
    link = {
        "description": "Request a higher quota limit.",
        "url": "https://cloud.google.com/docs/quota#requesting_higher_quota",
    }
    message = (
        f"Quota exceeded for quota metric '{word} requests' and limit '{word} requests per "
        f"minute{whose}' of service 'sheets.googleapis.com' for consumer "
        f"'project_number:{project}'."
    )
    help_link = {"@type": "type.googleapis.com/google.rpc.Help", "links": [link]}
    return ApiError(429, "RESOURCE_EXHAUSTED", message, [info, help_link])
