"""carriers.yaml: who delivers, what their numbers look like and their words mean, where to follow a parcel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from sheetsync.domain.model import Severity
from sheetsync.domain.parcels.states import ParcelState
from sheetsync.domain.rules import (
    ALWAYS,
    CarrierRule,
    Condition,
    NumberShape,
    Span,
    TargetLine,
    TargetRule,
    Test,
)
from sheetsync.domain.texts import fold
from sheetsync.rulebook.page import Page
from sheetsync.yamlfiles.checking import Misplaced, Strict
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


Check = Literal["none", "ups_1z", "s10", "mod7", "mod10", "fedex_12", "luhn", "mod37_36"]
Provider = Literal["aftership", "easypost", "karrio"]
Words = dict[ParcelState, list[Text]]


class NumberModel(Strict):
    """One form of a carrier's tracking numbers."""

    shape: Pattern = Field(description="What such a number looks like: a hint, no verdict.")
    check: Check = Field(
        default="none",
        description="How its last digit is worked out; a group named checked says from which part.",
    )


class CarrierModel(Strict):
    """One carrier."""

    moved: ClassVar[Mapping[str, str]] = {"transit": _TRANSIT, "sla": _TRANSIT}

    aliases: list[Text] = Field(default=[], description="Other spellings in the tracker.")
    tracking: Pattern = Field(
        default="", description="The shape of its numbers, where one without a check digit will do."
    )
    numbers: list[NumberModel] = Field(
        default=[], description="The forms of its numbers: hints, no verdicts."
    )
    link: Link = Field(default="", description="Where to follow a parcel; {number} is replaced.")
    statuses: Words = Field(
        default={}, description="What its own words and codes mean, before those of all carriers."
    )
    codes: dict[Provider, Text] = Field(
        default={}, description="What a provider of carrier news calls it."
    )

    @model_validator(mode="after")
    def _one_place_for_shapes(self) -> CarrierModel:
        if self.tracking and self.numbers:
            raise Misplaced(
                "the shapes stand under numbers here; put this one there too", "tracking"
            )
        return self


class CarriersFile(Strict):
    """The whole of carriers.yaml."""

    version: Literal[1]
    unknown_carrier: Severity = Field(
        default="warning", description="How bad a carrier is that is not in this list."
    )
    statuses: Words = Field(
        default={}, description="What words under Carrier Status mean, whoever the carrier is."
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
            numbers=_shapes(carrier),
            link=carrier.link,
            words=compile_words(page, carrier.statuses, (*path, "statuses")),
            codes={str(at): code for at, code in carrier.codes.items()},
            source=page.source(*path),
        )
    return rules


def compile_words(page: Page, words: Words, path: tuple[str, ...]) -> dict[str, ParcelState]:
    """Folded word -> what it means; a word that stands under two states is a problem."""
    found: dict[str, ParcelState] = {}
    for state, texts in words.items():
        for n, text in enumerate(texts):
            other = found.setdefault(fold(text), state)
            if other != state:
                page.problem((*path, state, n), f"{shown(text)} already means {other}; keep one")
    return found


def _shapes(carrier: CarrierModel) -> tuple[NumberShape, ...]:
    if carrier.tracking:
        return (NumberShape(carrier.tracking),)
    return tuple(NumberShape(number.shape, number.check) for number in carrier.numbers)


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
