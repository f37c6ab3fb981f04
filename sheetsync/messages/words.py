"""The words that all letters of a language share: `words.yaml`, the owner's over the shipped ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

from jinja2 import BaseLoader, Environment, TemplateNotFound

from sheetsync.errors import ConfigError, Problem
from sheetsync.messages.languages import ENGLISH, Language
from sheetsync.yamlfiles.document import read_document

WORDS: Final = "words.yaml"
Word: TypeAlias = str | Mapping[str, str]


def words_of(
    language: Language,
    loaders: tuple[BaseLoader, ...],
    environment: Environment,
    *,
    alone: bool = False,
) -> dict[str, Word]:
    """The words of `language`; English ones where a language lacks one (not if `alone`). The first loader wins.

    Raises ConfigError, with file and line, for a file that holds something else than words.
    """
    english = () if alone else Language(ENGLISH).folders
    folders = dict.fromkeys((*language.folders, *english))
    found: dict[str, Word] = {}
    for folder in reversed(tuple(folders)):
        for loader in reversed(loaders):
            found.update(_read(loader, folder + WORDS, environment))
    return found


def _read(loader: BaseLoader, name: str, environment: Environment) -> Mapping[str, Word]:
    try:
        text, file, _ = loader.get_source(environment, name)
    except TemplateNotFound:
        return {}
    return _parsed(text, file or name)


@lru_cache(maxsize=64)
def _parsed(text: str, file: str) -> Mapping[str, Word]:
    document = read_document(file, text)
    problems = list(document.problems)
    value = document.value if document.value is not None else {}
    if not problems and not isinstance(value, dict):
        problems.append(
            Problem(file, 1, 1, "words are expected here, one a line, like order: Order")
        )
    if not problems:
        problems += [
            Problem(file, *document.at_value((key,)), f'a text is expected after "{key}:"')
            for key in _wrong(value)
        ]
    if problems:
        raise ConfigError(problems)
    return {str(key): word for key, word in value.items()}


def _wrong(value: Mapping[Any, Any]) -> Iterator[Any]:
    for key, word in value.items():
        forms = word.values() if isinstance(word, Mapping) else (word,)
        if not all(isinstance(form, str) for form in forms):
            yield key
