"""One notice to one customer, from what a pass knows of the order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sheetsync.domain.milestones.contact import BUILT_IN, EMAIL, LACKS, Contact, Person, contact_of
from sheetsync.domain.milestones.facts import FactSource
from sheetsync.domain.milestones.memory import BY_PLAN, CUSTOMER, Telling, notice_key
from sheetsync.domain.milestones.quiet import next_loud
from sheetsync.domain.model import Notice
from sheetsync.domain.rules import MilestoneRule, NotificationRules

DRAFT: Final = "Drafted: notifications.yaml says mode: draft. Release it to send it."
NO_NUMBER: Final = (
    "The Order ID does not look like one, so no letter can tell it. Correct it in the sheet."
)
Find = Callable[[str], Person | None]
"""The text of a customer cell -> the customer whom the Customers tab knows by it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Desk:
    """Where notices are written: the facts, the rules, the moment, and who knows the customers."""

    facts: FactSource
    rules: NotificationRules
    now: datetime
    find: Find
    channels: Collection[str] = BUILT_IN

    def contact(self, row: int, kind: str) -> tuple[Contact, str]:
        """How the customer of a row is reached, and how the Customers tab calls them."""
        cells = self.facts.cells(row)
        person = self.find(cells["customer"])
        titles = {key: column.title for key, column in self.facts.rules.columns.items()}
        titles = {
            "customer_channel": "Customer Channel",
            **titles,
            **self.facts.orders.header.headings,
        }
        contact = contact_of(
            cells, titles, to=self.rules.to, kind=kind, person=person, channels=self.channels
        )
        return contact, person.name if person else ""

    def told(self, row: int, kind: str) -> tuple[Contact, dict[str, Any]]:
        """The contact of a row, and the facts of its letter."""
        contact, name = self.contact(row, kind)
        context = self.facts.of_row(row, contact, name)
        if contact.wanted not in ("", contact.channel) or contact.lacks:
            context["preferred_channel"] = contact.wanted or EMAIL
        if contact.lacks:
            context[LACKS] = contact.lacks
        return contact, context

    def notice(
        self, row: int, rule: MilestoneRule, telling: Telling, due_at: datetime | None
    ) -> Notice:
        """The notice of a milestone that is due; held or skipped where it cannot or may not leave."""
        contact, context = self.told(row, rule.template)
        order_id = str(self.facts.orders.frame["order_id"].to_numpy()[row])
        written = write(rule.template, order_id, telling, contact, context)
        held = contact.held or ("" if context["order_id"] else NO_NUMBER)
        written = replace(
            written,
            not_before=self._leaves(rule, context["timezone"]),
            expires_at=self._expires(rule, due_at),
        )
        if contact.skipped:
            return replace(written, stands="suppressed", reason=contact.skipped)
        if not held and self.rules.mode == "draft":
            held = DRAFT
        if held:
            context = {**context, BY_PLAN: held}
            return replace(written, stands="held", reason=held, context=context)
        return written

    def _leaves(self, rule: MilestoneRule, timezone: str) -> datetime | None:
        at = self.now + rule.settle
        leaves = at if rule.any_hour else next_loud(at, self.rules.quiet, timezone)
        return leaves if leaves > self.now else None

    def _expires(self, rule: MilestoneRule, due_at: datetime | None) -> datetime | None:
        ends = [] if due_at is None else [due_at + timedelta(seconds=self.rules.max_age.seconds)]
        if rule.expires is not None:
            ends.append(self.now + rule.expires)
        return min(ends, default=None)


def write(
    kind: str, order_id: str, telling: Telling, contact: Contact, context: Mapping[str, Any]
) -> Notice:
    """A notice that may leave at once."""
    return Notice(
        key=notice_key(kind, order_id, telling),
        kind=kind,
        audience=CUSTOMER,
        channel=contact.channel,
        recipient=contact.address,
        recipient_name=str(context["customer_name"]),
        subject="",
        context=dict(context),
        orders=(order_id,),
    )
