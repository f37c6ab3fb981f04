"""Named ranges: addNamedRange, updateNamedRange, deleteNamedRange."""

from __future__ import annotations

import re
from typing import Final

from tests.sheets_server.areas import area_of, printed
from tests.sheets_server.model import Book, Json, invalid
from tests.sheets_server.requests.apply import kind
from tests.sheets_server.requests.fields import tree

_NAME: Final = re.compile(r"[A-Za-z_]\w{0,249}")
_LIKE_A_CELL: Final = re.compile(
    r"[A-Za-z]{1,3}\d+|[Rr]\d+[Cc]\d+|[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]"
)


@kind("addNamedRange")
def add_named_range(book: Book, body: Json) -> Json:
    """Name a range; the name and the id must be free."""
    given = body.get("namedRange") or {}
    ids = {named["namedRangeId"] for named in book.named_ranges}
    name_id = given.get("namedRangeId") or str(
        book.fresh_id(int(taken) for taken in ids if taken.isdigit())
    )
    if name_id in ids:
        raise invalid(
            f"Cannot add named range with ID {name_id}, a named range with that ID already exists."
        )
    _check_name(book, given.get("name") or "", None)
    named = {"namedRangeId": name_id, "name": given["name"], "range": _range(book, given)}
    book.named_ranges.append(named)
    return {"namedRange": named}


def _check_name(book: Book, name: str, own: str | None) -> None:
    if not _NAME.fullmatch(name) or _LIKE_A_CELL.fullmatch(name):
        raise invalid(f"The name of a named range is invalid: {name!r}.")
    for named in book.named_ranges:
        if named["name"].casefold() == name.casefold() and named["namedRangeId"] != own:
            raise invalid(
                f"Cannot add named range with name {name}, "
                "a named range with that name already exists."
            )


def _range(book: Book, given: Json) -> Json:
    area_of(book, given.get("range"))
    return printed(given["range"])


@kind("updateNamedRange")
def update_named_range(book: Book, body: Json) -> None:
    """Rename a named range, or let the name mean another range."""
    given, mask = body.get("namedRange") or {}, tree(body.get("fields"), "NamedRange")
    place = _place(book, given.get("namedRangeId"))
    now = dict(book.named_ranges[place])
    if "name" in mask:
        _check_name(book, given.get("name") or "", now["namedRangeId"])
        now["name"] = given["name"]
    if "range" in mask:
        now["range"] = _range(book, given)
    book.named_ranges[place] = now


@kind("deleteNamedRange")
def delete_named_range(book: Book, body: Json) -> None:
    """Forget a name; the cells stay."""
    del book.named_ranges[_place(book, body.get("namedRangeId"))]


def _place(book: Book, name_id: str | None) -> int:
    for place, named in enumerate(book.named_ranges):
        if named["namedRangeId"] == name_id:
            return place
    raise invalid(f"No named range with id: {name_id}")
