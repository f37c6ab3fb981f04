"""The tables, for SQLite and PostgreSQL alike. Every row belongs to a tracker; times are UTC.

Moments are kept as whole seconds since 1970 (`Moment` where a row is read one at a time, plain
`Seconds` where a whole frame is). Lists and facts are JSON text. Nothing in here has a default
that asks a clock: every moment comes from the pass.

Any change here needs a migration in `migrations/versions`; a test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

from sheetsync.domain.model import MEMORY_NUMBERS, MEMORY_TEXT, MEMORY_TICKS


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime with whole seconds, kept as seconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse a naive moment: it would mean something else on another machine."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone cannot be kept: {value}")
        return int(value.timestamp())

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Seconds since 1970 -> aware UTC."""
        del dialect
        return None if value is None else datetime.fromtimestamp(int(value), tz=UTC)


Seconds = BigInteger

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _tracker_id(*, primary_key: bool = False) -> Column[int]:
    return Column(
        "tracker_id", Integer, ForeignKey("tracker.id"), nullable=False, primary_key=primary_key
    )


def _text(name: str, *, primary_key: bool = False) -> Column[str]:
    return Column(name, Text, nullable=False, primary_key=primary_key)


tracker = Table(
    "tracker",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("name"),
    Column("ref", Text, nullable=False, unique=True),
    Column("uuid", Text, nullable=False, unique=True),
    Column("epoch", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    _text("state"),
    _text("hold_reason"),
    _text("fingerprint"),
    _text("rules_hash"),
    Column("created_at", Moment, nullable=False),
    Column("baseline_at", Moment),
    Column("last_pass_at", Moment),
    Column("last_ok_at", Moment),
    Column("next_change_at", Moment),
    Column("fail_count", Integer, nullable=False),
    Column("lease_owner", Text, nullable=False, server_default=""),
    Column("lease_until", Moment),
    Column("fence", Integer, nullable=False, server_default="0"),
)
"""`last_pass_at`: when the last committed pass read the sheet; `last_ok_at`: the last closed one.
`fence` counts the leases ever taken: whoever holds an older number commits nothing (leases.py)."""

MEMORY_PLAIN: Final = tuple(
    name for name in MEMORY_TEXT if not name.startswith(("written_", "confirmed_"))
)
"""The text columns of Memory.orders that have a column of their own."""

order_memory = Table(
    "order_memory",
    metadata,
    _tracker_id(primary_key=True),
    _text("order_id", primary_key=True),
    *(_text(name) for name in MEMORY_PLAIN),
    Column("moments", LargeBinary, nullable=False),
    *(Column(name, Integer, nullable=False) for name in (*MEMORY_TICKS, *MEMORY_NUMBERS)),
    _text("written"),
    _text("confirmed"),
)
"""`moments`: all of MEMORY_MOMENTS in that order (see memory.py). `written`, `confirmed`: JSON
objects of the columns that are not blank; `confirmed` is "" while it equals `written`."""

order_fact = Table(
    "order_fact",
    metadata,
    _tracker_id(primary_key=True),
    _text("order_id", primary_key=True),
    Column("digest", BigInteger, nullable=False),
    _text("facts"),
    Column("changed_at", Moment, nullable=False),
)

order_seen = Table(
    "order_seen",
    metadata,
    _tracker_id(primary_key=True),
    _text("order_id", primary_key=True),
    Column("digest", BigInteger, nullable=False),
    _text("cells"),
    _text("ours"),
)
"""The cells as the last pass saw them: `digest` of the raw row, `cells` a JSON object of column
key -> text without blanks, `ours` likewise what that pass meant to write there, "" for nothing."""

archived_order = Table(
    "archived_order",
    metadata,
    _tracker_id(primary_key=True),
    _text("order_id", primary_key=True),
    Column("closed_at", Moment, nullable=False),
    Column("archived_at", Moment, nullable=False),
    _text("packed"),
)
"""Orders taken out of the tables that every pass loads: `packed` is JSON of their rows there."""

stage_event = Table(
    "stage_event",
    metadata,
    Column("id", Integer, primary_key=True),
    _tracker_id(),
    _text("event_key"),
    Column("pass_id", Integer, nullable=False),
    _text("order_id"),
    _text("field"),
    _text("old"),
    _text("new"),
    Column("at", Seconds),
    Column("seen_from", Seconds),
    Column("seen_to", Seconds),
    _text("source"),
    UniqueConstraint("tracker_id", "event_key"),
    Index(None, "tracker_id", "order_id"),
)
"""Insert only, by trigger: a stamp, once set, never changes by replay."""

pause = Table(
    "pause",
    metadata,
    Column("id", Integer, primary_key=True),
    _tracker_id(),
    _text("pause_key"),
    _text("order_id"),
    Column("start", Seconds),
    Column("stop", Seconds),
    _text("reason"),
    UniqueConstraint("tracker_id", "pause_key"),
    Index(None, "tracker_id", "order_id"),
)

escalation = Table(
    "escalation",
    metadata,
    Column("id", Integer, primary_key=True),
    _tracker_id(),
    Column("pass_id", Integer, nullable=False),
    _text("key"),
    _text("order_id"),
    _text("policy"),
    _text("stay"),
    Column("level", Integer, nullable=False),
    Column("repeat", Integer, nullable=False),
    _text("outcome"),
    Column("at", Seconds),
    _text("recipients"),
    UniqueConstraint("tracker_id", "key"),
    Index(None, "tracker_id", "order_id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    _tracker_id(),
    Column("pass_id", Integer, nullable=False),
    Column("dedupe_key", Text, nullable=False, unique=True),
    Column("message_id", Text, unique=True),
    _text("kind"),
    _text("audience"),
    _text("channel"),
    _text("recipient"),
    _text("recipient_name"),
    _text("subject"),
    _text("context"),
    _text("members"),
    Column("level", Integer, nullable=False),
    _text("state"),
    Column("not_before", Moment),
    Column("expires_at", Moment),
    Column("attempts", Integer, nullable=False),
    _text("lease_owner"),
    Column("lease_until", Moment),
    _text("last_error"),
    _text("transport"),
    _text("provider_ref"),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Index(None, "tracker_id", "state", "not_before"),
)

outbox_order = Table(
    "outbox_order",
    metadata,
    Column("outbox_id", Integer, ForeignKey("outbox.id"), primary_key=True),
    _tracker_id(),
    _text("order_id", primary_key=True),
    Index(None, "tracker_id", "order_id"),
)

customer_told = Table(
    "customer_told",
    metadata,
    _tracker_id(primary_key=True),
    _text("order_id", primary_key=True),
    _text("told"),
)
"""How it stands with each kind of notice to the customer of an order: JSON of kind -> [cycle, number, of, stands]."""

vendor_asked = Table(
    "vendor_asked",
    metadata,
    _tracker_id(primary_key=True),
    _text("order_id", primary_key=True),
    _text("asked"),
)
"""How it stands with the vendor of an order: JSON of `domain.vendors.memory.Asked`."""

inbound = Table(
    "inbound",
    metadata,
    _tracker_id(primary_key=True),
    _text("action_key", primary_key=True),
    _text("kind"),
    _text("order_id"),
    _text("payload"),
    Column("at", Moment, nullable=False),
    _text("state"),
    _text("detail"),
    Index(None, "tracker_id", "kind", "state"),
)
"""What people outside sent us, each action once for ever by its `action_key`. `state` of a vendor's answer: waiting
(not yet among the news of feeds), kept (the sheet does not show it yet), shown (nothing is to be done), refused."""

ledger = Table(
    "ledger",
    metadata,
    _text("dedupe_key", primary_key=True),
    _tracker_id(),
    _text("message_id"),
    Column("sent_at", Moment, nullable=False),
)
"""Keys of everything that ever left; outlives the outbox, so an old notice is never sent anew."""

delivery_event = Table(
    "delivery_event",
    metadata,
    Column("id", Integer, primary_key=True),
    _tracker_id(),
    Column("outbox_id", Integer, ForeignKey("outbox.id"), nullable=False, index=True),
    _text("kind"),
    Column("at", Moment, nullable=False),
    _text("detail"),
)

suppression = Table(
    "suppression",
    metadata,
    _tracker_id(primary_key=True),
    _text("channel", primary_key=True),
    _text("address", primary_key=True),
    _text("reason"),
    Column("at", Moment, nullable=False),
)

change_log = Table(
    "change_log",
    metadata,
    Column("id", Integer, primary_key=True),
    _tracker_id(),
    Column("pass_id", Integer, nullable=False, index=True),
    Column("seen_at", Moment, nullable=False),
    _text("order_id"),
    _text("column"),
    _text("old"),
    _text("new"),
    _text("by"),
    _text("rule"),
    Column("seen_from", Moment),
    UniqueConstraint("tracker_id", "pass_id", "seen_at", "order_id", "column", "by"),
    Index(None, "tracker_id", "order_id"),
)
"""Append only: triggers refuse anything but an insert, and the cutting of `old` and `new` by a
redaction. `by`: worker (what we meant to write, and what was archived or cut: `column` "" then),
person, or unknown. `seen_from`: the read before, after which a person's change happened."""

pass_log = Table(
    "pass_log",
    metadata,
    Column("id", Integer, primary_key=True),
    _tracker_id(),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    _text("phase"),
    Column("baseline", Boolean, nullable=False),
    Column("reads", Integer, nullable=False),
    Column("writes", Integer, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("mails", Integer, nullable=False),
    _text("outcome"),
    _text("error"),
    _text("rules_hash"),
    Index(None, "tracker_id", "started_at"),
)

rules_set = Table(
    "rules_set",
    metadata,
    _tracker_id(primary_key=True),
    _text("hash", primary_key=True),
    _text("packed"),
    Column("saved_at", Moment, nullable=False),
)

kpi_month = Table(
    "kpi_month",
    metadata,
    _tracker_id(primary_key=True),
    _text("month", primary_key=True),
    _text("kpi", primary_key=True),
    Column("value", Float),
    Column("numerator", Float),
    Column("n", Integer, nullable=False),
    Column("excluded", Integer, nullable=False),
    Column("not_measurable", Integer, nullable=False),
    _text("definition_version"),
    _text("input_hash"),
    Column("closed_at", Moment, nullable=False),
    Column("restated_at", Moment),
)
"""Closed months. `restated_at` is set when a figure was computed anew from other orders."""

follow_up = Table(
    "follow_up",
    metadata,
    Column("id", Integer, primary_key=True),
    _tracker_id(),
    _text("key"),
    _text("kind"),
    _text("order_id"),
    Column("at", Moment, nullable=False),
    _text("who"),
    _text("channel"),
    _text("direction"),
    _text("text"),
    _text("reason"),
    Column("due_at", Moment),
    Column("closed_at", Moment),
    _text("closed_by"),
    UniqueConstraint("tracker_id", "key"),
    Index(None, "tracker_id", "order_id"),
)
"""`kind` said: what somebody said about an order, and how (`channel`, `direction` in or out). `kind` task: what is
to be done by `due_at`, for the `reason` of a rule, until it is closed, by the worker ("") or by somebody."""

offline_copy = Table(
    "offline_copy",
    metadata,
    _tracker_id(primary_key=True),
    _text("id", primary_key=True),
    Column("made_at", Moment, nullable=False),
    _text("made_by"),
    _text("about"),
    Column("returned_at", Moment),
    _text("returned"),
    Column("packed", LargeBinary, nullable=False),
)
"""Copies that went offline: `packed` is what both sides last knew alike, the base of the next merge;
`about` and `returned` are JSON facts of the copy and of its last return."""

merge_conflict = Table(
    "merge_conflict",
    metadata,
    Column("id", Integer, primary_key=True),
    _tracker_id(),
    _text("copy_id"),
    _text("order_id"),
    _text("column"),
    _text("base"),
    _text("theirs"),
    _text("ours"),
    Column("found_at", Moment, nullable=False),
    _text("choice"),
    Column("settled_at", Moment),
    _text("settled_by"),
    Index(None, "tracker_id", "order_id"),
)
"""Cells that a copy and the tracker both changed, each another way: a person chooses."""

feed_file = Table(
    "feed_file",
    metadata,
    Column("id", Integer, primary_key=True),
    _tracker_id(),
    _text("source"),
    _text("kind"),
    _text("name"),
    _text("digest"),
    _text("stamp"),
    _text("settings"),
    _text("headings"),
    Column("written_at", Moment),
    Column("taken_at", Moment, nullable=False),
    _text("verdict"),
    _text("sentence"),
    Column("rows", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Index(None, "tracker_id", "source", "digest"),
)
"""Every file of a feed that was looked at: `digest` of its bytes, `stamp` (size and time) by which it is known
without reading, `settings` under which it was read, `verdict` taken or refused and why in a `sentence`."""

feed_row = Table(
    "feed_row",
    metadata,
    _tracker_id(primary_key=True),
    _text("source", primary_key=True),
    _text("keyed", primary_key=True),
    _text("key", primary_key=True),
    _text("kind"),
    _text("order_id"),
    Column("digest", BigInteger, nullable=False),
    _text("cells"),
    Column("said_at", Seconds),
    Column("changed_at", Moment, nullable=False),
    Column("waits", Integer, nullable=False),
    Index(None, "tracker_id", "waits"),
)
"""What a feed says last of each order (`keyed` order_id or tracking) or article (sku): `cells` is JSON,
`said_at` the feed's own time of it, `waits` 1 until the tracker shows it or a person's value stands there, 2 while no
row is there for it."""

feed_written = Table(
    "feed_written",
    metadata,
    _tracker_id(primary_key=True),
    _text("order_id", primary_key=True),
    _text("written"),
    _text("before"),
)
"""What feeds meant to write into the row of an order, and what stood there before until that is confirmed;
JSON objects of column key -> text. A cell that holds neither is a person's."""

setting = Table(
    "setting",
    metadata,
    Column("tracker_id", Integer, primary_key=True),
    _text("key", primary_key=True),
    _text("value"),
)
"""Small things to remember; tracker 0 is the store as a whole."""
