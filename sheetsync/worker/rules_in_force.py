"""Which rules hold now: the folder's, or, when the folder is broken, the last good set, loudly.

A bad file never stops the worker half-way. Only a first start without any good set refuses to run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sheetsync.domain.rules import Rulebook
from sheetsync.errors import RulesError
from sheetsync.rulebook import load_packed, load_rules, pack_rules
from sheetsync.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesInForce:
    """The set in force; `alarm` says what is wrong with the folder when it is not the folder's."""

    rules: Rulebook
    alarm: str = ""


def rules_in_force(folder: Path, store: Store, tracker_id: int, now: datetime) -> RulesInForce:
    """Load `folder`; on any error fall back to the last good set kept in the store.

    Raises RulesError when the folder is broken and no good set was ever seen.
    """
    try:
        rules = load_rules(folder)
    except RulesError as broken:
        kept = store.last_good_rules(tracker_id)
        if kept is None:
            raise
        first = broken.problems[0]
        more = f" (and {len(broken.problems) - 1} more)" if len(broken.problems) > 1 else ""
        return RulesInForce(
            rules=load_packed(kept[1]),
            alarm=f"The rules are broken, so the last good set stays in force: {first}{more}",
        )
    kept = store.last_good_rules(tracker_id)
    if kept is None or kept[0] != rules.hash:
        store.save_rules(tracker_id, digest=rules.hash, packed=pack_rules(folder), now=now)
    return RulesInForce(rules=rules)
