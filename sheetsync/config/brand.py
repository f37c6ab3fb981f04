"""The settings under `brand`: who speaks in letters to customers and vendors, and how it looks."""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import Field, PlainValidator, WithJsonSchema

from sheetsync.domain.colours import READABLE, contrast, parse_colour, readable_on
from sheetsync.domain.language_tags import is_known_language, parse_tag
from sheetsync.yamlfiles.checking import Strict
from sheetsync.yamlfiles.values import Email, Text
from sheetsync.yamlfiles.words import shown

PAPER: Final = "#FFFFFF"
QUIET_TEXT: Final = "#55646D"
"""The colour of the small print below a letter, which stands on the background."""


def _colour(value: Any) -> str:
    try:
        return parse_colour(str(value))
    except ValueError:
        raise ValueError(
            f"{shown(value)} is not a colour; write it in quotes, like '#1F6F78'"
        ) from None


def _accent(value: Any) -> str:
    """A colour that can be read on white, as the name, and white on it, as a button."""
    colour = _colour(value)
    found = contrast(colour, PAPER)
    if found < READABLE:
        raise ValueError(
            f"{shown(value)} is too pale to be read on white (contrast {found:.1f}, at least {READABLE} is "
            f"needed); '{readable_on(PAPER, colour)}' of the same kind can be read"
        )
    return colour


def _background(value: Any) -> str:
    colour = _colour(value)
    found = contrast(colour, QUIET_TEXT)
    if found < READABLE:
        raise ValueError(
            f"small grey print cannot be read on {shown(value)} (contrast {found:.1f}, at least {READABLE} is "
            "needed); choose a paler one, like '#EFF3F4'"
        )
    return colour


def _link(value: Any) -> str:
    parts = urlsplit(value) if isinstance(value, str) else None
    plain = isinstance(value, str) and value.isascii() and value.isprintable()
    if parts is None or not plain or parts.scheme != "https" or not parts.hostname:
        raise ValueError(f"{shown(value)} is not a link; it must begin with https:// and a host")
    if set(str(value)) & set(" <>\"'\\`{}|^"):
        raise ValueError(
            f"{shown(value)} is not a link; write odd signs in it as % and two figures"
        )
    return str(value)


def _language(value: Any) -> str:
    tag = parse_tag(value) if isinstance(value, str) else ""
    if not tag or not is_known_language(tag):
        raise ValueError(f"{shown(value)} is not a language; write it like en, en_US or de")
    return tag


def _checked(check: Any) -> Any:
    return PlainValidator(check), WithJsonSchema({"type": "string"})


Accent = Annotated[str, *_checked(_accent)]
Background = Annotated[str, *_checked(_background)]
Link = Annotated[str, *_checked(_link)]
Language = Annotated[str, *_checked(_language)]


class BrandConfig(Strict):
    """Who speaks in letters to customers and vendors, and how it looks."""

    name: Text | None = Field(
        default=None,
        description="Your name as customers know it; without it, mail.from_name.",
        examples=["Sunrise Parcels"],
    )
    locale: Language = Field(
        default="en",
        description="Your language, for whoever asks for none that you have; en writes 5 March, en_US March 5.",
        examples=["en"],
    )
    email: Email | None = Field(
        default=None,
        description="Where questions about an order go; each letter names it.",
        examples=["help@example.org"],
    )
    phone: Text | None = Field(
        default=None,
        description="The telephone number for questions.",
        examples=["+27 21 555 0100"],
    )
    hours: Text | None = Field(
        default=None, description="When somebody answers it.", examples=["Mon-Fri 8:00-17:00"]
    )
    help_page: Link | None = Field(
        default=None,
        description="A page with help, beside it.",
        examples=["https://www.example.org/help"],
    )
    reply_to: Email | None = Field(
        default=None,
        description="Where answers to these letters go; without it mail.reply_to, then brand.email.",
        examples=["help@example.org"],
    )
    colour: Accent = Field(
        default="#1F6F78",
        description="The colour of your name and of the button; white must be readable on it.",
        examples=["'#1F6F78'"],
    )
    background: Background = Field(
        default="#EFF3F4",
        description="The colour around a letter; grey print must be readable on it.",
        examples=["'#EFF3F4'"],
    )
    logo: Link | None = Field(
        default=None,
        description=(
            "A picture to show instead of your name. It is fetched when a letter is opened, which some mail "
            "programs block and some readers dislike; without it no letter fetches anything."
        ),
        examples=["https://www.example.org/logo.png"],
    )
    imprint: list[Text] = Field(
        default=[],
        description="Lines of small print below each letter, such as what the law asks for.",
        examples=["['Sunrise Parcels Ltd, 1 Long Street, Cape Town']"],
    )
