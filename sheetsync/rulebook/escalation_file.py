"""escalation.yaml: who is told of what, in which order, and how often."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from sheetsync.domain.rules import (
    DigestRule,
    EscalationRule,
    EscalationRules,
    Level,
    Person,
    Policy,
    Span,
    Trigger,
)
from sheetsync.domain.texts import fold
from sheetsync.rulebook.follow_ups_section import FollowUpsModel, compile_follow_ups
from sheetsync.rulebook.page import Page
from sheetsync.rulebook.shadow import note_shadowed
from sheetsync.rulebook.sla_file import refuse_days
from sheetsync.rulebook.values import When
from sheetsync.yamlfiles.checking import Strict
from sheetsync.yamlfiles.values import Email, Name, PositiveSpan, Text, Timezone, parse_span
from sheetsync.yamlfiles.words import shown

_AFTER: Final = re.compile(r"(at_risk|breach)(?:\s*\+\s*(.+))?")
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d\d)", re.ASCII)
_LAST_HOUR: Final = 23
_LAST_MINUTE: Final = 59
_COUNT_MOVED: Final = "write this under limits, at the end of the file"


def _trigger(value: Any) -> Trigger:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    match = _AFTER.fullmatch(text)
    try:
        if match and match[1] == "at_risk":
            return Trigger(event="at_risk", plus=parse_span(match[2]) if match[2] else Span())
        if match:
            return Trigger(event="breach", plus=parse_span(match[2]) if match[2] else Span())
        return Trigger(event="raised", plus=parse_span(value))
    except ValueError:
        words = f"{shown(value)} is not understood; write at_risk, breach, breach + 2h, or 4h"
        raise ValueError(words) from None


After = Annotated[
    Trigger,
    PlainValidator(_trigger),
    WithJsonSchema({"type": "string", "examples": ["at_risk", "breach", "breach + 2h", "4h"]}),
]


def _clock_time(value: Any) -> tuple[int, int]:
    match = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or int(match[1]) > _LAST_HOUR or int(match[2]) > _LAST_MINUTE:
        words = f"{shown(value)} is not a time of the day; write it in quotes, like '07:30'"
        raise ValueError(words)
    return int(match[1]), int(match[2])


ClockTime = Annotated[
    tuple[int, int],
    PlainValidator(_clock_time),
    WithJsonSchema({"type": "string", "examples": ["07:30"]}),
]
How = Literal["cell", "email", "email_digest"]
Stop = Literal["stage_left", "acknowledged", "on_hold", "cancelled", "resolved"]


class StaffModel(Strict):
    """Everybody in the tab Staff who is active and has a role."""

    role: Text = Field(description="As it stands under Role in the tab Staff.")


class PersonModel(Strict):
    """A role: addresses, whoever has it in the tab Staff, or a name in a column that is looked up."""

    addresses: list[Email] = Field(default=[], description="Who is written to.")
    from_staff: StaffModel | None = Field(
        default=None, description="Whoever has this role in the tab Staff."
    )
    from_column: Name | None = Field(default=None, description="The column that names the person.")
    tab: Literal["Staff", "Vendors"] | None = Field(
        default=None, description="Where that name is looked up, before the directory."
    )
    directory: dict[Text, Email] = Field(default={}, description="Name in that column: address.")
    fallback: Name | None = Field(default=None, description="Who else, for whom nobody is found.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        if isinstance(value, str):
            words = f"addresses stand in [ ], like [{value}]"
            raise ValueError(words)  # noqa: TRY004 - pydantic asks for ValueError
        return {"addresses": value} if isinstance(value, list) else value

    @model_validator(mode="after")
    def _somebody(self) -> PersonModel:
        if sum(map(bool, (self.addresses, self.from_staff, self.from_column))) != 1:
            raise ValueError(
                "write either addresses in [ ], or from_staff with a role, or from_column with a directory or a tab"
            )
        if not self.from_column and (self.directory or self.tab):
            raise ValueError("directory and tab belong to from_column; write it, or remove them")
        if self.addresses and self.fallback:
            raise ValueError(
                "fallback belongs to from_staff and from_column; addresses need none, so remove it"
            )
        if (self.from_staff or self.tab) and not self.fallback:
            raise ValueError(
                "write a fallback: somebody with addresses, for when the tab names nobody to write to"
            )
        return self


class Repeat(Strict):
    """Again, so often, until it stops."""

    every: PositiveSpan
    at_most: int = Field(ge=1, le=100)


class LevelModel(Strict):
    """One rung of the ladder."""

    level: int = Field(ge=1, le=9)
    after: After = Field(description="at_risk, breach, breach + 2h; 4h after an exception.")
    who: list[Name] = Field(min_length=1, description="People of this file.")
    how: list[How] = Field(min_length=1)
    repeat: Repeat | None = None


class Acknowledge(Strict):
    """A cell with ACK snoozes levels 2 and up."""

    column: Name
    for_: PositiveSpan = Field(
        default=Span(seconds=4 * 3600, text="4h"), alias="for", description="Unless it says more."
    )


class PolicyModel(Strict):
    """An escalation ladder."""

    levels: list[LevelModel] = Field(min_length=1)
    stop_when: list[Stop] = Field(default=["stage_left", "cancelled"])
    acknowledge: Acknowledge | None = None
    working_hours_only: Name | None = Field(
        default=None, description="A calendar: outside it a mail waits for the next opening."
    )
    max_rows_per_mail: int = Field(default=50, ge=1, le=500)


class RuleModel(Strict):
    """Which orders use which ladder; first match wins."""

    when: When | None = None
    use: Name
    start_at_level: int = Field(default=1, ge=1, description="Lower levels count as skipped.")
    critical: bool = Field(
        default=False, description="Its mails leave at any hour, apart from all others and first."
    )
    also: list[Name] = Field(
        default=[], description="Further people, at every level that is mailed."
    )


class DigestModel(Strict):
    """A mail once a day to each of these people: how their orders stand."""

    who: list[Name] = Field(min_length=1, description="People of this file.")
    at: ClockTime = Field(description="The local time of the day, like '07:30'.")
    timezone: Timezone | None = Field(
        default=None,
        description="Whose time that is, unless the tab Staff says more; else the tracker's.",
    )
    calendar: Name | None = Field(
        default=None, description="None on days on which this calendar never opens."
    )
    no_update_after: PositiveSpan = Field(
        default=Span(working_days=1, text="1 working day"),
        description="An order that did not move for so long is named.",
    )
    max_rows: int = Field(default=20, ge=1, le=200, description="Orders named in each section.")


class Limits(Strict):
    """How many mails may leave before somebody looks."""

    max_emails_per_pass: int = Field(default=30, ge=1)
    max_emails_per_day: int = Field(default=200, ge=1)


class EscalationFile(Strict):
    """The whole of escalation.yaml."""

    moved: ClassVar[Mapping[str, str]] = {
        "quiet_guard": f"quiet_guard is now called limits; {_COUNT_MOVED}",
        "max_emails_per_pass": _COUNT_MOVED,
        "max_emails_per_day": _COUNT_MOVED,
    }

    version: Literal[1]
    people: dict[Name, PersonModel]
    policies: dict[Name, PolicyModel] = Field(min_length=1)
    rules: list[RuleModel] = Field(default=[], description="First match wins: narrow lines first.")
    digests: list[DigestModel] = Field(default=[], description="Once a day: how the orders stand.")
    limits: Limits = Limits()
    follow_ups: FollowUpsModel = Field(
        default=FollowUpsModel(), description="What people have to do about orders."
    )


def compile_escalation(page: Page, model: EscalationFile) -> EscalationRules:
    """All of escalation.yaml."""
    rules = tuple(_rule(page, model, i) for i in range(len(model.rules)))
    note_shadowed(page, ("rules",), [rule.when for rule in rules])
    return EscalationRules(
        people={name: _person(page, model, name) for name in model.people},
        policies={name: _policy(page, model, name) for name in model.policies},
        rules=rules,
        max_emails_per_pass=model.limits.max_emails_per_pass,
        max_emails_per_day=model.limits.max_emails_per_day,
        digests=tuple(_digest(page, model, i) for i in range(len(model.digests))),
        follow_ups=compile_follow_ups(page, model.follow_ups, _columns_of(model)),
    )


def _columns_of(model: EscalationFile) -> dict[str, str]:
    """Role -> the column that names who has it."""
    return {name: each.from_column for name, each in model.people.items() if each.from_column}


def _digest(page: Page, model: EscalationFile, i: int) -> DigestRule:
    digest, path = model.digests[i], ("digests", i)
    for w, who in enumerate(digest.who):
        known = _known_person(page, (*path, "who", w), who)
        if known and {model.people[who].from_column, model.people[who].tab} & {"vendor", "Vendors"}:
            words = (
                f"{who} is a vendor, and this digest is about your own work; name your own people"
            )
            page.problem((*path, "who", w), words)
    if digest.calendar:
        here = (*path, "calendar")
        page.known(here, digest.calendar, page.names.calendars, "a calendar of calendar.yaml")
    return DigestRule(
        id=",".join(digest.who) + f"@{digest.at[0]:02}:{digest.at[1]:02}",
        who=tuple(digest.who),
        at=digest.at,
        timezone=digest.timezone or "",
        calendar=digest.calendar or "",
        no_update_after=digest.no_update_after,
        max_rows=digest.max_rows,
        source=page.source(*path),
    )


def _person(page: Page, model: EscalationFile, name: str) -> Person:
    person, path = model.people[name], ("people", name)
    if person.from_column:
        page.column((*path, "from_column"), person.from_column)
    if person.fallback:
        known = _known_person(page, (*path, "fallback"), person.fallback)
        if known and not model.people[person.fallback].addresses:
            words = f"{person.fallback} has no addresses of their own; name somebody who has"
            page.problem((*path, "fallback"), words)
    seen: dict[str, str] = {}
    for written in person.directory:
        other = seen.setdefault(fold(written), written)
        if other != written:
            words = f"{shown(written)} and {shown(other)} are the same name; keep one"
            page.problem((*path, "directory", written), words, at_key=True)
    return Person(
        id=name,
        addresses=tuple(person.addresses),
        staff_role=person.from_staff.role if person.from_staff else "",
        from_column=person.from_column or "",
        tab=person.tab or "",
        directory={fold(written): address for written, address in person.directory.items()},
        names=seen,
        fallback=person.fallback or "",
        source=page.source(*path),
    )


def _known_person(page: Page, path: tuple[str | int, ...], name: str) -> bool:
    return page.known(path, name, page.names.people, "one of the people of this file")


def _policy(page: Page, model: EscalationFile, name: str) -> Policy:
    policy, path = model.policies[name], ("policies", name)
    calendar = policy.working_hours_only
    if calendar:
        here = (*path, "working_hours_only")
        page.known(here, calendar, page.names.calendars, "a calendar of calendar.yaml")
    if policy.acknowledge:
        page.column((*path, "acknowledge", "column"), policy.acknowledge.column)
    acknowledge_for = {"acknowledge_for": policy.acknowledge.for_} if policy.acknowledge else {}
    return Policy(
        id=name,
        levels=tuple(_level(page, model, name, n) for n in range(len(policy.levels))),
        stop_when=frozenset(policy.stop_when),
        acknowledge_column=policy.acknowledge.column if policy.acknowledge else "",
        working_hours_only=calendar or "",
        max_rows=policy.max_rows_per_mail,
        source=page.source(*path),
        **acknowledge_for,
    )


def _level(page: Page, model: EscalationFile, name: str, n: int) -> Level:
    policy = model.policies[name]
    level, path = policy.levels[n], ("policies", name, "levels", n)
    if n and level.level <= policy.levels[n - 1].level:
        page.problem(
            (*path, "level"), "levels count upward: each number larger than the one before"
        )
    raised = level.after.event == "raised"
    if n and raised != (policy.levels[0].after.event == "raised"):
        words = "one ladder counts either from a clock (at_risk, breach) or from an exception (4h)"
        page.problem((*path, "after"), words)
    for w, who in enumerate(level.who):
        _known_person(page, (*path, "who", w), who)
    if calendar := policy.working_hours_only:
        refuse_days(page, (*path, "after"), level.after.plus, calendar)
        if level.repeat:
            refuse_days(page, (*path, "repeat", "every"), level.repeat.every, calendar)
    return Level(
        level=level.level,
        after=level.after,
        who=tuple(level.who),
        how=tuple(level.how),
        repeat_every=level.repeat.every if level.repeat else None,
        repeat_at_most=level.repeat.at_most if level.repeat else 0,
        source=page.source(*path),
    )


def _rule(page: Page, model: EscalationFile, i: int) -> EscalationRule:
    rule, path = model.rules[i], ("rules", i)
    if page.known((*path, "use"), rule.use, model.policies, "one of the policies of this file"):
        levels = [level.level for level in model.policies[rule.use].levels]
        if rule.start_at_level not in levels:
            words = f"the policy {rule.use} has no level {rule.start_at_level}"
            page.problem((*path, "start_at_level"), words)
    for w, who in enumerate(rule.also):
        _known_person(page, (*path, "also", w), who)
    return EscalationRule(
        when=page.when(rule.when, (*path, "when")),
        use=rule.use,
        start_at_level=rule.start_at_level,
        critical=rule.critical,
        also=tuple(rule.also),
        source=page.source(*path),
    )
