"""Formulas read into trees: tuples whose first item says what they are."""

from __future__ import annotations

import functools
import re
from typing import Any, Final, TypeAlias

Tree: TypeAlias = tuple[Any, ...]
"""("number", 1.5), ("text", "x"), ("range", "Tab!A1:B2"), ("name", "x"), ("error", "#REF!"),
("call", "IF", [trees]), ("blank",), ("minus", tree), ("percent", tree), or (operator, left, right)."""

_RANGE: Final = (
    r"(?:(?:'(?:[^']|'')+'|[A-Za-z_]\w*)!)?"
    r"(?:\$?[A-Za-z]{1,3}\$?[1-9]\d*(?::\$?[A-Za-z]{1,3}(?:\$?[1-9]\d*)?)?"
    r"|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?:\$?[1-9]\d*)?|\$?[1-9]\d*:\$?[1-9]\d*)(?![\w(.!])"
)
_TOKEN: Final = re.compile(
    rf'\s*(?:(?P<text>"(?:[^"]|"")*")|(?P<range>{_RANGE})'
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<error>#[A-Z0-9/]+[!?]?)"
    r"|(?P<name>[A-Za-z_][\w.]*)|(?P<sign><=|>=|<>|[-+*/^&=<>(),;%]))"
)
_LEVELS: Final = (("=", "<>", "<", ">", "<=", ">="), ("&",), ("+", "-"), ("*", "/"), ("^",))


class CannotRead(Exception):
    """A formula that has no meaning."""


@functools.lru_cache(maxsize=65_536)
def tree_of(formula: str) -> Tree:
    """The tree of a formula with its `=`. Raises CannotRead."""
    reader = _Reader(_tokens(formula[1:]))
    found = reader.level(0)
    if reader.at < len(reader.tokens):
        raise CannotRead(formula)
    return found


def _tokens(text: str) -> list[tuple[str, str]]:
    found, place, text = [], 0, text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise CannotRead(text)
        found.append((match.lastgroup, match[match.lastgroup]))
        place = match.end()
    return found


class _Reader:
    """Reads tokens from left to right, loosest operators first."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens, self.at = tokens, 0

    def sign(self, *wanted: str) -> str:
        """Take one of these signs if it comes next, "" otherwise."""
        if self.at < len(self.tokens):
            kind, text = self.tokens[self.at]
            if kind == "sign" and text in wanted:
                self.at += 1
                return text
        return ""

    def level(self, depth: int) -> Tree:
        """An expression of operators of this level and tighter ones."""
        if depth == len(_LEVELS):
            return self.unary()
        left = self.level(depth + 1)
        while operator := self.sign(*_LEVELS[depth]):
            left = (operator, left, self.level(depth + 1))
        return left

    def unary(self) -> Tree:
        """A sign, a value, percent signs."""
        if self.sign("-"):
            return ("minus", self.unary())
        if self.sign("+"):
            return self.unary()
        found = self.value()
        while self.sign("%"):
            found = ("percent", found)
        return found

    def value(self) -> Tree:
        """A literal, a range, a call, or something in brackets."""
        if self.sign("("):
            found = self.level(0)
            self._need(")")
            return found
        if self.at >= len(self.tokens):
            raise CannotRead
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return ("number", float(text))
        if kind == "text":
            return ("text", text[1:-1].replace('""', '"'))
        if kind == "name" and self.sign("("):
            return ("call", text.upper(), self._arguments())
        if kind == "sign":
            raise CannotRead(text)
        return (kind, text)

    def _arguments(self) -> list[Tree]:
        found: list[Tree] = []
        if self.sign(")"):
            return found
        while True:
            empty = self.at < len(self.tokens) and self.tokens[self.at][1] in {",", ";", ")"}
            found.append(("blank",) if empty else self.level(0))
            if self.sign(")"):
                return found
            self._need(",", ";")

    def _need(self, *signs: str) -> None:
        if not self.sign(*signs):
            raise CannotRead(signs[0])
