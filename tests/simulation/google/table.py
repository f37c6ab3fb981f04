"""Adding stories up, and the table that stands at the end of a race."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.simulation.google.audit import ARRIVED, BESIDE, BLANK, OVER
from tests.simulation.google.world import Story


@dataclass
class Total:
    """What many stories came to."""

    who: str
    seeds: int = 0
    passes: int = 0
    requests: int = 0
    acts: int = 0
    wrong: int = 0
    lost: int = 0
    told: int = 0
    named: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    windows: Counter[str] = field(default_factory=Counter)
    broken: list[int] = field(default_factory=list)
    """The seeds that broke a promise."""

    def add(self, story: Story) -> None:
        """One more story."""
        self.seeds += 1
        self.passes += story.passes
        self.requests += story.requests
        self.acts += story.acts
        self.wrong += story.wrong
        self.lost += story.lost
        self.told += story.told
        self.named += story.named
        self.outcomes.update(story.outcomes)
        self.windows.update(story.windows)
        if story.broken:
            self.broken.append(story.seed)

    @property
    def outside(self) -> int:
        """Lost edits that the program could have known of."""
        return self.lost - sum(self.windows.values())


def comparison(totals: Sequence[Total]) -> str:
    """Who, requests a pass, wrong cells, lost edits."""
    lines = [("who", "passes", "requests a pass", "wrong-row cells", "lost human edits")]
    lines += [
        (t.who, f"{t.passes:,}", f"{t.requests / t.passes:.2f}", f"{t.wrong:,}", f"{t.lost:,}")
        for t in totals
    ]
    return _table(lines)


def details(total: Total) -> str:
    """All that is known of one."""
    lines = [("", ""), ("seeds", f"{total.seeds:,}"), ("passes", f"{total.passes:,}")]
    lines += [(f"  that ended {name}", f"{n:,}") for name, n in sorted(total.outcomes.items())]
    lines += [
        ("acts of people a pass", f"{total.acts / total.passes:.1f}"),
        ("requests a pass", f"{total.requests / total.passes:.2f}"),
        ("wrong-row cells after a pass", f"{total.wrong:,}"),
        ("lost edits outside the window", f"{total.outside:,}"),
        ("named: cells in rows without an Order ID of their own", f"{total.told:,}"),
        ("named: cells in other rows", f"{total.named:,}"),
    ]
    lines += [
        (f"lost, {name}", f"{total.windows[name]:,}") for name in (BLANK, OVER, BESIDE, ARRIVED)
    ]
    lines.append(("seeds that broke a promise", f"{len(total.broken):,}"))
    return _table(lines[1:])


def _table(lines: Iterable[Sequence[str]]) -> str:
    rows = list(lines)
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            text.ljust(width) if place == 0 else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
