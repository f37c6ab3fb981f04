"""Read YAML 1.2 that a person edits into plain values that remember where they stand.

Built from the parser's events, not from a loaded tree: so that every doubled key is found, that
anchors, aliases and tags are refused before anything is expanded, and that `yes`, `8:30`, `010`,
`2026-12-24` stay the text that was typed. Plain `true`, `false`, `null`, whole and decimal numbers
are the only texts with a meaning of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from sheetsync.errors import Problem
from sheetsync.yamlfiles.syntax import in_plain_words

Path: TypeAlias = tuple[str | int, ...]
Place: TypeAlias = tuple[int, int]
"""Line and column, both from 1."""

LARGEST_BYTES: Final = 1_000_000
DEEPEST: Final = 20
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+([eE][-+]?[0-9]{1,3})?")
_WORDS: Final[dict[str, bool | None]] = {
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    "null": None, "Null": None, "NULL": None, "~": None, "": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file: its values (dict, list, str, int, float, bool, None) and the place of each.

    `problems` is what is wrong with the YAML itself; values are then incomplete or None.
    """

    file: str
    value: Any = None
    problems: tuple[Problem, ...] = ()
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)

    def nearest(self, path: Path) -> Path:
        """The part of `path` that exists here: names the file does not hold are left out."""
        found: Path = ()
        for name in path:
            if (*found, name) in self.values:
                found = (*found, name)
        return found

    def at_value(self, path: Path) -> Place:
        """Where the value at `path` begins; of the nearest one above it when it is not there."""
        return self.values.get(self.nearest(path), (1, 1))

    def at_key(self, path: Path) -> Place:
        """Where the key (or list item) at `path` begins."""
        nearest = self.nearest(path)
        return self.keys.get(nearest) or self.values.get(nearest, (1, 1))

    def get(self, path: Path, default: Any = None) -> Any:
        """The value at `path`, or `default` when there is none."""
        here: Any = self.value
        for name in path:
            if isinstance(here, list):
                here = dict(enumerate(here))
            if not isinstance(here, dict) or name not in here:
                return default
            here = here[name]
        return here


class _Refused(Exception):
    """The text cannot be read further; holds the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@lru_cache(maxsize=64)
def read_document(file: str, content: bytes | str) -> Document:
    """Read `content` of the file named `file`; never raises, problems stand in the document.

    A file that did not change since the last pass is not parsed again: treat the values as frozen.
    """
    try:
        return _Builder(file, _decoded(file, content)).document()
    except _Refused as refused:
        return Document(file=file, problems=(refused.problem,))


def _decoded(file: str, content: bytes | str) -> str:
    size = len(content)
    if size > LARGEST_BYTES:
        words = f"the file has {size:,} bytes; at most {LARGEST_BYTES:,} are read"
        raise _Refused(Problem(file, 0, 0, words))
    if isinstance(content, str):
        return content.removeprefix("\ufeff")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        line, column = _place_after(before)
        words = "this letter is not UTF-8; save the file with the encoding UTF-8"
        raise _Refused(Problem(file, line, column, words)) from error


def _place_after(text: str) -> Place:
    return text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1


class _Builder:
    """One walk over the parser's events."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.problems: list[Problem] = []
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}

    def document(self) -> Document:
        value = None
        events = self._events()
        for event in events:
            if isinstance(event, DocumentStartEvent):
                self._refuse_directives(event)
            elif isinstance(event, NodeEvent):
                value = self._node(event, events, ())
        self.problems.sort(key=lambda problem: (problem.line, problem.column))
        return Document(
            file=self.file,
            value=value,
            problems=tuple(self.problems),
            keys=self.keys,
            values=self.values,
        )

    def _events(self) -> Iterator[Event]:
        try:
            seen = 0
            for event in YAML(typ="safe", pure=True).parse(self.text):
                seen += isinstance(event, DocumentStartEvent)
                if seen > 1:
                    raise self._refusal(event, "a second document begins here; remove the line ---")
                yield event
        except ReaderError as error:
            line, column = _place_after(self.text[: error.position])
            words = "this character cannot stand in the file; remove it"
            raise _Refused(Problem(self.file, line, column, words)) from error
        except MarkedYAMLError as error:
            raise _Refused(in_plain_words(self.file, self.text, error)) from error
        except YAMLError as error:
            raise _Refused(Problem(self.file, 0, 0, f"cannot be read: {error}")) from error

    def _refuse_directives(self, event: DocumentStartEvent) -> None:
        if event.version or event.tags:
            raise self._refusal(event, "lines that begin with % are not used here; remove it")

    def _refusal(self, event: Event, words: str) -> _Refused:
        line, column = self._place(event)
        return _Refused(Problem(self.file, line, column, words))

    def _note(self, place: Place, words: str) -> None:
        self.problems.append(Problem(self.file, *place, words))

    @staticmethod
    def _place(event: Event) -> Place:
        return event.start_mark.line + 1, event.start_mark.column + 1

    def _node(self, event: NodeEvent, events: Iterator[Event], path: Path) -> Any:
        self.values[path] = self._place(event)
        self._refuse_tricks(event)
        if len(path) > DEEPEST:
            raise self._refusal(event, f"this is nested more than {DEEPEST} levels deep")
        if isinstance(event, MappingStartEvent):
            return self._mapping(events, path)
        if isinstance(event, SequenceStartEvent):
            return self._list(events, path)
        return _scalar(event)

    def _refuse_tricks(self, event: NodeEvent) -> None:
        if isinstance(event, AliasEvent):
            words = f"*{event.anchor} repeats another part of the file; write the lines out instead"
            raise self._refusal(event, words)
        if event.anchor:
            words = (
                f"&{event.anchor} names a part to be repeated, which is not used here; remove it"
            )
            raise self._refusal(event, words)
        tag = getattr(event, "ctag", None) or getattr(event, "tag", None)
        if tag and str(tag) != "None":
            words = f"the mark {tag} is not used here; remove it, or put the text in quotes"
            raise self._refusal(event, words)

    def _list(self, events: Iterator[Event], path: Path) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            if isinstance(event, NodeEvent):
                items.append(self._node(event, events, (*path, len(items))))
        return items

    def _mapping(self, events: Iterator[Event], path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            if isinstance(event, NodeEvent):
                self._refuse_tricks(event)
            key, place = self._key(event), self._place(event)
            doubled = (*path, key) in self.keys
            if doubled:
                first = self.keys[*path, key][0]
                self._note(place, f'"{key}" stands twice here, first in line {first}; keep one')
            value_event = next(events)
            if doubled:
                self._skip(value_event, events)
            elif isinstance(value_event, NodeEvent):
                self.keys[*path, key] = place
                result[key] = self._node(value_event, events, (*path, key))
                if result[key] is None:
                    self.values[*path, key] = place
        return result

    def _key(self, event: Event) -> str:
        if not isinstance(event, ScalarEvent):
            raise self._refusal(event, "a name is expected before the colon, not a list or mapping")
        if event.value == "<<":
            raise self._refusal(event, "<< is not used here; write the lines out instead")
        return str(event.value)

    def _skip(self, event: Event, events: Iterator[Event]) -> None:
        open_parts = int(isinstance(event, MappingStartEvent | SequenceStartEvent))
        while open_parts:
            event = next(events)
            open_parts += isinstance(event, MappingStartEvent | SequenceStartEvent)
            open_parts -= isinstance(event, MappingEndEvent | SequenceEndEvent)


def _scalar(event: Any) -> str | int | float | bool | None:
    text = str(event.value)
    if event.style:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return text
