"""`sheetsync run`: the daemon."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

from sheetsync.cli.options import config_option
from sheetsync.worker.daemon import Daemon, wall_clock
from sheetsync.worker.log import WorkerLog
from sheetsync.worker.workshop import Workshop


@click.command("run", short_help="do a pass every minute or two")
@config_option
@click.option("--log", "style", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="Log lines for people, or one JSON object a line.")  # fmt: skip
@click.option("--once", is_flag=True, help="Do one pass and end: for a timer of your system.")
def command(config_path: Path, style: str, once: bool) -> int:
    """Watch the tracker: a pass every `worker.every`, until told to stop.

    SIGTERM or Ctrl-C finishes the pass under way; a second one ends at once. SIGHUP reads the
    configuration and the rules anew; a broken file is told, and the old one stays in force. A second
    sheetsync with this configuration is refused with exit code 75; one on another machine, over the same
    store, skips while this one is at work. After trouble it tries again, at first after seconds, at the
    latest after a quarter of an hour.
    """
    workshop = Workshop.open(config_path, clock=wall_clock, wait=time.sleep, environment=os.environ)
    with workshop, workshop.alone():
        workshop.rules(wall_clock())  # a first start with broken rules refuses to run
        if not once:
            workshop.read_long_feeds_beside()
        log = WorkerLog(workshop.name, "json" if style == "json" else "text")
        return Daemon(job=workshop, log=log).run(passes=1 if once else None)
