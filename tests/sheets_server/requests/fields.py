"""Field masks: which fields of an object a request sets, and which it clears by leaving them out."""

from __future__ import annotations

import functools
import re
from typing import Any, Final, TypeAlias

from tests.sheets_server.mask import schemas
from tests.sheets_server.model import Json, invalid

Tree: TypeAlias = dict[str, Any]
"""Names with their subtrees; an empty subtree takes the whole field."""

_TOKEN: Final = re.compile(r"\s*([\w*]+|[.,/()])")


@functools.lru_cache(maxsize=4096)
def tree(mask: str | None, schema: str) -> Tree:
    """Parse a mask such as `note,userEnteredFormat(textFormat/bold)` for an object of that schema.

    `*` stands for every field. The tree is shared: do not change it.
    Raises ApiError where it is empty or names a field that the schema does not have.
    """
    if not mask or not mask.strip():
        raise invalid(
            "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"
        )
    tokens = _TOKEN.findall(mask)
    if "".join(tokens) != re.sub(r"\s", "", mask):
        raise invalid(f"The field mask {mask!r} cannot be read.")
    found, rest = _group(tokens, mask)
    if rest:
        raise invalid(f"The field mask {mask!r} cannot be read.")
    if "*" in found:
        return {name: {} for name in schemas()[schema]["properties"]}
    _check(found, schema)
    return found


def with_twins(found: Tree, schema: str) -> Tree:
    """The tree with every colour beside its style: writing either sets both."""
    fields = schemas()[schema].get("properties", {})
    kept: Tree = {}
    for name, below in found.items():
        kept[name] = with_twins(below, fields[name]["$ref"]) if below else below
        twin = name.removesuffix("Style") if name.endswith("Style") else f"{name}Style"
        if twin in fields and "olor" in name:
            kept[twin] = {}
    return kept


def _group(tokens: list[str], mask: str) -> tuple[Tree, list[str]]:
    """One list of paths, up to its closing bracket or the end."""
    found: Tree = {}
    while tokens:
        at = found
        while True:
            if not tokens or not re.match(r"[\w*]", tokens[0]):
                raise invalid(f"The field mask {mask!r} cannot be read.")
            at = at.setdefault(_camel(tokens[0]), {})
            tokens = tokens[1:]
            if tokens[:1] not in (["."], ["/"]):
                break
            tokens = tokens[1:]
        if tokens[:1] == ["("]:
            inner, tokens = _group(tokens[1:], mask)
            if tokens[:1] != [")"]:
                raise invalid(f"The field mask {mask!r} cannot be read.")
            tokens = tokens[1:]
            at.update(inner)
        if tokens[:1] != [","]:
            break
        tokens = tokens[1:]
    return found, tokens


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _check(found: Tree, schema: str) -> None:
    """Raise where a path names no field of the schema."""
    fields = schemas()[schema].get("properties", {})
    for name, below in found.items():
        if name not in fields:
            raise invalid(f"Invalid field: {name} is no field of {schema}.")
        if "*" in below or fields[name].get("$ref") in {"Color", "ColorStyle"}:
            below.clear()
        if below and "$ref" in fields[name]:
            _check(below, fields[name]["$ref"])
        elif below:
            raise invalid(f"Invalid field: {name} of {schema} has no fields of its own to name.")


def merged(old: Json | None, new: Json | None, mask: Tree) -> Json:
    """`old` with every masked field taken from `new`, and gone where `new` does not have it."""
    kept = dict(old) if old else {}
    new = new or {}
    for name, below in mask.items():
        value = new.get(name)
        if below and (value is None or isinstance(value, dict)):
            value = merged(kept.get(name), value, below)
        if value is None or value == {}:
            kept.pop(name, None)
        else:
            kept[name] = value
    return kept
