"""One rule file while it is compiled: its place in words, its problems, its warnings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from sheetsync.domain.rules import ALWAYS, Condition, Source
from sheetsync.errors import Problem
from sheetsync.rulebook.conditions import Reader
from sheetsync.rulebook.names import Names
from sheetsync.yamlfiles.document import Document, Path
from sheetsync.yamlfiles.words import did_you_mean, shown


@dataclass(slots=True, kw_only=True)
class Page:
    """Collects what is wrong with one file, each with its place."""

    document: Document
    names: Names
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def source(self, *path: str | int) -> Source:
        """Where the rule at `path` stands."""
        line, column = self.document.at_key(path)
        return Source(self.document.file, line, column)

    def problem(self, path: Path, words: str, *, at_key: bool = False) -> None:
        """Note that the value (or the key) at `path` is wrong."""
        place = self.document.at_key(path) if at_key else self.document.at_value(path)
        self.problems.append(Problem(self.document.file, *place, words))

    def warn(self, path: Path, words: str) -> None:
        """Note something that works but is probably not meant."""
        self.warnings.append(Problem(self.document.file, *self.document.at_key(path), words))

    def known(
        self, path: Path, name: str, options: Any, what: str, *, at_key: bool = False
    ) -> bool:
        """Whether `name` is among `options`; otherwise a problem that guesses what was meant."""
        if name in options:
            return True
        words = f"{shown(name)} is not {what}{did_you_mean(name, options)}"
        self.problem(path, words, at_key=at_key)
        return False

    def column(self, path: Path, key: str, column_type: str = "") -> bool:
        """Whether `key` is a column (of the type asked for); otherwise a problem."""
        if not self.known(path, key, self.names.column_types, "a column key of columns.yaml"):
            return False
        if column_type and self.names.column_types[key] != column_type:
            words = f"{shown(key)} is not a column of type {column_type}"
            self.problem(path, words)
            return False
        return True

    def when(self, raw: dict[str, Any] | None, path: Path, *, without: str = "") -> Condition:
        """A `when:` compiled; its problems are noted here. `without`: see `Reader`."""
        if not raw:
            return ALWAYS
        reader = Reader(self.document, self.names, self.problems, not_available=_WITHOUT[without])
        return reader.condition(raw, path)

    def read_conditions(self) -> None:
        """Note what is wrong with the conditions of a file that has mistakes elsewhere."""
        without = self.document.file.removesuffix(".yaml")
        for path in self.document.values:
            if path and path[-1] in _CONDITIONS:
                raw = self.document.get(path)
                known = without if without in _WITHOUT else ""
                self.when(raw if isinstance(raw, dict) else None, path, without=known)


_CONDITIONS: Final = ("when", "required_when", "never_for")

_WITHOUT: Final = {
    "": (),
    "sla": ("sla_state", "sla_used_percent", "minutes_in_stage"),
}
