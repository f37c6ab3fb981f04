"""carriers.yaml: who delivers, what their tracking numbers look like, where to follow a parcel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, PlainValidator, WithJsonSchema

from sheetsync.domain.model import Severity
from sheetsync.domain.rules import (
    ALWAYS,
    CarrierRule,
    Condition,
    Span,
    TargetLine,
    TargetRule,
    Test,
)
from sheetsync.domain.texts import fold
from sheetsync.rulebook.page import Page
from sheetsync.yamlfiles.checking import Strict
from sheetsync.yamlfiles.values import Pattern, Text
from sheetsync.yamlfiles.words import shown

_TRANSIT: Final = "how long a parcel may travel has one home: the stage Transit in sla.yaml"


def _link(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    parts = urlsplit(text)
    plain = parts.netloc.isascii() and not set("@{\\") & set(parts.netloc)
    if parts.scheme != "https" or "." not in (parts.hostname or "") or not plain:
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

    moved: ClassVar[Mapping[str, str]] = {"transit": _TRANSIT, "sla": _TRANSIT}

    aliases: list[Text] = Field(default=[], description="Other spellings in the tracker.")
    tracking: Pattern = Field(
        default="", description="The shape of its numbers: a hint, no verdict."
    )
    link: Link = Field(default="", description="Where to follow a parcel; {number} is replaced.")


class CarriersFile(Strict):
    """The whole of carriers.yaml."""

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
            link=carrier.link,
            source=page.source(*path),
        )
    return rules


def with_transit(
    carriers: Mapping[str, CarrierRule], targets: Sequence[TargetRule]
) -> dict[str, CarrierRule]:
    """The carriers, each with the transit time that sla.yaml gives an ordinary order of theirs."""
    lines = [line for target in targets if target.stage == "Transit" for line in target.lines]
    return {
        name: replace(carrier, transit=_transit(fold(name), lines))
        for name, carrier in carriers.items()
    }


def _transit(carrier: str, lines: Sequence[TargetLine]) -> Span | None:
    for line in lines:
        if line.when == ALWAYS:
            return line.within
        match line.when:
            case Condition(tests=(Test(field="carrier", operator="is", operand=name),)):
                names: tuple[object, ...] = (name,)
            case Condition(tests=(Test(field="carrier", operator="any_of", operand=tuple(some)),)):
                names = some
            case _:
                continue
        if carrier in names and not (line.when.any_of or line.when.none_of):
            return line.within
    return None
