"""Everybody can read our mails: by a checker in a real browser, and by the formula for contrast."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from sheetsync.domain.colours import READABLE, contrast, parse_colour, readable_on
from sheetsync.messages.brand import Brand
from sheetsync.messages.kinds import KINDS
from sheetsync.messages.render import Renderer
from sheetsync.messages.samples import sample_facts
from tests.support.axe import NEEDED, as_on_a_dark_screen, audit

LOCALES = ("en", "de")
BRAND = Brand(
    name="Sunrise Parcels", email="help@example.org", phone="+27 21 555 0100", hours="Mon-Fri",
    help_page="https://example.org/help", imprint=("1 Long Street",), colour="#8C7500",
)  # fmt: skip


def letters():
    """Every HTML mail in every language that it differs in."""
    renderer = Renderer(None, BRAND)
    pages = {
        f"{kind}.{locale}": renderer.render(kind, sample_facts(kind, locale)).html
        for kind in KINDS
        for locale in LOCALES
    }
    return {page: name for name, page in reversed(pages.items())}


@pytest.mark.chromium
@pytest.mark.slow
@NEEDED
def test_a_checker_finds_nothing_against_any_mail_on_light_and_dark_screens(tmp_path):
    pages = {name: page for page, name in letters().items()}
    dark = {f"{n} dark": as_on_a_dark_screen(pages[n]) for n in ("shipped.en", "escalation.en")}
    spoilt = pages["shipped.en"].replace("#55646D", "#C0C8CC").replace('lang="en"', 'lang=""')
    told = audit({**pages, **dark, "spoilt": spoilt}, tmp_path)
    worth = told.pop("spoilt")["violations"]
    assert {line.partition(":")[0] for line in worth} >= {"color-contrast", "html-has-lang"}
    assert {name: found["violations"] for name, found in told.items() if found["violations"]} == {}
    assert min(found["passes"] for name, found in told.items() if "dark" not in name) > 15


class Painted(HTMLParser):
    """The colours of every text of a page, by its inline styles or, on dark screens, by its classes."""

    def __init__(self, page, *, dark):
        super().__init__()
        rules = (
            page.partition("prefers-color-scheme: dark")[2].partition("@media")[0] if dark else ""
        )
        self._classes = {}
        for names, body in re.findall(r"([^{}]+)\{([^{}]+)\}", rules):
            for name in names.strip().split(","):
                self._classes.setdefault(name.strip(" ."), {}).update(self._colours(body))
        self._open = [{"color": "#000000", "background": "#FFFFFF"}]
        self.texts = []
        self._skip = False
        self.feed(page)

    @staticmethod
    def _colours(style):
        found = re.findall(r"(?<![\w-])(color|background):\s*(#[0-9A-Fa-f]{6})", style)
        return dict(found)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self._skip = tag in {"style", "title"}
        if tag in {"br", "img", "meta", "hr"}:
            return
        style = told.get("style") or ""
        here = {**self._open[-1], **self._colours(style)}
        for name in (told.get("class") or "").split():
            here.update(self._classes.get(name, {}))
        here["hidden"] = self._open[-1].get("hidden") or "display:none" in style
        self._open.append(here)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        self._skip = False
        if tag not in {"br", "img", "meta", "hr"}:
            self._open.pop()

    def handle_data(self, data):
        here = self._open[-1]
        if data.strip() and not self._skip and not here.get("hidden"):
            self.texts.append((data.strip(), here["color"], here["background"]))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_of_every_mail_can_be_read_on_what_is_behind_it(dark):
    for page, name in letters().items():
        texts = Painted(page, dark=dark).texts
        assert len(texts) >= 5, name
        pale = [text for text in texts if contrast(text[1], text[2]) < READABLE]
        assert pale == [], name


def test_contrast_is_that_of_the_guidelines():
    assert round(contrast("#000000", "#FFFFFF"), 2) == 21
    assert round(contrast("#767676", "#FFFFFF"), 2) == 4.54
    assert contrast("#abc", "#AABBCC") == 1
    with pytest.raises(ValueError, match="not a colour"):
        parse_colour("teal")


@pytest.mark.parametrize(
    "colour", ["#FFD400", "#1F6F78", "#000000", "#FFFFFF", "#7F7F7F", "#0000FF"]
)
@pytest.mark.parametrize("paper", ["#FFFFFF", "#1B252B"])
def test_any_colour_has_a_shade_that_can_be_read(colour, paper):
    shade = readable_on(paper, colour)
    assert contrast(shade, paper) >= READABLE
    assert contrast(colour, paper) < READABLE or shade == colour
