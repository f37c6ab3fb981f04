"""The colours of SLA, Check and Status, and the tint of a late row, as conditional formats.

A conditional format has no id. Ours are known again by their condition and column; one that somebody
has given another colour is theirs from then on. Conditions are chosen so that no formula needs a
separator: whether `,` or `;` separates depends on the country the sheet is set to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from sheetsync.domain.columns.headings import column_letter
from sheetsync.domain.rules import Rulebook
from sheetsync.trackers.google.setup.ground import Ground, reaches
from sheetsync.trackers.google.setup.parts import Part
from sheetsync.trackers.google.shapes import area, colour, hex_of
from sheetsync.trackers.google.structure import Json
from sheetsync.trackers.looks import LOOKS, ROW_TINT, STATUS_LOOKS, Look

PREFIX: Final = "colour:"
_TINT: Final = "colour:row"
_TINTED_WORD: Final = "Breached"
_TINT_TEST: Final = re.compile(r'=\((.+)>="Breached"\)\*\(\1<"Breachee"\)')
"""The tint's formula, whatever became of the cell it looks at when columns came and went."""


@dataclass(frozen=True, slots=True)
class Shade:
    """One wanted conditional format; `look` is None for one that is not wanted any more."""

    name: str
    kind: str
    value: str
    columns: tuple[int, int]
    look: Look | None

    def rule(self, ground: Ground) -> Json:
        """The ConditionalFormatRule."""
        look = self.look or Look("", "")
        style: Json = {"backgroundColorStyle": colour(look.fill)} if look.fill else {}
        if look.ink:
            style["textFormat"] = {"foregroundColorStyle": colour(look.ink)}
            if look.bold:
                style["textFormat"]["bold"] = True
        condition = {"type": self.kind, "values": [{"userEnteredValue": self.value}]}
        span = area(ground.tab.id, (ground.header.row_number, None), self.columns)
        return {"ranges": [span], "booleanRule": {"condition": condition, "format": style}}

    def stands_for(self, rule: Json) -> bool:
        """Whether a rule of the sheet is this one, in whatever colour."""
        kind, value = _condition(rule)
        if self.name == _TINT:
            return kind == self.kind and _TINT_TEST.fullmatch(value) is not None
        starts = [span.get("startColumnIndex", 0) for span in rule.get("ranges", ())]
        return (kind, value, starts[:1]) == (self.kind, self.value, [self.columns[0]])


def colour_requests(
    ground: Ground, rules: Rulebook, *, restore: bool = False
) -> tuple[list[Json], dict[str, str]]:
    """The requests that put the colours in place, and what of them is installed afterwards."""
    plan = _Plan()
    for shade in shades(ground, rules):
        places, part = _compared(ground, shade)
        decision = part.decide(ground.before.get(part.name), restore=restore)
        if decision == "put" and places:
            plan.changed.append((places[0], shade.rule(ground)))
        elif decision == "put":
            (plan.last if shade.name == _TINT else plan.added).append(shade.rule(ground))
        elif decision == "take back":
            plan.dropped += places
        if decision in {"put", "keep"}:
            plan.dropped += places[1:]
            plan.after[part.name] = part.wanted
        if shade.name == _TINT and places and decision in {"put", "keep"}:
            plan.tint = places[0]
    return plan.requests(ground), plan.after


def taken_back_colours(ground: Ground, rules: Rulebook) -> list[Json]:
    """The requests that take our colours away, from the highest place down."""
    places: list[int] = []
    for shade in shades(ground, rules):
        found, part = _compared(ground, shade)
        if part.taken_back(ground.before.get(part.name)):
            places += found
    return [_drop(ground, place) for place in sorted(places, reverse=True)]


def shades(ground: Ground, rules: Rulebook) -> Iterator[Shade]:
    """All wanted colours, then those that were installed once and are wanted no more."""
    wanted = list(_wanted(ground, rules))
    yield from wanted
    names = {shade.name for shade in wanted}
    for name in ground.before:
        if name.startswith(PREFIX) and name not in names:
            _, key, word = [*name.split(":", 2), ""][:3]
            if name == _TINT:
                yield Shade(_TINT, "CUSTOM_FORMULA", "", (0, 1), None)
            elif key in ground.header.columns and word:
                yield replace(_shade(ground, key, word, Look("", "")), look=None)


def _wanted(ground: Ground, rules: Rulebook) -> Iterator[Shade]:
    places = ground.header.columns
    for key, looks in LOOKS.items():
        for word, look in looks.items() if key in places else ():
            yield _shade(ground, key, word, look)
    for word, look in STATUS_LOOKS.items() if "status" in places else ():
        if word in rules.statuses.statuses:
            yield _shade(ground, "status", word, look)
    if "sla" in places:
        test = begins_with(f"${column_letter(places['sla'])}{ground.header.row_number + 1}")
        width = (min(places.values()), max(places.values()) + 1)
        yield Shade(_TINT, "CUSTOM_FORMULA", test, width, Look(ROW_TINT, ""))


def _shade(ground: Ground, key: str, word: str, look: Look) -> Shade:
    place = ground.header.columns[key]
    kind = "TEXT_EQ" if key == "status" else "TEXT_STARTS_WITH"
    return Shade(f"{PREFIX}{key}:{word}", kind, word, (place, place + 1), look)


def begins_with(cell: str, word: str = _TINTED_WORD) -> str:
    """A formula that holds where the text of `cell` begins with `word`, without any separator."""
    beyond = word[:-1] + chr(ord(word[-1]) + 1)
    return f'=({cell}>="{word}")*({cell}<"{beyond}")'


@dataclass(slots=True)
class _Plan:
    """Requests in an order in which no index is stale: changes, drops from the end, then additions."""

    changed: list[tuple[int, Json]]
    dropped: list[int]
    added: list[Json]
    last: list[Json]
    after: dict[str, str]
    tint: int | None

    def __init__(self) -> None:
        self.changed, self.dropped, self.added, self.last, self.after = [], [], [], [], {}
        self.tint = None

    def requests(self, ground: Ground) -> list[Json]:
        """Cells' own colours come before the tint of the row, which would hide them."""
        out: list[Json] = [
            {"updateConditionalFormatRule": {"index": place, "rule": rule}}
            for place, rule in self.changed
        ]
        out += [_drop(ground, place) for place in sorted(self.dropped, reverse=True)]
        end = len(ground.tab.conditional_formats) - len(self.dropped)
        at = end
        if self.tint is not None:
            at = self.tint - sum(place < self.tint for place in self.dropped)
        rules = [*((at + n, rule) for n, rule in enumerate(self.added))]
        rules += [(end + len(self.added) + n, rule) for n, rule in enumerate(self.last)]
        return out + [
            {"addConditionalFormatRule": {"index": place, "rule": rule}} for place, rule in rules
        ]


def _drop(ground: Ground, place: int) -> Json:
    return {"deleteConditionalFormatRule": {"sheetId": ground.tab.id, "index": place}}


def _compared(ground: Ground, shade: Shade) -> tuple[list[int], Part]:
    """Where the shade stands, ours before others of the same condition, and the comparison of the first."""
    before = ground.before.get(shade.name)
    rules = ground.tab.conditional_formats
    found = [place for place, rule in enumerate(rules) if shade.stands_for(rule)]
    ours = [place for place in found if _words_found(rules[place]) == before]
    places = ours or found[:1]
    wanted = _words(shade.look) if shade.look else ""
    first = rules[places[0]] if places else {}
    return places, Part(
        name=shade.name,
        wanted=wanted,
        found=_words_found(first) if places else "",
        short=bool(places) and not _in_place(ground, first, shade),
    )


def _in_place(ground: Ground, rule: Json, shade: Shade) -> bool:
    """Whether a rule has the shade's very condition and reaches over all its cells."""
    spans = rule.get("ranges", ())
    return _condition(rule)[1] == shade.value and any(
        reaches(span, ground.tab, ground.header.row_number)
        and span.get("startColumnIndex", 0) <= shade.columns[0]
        and span.get("endColumnIndex", ground.tab.columns) >= shade.columns[1]
        for span in spans
    )


def _condition(rule: Json) -> tuple[str, str]:
    """Type and value of a rule's condition; spaces in a formula do not matter."""
    condition = rule.get("booleanRule", {}).get("condition", {})
    kind = str(condition.get("type", ""))
    value = "".join(str(v.get("userEnteredValue", "")) for v in condition.get("values", ()))
    return kind, value.replace(" ", "") if kind == "CUSTOM_FORMULA" else value


def _words(look: Look) -> str:
    return f"{look.fill}/{look.ink}/{'bold' if look.bold else ''}"


def _words_found(rule: Json) -> str:
    style = rule.get("booleanRule", {}).get("format", {})
    text = style.get("textFormat", {})
    fill = hex_of(style.get("backgroundColorStyle"), style.get("backgroundColor"))
    ink = hex_of(text.get("foregroundColorStyle"), text.get("foregroundColor"))
    return f"{fill}/{ink}/{'bold' if text.get('bold') else ''}"
