"""What a vendor's mail says, line by line: which order, which answer; a pure reading of text.

An answer is a line of the vendor's own (not of what they quote) with one of a few words: CONFIRM, PARTIAL,
CANNOT, RECEIVED, SHIP and a day. The code that proves it may stand anywhere: in the subject, on the line, or in
the letter that they quote. What is not understood is told, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Literal, TypeAlias

from sheetsync.domain.texts import clean_text
from sheetsync.domain.vendors.codes import Code, codes_in, order_key

Word: TypeAlias = Literal["Yes", "No", "Partial", "received", "ship"]

_WORDS: Final[dict[str, Word]] = {
    "confirm": "Yes", "confirmed": "Yes", "yes": "Yes", "bestätigt": "Yes", "ja": "Yes",
    "cannot": "No", "can't": "No", "no": "No", "nein": "No",
    "partial": "Partial", "partly": "Partial", "teilweise": "Partial",
    "received": "received", "erhalten": "received",
    "ship": "ship", "ships": "ship", "versand": "ship",
}  # fmt: skip
_QUOTED: Final = re.compile(r"^\s*(?:>|\|)")
_BEGINS_A_QUOTE: Final = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|ursprüngliche nachricht|forwarded message)\b.*"
    r"|_{10,}\s*|(?:on|am)\b.{4,200}\b(?:wrote|schrieb)\b.*:\s*|(?:from|von):\s.*@.*)$",
    re.IGNORECASE,
)
_SIGNATURE: Final = re.compile(r"^-- ?$")
_DAY: Final = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_BRACKETS: Final = re.compile(r"[\[\]]")
_TOKEN: Final = re.compile(r"[^\s,;:.!]+")
_LINES: Final = 400
_NOTE: Final = 300
_LOOKED_AT: Final = 3
"""An answer's word stands among the first so many of its line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one mail says of one order. `codes` are all that the mail has for it; `order` "" where it names none.

    `said` is "" where only the day of shipping is told. Where `problem` is not "", nothing of it counts.
    """

    order: str
    said: str = ""
    received: bool = False
    ship_on: date | None = None
    note: str = ""
    codes: tuple[Code, ...] = ()
    problem: str = ""


@dataclass(slots=True)
class _Found:
    """The answers of one mail while they are read, by order."""

    answers: dict[str, Answer] = field(default_factory=dict)

    def add(self, new: Answer) -> None:
        """Join what is said of one order on several lines; two different answers are none."""
        key = order_key(new.order)
        old = self.answers.get(key)
        if old is None:
            self.answers[key] = new
            return
        clash = (old.said and new.said and old.said != new.said) or (
            old.ship_on and new.ship_on and old.ship_on != new.ship_on
        )
        self.answers[key] = replace(
            old, said=old.said or new.said, received=old.received or new.received,
            ship_on=old.ship_on or new.ship_on, note=old.note or new.note,
            problem=old.problem or new.problem or ("It says two different things." if clash else ""),
        )  # fmt: skip


def read_reply(subject: str, text: str) -> tuple[Answer, ...]:
    """The answers in a mail, each order once, in the order in which they stand.

    Args:
        subject: of the mail; its code is that of every line that names no order.
        text: its plain text, quoted lines included.
    """
    every = [*codes_in(_plain(subject)), *codes_in(_plain(text))]
    about = {order_key(code.order): code.order for code in codes_in(_plain(subject))}
    alone = about or {order_key(code.order): code.order for code in every}
    only = next(iter(alone.values())) if len(alone) == 1 else ""
    known = {order_key(code.order): code.order for code in every}
    found = _Found()
    for line in _own_lines(text):
        answer = _answer(line, known, only)
        if answer is not None:
            found.add(answer)
    return tuple(replace(each, codes=_for(each.order, every)) for each in found.answers.values())


def _for(order: str, codes: Sequence[Code]) -> tuple[Code, ...]:
    mine = [code for code in codes if order_key(code.order) == order_key(order)]
    return tuple(dict.fromkeys(mine))


def _own_lines(text: str) -> Iterator[str]:
    """The lines that the sender wrote: what they quote, and what stands below it, is somebody else's."""
    for line in text.splitlines()[:_LINES]:
        if _BEGINS_A_QUOTE.match(line) or _SIGNATURE.match(line):
            return
        if not _QUOTED.match(line) and line.strip():
            yield _plain(line)


def _answer(line: str, known: dict[str, str], only: str) -> Answer | None:
    """What one line says; None where it is no answer."""
    order, rest = _order_of(line, known)
    tokens = list(_TOKEN.finditer(rest))[: _LOOKED_AT if order else 1]
    for token in tokens:
        word = _WORDS.get(token[0].casefold())
        if word is not None:
            return _said(word, order or only, rest[token.end() :])
    return None


def _order_of(line: str, known: dict[str, str]) -> tuple[str, str]:
    """The order that a line begins with, and the rest of it without the code."""
    for code in codes_in(line):
        mark = f"V{code.epoch}-{code.mark}"
        at = line.casefold().find(mark.casefold())
        before, after = line[:at].strip(), line[at + len(mark) :]
        return code.order, f"{before.removesuffix(code.order).strip()} {after}"
    for token in list(_TOKEN.finditer(line))[:2]:
        if order_key(token[0]) in known:
            return known[order_key(token[0])], f"{line[: token.start()]} {line[token.end() :]}"
    return "", line


def _said(word: Word, order: str, rest: str) -> Answer:
    day, bad = _day(rest)
    note = " ".join(_DAY.sub("", rest).strip(" \t,;:.-").split())[:_NOTE]
    problem = "" if order else "It names no order that we asked about."
    if bad or (word == "ship" and day is None):
        problem = problem or "The day of shipping is not understood; write it like 2026-03-05."
    return Answer(
        order=order, said=word if word in ("Yes", "No", "Partial") else "", received=word == "received",
        ship_on=day, note="" if word == "ship" else note, problem=problem,
    )  # fmt: skip


def _day(text: str) -> tuple[date | None, bool]:
    """The one day in a text, and whether there is something like a day that is none."""
    found = _DAY.search(text)
    if found is None:
        return None, False
    try:
        return date(int(found[1]), int(found[2]), int(found[3])), False
    except ValueError:
        return None, True


def _plain(text: str) -> str:
    return " ".join(clean_text(_BRACKETS.sub(" ", text)).replace("\n", " ").split(" "))
