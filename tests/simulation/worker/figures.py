"""What a run came to, in numbers that add up: simulated seeds, and real kills beside them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields


@dataclass(slots=True)
class Figures:
    """The figures of one run; `add` takes in another. A mail is counted once, whatever became of it."""

    seeds: int = 0
    passes: int = 0
    kills: int = 0
    overtaken: int = 0
    """How often a worker was stopped past its lease and woke up beside another one."""
    faults: Counter[str] = field(default_factory=Counter)
    """Kind -> how often: of the sheet, the store, the mail server, the clock."""
    mails_due: int = 0
    mails_sent: int = 0
    mails_doubled: int = 0
    """Mails that arrived once more than they should have; each within what a kill or a lost answer allows."""
    mails_held: int = 0
    """Waiting for a person, or in doubt: visible in `sheetsync outbox list`."""
    mails_waiting: int = 0
    mails_failed: int = 0
    """Given up or superseded, visibly."""
    mails_lost: int = 0
    wrong_rows: int = 0
    lost_edits: int = 0
    named: int = 0
    """Cells that nobody could tell from a person's, left alone and named to people."""
    torn: int = 0
    """Stores or workbooks found damaged after a kill."""
    broken: list[str] = field(default_factory=list)
    """Each broken promise in words, with what plays it again."""

    def add(self, other: Figures) -> None:
        """Take in the figures of another run."""
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            if isinstance(mine, Counter):
                mine.update(theirs)
            else:
                setattr(self, one.name, mine + theirs)

    @property
    def good(self) -> bool:
        """Whether every promise was kept."""
        return not (
            self.broken or self.mails_lost or self.wrong_rows or self.lost_edits or self.torn
        )

    def table(self) -> str:
        """A line for each figure, and for each kind of fault."""
        lines = [
            ("seeds", self.seeds), ("passes", self.passes), ("kills", self.kills),
            ("workers overtaken while stopped", self.overtaken),
            ("faults", self.faults.total()),
            *((f"  {kind}", count) for kind, count in sorted(self.faults.items())),
            ("mails due", self.mails_due), ("  sent", self.mails_sent),
            ("  doubled by a kill or a lost answer", self.mails_doubled),
            ("  held or in doubt", self.mails_held), ("  waiting", self.mails_waiting),
            ("  failed visibly", self.mails_failed), ("  lost", self.mails_lost),
            ("wrong-row cells", self.wrong_rows), ("lost edits", self.lost_edits),
            ("cells left alone and named to people", self.named), ("torn files", self.torn), ("broken promises", len(self.broken)),
        ]  # fmt: skip
        wide = max(len(name) for name, _ in lines)
        return "\n".join(f"{name.ljust(wide)}  {count:>9,}" for name, count in lines)
