"""A desk with people: passes follow each other, and what one decides the next one remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from sheetsync.domain.companions import Companions
from sheetsync.domain.escalation import Escalations, decide
from sheetsync.domain.model import ESCALATION_COLUMNS
from sheetsync.domain.moments import NAT
from sheetsync.domain.rules import (
    ALWAYS,
    Condition,
    EscalationRule,
    EscalationRules,
    Level,
    Person,
    Policy,
    Source,
    Span,
    Test,
    Trigger,
)
from tests.support.clock_scene import Desk, aware, judge_of, moment
from tests.support.rules_builder import span

HERE = Source("escalation.yaml", 12)


def level(  # noqa: PLR0917 - reads like a line of the rules
    number: int, after: str, who: str, how: str = "email", every: str = "", at_most: int = 0
) -> Level:
    """`level(3, "breach + 2h", "ops_manager")`."""
    event, _, plus = after.partition(" + ")
    if event not in {"at_risk", "breach"}:
        event, plus = "raised", after
    return Level(
        level=number,
        after=Trigger(event=event, plus=span(plus) if plus else Span()),
        who=tuple(who.split()),
        how=tuple(how.split()),
        repeat_every=span(every) if every else None,
        repeat_at_most=at_most,
        source=HERE,
    )


PEOPLE = {
    "handler": Person(
        id="handler", from_column="handler", fallback="floor_lead", source=HERE,
        directory={"thabo": "thabo@example.org", "lerato": "lerato@example.org"},
        names={"thabo": "Thabo", "lerato": "Lerato"},
    ),
    "floor_lead": Person(id="floor_lead", addresses=("lead@example.org",), source=HERE),
    "ops_manager": Person(id="ops_manager", addresses=("ops@example.org",), source=HERE),
    "senior": Person(id="senior", addresses=("director@example.org",), source=HERE),
    "vendor_contact": Person(
        id="vendor_contact", from_column="vendor", source=HERE,
        directory={"acme traders": "orders@acme.example"}, names={"acme traders": "Acme Traders"},
    ),
}  # fmt: skip


def policy(name: str = "fulfilment", *levels: Level, **more: Any) -> Policy:
    """A ladder; without levels the documents' own four."""
    four = (
        level(1, "at_risk", "handler", "cell"),
        level(2, "breach", "handler floor_lead", "cell email"),
        level(3, "breach + 2h", "ops_manager", every="4h", at_most=3),
        level(4, "breach + 1 working day", "senior"),
    )
    usual = {
        "stop_when": frozenset({"stage_left", "acknowledged", "on_hold"}),
        "acknowledge_column": "ack",
    }
    return Policy(id=name, levels=levels or four, source=HERE, **{**usual, **more})


def rule(use: str = "fulfilment", start: int = 1, **fields: Any) -> EscalationRule:
    """A rule whose fields must all be one of the given values."""
    tests = tuple(
        Test(field=name, operator="any_of", operand=tuple(np.atleast_1d(values)), source=HERE)
        for name, values in fields.items()
    )
    when = Condition(tests=tests) if tests else ALWAYS
    return EscalationRule(when=when, use=use, start_at_level=start, source=HERE)


def ladders(
    *policies: Policy,
    rules: tuple[EscalationRule, ...] = (),
    per_pass: int = 30,
    per_day: int = 200,
) -> EscalationRules:
    """All of escalation.yaml."""
    made = policies or (policy(),)
    return EscalationRules(
        people=PEOPLE,
        policies={each.id: each for each in made},
        rules=rules or (rule(made[0].id, sla_state=["At risk", "Breached"]),),
        max_emails_per_pass=per_pass,
        max_emails_per_day=per_day,
    )


@dataclass
class Office(Desk):
    """Runs passes and keeps what they decided."""

    memory: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame({name: [] for name in ESCALATION_COLUMNS}).astype(
            {"at": "datetime64[s]", "level": "int64", "repeat": "int64"}
            | dict.fromkeys(("key", "order_id", "policy", "stay", "outcome", "recipients"), object)
        )
    )
    last_pass: str = ""
    mails: int = 0
    companions: Companions = field(default_factory=Companions)

    def run(self, now: str, *, baseline: bool = False) -> Escalations:
        """One pass; the next one remembers it."""
        clocks = self.clocks(now)
        fields = {**self.fields(), "sla_state": clocks.states}
        stay = np.array([f"{s.lower()}#0" if s else "" for s in self.column("stage")], dtype=object)
        found = decide(
            orders=self.orders, clocks=clocks, judge=judge_of(fields, len(self.rows)),
            status=self.column("status"), status_since=self.moments("status_since"), stay=stay,
            escalations=self.memory, rules=self.rules, hours=self.hours(now), now=aware(now),
            timezone=self.zone, baseline=baseline, mails_today=self.mails,
            last_pass_at=aware(self.last_pass) if self.last_pass else None,
            companions=self.companions,
        )  # fmt: skip
        self.memory = pd.concat([self.memory, found.rows], ignore_index=True)
        self.last_pass = now
        assert self.memory["key"].is_unique
        return found

    def hours(self, now: str):
        """Open hours around the facts, status moments included."""
        from sheetsync.domain.sla import open_hours

        starts = [self.moments("", "start"), self.moments("earliest", "start")]
        facts = [self.orders, self.stamps, self.pauses, *starts, self.moments("status_since")]
        return open_hours(self.rules, aware(now, self.zone), facts)

    def outcomes(self) -> dict[tuple[str, int, int], str]:
        """(order, level, repeat) -> outcome, log lines of acknowledgements left out."""
        lines = self.memory[self.memory["level"] > 0]
        places = zip(lines["order_id"], lines["level"], lines["repeat"], strict=True)
        return dict(zip(places, lines["outcome"], strict=True))


def mails(found: Escalations) -> list[tuple[str, int, tuple[str, ...]]]:
    """(address, level, orders) of each notice."""
    return [(n.recipient, n.level, n.orders) for n in found.notices]


__all__ = ["HERE", "NAT", "Office", "ladders", "level", "mails", "moment", "policy", "rule"]
