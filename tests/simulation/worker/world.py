"""One world: a sheet with people at it, a clock, a mail server, a store, and workers that may be killed anywhere."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from sheetsync.cli.plan_view import lines_of, plan_json
from sheetsync.config import Config, load_config
from sheetsync.errors import SheetsyncError
from sheetsync.trackers.base import WriteBatch
from sheetsync.worker.one_pass import PassResult
from sheetsync.worker.which_store import open_store
from sheetsync.worker.which_tracker import place_of
from tests.simulation.worker.figures import Figures
from tests.simulation.worker.ground_excel import ExcelGround
from tests.simulation.worker.ground_google import GoogleGround
from tests.simulation.worker.grounds import Ground, MemoryGround, Rows, serial
from tests.simulation.worker.oracle import Oracle
from tests.simulation.worker.people import People
from tests.simulation.worker.post import FAULTS, Post, Way
from tests.simulation.worker.steps import Crash, Steps
from tests.simulation.worker.watched_store import FULL, IN_USE, watched
from tests.simulation.worker.worker import AWAY, SHORT, SimWorker, Surroundings
from tests.support.shop import ROOT, TITLES

LEASE: Final = timedelta(minutes=5)
ORDERS: Final = 16
_SECRET: Final = b"s" * 32
_AFRICA: Final = ("Africa/Johannesburg", datetime(2026, 3, 9, 8, 10))
_STARTS: Final = (
    *[_AFRICA] * 6,
    ("Europe/Berlin", datetime(2026, 3, 28, 16, 10)),  # the clocks go forward in the night
    ("Europe/Berlin", datetime(2026, 10, 24, 16, 10)),  # the clocks go back in the night
)
_EVER: Final = datetime(2026, 1, 1, tzinfo=UTC)
TENDER: Final = (
    "mail: connect", "mail: in DATA", "mail: accepted", "pass: handed_over", "pass: claimed",
    "pass: committed", "tracker: write", "tracker: written", "wire: answered", "pass: swapped",
)  # fmt: skip
"""Where a kill hurts most."""
_COMMIT: Final = ["pass: commit", "store: begin", "store: commit", "store: committed"]
_GAPS: Final = frozenset({"pass: planned", "pass: committed", "tracker: write", "wire: request"})
"""Where people act amid a pass, once each time the dice say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How likely things are in one pass, or for each mail."""

    kill: float = 0.25
    overtaken: float = 0.06
    sheet: float = 0.12
    store: float = 0.06
    mail: float = 0.15
    amid: float = 0.25
    clock: float = 0.06


CALM: Final = Rates(kill=0, overtaken=0, sheet=0, store=0, mail=0, amid=0, clock=0)


@dataclass(slots=True)
class Desk:
    """One worker's place: its configuration, and the process that is alive there, if one is."""

    config: Config
    steps: Steps
    worker: SimWorker | None = None
    now: datetime = _EVER
    """The moment of the pass that it does."""


class World:
    """Everything from one seed. `kind` is that of the tracker; `store_url` "" is a file in the folder."""

    def __init__(
        self,
        seed: int,
        folder: Path,
        *,
        kind: str = "memory",
        store_url: str = "",
        rates: Rates | None = None,
        make_worker: type[SimWorker] = SimWorker,
        orders: int = ORDERS,
    ) -> None:
        self.seed, self.folder, self.kind = seed, folder, kind
        self.rates = rates or Rates()
        self._make = make_worker
        self.zone, start = _STARTS[seed % len(_STARTS)]
        self.now = start.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
        self.holds = seed % 3 == 1
        self.figures = Figures(seeds=1)
        self.trace: list[str] = []
        self.post = Post()
        self._dice = {
            name: Random(f"{seed}/{name}") for name in ("people", "fate", "store", "mail")
        }
        self.people = People(self._dice["people"], self.moment, self.trace.append)
        self.oracle = Oracle(kind == "google")
        rows = self.people.first_rows(orders)
        self.ground = self._ground(rows)
        self.oracle.left(rows)
        self._lay_out(store_url)
        self._faults: Counter[str] = Counter()
        self._amid = self._overtake = ""
        self._passes = 0

    # -- building it ----------------------------------------------------------------------------

    def _ground(self, rows: Rows) -> Ground:
        match self.kind:
            case "excel":
                return ExcelGround(rows, self.zone, self.folder)
            case "google":
                return GoogleGround(rows, self.zone, self._seconds, self.wait)
            case _:
                return MemoryGround(rows, self.zone)

    def _lay_out(self, store_url: str) -> None:
        url = store_url or f"sqlite:///{self.folder / 'state.db'}"
        self.desks = [self._desk(name, url) for name in ("one", "two")]
        with open_store(self.desks[0].config, {}, self.now) as store:
            ref = place_of(self.desks[0].config)
            store.tracker("tracker.xlsx", ref, uuid="u" * 32, now=self.now)
            store.secret("message_id", _SECRET)

    def _desk(self, name: str, url: str) -> Desk:
        file = self.folder / name / "config.yaml"
        file.parent.mkdir()
        file.write_text(
            f"version: 1\ntracker: {self.ground.settings}, timezone: {self.zone}}}\n"
            f"google: {{login: none, api_url: 'http://127.0.0.1:1'}}\nrules: {ROOT / 'rules'}\nmail: {{mode: 'off'}}\nstore: {{url: '{url}'}}\n"
            f"worker: {{lease: {int(LEASE.total_seconds())}s}}\nguard: {{mails_share: 100%}}\n"
        )
        return Desk(load_config(file), Steps())

    # -- the clock ------------------------------------------------------------------------------

    def clock(self) -> datetime:
        """What every clock shows, aware UTC."""
        return self.now

    def _seconds(self) -> float:
        return self.now.timestamp()

    def wait(self, seconds: float) -> None:
        """Time passes while somebody waits."""
        self.now += timedelta(seconds=seconds)

    def moment(self) -> datetime:
        """The wall clock where the sheet is."""
        return self._local(self.now)

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    def time_passes(self) -> None:
        """Mostly minutes; sometimes the night, a laptop's sleep, or a clock that was set."""
        dice = self._dice["fate"]
        if dice.random() < self.rates.clock:
            hours = dice.choice((-3, -1, -0.1, 8, 20))
            self._fault("clock set back" if hours < 0 else "clock far ahead")
            self.now += timedelta(hours=hours)
        else:
            self.now += timedelta(minutes=dice.choice((2, 2, 2, 7, 45, 130)))
        self.trace.append(f"-- {self.now:%d %H:%M:%S}")

    # -- people ---------------------------------------------------------------------------------

    def people_visit(self) -> None:
        """A few acts, or none."""
        self.people_act(self._dice["people"].randrange(5))

    def people_notice(self) -> None:
        """The tracker is held: sooner or later somebody puts the sheet right."""
        if self._dice["people"].random() < 0.6:
            self.trace.append("people put it right")
            self.people_mend()

    def people_act(self, acts: int) -> None:
        """So many acts in a row, as one visit to the sheet."""
        if not acts:
            return
        self._look_over()
        rows = self.ground.rows()
        for _ in range(acts):
            self.people.act(rows)
        self._leave(rows)

    def people_mend(self) -> None:
        """Somebody notices what went wrong in the sheet, and puts it right."""
        self._look_over()
        rows = self.ground.rows()
        self.people.mend(rows)
        self._leave(rows)

    def _leave(self, rows: Rows) -> None:
        rows = [list(row) for row in rows]
        for row in rows:
            while row and row[-1] is None:
                row.pop()
        self.ground.put(rows)
        self.oracle.left(self.ground.rows())

    def _look_over(self) -> None:
        """The people look at their sheet: whatever they did not do, the worker did."""
        told = self.oracle.judge(self.ground.rows())
        self.trace.extend(f"written: {line}" for line in told)

    # -- workers --------------------------------------------------------------------------------

    def one_pass(
        self, *, rough: bool = True, kill: int | str = -1, fault: str = "", overtake: int = -1
    ) -> PassResult | str:
        """A pass in the process that lives, or in a fresh one; what came of it.

        What befalls it is in the dice (`rough`), or asked for: a kill at a step, a fault, another worker
        that takes the tracker over at a step.
        """
        rates = self.rates if rough else CALM
        self.figures.passes += 1
        self._prepare(rates)
        if fault:
            self._faults[fault], self._store_in = 1, 2
        if overtake >= 0:
            self._overtake = overtake
        silent, mails = not self.oracle.watched, len(self.post.arrivals)
        others = self.figures.overtaken
        try:
            outcome = self.live(self.desks[0], self._fate(rates) if kill == -1 else kill)
        finally:
            self.ground.calm()
            self._faults.clear()
        self._look_over()
        if silent and len(self.post.arrivals) > mails and self.figures.overtaken == others:
            self.broken("the first look has mailed")
        return outcome

    def _fate(self, rates: Rates) -> int | str:
        """Where the process is killed, -1 for nowhere."""
        dice = self._dice["fate"]
        if dice.random() >= rates.kill:
            return -1
        by_number: int | str = dice.randrange(70)
        return dice.choice((by_number, dice.choice(TENDER)))

    def live(self, place: Desk, kill: int | str = -1) -> PassResult | str:
        """One pass without any preparation, killed at its step of that number or name."""
        now = place.now = self.now.replace(microsecond=0)
        try:
            worker = place.worker or self._life(place)
            self._begin(worker.steps, kill)
            result = worker.run_pass(now)
        except Crash:
            self._note_decision(place.steps)
            self.figures.kills += 1
            self.trace.append(f"killed at {place.steps.names[-1]}")
            self._bury(place)
            return "killed"
        except SheetsyncError as problem:
            self.post.in_doubt(place.steps)  # the store did not take what became of a mail
            self.trace.append(f"trouble: {type(problem).__name__}")
            self._judge_late(place.steps)
            return type(problem).__name__
        self._tell(result)
        self._judge_late(place.steps)
        return result

    def end(self) -> None:
        """Every process ends."""
        for place in self.desks:
            self._bury(place)

    def _life(self, place: Desk) -> SimWorker:
        steps = place.steps = Steps(between=lambda name: self._between(place, name))
        store = open_store(place.config, {}, self.now, place.config.folder / "state" / "backups")
        around = Surroundings(
            clock=self.clock, wait=self.wait, tracker=self.ground.tracker,
            way=lambda own: Way(self.post, own, self._mail_fault),
            read_fault=self._read_fault, was_read=lambda: self._was_read(place), meant=self._meant,
            holds=self.holds,
        )  # fmt: skip
        watching = watched(store, steps, self._store_fault)
        place.worker = self._make(place.config, watching, steps=steps, around=around)
        return place.worker

    @staticmethod
    def _begin(steps: Steps, kill: int | str) -> None:
        steps.names.clear()
        steps.worlds.clear()
        steps.kill_at = kill if isinstance(kill, int) else -1
        steps.kill_name = kill if isinstance(kill, str) else ""
        steps.decided = False

    def _bury(self, place: Desk) -> None:
        self.post.in_doubt(place.steps)
        if place.worker is not None:
            with suppress(Crash):
                place.worker.close()
        place.worker = None

    # -- what befalls a pass --------------------------------------------------------------------

    def _prepare(self, rates: Rates) -> None:
        dice = self._dice["fate"]
        self._amid = dice.choice(sorted(_GAPS)) if dice.random() < rates.amid else ""
        self._overtake = -1
        if dice.random() < rates.overtaken:
            self._overtake = dice.randrange(60)
        if dice.random() < rates.sheet:
            kind = dice.choice((SHORT, AWAY if self.kind != "google" else SHORT, "", ""))
            if kind:
                self._faults[kind] = 1
            else:
                self._fault(self.ground.trouble(dice))
        if dice.random() < rates.store:
            self._faults[dice.choice((IN_USE, FULL))] = 1
            self._store_in = self._dice["store"].randrange(12)
        self._mail_rate = rates.mail

    def _note_decision(self, steps: Steps) -> None:
        """Tell the oracle when a pass has kept what it decided."""
        if not steps.decided and steps.names[-len(_COMMIT) :] == _COMMIT:
            steps.decided = True
            self.oracle.was_decided()

    def _between(self, place: Desk, name: str) -> None:
        self._note_decision(place.steps)
        if self._amid and name == self._amid:
            self._amid = ""
            self.people_act(self._dice["people"].randrange(1, 4))
        late = len(place.steps.names) > self._overtake >= 0 and "pass: read" in place.steps.names
        if late and place is self.desks[0] and name not in {"store: commit", "wire: answered"}:
            self._overtake = -1
            self._take_over(place, name)

    def _take_over(self, place: Desk, name: str) -> None:
        """This worker stands still for longer than its lease, and another one does a whole pass."""
        self.trace.append(f"stopped at {name}")
        self.now += LEASE + timedelta(seconds=1)
        other = self.desks[1]
        result = self.live(other)
        self._look_over()
        if isinstance(result, PassResult) and result.outcome not in ("skipped", "deferred"):
            self.figures.overtaken += 1
            self.post.in_doubt(place.steps)
            place.steps.stand_still(name)

    def _judge_late(self, steps: Steps) -> None:
        """One that was overtaken ends its lease, which is lost, and finishes what was under way: no more."""
        if steps.overtaken and len(steps.late) > 1 + (3 if steps.under_way else 0):
            self.broken(f"overtaken at {steps.stopped_at}, and did nevertheless: {steps.late}")
        steps.overtaken = False
        steps.late.clear()

    def _store_fault(self) -> str:
        kind = next((k for k in (IN_USE, FULL) if self._faults[k]), "")
        if not kind:
            return ""
        self._store_in -= 1
        if self._store_in >= 0:
            return ""
        self._faults[kind] -= 1
        self._fault(kind)
        return kind

    def _read_fault(self) -> str:
        for kind in (SHORT, AWAY):
            if self._faults[kind]:
                self._faults[kind] -= 1
                self._fault(kind)
                return kind
        return ""

    def _mail_fault(self) -> str:
        dice = self._dice["mail"]
        kind = next((kind for kind in FAULTS if self._faults[kind]), "")
        if not kind and dice.random() >= self._mail_rate:
            return ""
        kind = kind or dice.choice(FAULTS)
        self._faults[kind] = 0
        self._fault(kind)
        return kind

    def _fault(self, kind: str) -> None:
        self.figures.faults[kind] += 1
        self.trace.append(f"fault: {kind}")

    def _was_read(self, place: Desk) -> None:
        self.oracle.was_read(self.ground.rows(), self._local(place.now))

    def _meant(self, batch: WriteBatch) -> None:
        for order, key, new in zip(
            *(batch.changes[name] for name in ("order_id", "column", "new")), strict=True
        ):
            value: Any = serial(new.to_pydatetime()) if hasattr(new, "to_pydatetime") else new
            if isinstance(value, datetime):
                value = serial(value)
            self.oracle.meant[str(order), TITLES[key]].append(None if value == "" else value)

    # -- telling --------------------------------------------------------------------------------

    def broken(self, words: str) -> None:
        """A promise was broken."""
        self.oracle.broken.append(words)

    def _tell(self, result: PassResult) -> None:
        self.trace.append(f"{result.outcome}, {result.cells} cells {result.problem}".rstrip())
        if result.plan is not None:
            digest = sha256(plan_json(result.plan).encode("utf-8", "surrogatepass")).hexdigest()
            self.trace.append(f"plan {digest[:16]}")
            self.trace += [f"planned: {line}" for line in map(str, lines_of(result.plan.changes))]
            self.trace += [f"due: {n.key} {n.recipient}" for n in result.plan.notices]
        if result.delivery is not None:
            self.trace += [
                f"mail {line.row_id} to {line.recipient}: {line.state} {line.detail}"
                for line in result.delivery.lines
            ]
