"""The frozen facts of a notice to a customer: plain JSON values, each "" or [] where it is not there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sheetsync.domain.milestones.contact import Contact
from sheetsync.domain.milestones.kinds import FACTS
from sheetsync.domain.milestones.speakable import (
    carrier_of,
    in_language,
    listed_word,
    order_lines,
    order_number,
    person_name,
    tracking_number,
)
from sheetsync.domain.model import Orders
from sheetsync.domain.moments import Moments, as_aware, to_local, zone
from sheetsync.domain.parcels.numbers import tracking_link
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.texts import both

_TEXTS = (
    "customer", "skus", "carrier", "tracking", "delay_cause", "next_step", "alternatives",
    "customer_email", "customer_channel", "customer_language", "customer_timezone",
)  # fmt: skip
_MIDNIGHT = "T00:00:00"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FactSource:
    """The orders of one pass, as letters tell of them. `stamps` are the evidence moments by column key."""

    orders: Orders
    rules: Rulebook
    stamps: Mapping[str, Moments]
    timezone: str

    def cells(self, row: int) -> dict[str, str]:
        """The texts of one row that a letter or its address may need."""
        names = dict.fromkeys((*_TEXTS, self.rules.notifications.to))
        return {name: self._text(name, row) for name in names}

    def revision(self, row: int, column: str) -> str:
        """What makes a notice news: a mark of what stands in `column`; "" for nothing."""
        if not column or column not in self.orders.frame:
            return ""
        value = self.orders.frame[column].to_numpy()[row]
        blank = isinstance(value, np.datetime64) and np.isnat(value)
        text = "" if blank else str(value)
        return (
            hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12] if text else ""
        )

    def of_row(self, row: int, contact: Contact, name: str = "") -> dict[str, Any]:
        """The facts of one order for its customer, whom somebody else calls `name`."""
        cells = self.cells(row)
        carrier = carrier_of(cells["carrier"], self.rules.carriers)
        number = tracking_number(cells["tracking"])
        known = {
            column: self._words(cells[column], column, contact)
            for column in ("delay_cause", "next_step")
        }
        return {
            "order_id": order_number(str(self.orders.frame["order_id"].to_numpy()[row])),
            "customer_name": person_name(name or cells["customer"]),
            "lines": order_lines(cells["skus"]),
            "carrier": carrier.name if carrier else "",
            "tracking_number": number,
            "tracking_link": tracking_link(number, carrier),
            "ordered_on": self._day("ordered_at", row),
            "eta": self._day("eta", row) or self._day("promised_at", row),
            "new_eta": self._day("new_eta", row),
            "dispatched_on": self._day("dispatched_at", row),
            "delivered_on": self._day("delivered_at", row),
            **known,
            "alternatives": self._alternatives(cells["alternatives"], contact),
            "locale": contact.locale,
            "timezone": contact.timezone or self.timezone,
        }

    def lacking(self, facts: Mapping[str, Any], needs: Iterable[str]) -> str:
        """Which of the facts that are needed are not there, in words; "" where none is lacking."""
        return both([self._heading(fact) for fact in needs if not facts.get(fact)])

    def column_of(self, fact: str) -> str:
        """The column of the sheet that holds a fact; "" where the sheet has none."""
        return next((key for key in FACTS.get(fact, ()) if self.orders.has(key)), "")

    def _heading(self, fact: str) -> str:
        key = self.column_of(fact) or FACTS.get(fact, (fact,))[0]
        known = self.orders.header.headings.get(key)
        return known or (self.rules.columns[key].title if key in self.rules.columns else fact)

    def _text(self, column: str, row: int) -> str:
        if column not in self.orders.frame:
            return ""
        return str(self.orders.frame[column].to_numpy()[row])

    def _words(self, text: str, column: str, contact: Contact) -> str:
        return in_language(listed_word(text, column, self.rules), contact.locale, self.rules)

    def _alternatives(self, text: str, contact: Contact) -> list[str]:
        word = listed_word(text, "alternatives", self.rules)
        parts = [part for part in word.split(" or ") if part]
        said = [in_language(part, contact.locale, self.rules) for part in parts]
        return [part[:1].upper() + part[1:] for part in said]

    def _day(self, column: str, row: int) -> str:
        """A day as it stands, or a moment with its offset from UTC; "" for none."""
        moments = self._moments(column)
        if moments is None or np.isnat(moments[row]):
            return ""
        local = str(to_local(moments[row : row + 1], self.timezone)[0])
        if local.endswith(_MIDNIGHT):
            return local.removesuffix(_MIDNIGHT)
        return as_aware(moments[row]).astimezone(zone(self.timezone)).isoformat()

    def _moments(self, column: str) -> npt.NDArray[np.datetime64] | None:
        if column in self.stamps:
            return self.stamps[column]
        if column not in self.orders.frame:
            return None
        found = self.orders.frame[column].to_numpy()
        return found.astype("datetime64[s]") if found.dtype.kind == "M" else None
