"""What a guarded write knows while it is under way, and what it has come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sheetsync.trackers.google.journal import Sent
from sheetsync.trackers.google.look import Look
from sheetsync.trackers.google.publishing import Tabs
from sheetsync.trackers.google.snapshot import Snapshot
from sheetsync.trackers.receipts import Verdict


@dataclass(slots=True, kw_only=True)
class Counters:
    """What happened since the worker was started."""

    rows_dropped: int = 0
    displaced: int = 0
    repaired: int = 0
    answers_lost: int = 0


@dataclass(slots=True, kw_only=True)
class WriteState:
    """One call of `write`, over all its parts."""

    planned: Snapshot
    expected: Snapshot
    requests: int = 0
    landed: bool = False
    """Whether a part was carried out, or may have been."""
    fingerprint: str = ""
    unread: bool = False
    tabs_written: list[str] = field(default_factory=list)
    tabs_refused: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """Those of the remarks that name a cell: kept in the journal until the receipt is made."""

    def tell(self, remarks: Sequence[str]) -> None:
        """Name cells that people have to look at."""
        self.remarks += remarks
        self.told += remarks


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A verdict for each change of a part."""

    verdicts: list[Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What is about to be sent, and the look that it was made from."""

    look: Look
    verdicts: list[Verdict]
    places: list[tuple[str, int | None]]
    """Order and column of each change, to find its verdict again."""
    sent: list[Sent]
    tabs: Tabs

    def outcome(self, stand: Sequence[Sent], why: str) -> Outcome:
        """The verdicts, with `why` for those that were sent and do not stand."""
        sent = {(cell.order, cell.column) for cell in self.sent}
        fine = {(cell.order, cell.column) for cell in stand}
        return Outcome(
            verdicts=[
                ("dropped", why) if place in sent and place not in fine else verdict
                for place, verdict in zip(self.places, self.verdicts, strict=True)
            ]
        )
