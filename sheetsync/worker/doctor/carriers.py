"""Who tells of parcels: whether each source's settings are good, and which couriers nobody tells of.

Nobody is asked: that each provider answers is told by Sync Status.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetsync.carriers.karrio import load_karrio
from sheetsync.carriers.making import TROUBLES, Surroundings, allowed, has_code, make_provider
from sheetsync.config import CarrierSourceConfig
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.texts import both
from sheetsync.errors import UsageError
from sheetsync.worker.doctor.diagnosis import Diagnosis, Patient, bad, note, ok, warn


def carrier_checks(patient: Patient, rules: Rulebook) -> Iterator[Diagnosis]:
    """Each source of carrier news that the configuration names."""
    config = patient.config
    around = Surroundings(
        environment=patient.environment, clock=lambda: patient.now, timezone=config.tracker.timezone
    )  # fmt: skip
    spoken: set[str] = set()
    for name, settings in config.carriers.items():
        try:
            make_provider(name, settings, around)
            mine = [] if not settings.is_asked else _couriers(name, settings, rules)
            if settings.kind == "karrio":
                load_karrio()
        except TROUBLES as wrong:
            yield bad(
                "carriers", str(wrong), "Correct it in config.yaml, or put the key where it says."
            )
            continue
        yield from _told(name, settings, mine, spoken)
        spoken |= set(mine)
    if not any(each.kind == "carrier" for each in config.feeds.values()) and config.carriers:
        silent = [each for each in rules.carriers if each not in spoken]
        if silent:
            yield note(
                "carriers", f"Nobody is asked about parcels of {both(silent)}, and no feed of kind carrier brings them.",
                "People type their Carrier Status; or add a feed, or a code for a provider in rules/carriers.yaml.",
            )  # fmt: skip


def _couriers(name: str, settings: CarrierSourceConfig, rules: Rulebook) -> list[str]:
    fits = allowed(settings, name, rules)
    found = [
        each for each, rule in rules.carriers.items() if fits(rule) and has_code(settings.kind, rule)
    ]  # fmt: skip
    if not found:
        raise UsageError(
            f"carriers: {name} in config.yaml is asked about no courier: none has a code for {settings.kind} under codes: in "
            "rules/carriers.yaml."
        )
    return found


def _told(
    name: str, settings: CarrierSourceConfig, couriers: list[str], spoken: set[str]
) -> Iterator[Diagnosis]:
    if not settings.is_asked:
        yield ok("carriers", f"{name} ({settings.kind}) need not be asked.")
        return
    yield ok("carriers", f"{name} ({settings.kind}) is asked about parcels of {both(couriers)}.")
    twice = sorted(spoken & set(couriers))
    if twice:
        yield warn(
            "carriers", f"{name} is never asked about {both(twice)}: a source that stands before it in config.yaml is.",
            "Say under only: which couriers each is asked about.",
        )  # fmt: skip
