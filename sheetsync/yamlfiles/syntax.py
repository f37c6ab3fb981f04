"""What the YAML parser complains of, in words that a person who edits rules can act on."""

from __future__ import annotations

from typing import Final

from ruamel.yaml.error import MarkedYAMLError

from sheetsync.errors import Problem

_WORDS: Final = {
    "'\\t'": "a tab stands here; use spaces to indent",
    "mapping values are not allowed": "this colon is not expected here; "
    "is a line above it indented differently, or does the text need quotes?",
    "found unexpected end of stream": "the quote that begins here is never closed",
    "expected ',' or ']'": "the list that begins here is not closed; "
    "put ] at its end, and a comma between its items",
    "expected ',' or '}'": "the braces that begin here are not closed; "
    "put } at the end, and a comma between the settings",
    "expected <block end>": "this does not fit the lines above; "
    "check that it is indented like them and that quotes are closed",
    "could not find expected ':'": "a colon is missing after this name",
    "cannot start any token": "a text cannot begin with this character; put the text in quotes",
    "expected the node content": "a value is missing before this",
    "unknown escape character": "inside double quotes \\ has a meaning of its own; "
    "use single quotes",
}
_AT_THE_BEGINNING: Final = (
    "found unexpected end of stream",
    "expected ',' or ']'",
    "expected ',' or '}'",
)


def in_plain_words(file: str, text: str, error: MarkedYAMLError) -> Problem:
    """One problem with its place: where the quote or bracket began, or where reading stopped."""
    said = str(error.problem or error.context or "")
    mark = error.problem_mark or error.context_mark
    if error.context_mark and said.startswith(_AT_THE_BEGINNING):
        mark = error.context_mark
    words = next((plain for part, plain in _WORDS.items() if part in said), "")
    if not words:
        words = (
            f"this cannot be read as YAML ({said or 'no reason given'}); check the line above too"
        )
    if mark is None:
        return Problem(file, 0, 0, words)
    line = min(mark.line + 1, text.count("\n") + 1)
    return Problem(file, line, mark.column + 1, words)
