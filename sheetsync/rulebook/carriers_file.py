"""carriers.yaml: who delivers, what their tracking numbers look like, where to follow a parcel."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, PlainValidator, WithJsonSchema

from sheetsync.domain.model import Severity
from sheetsync.domain.rules import CarrierRule
from sheetsync.rulebook.page import Page
from sheetsync.rulebook.texts import fold
from sheetsync.rulebook.values import Pattern, PositiveSpan, Text
from sheetsync.yamlfiles.checking import Strict
from sheetsync.yamlfiles.words import shown

Check = Literal["none", "ups_1z", "s10", "mod10", "mod7", "luhn", "mod37_36"]


def _link(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    parts = urlsplit(text)
    if parts.scheme != "https" or "." not in (parts.hostname or "") or "{" in parts.netloc:
        raise ValueError(f"{shown(value)} is not a link; it must begin with https:// and a host")
    rest = text.replace("{number}", "", 1)
    if rest == text or "{" in rest or "}" in rest:
        raise ValueError(
            f"{shown(value)} must hold {{number}} once, where the tracking number goes"
        )
    return text


Link = Annotated[
    str,
    PlainValidator(_link),
    WithJsonSchema({"type": "string", "examples": ["https://www.ups.com/track?tracknum={number}"]}),
]


class CarrierModel(Strict):
    """One carrier."""

    aliases: list[Text] = Field(default=[], description="Other spellings in the tracker.")
    tracking: Pattern = Field(
        default="", description="The shape of its numbers: a hint, no verdict."
    )
    check: Check = Field(default="none", description="How its check digit is worked out.")
    link: Link = Field(default="", description="Where to follow a parcel; {number} is replaced.")
    transit: PositiveSpan | None = Field(
        default=None, description="Only where sla.yaml has no line for this carrier."
    )


class CarriersFile(Strict):
    """carriers.yaml"""

    version: Literal[1]
    unknown_carrier: Severity = Field(
        default="warning", description="How bad a carrier is that is not in this list."
    )
    carriers: dict[Text, CarrierModel] = Field(min_length=1)


def compile_carriers(page: Page, model: CarriersFile) -> dict[str, CarrierRule]:
    """All carriers by name."""
    seen: dict[str, str] = {}
    rules = {}
    for name, carrier in model.carriers.items():
        path = ("carriers", name)
        for n, text in enumerate((name, *carrier.aliases)):
            other = seen.setdefault(fold(text), name)
            if other != name:
                here = (*path, "aliases", n - 1) if n else path
                words = f"{shown(text)} already means {other}; keep one"
                page.problem(here, words, at_key=not n)
        rules[name] = CarrierRule(
            name=name,
            aliases=tuple(carrier.aliases),
            pattern=carrier.tracking,
            check=carrier.check,
            link=carrier.link,
            transit=carrier.transit,
            source=page.source(*path),
        )
    return rules
