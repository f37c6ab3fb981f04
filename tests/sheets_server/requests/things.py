"""Decorations with an id of their own: where one is found, and which ids are free."""

from __future__ import annotations

from tests.sheets_server.model import Book, Json, Sheet, invalid


def found_in(book: Book, shelf: str, name: str, wanted: int | None) -> tuple[Sheet, int]:
    """The tab and the place of the thing with this id; `shelf` is the list's name on a Sheet."""
    for sheet in book.sheets:
        for place, thing in enumerate(getattr(sheet, shelf)):
            if thing[name] == wanted:
                return sheet, place
    raise invalid(f"No {shelf.replace('_', ' ').removesuffix('s')} with id: {wanted}")


def new_id(book: Book, shelf: str, name: str, given: int | None) -> int:
    """The id asked for, or a fresh one. Raises ApiError where it is taken."""
    taken = [thing[name] for sheet in book.sheets for thing in getattr(sheet, shelf)]
    if not given:
        return book.fresh_id(iter(taken))
    if given in taken:
        what = shelf.replace("_", " ").removesuffix("s")
        raise invalid(f"A {what} with ID {given} already exists. Please choose another ID.")
    return given


def replaced(sheet: Sheet, shelf: str, place: int, thing: Json) -> None:
    """Put another thing in this place."""
    getattr(sheet, shelf)[place] = thing
