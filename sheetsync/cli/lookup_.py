"""`sheetsync lookup`: the answer to a service call, from the store alone, and a line about the call."""

from __future__ import annotations

from pathlib import Path

import click

from sheetsync.cli.lookup_view import found_json, show_found
from sheetsync.cli.options import config_option
from sheetsync.cli.output import counted, out, plain
from sheetsync.cli.who import who_asks
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.domain.followups.model import CHANNELS, PHONE
from sheetsync.errors import UsageError
from sheetsync.worker.looking_up import close_tasks, log_call, look_up


@click.command("lookup", short_help="answer a customer's call about an order, and log it")
@click.argument("wanted", metavar="ORDER|CUSTOMER|TRACKING", nargs=-1, required=True)
@config_option
@click.option("--log", "text", metavar="TEXT", help="Keep what was said in the call.")
@click.option("--channel", type=click.Choice(CHANNELS), default=PHONE, show_default=True)
@click.option(
    "--direction", type=click.Choice(["in", "out"]), default="in", show_default=True,
    help="in: the customer came to us; out: we to the customer.",
)  # fmt: skip
@click.option("--who", "who", metavar="NAME", help="Who had the call, if not you.")
@click.option("--done", is_flag=True, help="What was to be done about the order is done.")
@click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def command(
    wanted: tuple[str, ...], config_path: Path, text: str | None, channel: str, direction: str,
    who: str | None, style: str, *, done: bool,
) -> None:  # fmt: skip
    """Tell what a caller wants to know: status, SLA, dates, courier, what was told, what is open.

    The order is found by its Order ID or the end of it, by its tracking number, or by the customer's name or
    address. The sheet is not read and nothing is asked for over the network: the answer is as the
    last pass left it, and says how old that is. With --log the call is kept, and shown in the tracker.
    """
    with open_workshop(config_path) as workshop:
        now = wall_clock()
        found = look_up(workshop, " ".join(wanted), now)
        name, closed = who or who_asks(), 0
        if text is not None or done:
            if found.answer is None:
                raise UsageError(
                    f"“{found.wanted}” may mean {counted(len(found.hits), 'order')}. Say which one, by its Order ID."
                )
            order = found.answer.order_id
            if text is not None:
                log_call(workshop, order, text, channel, direction, name, now)
            closed = close_tasks(workshop, order, name, now) if done else 0
            found = look_up(workshop, order, now)
        timezone = workshop.timezone
    if style == "json":
        plain(found_json(found, now))
        return
    show_found(found, timezone, now)
    if done:
        out.print(f"Done: {counted(closed, 'task')}." if closed else "Nothing was open to be done.")
