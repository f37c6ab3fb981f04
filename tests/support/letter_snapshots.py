"""What each letter says, as files to compare with: subject, plain text, SMS, and the HTML mail's words by element.

Written anew with `python -m tests.support.letter_snapshots`; the difference is then read like any other.
"""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from sheetsync.messages.brand import Brand
from sheetsync.messages.kinds import CUSTOMER_KINDS, VENDOR_KINDS
from sheetsync.messages.render import Renderer
from sheetsync.messages.samples import sample_facts

FOLDER: Final = Path(__file__).resolve().parents[1] / "unit/messages/letters"
LOCALES: Final = ("en", "de")
KINDS: Final = (*CUSTOMER_KINDS, *VENDOR_KINDS, "digest")
BRAND: Final = Brand(
    name="Sunrise Parcels", email="help@example.org", phone="+27 21 555 0100",
    hours="Mon-Fri 8:00-17:00", help_page="https://www.example.org/help",
    imprint=("Sunrise Parcels Ltd, 1 Long Street, Cape Town",),
)  # fmt: skip
_ELEMENTS: Final = frozenset({"h1", "h2", "p", "li", "th", "td", "a", "div"})


class _Words(HTMLParser):
    """Each text with the element it stands in, and the target of each link."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._here = ""
        self.feed(page.partition("<body")[2].partition(">")[2])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _ELEMENTS:
            self._here = tag if tag != "a" else f"a {dict(attrs).get('href')}"

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if words:
            self.lines.append(f"{self._here}: {words}")


def snapshot(renderer: Renderer, kind: str, locale: str) -> str:
    """Everything that one letter says."""
    facts = sample_facts(kind, locale)
    told = renderer.render(kind, facts)
    sms = f"\n=== SMS\n{renderer.sms(kind, facts).sms.text}\n" if kind in CUSTOMER_KINDS else ""
    words = "\n".join(_Words(told.html).lines)
    return f"Subject: {told.subject}\n\n{told.text}{sms}\n=== HTML ({told.language})\n{words}\n"


def main() -> None:
    """Write all files anew."""
    renderer = Renderer(None, BRAND)
    FOLDER.mkdir(exist_ok=True)
    for kind in KINDS:
        for locale in LOCALES:
            (FOLDER / f"{kind}.{locale}.txt").write_text(
                snapshot(renderer, kind, locale), encoding="utf-8"
            )


if __name__ == "__main__":
    main()
