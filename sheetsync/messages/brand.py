"""Who speaks in a letter to people outside: name, logo, colours and where questions go.

These facts come from the configuration and are added when a letter is composed; none is ever kept in the
outbox, so a changed telephone number is right in the very next letter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sheetsync.domain.colours import readable_on

SHEET: Final = "#FFFFFF"
SHEET_DARK: Final = "#1B252B"
COLOUR: Final = "#1F6F78"
BACKGROUND: Final = "#EFF3F4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """The sender as customers and vendors know it.

    `logo` is an https picture, "" for the name in letters. `locale` is the company's own language.
    `email`, `phone`, `hours` and `help_page` are for questions; `reply_to` is where answers go.
    """

    name: str = "Customer service"
    locale: str = "en"
    colour: str = COLOUR
    background: str = BACKGROUND
    logo: str = ""
    email: str = ""
    phone: str = ""
    hours: str = ""
    help_page: str = ""
    imprint: tuple[str, ...] = ()
    reply_to: str = ""

    def facts(self) -> dict[str, Any]:
        """What templates see under `brand`; `colour_dark` is the colour where the paper is dark."""
        return {
            "name": self.name,
            "colour": self.colour,
            "colour_dark": readable_on(SHEET_DARK, self.colour),
            "background": self.background,
            "logo": self.logo,
            "email": self.email or self.reply_to,
            "phone": self.phone,
            "hours": self.hours,
            "help_page": self.help_page,
            "imprint": list(self.imprint),
        }
