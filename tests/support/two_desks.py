"""Two workers over one workbook and one store, each with a configuration and a state folder of its own.

As on two machines: the lock file of one does not hold the other, so only the lease stands between them.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

from sheetsync.worker.daemon import Daemon
from sheetsync.worker.log import WorkerLog
from sheetsync.worker.workshop import Workshop
from tests.support.postgres import PostgresServer
from tests.support.shop import Shop

LEASE = 300
SPEED = 20


class TwoDesks:
    """A shop whose orders were looked at before, with ticks to stamp and two mails due at 12:13.

    `desks` are the two configuration files. `busy` puts everything back to that moment.
    """

    def __init__(self, folder: Path, server: PostgresServer | None, *, lease: int = LEASE) -> None:
        self.folder, self._server, self._lease = folder, server, lease
        self.shop = Shop(folder / "shop")
        self.desks = [self._desk(name) for name in ("one", "two")]
        self._work_until_noon()
        self._snapshot = folder.with_name(f"{folder.name}-busy")
        shutil.copytree(folder, self._snapshot)

    def _desk(self, name: str) -> Path:
        config = self.folder / name / "config.yaml"
        config.parent.mkdir()
        return config

    def _configure(self, store: str) -> None:
        self.store_url = store
        for config in self.desks:
            config.write_text(
                "version: 1\n"
                f"tracker: {{path: {self.shop.workbook}, timezone: {self.shop.timezone}, stable_seconds: 0}}\n"
                f"rules: {self.shop.rules}\nmail: {{mode: folder, folder: {self.shop.mail_folder}}}\n"
                f"store: {{url: '{store}'}}\nworker: {{every: 10s, lease: {self._lease}s}}\n"
            )

    def _work_until_noon(self) -> None:
        if self._server is not None:
            self._server.run("DROP DATABASE IF EXISTS busy", "CREATE DATABASE busy TEMPLATE empty")
            self._configure(self._server.url("busy"))
        else:
            self._configure(f"sqlite:///{self.folder / 'state.db'}")
        shop = self.shop
        shop.config = self.desks[0]
        shop.add({"order_id": "#SP-1", "allocated": "✓"}, {"order_id": "#SP-2", "priority": "Bulk"})
        shop.look(shop.at("08:10"))
        shop.type_in("#SP-1", picked="✓", notes="Fragile!")
        shop.look(shop.at("08:12"))
        shop.type_in("#SP-2", allocated="✓", notes="=not a formula")

    def busy(self) -> None:
        """Put folders, store and clock back."""
        shutil.rmtree(self.folder)
        shutil.copytree(self._snapshot, self.folder)
        if self._server is not None:
            if not self.store_url.startswith(self._server.url("busy")):
                self._server.drop(self.store_url)
            self._configure(self._server.new_database("busy"))
        self.shop.now = self.shop.at("12:13")

    def workshop(self, desk: int, step: Callable[[str], None] = lambda _name: None) -> Workshop:
        """A worker at one of the desks, at the shop's clock; close it."""
        self.shop.config = self.desks[desk]
        return self.shop.workshop(step)

    def daemon(self, desk: int, log: Path, *, stop_at: str = "") -> int:
        """A daemon at one of the desks in a process of its own; its number.

        Its clock goes on from the shop's, SPEED times as fast. It stops itself once, as by SIGSTOP, at
        the step `stop_at`.
        """
        began, start = time.monotonic(), self.shop.now
        child = os.fork()
        if child:
            return child
        try:
            with log.open("w") as lines:
                os._exit(_watch(self.desks[desk], _fast(began, start), stop_at, lines))
        finally:
            os._exit(70)


class _QuickWorkshop(Workshop):
    every = timedelta(seconds=0.2)


def _watch(config: Path, clock: Callable[[], datetime], stop_at: str, lines: TextIO) -> int:
    stops = [stop_at]

    def step(name: str) -> None:
        if name in stops:
            stops.clear()
            os.kill(os.getpid(), signal.SIGSTOP)

    workshop = _QuickWorkshop.open(
        config, clock=clock, wait=lambda _seconds: None, environment={}, step=step,
        kpi_every=timedelta(days=40),
    )  # fmt: skip
    with workshop, workshop.alone():
        return Daemon(job=workshop, log=WorkerLog(workshop.name, "json", lines), clock=clock).run()


def _fast(began: float, start: datetime) -> Callable[[], datetime]:
    def clock() -> datetime:
        return start + timedelta(seconds=int((time.monotonic() - began) * SPEED))

    return clock
