"""Reads the rules that an operations manager edits, and compiles them to `domain.rules`.

`load_rules(folder)` gives one consistent `Rulebook` or raises one `RulesError` with every problem
of every file. `pack_rules` and `load_packed` carry a good set through the store.
"""

from sheetsync.rulebook.loader import (
    Loaded,
    load_or_last_good,
    load_packed,
    load_rules,
    load_texts,
    pack_rules,
)

__all__ = [
    "Loaded",
    "load_or_last_good",
    "load_packed",
    "load_rules",
    "load_texts",
    "pack_rules",
]
