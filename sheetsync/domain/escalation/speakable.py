"""What of a row may be told in a message: words of the rules, and Order IDs that look like one.

Whoever can type into the sheet must not be able to write into somebody's mail. So no free text of
a cell gets there: a person, a vendor, a carrier or a priority is told only by the name that the rules
have for it, and an Order ID only where it is no sentence, link or address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sheetsync.domain.next_action import BY_STAGE
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.texts import fold

_LONGEST_ID: Final = 40
_ID: Final = re.compile(r"#?[^\W_]+(?:[-_/#][^\W_]+)*")
"""Letters and digits of any script, held together by single marks: nothing that a mail program links."""
_LETTERS: Final = re.compile(r"[^\W\d_]{13,}")
UNLISTED: Final = "a name that is not in the rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speakable:
    """The names that the rules know, by folded text."""

    handlers: Mapping[str, str]
    vendors: Mapping[str, str]
    priorities: Mapping[str, str]
    carriers: frozenset[str]

    @classmethod
    def of(cls, rules: Rulebook) -> Speakable:
        """All names of one set of rules."""
        priority = rules.columns.get("priority")
        named = [*rules.carriers, *(a for c in rules.carriers.values() for a in c.aliases)]
        return cls(
            handlers=_listed(rules, "handler"),
            vendors=_listed(rules, "vendor"),
            priorities=_folded((*priority.choices, *priority.choice_aliases.values()))
            if priority
            else {},
            carriers=frozenset(fold(name) for name in named),
        )

    def handler(self, text: str) -> str:
        """The handler by the name in the list of people; "" for a blank cell."""
        return self.handlers.get(fold(text), UNLISTED) if text else ""

    def vendor(self, text: str) -> str:
        """The vendor by the name in the list of people; "" for any other."""
        return self.vendors.get(fold(text), "")

    def priority(self, text: str) -> str:
        """The priority where it is one of the choices."""
        return self.priorities.get(fold(text), "")

    def next_step(self, step: str, carrier: str) -> str:
        """What to do next; a carrier that the rules do not know is not named in it."""
        if carrier and carrier in step and fold(carrier) not in self.carriers:
            return BY_STAGE["Dispatch"]
        return step


def order_words(order_id: str, row: int) -> str:
    """The Order ID where it looks like one, else where the order stood when it was read."""
    return order_id if looks_like_an_id(order_id) else f"the order in row {row}"


def looks_like_an_id(text: str) -> bool:
    """Whether this is an Order ID and could not be a sentence, a link or an address."""
    plain = len(text) <= _LONGEST_ID and _ID.fullmatch(text)
    return bool(plain and any(sign.isdigit() for sign in text) and not _LETTERS.search(text))


def _listed(rules: Rulebook, column: str) -> dict[str, str]:
    people = rules.escalation.people.values()
    return {
        folded: person.names.get(folded, "")
        for person in people
        if person.from_column == column
        for folded in person.directory
    }


def _folded(names: Iterable[str]) -> dict[str, str]:
    return {fold(name): name for name in names}
