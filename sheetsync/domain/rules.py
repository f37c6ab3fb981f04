"""The rulebook as the deciding rooms see it: frozen values, already validated and cross-checked.

`sheetsync.rulebook` reads the YAML that an operations manager edits and compiles it to these. Every
rule knows its `Source`, so that a flag can name the file and line it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, TypeAlias

from sheetsync.domain.model import Owner, Severity
from sheetsync.domain.parcels.states import ParcelState


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule stands: file name, line and column from 1."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Span:
    """A time span as written: clock time (`30m`, `4h`, `2d` = 48 h) or a number of working days."""

    seconds: int = 0
    working_days: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class ColumnRef:
    """`{column: promised_at}`: a comparison with another column of the same row."""

    column: str


Operand: TypeAlias = str | float | Span | date | ColumnRef | tuple[str, ...] | tuple[date, date]

Operator: TypeAlias = Literal[
    "is", "any_of", "filled", "empty", "yes", "no", "more_than", "at_least", "less_than", "at_most",
    "not", "not_in", "contains", "matches", "before", "after", "between", "older_than", "within_last",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One field against one operand. Text operands are already in canonical form (case folded)."""

    field: str
    operator: Operator
    operand: Operand | None = None
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A `when:`. All tests hold, and at least one of `any_of` (if any), and none of `none_of`."""

    tests: tuple[Test, ...] = ()
    any_of: tuple[Condition, ...] = ()
    none_of: tuple[Condition, ...] = ()


ALWAYS = Condition()

ColumnType: TypeAlias = Literal[
    "text", "id", "datetime", "sku_list", "choice", "checkbox", "tracking", "email", "number", "link",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRule:
    """One column of the tracker tab: how it is found, read, checked, and who owns it."""

    key: str
    title: str
    aliases: tuple[str, ...] = ()
    type: ColumnType = "text"
    owner: Owner = "staff"
    core: bool = False
    """One of the documents' fourteen."""
    required: bool = False
    required_when: Condition | None = None
    unique: bool = False
    pattern: str = ""
    choices: tuple[str, ...] = ()
    choice_aliases: Mapping[str, str] = field(default_factory=dict)
    """Folded alias -> canonical choice; holds the folded choices themselves too."""
    open_choices: bool = False
    """Any other text is accepted (with a warning where `severity` says so)."""
    default: str = ""
    not_before: str = ""
    not_in_future: bool = False
    severity: Severity = "error"
    message: str = ""
    example: str = ""
    help: str = ""
    """One plain sentence: the header note in the template."""
    width: float = 14.0
    template: Literal["shown", "hidden", "no"] = "shown"
    """Whether the shipped template has the column."""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCheck:
    """A cross-field check: `message` is shown in Check where `when` holds."""

    id: str
    when: Condition
    severity: Severity
    columns: tuple[str, ...]
    message: str
    source: Source


StatusKind: TypeAlias = Literal["derived", "manual", "shared", "overlay", "alias_group"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRule:
    """One canonical status. `pauses`: stages whose clock it pauses ("*" = all)."""

    name: str
    kind: StatusKind
    stage: str = ""
    open: bool = True
    final: bool = False
    exception: bool = False
    pauses: tuple[str, ...] = ()
    means: tuple[str, ...] = ()
    """Of an alias group: its members."""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRules:
    """All of statuses.yaml."""

    statuses: Mapping[str, StatusRule]
    aliases: Mapping[str, str]
    """Folded text -> canonical name; holds the folded names themselves too."""
    next: Mapping[str, tuple[str, ...]]
    auto_complete_after: Span | None
    auto_complete_unless_exception: bool
    untick_grace: timedelta
    vocabulary: Literal["full", "simple"] = "full"
    """simple: the worker writes `In Progress` for Allocated, Picking, Packing and Ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarRule:
    """Opening hours in local time. Spans are (start, end) in seconds of the day; end <= start is overnight."""

    id: str
    timezone: str
    always: bool = False
    hours: Mapping[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    """Weekday (Monday 0) -> spans."""
    holidays: str = ""
    """Country code, or country-subdivision (`ZA`, `DE-BY`), for the holidays library."""
    holiday_dates: Mapping[date, str] = field(default_factory=dict)
    """Every holiday in force (date -> name), listed by the rulebook for a bounded range of years."""
    closed: frozenset[date] = frozenset()
    special: Mapping[date, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLine:
    """One line of `by:`; the first whose condition holds gives the limit."""

    when: Condition
    within: Span | None
    """None on a promise clock, whose due moment is a column."""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRule:
    """One SLA target. `stage` is set for a stage clock, `due` (a column key) for the promise clock."""

    id: str
    stage: str = ""
    starts: str
    stops: str
    due: str = ""
    compare: Literal["instant", "end_of_day"] = "instant"
    calendar: str
    warn_at: float = 0.8
    lines: tuple[TargetLine, ...]
    escalate: str = ""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """When a level falls due: `at_risk`, `breach`, or `raised` (an exception), plus a span."""

    event: Literal["at_risk", "breach", "raised"]
    plus: Span = Span()


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of an escalation policy."""

    level: int
    after: Trigger
    who: tuple[str, ...]
    how: tuple[str, ...]
    repeat_every: Span | None = None
    repeat_at_most: int = 0
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A role: fixed addresses, whoever has it in the tab Staff, or the name in a column, looked up."""

    id: str
    addresses: tuple[str, ...] = ()
    staff_role: str = ""
    """Everybody active in the tab Staff with this role."""
    from_column: str = ""
    tab: Literal["", "Staff", "Vendors"] = ""
    """Where the name in the column is looked up before the directory."""
    directory: Mapping[str, str] = field(default_factory=dict)
    """Folded name -> address."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Folded name -> name as written."""
    fallback: str = ""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """An escalation ladder."""

    id: str
    levels: tuple[Level, ...]
    stop_when: frozenset[str]
    acknowledge_column: str = ""
    acknowledge_for: Span = Span(seconds=4 * 3600, text="4h")
    working_hours_only: str = ""
    """Calendar id: a notice outside it waits for the next opening."""
    max_rows: int = 50
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRule:
    """First match wins: which policy a row uses and at which level it begins."""

    when: Condition
    use: str
    start_at_level: int = 1
    critical: bool = False
    """Its mails leave at any hour and by themselves, before all others."""
    also: tuple[str, ...] = ()
    """People who are told at every level that is mailed, besides those of the level."""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestRule:
    """A daily digest: to whom, at which local time of the day, and what counts as no update."""

    id: str
    who: tuple[str, ...]
    at: tuple[int, int]
    """Hour and minute."""
    timezone: str = ""
    """The tracker's where it is ""; a person's own, by the tab Staff, comes before both."""
    calendar: str = ""
    """Calendar id: no digest on a day on which it never opens."""
    no_update_after: Span = Span(working_days=1, text="1 working day")
    max_rows: int = 20
    """Orders named in each section."""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpRule:
    """A task: when somebody has to do something about an order. A channel `phone` makes it a call task."""

    id: str
    when: Condition
    do: str
    who: str
    channel: str = ""
    at: str = ""
    """The moment by which it counts; "" where it is wanted as long as `when` holds."""
    before: timedelta = timedelta(0)
    after: timedelta = timedelta(0)
    within: timedelta | None = None
    """So long after it was opened it should be done."""
    once_per: str = ""
    """The field whose every new value is another occasion; "" for once per order."""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpRules:
    """The block `follow_ups` of escalation.yaml. `columns`: role -> the column that names who has it."""

    mode: Literal["off", "on"] = "off"
    tasks: tuple[FollowUpRule, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    rows: int = 200

    @property
    def active(self) -> bool:
        """Whether any task is given at all."""
        return self.mode == "on" and bool(self.tasks)


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRules:
    """All of escalation.yaml."""

    people: Mapping[str, Person]
    policies: Mapping[str, Policy]
    rules: tuple[EscalationRule, ...]
    max_emails_per_pass: int
    max_emails_per_day: int
    digests: tuple[DigestRule, ...] = ()
    follow_ups: FollowUpRules = FollowUpRules()


@dataclass(frozen=True, slots=True)
class NumberShape:
    """One form of a carrier's tracking numbers, and how its check digit is worked out."""

    pattern: str
    check: str = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierRule:
    """A carrier: its names, the shapes of its tracking numbers (hints), its link and transit target.

    `words` holds, folded, what its own words and codes mean; `codes` what providers call it.
    """

    name: str
    aliases: tuple[str, ...] = ()
    numbers: tuple[NumberShape, ...] = ()
    link: str = ""
    words: Mapping[str, ParcelState] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    transit: Span | None = None
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiTarget:
    """A KPI's target. `unit` is share, days, hours, orders or score."""

    id: str
    at_least: float | None = None
    at_most: float | None = None
    near: float = 0.0
    seed: str = ""
    """`S3` where the figure stands in a document; "" marks our placeholder."""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiRules:
    """All of kpi.yaml."""

    month_tab: str
    on_time_compare: Literal["instant", "end_of_day"]
    exclude_statuses: tuple[str, ...]
    test_customers: tuple[str, ...]
    """Patterns with `*`, folded: orders of these customers are test orders."""
    targets: Mapping[str, KpiTarget]
    smallest_sample: int
    restate_months: int = 2
    vendor_review: Mapping[str, float] = field(default_factory=dict)
    tabs: tuple[str, ...] = ()
    """Tabs of people that figures are counted from, besides the orders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneRule:
    """A notice to the customer: when it is due, what it needs, how long it may wait.

    `template` is its kind: it names the letter, and a customer gets each kind once per order.
    """

    id: str
    when: Condition
    template: str
    within: Span | None
    needs: tuple[str, ...] = ()
    """Facts without which it waits, those that its kind cannot do without among them."""
    at: str = ""
    """The moment from which its age counts (`packed_at`); "" where it stands as long as `when` holds."""
    after: timedelta = timedelta(0)
    """So long after that moment it falls due."""
    settle: timedelta = timedelta(minutes=3)
    """So long it waits before it leaves, for a slip to be put right."""
    expires: timedelta | None = None
    """So long after it was decided it is of no use any more."""
    once_per: str = ""
    """The column whose every new value is told anew; "" for once per order."""
    overtaken_by: tuple[str, ...] = ()
    """Kinds that say more: once one of them is due, this one is left out."""
    any_hour: bool = False
    """Leaves in quiet hours too."""
    recover: Literal["hold", "resend"] = "hold"
    """What becomes of it when nobody can know whether it left."""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorStep:
    """A reminder: at which share of the vendor's time it falls due, and to whom it goes.

    `who` are people of escalation.yaml; `vendor` is the vendor of the order.
    """

    at: float
    who: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorRules:
    """How vendors are asked: the block `vendors` of notifications.yaml."""

    mode: Literal["off", "draft", "send"] = "off"
    when: Condition = ALWAYS
    """Orders that are told at all."""
    window: timedelta = timedelta(minutes=10)
    """So long after the first, orders for one vendor go into one letter; a slip can be put right meanwhile."""
    confirm_within: timedelta = timedelta(hours=24)
    """How long a vendor may take to answer whom the tab Vendors gives no time of their own."""
    ship_within: timedelta | None = None
    steps: tuple[VendorStep, ...] = ()
    """In the order of their shares."""
    ask_before_due: timedelta | None = None
    """So long before the order must leave, a vendor is asked who was never heard of."""
    digest_from: int = 0
    """From so many unanswered orders on, one list takes the place of letters; 0 for never."""
    digest_every: timedelta = timedelta(hours=4)
    quiet: tuple[int, int] | None = None
    """Local seconds of the vendor's day between which nothing arrives."""
    preferences: tuple[str, ...] = ()
    """The wishes of customers that a vendor may be told, in these words."""
    contact: Mapping[str, str] = field(default_factory=dict)
    """`name`, `email` and `phone` of whom vendors turn to."""

    @property
    def active(self) -> bool:
        """Whether vendors are asked at all."""
        return self.mode != "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRules:
    """All of notifications.yaml."""

    mode: Literal["off", "draft", "send"]
    milestones: tuple[MilestoneRule, ...]
    to: str
    max_age: Span
    since: date | None = None
    """Nothing that happened before this local day is told."""
    quiet: tuple[int, int] | None = None
    """Local seconds of the day between which no customer is written to; over midnight where it ends earlier."""
    per_person_a_day: int = 8
    per_order_a_day: int = 8
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Language -> folded word of a list in columns.yaml -> how a mail in that language says it."""
    messages_tab: Literal["when_used", "always", "never"] = "when_used"
    messages_rows: int = 500
    vendors: VendorRules = VendorRules()

    @property
    def active(self) -> bool:
        """Whether any notice to a customer is decided at all."""
        return self.mode != "off" and bool(self.milestones)

    @property
    def shows_messages(self) -> bool:
        """Whether the tracker gets a Messages tab."""
        used = self.active or self.vendors.active
        return self.messages_tab == "always" or (self.messages_tab == "when_used" and used)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """One consistent set of rules; `hash` changes whenever any file's content does."""

    columns: Mapping[str, ColumnRule]
    """By key, in the template's order: the documents' fourteen first."""
    header_search_rows: int
    checks: tuple[RowCheck, ...]
    statuses: StatusRules
    calendars: Mapping[str, CalendarRule]
    targets: tuple[TargetRule, ...]
    escalation: EscalationRules
    carriers: Mapping[str, CarrierRule]
    unknown_carrier: Severity
    kpi: KpiRules
    notifications: NotificationRules
    hash: str
    folder: str
    """Where the files came from, for messages."""
    warnings: tuple[str, ...] = ()
    """Lines that can never fire, and the like."""
    parcel_words: Mapping[str, ParcelState] = field(default_factory=dict)
    """Folded word -> what it means of a parcel, whoever the carrier is."""
