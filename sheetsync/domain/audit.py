"""The audit: everything that happened, one flat line each, and the chain that shows a line missing.

Each line's checksum covers the line and the checksum before it, so that whoever knows the last one
can tell whether any line was changed, left out or put in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal[
    "cell", "act", "stage", "escalation", "mail", "delivery", "pass", "said", "task"
]
KINDS: Final[tuple[Kind, ...]] = (
    "pass", "stage", "cell", "act", "escalation", "mail", "delivery", "said", "task",
)  # fmt: skip
"""In the order in which lines of one moment are told."""
FIRST: Final = "0" * 64
"""What the first line's checksum builds on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened, as texts; moments are UTC like `2026-03-02T07:03:00Z`, "" unknown.

    * `at`: when it was logged; `since`: the read before, after which a person's change happened.
    * `kind`: cell (a cell changed), act (something done to an order or the tracker as a whole), stage
      (evidence seen), escalation, mail (decided), delivery (what became of it), pass, said (a call that
      somebody logged), task (opened or closed).
    * `by`: worker, person or unknown; of a stage event its source. `rule`: why, or who asked for it.
    """

    at: str
    since: str = ""
    kind: Kind
    number: int
    run: str = ""
    order: str = ""
    what: str
    old: str = ""
    new: str = ""
    by: str = ""
    rule: str = ""
    detail: str = ""


FIELDS: Final = tuple(field.name for field in fields(Entry))
HEADINGS: Final = {"number": "id", "run": "pass"}
"""How a field is called in files, where not by its name."""
FILE_FIELDS: Final = tuple(HEADINGS.get(name, name) for name in FIELDS)


def texts_of(entry: Entry) -> list[str]:
    """The fields of an entry as texts, in the order of FIELDS."""
    return [str(getattr(entry, name)) for name in FIELDS]


def checksum(before: str, texts: Sequence[str]) -> str:
    """The checksum of a line: SHA-256 over the checksum before it, a line feed and the texts as JSON."""
    body = json.dumps(list(texts), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{body}".encode("utf-8", "surrogatepass")).hexdigest()
