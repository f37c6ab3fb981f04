"""The rules and their examples laid out for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from rich.table import Table
from rich.text import Text

from sheetsync.cli.output import out
from sheetsync.domain.conditions.describe import describe, field_name
from sheetsync.domain.rules import ALWAYS, Person, Rulebook, TargetLine, TargetRule
from sheetsync.domain.wording import span_words
from sheetsync.domain.worktime.words import hours_words, next_free_days
from sheetsync.rulebook.examples import ExampleResult

_FREE_DAYS = 3


def show_rules(rules: Rulebook, folder: Path, today: Mapping[str, date]) -> None:
    """What is in force, in a few lines. `today`: the local day by calendar id."""
    out.print(Text(f"The rules in {folder} are good (set {rules.hash}).", style="green"))
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for name, words in _lines(rules, today):
        table.add_row(name, Text(words))
    out.print(table)
    for warning in rules.warnings:
        out.print(Text(f"Warning: {warning}", style="yellow"), soft_wrap=True)


def _lines(rules: Rulebook, today: Mapping[str, date]) -> list[tuple[str, str]]:
    core = sum(column.core for column in rules.columns.values())
    lines = [
        ("Columns", f"{len(rules.columns)}, {core} of them the documents' own"),
        ("Checks", f"{len(rules.checks)} across columns"),
        ("Statuses", ", ".join(rules.statuses.statuses)),
    ]
    lines += [("Target", _target(target, rules)) for target in rules.targets]
    for name, calendar in rules.calendars.items():
        zone = f" ({calendar.timezone})" if calendar.timezone and not calendar.always else ""
        words = f"{name}{zone}: {hours_words(calendar)}"
        free = next_free_days(calendar, today[name], _FREE_DAYS)
        if free:
            words += "; next free: " + ", ".join(f"{day} {why}" for day, why in free)
        lines.append(("Calendar", words))
    lines += [
        ("Person", f"{person.id}: {_person(person, rules)}")
        for person in rules.escalation.people.values()
    ]
    lines += [
        ("Digest", f"{', '.join(each.who)} at {each.at[0]:02}:{each.at[1]:02} ({each.source})")
        for each in rules.escalation.digests
    ]
    lines.append(("Carriers", ", ".join(rules.carriers) or "none"))
    return lines


def _target(target: TargetRule, rules: Rulebook) -> str:
    where = f"{target.id} ({target.source})"
    if target.due:
        return f"{where}: the promise, due by {field_name(target.due, rules, {})}"
    limits = [_limit(line, rules) for line in target.lines]
    if len(limits) > 1 and target.lines[-1].when == ALWAYS:
        limits[-1] = f"otherwise {limits[-1]}"
    return f"{where}: {target.stage} within {', '.join(limits)}; calendar {target.calendar}"


def _limit(line: TargetLine, rules: Rulebook) -> str:
    """`2 h if Order Priority is Expedited`."""
    limit = span_words(line.within) if line.within else "its date"
    if line.when == ALWAYS:
        return limit
    return f"{limit} if {describe(line.when, rules, {}) or f'{line.source} holds'}"


def _person(person: Person, rules: Rulebook) -> str:
    if person.addresses:
        return ", ".join(person.addresses)
    if person.staff_role:
        return f"whoever has the role {person.staff_role} in the tab Staff; else {person.fallback}"
    names = ", ".join(sorted(person.names.values()))
    where = " and then ".join(filter(None, (f"the tab {person.tab}" * bool(person.tab), names)))
    fallback = f"; for any other name, {person.fallback}" if person.fallback else ""
    return f"whoever stands under {field_name(person.from_column, rules, {})} ({where}){fallback}"


def show_examples(results: Sequence[ExampleResult], *, everything: bool) -> None:
    """The examples that do not hold, with what differed; the others counted or named."""
    failed = [result for result in results if not result.passed]
    table = Table(show_edge=False, pad_edge=False)
    for heading in ("", "Example", "What differs"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "")
    for result in results if everything else failed:
        verdict = Text("holds", style="green") if result.passed else Text("differs", style="red")
        name = Text.assemble(result.case.name, (f"\n{result.case.source}", "dim"))
        table.add_row(verdict, name, Text("\n".join(result.differences)))
    if table.row_count:
        out.print(table)
    held = len(results) - len(failed)
    out.print(f"{held} of {len(results)} examples hold.")
