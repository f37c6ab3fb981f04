"""The answer to a service call laid out: what one says first stands first; and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from sheetsync.cli.output import counted, out
from sheetsync.domain.followups.model import PHONE, FollowUp
from sheetsync.domain.lookup import Answer, Line, Said
from sheetsync.domain.lookup.ages import ago
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.texts import quoted
from sheetsync.domain.wording import moment_words
from sheetsync.worker.looking_up import MOST_LISTED, Found

_COLOUR: Final = {"good": "green", "near": "yellow", "bad": "bold red", "": ""}
_LAST: Final = 6
"""Messages and calls that are told; the others are counted."""


def show_found(found: Found, timezone: str, now: datetime) -> None:
    """Print the answer, or the orders that may be meant."""
    if found.answer is None:
        _show_hits(found)
        return
    told = found.answer
    out.print(
        Text.assemble((told.order_id, "bold"), "   ", (told.headline, _COLOUR[told.tone] or "bold"))
    )
    out.print(Text(told.age, style="yellow" if told.is_old else "dim"))
    out.print()
    out.print(_facts(told.lines))
    _section("To look at", [Text(problem, style="yellow") for problem in told.problems])
    _section("To do", [_task(task, timezone, now) for task in told.tasks])
    _messages(told.told, timezone, now, silent=found.silent)
    if told.said:
        lines = [_call(said, timezone, now) for said in told.said[-_LAST:]]
        _section(_titled("Calls and notes", len(told.said)), lines)


def found_json(found: Found, now: datetime) -> str:
    """The same as data; moments are UTC."""
    told = found.answer
    data: dict[str, Any] = {"wanted": found.wanted, "asked_at": now.isoformat()}
    if told is None:
        data["orders"] = [
            {"order_id": hit.order_id, "found_by": hit.by, "archived": hit.archived,
             "status": hit.cells.get("status", ""), "customer": hit.cells.get("customer", "")}
            for hit in found.hits
        ]  # fmt: skip
    else:
        data |= {"found_by": found.hits[0].by, "order": _data(told)}
    return json.dumps(data, ensure_ascii=False, indent=2, default=_iso)


def _data(told: Answer) -> dict[str, Any]:
    facts = {line.label.lower(): {"text": line.text, "beside": line.beside} for line in told.lines}
    return {
        "order_id": told.order_id, "status": told.headline, "as_of": told.age, "is_old": told.is_old,
        "facts": facts, "problems": list(told.problems), "told": [asdict(each) for each in told.told],
        "tasks": [asdict(each) for each in told.tasks], "said": [asdict(each) for each in told.said],
    }  # fmt: skip


def _iso(value: datetime) -> str:
    return value.isoformat()


def _facts(lines: Iterable[Line]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for line in lines:
        words = Text(line.text, style=_COLOUR[line.tone])
        if line.beside:
            words.append(f"   {line.beside}", style="dim")
        table.add_row(f"  {line.label}", words)
    return table


def _messages(told: Sequence[Said], timezone: str, now: datetime, *, silent: bool) -> None:
    if told:
        lines = [_message(each, timezone, now) for each in told[-_LAST:]]
        _section(_titled("The customer was told", len(told)), lines)
    elif silent:
        words = "Nothing by sheetsync: notifications.yaml writes to nobody."
        _section("The customer was told", [Text(words, style="dim")])
    else:
        _section("The customer was told", [Text("Nothing yet.", style="dim")])


def _titled(title: str, count: int) -> str:
    return f"{title} (the last {_LAST} of {count})" if count > _LAST else title


def _section(title: str, lines: Sequence[Text]) -> None:
    if not lines:
        return
    out.print()
    out.print(Text(title, style="bold underline"))
    for line in lines:
        table = Table.grid()
        table.add_column(width=2)
        table.add_column(overflow="fold")
        table.add_row("", line)
        out.print(table)


def _message(said: Said, timezone: str, now: datetime) -> Text:
    way = f"by {said.channel}{f' to {said.to}' if said.to else ''}"
    text = Text.assemble(
        (_when(said.at, timezone), "dim"), "  ", (said.about, "bold"), f": {said.state}, {way}",
        (f"  {ago(said.at, now)}", "dim"),
    )  # fmt: skip
    if said.why:
        text.append(f"  ({quoted(said.why, 200)[1:-1]})", style="yellow")
    return text


def _task(task: FollowUp, timezone: str, now: datetime) -> Text:
    kind = "Call: " if task.channel == PHONE else ""
    due = f"  due {ago(task.due_at, now)}" if task.due_at is not None else ""
    since = f"  open since {_when(task.at, timezone)}"
    late = task.due_at is not None and task.due_at < now
    words = f"{kind}{quoted(task.text, 300)[1:-1]}"
    return Text.assemble(words, (f"{due}{since}", "bold red" if late else "dim"))


def _call(said: FollowUp, timezone: str, now: datetime) -> Text:
    way = "from" if said.direction == "in" else "to"
    head = f"{said.channel.replace('_', ' ').capitalize()} {way} the customer, {said.who}: "
    return Text.assemble(
        (_when(said.at, timezone), "dim"), "  ", head, quoted(said.text, 600),
        (f"  {ago(said.at, now)}", "dim"),
    )  # fmt: skip


def _when(moment: datetime, timezone: str) -> str:
    return moment_words(scalar_to_local(moment, timezone))


def _show_hits(found: Found) -> None:
    out.print(f"“{found.wanted}” may mean {counted(len(found.hits), 'order')}:")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("  Order", "Status", "Customer", "Ordered", "Tracking"):
        table.add_column(heading, overflow="fold")
    for hit in found.hits[:MOST_LISTED]:
        cells = [hit.cells.get(key, "") for key in ("status", "customer", "ordered_at", "tracking")]
        cells[2] = cells[2].removesuffix(":00").removesuffix(" 00:00")
        status = "archived" if hit.archived else _cell(cells[0])
        table.add_row(f"  {hit.order_id}", status, *(_cell(cell) for cell in cells[1:]))
    out.print(table)
    if len(found.hits) > MOST_LISTED:
        out.print(f"... and {len(found.hits) - MOST_LISTED} more. Say a little more.", style="dim")
    out.print("Look one of them up by its Order ID.", style="dim")


def _cell(text: str) -> Text:
    return Text(quoted(text, 60)[1:-1] if text else "")
