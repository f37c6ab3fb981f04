"""The table at the end of a soak: a column for each part, one for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from tests.simulation.worker.figures import Figures

TOTAL: Final = "total"
_LINES: Final[Sequence[tuple[str, Callable[[Figures], int]]]] = (
    ("seeds", lambda f: f.seeds),
    ("passes", lambda f: f.passes),
    ("kills", lambda f: f.kills),
    ("workers overtaken while stopped", lambda f: f.overtaken),
    ("faults and kills by kind", lambda f: f.faults.total()),
    ("mails due", lambda f: f.mails_due),
    ("  sent", lambda f: f.mails_sent),
    ("  doubled, by a kill or a lost answer", lambda f: f.mails_doubled),
    ("  held or in doubt", lambda f: f.mails_held),
    ("  waiting", lambda f: f.mails_waiting),
    ("  failed or out of date, visibly", lambda f: f.mails_failed),
    ("  lost", lambda f: f.mails_lost),
    ("wrong-row cells", lambda f: f.wrong_rows),
    ("lost edits", lambda f: f.lost_edits),
    ("cells left alone and named to people", lambda f: f.named),
    ("torn stores, files and mails", lambda f: f.torn),
    ("broken promises", lambda f: len(f.broken)),
)
_KINDS_AFTER: Final = "faults and kills by kind"


def table(parts: Mapping[str, Figures]) -> str:
    """The figures of each part beside each other, and together."""
    total = Figures()
    for figures in parts.values():
        total.add(figures)
    columns = [*parts.values(), total]
    rows: list[tuple[str, ...]] = [("", *parts, TOTAL)]
    for name, figure in _LINES:
        rows.append((name, *(f"{figure(one):,}" for one in columns)))
        if name == _KINDS_AFTER:
            rows += [
                (
                    f"  {kind}",
                    *(f"{one.faults[kind]:,}" if one.faults[kind] else "-" for one in columns),
                )
                for kind in sorted(total.faults)
            ]
    return _aligned(rows)


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            text.ljust(width) if not place else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
