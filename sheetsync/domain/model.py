"""The nouns of a pass. Data goes one way: Sheet -> Orders -> (with Memory) -> Plan -> Receipt.

Conventions that hold in every frame of the domain, checked where a frame is built:

* A **moment** column has dtype `datetime64[s]` and holds naive UTC; `NaT` is blank. `to_local` and
  `to_utc` in `moments.py` are the only ways between it and the tracker's wall-clock time.
* A scalar moment (`now`, `at`, ...) is an aware `datetime` in UTC with whole seconds.
* A **text** column has dtype `object`, cleaned text, `""` for blank; never None or NaN.
* A **tick** column has dtype `int8`: 1 ticked, 0 blank or no, -1 unreadable (a finding says so).
* A **number** column has dtype `float64`, NaN for blank.
* Functions return new frames; an argument is never changed in place. No `iterrows`, no row-wise apply.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheetsync.domain.feeds.news import NOTHING, Fed, FedPlan
from sheetsync.domain.followups.model import NO_FOLLOW_UPS, FollowUps
from sheetsync.domain.milestones.memory import NO_TELLINGS, NOTHING_TOLD, Tellings, ToldBefore
from sheetsync.domain.service.records import ServiceRecords
from sheetsync.domain.tabs import Tab
from sheetsync.domain.vendors.memory import NOBODY_ASKED, NOT_ASKED, AskedBefore, AskedNow


@dataclass(frozen=True, slots=True)
class CellError:
    """An error value standing in a cell, such as `#REF!`; never read as text."""

    text: str


@dataclass(frozen=True, slots=True)
class Uncalculated:
    """A formula that has no calculated value yet; never read as blank."""


CellValue: TypeAlias = str | int | float | bool | CellError | Uncalculated | None
"""One cell as it stands. A date is its bare serial number, on Excel as on Google (promise 7)."""

DateSystem: TypeAlias = Literal[1900, 1904]
Severity: TypeAlias = Literal["error", "warning", "unsure", "note"]
Owner: TypeAlias = Literal["staff", "worker", "shared"]

EVIDENCE: Final = ("allocated", "picked", "packed", "dispatched", "delivered")
"""The five pieces of evidence in the order of the life cycle. Each is a tick column of Orders.frame."""

STAMPS: Final = ("allocated_at", "picked_at", "packed_at", "dispatched_at", "delivered_at")
"""The moment column of each piece of evidence, in the same order."""

STAGES: Final = ("Allocation", "Picking", "Packing", "Dispatch", "Transit", "Closeout")
"""The stage whose clock runs while the furthest evidence is: none, allocated, picked, ..., delivered."""

WRITABLE: Final = (
    "ordered_at", "status", *STAMPS, "sla_due", "sla", "check", "next_action",
)  # fmt: skip
"""Column keys that the worker may ever write; each remembers what we last wrote there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """The tracker's identity as written on its Sync Status tab; tells a copy or an old store apart."""

    uuid: str
    epoch: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TabRows:
    """The cells of a companion tab (Customers, Staff ...) as they stand; `rows` and `row_numbers` as in `Sheet`.

    `title` is the tab's own spelling.
    """

    title: str
    rows: Sequence[Sequence[CellValue]]
    row_numbers: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheet:
    """The cells of the tracker tab as they stand, in one read.

    `rows` holds only rows with at least one non-blank cell, ragged, from column A;
    `row_numbers[i]` is the row number (from 1, as staff see it) of `rows[i]`.
    `formulas` and `unwritable` name cells as (row number, column index from 0): cells that
    hold a formula, and cells no change may touch, with the reason in words.
    `fingerprint` changes whenever the file or sheet does. `remarks` are for Sync Status.
    `tabs` holds, by the title that was asked for, the companion tabs that exist.
    """

    tracker: str
    tab: str
    rows: Sequence[Sequence[CellValue]]
    row_numbers: Sequence[int]
    timezone: str
    date_system: DateSystem = 1900
    fingerprint: str = ""
    formulas: frozenset[tuple[int, int]] = frozenset()
    unwritable: Mapping[tuple[int, int], str] = field(default_factory=dict)
    marker: Marker | None = None
    remarks: tuple[str, ...] = ()
    tabs: Mapping[str, TabRows] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderMap:
    """Where each known column stands. `columns` maps a column key to its index from 0."""

    row_number: int
    """The row number (from 1) of the header; of its last row where a header is split over two."""
    columns: Mapping[str, int]
    headings: Mapping[str, str]
    """The heading as staff wrote it, by column key."""
    unknown: tuple[str, ...] = ()
    """Headings that no rule knows: staff's own columns, never touched."""


FINDING_COLUMNS: Final = ("order_id", "row", "column", "rule", "severity", "message")
"""A findings frame: text, int64, text (column key, "" for the row), text (rule id), text, text."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Orders:
    """The typed frame, one row per order row of the sheet, in sheet order, RangeIndex.

    `frame` columns: `row` (int64), `order_id` (text as compared; "" when unusable),
    `usable` (bool: an Order ID that is there, readable and unique), `status_known` (bool),
    the five EVIDENCE ticks (always there; a date in a tick column and a tick in a date column
    both count), and one typed column for every column key that the sheet has.
    `raw` holds, per column key the sheet has, the cells as they stand (object arrays).
    `findings` is a frame of FINDING_COLUMNS: what could not be read.
    """

    frame: pd.DataFrame
    raw: Mapping[str, npt.NDArray[np.object_]]
    header: HeaderMap
    findings: pd.DataFrame
    sheet: Sheet

    def has(self, key: str) -> bool:
        """Whether the sheet has the column `key`."""
        return key in self.header.columns


MEMORY_TEXT: Final = ("status_seen", "status_by", *(f"{e}_source" for e in EVIDENCE),
                      *(f"written_{c}" for c in WRITABLE), *(f"confirmed_{c}" for c in WRITABLE))  # fmt: skip
MEMORY_MOMENTS: Final = ("first_seen", "missing_since", "status_since", "evidence_since",
                         *STAMPS, *(f"{s}_from" for s in STAMPS))  # fmt: skip
MEMORY_TICKS: Final = tuple(f"seen_{e}" for e in EVIDENCE)
MEMORY_NUMBERS: Final = ("cycle",)
"""Columns of `Memory.orders`, which is indexed by order_id (text):

* `first_seen`, `missing_since`: when the order was first seen; when it was last seen, where no row
  that can be used shows it now (gone from the sheet, or its Order ID is doubled).
* `seen_<evidence>`: the evidence as last seen (tick). `<stamp>`: when it was first seen done (upper
  end), `<stamp>_from`: the lower end of that interval (NaT: unknown), `<evidence>_source`: `pass`,
  `cell` (a person or feed typed the moment), `claim` (status asserted it), `baseline` (done before
  watching began: the stamp is NaT unless the cell told it), `undone` (an undo took the time back,
  the tick stands), `""` (not done).
* `status_seen`: the canonical status as last seen in the cell, `status_since`: first seen so,
  `status_by`: `worker`, `person`, `undo` (taken back to `written_status`, which then counts as a
  person's; `confirmed_status` is what was taken back) or "". `evidence_since`: when evidence last
  moved forward.
* `written_<column>`: canonical text of what the last commit meant to stand there (the intent);
  `confirmed_<column>`: what a receipt confirmed. A cell equal to either is ours; any other
  non-blank value is a person's ("edited"). Dates are canonical as local `YYYY-MM-DD HH:MM:SS`.
* `cycle`: how often the order was re-opened, or its Order ID given to another order (int64, from 0).
"""

PAUSE_COLUMNS: Final = ("order_id", "start", "stop", "reason")
"""Pauses: `stop` NaT while the hold lasts. `reason` is the canonical status that pauses."""

ESCALATION_COLUMNS: Final = (
    "key",
    "order_id",
    "policy",
    "stay",
    "level",
    "repeat",
    "outcome",
    "at",
    "recipients",
)
"""Escalations already decided: `key` unique; `stay` names the unbroken stay in a stage
(`packing#0`); `level`, `repeat` int64; `outcome`: sent, baseline, skipped, suppressed, acknowledged,
withdrawn (by an undo: the telling of the same level before it no longer counts)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Memory:
    """What the store keeps between passes, as the plan needs it."""

    baseline_at: datetime | None
    """When watching began; None before the first pass."""
    last_pass_at: datetime | None
    """When the previous good pass read the sheet."""
    orders: pd.DataFrame
    pauses: pd.DataFrame
    escalations: pd.DataFrame
    mails_today: int = 0
    marker: Marker | None = None
    columns: frozenset[str] | None = None
    """Keys of the columns that the sheet had at the previous pass; None where that is not known."""
    mark_seen: bool = False
    """Whether the sheet was ever read with this store's own mark on it."""
    adopted: Marker | None = None
    """A mark of another store that a person said may be written over."""
    away: Mapping[str, datetime] = field(default_factory=dict)
    """Orders of which a copy that went out at that moment came back since the previous pass: what is first
    seen of them now may have been done at any time since then."""
    fed: Fed = NOTHING
    """What feeds brought and the sheet does not show yet."""
    customers: ToldBefore = NOTHING_TOLD
    """What customers were told, and the notices to them that have not left."""
    vendors: AskedBefore = NOBODY_ASKED
    """What vendors were asked, and what they answered that the sheet does not show yet."""


STAGE_EVENT_COLUMNS: Final = (
    "order_id",
    "field",
    "old",
    "new",
    "at",
    "seen_from",
    "seen_to",
    "source",
)
"""Append-only event log: `field` is an evidence name or `status`; old/new canonical text."""

CHANGE_COLUMNS: Final = ("order_id", "row", "column", "expected", "new", "rule")
"""A changes frame, one line per cell: `row` is only where the order stood when read; `expected`
(object) is the raw cell to be replaced; `new` (object): str, bool, None (empty), or a naive local
`datetime` for a moment; `rule` (text) is why."""

DOUBLED_ORDER_RULE: Final = "doubled_order_id"
"""The one rule under which a change may stand on a doubled Order ID: Check names both rows."""

CLOCK_COLUMNS: Final = ("target", "stage", "stay", "state", "start", "due", "warn", "used", "limit",
                        "calendar", "source", "reason")  # fmt: skip
"""One clock per row, index aligned with Orders.frame: `target` id; `stage`; `stay`; `state` one of
SLA_STATES; `start`, `due`, `warn` moments; `used`, `limit` open seconds (float64); `calendar` id;
`source` "sla.yaml:31"; `reason`: why not evaluated, or what paused it."""

SLA_STATES: Final = (
    "Breached",
    "At risk",
    "Unsure",
    "Paused",
    "OK",
    "Missed",
    "Met",
    "Not evaluated",
    "",
)
"""Worst first; "" where no clock applies (no target)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message decided: who gets what through which channel; facts are frozen in `context`.

    `key` is unique for ever (the dedupe key); `members` are the escalation keys that it carries.
    `context` holds plain JSON values only. `kind` names the template (`escalation`). A notice that does not
    stand as `pending` is only recorded, for `reason`: held for a person, suppressed or superseded.
    """

    key: str
    kind: str
    audience: str
    channel: str
    recipient: str
    recipient_name: str
    subject: str
    context: Mapping[str, Any]
    members: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    level: int = 0
    not_before: datetime | None = None
    expires_at: datetime | None = None
    stands: Literal["pending", "held", "suppressed", "superseded"] = "pending"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """Everything that one pass decided, as plain data; nothing has happened yet.

    `changes`, `findings`, `stage_events`, `pauses`, `escalations` are frames of the columns above,
    sorted; `memory` holds the next `Memory.orders` rows of the orders whose memory changed.
    `clocks` are the running stage clock and `promises` the promise clock of each order.
    `facts` is the snapshot that reports and `explain` read (indexed by order_id).
    `next_change_at`: the earliest moment at which an unchanged sheet would give another plan.
    """

    at: datetime
    baseline: bool
    orders: Orders
    changes: pd.DataFrame
    findings: pd.DataFrame
    clocks: pd.DataFrame
    promises: pd.DataFrame
    stage_events: pd.DataFrame
    pauses: pd.DataFrame
    escalations: pd.DataFrame
    notices: tuple[Notice, ...]
    memory: pd.DataFrame
    facts: pd.DataFrame
    next_change_at: datetime | None
    rules_hash: str
    tabs: tuple[Tab, ...] = ()
    remarks: tuple[str, ...] = ()
    fed: FedPlan | None = None
    """What is done about feeds; None where they brought nothing. Their cells are among `changes`."""
    tellings: Tellings = NO_TELLINGS
    """What is decided about notices to customers, besides those among `notices`."""
    follow_ups: FollowUps = NO_FOLLOW_UPS
    """What people have to do about orders."""
    service: ServiceRecords | None = None
    """Questions, problems and ratings of customers, as their tabs say; None where no rule asks for these."""
    asked: AskedNow = NOT_ASKED
    """What is decided about vendors, besides the letters among `notices`."""

    @property
    def mails(self) -> tuple[Notice, ...]:
        """The notices that may leave; the others are only recorded."""
        return tuple(notice for notice in self.notices if notice.stands == "pending")


RECEIPT_COLUMNS: Final = ("order_id", "column", "outcome", "reason")
"""`outcome`: applied, dropped (the row moved or the cell changed), refused (may not be touched),
deferred (the workbook is in use), failed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Receipt:
    """What became of each change of a plan, and of each tab."""

    outcomes: pd.DataFrame
    fingerprint: str
    """Of the tracker after the write."""
    tabs_written: tuple[str, ...] = ()
    tabs_refused: Mapping[str, str] = field(default_factory=dict)
    requests: int = 0
    remarks: tuple[str, ...] = ()
    look_at: tuple[str, ...] = ()
    """Those of the remarks that name a cell of which nobody can tell what belongs there."""
    unread: bool = False
    """Whether somebody changed the tracker after it was read: its fingerprint covers cells nobody read."""
    deferred: str = ""
    """Why nothing could be written now (somebody has the workbook open); "" where writing was possible."""
