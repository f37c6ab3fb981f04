"""The escalation matrix, and who would be told tonight, laid out for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import groupby

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sheetsync.cli.output import counted, out
from sheetsync.domain.escalation.people import TO_YOU, role_words
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.rehearsal.ahead import Ahead, Telling
from sheetsync.domain.rules import Level, Trigger
from sheetsync.domain.texts import both
from sheetsync.domain.wording import moment_words
from sheetsync.worker.who import Matrix

_WAYS = {"email": "mail", "email_digest": "digest", "cell": "cell"}
_LOUD = {"nobody": "bold red", "held back": "yellow", "cell": "dim"}


def show_ahead(ahead: Ahead, timezone: str) -> None:
    """Who would be told: one table, in the order in which it leaves."""
    start, end = (_moment(at, timezone) for at in (ahead.start, ahead.end))
    out.print(
        Text.assemble(
            ("Who would be told", "bold"), f" from {start} to {end}, if nobody did anything"
        )
    )
    if ahead.first_look:
        out.print(
            "A first look comes first: what is late already is recorded, and nobody is told of it."
        )
    if ahead.tellings:
        out.print()
        out.print(_ahead_table(ahead.tellings, timezone))
        orders = len({each.order_id for each in ahead.tellings})
        people = len({each.address for each in ahead.tellings if each.address})
        out.print(
            f"{counted(ahead.mails, 'mail')} to {counted(people, 'person', 'people')} about "
            f"{counted(orders, 'order')}."
        )
    else:
        out.print("Nobody.")
    if ahead.covered < ahead.end:
        out.print(
            f"After {_moment(ahead.covered, timezone)} nothing was looked at: too much changes till then."
        )
    _remarks([*_notes(ahead.tellings), *ahead.remarks])
    out.print(Text("Nothing was written or sent.", style="dim"))


def _ahead_table(tellings: Sequence[Telling], timezone: str) -> Table:
    table = _table("When", "Level", "Order", "Why", "Who", "How")
    when_before, about_before = "", None
    for each in tellings:
        when, about = (
            _moment(each.leaves, timezone),
            (each.leaves, each.level, each.order_id, each.what),
        )
        same = about == about_before
        level = f"{each.level}" + (f", again ({each.repeat})" if each.repeat else "")
        why = Text.assemble(each.what, "\n", (_lines_named(each.sources), "dim"))
        how = f"{each.way}, critical" if each.critical else each.way
        table.add_row(
            Text("" if when == when_before else when), "" if same else level,
            Text("" if same else each.order_id), Text("") if same else why, _who(each),
            Text(how, style="bold red" if each.critical else _LOUD.get(each.way, "")),
        )  # fmt: skip
        when_before, about_before = when, about
    return table


def _lines_named(sources: Sequence[str]) -> str:
    """`sla.yaml:24, escalation.yaml:41 and 25`: a file is named once."""
    named: dict[str, list[str]] = {}
    for source in sources:
        file, _, line = source.rpartition(":")
        named.setdefault(file, []).append(line)
    return ", ".join(f"{file}:{both(lines)}" for file, lines in named.items())


def _who(telling: Telling) -> Text:
    if telling.way == "cell":
        return Text("the row itself", style="dim")
    if not telling.address:
        return Text("nobody is named", style="bold red")
    star = " *" if telling.note else ""
    return Text.assemble(telling.name + star, "\n", (telling.address, "dim"))


def _notes(tellings: Sequence[Telling]) -> list[str]:
    """Why something comes to somebody else, each reason once with its orders."""
    noted = sorted({(each.note, each.order_id) for each in tellings if each.note})
    return [
        f"* {', '.join(order for _, order in orders)}: {note.removesuffix(TO_YOU)}"
        for note, orders in groupby(noted, key=lambda pair: pair[0])
    ]


def show_matrix(matrix: Matrix) -> None:
    """Which conditions lead where, and each policy's levels with their people."""
    table = _table("Policy", "Level", "After", "Who", "How", "Again", "Line")
    for policy in matrix.rules.policies.values():
        for place, level in enumerate(policy.levels):
            table.add_row(
                Text(policy.id if not place else ""), str(level.level), after_words(level.after),
                _people(level.who, matrix), ", ".join(_WAYS[way] for way in level.how),
                _again(level), Text(str(level.source), style="dim"),
            )  # fmt: skip
    out.print(Text("The escalation matrix", style="bold"))
    out.print()
    out.print(table)
    out.print()
    rules = _table("Orders of line", "use", "from level", "and")
    for rule in matrix.rules.rules:
        more = [*(["critical: at any hour, apart"] if rule.critical else []),
                *([f"also {', '.join(map(role_words, rule.also))}"] if rule.also else [])]  # fmt: skip
        rules.add_row(str(rule.source), rule.use, str(rule.start_at_level), "; ".join(more))
    out.print(rules)
    _remarks(matrix.remarks)


def _people(names: Sequence[str], matrix: Matrix) -> Text:
    lines = [Text.assemble(role_words(name), " ", (matrix.who(name), "dim")) for name in names]
    return Text("\n").join(lines)


def after_words(after: Trigger) -> str:
    """`at risk`, `breach + 2h`, `4h after the exception`."""
    if after.event == "raised":
        return f"{after.plus.text} after the exception" if after.plus.seconds else "the exception"
    plus = f" + {after.plus.text}" if after.plus.text else ""
    return f"{after.event.replace('_', ' ')}{plus}"


def _again(level: Level) -> str:
    if level.repeat_every is None:
        return ""
    return f"every {level.repeat_every.text}, {level.repeat_at_most} times at most"


def ahead_json(ahead: Ahead) -> str:
    """The whole answer as JSON, moments in UTC."""
    return json.dumps(asdict(ahead), ensure_ascii=False, indent=2, default=_iso)


def matrix_json(matrix: Matrix) -> str:
    """The matrix as JSON: policies, levels and people."""
    policies = {
        name: [
            {
                "level": level.level, "after": after_words(level.after), "how": list(level.how),
                "who": {who: matrix.who(who) for who in level.who}, "again": _again(level),
                "line": str(level.source),
            }
            for level in policy.levels
        ]
        for name, policy in matrix.rules.policies.items()
    }  # fmt: skip
    rules = [
        {
            "line": str(rule.source), "use": rule.use, "from_level": rule.start_at_level,
            "critical": rule.critical, "also": list(rule.also),
        }
        for rule in matrix.rules.rules
    ]  # fmt: skip
    whole = {"policies": policies, "rules": rules, "remarks": list(matrix.remarks)}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _moment(moment: datetime, timezone: str) -> str:
    return moment_words(scalar_to_local(moment, timezone))


def _remarks(remarks: Sequence[str]) -> None:
    for remark in remarks:
        out.print(Padding(Text(remark, style="yellow"), (0, 0, 0, 0)))


def _table(*headings: str) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=heading in {"When", "Level", "Line"})
    return table
