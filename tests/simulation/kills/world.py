"""One world: a sheet, people, a mail server, and workers that are killed one after the other."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from random import Random
from typing import Any, Final

from tests.sheets_server.answers import Answer, Call, NoAnswer
from tests.sheets_server.http_server import start
from tests.sheets_server.service import SheetsService
from tests.simulation.kills.aims import (
    ARRIVED,
    CARRIED_OUT,
    MOMENT,
    PASS_DONE,
    PAUSED,
    VANISHES,
    Aim,
    Trigger,
)
from tests.simulation.kills.mailbox import Mailbox, mail_server
from tests.simulation.kills.oracle import SheetOracle
from tests.simulation.kills.peek import journal_is_open
from tests.simulation.kills.people import People
from tests.simulation.kills.shop_rules import set_up, zone_of_noon
from tests.simulation.kills.workers import Fresh, Warm, Worker
from tests.support.google_sheets import Served
from tests.support.google_shop import GoogleShop

_PAUSE: Final = (0.02, 0.16)
"""Seconds between two acts of the people."""
GAP: Final = 0.3
"""How often somebody acts in the midst of a request."""
_PATIENCE: Final = 60.0
_LONGEST: Final = 10.0
"""Seconds after which a worker is killed whose aim does not come."""
_SPANS: Final = {False: 0.7, True: 2.5}
"""How long a worker takes for its first pass, at first: one that was forked, one that Python starts for."""
_NEWS: Final = 0.5


@dataclass(slots=True)
class Life:
    """What became of one worker. `start` is when it started, by a steady clock."""

    aim: Aim | None
    start: float = field(default_factory=time.monotonic)
    killed: bool = False
    began: int = 0
    finished: int = 0
    writes: list[int] = field(default_factory=list)
    """How many requests of each pass wrote, the last one last."""
    troubles: list[str] = field(default_factory=list)


class World:
    """Opened by `world`; `live` lets a worker live and die, `finish` lets the last one come to rest."""

    def __init__(
        self,
        seed: int,
        shop: GoogleShop,
        zone: tzinfo,
        *,
        mailbox: Mailbox,
        warm: Warm,
        store: str,
        plant: str,
        gap: float,
    ) -> None:
        self.seed, self.shop, self.mailbox = seed, shop, mailbox
        self._warm, self._plant, self._gap = warm, plant, gap
        self.store = store or str(shop.folder / "state.db")
        """Where the store is: a file, or the address of a database."""
        self.trigger = Trigger()
        self.service: SheetsService = shop.server.service
        self._stood: dict[tuple[str, str], Any] = {}
        self.diary: list[str] = []
        """What happened, as it happened; for whoever looks for the cause of something broken."""
        self.said = ""
        """All that the workers logged."""
        self.people = People(shop.person, seed, now, zone, self._note)
        self.oracle = SheetOracle(shop.book, self.people.truth, zone)
        self.lives: list[Life] = []
        self._gaps = Random(f"{seed}/gaps")
        self._log = shop.folder.parent / "worker.log"
        self._resting, self._home = threading.Event(), threading.Event()
        self._ended = threading.Event()
        self._nudge = True
        self._number = 0
        self._spans = dict(_SPANS)
        mailbox.reached = self.trigger.reached
        self.service.before.append(self._before)
        self.service.after_apply.append(self._after)

    def _note(self, words: str) -> None:
        self.diary.append(f"{now():%H:%M:%S.%f} {words}")

    # -- the servers' threads -----------------------------------------------------------------------

    def page(self, method: str, path: str, query: str, body: bytes) -> Answer | None:
        """The monitor that a worker calls before and after each pass."""
        del method, query, body
        if not path.startswith("/ping") or not self.lives:
            return None
        life = self.lives[-1]
        self._note(f"worker {len(self.lives) - 1}: {path}")
        if path == "/ping/start":
            life.began += 1
            life.writes.append(0)
        else:
            self._pass_ended(life, well=path == "/ping")
        return Answer(200, {}, b"")

    def _pass_ended(self, life: Life, *, well: bool) -> None:
        if well:
            with self.service.lock:
                self._took(life, time.monotonic() - life.start)
                life.finished += 1
                self.people.passed()
                if not journal_is_open(self.store):
                    self._judge(self.oracle.after_a_pass)
        if not self.trigger.reached(PASS_DONE) and self._nudge and self._number:
            with suppress(ProcessLookupError):  # killed in this very moment
                os.kill(self._number, signal.SIGHUP)
        self._ended.set()

    def judge_the_end(self) -> None:
        """Everybody is quiet: everything must be right."""
        self._judge(lambda: self.oracle.in_the_end(now()))

    def _judge(self, look: Callable[[], None]) -> None:
        before = set(self.oracle.found)
        look()
        for finding in self.oracle.found - before:
            self._note(f"BROKEN {finding}")

    def _took(self, life: Life, seconds: float) -> None:
        """A pass was done: where it was the worker's first, the next moments are drawn from how long it took."""
        if not life.finished:
            fresh = life.aim is not None and life.aim.fresh
            self._spans[fresh] += _NEWS * (seconds - self._spans[fresh])

    def _before(self, call: Call) -> None:
        if call.kind == "write" and self.lives[-1].writes:
            self.lives[-1].writes[-1] += 1
        self._in_a_gap()
        self._note(f"worker {len(self.lives) - 1} asks {call.name}")
        self._stood = self.oracle.cells() if call.kind == "write" else {}
        self.trigger.reached(ARRIVED)
        if self.trigger.reached(VANISHES):
            raise NoAnswer("reset")

    def _after(self, call: Call) -> None:
        self._note(f"worker {len(self.lives) - 1} was answered {call.name}")
        if call.kind == "write":
            self._note_changes()
        self._in_a_gap()
        self.trigger.reached(CARRIED_OUT)
        self.trigger.reached(PAUSED)

    def _note_changes(self) -> None:
        """What a write came to, order by order."""
        stands = self.oracle.cells()
        for (order_id, heading), value in stands.items():
            before = self._stood.get((order_id, heading))
            if before != value:
                self._note(f"  {order_id} {heading}: {before!r} -> {value!r}")

    def _in_a_gap(self) -> None:
        if not self._resting.is_set() and self._gaps.random() < self._gap:
            self.people.act()

    def bustle(self) -> None:
        """What the people do on their own, in a thread, until they go home."""
        dice = Random(f"{self.seed}/pauses")
        while not self._home.wait(dice.uniform(*_PAUSE) * max(1.0, self._slowness)):
            if not self._resting.is_set():
                with self.service.lock:
                    self.people.act()

    @property
    def _slowness(self) -> float:
        """How many times longer a pass takes here than on a machine with nothing else to do."""
        return self._spans[False] / _SPANS[False]

    def rest(self) -> None:
        """People take a break."""
        with self.service.lock:
            self._resting.set()

    def work(self) -> None:
        """People go on."""
        self._resting.clear()

    def go_home(self) -> None:
        """People leave."""
        self.rest()
        self._home.set()

    # -- lives --------------------------------------------------------------------------------------

    def live(self, aim: Aim) -> Life:
        """A worker lives until it is killed by this aim."""
        life, worker = self._start(aim)
        span = self._spans[aim.fresh] * aim.share
        self.trigger.fired.wait(span if aim.point == MOMENT else _LONGEST)
        self.trigger.kill(worker.number)
        self._note(f"worker {len(self.lives) - 1} was killed {aim}")
        self._end(life, worker, -signal.SIGKILL)
        life.killed = True
        return life

    def finish(self, *, passes: int) -> Life:
        """A worker does so many passes well, with nobody disturbing it, and is told to stop."""
        self._nudge = False
        self._note("a worker may finish")
        life, worker = self._start(None)
        for _ in range(passes):
            if not self._ended.wait(_PATIENCE):
                break
            self._ended.clear()
            if life.finished < passes:
                _tell(worker, signal.SIGHUP)
        if life.finished < passes:
            life.troubles.append(f"only {life.finished} of {passes} passes came to a good end")
        _tell(worker, signal.SIGTERM)
        self._end(life, worker, 0)
        self._nudge = True
        return life

    def check(self) -> str:
        """What `sheetsync state check` finds wrong with the store, "" for nothing."""
        self._log.write_bytes(b"")
        return self._log.read_text() if self._warm.check(self.shop.config, self._log) else ""

    def _start(self, aim: Aim | None) -> tuple[Life, Worker]:
        life = Life(aim)
        self.mailbox.life = len(self.lives)
        self.lives.append(life)
        self._number = 0
        self._ended.clear()
        self.trigger.aim(aim)
        if aim is not None and aim.wants_mail and not self._resting.is_set():
            with self.service.lock:
                self.people.be_late()
                self.people.be_late()
        self._log.write_bytes(b"")
        if aim is not None and aim.fresh:
            worker: Worker = Fresh(self.shop.config, self._log)
        else:
            worker = self._warm.start(self.shop.config, self._log, self._plant)
        self._number = worker.number
        self.trigger.at(worker.number)
        return life, worker

    def _end(self, life: Life, worker: Worker, expected: int) -> None:
        try:
            code = worker.wait(_PATIENCE)
        except TimeoutError:
            os.kill(worker.number, signal.SIGKILL)
            code = worker.wait(_PATIENCE)
            life.troubles.append("it did not end")
        self._number = 0
        if code != expected:
            life.troubles.append(f"it ended with {code}: {self._log.read_text()[-2000:]}")
        log = self._log.read_text()
        life.troubles += troubles(log)
        self.said += log

    def kills(self) -> Counter[str]:
        """How many workers were killed, by what they were aimed at."""
        return Counter(
            f"killed {life.aim.point}" for life in self.lives if life.killed and life.aim
        )


def _tell(worker: Worker, what: signal.Signals) -> None:
    """Send a signal; why a worker is gone already is told by how it ended."""
    with suppress(ProcessLookupError):
        os.kill(worker.number, what)


def troubles(log: str) -> list[str]:
    """What a worker's log tells of that must not happen: everything but passes, waits and signals."""
    said = []
    for line in log.splitlines():
        if not line.startswith("{"):
            said.append(line)
            continue
        try:
            event = json.loads(line)
        except json.JSONDecodeError:  # cut off by the kill
            continue
        if event["event"] in ("failed", "defect", "heartbeat", "skipped") or event.get(
            "outcome"
        ) in ("deferred", "held", "failed", "skipped"):
            said.append(f"{event['event']}: {event['message']}")
    return said


def now() -> datetime:
    """The clock on the wall."""
    return datetime.now(tz=UTC)


@contextmanager
def world(
    folder: Path, seed: int, *, store: str = "", plant: str = "", gap: float = GAP
) -> Iterator[World]:
    """A shop at its first opening, with its servers and people; `store` is a database's address."""
    zone_name, zone = zone_of_noon(now())
    service = SheetsService()
    mailbox = Mailbox(lambda _point: False)
    made: list[World] = []

    def page(*request: Any) -> Answer | None:
        return made[0].page(*request) if made else None

    with ExitStack() as stack:
        warm = stack.enter_context(closing(Warm()))
        port = stack.enter_context(mail_server(mailbox))
        server = stack.enter_context(start(service, pages=page))
        shop = GoogleShop(
            folder / "shop", Served(service, server.url), timezone=zone_name,
            sheet_timezone=zone_name,
            google="login: none, reads_per_minute: 300, writes_per_minute: 300",
        )  # fmt: skip
        (shop.folder / "state.db").unlink(missing_ok=True)  # the first worker makes its store
        set_up(shop, port=port, store=store)
        made.append(
            World(seed, shop, zone, mailbox=mailbox, warm=warm, store=store, plant=plant, gap=gap)
        )
        made[0].people.open_shop()
        made[0].rest()
        thread = threading.Thread(target=made[0].bustle, daemon=True)
        thread.start()
        try:
            yield made[0]
        finally:
            made[0].go_home()
            thread.join()
