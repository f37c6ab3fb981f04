"""The page saved as one file that shows every tab, without a server: to look at later, or to compare."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tests.sheets_server.model import Book
from tests.sheets_server.page.book_view import Asked, book_view
from tests.sheets_server.page.files import STATIC
from tests.sheets_server.page.tab_view import tab_view


def picture(book: Book, words: str, asked: Sequence[Asked] = ()) -> str:
    """The page as HTML with all its data inside; `words` stand below the title."""
    data = {
        "words": words,
        "book": book_view(book, asked, tab=None, since=book.version),
        "views": {str(sheet.id): tab_view(book, sheet) for sheet in book.sheets},
    }
    text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    page = (STATIC / "sheet.html").read_text(encoding="utf-8")
    style = (STATIC / "sheet.css").read_text(encoding="utf-8")
    script = (STATIC / "sheet.js").read_text(encoding="utf-8")
    page = page.replace(
        '<link rel="stylesheet" href="/page/sheet.css">', f"<style>\n{style}</style>"
    )
    return page.replace(
        '<script src="/page/sheet.js"></script>',
        f"<script>window.PICTURE = {text};</script>\n<script>\n{script}</script>",
    )


def save_picture(path: Path, book: Book, words: str, asked: Sequence[Asked] = ()) -> None:
    """Write the page into a file, whose folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(picture(book, words, asked), encoding="utf-8")
