"""A working day in a memory tracker: staff act at random between passes, and amid them; all from one seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sheetsync.cli.plan_view import lines_of, plan_json
from sheetsync.domain.guard import GuardLimits
from sheetsync.domain.moments import local_to_serial
from sheetsync.domain.plan import PlanOptions
from sheetsync.domain.rules import Rulebook
from sheetsync.messages.compose import Composer, Letter
from sheetsync.messages.deliver import DeliveryReport, deliver
from sheetsync.messages.outbox import DeliveryPolicy
from sheetsync.messages.render import Renderer
from sheetsync.messages.transports import Recovered, SendResult
from sheetsync.store.store import Store, sqlite_url
from sheetsync.trackers.memory import MemoryTracker
from sheetsync.worker.one_pass import PassResult, Ports, one_pass, plan_only
from sheetsync.worker.publish import Publisher
from tests.support.empty_store import place_empty_store
from tests.support.shop import HEADINGS, OWN, SHARED, TITLES, ZONE, good_order, local

TICKS = ("allocated", "picked", "packed")
STATUSES = (
    "On Hold",
    "Cancelled",
    "Shipped",
    "Delivered",
    "Packing",
    "Payment Failed",
    "Packign",
    "",
)
WORDS = ("Fragile!", "=1+1", "Delivered early?", "ring first", "@lead")
WORKERS = frozenset(TITLES[key] for key in (*OWN, *SHARED))


class Tray:
    """A transport that keeps the letters; it can say exactly what it holds."""

    name = "tray"

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    def send(self, letter: Letter, *, before_commit: Callable[[], None]) -> SendResult:
        before_commit()
        self.letters.append(letter)
        return SendResult(outcome="sent")

    def recover(self, message_id: str) -> Recovered:
        kept = any(letter.message_id == message_id for letter in self.letters)
        return "delivered" if kept else "absent"

    def close(self) -> None:
        pass


@dataclass
class Day:
    """One tracker over one working day; `dice` decides everything that people do."""

    folder: Path
    rules: Rulebook
    dice: Random
    orders: int = 14
    store_url: str = ""
    """Where the store is; "" for a file in the folder."""
    now: datetime = field(init=False)
    trace: list[str] = field(default_factory=list)
    typed: set[tuple[str, str]] = field(default_factory=set)
    """(Order ID, heading) of what people typed since the last pass."""

    def __post_init__(self) -> None:
        rows = [[TITLES_AT(self.new_order(n), h) for h in HEADINGS] for n in range(self.orders)]
        self.tracker = MemoryTracker(
            [list(HEADINGS), *rows], columns=self.rules.columns, timezone=ZONE
        )
        self.now = datetime.fromisoformat("2026-03-09T06:10:00+00:00")
        if not self.store_url:
            place_empty_store(self.folder / "state.db")
        url = self.store_url or sqlite_url(self.folder / "state.db")
        self.store = Store.open(url, now=self.now)
        self.state_id = self.store.tracker("memory", "memory", uuid="u" * 32, now=self.now).id
        self.tray = Tray()
        self.amid: Callable[[], None] | None = None

    def new_order(self, number: int) -> dict[str, Any]:
        done = self.dice.randrange(4)
        return good_order({
            "order_id": f"#SP-{number:03}",
            "ordered_at": local_to_serial(local("07:30") - timedelta(hours=self.dice.randrange(30)), 1900),
            **dict.fromkeys(TICKS[:done], True),
            "priority": self.dice.choice(("Standard", "Expedited", "Bulk")),
            "carrier": "FastTrack" if done == 3 else None,
        })  # fmt: skip

    # -- a pass -------------------------------------------------------------------------------------

    def ports(self) -> Ports:
        return Ports(
            tracker=self.tracker, store=self.store, deliver=self._deliver,
            publisher=Publisher(timezone=ZONE, every=timedelta(minutes=2), mail_mode="to a tray",
                                tracker="memory", kpi_every=timedelta(days=40)),
            options=PlanOptions(timezone=ZONE), limits=GuardLimits(), step=self._step,
        )  # fmt: skip

    def look(self) -> PassResult:
        state = self.store.tracker_state(self.state_id)
        result = one_pass(self.ports(), state, self.rules, self.now)
        self.trace.append(f"{result.outcome} {result.problem}")
        if result.plan is not None:
            self.trace.append(plan_json(result.plan))
        return result

    def plan_again(self) -> tuple[list[dict[str, Any]], int]:
        """Cells and the number of mails that a further pass over the same sheet would do."""
        state = self.store.tracker_state(self.state_id)
        plan, _ = plan_only(self.ports(), state, self.rules, self.now)
        return lines_of(plan.changes), len(plan.notices)

    def _deliver(self, now: datetime) -> DeliveryReport:
        composer = Composer(renderer=Renderer(None), sender="orders@example.org", secret=b"s" * 32)
        return deliver(
            self.store.outbox(self.state_id), self.tray, now, composer=composer, owner="o",
            policy=DeliveryPolicy(alone=True),
        )  # fmt: skip

    def _step(self, name: str) -> None:
        if name == "committed" and self.amid is not None:
            amid, self.amid = self.amid, None
            amid()

    # -- people -------------------------------------------------------------------------------------

    def act(self) -> None:
        """One act of a person, as the dice fall."""
        acts = (
            self.tick, self.tick, self.tick, self.untick, self.type_status, self.clear_own,
            self.sort, self.insert_row, self.delete_row, self.double, self.note, self.ack,
            self.move_column, self.dispatch, self.mistype,
        )  # fmt: skip
        act = self.dice.choice(acts)
        self.trace.append(act.__name__)
        act()

    def column(self, key: str) -> int:
        return self.tracker.cells[0].index(TITLES[key])

    def row(self) -> list[Any]:
        row = self.dice.choice(self.tracker.cells[1:])
        row.extend([None] * (len(self.tracker.cells[0]) - len(row)))
        return row

    def put(self, row: list[Any], key: str, value: Any) -> None:
        row[self.column(key)] = value
        self.typed.add((str(row[self.column("order_id")]), TITLES[key]))

    def tick(self) -> None:
        row = self.row()
        left = [key for key in TICKS if not row[self.column(key)]]
        if left:
            self.put(row, left[0], True)

    def untick(self) -> None:
        self.put(self.row(), self.dice.choice(TICKS), None)

    def type_status(self) -> None:
        self.put(self.row(), "status", self.dice.choice(STATUSES) or None)

    def clear_own(self) -> None:
        self.row()[self.column(self.dice.choice(("sla", "check", "next_action")))] = "scribble"

    def sort(self) -> None:
        head, *rows = self.tracker.cells
        key = self.column(self.dice.choice(("order_id", "customer", "priority")))
        rows.sort(
            key=lambda row: str(row[key]) if key < len(row) else "",
            reverse=self.dice.random() < 0.5,
        )
        self.tracker.cells[:] = [head, *rows]

    def insert_row(self) -> None:
        self.orders += 1
        order = self.new_order(self.orders)
        row = [TITLES_AT(order, str(h)) for h in self.tracker.cells[0]]
        self.tracker.cells.insert(self.dice.randrange(1, len(self.tracker.cells) + 1), row)

    def delete_row(self) -> None:
        if len(self.tracker.cells) > 8:
            del self.tracker.cells[self.dice.randrange(1, len(self.tracker.cells))]

    def double(self) -> None:
        self.tracker.cells.append(list(self.row()))

    def note(self) -> None:
        self.put(self.row(), "notes", self.dice.choice(WORDS))

    def ack(self) -> None:
        self.put(self.row(), "ack", self.dice.choice(("ACK", "ACK 2h", "later", None)))

    def dispatch(self) -> None:
        self.put(self.row(), "dispatched_at", local_to_serial(self.local_now(), 1900))

    def mistype(self) -> None:
        self.put(self.row(), self.dice.choice(("picked", "dispatched_at", "priority")), "hmm?")

    def move_column(self) -> None:
        width = len(self.tracker.cells[0])
        source, target = self.dice.randrange(width), self.dice.randrange(width)
        for row in self.tracker.cells:
            row.extend([None] * (width - len(row)))
            row.insert(target, row.pop(source))

    def local_now(self) -> datetime:
        return (self.now + timedelta(hours=2)).replace(tzinfo=None)

    # -- looking ------------------------------------------------------------------------------------

    def cells(self) -> list[dict[str, Any]]:
        """Every row as heading -> value, blanks left out, in sheet order."""
        head = [str(h) for h in self.tracker.cells[0]]
        return [
            {h: v for h, v in zip(head, row, strict=False) if v is not None}
            for row in self.tracker.cells[1:]
        ]


def TITLES_AT(order: dict[str, Any], heading: str) -> Any:  # noqa: N802 - the lookup of a constant
    """The cell of an order under a heading."""
    key = next(key for key, title in TITLES.items() if title == heading)
    return order.get(key)
