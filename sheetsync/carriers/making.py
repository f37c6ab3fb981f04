"""The configured providers, made ready to be asked; what is wrong with one is its own trouble, and no other's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sheetsync.carriers import aftership, easypost
from sheetsync.carriers.asking import Asker
from sheetsync.carriers.karrio import Karrio
from sheetsync.carriers.provider import CarrierProvider, Unasked
from sheetsync.carriers.simulated import Simulated
from sheetsync.config import CarrierSourceConfig
from sheetsync.config.secret import Secret
from sheetsync.domain.rules import CarrierRule, Rulebook
from sheetsync.domain.texts import fold, quoted
from sheetsync.errors import ConfigError, UsageError

_ENDS: Final = {"aftership": aftership.BASE_URL, "easypost": easypost.BASE_URL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What providers need of the world: where secrets are, what time it is, where local times are."""

    environment: Mapping[str, str]
    clock: Callable[[], datetime]
    timezone: str


def make_provider(
    name: str, settings: CarrierSourceConfig, around: Surroundings
) -> CarrierProvider:
    """The provider of these settings; raises ConfigError or UsageError where its secret is not where it should be."""
    match settings.kind:
        case "manual" | "file":
            return Unasked(name)
        case "simulated":
            return Simulated(name=name, clock=around.clock)
        case "karrio":
            accounts = {at: _secret(each, name, around) for at, each in settings.accounts.items()}
            return Karrio(name=name, accounts=accounts, zone=around.timezone)
        case "aftership":
            header = {"as-api-key": _secret(settings.key, name, around)}
            return aftership.AfterShip(
                name=name, asker=_asker(name, settings, header, around), zone=around.timezone,
                webhook_secret=_optional(settings.webhook_secret, name, around),
            )  # fmt: skip
        case "easypost":
            header = {"Authorization": f"Bearer {_secret(settings.key, name, around)}"}
            return easypost.EasyPost(
                name=name, asker=_asker(name, settings, header, around), zone=around.timezone,
                webhook_secret=_optional(settings.webhook_secret, name, around),
            )  # fmt: skip


def _asker(
    name: str, settings: CarrierSourceConfig, headers: Mapping[str, str], around: Surroundings
) -> Asker:
    return Asker(
        name=name, base_url=settings.base_url or _ENDS[settings.kind], headers=headers, inside=settings.inside,
        timeout=settings.timeout.total_seconds(), seconds=lambda: around.clock().timestamp(),
    )  # fmt: skip


def _secret(secret: Secret | None, name: str, around: Surroundings) -> str:
    if secret is None:
        raise UsageError(
            f"carriers: {name} in config.yaml has no key. Write key: env:NAME or key: file:path."
        )
    found = secret.resolve(around.environment).strip()
    if not found.isprintable() and not found.startswith("{"):
        raise UsageError(f"The key of {name} has more than one line. It must be the key alone.")
    return found


def _optional(secret: Secret | None, name: str, around: Surroundings) -> str:
    return "" if secret is None else _secret(secret, name, around)


def has_code(kind: str, carrier: CarrierRule) -> bool:
    """Whether a provider of that kind knows the carrier by a code."""
    return kind == "simulated" or kind in carrier.codes


def allowed(
    settings: CarrierSourceConfig, name: str, rules: Rulebook
) -> Callable[[CarrierRule | None], bool]:
    """Which couriers' parcels it may be asked about; raises UsageError for a courier that nobody knows."""
    if not settings.only:
        return lambda _carrier: True
    known = {
        fold(text): rule.name
        for rule in rules.carriers.values()
        for text in (rule.name, *rule.aliases)
    }
    unknown = [text for text in settings.only if fold(text) not in known]
    if unknown:
        raise UsageError(
            f"carriers.{name}.only in config.yaml names {quoted(unknown[0])}, which rules/carriers.yaml does not have. "
            "Add the courier there, or correct the name."
        )
    names = {known[fold(text)] for text in settings.only}
    return lambda carrier: carrier is not None and carrier.name in names


TROUBLES: Final = (ConfigError, UsageError)
"""What is wrong with the settings of one provider."""
