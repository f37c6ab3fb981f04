"""The settings of carrier news: who is asked about parcels, and how."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal

from pydantic import Field, model_validator

from sheetsync.config.values import SecretText, ServiceUrl
from sheetsync.yamlfiles.checking import Misplaced, Strict
from sheetsync.yamlfiles.values import Duration, Text

CarrierKind = Literal["manual", "file", "simulated", "aftership", "easypost", "karrio"]
ASKED: Final[frozenset[CarrierKind]] = frozenset({"simulated", "aftership", "easypost", "karrio"})
"""Those that are asked; the news of the others come by themselves."""
_WITH_KEY: Final = ("aftership", "easypost")


class CarrierSourceConfig(Strict):
    """One source of carrier news."""

    kind: CarrierKind = Field(
        description="Who tells of parcels: manual, file, simulated, aftership, easypost or karrio.",
        examples=["simulated"],
    )
    only: list[Text] = Field(
        default=[],
        description="The couriers it is asked about, as in rules/carriers.yaml; without it, all that have a code for it.",
        examples=["[UPS, FedEx]"],
    )
    key: SecretText | None = Field(
        default=None,
        description="For aftership and easypost: where the key is kept, env:NAME or file:path.",
        examples=["env:SHEETSYNC_AFTERSHIP_KEY"],
    )
    webhook_secret: SecretText | None = Field(
        default=None,
        description="Where the secret is kept by which the provider signs its own calls.",
        examples=["env:SHEETSYNC_AFTERSHIP_WEBHOOK"],
    )
    base_url: ServiceUrl | None = Field(
        default=None,
        description="Another address of the provider's interface, for trying out.",
        examples=["https://api.aftership.com/tracking/2026-07"],
    )
    inside: bool = Field(
        default=False,
        description=(
            "Whether that address stands in your own network. Otherwise a name that leads to a private address "
            "is not asked."
        ),
        examples=["no"],
    )
    accounts: dict[str, SecretText] = Field(
        default={},
        description="For karrio: by its name of a courier, the file with the account's settings as JSON.",
        examples=["{ups: 'file:ups_account.json'}"],
    )
    timeout: Duration = Field(
        default=timedelta(seconds=10),
        description="How long the provider may take for one answer.",
        examples=["10s"],
    )
    most: int = Field(
        default=500,
        ge=1,
        le=10_000,
        description="So many parcels are asked about in one round at most; the others come in the next.",
        examples=["500"],
    )
    follow_days: int = Field(
        default=45,
        ge=1,
        le=400,
        description="A parcel that left more days ago is asked about no longer.",
        examples=["45"],
    )
    stale_after: Duration = Field(
        default=timedelta(hours=6),
        description="A provider that gave no answer for so long is called stale on Sync Status.",
        examples=["6h"],
    )

    @model_validator(mode="after")
    def _what_its_kind_needs(self) -> CarrierSourceConfig:
        if self.kind in _WITH_KEY and self.key is None:
            raise Misplaced(
                f"kind {self.kind} needs a key; write key: env:NAME or key: file:path", "kind"
            )
        if self.kind == "karrio" and not self.accounts:
            raise Misplaced(
                "kind karrio needs accounts; write accounts: {ups: file:ups.json}", "kind"
            )
        return self

    @property
    def is_asked(self) -> bool:
        """Whether somebody is asked about parcels."""
        return self.kind in ASKED
