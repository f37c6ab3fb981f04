"""Which rules hold now: the folder's, or, when the folder is broken, the last good set, loudly.

A bad file never stops the worker half-way. Only a first start without any good set refuses to run.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sheetsync.domain.rules import Rulebook
from sheetsync.rulebook import load_or_last_good
from sheetsync.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesInForce:
    """The set in force; `alarm` says what is wrong with the folder when it is not the folder's.

    `problems` are then all of them, each as file, line, column and words.
    """

    rules: Rulebook
    alarm: str = ""
    problems: tuple[str, ...] = ()


def folder_token(folder: Path) -> str:
    """Changes whenever a rules file does; "" where the folder cannot be read.

    Looking is a hundred times cheaper than loading, and most passes find the rules as they were.
    """
    digest = hashlib.sha256()
    try:
        for path in sorted(folder.glob("*.yaml")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    except OSError:
        return ""
    return digest.hexdigest()


def rules_in_force(folder: Path, store: Store, tracker_id: int, now: datetime) -> RulesInForce:
    """Load `folder`; on any error fall back to the last good set kept in the store.

    Raises RulesError when the folder is broken and no good set was ever seen.
    """
    kept = store.last_good_rules(tracker_id)
    loaded = load_or_last_good(folder, kept[1] if kept else None)
    if loaded.problems:
        more = f" (and {len(loaded.problems) - 1} more)" if len(loaded.problems) > 1 else ""
        alarm = (
            f"The rules are broken, so the last good set stays in force: {loaded.problems[0]}{more}"
        )
        problems = tuple(str(problem) for problem in loaded.problems)
        return RulesInForce(rules=loaded.rulebook, alarm=alarm, problems=problems)
    if kept is None or kept[0] != loaded.rulebook.hash:
        store.save_rules(tracker_id, digest=loaded.rulebook.hash, packed=loaded.packed, now=now)
    return RulesInForce(rules=loaded.rulebook)
