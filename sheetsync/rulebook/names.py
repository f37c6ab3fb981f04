"""Every name that one rule file may use of another: columns, statuses, people, calendars.

Taken from the files as they stand, also from one with an error elsewhere, so that one run reports
every problem instead of the first file's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from sheetsync.domain.model import SLA_STATES, STAGES
from sheetsync.domain.parcels.states import STATES
from sheetsync.domain.texts import fold
from sheetsync.yamlfiles.document import Document

Kind: TypeAlias = Literal["text", "choice", "tick", "moment", "number"]

KIND_OF_TYPE: Final[Mapping[str, Kind]] = {
    "text": "text", "id": "text", "datetime": "moment", "sku_list": "text", "choice": "choice",
    "checkbox": "tick", "tracking": "text", "email": "text", "number": "number", "link": "text",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What a `when:` may ask of one field. `unit` is in seconds, for spans on a number field."""

    kind: Kind
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Folded text -> the folded values it stands for; empty means that any text is accepted."""
    names: tuple[str, ...] = ()
    """The choices as written, for a guess."""
    unit: float = 0.0
    computed: bool = False


def _choice(names: tuple[str, ...]) -> Field:
    choices = {fold(name): (fold(name),) for name in names}
    return Field(kind="choice", choices=choices, names=names, computed=True)


COMPUTED: Final[Mapping[str, Field]] = {
    "stage": _choice(STAGES),
    "sla_state": _choice(tuple(state for state in SLA_STATES if state)),
    "minutes_in_stage": Field(kind="number", unit=60.0, computed=True),
    "sla_used_percent": Field(kind="number", computed=True),
    "days_late": Field(kind="number", unit=86_400.0, computed=True),
    "age": Field(kind="number", unit=3_600.0, computed=True),
    "stage_skipped": Field(kind="tick", computed=True),
    "earlier_problems": Field(kind="number", computed=True),
    "order_value": Field(kind="number", computed=True),
    "exception": Field(kind="text", computed=True),
    "parcel": _choice(STATES),
    "changed_today": Field(kind="tick", computed=True),
    "dispatched": Field(kind="tick", computed=True),
    "delivered": Field(kind="tick", computed=True),
}
"""Fields worked out by us. `age` is in hours; `dispatched` and `delivered` hold for a tick or a date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names of one set of rule files."""

    fields: Mapping[str, Field]
    column_types: Mapping[str, str]
    statuses: tuple[str, ...]
    status_aliases: Mapping[str, str]
    """Folded text -> canonical name, the names themselves included."""
    carriers: Mapping[str, str]
    """Folded text -> canonical name, the names themselves included."""
    calendars: Mapping[str, bool]
    """Name -> whether it ever closes."""
    people: frozenset[str]
    policies: Mapping[str, frozenset[int]]
    """Name -> its level numbers."""


def collect(documents: Mapping[str, Document]) -> Names:
    """All names of the files; a file that is missing or unreadable gives none."""
    empty = Document(file="")
    of = {name: documents.get(name, empty) for name in _FILES}
    groups = dict(_groups(of["statuses"].get(("statuses",))))
    status_aliases = dict(_aliases(of["statuses"].get(("statuses",))))
    carriers = dict(_aliases(of["carriers"].get(("carriers",))))
    columns = list(_columns(of["columns"].get(("columns",))))
    fields = {
        str(column["key"]): _field(column, status_aliases, groups, carriers) for column in columns
    }
    return Names(
        fields={**COMPUTED, **fields},
        column_types={str(c["key"]): str(c.get("type", "text")) for c in columns},
        statuses=tuple(_mapping(of["statuses"].get(("statuses",)))),
        status_aliases=status_aliases,
        carriers=carriers,
        calendars={
            name: _mapping(body).get("hours") != "24/7"
            for name, body in _mapping(of["calendar"].get(("calendars",))).items()
        },
        people=frozenset(_mapping(of["escalation"].get(("people",)))),
        policies={
            name: frozenset(_level_numbers(body))
            for name, body in _mapping(of["escalation"].get(("policies",))).items()
        },
    )


_FILES: Final = ("columns", "statuses", "calendar", "escalation", "carriers")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _columns(value: Any) -> Iterator[Mapping[str, Any]]:
    for column in value if isinstance(value, list) else []:
        if isinstance(column, dict) and isinstance(column.get("key"), str):
            yield column


def _aliases(value: Any) -> Iterator[tuple[str, str]]:
    for name, body in _mapping(value).items():
        for text in (name, *_texts(_mapping(body).get("aliases"))):
            yield fold(text), name


def _groups(value: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, body in _mapping(value).items():
        if means := _texts(_mapping(body).get("means")):
            yield fold(name), (*(fold(member) for member in means), fold(name))


def _level_numbers(body: Any) -> Iterator[int]:
    levels = _mapping(body).get("levels")
    for level in levels if isinstance(levels, list) else []:
        if isinstance(number := _mapping(level).get("level"), int):
            yield number


def _field(
    column: Mapping[str, Any],
    statuses: Mapping[str, str],
    groups: Mapping[str, tuple[str, ...]],
    carriers: Mapping[str, str],
) -> Field:
    kind = KIND_OF_TYPE.get(str(column.get("type", "text")), "text")
    if kind != "choice":
        return Field(kind=kind)
    source = column.get("choices_from")
    if source == "statuses.yaml":
        known = {text: groups.get(fold(name), (fold(name),)) for text, name in statuses.items()}
        return Field(kind=kind, choices=known, names=tuple(dict.fromkeys(statuses.values())))
    if source == "carriers.yaml":
        known = {text: (fold(name),) for text, name in carriers.items()}
        return Field(kind=kind, choices=known, names=tuple(dict.fromkeys(carriers.values())))
    names = _texts(column.get("choices"))
    known = {fold(name): (fold(name),) for name in names}
    for alias, name in _mapping(column.get("choice_aliases")).items():
        known[fold(alias)] = (fold(str(name)),)
    if column.get("open_choices"):
        return Field(kind=kind, names=tuple(names))
    return Field(kind=kind, choices=known, names=tuple(names))
