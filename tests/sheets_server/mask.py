"""The `fields` parameter: which parts of a reply are wanted, such as `sheets(properties.sheetId,data/rowData)`."""

from __future__ import annotations

import functools
import json
import re
from importlib import resources
from typing import Any, Final, TypeAlias

from tests.sheets_server.model import ApiError, Json

Wanted: TypeAlias = dict[str, Any]
"""Names with what is wanted below them; an empty dictionary wants all. Shared: do not change it."""

_TOKEN: Final = re.compile(r"[\w*-]+|[.,/()]")


@functools.cache
def schemas() -> Json:
    """The schemas of Google's discovery document."""
    return discovery()["schemas"]


@functools.cache
def discovery() -> Json:
    """Google's discovery document of the Sheets API, as its own Python client ships it."""
    folder = resources.files("googleapiclient.discovery_cache.documents")
    return json.loads((folder / "sheets.v4.json").read_text(encoding="utf-8"))


@functools.lru_cache(maxsize=4096)
def wanted(fields: str, schema: str) -> Wanted:
    """A mask for replies of that schema, "" wants all. Raises ApiError where it names what is not there."""
    if not fields or fields == "*":
        return {}
    tokens = _TOKEN.findall(fields)
    found, rest = _group(tokens, fields)
    if rest or "".join(tokens) != re.sub(r"\s", "", fields):
        raise _unknown(fields)
    return _checked(found, {"$ref": schema}, "")


def _group(tokens: list[str], mask: str) -> tuple[Wanted, list[str]]:
    """One list of paths, up to its closing bracket or the end."""
    found: Wanted = {}
    while tokens:
        at = found
        while True:
            if not tokens or tokens[0] in ".,/()":
                raise _unknown(mask)
            at = at.setdefault(tokens[0], {})
            tokens = tokens[1:]
            if tokens[:1] not in (["."], ["/"]):
                break
            tokens = tokens[1:]
        if tokens[:1] == ["("]:
            inner, tokens = _group(tokens[1:], mask)
            if tokens[:1] != [")"]:
                raise _unknown(mask)
            tokens = tokens[1:]
            at.update(inner)
        if tokens[:1] != [","]:
            break
        tokens = tokens[1:]
    return found, tokens


def _checked(found: Wanted, shape: Json, path: str) -> Wanted:
    """The mask with every name proved to be in the schema; `*` wants all."""
    if not found or "*" in found:
        return {}
    while "items" in shape:
        shape = shape["items"]
    fields = schemas()[shape["$ref"]].get("properties", {}) if "$ref" in shape else {}
    kept = {}
    for name, below in found.items():
        place = f"{path}.{name}" if path else name
        if name not in fields:
            raise _unknown(place)
        kept[name] = _checked(below, fields[name], place)
    return kept


def _unknown(path: str) -> ApiError:
    text = f"Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'."
    detail = {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [{"field": path, "description": text}],
    }
    return ApiError(400, "INVALID_ARGUMENT", "Request contains an invalid argument.", [detail])


def picked(found: Any, mask: Wanted) -> Any:
    """The wanted parts of a reply; lists keep their length, with {} where nothing is left."""
    if not mask:
        return found
    if isinstance(found, list):
        return [picked(item, mask) for item in found]
    if not isinstance(found, dict):
        return found
    return {name: picked(found[name], below) for name, below in mask.items() if name in found}
