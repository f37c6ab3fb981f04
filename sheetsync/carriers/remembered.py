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


def packed(remembered: Remembered) -> dict[str, Any]:
    """As JSON."""
    lines = {
        number: [look.asked_at, look.state, look.since, int(look.registered), look.refused]
        for number, look in sorted(remembered.parcels.items())
    }
    return {"health": asdict(remembered.health), "parcels": lines}


def unpacked(content: Any) -> Remembered:
    """Back from JSON; what cannot be understood is forgotten, so that its parcels are asked about anew."""
    try:
        parcels = {
            str(number): Looked(
                asked_at=float(asked), state=str(state), since=float(since),
                registered=bool(registered), refused=int(refused),
            )
            for number, (asked, state, since, registered, refused) in content["parcels"].items()
        }  # fmt: skip
        return Remembered(health=Health(**content["health"]), parcels=parcels)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Remembered()


def remembered_of(text: str | None) -> dict[str, Remembered]:
    """What is remembered of each provider, by name, from the text that the store keeps."""
    try:
        content = json.loads(text or "{}")
    except ValueError:
        content = {}
    return {name: unpacked(each) for name, each in content.items()} if isinstance(content, dict) else {}  # fmt: skip
