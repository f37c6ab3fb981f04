"""What is remembered of providers and parcels between two rounds of asking, and how the store keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sheetsync.carriers.outage import Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What is remembered of a parcel. Moments are seconds since 1970; `state` is what was said last, "" for nothing."""

    asked_at: float
    state: str = ""
    since: float = 0.0
    registered: bool = False
    refused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What is remembered of a provider, and by number of its parcels."""

    health: Health = field(default_factory=Health)
    parcels: Mapping[str, Looked] = field(default_factory=dict)


def packed_health(remembered: Mapping[str, Remembered]) -> str:
    """How each provider answers, as the store keeps it."""
    return json.dumps({name: asdict(each.health) for name, each in sorted(remembered.items())})


def packed_parcels(remembered: Mapping[str, Remembered]) -> str:
    """What is remembered of each provider's parcels, as the store keeps it."""
    lines = {
        name: {
            number: [look.asked_at, look.state, look.since, int(look.registered), look.refused]
            for number, look in sorted(each.parcels.items())
        }
        for name, each in sorted(remembered.items())
    }
    return json.dumps(lines)


def health_of(text: str | None) -> dict[str, Health]:
    """By provider, how it answers; one that cannot be understood has nothing against it."""
    found = {}
    for name, fields in _groups(text).items():
        try:
            found[name] = Health(**fields)
        except TypeError:
            found[name] = Health()
    return found


def remembered_of(health: str | None, parcels: str | None) -> dict[str, Remembered]:
    """By provider, from the two texts that the store keeps; parcels that cannot be understood are asked about anew."""
    known, looks = health_of(health), _groups(parcels)
    return {
        name: Remembered(health=known.get(name, Health()), parcels=_parcels(looks.get(name)))
        for name in {*known, *looks}
    }


def _parcels(content: Any) -> dict[str, Looked]:
    try:
        return {
            str(number): Looked(
                asked_at=float(asked), state=str(state), since=float(since),
                registered=bool(registered), refused=int(refused),
            )
            for number, (asked, state, since, registered, refused) in content.items()
        }  # fmt: skip
    except (TypeError, ValueError, AttributeError):
        return {}


def _groups(text: str | None) -> dict[str, Any]:
    try:
        content = json.loads(text or "{}")
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
