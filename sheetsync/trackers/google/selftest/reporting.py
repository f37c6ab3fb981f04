"""The report of a run: Markdown to read, JSON to compare. Nothing of the sheet's own words is in either."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC
from itertools import groupby
from typing import Final

from sheetsync.trackers.google.selftest.answers import Answer, Finding, Report, Verdict

TITLE: Final = "# sheetsync selftest"
"""How a report begins; by this a file is known to be one."""
ANSWERS: Final[Mapping[Verdict, str]] = {
    "yes": "Yes.", "no": "No.", "number": "", "unknown": "Could not be told.",
}  # fmt: skip


def markdown(report: Report) -> str:
    """The report as a document."""
    return "\n".join(_lines(report)) + "\n"


def as_json(report: Report) -> str:
    """The report as one JSON object, its keys in a fixed order."""
    content = asdict(report) | {
        "began": f"{report.began.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "seconds": round(report.seconds, 1),
        "holds": report.holds,
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def words(finding: Finding) -> str:
    """The answer and its sentence."""
    return f"{ANSWERS[finding.verdict]} {finding.says}".strip()


def verdict(report: Report) -> str:
    """The result of the whole run in one sentence."""
    tried, held = len(report.kept), sum(k.outcome == "held" for k in report.kept)
    if held == tried:
        return f"All {tried} promises held."
    broken = sum(k.outcome == "broken" for k in report.kept)
    return f"{held} of {tried} promises held, {broken} did not, {tried - held - broken} could not be tried."


def untouched(report: Report) -> list[str]:
    """What became of the sheet besides the scratch tabs, in sentences."""
    found = [f"The scratch tabs may still be there: {report.left}"] if report.left else [
        "The scratch tabs are gone."
    ]  # fmt: skip
    if not report.compared:
        return [*found, "The rest of the sheet could not be compared at the end."]
    if not report.changed:
        return [
            *found,
            "Nothing else changed: titles, ids, sizes, marks, names and protections are as before.",
        ]
    return [
        *found, *report.changed,
        "Somebody else changed this meanwhile: the selftest can send nothing that names another tab.",
    ]  # fmt: skip


def _lines(report: Report) -> Iterator[str]:
    yield from (TITLE, "", verdict(report), "")
    yield from _facts(report)
    yield from ("", "## Promises", "", "| Promise | Outcome |", "|---|---|")
    for kept in report.kept:
        outcome = f"{kept.outcome}. {kept.says}" if kept.says else kept.outcome
        yield f"| {_cell(kept.promise)} | {_cell(outcome)} |"
    for area, answers in groupby(report.answers, key=lambda answer: answer.area):
        yield from ("", f"## {area}")
        for answer in answers:
            yield from _answer(answer)
    yield from ("", "## The sheet afterwards", "")
    yield from (f"- {sentence}" for sentence in untouched(report))


def _facts(report: Report) -> Iterator[str]:
    facts: Iterable[tuple[str, str]] = (
        (
            "When",
            f"{report.began.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {report.seconds:.0f} seconds",
        ),
        ("Sheet", f"{report.sheet} (a hash of its id), {report.tabs} tabs"),
        (
            "Country and time zone",
            f"{report.locale or 'not told'}, {report.timezone or 'not told'}",
        ),
        ("Requests", f"{report.reads} reads, {report.writes} writes"),
        ("sheetsync", report.version),
    )
    yield from ("| | |", "|---|---|")
    yield from (f"| {name} | {_cell(value)} |" for name, value in facts)


def _answer(answer: Answer) -> Iterator[str]:
    finding = answer.finding
    yield from ("", f"### {answer.question}", "", f"**{words(finding)}**", "")
    yield f"`{answer.id}`. {finding.did}"
    if finding.evidence:
        yield from ("", "```text", *finding.evidence, "```")


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
