"""A shop that tells its customers: the columns that letters need, and letters that leave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.open_shop import OpenShop
from tests.support.shop import HEADINGS, TITLES, Edits

CONTACT = (
    "customer_email", "customer_channel", "customer_language", "customer_timezone", "eta", "new_eta",
    "delay_cause", "next_step", "alternatives",
)  # fmt: skip
MODE = "mode: off                  #"
ADDRESS = "thandi@example.org"


class CustomerShop(OpenShop):
    """An open shop with `mode: send`, or another one, and every column that a letter needs."""

    def __init__(
        self, folder: Path, *, mode: str = "send", rules: Edits | None = None, **more: Any
    ) -> None:
        edits = dict(rules or {})
        edits["notifications.yaml"] = [
            (MODE, f"mode: {mode} #"), *edits.get("notifications.yaml", ()),
        ]  # fmt: skip
        headings = (*HEADINGS, *(TITLES[key] for key in CONTACT))
        super().__init__(folder, rules=edits, headings=headings, **more)

    def switch(self, before: str, after: str) -> None:
        """Change the mode of notifications.yaml."""
        self.edit_rules("notifications.yaml", f"mode: {before} #", f"mode: {after} #")

    def order(self, order_id: str, **cells: Any) -> dict[str, Any]:
        """An order of somebody who can be written to."""
        return {"order_id": order_id, "customer_email": ADDRESS, **cells}

    def letters(self) -> list[tuple[str, str]]:
        """Kind and state of every notice to a customer, oldest first."""
        with self.workshop() as workshop:
            rows = workshop.store.outbox(workshop.state.id).latest(10_000)
        return [(row.kind, row.state) for row in reversed(rows) if row.audience == "customer"]

    def why(self, kind: str) -> list[str]:
        """Why each notice of a kind stands as it does, oldest first."""
        with self.workshop() as workshop:
            rows = workshop.store.outbox(workshop.state.id).latest(10_000)
        return [row.last_error for row in reversed(rows) if row.kind == kind]
