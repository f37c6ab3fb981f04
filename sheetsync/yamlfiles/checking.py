"""Hold a document against its model; every error becomes one plain sentence with its place.

pydantic finds the errors; none of its own words reach a person. A bad name is pointed at by its
key, a bad value by the value, a missing setting by the group it is missing from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from sheetsync.errors import Problem
from sheetsync.yamlfiles.document import Document, Path
from sheetsync.yamlfiles.words import did_you_mean, nearest, one_of, plain_number, shown


class Strict(BaseModel):
    """Base of every model of a file that people edit: frozen, and no setting it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    moved: ClassVar[Mapping[str, str]] = {}
    """Settings that people may look for here, with the words that say where they live."""
    about_names: ClassVar[str] = ""
    """What an example says of the names of a group of these; "" where any name is good."""


class Misplaced(ValueError):
    """A value is wrong at one place inside it: `path` leads there from the value itself."""

    def __init__(self, words: str, *path: str | int, at_key: bool = False) -> None:
        super().__init__(words)
        self.path: Path = path
        self.at_key = at_key


M = TypeVar("M", bound=Strict)
Checked = tuple[M | None, list[Problem]]

_EXPECTED: Final = {
    "string_type": "a text is expected here",
    "int_type": "a whole number is expected here",
    "int_parsing": "a whole number is expected here",
    "int_from_float": "a whole number is expected here",
    "int_parsing_size": "a whole number is expected here",
    "float_type": "a number is expected here",
    "float_parsing": "a number is expected here",
    "bool_type": "yes or no is expected here",
    "bool_parsing": "yes or no is expected here",
    "list_type": "a list in [ ] is expected here",
    "tuple_type": "a list in [ ] is expected here",
    "dict_type": "a group of settings (name: value) is expected here",
    "mapping_type": "a group of settings (name: value) is expected here",
    "model_type": "a group of settings (name: value) is expected here",
    "model_attributes_type": "a group of settings (name: value) is expected here",
}


def check(document: Document, model: type[M], context: Any = None) -> Checked[M]:
    """The document as `model`, or None and every problem found, in the order of the file.

    `context` is handed to the model's own validators.
    """
    if document.problems:
        return None, list(document.problems)
    if document.value is None:
        return None, [Problem(document.file, 0, 0, "the file is empty")]
    try:
        return model.model_validate(document.value, context=context), []
    except ValidationError as error:
        return None, _problems(document, model, error.errors(include_url=False))


def _problems(document: Document, model: type[Strict], errors: list[ErrorDetails]) -> list[Problem]:
    explained = _explained(model, errors)
    found = [
        _problem(document, model, error)
        for error in errors
        if not (error["type"] == "missing" and tuple(error["loc"]) in explained)
    ]
    return sorted(set(found), key=lambda problem: (problem.line, problem.column, problem.message))


def _explained(model: type[Strict], errors: list[ErrorDetails]) -> set[Path]:
    """Missing settings that a mistyped name beside them already explains."""
    missing = {tuple(e["loc"]) for e in errors if e["type"] == "missing"}
    found: set[Path] = set()
    for error in errors:
        if error["type"] == "extra_forbidden":
            *group, name = error["loc"]
            guess = nearest(str(name), settings_at(model, tuple(group)))
            found |= {path for path in missing if path == (*group, guess)}
    return found


def _problem(document: Document, model: type[Strict], error: ErrorDetails) -> Problem:
    path: Path = tuple(error["loc"])
    kind = error["type"]
    if kind == "extra_forbidden":
        return Problem(document.file, *document.at_key(path), _unknown_setting(model, path))
    if path and path[-1] == "[key]":
        return Problem(document.file, *document.at_key(path[:-1]), _words(error))
    if kind == "missing":
        words = f'the setting "{path[-1]}" is missing here'
        return Problem(document.file, *document.at_value(path[:-1]), words)
    inside = (error.get("ctx") or {}).get("error")
    if isinstance(inside, Misplaced):
        path = (*path, *inside.path)
        if inside.at_key:
            return Problem(document.file, *document.at_key(path), _words(error))
    return Problem(document.file, *document.at_value(path), _words(error))


def _unknown_setting(model: type[Strict], path: Path) -> str:
    name, group = str(path[-1]), path[:-1]
    owner = model_at(model, group)
    if owner and name in owner.moved:
        return owner.moved[name]
    if name.endswith(":"):
        return f"a value is missing after {name}"
    return f'unknown setting "{name}"{did_you_mean(name, settings_at(model, group))}'


def _words(error: ErrorDetails) -> str:
    kind, value, facts = error["type"], error["input"], error.get("ctx") or {}
    if kind == "value_error":
        said = str(facts["error"])
        hint = said.partition("; ")[2]
        return f"nothing stands here; {hint}" if value is None and hint else said
    if kind in _EXPECTED:
        return _EXPECTED[kind] + _instead(kind, value)
    if kind == "literal_error":
        options = [o.strip("'") for o in facts["expected"].replace(" or ", ", ").split(", ")]
        guess = nearest(str(value), options)
        hint = f'did you mean "{guess}"?' if guess else f"use {one_of(options)}"
        return f"{shown(value)} is not allowed here; {hint}"
    return _limits(kind, value, facts)


def _instead(kind: str, value: Any) -> str:
    if kind == "string_type" and isinstance(value, int | float):
        text = shown(value).removeprefix("the number ")
        return f", not {shown(value)}; put it in quotes: '{text}'"
    return f", not {shown(value)}"


def _limits(kind: str, value: Any, facts: Mapping[str, Any]) -> str:
    match kind:
        case "greater_than":
            return f"{shown(value)} is too small; it must be more than {plain_number(facts['gt'])}"
        case "greater_than_equal":
            return f"{shown(value)} is too small; the least is {plain_number(facts['ge'])}"
        case "less_than":
            return f"{shown(value)} is too large; it must be less than {plain_number(facts['lt'])}"
        case "less_than_equal":
            return f"{shown(value)} is too large; the most is {plain_number(facts['le'])}"
        case "too_short" | "string_too_short":
            return "this is empty; at least one entry is needed here"
        case "too_long" | "string_too_long":
            return f"this is too long; at most {facts['max_length']} are allowed here"
        case _:
            return f"{shown(value)} cannot be used here"


def settings_at(model: type[Strict], path: Path) -> list[str]:
    """The names that may stand in the group at `path`."""
    owner = model_at(model, path)
    if owner is None:
        return []
    return [info.alias or name for name, info in owner.model_fields.items()]


def model_at(model: type[Strict], path: Path) -> type[Strict] | None:
    """The model of the group at `path`, found by walking the annotations."""
    here: list[Any] = [model]
    for name in path:
        here = [found for annotation in here for found in _step(annotation, name)]
    models = [m for annotation in here for m in _models(annotation)]
    return models[0] if models else None


def _step(annotation: Any, name: str | int) -> Iterator[Any]:
    for part in _unwrapped(annotation):
        if isinstance(part, type) and issubclass(part, Strict):
            for key, info in part.model_fields.items():
                if name == (info.alias or key):
                    yield info.annotation
        elif get_origin(part) in {list, tuple}:
            yield get_args(part)[0]
        elif get_origin(part) is dict:
            yield get_args(part)[1]


def _models(annotation: Any) -> Iterator[type[Strict]]:
    for part in _unwrapped(annotation):
        if isinstance(part, type) and issubclass(part, Strict):
            yield part


def _unwrapped(annotation: Any) -> Iterator[Any]:
    """The parts of an optional or annotated type."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _unwrapped(get_args(annotation)[0])
    elif origin in {list, tuple, dict} or origin is None:
        yield annotation
    else:
        for part in get_args(annotation):
            yield from _unwrapped(part)
